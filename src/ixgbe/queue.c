/* SPDX-License-Identifier: MIT
 *
 * Queues before their first packet: an empty ring, no breach.
 */
#include "ixgbe/queue.h"

#include <errno.h>

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
