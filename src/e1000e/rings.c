/* SPDX-License-Identifier: MIT
 *
 * Queues as objects: their memory, their pools, their end. No register is touched here.
 */
#include <errno.h>

#include "e1000e/e1000e.h"

int e1000e_rx_create(struct e1000e_dev *dev, uint32_t size, struct ir_pool *pool)
{
    struct ir_dma memory = {0};
    int result;

    if (!ir_ring_size_legal(size))
        return -EINVAL;
    result = ixgbe_ring_provide(dev->base.domain, pool, &dev->rx.queue.ring,
                                (uint64_t)size * IXGBE_DESC_BYTES, &memory);
    if (result != 0)
        return result;
    ixgbe_rx_make(&dev->rx, &dev->base.transport->bars[0], pool, &memory, size, E1000E_RDT,
                  E1000E_RXD_ERRORS);
    return 0;
}

int e1000e_tx_create(struct e1000e_dev *dev, uint32_t size, struct ir_pool *pool)
{
    struct ir_dma memory = {0};
    int result;

    if (!ir_ring_size_legal(size))
        return -EINVAL;
    result = ixgbe_ring_provide(dev->base.domain, pool, &dev->tx.queue.ring,
                                (uint64_t)size * IXGBE_DESC_BYTES, &memory);
    if (result != 0)
        return result;
    ixgbe_tx_make(&dev->tx, &dev->base.transport->bars[0], pool, &memory, size, E1000E_TDT, NULL,
                  E1000E_FRAME_MAX);
    return 0;
}

void e1000e_rings_drain(struct e1000e_dev *dev)
{
    if (dev->rx.set_up)
        ixgbe_rxq_empty(&dev->rx.queue);
    if (dev->tx.set_up)
        ixgbe_txq_empty(&dev->tx.queue);
}

void e1000e_rings_destroy(struct e1000e_dev *dev)
{
    if (dev->quiet)
        e1000e_rings_drain(dev);
    if (dev->rx.set_up)
        ixgbe_ring_release(dev->base.domain, dev->rx.queue.pool, &dev->rx.queue.ring,
                           &dev->rx.memory, dev->quiet);
    if (dev->tx.set_up)
        ixgbe_ring_release(dev->base.domain, dev->tx.queue.pool, &dev->tx.queue.ring,
                           &dev->tx.memory, dev->quiet);
    dev->rx.set_up = false;
    dev->tx.set_up = false;
}
