/* SPDX-License-Identifier: MIT
 *
 * The control functions of a device: check the arguments, call the driver. Opening and closing are
 * in open.c, bursts in queue.c.
 */
#include <errno.h>
#include <string.h>

#include "api/events.h"
#include "api/pool.h"
#include "api/private.h"
#include "core/driver.h"

#define LINK_POLL_MS 10u

static int check_queue(const struct ir_dev *dev, uint32_t index, uint32_t size,
                       const struct ir_pool *pool)
{
    if (dev == NULL || pool == NULL || index >= IR_QUEUES_MAX)
        return -EINVAL;
    if (size < IR_RING_SIZE_MIN || size > IR_RING_SIZE_MAX || (size & (size - 1)) != 0)
        return -EINVAL;
    return ir_pool_domain(pool) == dev->domain ? 0 : -EINVAL;
}

static void note_pair(struct ir_dev *dev, uint32_t index)
{
    if (dev->pairs <= index)
        dev->pairs = index + 1u;
}

int ir_rxq_setup(struct ir_dev *dev, uint32_t index, uint32_t size, struct ir_pool *pool,
                 struct ir_rxq **queue)
{
    int result = queue == NULL ? -EINVAL : check_queue(dev, index, size, pool);

    if (result != 0)
        return result;
    result = ir_pool_is_private(pool) ? ir_private_rxq_setup(dev, index, size, pool, queue)
                                      : dev->ops->rxq_setup(dev, index, size, pool, queue);
    if (result != 0)
        return result;
    (*queue)->dev = dev;
    (*queue)->index = index;
    note_pair(dev, index);
    return 0;
}

int ir_txq_setup(struct ir_dev *dev, uint32_t index, uint32_t size, struct ir_pool *pool,
                 struct ir_txq **queue)
{
    int result = queue == NULL ? -EINVAL : check_queue(dev, index, size, pool);

    if (result != 0)
        return result;
    result = ir_pool_is_private(pool) ? ir_private_txq_setup(dev, index, size, pool, queue)
                                      : dev->ops->txq_setup(dev, index, size, pool, queue);
    if (result != 0)
        return result;
    (*queue)->dev = dev;
    (*queue)->index = index;
    note_pair(dev, index);
    return 0;
}

int ir_start(struct ir_dev *dev)
{
    int result;

    if (dev == NULL)
        return -EINVAL;
    result = ir_events_start(dev);
    return result != 0 ? result : dev->ops->start(dev);
}

int ir_reset(struct ir_dev *dev)
{
    int result;

    if (dev == NULL)
        return -EINVAL;
    result = dev->ops->reset(dev);
    ir_private_reset(dev->private_queues);
    return result;
}

int ir_link(struct ir_dev *dev, struct ir_link *link)
{
    return dev == NULL || link == NULL ? -EINVAL : dev->ops->link(dev, link);
}

int ir_link_wait(struct ir_dev *dev, uint32_t timeout_ms)
{
    uint32_t left = timeout_ms;

    if (dev == NULL)
        return -EINVAL;
    for (;;) {
        uint32_t pause = left < LINK_POLL_MS ? left : LINK_POLL_MS;
        struct ir_link link;
        int result = dev->ops->link(dev, &link);

        if (result != 0)
            return result;
        if (link.up)
            return 0;
        if (left == 0)
            return -ETIMEDOUT;
        ir_transport_delay(dev->transport, pause * 1000u);
        left -= pause;
    }
}

int ir_mac_get(struct ir_dev *dev, uint8_t mac[IR_MAC_LENGTH])
{
    return dev == NULL || mac == NULL ? -EINVAL : dev->ops->mac_get(dev, mac);
}

int ir_mac_set(struct ir_dev *dev, const uint8_t mac[IR_MAC_LENGTH])
{
    static const uint8_t zero[IR_MAC_LENGTH] = {0};

    if (dev == NULL || mac == NULL || (mac[0] & 1u) != 0 || memcmp(mac, zero, sizeof(zero)) == 0)
        return -EINVAL;
    return dev->ops->mac_set(dev, mac);
}

int ir_promiscuous(struct ir_dev *dev, bool on)
{
    return dev == NULL ? -EINVAL : dev->ops->promiscuous(dev, on);
}

int ir_multicast(struct ir_dev *dev, const uint8_t (*macs)[IR_MAC_LENGTH], uint32_t count)
{
    if (dev == NULL || (macs == NULL && count > 0))
        return -EINVAL;
    for (uint32_t i = 0; i < count; i++) {
        if ((macs[i][0] & 1u) == 0)
            return -EINVAL;
    }
    return dev->ops->multicast(dev, macs, count);
}

int ir_rss_key_get(const struct ir_dev *dev, uint8_t key[IR_RSS_KEY_LENGTH])
{
    if (dev == NULL || key == NULL)
        return -EINVAL;
    if (dev->ops->rss_key_get == NULL)
        return -ENOTSUP;
    dev->ops->rss_key_get(dev, key);
    return 0;
}

int ir_rss_key_set(struct ir_dev *dev, const uint8_t key[IR_RSS_KEY_LENGTH])
{
    if (dev == NULL || key == NULL)
        return -EINVAL;
    if (dev->ops->rss_key_set == NULL)
        return -ENOTSUP;
    dev->ops->rss_key_set(dev, key);
    return 0;
}

int ir_stats(struct ir_dev *dev, struct ir_stats *stats)
{
    return dev == NULL || stats == NULL ? -EINVAL : dev->ops->stats(dev, stats);
}

void ir_info(const struct ir_dev *dev, struct ir_info *info)
{
    if (dev != NULL && info != NULL)
        dev->ops->info(dev, info);
}
