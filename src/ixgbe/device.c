/* SPDX-License-Identifier: MIT
 *
 * The life of a device: brought up, started, reset, shut down. What each step does to the registers is
 * in the files of the steps; their order is here.
 */
#include <errno.h>

#include "core/pci.h"
#include "ixgbe/ixgbe.h"

/* The address that the EEPROM has loaded into the first filter entry. */
/*@ requires dev_window(dev);
    assigns dev->mac[0 .. 5];
    assigns dev->trouble \from \nothing;
    ensures \result <= 0;
*/
static int take_mac(struct ixgbe_dev *dev)
{
    int result = ixgbe_mac_read(dev, dev->mac);
    bool usable = false;

    /*@ loop invariant 0 <= i <= IR_MAC_LENGTH;
        loop assigns i, usable;
        loop variant IR_MAC_LENGTH - i;
    */
    for (uint32_t i = 0; i < IR_MAC_LENGTH; i++)
        usable = usable || dev->mac[i] != 0;
    if (result == 0 && (!usable || dev->mac[0] % 2u != 0)) {
        dev->trouble = "the card has no valid MAC address of its own (RAL, RAH)";
        result = -EIO;
    }
    return result;
}

/* From a device that was just reset to one that can be started. */
/*@ requires dev_window(dev) && dev_queues(dev) && queues_broken(dev);
    requires card_stopped && dev->quiet == 1 && dev->state == IXGBE_DOWN;
    assigns card, dev->totals, dev->state;
    assigns dev->trouble \from \nothing;
    ensures \result <= 0;
    ensures \result == 0 <==> dev->state == IXGBE_STOPPED;
    ensures \result != 0 <==> dev->state == IXGBE_DOWN;
    ensures queues_broken(dev);
    DEV_OK(ensures, dev)
*/
static int set_up(struct ixgbe_dev *dev)
{
    int result = ixgbe_init(dev);

    if (result == 0)
        dev->state = IXGBE_STOPPED;
    /*@ assert rx_all: RX_WHOLE(dev); */
    /*@ assert tx_all: TX_WHOLE(dev); */
    return result;
}

int ixgbe_bring_up(struct ixgbe_dev *dev)
{
    int result = -EIO;

    if (dev->base.transport->bars[0].size < IXGBE_WINDOW) {
        dev->trouble = "the card's register window is too small for an 82599";
    } else {
        result = ir_pci_bus_master(dev->base.transport, true);
        if (result != 0)
            dev->trouble = "the card's PCI command register cannot be written";
    }
    if (result == 0)
        result = ixgbe_reset(dev);
    if (result == 0)
        result = take_mac(dev);
    if (result == 0)
        result = set_up(dev);
    if (result != 0)
        (void)ir_pci_bus_master(dev->base.transport, false);
    return result;
}

/* No queue takes packets or writes its tail from here on; the device is asked to stop. */
/*@ requires dev_window(dev) && dev_queues(dev);
    assigns card, dev->quiet, dev->state, dev->rx[0 .. IR_QUEUES_MAX - 1].queue.broken,
        dev->tx[0 .. IR_QUEUES_MAX - 1].queue.broken;
    assigns dev->trouble \from \nothing;
    ensures \result <= 0;
    ensures \result == 0 ==> card_stopped && dev->quiet == 1;
    ensures dev->quiet == 1 || dev->quiet == \old(dev->quiet);
    ensures dev->state == IXGBE_DOWN;
    ensures queues_broken(dev) && dev_window(dev);
    ensures dev_queues(dev);
*/
static int halt(struct ixgbe_dev *dev)
{
    int result;

    ixgbe_rings_break(dev);
    dev->state = IXGBE_DOWN;
    result = ixgbe_reset(dev);
    /*@ assert rx_all: RX_WHOLE(dev); */
    /*@ assert tx_all: TX_WHOLE(dev); */
    return result;
}

/* Stop, return all buffers, set up. On an error the device is down, and its buffers are where they
 * were unless it is quiet. */
/*@ requires dev_window(dev) && dev_queues(dev) && (dev->quiet == 0 || dev->quiet == 1);
    assigns card, dev->quiet, dev->state, dev->totals, dev->rx[0 .. IR_QUEUES_MAX - 1].queue.broken,
        dev->tx[0 .. IR_QUEUES_MAX - 1].queue.broken, DRAINED_BY_RINGS(dev);
    assigns dev->trouble \from \nothing;
    ensures \result <= 0;
    ensures \result == 0 <==> dev->state == IXGBE_STOPPED;
    ensures \result != 0 <==> dev->state == IXGBE_DOWN;
    DEV_OK(ensures, dev)
*/
static int stop(struct ixgbe_dev *dev)
{
    int result = halt(dev);

    if (dev->quiet)
        ixgbe_rings_drain(dev);
    if (result == 0)
        result = set_up(dev);
    return result;
}

