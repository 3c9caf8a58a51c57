/* SPDX-License-Identifier: MIT
 *
 * Start the queues of a device that has been reset and set up (82599 sections 4.6.7.1 and 4.6.8.1).
 */
#include <errno.h>
#include <string.h>

#include "ixgbe/ixgbe.h"

#define LIMIT_ENABLE 10000u /* microseconds */
#define CRC_BYTES    4u

static uint32_t low_half(uint64_t value)
{
    return (uint32_t)(value & UINT32_MAX);
}

static uint32_t high_half(uint64_t value)
{
    return (uint32_t)(value >> 32);
}

/* At least one queue, and those of each direction numbered from 0 without a gap. */
static int check_queues(const struct ixgbe_dev *dev)
{
    bool rx_ended = false;
    bool tx_ended = false;

    if (dev->rx[0] == NULL && dev->tx[0] == NULL)
        return -EINVAL;
    for (uint32_t i = 0; i < IR_QUEUES_MAX; i++) {
        if ((rx_ended && dev->rx[i] != NULL) || (tx_ended && dev->tx[i] != NULL))
            return -EINVAL;
        rx_ended = dev->rx[i] == NULL;
        tx_ended = dev->tx[i] == NULL;
    }
    return 0;
}

/* Accept and send frames as long as the largest buffer of any queue. A queue with smaller buffers
 * drops what does not fit. */
static int set_frame_limit(struct ixgbe_dev *dev)
{
    uint64_t largest = 0;
    int result;

    for (uint32_t i = 0; i < IR_QUEUES_MAX; i++) {
        if (dev->rx[i] != NULL && dev->rx[i]->queue.pool->buffer_size > largest)
            largest = dev->rx[i]->queue.pool->buffer_size;
        if (dev->tx[i] != NULL && dev->tx[i]->queue.frame_max > largest)
            largest = dev->tx[i]->queue.frame_max;
    }
    largest += CRC_BYTES;
    if (largest > IXGBE_MAXFRS_LARGEST)
        largest = IXGBE_MAXFRS_LARGEST;
    result = ixgbe_modify(dev, IXGBE_HLREG0, 0, IXGBE_HLREG0_JUMBOEN);
    if (result == 0)
        result = ixgbe_modify(dev, IXGBE_MAXFRS, IXGBE_MAXFRS_MFS_MASK,
                              IXGBE_MAXFRS_MFS((uint32_t)largest));
    return result;
}

static int start_rx_queue(struct ixgbe_dev *dev, uint32_t q)
{
    struct ixgbe_rx *rx = dev->rx[q];
    uint32_t ring_bytes = (uint32_t)(rx->queue.ring.size * sizeof(struct ixgbe_desc));
    uint32_t buffer_kib = (uint32_t)(rx->queue.pool->buffer_size / 1024u);
    int result = ixgbe_rxq_init(&rx->queue, rx->queue.ring.size);

    memset(rx->memory.memory, 0, (size_t)rx->memory.size);
    if (result == 0)
        result = ixgbe_write(dev, IXGBE_RDBAL(q), low_half(rx->memory.iova));
    if (result == 0)
        result = ixgbe_write(dev, IXGBE_RDBAH(q), high_half(rx->memory.iova));
    if (result == 0)
        result = ixgbe_write(dev, IXGBE_RDLEN(q), ring_bytes);
    /* Each buffer takes what the device believes it takes; a queue without descriptors drops its
     * frames instead of holding up the others. */
    if (result == 0)
        result = ixgbe_modify(
            dev, IXGBE_SRRCTL(q), IXGBE_SRRCTL_SIZE_MASK | IXGBE_SRRCTL_DESCTYPE_MASK,
            IXGBE_SRRCTL_BSIZEPACKET(buffer_kib) | IXGBE_SRRCTL_ONE_BUFFER | IXGBE_SRRCTL_DROP_EN);
    if (result == 0)
        result = ixgbe_modify(dev, IXGBE_DCA_RXCTRL(q), IXGBE_DCA_RXCTRL_RESERVED, 0);
    if (result == 0)
        result = ixgbe_modify(dev, IXGBE_RXDCTL(q), 0, IXGBE_RXDCTL_ENABLE);
    if (result == 0)
        result = ixgbe_wait_until(dev, IXGBE_RXDCTL(q), IXGBE_RXDCTL_ENABLE, IXGBE_RXDCTL_ENABLE,
                                  LIMIT_ENABLE, "a receive queue did not start (RXDCTL.ENABLE)");
    /* A tail written earlier would be lost. */
    if (result == 0)
        ixgbe_rx_refill(&rx->queue);
    return result;
}

