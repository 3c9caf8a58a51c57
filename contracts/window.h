/* SPDX-License-Identifier: MIT
 *
 * The vocabulary of the proofs, second part: the window of a ring, and that its slots and the
 * ledger agree.
 */
#ifndef IRONRING_CONTRACTS_WINDOW_H
#define IRONRING_CONTRACTS_WINDOW_H

#include "core/ring.h"
#include "ledger.h"

/*@
predicate ring_shape{L}(struct ir_ring *r) =
    64 <= r->size <= 4096 && r->head < r->size && r->tail < r->size;

// Slot n of a ring counted on past its end.
logic integer around(integer n, integer size) = n < size ? n : n - size;

// How many slots after `head` slot s lies, around the ring.
logic integer distance(integer head, integer size, integer s) =
    s >= head ? s - head : s - head + size;

// Slots in use.
logic integer used{L}(struct ir_ring *r) = distance(r->head, r->size, r->tail);

// Head and tail are the ring's own, or what a loop has of them in local variables until it ends; there
// either may be the ring's size, one past its last slot, which means slot 0.
predicate in_window_at{L}(struct ir_ring *r, integer head, integer tail, integer s) =
    0 <= s < r->size && distance(head, r->size, s) < distance(head, r->size, tail);

predicate in_window{L}(struct ir_ring *r, integer s) = in_window_at(r, r->head, r->tail, s);

predicate slot_to_buffer_at{L}(struct ir_pool *p, struct ledger *l, struct ir_ring *r, integer head,
                               integer tail, integer tag) =
    \forall integer s; in_window_at(r, head, tail, s) ==>
        r->slot[s] < p->count && l->place[r->slot[s]] == tag + s;

predicate slot_to_buffer{L}(struct ir_pool *p, struct ledger *l, struct ir_ring *r, integer tag) =
    slot_to_buffer_at(p, l, r, r->head, r->tail, tag);

predicate buffer_to_slot_at{L}(struct ir_pool *p, struct ledger *l, struct ir_ring *r, integer head,
                               integer tail, integer tag) =
    \forall integer b; 0 <= b < p->count ==> tag <= l->place[b] < tag + 4096 ==>
        in_window_at(r, head, tail, l->place[b] - tag) && r->slot[l->place[b] - tag] == b;

predicate buffer_to_slot{L}(struct ir_pool *p, struct ledger *l, struct ir_ring *r, integer tag) =
    buffer_to_slot_at(p, l, r, r->head, r->tail, tag);

predicate in_ring(integer place, integer tag) = tag <= place < tag + 4096;

// What moved between two moments, and from where to where; everything else is where it was.
predicate ring_fills{L1, L2}(struct ledger *l, integer tag) =
    \forall integer b; 0 <= b < 65536 ==>
        \at(l->place[b], L2) == \at(l->place[b], L1) ||
        (\at(l->place[b], L1) == PLACE_FREE && in_ring(\at(l->place[b], L2), tag));

predicate ring_frees{L1, L2}(struct ledger *l, integer tag) =
    \forall integer b; 0 <= b < 65536 ==>
        \at(l->place[b], L2) == \at(l->place[b], L1) ||
        (in_ring(\at(l->place[b], L1), tag) && \at(l->place[b], L2) == PLACE_FREE);

predicate ring_delivers{L1, L2}(struct ledger *l, integer tag) =
    \forall integer b; 0 <= b < 65536 ==>
        \at(l->place[b], L2) == \at(l->place[b], L1) ||
        (in_ring(\at(l->place[b], L1), tag) &&
         (\at(l->place[b], L2) == PLACE_FREE || \at(l->place[b], L2) == PLACE_APP));

predicate ring_sends{L1, L2}(struct ledger *l, integer tag) =
    \forall integer b; 0 <= b < 65536 ==>
        \at(l->place[b], L2) == \at(l->place[b], L1) ||
        (\at(l->place[b], L1) == PLACE_APP && in_ring(\at(l->place[b], L2), tag));

// A buffer that is in no ring moved, and to no ring.
predicate ring_keeps{L1, L2}(struct ledger *l, integer moved, integer tag) =
    \forall integer b; 0 <= b < 65536 ==> in_ring(\at(l->place[b], L2), tag) ==>
        b != moved && \at(l->place[b], L1) == \at(l->place[b], L2);

predicate window_stays{L1, L2}(struct ir_ring *r) =
    \at(r->size, L2) == \at(r->size, L1) && \at(r->head, L2) == \at(r->head, L1) &&
    \at(r->tail, L2) == \at(r->tail, L1) &&
    (\forall integer s; 0 <= s < 4096 ==> \at(r->slot[s], L2) == \at(r->slot[s], L1));

// A lemma, proved as every other goal is. It keeps the two directions of ownership out of one
// context, where their quantifiers feed each other.
lemma buffers_stay{L1, L2}:
    \forall struct ir_pool *p, struct ledger *l, struct ir_ring *r, integer moved, integer tag;
    buffer_to_slot{L1}(p, l, r, tag) ==> ring_keeps{L1, L2}(l, moved, tag) ==>
    window_stays{L1, L2}(r) ==> \at(p->count, L1) == \at(p->count, L2) <= 65536 ==>
    buffer_to_slot{L2}(p, l, r, tag);
*/

/* The invariants of a ring, and of a ring and its pool while no buffer is in the hand. */
#define RING_BALANCED(kind, p, l, r, tag)                                                          \
    kind ring_shape(r);                                                                            \
    kind slot_to_buffer(p, l, r, tag);                                                             \
    kind buffer_to_slot(p, l, r, tag);

#define BALANCED(kind, p, l, r, tag)                                                               \
    POOL_BALANCED(kind, p, l)                                                                      \
    RING_BALANCED(kind, p, l, r, tag)                                                              \
    kind hand_empty(p, l);

/* The same while a loop has one of their ends in a local variable. */
#define BALANCED_AT(kind, p, l, free, r, head, tail, tag)                                          \
    POOL_BALANCED_AT(kind, p, l, free)                                                             \
    kind ring_shape(r);                                                                            \
    kind slot_to_buffer_at(p, l, r, head, tail, tag);                                              \
    kind buffer_to_slot_at(p, l, r, head, tail, tag);                                              \
    kind hand_empty(p, l);

#define TAG_OK(tag) (PLACE_RING <= (tag) && (tag) < 4611686018427387904)

#endif
