/* SPDX-License-Identifier: MIT
 *
 * The driver as the rest of the library sees it: its tables, and the casts from the public types to its
 * own, which begin with them. What these do is done elsewhere, and proved there.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "e1000e/interrupt.h"
#include "ixgbe/ixgbe.h"

#define QUEUES 1u /* in each direction */

static struct e1000e_dev *device_of(struct ir_dev *dev)
{
    return (struct e1000e_dev *)dev;
}

static int tx_burst(struct ir_txq *queue, const struct ir_pkt *pkts, uint32_t count)
{
    return e1000e_tx_burst((struct ixgbe_txq *)queue, pkts, count);
}

static int tx_reclaim(struct ir_txq *queue)
{
    return e1000e_tx_reclaim((struct ixgbe_txq *)queue);
}

static uint32_t tx_pending(const struct ir_txq *queue)
{
    return e1000e_tx_pending((const struct ixgbe_txq *)queue);
}

static void tx_check(struct ir_txq *queue)
{
    ixgbe_tx_check((struct ixgbe_txq *)queue);
}

static int rxq_setup(struct ir_dev *base, uint32_t index, uint32_t size, struct ir_pool *pool,
                     struct ir_rxq **queue)
{
    struct e1000e_dev *dev = device_of(base);
    int result;

    if (index >= QUEUES)
        return -EINVAL;
    if (dev->state == E1000E_STARTED || dev->rx.set_up)
        return -EBUSY;
    result = e1000e_rx_create(dev, size, pool);
    if (result != 0)
        return result;
    ixgbe_rx_offer(&dev->rx.queue.base);
    *queue = &dev->rx.queue.base;
    return 0;
}

static int txq_setup(struct ir_dev *base, uint32_t index, uint32_t size, struct ir_pool *pool,
                     struct ir_txq **queue)
{
    struct e1000e_dev *dev = device_of(base);
    int result;

    if (index >= QUEUES)
        return -EINVAL;
    if (dev->state == E1000E_STARTED || dev->tx.set_up)
        return -EBUSY;
    result = e1000e_tx_create(dev, size, pool);
    if (result != 0)
        return result;
    dev->tx.queue.base.burst = tx_burst;
    dev->tx.queue.base.reclaim = tx_reclaim;
    dev->tx.queue.base.pending = tx_pending;
    dev->tx.queue.base.check = tx_check;
    *queue = &dev->tx.queue.base;
    return 0;
}

static int start(struct ir_dev *dev)
{
    return e1000e_start(device_of(dev));
}

static int reset(struct ir_dev *dev)
{
    return e1000e_restart(device_of(dev));
}

static int close_device(struct ir_dev *dev)
{
    int result = e1000e_shut_down(device_of(dev));

    free(dev);
    return result;
}

static int get_link(struct ir_dev *dev, struct ir_link *link)
{
    return e1000e_link(device_of(dev), link);
}

static int mac_get(struct ir_dev *dev, uint8_t mac[IR_MAC_LENGTH])
{
    memcpy(mac, device_of(dev)->mac, IR_MAC_LENGTH);
    return 0;
}

static int mac_set(struct ir_dev *dev, const uint8_t mac[IR_MAC_LENGTH])
{
    return e1000e_mac_set(device_of(dev), mac);
}

static int promiscuous(struct ir_dev *dev, bool on)
{
    return e1000e_promiscuous(device_of(dev), on);
}

static int multicast(struct ir_dev *dev, const uint8_t (*macs)[IR_MAC_LENGTH], uint32_t count)
{
    return e1000e_multicast(device_of(dev), macs, count);
}

static int stats(struct ir_dev *dev, struct ir_stats *out)
{
    return e1000e_stats(device_of(dev), out);
}

static void info(const struct ir_dev *dev, struct ir_info *out)
{
    memset(out, 0, sizeof(*out));
    memcpy(out->name, dev->name, sizeof(out->name));
    memcpy(out->driver, "e1000e", sizeof("e1000e"));
    out->vendor = dev->transport->vendor;
    out->device = dev->transport->device;
    out->rx_queues_max = QUEUES;
    out->tx_queues_max = QUEUES;
    out->frame_min = IXGBE_TXD_LEGACY_LEAST;
    out->frame_max = E1000E_FRAME_MAX;
}

static int route(struct ir_dev *dev)
{
    return e1000e_interrupt_change(device_of(dev));
}

static int arm(struct ir_dev *dev, uint32_t vector)
{
    return e1000e_interrupt_arm(device_of(dev), vector);
}

static int mask(struct ir_dev *dev, uint32_t vector)
{
    return e1000e_interrupt_mask(device_of(dev), vector);
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
    .route = route,
    .arm = arm,
    .mask = mask,
};

static int open_device(struct ir_domain *domain, struct ir_transport *transport,
                       struct ir_dev **out, char error[IR_ERROR_LENGTH])
{
    struct e1000e_dev *dev = calloc(1, sizeof(*dev));
    int result;

    if (dev == NULL) {
        (void)snprintf(error, IR_ERROR_LENGTH, "there is not enough memory");
        return -ENOMEM;
    }
    dev->base.ops = &ops;
    dev->base.domain = domain;
    dev->base.transport = transport;
    dev->base.vectors_max = E1000E_VECTORS;
    dev->state = E1000E_DOWN;
    result = e1000e_bring_up(dev);
    if (result != 0) {
        (void)snprintf(error, IR_ERROR_LENGTH, "%s",
                       dev->trouble != NULL ? dev->trouble : "a register cannot be accessed");
        free(dev);
        return result;
    }
    *out = &dev->base;
    return 0;
}

const struct ir_driver e1000e_driver = {
    .name = "e1000e",
    .supports = e1000e_supports,
    .open = open_device,
};
