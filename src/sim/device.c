/* SPDX-License-Identifier: MIT
 *
 * A simulated card as a transport, as far as that is the same for all: mappings, time, and a
 * card's beginning and end.
 */
#define _GNU_SOURCE
#include "sim/device.h"

#include <errno.h>
#include <sched.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_US 1000u
#define NS_PER_S  1000000000u

void sim_lock(struct sim_device *device)
{
    atomic_fetch_add(&device->waiting, 1u);
    (void)pthread_mutex_lock(&device->lock);
    atomic_fetch_sub(&device->waiting, 1u);
}

void sim_unlock(struct sim_device *device)
{
    (void)pthread_mutex_unlock(&device->lock);
}

uint64_t sim_real_ns(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now); /* cannot fail: the clock exists */
    return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

/* Delays and steps make time pass; real time does too for a card that works beside the driver. */
uint64_t sim_now_ns(const struct sim_device *device)
{
    uint64_t now = atomic_load(&device->clock) * NS_PER_US;

    if (sim_in_real_time(device))
        now += (device->round_ns != 0 ? device->round_ns : sim_real_ns()) - device->started;
    return now;
}

uint64_t sim_now(const struct sim_device *device)
{
    return sim_now_ns(device) / NS_PER_US;
}

static struct sim_device *device_of(struct ir_transport *transport)
{
    return (struct sim_device *)transport;
}

static int device_map(struct ir_transport *transport, const struct ir_dma *region)
{
    struct sim_device *device = device_of(transport);
    int result;

    sim_lock(device);
    result = soft_iommu_map(&device->iommu, region);
    sim_unlock(device);
    return result;
}

static int device_unmap(struct ir_transport *transport, const struct ir_dma *region)
{
    struct sim_device *device = device_of(transport);
    int result;

    sim_lock(device);
    result = soft_iommu_unmap(&device->iommu, region);
    sim_unlock(device);
    return result;
}

static int device_config_read(struct ir_transport *transport, uint32_t offset, uint32_t width,
                              uint32_t *value)
{
    struct sim_device *device = device_of(transport);
    int result;

    sim_lock(device);
    result = device->model->config_read(device, offset, width, value);
    sim_unlock(device);
    return result;
}

static int device_config_write(struct ir_transport *transport, uint32_t offset, uint32_t width,
                               uint32_t value)
{
    struct sim_device *device = device_of(transport);
    int result;

    sim_lock(device);
    result = device->model->config_write(device, offset, width, value);
    sim_unlock(device);
    return result;
}

static int device_interrupts(struct ir_transport *transport, const int *events, uint32_t count)
{
    struct sim_device *device = device_of(transport);

    if (count > transport->vectors)
        return -EINVAL;
    sim_lock(device);
    if (count != 0)
        memcpy(device->event, events, count * sizeof(*events));
    device->events = count;
    sim_unlock(device);
    return 0;
}

static int device_unmask(struct ir_transport *transport)
{
    struct sim_device *device = device_of(transport);

    if (device->model->unmask == NULL)
        return 0;
    sim_lock(device);
    device->model->unmask(device);
    sim_unlock(device);
    return 0;
}

void sim_device_interrupt(struct sim_device *device, uint32_t vector)
{
    const uint64_t one = 1;

    /* It can fail only when as many as 64 bits can count are unread: then nobody misses this one. */
    if (vector < device->events && write(device->event[vector], &one, sizeof(one)) < 0)
        return;
}

static void device_delay(struct ir_transport *transport, uint32_t microseconds)
{
    struct sim_device *device = device_of(transport);

    atomic_fetch_add(&device->clock, microseconds);
    if (sim_in_real_time(device))
        (void)sched_yield();
    /* Not left to the card's thread: on a busy machine it may not run before the driver gives up. */
    if (device->model->waited != NULL) {
        sim_lock(device);
        device->model->waited(device);
        sim_unlock(device);
    }
}

static void device_close(struct ir_transport *transport)
{
    struct sim_device *device = device_of(transport);

    sim_thread_stop(device);
    device->model->destroy(device);
}

const struct ir_transport_ops sim_transport_ops = {
    .map = device_map,
    .unmap = device_unmap,
    .config_read = device_config_read,
    .config_write = device_config_write,
    .interrupts = device_interrupts,
    .unmask = device_unmask,
    .delay = device_delay,
    .close = device_close,
};

int sim_device_init(struct sim_device *device, const struct sim_model *model,
                    const struct sim_rulebook *rules, bool threaded, struct sim_wire *source,
                    struct sim_wire *sink)
{
    if (pthread_mutex_init(&device->lock, NULL) != 0)
        return -ENOMEM;
    if (sim_violations_init(&device->violations, rules) != 0) {
        (void)pthread_mutex_destroy(&device->lock);
        return -ENOMEM;
    }
    device->transport.ops = &sim_transport_ops;
    device->model = model;
    device->threaded = threaded;
    device->source = source;
    device->sink = sink;
    device->started = sim_real_ns();
    atomic_store(&device->finished, source == NULL);
    return 0;
}

void sim_wires_close(struct sim_wire *source, struct sim_wire *sink)
{
    if (sink != NULL && sink != source)
        sink->ops->close(sink);
    if (source != NULL)
        source->ops->close(source);
}

void sim_device_release(struct sim_device *device)
{
    sim_wires_close(device->source, device->sink);
    soft_iommu_release(&device->iommu);
    sim_violations_destroy(&device->violations);
    (void)pthread_mutex_destroy(&device->lock);
}
