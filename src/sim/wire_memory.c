/* SPDX-License-Identifier: MIT
 *
 * The wire of a test: frames come from the program and go to it. Nothing is padded.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/fifo.h"
#include "sim/wire.h"

struct memory_wire {
    struct sim_wire base;
    pthread_mutex_t lock; /* between the program's threads; the card needs none */
    struct sim_fifo towards;
    struct sim_fifo sent;
    bool held; /* the oldest frame of `towards` has been given to the card */
};

static const uint8_t *memory_receive(struct sim_wire *wire, uint64_t now, uint32_t *length)
{
    struct memory_wire *memory = (struct memory_wire *)wire;
    const uint8_t *frame;

    (void)now;
    if (memory->held)
        sim_fifo_drop(&memory->towards);
    frame = sim_fifo_peek(&memory->towards, length);
    memory->held = frame != NULL;
    return frame;
}

/* A program that takes nothing loses what no longer fits, as on any wire. */
static void memory_send(struct sim_wire *wire, uint64_t now, const uint8_t *frame, uint32_t length)
{
    struct memory_wire *memory = (struct memory_wire *)wire;

    (void)now;
    (void)sim_fifo_put(&memory->sent, frame, length);
}

static bool memory_finished(struct sim_wire *wire)
{
    (void)wire;
    return false;
}

static void memory_close(struct sim_wire *wire)
{
    struct memory_wire *memory = (struct memory_wire *)wire;

    sim_fifo_release(&memory->sent);
    sim_fifo_release(&memory->towards);
    (void)pthread_mutex_destroy(&memory->lock);
    free(memory);
}

static const struct sim_wire_ops memory_ops = {
    .receive = memory_receive,
    .send = memory_send,
    .finished = memory_finished,
    .close = memory_close,
};

int sim_wire_memory(struct sim_wire **wire, char error[IR_ERROR_LENGTH])
{
    struct memory_wire *memory = calloc(1, sizeof(*memory));
    int result = -ENOMEM;

    if (memory == NULL)
        goto fail;
    if (sim_fifo_init(&memory->towards) != 0)
        goto free_memory;
    if (sim_fifo_init(&memory->sent) != 0)
        goto free_towards;
    if (pthread_mutex_init(&memory->lock, NULL) != 0)
        goto free_sent;
    memory->base.ops = &memory_ops;
    *wire = &memory->base;
    return 0;

free_sent:
    sim_fifo_release(&memory->sent);
free_towards:
    sim_fifo_release(&memory->towards);
free_memory:
    free(memory);
fail:
    (void)snprintf(error, IR_ERROR_LENGTH, "wire=memory: there is no memory for it; free some");
    return result;
}

int sim_wire_memory_put(struct sim_wire *wire, const uint8_t *frame, uint32_t length)
{
    struct memory_wire *memory = (struct memory_wire *)wire;
    bool done;

    if (wire->ops != &memory_ops)
        return -EINVAL;
    (void)pthread_mutex_lock(&memory->lock);
    done = sim_fifo_put(&memory->towards, frame, length);
    (void)pthread_mutex_unlock(&memory->lock);
    return done ? 0 : -ENOBUFS;
}

int sim_wire_memory_take(struct sim_wire *wire, uint8_t *frame, size_t size)
{
    struct memory_wire *memory = (struct memory_wire *)wire;
    const uint8_t *oldest;
    uint32_t length = 0;

    if (wire->ops != &memory_ops)
        return -EINVAL;
    (void)pthread_mutex_lock(&memory->lock);
    oldest = sim_fifo_peek(&memory->sent, &length);
    if (oldest != NULL) {
        if (size != 0)
            memcpy(frame, oldest, size < length ? size : length);
        sim_fifo_drop(&memory->sent);
    }
    (void)pthread_mutex_unlock(&memory->lock);
    return oldest != NULL ? (int)length : 0;
}