/* Enable a transmit queue that is set up. */
/*@ requires dev_window(dev) && dev_queues(dev) && queues_agree(dev) && card.resetting == 0;
    requires q < IR_QUEUES_MAX && card.tx[q] == QUEUE_OFF;
    assigns card, dev->tx[q].queue.broken, dev->tx[q].queue.ring.size,
        dev->tx[q].queue.ring.head, dev->tx[q].queue.ring.tail;
    assigns dev->trouble \from \nothing;
    ensures wait_answer(\result);
    ensures card_same_but{Pre, Post}(-1, q);
    ensures dev_window(dev);
    ensures dev_queues(dev);
    ensures \result == 0 ==> queues_agree(dev);
*/
static int start_tx(struct ixgbe_dev *dev, uint32_t q)
{
    int result;

    if (!dev->tx[q].set_up)
        return 0;
    result = ixgbe_start_tx_queue(dev, q);
    /*@ assert rx_all: RX_WHOLE(dev); */
    /*@ assert tx_all: TX_WHOLE(dev); */
    return result;
}

/*@ requires dev_window(dev) && dev_queues(dev) && queues_agree(dev) && card.resetting == 0;
    requires \forall integer q; 0 <= q < IR_QUEUES_MAX ==> card.tx[q] == QUEUE_OFF;
    assigns card, TX_RESTARTED(dev);
    assigns dev->trouble \from \nothing;
    ensures wait_answer(\result);
    ensures card_same_but_tx{Pre, Post};
    ensures dev_window(dev);
    ensures dev_queues(dev);
    ensures \result == 0 ==> queues_agree(dev);
*/
static int start_tx_queues(struct ixgbe_dev *dev)
{
    int result = 0;

    /*@ loop invariant 0 <= q <= IR_QUEUES_MAX;
        loop invariant wait_answer(result);
        loop invariant card_same_but_tx{Pre, Here};
        loop invariant off: \forall integer k; q <= k < IR_QUEUES_MAX ==> card.tx[k] == QUEUE_OFF;
        loop invariant window: dev_window(dev);
        loop invariant whole: dev_queues(dev);
        loop invariant agree: result == 0 ==> queues_agree(dev);
        loop assigns q, result, card, dev->trouble, TX_RESTARTED(dev);
        loop variant IR_QUEUES_MAX - q;
    */
    for (uint32_t q = 0; q < IR_QUEUES_MAX && result == 0; q++)
        result = start_tx(dev, q);
    return result;
}

/* Enable a receive queue that is set up, and fill its ring once it runs: a tail written earlier would
 * be lost. */
/*@ requires dev_window(dev) && dev_queues(dev) && queues_agree(dev) && card.resetting == 0;
    requires q < IR_QUEUES_MAX && card.rx[q] == QUEUE_OFF;
    assigns card, dev->rx[q];
    assigns dev->trouble \from \nothing;
    ensures wait_answer(\result);
    ensures card_same_but{Pre, Post}(q, -1);
    ensures dev_window(dev);
    ensures dev_queues(dev);
    ensures \result == 0 ==> queues_agree(dev);
*/
static int start_rx(struct ixgbe_dev *dev, uint32_t q)
{
    int result;

    if (!dev->rx[q].set_up)
        return 0;
    result = ixgbe_start_rx_queue(dev, q);
    if (result == 0)
        ixgbe_rxq_fill(&dev->rx[q].queue);
    /*@ assert rx_all: RX_WHOLE(dev); */
    /*@ assert tx_all: TX_WHOLE(dev); */
    return result;
}

/*@ requires dev_window(dev) && dev_queues(dev) && queues_agree(dev) && card.resetting == 0;
    requires \forall integer q; 0 <= q < IR_QUEUES_MAX ==> card.rx[q] == QUEUE_OFF;
    assigns card, RX_RESTARTED(dev);
    assigns dev->trouble \from \nothing;
    ensures wait_answer(\result);
    ensures card_same_but_rx{Pre, Post};
    ensures dev_window(dev);
    ensures dev_queues(dev);
    ensures \result == 0 ==> queues_agree(dev);
*/
static int start_rx_queues(struct ixgbe_dev *dev)
{
    int result = 0;

    /*@ loop invariant 0 <= q <= IR_QUEUES_MAX;
        loop invariant wait_answer(result);
        loop invariant card_same_but_rx{Pre, Here};
        loop invariant off: \forall integer k; q <= k < IR_QUEUES_MAX ==> card.rx[k] == QUEUE_OFF;
        loop invariant window: dev_window(dev);
        loop invariant whole: dev_queues(dev);
        loop invariant agree: result == 0 ==> queues_agree(dev);
        loop assigns q, result, card, dev->trouble, RX_RESTARTED(dev);
        loop variant IR_QUEUES_MAX - q;
    */
    for (uint32_t q = 0; q < IR_QUEUES_MAX && result == 0; q++)
        result = start_rx(dev, q);
    return result;
}

