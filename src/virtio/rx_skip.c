/* SPDX-License-Identifier: MIT
 *
 * Receive, what cannot be delivered: damaged and short frames, frames in several buffers, and what
 * shows that the device does not keep to the protocol.
 */
#include "core/compiler.h"
#include "core/counter.h"
#include "virtio/rx.h"

/* How many buffers the frame takes that begins with the oldest; 0 or more than a ring has is no
 * honest number. In the middle of a frame no header says so. */
/*@ requires \valid_read(rxq) && \valid_read(pool);
    requires rxq->queue.ring.window.head < rxq->queue.ring.window.size <= 4096;
    requires rxq->queue.ring.window.slot[rxq->queue.ring.window.head] < pool->count;
    assigns \nothing;
    ensures 0 <= \result <= 65535;
*/
static uint64_t rx_frame_buffers(const struct virtio_rxq *rxq, const struct ir_pool *pool)
{
    const struct ir_ring *window = &rxq->queue.ring.window;

    if (rxq->mergeable == 0u || rxq->parts != 0u)
        return 1u;
    return virtio_num_buffers(pool, window->slot[window->head]);
}

/* Account for `count` buffers that are dropped, the first of which begins a frame of `buffers` unless
 * the rest of one is still to come. */
/*@ requires \valid(rxq) && 1 <= count <= 4096 && 1 <= buffers <= 65535;
    assigns rxq->parts, rxq->dropped.errors, rxq->dropped.oversize;
    ensures errors: rxq->dropped.errors == \old(rxq->dropped.errors) +
        (\old(rxq->parts) == 0 && buffers == 1 && count == 1 &&
         \old(rxq->dropped.errors) < 18446744073709551615 ? 1 : 0);
    ensures oversize: rxq->dropped.oversize == \old(rxq->dropped.oversize) +
        (\old(rxq->parts) == 0 && (buffers > 1 || count > 1) &&
         \old(rxq->dropped.oversize) < 18446744073709551615 ? 1 : 0);
    ensures parts: \old(rxq->parts) == 0 ==> rxq->parts == (buffers > count ? buffers - count : 0);
    ensures rest: \old(rxq->parts) > 0 ==>
        rxq->parts == (\old(rxq->parts) > count ? \old(rxq->parts) - count : 0);
*/
static void rx_account_drop(struct virtio_rxq *rxq, uint64_t count, uint64_t buffers)
{
    if (rxq->parts == 0u) {
        rxq->parts = buffers;
        if (buffers > 1u || count > 1u)
            rxq->dropped.oversize = ir_counter_next(rxq->dropped.oversize);
        else
            rxq->dropped.errors = ir_counter_next(rxq->dropped.errors);
    }
    rxq->parts = rxq->parts > count ? rxq->parts - count : 0u;
}

/* The same, as a step that changes neither ring nor pool. */
/*@ requires \valid(rxq) && 1 <= count <= 4096 && 1 <= buffers <= 65535;
    requires \separated(rxq, pool, l);
    VBALANCED(requires, pool, l, &rxq->queue.ring, tag)
    assigns rxq->parts, rxq->dropped.errors, rxq->dropped.oversize;
    VBALANCED(ensures, pool, l, &rxq->queue.ring, tag)
    ensures used(&rxq->queue.ring.window) == \old(used(&rxq->queue.ring.window));
*/
static inline void rx_forget(struct virtio_rxq *rxq, uint64_t count, uint64_t buffers)
/*@ ghost (struct ir_pool *pool, struct ledger \ghost *l, int64_t tag) */
{
    rx_account_drop(rxq, count, buffers);
    /*@ assert window: window_stays{Pre, Here}(&rxq->queue.ring.window); */
    /*@ assert size: pool->count == \at(pool->count, Pre) && pool->iova == \at(pool->iova, Pre) &&
            pool->buffer_size == \at(pool->buffer_size, Pre); */
    /*@ assert free: pool->free_count == \at(pool->free_count, Pre); */
}

/* 1 when no honest device says this of the oldest buffer. In the middle of a frame there is no
 * header. */
