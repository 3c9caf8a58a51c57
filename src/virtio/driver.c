/* SPDX-License-Identifier: MIT
 *
 * The driver as the rest of the library sees it: its tables, and the casts from the public types to
 * its own, which begin with them.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "virtio/virtio.h"

static struct virtio_dev *device_of(struct ir_dev *dev)
{
    return (struct virtio_dev *)dev;
}

static int rx_burst(struct ir_rxq *queue, struct ir_pkt *pkts, uint32_t max)
{
    return virtio_rx_burst((struct virtio_rxq *)queue, pkts, max);
}

static void rx_drops(const struct ir_rxq *queue, struct ir_rxq_drops *drops)
{
    *drops = ((const struct virtio_rxq *)queue)->dropped;
}

static int tx_burst(struct ir_txq *queue, const struct ir_pkt *pkts, uint32_t count)
{
    return virtio_tx_burst((struct virtio_txq *)queue, pkts, count);
}

static int tx_reclaim(struct ir_txq *queue)
{
    return virtio_tx_reclaim((struct virtio_txq *)queue);
}

static uint32_t rx_pending(const struct ir_rxq *queue)
{
    return virtio_rx_pending((const struct virtio_rxq *)queue);
}

static void rx_check(struct ir_rxq *queue)
{
    virtio_check(&((struct virtio_rxq *)queue)->queue);
}

static void rx_ask(struct ir_rxq *queue, bool on)
{
    virtio_ask(&((const struct virtio_rxq *)queue)->queue, on);
}

static uint32_t tx_pending(const struct ir_txq *queue)
{
    return virtio_pending(&((const struct virtio_txq *)queue)->queue);
}

static void tx_check(struct ir_txq *queue)
{
    virtio_check(&((struct virtio_txq *)queue)->queue);
}

static void tx_ask(struct ir_txq *queue, bool on)
{
    virtio_ask(&((const struct virtio_txq *)queue)->queue, on);
}

static int rxq_setup(struct ir_dev *base, uint32_t index, uint32_t size, struct ir_pool *pool,
                     struct ir_rxq **queue)
{
    struct virtio_dev *dev = device_of(base);
    int result;

    if (dev->state == VIRTIO_STARTED || dev->rx[index].set_up)
        return -EBUSY;
    if (dev->state == VIRTIO_DOWN)
        return -EIO;
    dev->rx[index].rxq.base.burst = rx_burst;
    dev->rx[index].rxq.base.drops = rx_drops;
    dev->rx[index].rxq.base.pending = rx_pending;
    dev->rx[index].rxq.base.check = rx_check;
    dev->rx[index].rxq.base.ask = rx_ask;
    result = virtio_rx_create(dev, index, size, pool);
    if (result == 0)
        *queue = &dev->rx[index].rxq.base;
    return result;
}

static int txq_setup(struct ir_dev *base, uint32_t index, uint32_t size, struct ir_pool *pool,
                     struct ir_txq **queue)
{
    struct virtio_dev *dev = device_of(base);
    int result;

    if (dev->state == VIRTIO_STARTED || dev->tx[index].set_up)
        return -EBUSY;
    if (dev->state == VIRTIO_DOWN)
        return -EIO;
    dev->tx[index].txq.base.burst = tx_burst;
    dev->tx[index].txq.base.reclaim = tx_reclaim;
    dev->tx[index].txq.base.pending = tx_pending;
    dev->tx[index].txq.base.check = tx_check;
    dev->tx[index].txq.base.ask = tx_ask;
    result = virtio_tx_create(dev, index, size, pool);
    if (result == 0)
        *queue = &dev->tx[index].txq.base;
    return result;
}

static int start(struct ir_dev *dev)
{
    return virtio_start(device_of(dev));
}

static int reset(struct ir_dev *dev)
{
    return virtio_restart(device_of(dev));
}

static int close_device(struct ir_dev *dev)
{
    int result = virtio_shut_down(device_of(dev));

    free(dev);
    return result;
}

/* A device without SPEED_DUPLEX does not say how fast it is, and one with it may say anything. One
 * that is gone would say that its link is up. */
