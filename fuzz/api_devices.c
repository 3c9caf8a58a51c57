/* SPDX-License-Identifier: MIT
 *
 * Domains, pools and devices in the world of target api: what may be made, started and destroyed
 * when.
 */
#include <errno.h>

#include "api_world.h"
#include "core/driver.h"
#include "ixgbe/ixgbe.h"
#include "oracle.h"
#include "records.h"

struct api_world api;

static const char *const device_strings[API_DEVICES] = {
    "sim:82599,mode=step,wire=memory,mac=02:00:00:00:00:01",
    "sim:82599,mode=step,wire=memory,mac=02:00:00:00:00:02",
};

static struct ir_domain *domain_of_pool(uint32_t p)
{
    return api.domain[p + 1u < API_POOLS ? 0 : 1];
}

/* Instead of a random one, so that an input does the same each time. */
static void set_key(struct ir_dev *dev)
{
    uint8_t key[IR_RSS_KEY_LENGTH];

    for (uint32_t i = 0; i < sizeof(key); i++)
        key[i] = (uint8_t)(37u * i & 0xffu);
    fuzz_rss_key(dev, key, 0);
}

void api_open(uint32_t d)
{
    struct api_device *device = &api.device[d];
    char error[IR_ERROR_LENGTH];
    struct ir_info info;

    if (device->dev != NULL)
        return;
    fuzz_equal("ir_open", ir_open(api.domain[0], device_strings[d], &device->dev, error), 0);
    ir_info(device->dev, &info);
    fuzz_equal("the name of a device", strcmp(info.name, device_strings[d]), 0);
    fuzz_equal("ir_mac_get", ir_mac_get(device->dev, device->mac), 0);
    set_key(device->dev);
}

/* Fail when the driver broke a rule of the card. */
static void check_rules(uint32_t d)
{
    uint64_t count = 0;

    if (api.device[d].dev == NULL)
        return;
    fuzz_equal("ir_sim_violations", ir_sim_violations(api.device[d].dev, &count), 0);
    if (count != 0)
        fuzz_fail("device %u: %s", d, ir_sim_violation(api.device[d].dev, 0));
}

void api_close(uint32_t d)
{
    struct api_device *device = &api.device[d];

    check_rules(d);
    fuzz_equal("ir_close", ir_close(device->dev), 0);
    for (uint32_t q = 0; q < API_QUEUES && device->dev != NULL; q++) {
        if (device->queue[q].rx != NULL)
            api.pool[device->queue[q].rx_pool].queues--;
        if (device->queue[q].tx != NULL)
            api.pool[device->queue[q].tx_pool].queues--;
    }
    memset(device, 0, sizeof(*device));
}

void api_pool_create(uint32_t p, uint32_t buffers)
{
    struct api_pool *pool = &api.pool[p];
    struct ir_pool *refused = NULL;
    uint32_t count = buffers % (API_BUFFERS + 1u);

    if (buffers > API_BUFFERS)
        fuzz_equal("ir_pool_create of an odd size",
                   ir_pool_create(domain_of_pool(p), 1, IR_BUFFER_SIZE_MIN + buffers, &refused),
                   -EINVAL);
    if (pool->pool != NULL || count == 0)
        return;
    fuzz_equal("ir_pool_create",
               ir_pool_create(domain_of_pool(p), count, IR_BUFFER_SIZE_MIN, &pool->pool), 0);
    pool->buffers = count;
    fuzz_equal("ir_pool_available of a new pool", ir_pool_available(pool->pool), count);
}

void api_pool_destroy(uint32_t p)
{
    struct api_pool *pool = &api.pool[p];
    int expected = pool->queues > 0 ? -EBUSY : 0;

    fuzz_equal("ir_pool_destroy", ir_pool_destroy(pool->pool), expected);
    if (expected == 0)
        memset(pool, 0, sizeof(*pool));
}

/* A domain in use is not destroyed. Those that are empty are not tried: they are still needed. */
void api_domains_are_busy(void)
{
    bool in_use[2] = {api.device[0].dev != NULL || api.device[1].dev != NULL, false};

    for (uint32_t p = 0; p < API_POOLS; p++)
        in_use[domain_of_pool(p) == api.domain[1]] |= api.pool[p].pool != NULL;
    for (uint32_t i = 0; i < 2u; i++) {
        if (in_use[i])
            fuzz_equal("ir_domain_destroy of a domain in use", ir_domain_destroy(api.domain[i]),
                       -EBUSY);
    }
}

static bool ring_size_legal(uint32_t size)
{
    return size >= IR_RING_SIZE_MIN && size <= IR_RING_SIZE_MAX && (size & (size - 1u)) == 0;
}

