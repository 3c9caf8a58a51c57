/* SPDX-License-Identifier: MIT
 *
 * The steps of a start, for a device that has been reset and set up (82574 sections 4.6.5 and
 * 4.6.6). Their order is device.c's.
 */
#include "e1000e/e1000e.h"

#define RX_PTHRESH 32u
#define RX_HTHRESH 4u
#define TX_PTHRESH 31u
#define TX_HTHRESH 1u

/* Where a ring is, and that it is empty: a reset may have left old places (that of QEMU does), and the
 * device would go on from there. The registers of both directions are laid out alike. */
/*@ requires dev_window(dev) && ring_described(memory) && card.resetting == 0;
    requires 0 < size <= 4096 && size % 64 == 0;
    requires (first == E1000E_RDBAL && card.receiving == 0) ||
        (first == E1000E_TDBAL && card.sending == 0);
    assigns \nothing;
    ensures access_answer(\result);
*/
static int describe_ring(struct e1000e_dev *dev, uint32_t first, const struct ir_dma *memory,
                         uint64_t size)
{
    int result = e1000e_write(dev, first, (uint32_t)(memory->iova % 4294967296u));

    if (result == 0)
        result = e1000e_write(dev, first + 4u, (uint32_t)(memory->iova / 4294967296u));
    if (result == 0)
        result = e1000e_write(dev, first + 8u, (uint32_t)size * IXGBE_DESC_BYTES);
    if (result == 0)
        result = e1000e_write(dev, first + 16u, 0); /* head */
    if (result == 0)
        result = e1000e_write(dev, first + 24u, 0); /* tail */
    return result;
}

int e1000e_start_tx(struct e1000e_dev *dev)
{
    struct ixgbe_tx *tx = &dev->tx;
    int result = ixgbe_txq_init(&tx->queue, tx->queue.ring.size);

    if (result == 0) {
        ixgbe_ring_clear(tx->queue.desc, tx->queue.ring.size);
        result = describe_ring(dev, E1000E_TDBAL, &tx->memory, tx->queue.ring.size);
    }
    /* WTHRESH stays 0, so that each descriptor that asks for a report gets it at once. */
    if (result == 0)
        result =
            e1000e_modify(dev, E1000E_TXDCTL(0), E1000E_TXDCTL_THRESHOLDS,
                          E1000E_PTHRESH(TX_PTHRESH) + E1000E_HTHRESH(TX_HTHRESH) + E1000E_GRAN);
    if (result == 0)
        result = e1000e_modify(dev, E1000E_TCTL, 0, E1000E_TCTL_EN);
    return result;
}

/*@ requires dev_window(dev) && rx_whole(dev) && card.resetting == 0 && card.receiving == 0;
    assigns card;
    ensures access_answer(\result);
    ensures card_same{Pre, Post};
*/
static int set_receive_format(struct e1000e_dev *dev)
{
    return e1000e_modify(dev, E1000E_RCTL, E1000E_RCTL_FORMAT, e1000e_receive_format(dev));
}

int e1000e_start_rx(struct e1000e_dev *dev)
{
    struct ixgbe_rx *rx = &dev->rx;
    int result = ixgbe_rxq_init(&rx->queue, rx->queue.ring.size);

    if (result == 0) {
        ixgbe_ring_clear(rx->queue.desc, rx->queue.ring.size);
        result = describe_ring(dev, E1000E_RDBAL, &rx->memory, rx->queue.ring.size);
    }
    if (result == 0)
        result =
            e1000e_modify(dev, E1000E_RXDCTL, E1000E_RXDCTL_THRESHOLDS,
                          E1000E_PTHRESH(RX_PTHRESH) + E1000E_HTHRESH(RX_HTHRESH) + E1000E_GRAN);
    if (result == 0)
        result = set_receive_format(dev);
    if (result == 0)
        result = e1000e_modify(dev, E1000E_RCTL, 0, E1000E_RCTL_EN);
    return result;
}
