/* SPDX-License-Identifier: MIT
 *
 * Transmit: buffers return to the pool as far as the device reports progress (head write-back,
 * 7.2.3.5.2). The reported head is read once, and used only if it lies between what was reported
 * before and what was lent.
 */
#include <errno.h>

#include "ixgbe/send.h"

/* Slots the device has finished with, by its word `head`; more than are in use when it lies. */
/*@ requires \valid_read(ring) && ring_shape(ring);
    assigns \nothing;
    ensures head >= ring->size ==> \result == ring->size;
    ensures head < ring->size ==> \result == distance(ring->head, ring->size, head);
*/
static inline uint64_t tx_finished(const struct ir_ring *ring, uint32_t head)
{
    if (head >= ring->size)
        return ring->size;
    return head >= ring->head ? head - ring->head : head + ring->size - ring->head;
}

int32_t
ixgbe_tx_reclaim(struct ixgbe_txq *queue) /*@ ghost (struct ledger \ghost *l, int64_t tag) */
{
    struct ir_pool *pool = queue->pool;
    uint64_t finished = tx_finished(&queue->ring, ir_dma_load32(queue->head));

    if (queue->broken != 0u || finished > ir_ring_used(&queue->ring)) {
        queue->broken = 1u;
        return -EIO;
    }
    ixgbe_tx_free(queue, pool, finished) /*@ ghost (l, tag) */;
    return (int32_t)ir_ring_used(&queue->ring);
}

/* Reclaim when it is worth it. Returns 0, or -EIO when the queue is broken. */
/*@ requires txq_memory(queue, queue->pool, l) && \valid_read(queue->head);
    BALANCED(requires, queue->pool, l, &queue->ring, tag)
    requires TAG_OK(tag);
    assigns queue->pool->free_count, queue->pool->stack[0 .. 65535], queue->ring.head,
        queue->broken, l->place[0 .. 65535], l->order[0 .. 65535], l->position[0 .. 65535];
    BALANCED(ensures, queue->pool, l, &queue->ring, tag)
    ensures \result == 0 || \result == -5;
    ensures runs: \result == 0 ==> queue->broken == 0;
    ensures stays_broken: \old(queue->broken) != 0 ==> \result == -5 && queue->broken != 0;
    ensures ring_frees{Pre, Post}(l, tag);
*/
static int32_t tx_make_room(struct ixgbe_txq *queue)
/*@ ghost (struct ledger \ghost *l, int64_t tag) */
{
    int32_t in_use = 0;

    if (queue->broken != 0u || ixgbe_are_many(ir_ring_used(&queue->ring), queue->ring.size))
        in_use = ixgbe_tx_reclaim(queue) /*@ ghost (l, tag) */;
    return in_use < 0 ? -EIO : 0;
}

int32_t ixgbe_tx_burst(struct ixgbe_txq *queue, const struct ir_pkt *pkts, uint32_t count)
/*@ ghost (struct ledger \ghost *l, int64_t tag) */
{
    int32_t result = tx_make_room(queue) /*@ ghost (l, tag) */;

    if (result == 0)
        result = ixgbe_tx_send(queue, queue->pool, pkts, count, IXGBE_TX_ADVANCED)
            /*@ ghost (l, tag) */;
    return result;
}

void ixgbe_tx_drain(struct ixgbe_txq *queue) /*@ ghost (struct ledger \ghost *l, int64_t tag) */
{
    ir_move_drain(&queue->ring, queue->pool) /*@ ghost (l, tag) */;
}