void api_setup(uint32_t d, uint32_t index, uint32_t size, uint32_t p, bool transmit)
{
    struct api_device *device = &api.device[d];
    struct api_queue none = {0};
    struct api_queue *queue = index < API_QUEUES ? &device->queue[index] : &none;
    bool taken = transmit ? queue->tx != NULL : queue->rx != NULL;
    int expected = device->started || taken ? -EBUSY : 0;
    int result = transmit ? ir_txq_setup(device->dev, index, size, api.pool[p].pool, &queue->tx)
                          : ir_rxq_setup(device->dev, index, size, api.pool[p].pool, &queue->rx);

    if (device->dev == NULL || api.pool[p].pool == NULL || index >= IR_QUEUES_MAX ||
        !ring_size_legal(size) || domain_of_pool(p) != api.domain[0])
        expected = -EINVAL;
    fuzz_equal("setting up a queue", result, expected);
    if (expected != 0)
        return;
    api.pool[p].queues++;
    if (transmit)
        queue->tx_pool = p;
    else
        queue->rx_pool = p;
}

/* Queues in each direction from 0 without a gap, and at least one. */
static bool startable(const struct api_device *device)
{
    const struct api_queue *queue = device->queue;

    if (queue[0].rx == NULL && queue[0].tx == NULL)
        return false;
    return !(queue[0].rx == NULL && queue[1].rx != NULL) &&
           !(queue[0].tx == NULL && queue[1].tx != NULL);
}

void api_start(uint32_t d)
{
    struct api_device *device = &api.device[d];
    int expected = device->started ? -EBUSY : startable(device) ? 0 : -EINVAL;

    fuzz_equal("ir_start", ir_start(device->dev), device->dev == NULL ? -EINVAL : expected);
    if (device->dev != NULL && expected == 0)
        device->started = true;
}

void api_reset(uint32_t d)
{
    struct api_device *device = &api.device[d];
    uint8_t mac[IR_MAC_LENGTH];

    fuzz_equal("ir_reset", ir_reset(device->dev), device->dev == NULL ? -EINVAL : 0);
    if (device->dev == NULL)
        return;
    fuzz_equal("ir_mac_get", ir_mac_get(device->dev, mac), 0);
    fuzz_equal("the address after a reset", memcmp(mac, device->mac, sizeof(mac)), 0);
}

void api_settings(uint32_t d, struct input *input)
{
    struct api_device *device = &api.device[d];
    uint8_t mac[IR_MAC_LENGTH];
    uint8_t many[2][IR_MAC_LENGTH];
    bool unicast;
    int expected;

    input_copy(input, mac, sizeof(mac));
    input_copy(input, many[0], sizeof(many));
    unicast = (mac[0] & 1u) == 0 && memcmp(mac, "\0\0\0\0\0", sizeof(mac)) != 0;
    expected = device->dev != NULL && unicast ? 0 : -EINVAL;
    fuzz_equal("ir_mac_set", ir_mac_set(device->dev, mac), expected);
    if (expected == 0)
        memcpy(device->mac, mac, sizeof(mac));
    expected =
        device->dev != NULL && (many[0][0] & 1u) != 0 && (many[1][0] & 1u) != 0 ? 0 : -EINVAL;
    fuzz_equal("ir_multicast", ir_multicast(device->dev, (const uint8_t(*)[IR_MAC_LENGTH])many, 2),
               expected);
    fuzz_equal("ir_promiscuous", ir_promiscuous(device->dev, (mac[5] & 1u) != 0),
               device->dev == NULL ? -EINVAL : 0);
}

void api_observe(uint32_t d)
{
    struct api_device *device = &api.device[d];
    int expected = device->dev == NULL ? -EINVAL : 0;
    struct ir_rxq_drops drops;
    struct ir_stats stats;
    struct ir_link link;
    uint64_t dropped = 0;

    fuzz_equal("ir_stats", ir_stats(device->dev, &stats), expected);
    fuzz_equal("ir_link", ir_link(device->dev, &link), expected);
    fuzz_equal("ir_link_wait", ir_link_wait(device->dev, 100), expected);
    if (device->dev == NULL)
        return;
    for (uint32_t q = 0; q < API_QUEUES; q++) {
        drops = (struct ir_rxq_drops){0, 0};
        ir_rxq_drops(device->queue[q].rx, &drops);
        dropped += drops.errors + drops.oversize;
    }
    fuzz_equal("the packets dropped by the driver", (int64_t)stats.rx_dropped, (int64_t)dropped);
}

