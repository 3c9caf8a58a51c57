/* SPDX-License-Identifier: MIT
 *
 * Transmit: buffers return to the pool as far as the device reports progress. It does so by DD in
 * descriptors that ask for it (RS, 7.2.4): the last one of each burst, and each 32nd slot. Only one of
 * those in use is looked at, and DD is all that is taken from it, so a device that sets it too early gets
 * its own frames wrong.
 */
#include <errno.h>

#include "ixgbe/send.h"

#include "e1000e/e1000e.h"

/* Slots up to the next one that asks for a report, if the device has given it; else 0. Groups of them do
 * not go around the end of the ring. */
/*@ requires \valid_read(queue) && ring_shape(&queue->ring);
    requires queue->ring.size % IXGBE_TXD_LEGACY_GROUP == 0;
    requires \valid(queue->desc + (0 .. queue->ring.size - 1));
    assigns \nothing;
    ensures 0 <= \result <= used(&queue->ring);
*/
static inline uint64_t tx_finished(const struct ixgbe_txq *queue)
{
    uint64_t head = queue->ring.head;
    uint64_t group = IXGBE_TXD_LEGACY_GROUP - head % IXGBE_TXD_LEGACY_GROUP;
    uint64_t used = ir_ring_used(&queue->ring);
    uint64_t count = used < group ? used : group;

    /*@ assert whole: head / IXGBE_TXD_LEGACY_GROUP < queue->ring.size / IXGBE_TXD_LEGACY_GROUP; */
    /*@ assert inside: head + group <= queue->ring.size; */
    if (count == 0u)
        return 0u;
    return ixgbe_txd_done(ir_dma_load64(&queue->desc[head + count - 1u].hi)) ? count : 0u;
}

int32_t
e1000e_tx_reclaim(struct ixgbe_txq *queue) /*@ ghost (struct ledger \ghost *l, int64_t tag) */
{
    uint64_t used = ir_ring_used(&queue->ring);
    uint64_t finished;

    if (queue->broken != 0u)
        return -EIO;
    finished = tx_finished(queue);
    /*@ BALANCED(loop invariant, queue->pool, l, &queue->ring, tag)
        loop invariant finished <= used == used(&queue->ring) <= \at(used(&queue->ring), Pre);
        loop invariant moves: ring_frees{Pre, Here}(l, tag);
        loop assigns used, finished, queue->pool->free_count, queue->pool->stack[0 .. 65535],
            queue->ring.head, l->place[0 .. 65535], l->order[0 .. 65535], l->position[0 .. 65535];
        loop variant used;
    */
    while (finished > 0u) {
        ixgbe_tx_free(queue, queue->pool, finished) /*@ ghost (l, tag) */;
        used -= finished;
        finished = tx_finished(queue);
    }
    return (int32_t)used;
}

uint32_t e1000e_tx_pending(const struct ixgbe_txq *queue)
{
    return queue->broken != 0u || tx_finished(queue) > 0u;
}

int32_t e1000e_tx_burst(struct ixgbe_txq *queue, const struct ir_pkt *pkts, uint32_t count)
/*@ ghost (struct ledger \ghost *l, int64_t tag) */
{
    int32_t in_use = 0;

    if (queue->broken != 0u || ixgbe_are_many(ir_ring_used(&queue->ring), queue->ring.size))
        in_use = e1000e_tx_reclaim(queue) /*@ ghost (l, tag) */;
    if (in_use < 0)
        return -EIO;
    return ixgbe_tx_send(queue, queue->pool, pkts, count, IXGBE_TX_LEGACY) /*@ ghost (l, tag) */;
}