static int start_tx_queue(struct ixgbe_dev *dev, uint32_t q)
{
    struct ixgbe_tx *tx = dev->tx[q];
    uint32_t ring_bytes = (uint32_t)(tx->queue.ring.size * sizeof(struct ixgbe_desc));
    uint64_t head_iova;
    int result = ixgbe_txq_init(&tx->queue, tx->queue.ring.size);

    memset(tx->memory.memory, 0, (size_t)tx->memory.size);
    if (result == 0)
        result = ir_dma_iova(&tx->memory, ring_bytes, sizeof(*tx->queue.head), &head_iova);
    if (result == 0)
        result = ixgbe_write(dev, IXGBE_TDBAL(q), low_half(tx->memory.iova));
    if (result == 0)
        result = ixgbe_write(dev, IXGBE_TDBAH(q), high_half(tx->memory.iova));
    if (result == 0)
        result = ixgbe_write(dev, IXGBE_TDLEN(q), ring_bytes);
    /* Progress is reported by writing the head to memory, in order with everything before it. */
    if (result == 0)
        result = ixgbe_write(dev, IXGBE_TDWBAH(q), high_half(head_iova));
    if (result == 0)
        result = ixgbe_write(dev, IXGBE_TDWBAL(q), low_half(head_iova) | IXGBE_TDWBAL_ENABLE);
    if (result == 0)
        result = ixgbe_modify(dev, IXGBE_DCA_TXCTRL(q), IXGBE_DCA_TXCTRL_WB_RO, 0);
    /* WTHRESH stays 0, as head write-back requires; the others as in ixy, which suits 10 Gbit/s. */
    if (result == 0)
        result = ixgbe_modify(dev, IXGBE_TXDCTL(q), IXGBE_TXDCTL_THRESHOLDS,
                              IXGBE_TXDCTL_PTHRESH(36u) | IXGBE_TXDCTL_HTHRESH(8u));
    if (result == 0)
        result = ixgbe_modify(dev, IXGBE_TXDCTL(q), 0, IXGBE_TXDCTL_ENABLE);
    if (result == 0)
        result = ixgbe_wait_until(dev, IXGBE_TXDCTL(q), IXGBE_TXDCTL_ENABLE, IXGBE_TXDCTL_ENABLE,
                                  LIMIT_ENABLE, "a transmit queue did not start (TXDCTL.ENABLE)");
    return result;
}

/* The receive unit is turned on last, so that no frame arrives before there is a place for it (as
 * DPDK does; ixy turns it on first and loses what comes in between). */
int ixgbe_start(struct ixgbe_dev *dev)
{
    int result = check_queues(dev);

    if (result != 0)
        return result;
    dev->quiet = false;
    result = set_frame_limit(dev);
    for (uint32_t q = 0; q < IR_QUEUES_MAX && dev->tx[q] != NULL && result == 0; q++)
        result = start_tx_queue(dev, q);
    for (uint32_t q = 0; q < IR_QUEUES_MAX && dev->rx[q] != NULL && result == 0; q++)
        result = start_rx_queue(dev, q);
    if (result == 0 && dev->rx[0] != NULL)
        result = ixgbe_receive(dev, true);
    if (result == 0)
        result = ixgbe_present(dev);
    return result;
}
