/* SPDX-License-Identifier: MIT
 *
 * The private side of a virtqueue. A virtio device may complete buffers in any order, by id. Here
 * the buffers lie in a window of positions all the same (core/ring.h), each position with an id of its
 * own, and what completes early changes places with the oldest: from then on the device is in order.
 * Nothing the device writes is stored here. Ids have a type of
 * their own, which no other memory of the library has: the proofs rely on it.
 */
#ifndef IRONRING_VIRTIO_RING_H
#define IRONRING_VIRTIO_RING_H

#include <stdint.h>

#include "core/compiler.h"
#include "core/moves.h"
#include "core/ring.h"

struct virtio_ring {
    struct ir_ring window;
    int16_t id_at[IR_RING_SIZE_MAX];       /* the id that stands at each position ... */
    int16_t position_of[IR_RING_SIZE_MAX]; /* ... and where each id stands */
};

/*@
// Positions and ids are permutations of [0, size), and inverse to each other.
predicate ids_ok{L}(struct virtio_ring *r) =
    \forall integer p; 0 <= p < r->window.size ==>
        0 <= r->id_at[p] < r->window.size && r->position_of[r->id_at[p]] == p;
predicate positions_ok{L}(struct virtio_ring *r) =
    \forall integer i; 0 <= i < r->window.size ==>
        0 <= r->position_of[i] < r->window.size && r->id_at[r->position_of[i]] == i;

// Buffers of the ring may be at other positions of it; all others are where they were.
predicate ring_shuffles{L1, L2}(struct ledger *l, integer tag) =
    \forall integer b; 0 <= b < 65536 ==>
        \at(l->place[b], L2) == \at(l->place[b], L1) ||
        (in_ring(\at(l->place[b], L1), tag) && in_ring(\at(l->place[b], L2), tag));
*/

/* The invariants of a virtqueue's private side and of its pool. */
#define VRING_OK(kind, r)                                                                          \
    kind ids_ok(r);                                                                                \
    kind positions_ok(r);
#define VBALANCED(kind, p, l, r, tag)                                                              \
    BALANCED(kind, p, l, &(r)->window, tag)                                                        \
    VRING_OK(kind, r)

/* Make an empty ring of `size` positions, each with the id of its own number. Returns 0, or -EINVAL
 * for a size that is not legal (core/ring.h). */
/*@ requires \valid(ring);
    assigns ring->window.size, ring->window.head, ring->window.tail, ring->id_at[0 .. 4095],
        ring->position_of[0 .. 4095];
    ensures \result == 0 || \result == -22;
    ensures \result == 0 <==> size == 64 || size == 128 || size == 256 || size == 512 || size ==
        1024 || size == 2048 || size == 4096;
    ensures \result == 0 ==> ring_shape(&ring->window) && ring->window.size == size &&
        ring->window.head == 0 && ring->window.tail == 0;
    VRING_OK(ensures \result == 0 ==>, ring)
*/
int32_t virtio_ring_init(struct virtio_ring *ring, uint64_t size);

/* How far behind the oldest the id stands; at least the number in use when it is not outstanding, or
 * no id at all. */
/*@ requires \valid_read(ring) && ring_shape(&ring->window);
    VRING_OK(requires, ring)
    assigns \nothing;
    ensures 0 <= \result <= ring->window.size;
    ensures id >= ring->window.size ==> \result == ring->window.size;
    ensures id < ring->window.size ==>
        \result == distance(ring->window.head, ring->window.size, ring->position_of[id]);
*/
static inline uint64_t virtio_ring_distance(const struct virtio_ring *ring, uint32_t id)
{
    uint64_t position;

    if (id >= ring->window.size)
        return ring->window.size;
    /* It overlooks the check above, which is proved. */
    /* cppcheck-suppress arrayIndexOutOfBounds */
    position = (uint64_t)ring->position_of[id];
    return position >= ring->window.head ? position - ring->window.head
                                         : position + ring->window.size - ring->window.head;
}

/* Let the outstanding id be the oldest: it changes places with the one that is. Returns 1, or 0 (and
 * nothing changes) when the device has no buffer with this id. */
/*@ requires \valid(ring) && \separated(ring, pool, l) && TAG_OK(tag);
    VBALANCED(requires, pool, l, ring, tag)
    assigns ring->window.slot[0 .. 4095], ring->id_at[0 .. 4095], ring->position_of[0 .. 4095],
        l->place[0 .. 65535];
    VBALANCED(ensures, pool, l, ring, tag)
    ensures \result == 0 || \result == 1;
    ensures \result == 1 ==> used(&ring->window) > 0 && ring->id_at[ring->window.head] == id;
    ensures not_outstanding: \result == 0 <==> id >= ring->window.size ||
        distance(ring->window.head, ring->window.size, \old(ring->position_of[id])) >=
        used(&ring->window);
    ensures buffer: \result == 1 ==> ring->window.slot[ring->window.head] ==
        \old(ring->window.slot[ring->position_of[id]]);
    ensures refused: \result == 0 ==> ring_shuffles{Pre, Post}(l, tag) && others_stay{Pre, Post}(l, -1);
    ensures moves: ring_shuffles{Pre, Post}(l, tag);
*/
uint32_t virtio_ring_forward(struct virtio_ring *ring, uint32_t id)
    /*@ ghost (struct ir_pool *pool, struct ledger \ghost *l, int64_t tag) */;

#endif
