/* SPDX-License-Identifier: MIT
 *
 * The device as the rest of the library sees it: its life from open to close, and dispatch.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/domain.h"
#include "api/pool.h"
#include "ixgbe/ixgbe.h"

static struct ixgbe_dev *device_of(struct ir_dev *dev)
{
    return (struct ixgbe_dev *)dev;
}

/* Stop, return all buffers, set up. On an error the device is down, and its buffers are where they
 * were unless it is quiet. */
static int restart(struct ixgbe_dev *dev)
{
    int result;

    ixgbe_rings_break(dev);
    dev->state = IXGBE_DOWN;
    result = ixgbe_reset(dev);
    if (dev->quiet)
        ixgbe_rings_drain(dev);
    if (result == 0)
        result = ixgbe_init(dev);
    if (result == 0)
        dev->state = IXGBE_STOPPED;
    return result;
}

static int rxq_setup(struct ir_dev *base, uint32_t index, uint32_t size, struct ir_pool *pool,
                     struct ir_rxq **queue)
{
    struct ixgbe_dev *dev = device_of(base);
    int result;

    if (dev->state == IXGBE_STARTED || dev->rx[index] != NULL)
        return -EBUSY;
    result = ixgbe_rx_create(dev, index, size, pool);
    if (result == 0)
        *queue = &dev->rx[index]->queue.base;
    return result;
}

static int txq_setup(struct ir_dev *base, uint32_t index, uint32_t size, struct ir_pool *pool,
                     struct ir_txq **queue)
{
    struct ixgbe_dev *dev = device_of(base);
    int result;

    if (dev->state == IXGBE_STARTED || dev->tx[index] != NULL)
        return -EBUSY;
    result = ixgbe_tx_create(dev, index, size, pool);
    if (result == 0)
        *queue = &dev->tx[index]->queue.base;
    return result;
}

/* Enable all queues, fill the receive rings, and turn the receive unit on last, so that no frame
 * arrives before there is a place for it (as DPDK does; ixy turns it on first and loses what comes
 * in between). */
static int start_all(struct ixgbe_dev *dev)
{
    int result = ixgbe_check_queues(dev);

    if (result != 0)
        return result;
    dev->quiet = false;
    result = ixgbe_set_frame_limit(dev);
    for (uint32_t q = 0; q < IR_QUEUES_MAX && dev->tx[q] != NULL && result == 0; q++)
        result = ixgbe_start_tx_queue(dev, q);
    for (uint32_t q = 0; q < IR_QUEUES_MAX && dev->rx[q] != NULL && result == 0; q++) {
        result = ixgbe_start_rx_queue(dev, q);
        if (result == 0)
            ixgbe_rx_refill(&dev->rx[q]->queue);
    }
    if (result == 0 && dev->rx[0] != NULL)
        result = ixgbe_receive(dev, true);
    if (result == 0)
        result = ixgbe_present(dev);
    return result;
}

/* Start, or leave the device stopped as it was before; quiet still, nothing of it was touched. */
static int start_or_stop(struct ixgbe_dev *dev)
{
    int result = start_all(dev);

    if (result == 0)
        dev->state = IXGBE_STARTED;
    else if (!dev->quiet)
        (void)restart(dev); /* the first failure is what the caller hears of */
    return result;
}

static int start(struct ir_dev *base)
{
    struct ixgbe_dev *dev = device_of(base);
    int result;

    if (dev->state == IXGBE_STARTED)
        return -EBUSY;
    if (dev->state == IXGBE_DOWN)
        return -EIO;
    result = start_or_stop(dev);
    dev->run = result == 0;
    return result;
}

static int reset(struct ir_dev *base)
{
    struct ixgbe_dev *dev = device_of(base);
    int result;

    if (dev->state != IXGBE_DOWN)
        (void)ixgbe_stats_collect(dev); /* what a broken device still says is better than nothing */
    result = restart(dev);
    if (result == 0 && dev->run)
        result = start_or_stop(dev);
    return result;
}

/* Let the device read and write memory, without interrupts by pin; or stop it from doing so. */
static int set_bus_master(struct ir_transport *transport, bool on)
{
    uint32_t command;
    int result = transport->ops->config_read(transport, PCI_COMMAND, 2, &command);

    if (result != 0)
        return result;
    if (on)
        command |= PCI_COMMAND_MEMORY | PCI_COMMAND_BUS_MASTER | PCI_COMMAND_INTX_OFF;
    else
        command &= ~PCI_COMMAND_BUS_MASTER;
    return transport->ops->config_write(transport, PCI_COMMAND, 2, command & 0xffffu);
}

