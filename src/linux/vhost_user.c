/* SPDX-License-Identifier: MIT
 *
 * The transport of a vhost-user front end: registers, memory and life. What the device does is in
 * vhost_user_front.c.
 */
#define _GNU_SOURCE
#include "linux/vhost_user.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "linux/delay.h"
#include "linux/vhost_user_front.h"

static struct vu_front *front_of(struct ir_transport *transport)
{
    return (struct vu_front *)transport;
}

static uint32_t read_register(void *card, uint32_t offset, uint32_t width)
{
    struct vu_front *front = card;
    enum soft_register reg = soft_find(SOFT_MODERN, offset);
    uint32_t value;

    (void)pthread_mutex_lock(&front->lock);
    if (reg == SOFT_R_DEVICE_STATUS || reg == SOFT_R_CONFIG)
        vu_front_look(front);
    value = soft_read(&front->function, SOFT_MODERN, offset, width);
    (void)pthread_mutex_unlock(&front->lock);
    return value;
}

static void write_register(void *card, uint32_t offset, uint32_t width, uint32_t value)
{
    struct vu_front *front = card;

    /* Notifications come from each queue's thread, and must not wait. */
    if (soft_notify(&front->function, SOFT_MODERN, offset, width, value))
        return;
    (void)pthread_mutex_lock(&front->lock);
    soft_write(&front->function, SOFT_MODERN, offset, width, value);
    (void)pthread_mutex_unlock(&front->lock);
}

static const struct ir_regs_sim registers = {read_register, write_register};

static void share(struct ir_transport *transport, int file, uint64_t first)
{
    struct vu_front *front = front_of(transport);

    (void)pthread_mutex_lock(&front->lock);
    front->file = file;
    front->first = first;
    front->end = first;
    (void)pthread_mutex_unlock(&front->lock);
}

static int map(struct ir_transport *transport, const struct ir_dma *region)
{
    struct vu_front *front = front_of(transport);
    int result;

    (void)pthread_mutex_lock(&front->lock);
    result = soft_iommu_map(&front->regions, region);
    if (result == 0 && region->iova + region->size > front->end) {
        front->end = region->iova + region->size;
        vu_front_grow(front);
    }
    (void)pthread_mutex_unlock(&front->lock);
    return result;
}

/* The back end keeps the memory: there is no IOMMU between it and us. */
static int unmap(struct ir_transport *transport, const struct ir_dma *region)
{
    struct vu_front *front = front_of(transport);
    int result;

    (void)pthread_mutex_lock(&front->lock);
    result = soft_iommu_unmap(&front->regions, region);
    (void)pthread_mutex_unlock(&front->lock);
    return result;
}

static int config_read(struct ir_transport *transport, uint32_t offset, uint32_t width,
                       uint32_t *value)
{
    struct vu_front *front = front_of(transport);
    int result;

    (void)pthread_mutex_lock(&front->lock);
    result = soft_config_read(&front->function, offset, width, value);
    (void)pthread_mutex_unlock(&front->lock);
    return result;
}

static int config_write(struct ir_transport *transport, uint32_t offset, uint32_t width,
                        uint32_t value)
{
    struct vu_front *front = front_of(transport);
    int result;

    (void)pthread_mutex_lock(&front->lock);
    result = soft_config_write(&front->function, offset, width, value);
    (void)pthread_mutex_unlock(&front->lock);
    return result;
}

/* Vectors are what the back end signals by itself; nothing here does. */
static int interrupts(struct ir_transport *transport, const int *events, uint32_t count)
{
    struct vu_front *front = front_of(transport);
    int result = 0;

    if (count > transport->vectors)
        return -EINVAL;
    (void)pthread_mutex_lock(&front->lock);
    if (count != 0)
        memcpy(front->event, events, count * sizeof(*events));
    front->events = count;
    if (front->session.socket >= 0)
        result = vu_front_call(front);
    (void)pthread_mutex_unlock(&front->lock);
    return result;
}

/* Files that were not opened are -1. */
static void close_events(const struct vu_front *front)
{
    for (uint32_t i = 0; i < 2u * front->options.queues; i++) {
        if (front->kick[i] >= 0)
            close(front->kick[i]);
    }
    if (front->call >= 0)
        close(front->call);
}

static void close_front(struct ir_transport *transport)
{
    struct vu_front *front = front_of(transport);

    (void)vu_front_stop(front);
    vu_session_close(&front->session);
    close_events(front);
    soft_iommu_release(&front->regions);
    (void)pthread_mutex_destroy(&front->lock);
    free(front);
}

static const struct ir_transport_ops ops = {
    .share = share,
    .map = map,
    .unmap = unmap,
    .config_read = config_read,
    .config_write = config_write,
    .interrupts = interrupts,
    .delay = ir_delay,
    .close = close_front,
};

static int open_events(struct vu_front *front)
{
    int result = 0;

    front->call = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (front->call < 0)
        result = -errno;
    for (uint32_t i = 0; i < 2u * front->options.queues; i++) {
        front->kick[i] = result == 0 ? eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK) : -1;
        if (front->kick[i] < 0 && result == 0)
            result = -errno;
    }
    if (result != 0)
        (void)snprintf(front->session.why, sizeof(front->session.why),
                       "%u events cannot be made (%s); raise the limit of open files (ulimit -n), "
                       "or give fewer queues=",
                       2u * front->options.queues + 1u, strerror(-result));
    return result;
}

/* Open the session and what goes with it. Nothing stays open after an error, but `why`. */
static int open_parts(struct vu_front *front)
{
    int result = vu_session_open(&front->session, &front->options);

    if (result != 0)
        return result;
    result = vu_session_connect(&front->session, false);
    if (result == 0) {
        result = open_events(front);
        if (result != 0)
            close_events(front);
    }
    if (result != 0)
        vu_session_close(&front->session);
    return result;
}

int ir_vhost_user_open(const char *text, struct ir_transport **transport,
                       char error[IR_ERROR_LENGTH])
{
    struct vu_front *front;
    int result;

    *transport = NULL;
    front = calloc(1, sizeof(*front));
    if (front == NULL || pthread_mutex_init(&front->lock, NULL) != 0) {
        free(front);
        (void)snprintf(error, IR_ERROR_LENGTH,
                       "vhost-user:%.80s: there is no memory for the device; free some", text);
        return -ENOMEM;
    }
    result = vu_options_parse(text, &front->options, error);
    if (result == 0) {
        result = open_parts(front);
        if (result != 0)
            (void)snprintf(error, IR_ERROR_LENGTH, "vhost-user:%.107s: %.130s", front->options.path,
                           front->session.why);
    }
    if (result != 0) {
        (void)pthread_mutex_destroy(&front->lock);
        free(front);
        return result;
    }
    front->transport.ops = &ops;
    front->transport.vectors = ir_vectors_used(IR_VECTORS_MAX, front->options.queues);
    vu_front_init(front);
    soft_plug(&front->function, &front->transport, &registers, NULL, front);
    *transport = &front->transport;
    return 0;
}