/*@ requires \valid_read(rxq) && \valid_read(pool);
    requires rxq->queue.header == 10 || rxq->queue.header == 12;
    requires pool->buffer_size <= IR_BUFFER_SIZE_MAX;
    assigns \nothing;
    ensures \result == 0 || \result == 1;
    ensures \result == 0 ==> length <= rxq->queue.header + pool->buffer_size;
    ensures \result == 0 ==> 1 <= buffers <= rxq->queue.ring.window.size;
    ensures \result == 0 && rxq->parts == 0 ==> length >= rxq->queue.header;
*/
static uint32_t rx_breach(const struct virtio_rxq *rxq, const struct ir_pool *pool, uint32_t length,
                          uint64_t buffers)
{
    uint64_t header = rxq->queue.header;

    return length > header + pool->buffer_size || (rxq->parts == 0u && length < header) ||
           buffers == 0u || buffers > rxq->queue.ring.window.size;
}

/*@
// What one drop is, and several: moves within the ring, and out of it to the pool.
lemma shuffles_free{L1, L2}:
    \forall struct ledger *l, integer tag;
    ring_shuffles{L1, L2}(l, tag) ==> vring_frees{L1, L2}(l, tag);
lemma shuffle_then_free{L1, L2, L3}:
    \forall struct ledger *l, integer tag; PLACE_RING <= tag ==>
    ring_shuffles{L1, L2}(l, tag) ==> ring_frees{L2, L3}(l, tag) ==> vring_frees{L1, L3}(l, tag);
lemma shuffle_then_frees{L1, L2, L3}:
    \forall struct ledger *l, integer tag; PLACE_RING <= tag ==>
    ring_shuffles{L1, L2}(l, tag) ==> vring_frees{L2, L3}(l, tag) ==> vring_frees{L1, L3}(l, tag);
lemma frees_then_frees{L1, L2, L3}:
    \forall struct ledger *l, integer tag; PLACE_RING <= tag ==>
    vring_frees{L1, L2}(l, tag) ==> vring_frees{L2, L3}(l, tag) ==> vring_frees{L1, L3}(l, tag);
*/

/* Drop what cannot be delivered: one buffer, or with IN_ORDER all up to the one that is named (2.7.9;
 * the ones before it are full, and so too large or parts of what is). When the device broke the protocol,
 * break the queue instead: the buffers stay in their positions until a reset. Returns the completions
 * dealt with. */
/*@ requires \valid(rxq);
    QUEUE_OK(requires, &rxq->queue, pool, l)
    VBALANCED(requires, pool, l, &rxq->queue.ring, tag)
    requires TAG_OK(tag);
    requires \separated(rxq, pool, l);
    requires left <= used(&rxq->queue.ring.window);
    assigns pool->free_count, pool->stack[0 .. 65535], rxq->queue.ring.window.head,
        rxq->queue.ring.window.slot[0 .. 4095], rxq->queue.ring.id_at[0 .. 4095],
        rxq->queue.ring.position_of[0 .. 4095], rxq->queue.taken_turn, rxq->queue.broken,
        rxq->parts, rxq->dropped.errors, rxq->dropped.oversize, l->place[0 .. 65535],
        l->order[0 .. 65535], l->position[0 .. 65535];
    QUEUE_OK(ensures, &rxq->queue, pool, l)
    VBALANCED(ensures, pool, l, &rxq->queue.ring, tag)
    ensures 0 <= \result <= left;
    ensures used(&rxq->queue.ring.window) == \old(used(&rxq->queue.ring.window)) - \result;
    ensures broken: \result == 0 ==> rxq->queue.broken == 1;
    ensures taken: \result > 0 ==> rxq->queue.broken == \old(rxq->queue.broken);
    ensures vring_frees{Pre, Post}(l, tag);
*/
static IR_COLD uint64_t rx_drop(struct virtio_rxq *rxq, struct ir_pool *pool,
                                struct virtio_completion done, uint64_t left)
