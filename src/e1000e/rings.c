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
    /*@ ghost provided: ; */
    ixgbe_rx_make(&dev->rx, &dev->base.transport->bars[0], pool, &memory, size, E1000E_RDT,
                  E1000E_RXD_ERRORS);
    /*@ assert apart: \separated(&dev->rx, &dev->tx) && \separated(&dev->rx, &dev->base); */
    /*@ assert numbers: dev->tx.queue.ring.size == \at(dev->tx.queue.ring.size, provided) &&
            dev->tx.memory.size == \at(dev->tx.memory.size, provided) &&
            dev->tx.memory.iova == \at(dev->tx.memory.iova, provided) &&
            dev->tx.queue.frame_max == \at(dev->tx.queue.frame_max, provided); */
    /*@ assert flags: dev->tx.set_up == \at(dev->tx.set_up, provided) &&
            dev->tx.queue.broken == \at(dev->tx.queue.broken, provided); */
    /*@ assert places: dev->tx.queue.desc == \at(dev->tx.queue.desc, provided) &&
            dev->tx.queue.pool == \at(dev->tx.queue.pool, provided); */
    /*@ assert other: tx_fixed{provided, Here}(dev); */
    /*@ assert base: dev->base.transport == \at(dev->base.transport, provided) &&
            dev->state == \at(dev->state, provided) && dev->quiet == \at(dev->quiet, provided); */
    /*@ assert whole: rx_whole(dev); */
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
    /*@ ghost provided: ; */
    ixgbe_tx_make(&dev->tx, &dev->base.transport->bars[0], pool, &memory, size, E1000E_TDT, NULL,
                  E1000E_FRAME_MAX);
    /*@ assert apart: \separated(&dev->tx, &dev->rx) && \separated(&dev->tx, &dev->base); */
    /*@ assert numbers: dev->rx.queue.ring.size == \at(dev->rx.queue.ring.size, provided) &&
            dev->rx.memory.size == \at(dev->rx.memory.size, provided) &&
            dev->rx.memory.iova == \at(dev->rx.memory.iova, provided) &&
            dev->rx.buffer_size == \at(dev->rx.buffer_size, provided); */
    /*@ assert flags: dev->rx.set_up == \at(dev->rx.set_up, provided) &&
            dev->rx.queue.broken == \at(dev->rx.queue.broken, provided); */
    /*@ assert places: dev->rx.queue.desc == \at(dev->rx.queue.desc, provided) &&
            dev->rx.queue.pool == \at(dev->rx.queue.pool, provided); */
    /*@ assert other: rx_fixed{provided, Here}(dev); */
    /*@ assert base: dev->base.transport == \at(dev->base.transport, provided) &&
            dev->state == \at(dev->state, provided) && dev->quiet == \at(dev->quiet, provided); */
    /*@ assert whole: tx_whole(dev); */
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