/* The receive unit, when there is a queue for it. */
/*@ requires dev_window(dev) && dev_queues(dev) && queues_agree(dev);
    requires card.resetting == 0 && card.receiving == 0 && card.arbiter == 1;
    assigns card;
    assigns dev->trouble \from \nothing;
    ensures wait_answer(\result);
    ensures dev_window(dev);
    ensures dev_queues(dev);
    ensures queues_agree(dev);
    ensures card.resetting == 0 && card.arbiter == 1;
    ensures card.receiving == 0 || dev->rx[0].set_up != 0;
*/
static int open_receiver(struct ixgbe_dev *dev)
{
    int result = 0;

    if (dev->rx[0].set_up)
        result = ixgbe_receive(dev, true);
    if (result == 0)
        result = ixgbe_present(dev);
    /*@ assert rx_all: RX_WHOLE(dev); */
    /*@ assert tx_all: TX_WHOLE(dev); */
    return result;
}

/* Enable all queues, fill the receive rings, and turn the receive unit on last, so that no frame
 * arrives before there is a place for it (as DPDK does; ixy turns it on first and loses what comes
 * in between). */
/*@ requires dev_window(dev) && dev_queues(dev) && queues_agree(dev) && card_stopped;
    assigns card, TX_RESTARTED(dev), RX_RESTARTED(dev);
    assigns dev->trouble \from \nothing;
    ensures wait_answer(\result);
    ensures dev_window(dev);
    ensures dev_queues(dev);
    ensures \result == 0 ==> queues_agree(dev) && card.resetting == 0 && card.arbiter == 1 &&
        (card.receiving == 0 || dev->rx[0].set_up != 0);
*/
static int start_all(struct ixgbe_dev *dev)
{
    int result = ixgbe_set_frame_limit(dev);

    if (result == 0)
        result = ixgbe_rss_start(dev);
    if (result == 0)
        result = ixgbe_interrupt_route(dev);
    if (result == 0)
        result = start_tx_queues(dev);
    if (result == 0)
        result = start_rx_queues(dev);
    if (result == 0)
        result = open_receiver(dev);
    return result;
}

/* Start, or leave the device stopped as it was before. */
/*@ DEV_OK(requires, dev)
    requires dev->state == IXGBE_STOPPED;
    assigns card, dev->quiet, dev->state, dev->totals, TX_RESTARTED(dev), RX_RESTARTED(dev),
        DRAINED_BY_RINGS(dev);
    assigns dev->trouble \from \nothing;
    ensures wait_answer(\result);
    ensures \result == 0 ==> dev->state == IXGBE_STARTED;
    ensures \result != 0 ==> dev->state != IXGBE_STARTED;
    DEV_OK(ensures, dev)
*/
static int start_or_stop(struct ixgbe_dev *dev)
{
    int result = ixgbe_check_queues(dev);

    if (result != 0)
        return result;
    dev->quiet = false;
    /*@ assert rx_all: RX_WHOLE(dev); */
    /*@ assert tx_all: TX_WHOLE(dev); */
    result = start_all(dev);
    if (result == 0)
        dev->state = IXGBE_STARTED;
    else
        (void)stop(dev); /* the first failure is what the caller hears of */
    return result;
}

int ixgbe_start(struct ixgbe_dev *dev)
{
    int result;

    if (dev->state == IXGBE_STARTED)
        return -EBUSY;
    if (dev->state == IXGBE_DOWN)
        return -EIO;
    result = start_or_stop(dev);
    dev->run = result == 0;
    return result;
}

/* What a broken device still says before its counters are gone is better than nothing. */
/*@ requires dev_window(dev) && dev_queues(dev);
    assigns dev->totals;
    assigns dev->trouble \from \nothing;
    ensures dev_window(dev);
    ensures dev_queues(dev);
*/
static void save_statistics(struct ixgbe_dev *dev)
{
    if (dev->state != IXGBE_DOWN)
        (void)ixgbe_stats_collect(dev);
    /*@ assert rx_all: RX_WHOLE(dev); */
    /*@ assert tx_all: TX_WHOLE(dev); */
}

int ixgbe_restart(struct ixgbe_dev *dev)
{
    int result;

    save_statistics(dev);
    result = stop(dev);
    if (result == 0 && dev->run)
        result = start_or_stop(dev);
    return result;
}

int ixgbe_shut_down(struct ixgbe_dev *dev)
{
    int result = ixgbe_reset(dev);

    dev->state = IXGBE_DOWN;
    if (result == 0)
        result = ixgbe_modify(dev, IXGBE_CTRL_EXT, IXGBE_CTRL_EXT_DRV_LOAD, 0);
    /* Whatever the device says, a working PCI function obeys this. It is no confirmation. */
    (void)ir_pci_bus_master(dev->base.transport, false);
    /*@ assert rx_all: RX_WHOLE(dev); */
    /*@ assert tx_all: TX_WHOLE(dev); */
    ixgbe_rings_destroy(dev);
    return dev->quiet ? 0 : result;
}
