/* SPDX-License-Identifier: MIT
 *
 * The driver as the rest of the library sees it: its tables, and the casts from the public types to its
 * own, which begin with them. What these do is done elsewhere, and proved there.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ixgbe/ixgbe.h"

static struct ixgbe_dev *device_of(struct ir_dev *dev)
{
    return (struct ixgbe_dev *)dev;
}

static int rx_burst(struct ir_rxq *queue, struct ir_pkt *pkts, uint32_t max)
{
    return ixgbe_rx_burst((struct ixgbe_rxq *)queue, pkts, max);
}

static void rx_drops(const struct ir_rxq *queue, struct ir_rxq_drops *drops)
{
    *drops = ((const struct ixgbe_rxq *)queue)->dropped;
}

static uint32_t rx_pending(const struct ir_rxq *queue)
{
    return ixgbe_rx_pending((const struct ixgbe_rxq *)queue);
}

static void rx_check(struct ir_rxq *queue)
{
    ixgbe_rx_check((struct ixgbe_rxq *)queue);
}

void ixgbe_rx_offer(struct ir_rxq *base)
{
    base->burst = rx_burst;
    base->drops = rx_drops;
    base->pending = rx_pending;
    base->check = rx_check;
}

static int tx_burst(struct ir_txq *queue, const struct ir_pkt *pkts, uint32_t count)
{
    return ixgbe_tx_burst((struct ixgbe_txq *)queue, pkts, count);
}

static int tx_reclaim(struct ir_txq *queue)
{
    return ixgbe_tx_reclaim((struct ixgbe_txq *)queue);
}

static uint32_t tx_pending(const struct ir_txq *queue)
{
    return ixgbe_tx_pending((const struct ixgbe_txq *)queue);
}

static void tx_check(struct ir_txq *queue)
{
    ixgbe_tx_check((struct ixgbe_txq *)queue);
}

static int rxq_setup(struct ir_dev *base, uint32_t index, uint32_t size, struct ir_pool *pool,
                     struct ir_rxq **queue)
{
    struct ixgbe_dev *dev = device_of(base);
    int result;

    if (index >= IXGBE_RSS_QUEUES) /* no frame would ever come by it */
        return -EINVAL;
    if (dev->state == IXGBE_STARTED || dev->rx[index].set_up)
        return -EBUSY;
    ixgbe_rx_offer(&dev->rx[index].queue.base);
    result = ixgbe_rx_create(dev, index, size, pool);
    if (result == 0)
        *queue = &dev->rx[index].queue.base;
    return result;
}

static int txq_setup(struct ir_dev *base, uint32_t index, uint32_t size, struct ir_pool *pool,
                     struct ir_txq **queue)
{
    struct ixgbe_dev *dev = device_of(base);
    int result;

    if (dev->state == IXGBE_STARTED || dev->tx[index].set_up)
        return -EBUSY;
    dev->tx[index].queue.base.burst = tx_burst;
    dev->tx[index].queue.base.reclaim = tx_reclaim;
    dev->tx[index].queue.base.pending = tx_pending;
    dev->tx[index].queue.base.check = tx_check;
    result = ixgbe_tx_create(dev, index, size, pool);
    if (result == 0)
        *queue = &dev->tx[index].queue.base;
    return result;
}

static int start(struct ir_dev *dev)
{
    return ixgbe_start(device_of(dev));
}

static int reset(struct ir_dev *dev)
{
    return ixgbe_restart(device_of(dev));
}

static int close_device(struct ir_dev *dev)
{
    int result = ixgbe_shut_down(device_of(dev));

    free(dev);
    return result;
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

static int mac_set(struct ir_dev *dev, const uint8_t mac[IR_MAC_LENGTH])
{
    return ixgbe_mac_set(device_of(dev), mac);
}

static int promiscuous(struct ir_dev *dev, bool on)
{
    return ixgbe_promiscuous(device_of(dev), on);
}

static int multicast(struct ir_dev *dev, const uint8_t (*macs)[IR_MAC_LENGTH], uint32_t count)
{
    return ixgbe_multicast(device_of(dev), macs, count);
}

static void rss_key_get(const struct ir_dev *dev, uint8_t key[IR_RSS_KEY_LENGTH])
{
    memcpy(key, ((const struct ixgbe_dev *)dev)->rss_key, IR_RSS_KEY_LENGTH);
}

static void rss_key_set(struct ir_dev *dev, const uint8_t key[IR_RSS_KEY_LENGTH])
{
    ixgbe_rss_key_set(device_of(dev), key);
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
    out->rx_queues_max = IXGBE_RSS_QUEUES;
    out->tx_queues_max = IR_QUEUES_MAX;
    out->frame_min = IR_FRAME_MIN;
    out->frame_max = IR_FRAME_MAX;
}

static int route(struct ir_dev *dev)
{
    return ixgbe_interrupt_change(device_of(dev));
}

static int arm(struct ir_dev *dev, uint32_t vector)
{
    return ixgbe_interrupt_arm(device_of(dev), vector);
}

static int mask(struct ir_dev *dev, uint32_t vector)
{
    return ixgbe_interrupt_mask(device_of(dev), vector);
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
    .rss_key_get = rss_key_get,
    .rss_key_set = rss_key_set,
    .stats = stats,
    .info = info,
    .route = route,
    .arm = arm,
    .mask = mask,
};

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
    dev->base.vectors_max = IXGBE_VECTORS;
    dev->state = IXGBE_DOWN;
    result = ixgbe_bring_up(dev);
    if (result != 0) {
        (void)snprintf(error, IR_ERROR_LENGTH, "%s",
                       dev->trouble != NULL ? dev->trouble : "a register cannot be accessed");
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
