/* SPDX-License-Identifier: MIT
 *
 * The life of a device: brought up, started, reset, shut down. What each step does to the registers is
 * in the files of the steps; their order is here.
 */
#include <errno.h>

#include "core/pci.h"
#include "e1000e/interrupt.h"

/* The address that the NVM has loaded into the first filter entry. */
/*@ requires dev_window(dev);
    assigns dev->mac[0 .. 5];
    assigns dev->trouble \from \nothing;
    ensures \result <= 0;
*/
static int take_mac(struct e1000e_dev *dev)
{
    int result = e1000e_mac_read(dev, dev->mac);
    bool usable = false;

    if (result == 0)
        result = e1000e_present(dev);

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
    requires card_fresh && dev->quiet == 1 && dev->state == E1000E_DOWN;
    assigns card, dev->totals, dev->state;
    assigns dev->trouble \from \nothing;
    ensures \result <= 0;
    ensures \result == 0 <==> dev->state == E1000E_STOPPED;
    ensures \result != 0 <==> dev->state == E1000E_DOWN;
    ensures queues_broken(dev);
    DEV_OK(ensures, dev)
*/
static int set_up(struct e1000e_dev *dev)
{
    int result = e1000e_init(dev);

    if (result == 0)
        dev->state = E1000E_STOPPED;
    return result;
}

int e1000e_bring_up(struct e1000e_dev *dev)
{
    int result = -EIO;

    if (dev->base.transport->bars[0].size < E1000E_WINDOW) {
        dev->trouble = "the card's register window is too small for an 82574";
    } else {
        result = ir_pci_bus_master(dev->base.transport, true);
        if (result != 0)
            dev->trouble = "the card's PCI command register cannot be written";
    }
    if (result == 0)
        result = e1000e_reset(dev);
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
    assigns card, dev->quiet, dev->state, dev->rx.queue.broken, dev->tx.queue.broken;
    assigns dev->trouble \from \nothing;
    ensures \result <= 0;
    ensures \result == 0 ==> card_fresh && dev->quiet == 1;
    ensures dev->quiet == 1 || dev->quiet == \old(dev->quiet);
    ensures dev->state == E1000E_DOWN;
    ensures queues_broken(dev) && dev_window(dev);
    ensures dev_queues(dev);
*/
static int halt(struct e1000e_dev *dev)
{
    dev->rx.queue.broken = 1;
    dev->tx.queue.broken = 1;
    dev->state = E1000E_DOWN;
    return e1000e_reset(dev);
}

/* Stop, return all buffers, set up. On an error the device is down, and its buffers are where they
 * were unless it is quiet. */
/*@ requires dev_window(dev) && dev_queues(dev) && (dev->quiet == 0 || dev->quiet == 1);
    assigns card, dev->quiet, dev->state, dev->totals, dev->rx.queue.broken, dev->tx.queue.broken,
        RINGS_DRAINED(dev);
    assigns dev->trouble \from \nothing;
    ensures \result <= 0;
    ensures \result == 0 <==> dev->state == E1000E_STOPPED;
    ensures \result != 0 <==> dev->state == E1000E_DOWN;
    DEV_OK(ensures, dev)
*/
static int stop(struct e1000e_dev *dev)
{
    int result = halt(dev);

    if (dev->quiet)
        e1000e_rings_drain(dev);
    if (result == 0)
        result = set_up(dev);
    return result;
}

/* The transmitter, when there is a queue for it. */
/*@ requires dev_window(dev) && dev_queues(dev) && queues_agree(dev) && card_stopped;
    assigns card, dev->tx.queue.broken, dev->tx.queue.ring.size, dev->tx.queue.ring.head,
        dev->tx.queue.ring.tail;
    ensures access_answer(\result);
    ensures dev_queues(dev);
    ensures \result == 0 ==> queues_agree(dev);
    ensures card.resetting == 0 && card.receiving == 0 && card.extended == 1;
*/
static int open_transmitter(struct e1000e_dev *dev)
{
    return dev->tx.set_up ? e1000e_start_tx(dev) : 0;
}

/* The receiver, and its ring once it runs: before that the tail has no meaning. Frames that come in between
 * wait in the device. */
/*@ requires dev_window(dev) && dev_queues(dev) && queues_agree(dev);
    requires card.resetting == 0 && card.receiving == 0 && card.extended == 1;
    assigns card, dev->rx;
    ensures access_answer(\result);
    ensures dev_queues(dev);
    ensures \result == 0 ==> queues_agree(dev);
    ensures card.resetting == 0 && card.extended == 1;
*/
static int open_receiver(struct e1000e_dev *dev)
{
    int result;

    if (!dev->rx.set_up)
        return 0;
    result = e1000e_start_rx(dev);
    if (result == 0)
        ixgbe_rxq_fill(&dev->rx.queue);
    return result;
}

/*@ requires dev_window(dev) && dev_queues(dev) && queues_agree(dev) && card_stopped;
    assigns card, RINGS_STARTED(dev);
    assigns dev->trouble \from \nothing;
    ensures presence_answer(\result);
    ensures dev_queues(dev);
    ensures \result == 0 ==>
        queues_agree(dev) && card.resetting == 0 && card.extended == 1;
*/
static int start_all(struct e1000e_dev *dev)
{
    int result = e1000e_interrupt_route(dev);

    if (result == 0)
        result = open_transmitter(dev);
    if (result == 0)
        result = open_receiver(dev);
    if (result == 0)
        result = e1000e_present(dev);
    return result;
}

/* Start, or leave the device stopped as it was before. */
/*@ DEV_OK(requires, dev)
    requires dev->state == E1000E_STOPPED;
    assigns card, dev->quiet, dev->state, dev->totals, RINGS_STARTED(dev);
    assigns dev->trouble \from \nothing;
    ensures presence_answer(\result);
    ensures \result == 0 ==> dev->state == E1000E_STARTED;
    ensures \result != 0 ==> dev->state != E1000E_STARTED;
    DEV_OK(ensures, dev)
*/
static int start_or_stop(struct e1000e_dev *dev)
{
    int result;

    if (!dev->rx.set_up && !dev->tx.set_up)
        return -EINVAL;
    dev->quiet = false;
    result = start_all(dev);
    if (result == 0)
        dev->state = E1000E_STARTED;
    else
        (void)stop(dev); /* the first failure is what the caller hears of */
    return result;
}

int e1000e_start(struct e1000e_dev *dev)
{
    int result;

    if (dev->state == E1000E_STARTED)
        return -EBUSY;
    if (dev->state == E1000E_DOWN)
        return -EIO;
    result = start_or_stop(dev);
    dev->run = result == 0;
    return result;
}

int e1000e_restart(struct e1000e_dev *dev)
{
    int result;

    /* What a broken device still says before its counters are gone is better than nothing. */
    if (dev->state != E1000E_DOWN)
        (void)e1000e_stats_collect(dev);
    result = stop(dev);
    if (result == 0 && dev->run)
        result = start_or_stop(dev);
    return result;
}

int e1000e_shut_down(struct e1000e_dev *dev)
{
    int result = e1000e_reset(dev);

    dev->state = E1000E_DOWN;
    if (result == 0)
        result = e1000e_modify(dev, E1000E_CTRL_EXT, E1000E_CTRL_EXT_DRV_LOAD, 0);
    /* Whatever the device says, a working PCI function obeys this. It is no confirmation. */
    (void)ir_pci_bus_master(dev->base.transport, false);
    e1000e_rings_destroy(dev);
    return dev->quiet ? 0 : result;
}