static int get_link(struct ir_dev *dev, struct ir_link *link)
{
    uint32_t status = VIRTIO_STATUS_GONE;
    bool up = false;
    int result = virtio_config_link(device_of(dev), &up);

    if (result == 0)
        result = virtio_get_status(device_of(dev), &status);
    if (result != 0 || status == VIRTIO_STATUS_GONE)
        return -ENODEV;
    link->up = up;
    link->speed_mbps = 0;
    return 0;
}

static int mac_get(struct ir_dev *dev, uint8_t mac[IR_MAC_LENGTH])
{
    memcpy(mac, device_of(dev)->mac, IR_MAC_LENGTH);
    return 0;
}

static int mac_set(struct ir_dev *dev, const uint8_t mac[IR_MAC_LENGTH])
{
    return virtio_mac_set(device_of(dev), mac);
}

static int promiscuous(struct ir_dev *dev, bool on)
{
    return virtio_promiscuous(device_of(dev), on);
}

static int multicast(struct ir_dev *dev, const uint8_t (*macs)[IR_MAC_LENGTH], uint32_t count)
{
    return virtio_multicast(device_of(dev), macs, count);
}

static int stats(struct ir_dev *dev, struct ir_stats *out)
{
    return virtio_stats(device_of(dev), out);
}

static void info(const struct ir_dev *base, struct ir_info *out)
{
    const struct virtio_dev *dev = (const struct virtio_dev *)base;

    memset(out, 0, sizeof(*out));
    memcpy(out->name, base->name, sizeof(out->name));
    memcpy(out->driver, "virtio", sizeof("virtio"));
    out->vendor = base->transport->vendor;
    out->device = base->transport->device;
    out->rx_queues_max = dev->pairs_max;
    out->tx_queues_max = dev->pairs_max;
    out->frame_min = IR_FRAME_MIN;
    out->frame_max = virtio_frame_max(dev);
}

/* Each queue has its vector since the start, and asks for interrupts or not by itself. */
static int route(struct ir_dev *dev)
{
    return device_of(dev)->state == VIRTIO_DOWN ? -EIO : 0;
}

static int arm(struct ir_dev *base, uint32_t vector)
{
    struct virtio_dev *dev = device_of(base);

    (void)vector;
    if (dev->state != VIRTIO_STARTED)
        return -EIO;
    return base->interrupts.vectors == 1u ? virtio_read_isr(dev) : 0;
}

/* There is no mask but for each queue; of the configuration's changes a device tells in any case. */
static int mask(struct ir_dev *dev, uint32_t vector)
{
    (void)vector;
    return device_of(dev)->state != VIRTIO_STARTED ? -EIO : 0;
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

/* The registers of a legacy device move when it has vectors (4.1.4.10), and so it is polled unless it has one
 * for everything. */
static uint32_t vectors_of(const struct virtio_dev *dev)
{
    if (dev->windows.legacy == 0u)
        return IR_VECTORS_MAX;
    return dev->base.transport->vectors == 1u ? 1u : 0u;
}

static int open_device(struct ir_domain *domain, struct ir_transport *transport,
                       struct ir_dev **out, char error[IR_ERROR_LENGTH])
{
    struct virtio_dev *dev = calloc(1, sizeof(*dev));
    int result;

    if (dev == NULL) {
        (void)snprintf(error, IR_ERROR_LENGTH, "there is not enough memory");
        return -ENOMEM;
    }
    dev->base.ops = &ops;
    dev->base.domain = domain;
    dev->base.transport = transport;
    dev->state = VIRTIO_DOWN;
    virtio_queues_break(dev);
    result = virtio_bring_up(dev);
    if (result != 0) {
        (void)snprintf(error, IR_ERROR_LENGTH, "%s",
                       dev->trouble != NULL ? dev->trouble : "a register cannot be accessed");
        free(dev);
        return result;
    }
    dev->base.vectors_max = vectors_of(dev);
    *out = &dev->base;
    return 0;
}

const struct ir_driver virtio_driver = {
    .name = "virtio",
    .supports = virtio_supports,
    .open = open_device,
};
