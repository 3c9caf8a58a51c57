/* SPDX-License-Identifier: MIT
 *
 * Queues as objects: their memory, their pools, their end. No register is touched here.
 */
#include <errno.h>
#include <stdlib.h>

#include "api/domain.h"
#include "api/pool.h"
#include "ixgbe/ixgbe.h"

/* The head write-back word has a cache line of its own after the ring. It must be 16-byte aligned.
 */
#define HEAD_LINE 64u

static int rx_burst(struct ir_rxq *queue, struct ir_pkt *pkts, uint32_t max)
{
    return ixgbe_rx_burst((struct ixgbe_rxq *)queue, pkts, max);
}

static void rx_drops(const struct ir_rxq *queue, struct ir_rxq_drops *drops)
{
    *drops = ((const struct ixgbe_rxq *)queue)->dropped;
}

static int tx_burst(struct ir_txq *queue, const struct ir_pkt *pkts, uint32_t count)
{
    return ixgbe_tx_burst((struct ixgbe_txq *)queue, pkts, count);
}

static int tx_reclaim(struct ir_txq *queue)
{
    return ixgbe_tx_reclaim((struct ixgbe_txq *)queue);
}

int ixgbe_rx_create(struct ixgbe_dev *dev, uint32_t index, uint32_t size, struct ir_pool *pool)
{
    struct ixgbe_rx *rx = calloc(1, sizeof(*rx));
    int result;

    if (rx == NULL)
        return -ENOMEM;
    rx->queue.base.burst = rx_burst;
    rx->queue.base.drops = rx_drops;
    rx->queue.regs = &dev->base.transport->regs;
    rx->queue.pool = pool;
    rx->queue.tail_register = IXGBE_RDT(index);
    result = ixgbe_rxq_init(&rx->queue, size);
    if (result != 0)
        goto free_queue;
    rx->queue.broken = 1; /* until the device is started */
    result = ir_domain_alloc(dev->base.domain, size * sizeof(struct ixgbe_desc), &rx->memory);
    if (result != 0)
        goto free_queue;
    rx->queue.desc = (struct ixgbe_desc *)(void *)rx->memory.memory;
    result = ir_pool_attach(pool, &rx->queue.ring);
    if (result != 0)
        goto free_memory;
    dev->rx[index] = rx;
    return 0;

free_memory:
    ir_domain_free(dev->base.domain, &rx->memory);
free_queue:
    free(rx);
    return result;
}

int ixgbe_tx_create(struct ixgbe_dev *dev, uint32_t index, uint32_t size, struct ir_pool *pool)
{
    uint64_t ring_bytes = size * sizeof(struct ixgbe_desc);
    struct ixgbe_tx *tx = calloc(1, sizeof(*tx));
    int result;

    if (tx == NULL)
        return -ENOMEM;
    tx->queue.base.burst = tx_burst;
    tx->queue.base.reclaim = tx_reclaim;
    tx->queue.regs = &dev->base.transport->regs;
    tx->queue.pool = pool;
    tx->queue.tail_register = IXGBE_TDT(index);
    tx->queue.frame_max =
        pool->buffer_size < IR_FRAME_MAX ? (uint32_t)pool->buffer_size : IR_FRAME_MAX;
    result = ixgbe_txq_init(&tx->queue, size);
    if (result != 0)
        goto free_queue;
    tx->queue.broken = 1; /* until the device is started */
    result = ir_domain_alloc(dev->base.domain, ring_bytes + HEAD_LINE, &tx->memory);
    if (result != 0)
        goto free_queue;
    tx->queue.desc = (struct ixgbe_desc *)(void *)tx->memory.memory;
    tx->queue.head = (volatile ir_device32 *)(void *)(tx->memory.memory + ring_bytes);
    result = ir_pool_attach(pool, &tx->queue.ring);
    if (result != 0)
        goto free_memory;
    dev->tx[index] = tx;
    return 0;

free_memory:
    ir_domain_free(dev->base.domain, &tx->memory);
free_queue:
    free(tx);
    return result;
}

void ixgbe_rings_break(struct ixgbe_dev *dev)
{
    for (uint32_t i = 0; i < IR_QUEUES_MAX; i++) {
        if (dev->rx[i] != NULL)
            dev->rx[i]->queue.broken = 1;
        if (dev->tx[i] != NULL)
            dev->tx[i]->queue.broken = 1;
    }
}

void ixgbe_rings_drain(struct ixgbe_dev *dev)
{
    for (uint32_t i = 0; i < IR_QUEUES_MAX; i++) {
        if (dev->rx[i] != NULL)
            ixgbe_rx_drain(&dev->rx[i]->queue);
        if (dev->tx[i] != NULL)
            ixgbe_tx_drain(&dev->tx[i]->queue);
    }
}

static void release(struct ixgbe_dev *dev, struct ir_pool *pool, const struct ir_ring *ring,
                    const struct ir_dma *memory)
{
    if (dev->quiet) {
        ir_pool_detach(pool, ring);
        ir_domain_free(dev->base.domain, memory);
    } else {
        ir_pool_abandon(pool, ring);
        ir_domain_abandon(dev->base.domain, memory);
    }
}

void ixgbe_rings_destroy(struct ixgbe_dev *dev)
{
    if (dev->quiet)
        ixgbe_rings_drain(dev);
    for (uint32_t i = 0; i < IR_QUEUES_MAX; i++) {
        struct ixgbe_rx *rx = dev->rx[i];
        struct ixgbe_tx *tx = dev->tx[i];

        if (rx != NULL)
            release(dev, rx->queue.pool, &rx->queue.ring, &rx->memory);
        if (tx != NULL)
            release(dev, tx->queue.pool, &tx->queue.ring, &tx->memory);
        free(rx);
        free(tx);
        dev->rx[i] = NULL;
        dev->tx[i] = NULL;
    }
}
