/* SPDX-License-Identifier: MIT
 *
 * The steps of a start, for a device that has been reset and set up (82599 sections 4.6.7.1 and
 * 4.6.8.1). Their order is device.c's.
 */
#include <errno.h>

#include "ixgbe/ixgbe.h"

#define LIMIT_ENABLE 10000u /* microseconds */
#define CRC_BYTES    4u

/*@ assigns \nothing;
    ensures \result == value % 4294967296;
*/
static uint32_t low_half(uint64_t value)
{
    return (uint32_t)(value % 4294967296u);
}

/*@ assigns \nothing;
    ensures \result == value / 4294967296;
*/
static uint32_t high_half(uint64_t value)
{
    return (uint32_t)(value / 4294967296u);
}

int ixgbe_check_queues(const struct ixgbe_dev *dev)
{
    bool rx_ended = false;
    bool tx_ended = false;

    if (!dev->rx[0].set_up && !dev->tx[0].set_up)
        return -EINVAL;
    /*@ loop invariant 0 <= i <= IR_QUEUES_MAX;
        loop invariant i > 0 ==> (rx_ended != 0 <==> dev->rx[i - 1].set_up == 0);
        loop invariant i > 0 ==> (tx_ended != 0 <==> dev->tx[i - 1].set_up == 0);
        loop invariant i == 0 ==> rx_ended == 0 && tx_ended == 0;
        loop invariant \forall integer k; 0 < k < i ==> dev->rx[k].set_up != 0 ==>
            dev->rx[k - 1].set_up != 0;
        loop invariant \forall integer k; 0 < k < i ==> dev->tx[k].set_up != 0 ==>
            dev->tx[k - 1].set_up != 0;
        loop assigns i, rx_ended, tx_ended;
        loop variant IR_QUEUES_MAX - i;
    */
    for (uint32_t i = 0; i < IR_QUEUES_MAX; i++) {
        if ((rx_ended && dev->rx[i].set_up) || (tx_ended && dev->tx[i].set_up))
            return -EINVAL;
        rx_ended = !dev->rx[i].set_up;
        tx_ended = !dev->tx[i].set_up;
    }
    return 0;
}

/* The longest frame, without its checksum, that some queue has a buffer for. */
/*@ requires \valid_read(dev) && dev_queues(dev);
    assigns \nothing;
    ensures \result <= IR_BUFFER_SIZE_MAX;
*/
static uint32_t longest_frame(const struct ixgbe_dev *dev)
{
    uint32_t longest = 0;

    /*@ loop invariant 0 <= i <= IR_QUEUES_MAX;
        loop invariant longest <= IR_BUFFER_SIZE_MAX;
        loop assigns i, longest;
        loop variant IR_QUEUES_MAX - i;
    */
    for (uint32_t i = 0; i < IR_QUEUES_MAX; i++) {
        if (dev->rx[i].set_up && dev->rx[i].buffer_size > longest)
            longest = (uint32_t)dev->rx[i].buffer_size;
        if (dev->tx[i].set_up && dev->tx[i].queue.frame_max > longest)
            longest = dev->tx[i].queue.frame_max;
    }
    return longest;
}

int ixgbe_set_frame_limit(struct ixgbe_dev *dev)
{
    uint32_t limit = longest_frame(dev) + CRC_BYTES;
    int result = ixgbe_modify(dev, IXGBE_HLREG0, 0, IXGBE_HLREG0_JUMBOEN);

    if (limit > IXGBE_MAXFRS_LARGEST)
        limit = IXGBE_MAXFRS_LARGEST;
    if (result == 0)
        result = ixgbe_modify(dev, IXGBE_MAXFRS, IXGBE_MAXFRS_MFS_MASK, IXGBE_MAXFRS_MFS(limit));
    return result;
}

/* Where the receive ring is, and what its buffers are like. Each takes what the device believes it
 * takes; a queue without descriptors drops its frames instead of holding up the others. */
