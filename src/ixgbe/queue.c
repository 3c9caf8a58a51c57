/* SPDX-License-Identifier: MIT
 *
 * Queues before their first packet: an empty ring, no breach. And queues while nothing comes.
 */
#include "ixgbe/queue.h"

#include <errno.h>

#include "ixgbe/regs.h"

int32_t ixgbe_rxq_init(struct ixgbe_rxq *queue, uint64_t size)
{
    queue->broken = 0u;
    queue->discarded = 0u;
    return ir_ring_init(&queue->ring, size);
}

int32_t ixgbe_txq_init(struct ixgbe_txq *queue, uint64_t size)
{
    queue->broken = 0u;
    return ir_ring_init(&queue->ring, size);
}

uint32_t ixgbe_rx_pending(const struct ixgbe_rxq *queue)
{
    uint64_t room = ir_ring_room(&queue->ring);

    if (queue->broken != 0u ||
        (ixgbe_are_many(room, queue->ring.size) && queue->pool->free_count > 0u))
        return 1u;
    if (ir_ring_used(&queue->ring) == 0u)
        return 0u;
    return ixgbe_rxd_done(ir_dma_load64(&queue->desc[queue->ring.head].hi));
}

uint32_t ixgbe_tx_pending(const struct ixgbe_txq *queue)
{
    return queue->broken != 0u || ir_dma_load32(queue->head) != queue->ring.head;
}

/* 1 when the device does not answer any more: all registers of one that is gone read as ones. */
/*@ requires \valid_read(regs);
    assigns \nothing;
    ensures \result == 0 || \result == 1;
*/
static uint32_t is_gone(const struct ir_regs *regs)
{
    uint32_t status = IR_REG_GONE;

    return ir_reg_read(regs, IXGBE_STATUS, 4u, &status) != 0 || status == IR_REG_GONE;
}

void ixgbe_rx_check(struct ixgbe_rxq *queue)
{
    if (is_gone(queue->regs))
        queue->broken = 1u;
}

void ixgbe_tx_check(struct ixgbe_txq *queue)
{
    if (is_gone(queue->regs))
        queue->broken = 1u;
}
