/* SPDX-License-Identifier: MIT
 *
 * What virtqueues of both directions do besides moving buffers.
 */
#include "virtio/transfer.h"

/* 1 when a status says that the device needs a reset, or is not there. */
/*@ assigns \nothing;
    ensures \result == 0 || \result == 1;
    ensures status == VIRTIO_STATUS_GONE ==> \result == 1;
    ensures status / VIRTIO_STATUS_NEEDS_RESET % 2 == 1 ==> \result == 1;
*/
static uint32_t status_is_bad(uint32_t status)
{
    return status / VIRTIO_STATUS_NEEDS_RESET % 2u != 0u;
}

void virtio_check(struct virtio_queue *queue)
{
    uint32_t status = 0;

    if (ir_reg_read(queue->common, queue->status_offset, 1u, &status) != 0 || status_is_bad(status))
        queue->broken = 1u;
}

void virtio_idle(struct virtio_queue *queue)
{
    if (queue->idle < VIRTIO_IDLE_MAX) {
        queue->idle = queue->idle + 1u;
        return;
    }
    queue->idle = 0;
    virtio_check(queue);
}

uint32_t virtio_pending(const struct virtio_queue *queue)
{
    struct virtio_completion done = {0, 0};

    if (queue->broken != 0u)
        return 1u;
    if (queue->packed == 0u)
        return ir_dma_load32(queue->device) / 65536u != queue->taken % 65536u;
    return ir_ring_used(&queue->ring.window) != 0u && virtio_completed(queue, &done) != 0u;
}

uint32_t virtio_rx_pending(const struct virtio_rxq *rxq)
{
    if (ir_ring_room(&rxq->queue.ring.window) >= VIRTIO_GROUP && rxq->queue.pool->free_count > 0u)
        return 1u;
    return virtio_pending(&rxq->queue);
}

/* The index at which a split ring with EVENT_IDX interrupts: as the next completion is published, or as
 * far away as can be. */
/*@ requires \valid_read(queue);
    assigns \nothing;
    ensures \result == (on != 0 ? queue->taken % 65536 : (queue->taken + 65535) % 65536);
*/
static uint16_t event_index(const struct virtio_queue *queue, uint32_t on)
{
    return (uint16_t)virtio_index_after(queue->taken, on != 0u ? 0u : 65535u);
}

void virtio_ask(const struct virtio_queue *queue, uint32_t on)
{
    if (queue->packed != 0u)
        ir_dma_store32(queue->driver,
                       65536u * (on != 0u ? VIRTQ_EVENT_F_ENABLE : VIRTQ_EVENT_F_DISABLE));
    else if (queue->event_idx != 0u)
        ir_dma_store16(queue->wake, event_index(queue, on));
    else
        ir_dma_store32(queue->driver, (on != 0u ? 0u : VIRTQ_AVAIL_F_NO_INTERRUPT) +
                                          (uint32_t)(queue->posted % 65536u) * 65536u);
    ir_dma_fence();
}

uint64_t virtio_finish(struct virtio_queue *queue, uint32_t id, uint64_t left)
/*@ ghost (struct ir_pool *pool, struct ledger \ghost *l, int64_t tag) */
{
    if (queue->in_order != 0u)
        return virtio_ring_distance(&queue->ring, id);
    return virtio_ring_forward(&queue->ring, id) /*@ ghost (pool, l, tag) */ ? 0u : left;
}

/* Return the oldest buffer to the pool. */
/*@ requires TAG_OK(tag);
    QUEUE_OK(requires, queue, pool, l)
    VBALANCED(requires, pool, l, &queue->ring, tag)
    requires used(&queue->ring.window) > 0;
    assigns pool->free_count, pool->stack[0 .. 65535], queue->ring.window.head, queue->taken_turn,
        l->place[0 .. 65535], l->order[0 .. 65535], l->position[0 .. 65535];
    QUEUE_OK(ensures, queue, pool, l)
    VBALANCED(ensures, pool, l, &queue->ring, tag)
    ensures used(&queue->ring.window) == \old(used(&queue->ring.window)) - 1;
    ensures lap: queue->taken_turn == (queue->ring.window.head == 0 ? 1 - \old(queue->taken_turn)
                                                                    : \old(queue->taken_turn));
    ensures ring_frees{Pre, Post}(l, tag);
*/
static inline void return_one(struct virtio_queue *queue, struct ir_pool *pool)
/*@ ghost (struct ledger \ghost *l, int64_t tag) */
{
    /*@ assert window: in_window(&queue->ring.window, queue->ring.window.head); */
    ir_move_ring_to_pool(&queue->ring.window, pool) /*@ ghost (l, tag) */;
    /*@ ghost moved: ; */
    /*@ assert ids: ids_ok(&queue->ring); */
    /*@ assert positions: positions_ok(&queue->ring); */
    virtio_took(queue);
    /*@ assert window_same: window_stays{moved, Here}(&queue->ring.window); */
}

void virtio_return(struct virtio_queue *queue, struct ir_pool *pool, uint64_t more)
/*@ ghost (struct ledger \ghost *l, int64_t tag) */
{
    /*@ loop invariant 0 <= i <= more + 1;
        QUEUE_OK(loop invariant, queue, pool, l)
        VBALANCED(loop invariant, pool, l, &queue->ring, tag)
        loop invariant used(&queue->ring.window) == \at(used(&queue->ring.window), Pre) - i;
        loop invariant ring_frees{Pre, Here}(l, tag);
        loop assigns i, pool->free_count, pool->stack[0 .. 65535], queue->ring.window.head,
            queue->taken_turn, l->place[0 .. 65535], l->order[0 .. 65535],
            l->position[0 .. 65535];
        loop variant more + 1 - i;
    */
    for (uint64_t i = 0; i <= more; i++)
        return_one(queue, pool) /*@ ghost (l, tag) */;
}

void virtio_post_pair(struct virtio_queue *queue, const struct ir_pool *pool, uint64_t position,
                      uint32_t index, uint64_t length, uint64_t flags)
/*@ ghost (struct ledger \ghost *l, int64_t tag) */
{
    uint64_t header = queue->header;
    uint64_t id = (uint64_t)queue->ring.id_at[position];
    struct virtio_desc *desc = &queue->desc[2u * id];

    virtio_store_address(&desc[0].address, virtio_header_iova(pool, index, header))
        /*@ ghost (pool, l, index, tag, queue, &queue->desc[0].address, header) */;
    virtio_store_rest(&desc[0].rest,
                      virtio_rest(header, flags + VIRTQ_DESC_F_NEXT + 65536u * (2u * id + 1u)))
        /*@ ghost (pool, header) */;
    virtio_store_address(&desc[1].address, virtio_header_iova(pool, index, 0u))
        /*@ ghost (pool, l, index, tag, queue, &queue->desc[0].address, 0) */;
    virtio_store_rest(&desc[1].rest, virtio_rest(length, flags)) /*@ ghost (pool, 0) */;
    ir_dma_store16(&queue->avail[virtio_element(queue, position, queue->posted_turn)],
                   (uint16_t)(2u * id));
    virtio_posted(queue);
}