/*@ requires dev_window(dev) && q < IR_QUEUES_MAX && ring_described(&rx->memory);
    requires \valid_read(rx) && rx->queue.ring.size <= 4096 && rx->queue.ring.size % 64 == 0 &&
        rx->queue.ring.size > 0;
    requires rx->buffer_size == 2048 || rx->buffer_size == 4096 || rx->buffer_size == 8192 ||
        rx->buffer_size == 16384;
    requires card.resetting == 0 && card.rx[q] == QUEUE_OFF;
    assigns card;
    ensures access_answer(\result);
    ensures card_same{Pre, Post};
*/
static int describe_rx_ring(struct ixgbe_dev *dev, uint32_t q, const struct ixgbe_rx *rx)
{
    uint32_t kib = (uint32_t)(rx->buffer_size / 1024u);
    int result = ixgbe_write(dev, IXGBE_RDBAL(q), low_half(rx->memory.iova));

    if (result == 0)
        result = ixgbe_write(dev, IXGBE_RDBAH(q), high_half(rx->memory.iova));
    if (result == 0)
        result = ixgbe_write(dev, IXGBE_RDLEN(q), (uint32_t)rx->queue.ring.size * IXGBE_DESC_BYTES);
    if (result == 0)
        result = ixgbe_modify(
            dev, IXGBE_SRRCTL(q), IXGBE_SRRCTL_SIZE_MASK | IXGBE_SRRCTL_DESCTYPE_MASK,
            IXGBE_SRRCTL_BSIZEPACKET(kib) + IXGBE_SRRCTL_ONE_BUFFER + IXGBE_SRRCTL_DROP_EN);
    return result;
}

int ixgbe_start_rx_queue(struct ixgbe_dev *dev, uint32_t q)
{
    struct ixgbe_rx *rx = &dev->rx[q];
    int result = ixgbe_rxq_init(&rx->queue, rx->queue.ring.size);

    if (result == 0) {
        ixgbe_ring_clear(rx->queue.desc, rx->queue.ring.size);
        result = describe_rx_ring(dev, q, rx);
    }
    if (result == 0)
        result = ixgbe_modify(dev, IXGBE_DCA_RXCTRL(q), IXGBE_DCA_RXCTRL_RESERVED, 0);
    if (result == 0)
        result = ixgbe_modify(dev, IXGBE_RXDCTL(q), 0, IXGBE_RXDCTL_ENABLE);
    if (result == 0)
        result = ixgbe_wait_until(dev, IXGBE_RXDCTL(q), IXGBE_RXDCTL_ENABLE, IXGBE_RXDCTL_ENABLE,
                                  LIMIT_ENABLE, "a receive queue did not start (RXDCTL.ENABLE)");
    return result;
}

/* Where the transmit ring is, and the word after it to which the device reports its progress (head
 * write-back), in order with everything before it. */
/*@ requires dev_window(dev) && q < IR_QUEUES_MAX && ring_described(&tx->memory);
    requires \valid_read(tx) && tx->queue.ring.size <= 4096 && tx->queue.ring.size % 64 == 0 &&
        tx->queue.ring.size > 0;
    requires card.resetting == 0 && card.tx[q] == QUEUE_OFF;
    assigns card;
    ensures access_answer(\result);
    ensures card_same{Pre, Post};
*/
static int describe_tx_ring(struct ixgbe_dev *dev, uint32_t q, const struct ixgbe_tx *tx)
{
    uint32_t bytes = (uint32_t)tx->queue.ring.size * IXGBE_DESC_BYTES;
    uint64_t head = 0;
    int result = ir_dma_iova(&tx->memory, bytes, sizeof(*tx->queue.head), &head);

    if (result == 0)
        result = ixgbe_write(dev, IXGBE_TDBAL(q), low_half(tx->memory.iova));
    if (result == 0)
        result = ixgbe_write(dev, IXGBE_TDBAH(q), high_half(tx->memory.iova));
    if (result == 0)
        result = ixgbe_write(dev, IXGBE_TDLEN(q), bytes);
    if (result == 0)
        result = ixgbe_write(dev, IXGBE_TDWBAH(q), high_half(head));
    if (result == 0)
        result = ixgbe_write(dev, IXGBE_TDWBAL(q), low_half(head) + IXGBE_TDWBAL_ENABLE);
    return result;
}

int ixgbe_start_tx_queue(struct ixgbe_dev *dev, uint32_t q)
{
    struct ixgbe_tx *tx = &dev->tx[q];
    int result = ixgbe_txq_init(&tx->queue, tx->queue.ring.size);

    if (result == 0) {
        ixgbe_ring_clear(tx->queue.desc, tx->queue.ring.size);
        ir_dma_store32(tx->queue.head, 0);
        result = describe_tx_ring(dev, q, tx);
    }
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
