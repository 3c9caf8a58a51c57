/* SPDX-License-Identifier: MIT
 *
 * The vocabulary of the proofs: where each buffer of a pool is, at each moment. The ledger exists
 * in the proof only (a ghost parameter); at run time free stack, ring windows and holders are all
 * there is. Each buffer has exactly one place, so "in exactly one place" holds by the ledger's
 * type, and what is proved is that the run-time state and the ledger always agree, in both
 * directions.
 */
#ifndef IRONRING_CONTRACTS_LEDGER_H
#define IRONRING_CONTRACTS_LEDGER_H

#include <stdint.h>

#include <ironring/packet.h>
#include <ironring/pool.h>

#define PLACE_FREE 0 /* on the free stack */
#define PLACE_APP  1 /* with the application, which has a handle for it */
#define PLACE_HAND 2 /* in a local variable of the driver, between two of the others */
#define PLACE_RING 3 /* ring places: tag + slot, with the ring's own tag >= PLACE_RING */

struct ledger {
    int64_t place[IR_POOL_INDICES]; /* where the buffer is */
    /* The free stack, continued to a permutation of all buffers, and its inverse. That each buffer
     * has its position in it is what proves, without counting, that the stack has room for a
     * returning buffer. */
    int32_t order[IR_POOL_INDICES];
    int32_t position[IR_POOL_INDICES];
};

/*@
// ---- pool ----

predicate pool_memory{L}(struct ir_pool *p, struct ledger *l) =
    \valid(p) && \valid(l) && \separated(p, l);

predicate order_ok{L}(struct ir_pool *p, struct ledger *l) =
    \forall integer i; 0 <= i < p->count ==>
        0 <= l->order[i] < p->count && l->position[l->order[i]] == i;

predicate position_ok{L}(struct ir_pool *p, struct ledger *l) =
    \forall integer b; 0 <= b < p->count ==>
        0 <= l->position[b] < p->count && l->order[l->position[b]] == b;

// `free` is how many buffers are free: the pool's free_count, or what a loop has of it in a local
// variable until it ends.
predicate stack_ok_at{L}(struct ir_pool *p, struct ledger *l, integer free) =
    \forall integer i; 0 <= i < free ==> p->stack[i] == l->order[i];

predicate stack_ok{L}(struct ir_pool *p, struct ledger *l) = stack_ok_at(p, l, p->free_count);

predicate free_ok_at{L}(struct ir_pool *p, struct ledger *l, integer free) =
    \forall integer b; 0 <= b < p->count ==>
        (l->place[b] == PLACE_FREE <==> l->position[b] < free);

predicate free_ok{L}(struct ir_pool *p, struct ledger *l) = free_ok_at(p, l, p->free_count);

// What holds a buffer is a handle of that buffer exactly while the application has it.
predicate holder_ok{L}(struct ir_pool *p, struct ledger *l) =
    \forall integer b; 0 <= b < 65536 ==>
        (p->holder[b] % 65536 == b <==> (b < p->count && l->place[b] == PLACE_APP)) &&
        (p->holder[b] % 65536 == b ==> frame_fits(p, p->holder[b] / 281474976710656));

// ---- moves ----

predicate hand_empty{L}(struct ir_pool *p, struct ledger *l) =
    \forall integer b; 0 <= b < p->count ==> l->place[b] != PLACE_HAND;

predicate hand_holds{L}(struct ir_pool *p, struct ledger *l, integer held) =
    \forall integer b; 0 <= b < p->count ==> (l->place[b] == PLACE_HAND <==> b == held);

// Every buffer but one is where it was.
predicate others_stay{L1, L2}(struct ledger *l, integer moved) =
    \forall integer b; 0 <= b < 65536 ==> b != moved ==>
        \at(l->place[b], L2) == \at(l->place[b], L1);

// What the application holds all the time it holds by the same handle.
predicate app_keeps{L1, L2}(struct ir_pool *p, struct ledger *l) =
    \forall integer b; 0 <= b < 65536 ==> \at(l->place[b], L1) == PLACE_APP ==>
        \at(l->place[b], L2) == PLACE_APP ==> \at(p->holder[b], L2) == \at(p->holder[b], L1);
*/

/* The invariants of a pool as clauses of their own, so that each is a goal of its own. `kind` is
 * requires, ensures or loop invariant. */
#define POOL_BALANCED(kind, p, l)                                                                  \
    kind pool_memory(p, l);                                                                        \
    kind pool_shape(p);                                                                            \
    kind pool_span(p);                                                                             \
    kind order_ok(p, l);                                                                           \
    kind position_ok(p, l);                                                                        \
    kind stack_ok(p, l);                                                                           \
    kind free_ok(p, l);                                                                            \
    kind holder_ok(p, l);

/* The same while a loop has the number of free buffers in a local variable. */
#define POOL_BALANCED_AT(kind, p, l, free)                                                         \
    kind pool_memory(p, l);                                                                        \
    kind pool_shape(p);                                                                            \
    kind pool_span(p);                                                                             \
    kind order_ok(p, l);                                                                           \
    kind position_ok(p, l);                                                                        \
    kind 0 <= free <= p->count;                                                                    \
    kind stack_ok_at(p, l, free);                                                                  \
    kind free_ok_at(p, l, free);                                                                   \
    kind holder_ok(p, l);

#endif
