/* SPDX-License-Identifier: MIT
 *
 * A bounded queue of frames between one writer and one reader, which may be two threads.
 */
#ifndef IRONRING_SIM_FIFO_H
#define IRONRING_SIM_FIFO_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* A fuzzing build sets less: it makes a card for each input, and fills the queue sooner. */
#ifndef SIM_FIFO_BYTES
#define SIM_FIFO_BYTES (1u << 20)
#endif

struct sim_fifo {
    uint8_t *bytes;            /* SIM_FIFO_BYTES of them */
    _Atomic uint64_t written;  /* bytes ever written; only the writer changes it */
    _Atomic uint64_t consumed; /* bytes ever consumed; only the reader changes it */
};

/* Errors: -ENOMEM. */
int sim_fifo_init(struct sim_fifo *fifo);
void sim_fifo_release(struct sim_fifo *fifo);

/* Writer: add a frame. False when there is no room for it. */
bool sim_fifo_put(struct sim_fifo *fifo, const uint8_t *frame, uint32_t length);

/* Reader: the oldest frame, which stays until sim_fifo_drop, or NULL. */
const uint8_t *sim_fifo_peek(struct sim_fifo *fifo, uint32_t *length);
void sim_fifo_drop(struct sim_fifo *fifo);

#endif
