/* SPDX-License-Identifier: MIT
 *
 * An input's world, for the files that make up a device's life.
 */
#ifndef IRONRING_FUZZ_LIFE_WORLD_H
#define IRONRING_FUZZ_LIFE_WORLD_H

#include <ironring/ironring.h>

#include "life.h"

#define BUFFERS 96u
#define QUEUES  LIFE_QUEUES
#define BURST   32u
#define STEPS   24u

/* One input's world; domain and pool serve the next input as well, when no buffer was lost. */
struct life_world {
    const struct life_kind *kind;
    struct hostile *card;
    struct input input;
    struct ir_domain *domain;
    struct ir_pool *pool;
    struct ir_dev *dev; /* NULL while closed */
    struct ir_rxq *rx[QUEUES];
    struct ir_txq *tx[QUEUES];
    struct ir_pkt held[BUFFERS];
    uint32_t held_count;
    struct ir_dma abandoned[LIFE_MEMORIES * STEPS + 1u]; /* left to a card that did not stop */
    uint32_t abandoned_count;
    bool pool_abandoned;
};

extern struct life_world life;

/* Which buffers each ring holds, by its indices. */
struct holdings {
    struct window {
        uint64_t head, tail;
    } rx[QUEUES], tx[QUEUES];
    bool at_risk; /* the card may still read or write them */
};

/* Fail unless the answer is 0 or one of the errors. */
void life_expect(const char *what, int result, const int *errors);
/* Fail when the card might interrupt. */
void life_expect_masked(const char *after);
/* Fail unless all queues refuse to work. */
void life_expect_broken(const char *after);

/* A queue's ring, or NULL; and whether any of them holds a buffer. */
const struct ir_ring *life_ring(bool transmit, uint32_t queue);
bool life_any_in_rings(void);

/* Each buffer is in exactly one place, and the application holds what it was given: what
 * ir_pool_audit does for all the buffers that a pool could have, in the time of an input. Buffers
 * lost to a card that did not stop are nowhere. */
void life_check_books(void);

/* Buffers stay with a card until it has said that it stopped: before a call, and after it. */
struct holdings life_holdings(void);
void life_check_holdings(const struct holdings *before, const char *call);

#endif