static int close_device(struct ir_dev *base)
{
    struct ixgbe_dev *dev = device_of(base);
    struct ir_transport *transport = base->transport;
    int result = ixgbe_reset(dev);
    bool quiet = dev->quiet;

    if (result == 0)
        result = ixgbe_modify(dev, IXGBE_CTRL_EXT, IXGBE_CTRL_EXT_DRV_LOAD, 0);
    /* Whatever the device says, a working PCI function obeys this. It is no confirmation. */
    (void)set_bus_master(transport, false);
    ixgbe_rings_destroy(dev);
    free(dev);
    return quiet ? 0 : result;
}

static int get_link(struct ir_dev *dev, struct ir_link *link)
{
    return ixgbe_link(device_of(dev), link);
}

static int mac_get(struct ir_dev *dev, uint8_t mac[IR_MAC_LENGTH])
{
    memcpy(mac, device_of(dev)->mac, IR_MAC_LENGTH);
    return 0;
}

/* Settings of a device that is down are kept for the reset that brings it up. */
static int present_or_down(struct ixgbe_dev *dev)
{
    return dev->state == IXGBE_DOWN ? 0 : ixgbe_present(dev);
}

static int mac_set(struct ir_dev *dev, const uint8_t mac[IR_MAC_LENGTH])
{
    int result = present_or_down(device_of(dev));

    return result != 0 ? result : ixgbe_mac_set(device_of(dev), mac);
}

static int promiscuous(struct ir_dev *dev, bool on)
{
    int result = present_or_down(device_of(dev));

    return result != 0 ? result : ixgbe_promiscuous(device_of(dev), on);
}

static int multicast(struct ir_dev *dev, const uint8_t (*macs)[IR_MAC_LENGTH], uint32_t count)
{
    int result = present_or_down(device_of(dev));

    return result != 0 ? result : ixgbe_multicast(device_of(dev), macs, count);
}

static int stats(struct ir_dev *dev, struct ir_stats *out)
{
    return ixgbe_stats(device_of(dev), out);
}

static void info(const struct ir_dev *dev, struct ir_info *out)
{
    memset(out, 0, sizeof(*out));
    memcpy(out->name, dev->name, sizeof(out->name));
    memcpy(out->driver, "ixgbe", sizeof("ixgbe"));
    out->vendor = dev->transport->vendor;
    out->device = dev->transport->device;
    out->rx_queues_max = IR_QUEUES_MAX;
    out->tx_queues_max = IR_QUEUES_MAX;
    out->frame_max = IR_FRAME_MAX;
}

static const struct ir_dev_ops ops = {
    .rxq_setup = rxq_setup,
    .txq_setup = txq_setup,
    .start = start,
    .reset = reset,
    .close = close_device,
    .link = get_link,
    .mac_get = mac_get,
    .mac_set = mac_set,
    .promiscuous = promiscuous,
    .multicast = multicast,
    .stats = stats,
    .info = info,
};

/* The address that the EEPROM has loaded into the first filter entry. */
static int take_mac(struct ixgbe_dev *dev)
{
    static const uint8_t zero[IR_MAC_LENGTH] = {0};
    int result = ixgbe_mac_read(dev, dev->mac);

    if (result == 0 && ((dev->mac[0] & 1u) != 0 || memcmp(dev->mac, zero, sizeof(zero)) == 0)) {
        dev->trouble = "the card has no valid MAC address of its own (RAL, RAH)";
        result = -EIO;
    }
    return result;
}

static int bring_up(struct ixgbe_dev *dev)
{
    int result;

    if (dev->base.transport->regs.size < IXGBE_WINDOW) {
        dev->trouble = "the card's register window is too small for an 82599";
        return -EIO;
    }
    result = set_bus_master(dev->base.transport, true);
    if (result != 0) {
        dev->trouble = "the card's PCI command register cannot be written";
        return result;
    }
    result = ixgbe_reset(dev);
    if (result == 0)
        result = take_mac(dev);
    if (result == 0)
        result = ixgbe_init(dev);
    if (result == 0)
        dev->state = IXGBE_STOPPED;
    return result;
}

static int open_device(struct ir_domain *domain, struct ir_transport *transport,
                       struct ir_dev **out, char error[IR_ERROR_LENGTH])
{
    struct ixgbe_dev *dev = calloc(1, sizeof(*dev));
    int result;

    if (dev == NULL) {
        (void)snprintf(error, IR_ERROR_LENGTH, "there is not enough memory");
        return -ENOMEM;
    }
    dev->base.ops = &ops;
    dev->base.domain = domain;
    dev->base.transport = transport;
    dev->state = IXGBE_DOWN;
    result = bring_up(dev);
    if (result != 0) {
        (void)snprintf(error, IR_ERROR_LENGTH, "%s",
                       dev->trouble != NULL ? dev->trouble : "a register cannot be accessed");
        (void)set_bus_master(transport, false);
        free(dev);
        return result;
    }
    *out = &dev->base;
    return 0;
}

const struct ir_driver ixgbe_driver = {
    .name = "ixgbe",
    .supports = ixgbe_supports,
    .open = open_device,
};
