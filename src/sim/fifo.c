/* SPDX-License-Identifier: MIT
 *
 * The frame queue: records of a length word and the frame, in a ring of bytes. A frame is never
 * split: where the rest of the ring is too short, a record that only fills it comes first.
 */
#include "sim/fifo.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define WORD   8u         /* records are multiples of it */
#define FILLER UINT32_MAX /* length of a record that holds no frame */

int sim_fifo_init(struct sim_fifo *fifo)
{
    fifo->bytes = malloc(SIM_FIFO_BYTES);
    atomic_init(&fifo->written, 0);
    atomic_init(&fifo->consumed, 0);
    return fifo->bytes == NULL ? -ENOMEM : 0;
}

void sim_fifo_release(struct sim_fifo *fifo)
{
    free(fifo->bytes);
    fifo->bytes = NULL;
}

static uint64_t record_size(uint32_t length)
{
    return (WORD + (uint64_t)length + WORD - 1u) / WORD * WORD;
}

bool sim_fifo_put(struct sim_fifo *fifo, const uint8_t *frame, uint32_t length)
{
    uint64_t written = atomic_load_explicit(&fifo->written, memory_order_relaxed);
    uint64_t used = written - atomic_load_explicit(&fifo->consumed, memory_order_acquire);
    uint64_t at = written % SIM_FIFO_BYTES;
    uint64_t size = record_size(length);
    uint64_t rest = SIM_FIFO_BYTES - at;
    uint64_t filled = rest < size ? rest : 0;
    uint32_t filler = FILLER;

    if (size > SIM_FIFO_BYTES - used || filled > SIM_FIFO_BYTES - used - size)
        return false;
    if (filled != 0) {
        memcpy(fifo->bytes + at, &filler, sizeof(filler));
        at = 0;
    }
    memcpy(fifo->bytes + at, &length, sizeof(length));
    memcpy(fifo->bytes + at + WORD, frame, length);
    atomic_store_explicit(&fifo->written, written + filled + size, memory_order_release);
    return true;
}

const uint8_t *sim_fifo_peek(struct sim_fifo *fifo, uint32_t *length)
{
    uint64_t consumed = atomic_load_explicit(&fifo->consumed, memory_order_relaxed);
    uint64_t written = atomic_load_explicit(&fifo->written, memory_order_acquire);
    uint64_t at = consumed % SIM_FIFO_BYTES;

    if (consumed == written)
        return NULL;
    memcpy(length, fifo->bytes + at, sizeof(*length));
    if (*length == FILLER) { /* never the last record */
        consumed += SIM_FIFO_BYTES - at;
        atomic_store_explicit(&fifo->consumed, consumed, memory_order_release);
        at = 0;
        memcpy(length, fifo->bytes, sizeof(*length));
    }
    return fifo->bytes + at + WORD;
}

void sim_fifo_drop(struct sim_fifo *fifo)
{
    uint64_t consumed = atomic_load_explicit(&fifo->consumed, memory_order_relaxed);
    uint32_t length;

    memcpy(&length, fifo->bytes + consumed % SIM_FIFO_BYTES, sizeof(length));
    atomic_store_explicit(&fifo->consumed, consumed + record_size(length), memory_order_release);
}
