/* SPDX-License-Identifier: MIT
 *
 * Receive: lend free buffers to the device, take filled ones back for the application. What the
 * device says of a buffer is read once, and used only after it was found to be of a buffer that was
 * lent, and to fit it.
 */
#include <errno.h>

#include "core/compiler.h"
#include "core/counter.h"
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

/* Lend one free buffer, in the position at the tail. */
/*@ requires queue_memory(queue, pool, l) && TAG_OK(tag);
    VBALANCED(requires, pool, l, &queue->ring, tag)
    requires pool->free_count > 0 && used(&queue->ring.window) < queue->ring.window.size - 1;
    assigns pool->free_count, queue->ring.window.slot[0 .. 4095], queue->ring.window.tail,
        queue->posted_flags, l->place[0 .. 65535];
    ensures queue_memory(queue, pool, l);
    VBALANCED(ensures, pool, l, &queue->ring, tag)
    ensures ring_fills{Pre, Post}(l, tag);
    ensures pool->free_count == \old(pool->free_count) - 1;
    ensures used(&queue->ring.window) == \old(used(&queue->ring.window)) + 1;
*/
static inline void rx_lend(struct virtio_queue *queue, struct ir_pool *pool)
/*@ ghost (struct ledger \ghost *l, int64_t tag) */
{
    uint64_t position = queue->ring.window.tail;
    uint32_t index = ir_move_pool_to_ring(pool, &queue->ring.window) /*@ ghost (l, tag) */;

    /*@ ghost moved: ; */
    /*@ assert ids: ids_ok(&queue->ring); */
    /*@ assert positions: positions_ok(&queue->ring); */
    virtio_post(queue, pool, position, index, pool->buffer_size, VIRTQ_DESC_F_WRITE)
        /*@ ghost (l, tag) */;
    /*@ assert window: window_stays{moved, Here}(&queue->ring.window); */
}

void virtio_rx_refill(struct virtio_rxq *rxq) /*@ ghost (struct ledger \ghost *l, int64_t tag) */
{
    struct virtio_queue *queue = &rxq->queue;
    struct ir_pool *pool = queue->pool;
    uint64_t room = ir_ring_room(&queue->ring.window);
    uint64_t count = room < pool->free_count ? room : pool->free_count;

    /*@ loop invariant 0 <= i <= count;
        loop invariant memory: queue_memory(queue, pool, l);
        VBALANCED(loop invariant, pool, l, &queue->ring, tag)
        loop invariant used(&queue->ring.window) == \at(used(&rxq->queue.ring.window), Pre) + i;
        loop invariant pool->free_count == \at(rxq->queue.pool->free_count, Pre) - i;
        loop invariant ring_fills{Pre, Here}(l, tag);
        loop assigns i, pool->free_count, queue->ring.window.slot[0 .. 4095],
            queue->ring.window.tail, queue->posted_flags, l->place[0 .. 65535];
        loop variant count - i;
    */
    for (uint64_t i = 0; i < count; i++)
        rx_lend(queue, pool) /*@ ghost (l, tag) */;
    if (count > 0u)
        virtio_publish(queue, count);
}