/*@ ghost (struct ledger \ghost *l, int64_t tag) */
{
    struct virtio_queue *queue = &rxq->queue;
    uint64_t more = virtio_finish(queue, done.id, left) /*@ ghost (pool, l, tag) */;
    uint64_t buffers;

    if (more >= left) {
        queue->broken = 1u;
        return 0u;
    }
    /*@ assert window: in_window(&queue->ring.window, queue->ring.window.head); */
    buffers = rx_frame_buffers(rxq, pool);
    if (rx_breach(rxq, pool, done.length, buffers)) {
        queue->broken = 1u;
        return 0u;
    }
    rx_forget(rxq, more + 1u, buffers) /*@ ghost (pool, l, tag) */;
    virtio_return(queue, pool, more) /*@ ghost (l, tag) */;
    return more + 1u;
}

/* Deal with one completion that is not of a frame that can be delivered. Returns how many buffers that
 * drops; 0 when there is none such, or the device broke the protocol. */
/*@ requires \valid(rxq);
    QUEUE_OK(requires, &rxq->queue, pool, l)
    VBALANCED(requires, pool, l, &rxq->queue.ring, tag)
    requires TAG_OK(tag);
    requires \separated(rxq, pool, l);
    requires 0 < left <= used(&rxq->queue.ring.window);
    assigns pool->free_count, pool->stack[0 .. 65535], rxq->queue.ring.window.head,
        rxq->queue.ring.window.slot[0 .. 4095], rxq->queue.ring.id_at[0 .. 4095],
        rxq->queue.ring.position_of[0 .. 4095], rxq->queue.taken_turn, rxq->queue.broken,
        rxq->parts, rxq->dropped.errors, rxq->dropped.oversize, l->place[0 .. 65535],
        l->order[0 .. 65535], l->position[0 .. 65535];
    QUEUE_OK(ensures, &rxq->queue, pool, l)
    VBALANCED(ensures, pool, l, &rxq->queue.ring, tag)
    ensures 0 <= \result <= left;
    ensures used(&rxq->queue.ring.window) == \old(used(&rxq->queue.ring.window)) - \result;
    ensures \old(rxq->queue.broken) != 0 ==> rxq->queue.broken != 0;
    ensures vring_frees{Pre, Post}(l, tag);
*/
static uint64_t skip_one(struct virtio_rxq *rxq, struct ir_pool *pool, uint64_t left)
/*@ ghost (struct ledger \ghost *l, int64_t tag) */
{
    struct virtio_completion done = {0, 0};

    if (!virtio_rx_look(&rxq->queue, &done) /*@ ghost (pool, l, tag) */)
        return 0u;
    /*@ assert shuffled: ring_shuffles{Pre, Here}(l, tag); */
    /*@ assert window: in_window(&rxq->queue.ring.window, rxq->queue.ring.window.head); */
    if (rxq->parts == 0u && virtio_deliverable(rxq, pool, done))
        return 0u;
    return rx_drop(rxq, pool, done, left) /*@ ghost (l, tag) */;
}

uint64_t virtio_rx_skip(struct virtio_rxq *rxq, struct ir_pool *pool, uint64_t left)
/*@ ghost (struct ledger \ghost *l, int64_t tag) */
{
    uint64_t skipped = 0u;

    /*@ loop invariant 0 <= skipped <= left;
        QUEUE_OK(loop invariant, &rxq->queue, pool, l)
        VBALANCED(loop invariant, pool, l, &rxq->queue.ring, tag)
        loop invariant used: left - skipped <= used(&rxq->queue.ring.window);
        loop invariant stays_broken: \at(rxq->queue.broken, Pre) != 0 ==> rxq->queue.broken != 0;
        loop invariant moves: vring_frees{Pre, Here}(l, tag);
        loop assigns skipped, pool->free_count, pool->stack[0 .. 65535],
            rxq->queue.ring.window.head, rxq->queue.ring.window.slot[0 .. 4095],
            rxq->queue.ring.id_at[0 .. 4095], rxq->queue.ring.position_of[0 .. 4095],
            rxq->queue.taken_turn, rxq->queue.broken, rxq->parts, rxq->dropped.errors,
            rxq->dropped.oversize, l->place[0 .. 65535], l->order[0 .. 65535],
            l->position[0 .. 65535];
        loop variant left - skipped;
    */
    while (skipped < left && rxq->queue.broken == 0u) {
        uint64_t dropped = skip_one(rxq, pool, left - skipped) /*@ ghost (l, tag) */;

        if (dropped == 0u)
            break;
        skipped += dropped;
    }
    return skipped;
}