void api_nulls(void)
{
    struct ir_pkt pkt;

    fuzz_equal("ir_domain_create without a place", ir_domain_create(NULL), -EINVAL);
    fuzz_equal("ir_domain_destroy of nothing", ir_domain_destroy(NULL), 0);
    fuzz_equal("ir_pool_create without a domain",
               ir_pool_create(NULL, 1, IR_BUFFER_SIZE_MIN, &(struct ir_pool *){NULL}), -EINVAL);
    fuzz_equal("ir_pool_create of no buffers",
               ir_pool_create(api.domain[0], 0, IR_BUFFER_SIZE_MIN, &(struct ir_pool *){NULL}),
               -EINVAL);
    fuzz_equal("ir_pool_destroy of nothing", ir_pool_destroy(NULL), 0);
    fuzz_equal("ir_pool_available of nothing", ir_pool_available(NULL), 0);
    fuzz_equal("ir_pool_audit of nothing", ir_pool_audit(NULL), -EINVAL);
    fuzz_equal("ir_open of nothing", ir_open(api.domain[0], NULL, &(struct ir_dev *){NULL}, NULL),
               -EINVAL);
    fuzz_equal("ir_close of nothing", ir_close(NULL), 0);
    fuzz_equal("ir_rx of nothing", ir_rx(NULL, &pkt, 1), -EINVAL);
    fuzz_equal("ir_tx of nothing", ir_tx(NULL, &pkt, 0), -EINVAL);
    fuzz_equal("ir_tx_reclaim of nothing", ir_tx_reclaim(NULL), -EINVAL);
    fuzz_equal("ir_sim_step of nothing", ir_sim_step(NULL), -ENOTSUP);
    ir_rxq_drops(NULL, NULL);
    ir_info(NULL, NULL);
}

static uint32_t default_buffers(uint32_t p)
{
    return p == 0 ? API_BUFFERS : 80u;
}

/* Domains and pools serve the next input too, put back as they were new: making them takes longer
 * than most inputs. */
void api_begin(void)
{
    api.known_count = 0;
    for (uint32_t i = 0; i < 2u && api.domain[i] == NULL; i++)
        fuzz_equal("ir_domain_create", ir_domain_create(&api.domain[i]), 0);
    for (uint32_t p = 0; p < API_POOLS; p++) {
        if (api.pool[p].buffers != default_buffers(p))
            api_pool_destroy(p);
        api_pool_create(p, default_buffers(p));
        for (uint32_t b = 0; b < api.pool[p].buffers; b++)
            api.pool[p].pool->stack[b] = (uint16_t)b;
        api.pool[p].pool->grant_next = api.pool[p].pool->grant_first;
    }
    api_open(0); /* the other one when the input asks for it */
}

static uint32_t in_rings(uint32_t p)
{
    uint64_t count = 0;

    for (uint32_t d = 0; d < API_DEVICES; d++) {
        for (uint32_t q = 0; q < API_QUEUES; q++) {
            const struct api_queue *queue = &api.device[d].queue[q];

            if (queue->rx != NULL && queue->rx_pool == p)
                count += ir_ring_used(&((const struct ixgbe_rxq *)queue->rx)->ring);
            if (queue->tx != NULL && queue->tx_pool == p)
                count += ir_ring_used(&((const struct ixgbe_txq *)queue->tx)->ring);
        }
    }
    return (uint32_t)count;
}

/* The books balance by count after each step, and buffer by buffer (ir_pool_audit) at the end. */
void api_check(void)
{
    for (uint32_t p = 0; p < API_POOLS; p++) {
        const struct api_pool *pool = &api.pool[p];

        fuzz_equal("the buffers that are free, held and in rings",
                   ir_pool_available(pool->pool) + pool->held + in_rings(p), pool->buffers);
        for (uint32_t b = 0; b < pool->buffers; b++)
            fuzz_equal("what holds a buffer", (int64_t)pool->pool->holder[b],
                       (int64_t)(pool->holder[b] != 0 ? pool->holder[b] : IR_POOL_NOBODY));
    }
    check_rules(0);
    check_rules(1);
}

static void free_held(struct api_pool *pool)
{
    for (uint32_t b = 0; b < pool->buffers; b++) {
        struct ir_pkt pkt = {pool->holder[b]};

        if (pool->holder[b] != 0) {
            fuzz_equal("ir_pkt_free", ir_pkt_free(pool->pool, pkt), 0);
            api_gone(pool, pkt);
        }
    }
}

void api_end(void)
{
    for (uint32_t p = 0; p < API_POOLS; p++) {
        if (api.pool[p].held > 0 || api.pool[p].queues > 0)
            fuzz_equal("ir_pool_audit", ir_pool_audit(api.pool[p].pool), api.pool[p].held);
    }
    for (uint32_t d = 0; d < API_DEVICES; d++)
        api_close(d);
    fuzz_equal("the number of devices' records that are left", fuzz_records_in_use(), 0);
    for (uint32_t p = 0; p < API_POOLS; p++) {
        free_held(&api.pool[p]);
        fuzz_equal("the number of free buffers", ir_pool_available(api.pool[p].pool),
                   api.pool[p].buffers);
    }
}
