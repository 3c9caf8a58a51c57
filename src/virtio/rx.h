/* SPDX-License-Identifier: MIT
 *
 * What both halves of receive need: how a completion is judged that can be delivered (rx.c), or not
 * (rx_skip.c).
 */
#ifndef IRONRING_VIRTIO_RX_H
#define IRONRING_VIRTIO_RX_H

#include "virtio/transfer.h"

/* How many buffers the frame in buffer `index` takes, by the header that the device wrote (5.1.6.4).
 * Assumed contract: it lies in the headroom, which no packet contains, and may be anything. */
#ifdef __FRAMAC__
/*@ requires \valid_read(pool) && index < pool->count;
    assigns \nothing;
    ensures 0 <= \result <= 65535;
*/
uint32_t virtio_num_buffers(const struct ir_pool *pool, uint32_t index);
#else
static inline uint32_t virtio_num_buffers(const struct ir_pool *pool, uint32_t index)
{
    uint8_t *frame = pool->data + index * pool->stride;

    return ir_dma_load16((volatile ir_device16 *)(void *)(frame - sizeof(uint16_t)));
}
#endif

/* 1 when a completion is of the oldest buffer, and a whole frame that fits it. */
/*@ requires \valid_read(rxq) && \valid_read(pool) && ring_shape(&rxq->queue.ring.window);
    requires pool->count <= 65536 && (rxq->queue.header == 10 || rxq->queue.header == 12);
    requires rxq->queue.ring.window.slot[rxq->queue.ring.window.head] < pool->count;
    requires pool->buffer_size <= IR_BUFFER_SIZE_MAX;
    assigns \nothing;
    ensures \result == 0 || \result == 1;
    ensures oldest: \result == 1 ==> done.id == rxq->queue.ring.id_at[rxq->queue.ring.window.head];
    ensures fits: \result == 1 ==> frame_fits(pool, done.length - rxq->queue.header);
*/
static inline uint32_t virtio_deliverable(const struct virtio_rxq *rxq, const struct ir_pool *pool,
                                          struct virtio_completion done)
{
    const struct virtio_ring *ring = &rxq->queue.ring;
    uint64_t header = rxq->queue.header;

    if (done.id != (uint32_t)ring->id_at[ring->window.head] ||
        done.length < header + IR_FRAME_MIN || done.length > header + ir_pool_longest(pool))
        return 0u;
    return rxq->mergeable == 0u ||
           virtio_num_buffers(pool, ring->window.slot[ring->window.head]) == 1u;
}

/* A completion that is not of the oldest buffer: let that buffer be the oldest. Returns 0 when the
 * device does not have it, or has promised to keep the order. */
/*@ requires \valid(queue) && \separated(queue, pool, l) && TAG_OK(tag);
    VBALANCED(requires, pool, l, &queue->ring, tag)
    assigns queue->ring.window.slot[0 .. 4095], queue->ring.id_at[0 .. 4095],
        queue->ring.position_of[0 .. 4095], l->place[0 .. 65535];
    VBALANCED(ensures, pool, l, &queue->ring, tag)
    ensures \result == 0 || \result == 1;
    ensures \result == 1 ==> used(&queue->ring.window) > 0 &&
        queue->ring.id_at[queue->ring.window.head] == id;
    ensures ring_shuffles{Pre, Post}(l, tag);
*/
static inline uint32_t virtio_overtakes(struct virtio_queue *queue, uint32_t id)
/*@ ghost (struct ir_pool *pool, struct ledger \ghost *l, int64_t tag) */
{
    if (queue->in_order != 0u)
        return 0u;
    return virtio_ring_forward(&queue->ring, id) /*@ ghost (pool, l, tag) */;
}

/* Read the completion at the head, and let its buffer be the oldest if the device has it. Returns 1, or 0
 * when there is none yet. */
/*@ requires TAG_OK(tag);
    QUEUE_OK(requires, queue, pool, l)
    VBALANCED(requires, pool, l, &queue->ring, tag)
    requires \valid(done) && \separated(done, queue, pool, l);
    assigns *done, queue->ring.window.slot[0 .. 4095], queue->ring.id_at[0 .. 4095],
        queue->ring.position_of[0 .. 4095], l->place[0 .. 65535];
    VBALANCED(ensures, pool, l, &queue->ring, tag)
    ensures \result == 0 || \result == 1;
    ensures ring_shuffles{Pre, Post}(l, tag);
*/
static inline uint32_t virtio_rx_look(struct virtio_queue *queue, struct virtio_completion *done)
/*@ ghost (struct ir_pool *pool, struct ledger \ghost *l, int64_t tag) */
{
    if (!virtio_completed(queue, done))
        return 0u;
    if (done->id != (uint32_t)queue->ring.id_at[queue->ring.window.head])
        (void)virtio_overtakes(queue, done->id) /*@ ghost (pool, l, tag) */;
    return 1u;
}

/* Drop what lies before the next frame that can be delivered, among `left` completions. */
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
    ensures stays_broken: \old(rxq->queue.broken) != 0 ==> rxq->queue.broken != 0;
    ensures vring_frees{Pre, Post}(l, tag);
*/
uint64_t virtio_rx_skip(struct virtio_rxq *rxq, struct ir_pool *pool, uint64_t left)
    /*@ ghost (struct ledger \ghost *l, int64_t tag) */;

#endif
