/* SPDX-License-Identifier: MIT
 *
 * What `contracts/eva/run` analyses: an application that calls the driver's functions in any order and any
 * number of times, on a card that answers anything, under an operating system that refuses anything. The
 * driver is called through its own tables, as src/api calls it.
 */
#include <errno.h>
#include <stddef.h>

#include "api/domain.h"
#include "api/pool.h"
#include "ixgbe/ixgbe.h"

/* To the analyser each read of a volatile object gives any value of its type. */
static volatile int any;
static volatile uint8_t any8;
static volatile uint32_t any32;

/* ---- the card ---- */

static uint32_t read_register(void *card, uint32_t offset, uint32_t width)
{
    (void)card, (void)offset, (void)width;
    return any32;
}

static void write_register(void *card, uint32_t offset, uint32_t width, uint32_t value)
{
    (void)card, (void)offset, (void)width, (void)value;
}

static const struct ir_regs_sim registers = {read_register, write_register};

static int config_read(struct ir_transport *transport, uint32_t offset, uint32_t width,
                       uint32_t *value)
{
    (void)transport, (void)offset, (void)width;
    if (any)
        return -EIO;
    *value = any32;
    return 0;
}

static int config_write(struct ir_transport *transport, uint32_t offset, uint32_t width,
                        uint32_t value)
{
    (void)transport, (void)offset, (void)width, (void)value;
    return any ? -EIO : 0;
}

static void delay(struct ir_transport *transport, uint32_t microseconds)
{
    (void)transport, (void)microseconds;
}

static const struct ir_transport_ops transport_ops = {
    .config_read = config_read,
    .config_write = config_write,
    .delay = delay,
};

/* ---- memory ---- */

/* Each ring has the same memory: what it holds is arbitrary anyway. */
int ir_domain_alloc(struct ir_domain *domain, uint64_t size, struct ir_dma *out)
{
    static uint64_t memory[(IR_RING_SIZE_MAX * IXGBE_DESC_BYTES + 64u) / sizeof(uint64_t)];

    (void)domain;
    if (any || size > sizeof(memory))
        return any ? -ENOSPC : -ENOMEM;
    out->memory = (uint8_t *)memory;
    out->iova = (uint64_t)any32 * 4096u;
    out->size = size;
    return 0;
}

/* The memory stays readable, which hides nothing: what was freed is reached by no pointer of the driver's
 * that its own flags do not declare void, and the sanitizers watch over that. */
void ir_domain_free(struct ir_domain *domain, const struct ir_dma *region)
{
    (void)domain, (void)region;
}

void ir_domain_abandon(struct ir_domain *domain, const struct ir_dma *region)
{
    (void)domain, (void)region;
}

int ir_pool_attach(struct ir_pool *pool, const struct ir_ring *ring)
{
    (void)pool, (void)ring;
    return any ? -ENOMEM : 0;
}

void ir_pool_detach(struct ir_pool *pool, const struct ir_ring *ring)
{
    (void)pool, (void)ring;
}

void ir_pool_abandon(struct ir_pool *pool, const struct ir_ring *ring)
{
    (void)pool, (void)ring;
}

/* ---- the data path: proved by contracts/prove from invariants that relate arrays, which this analyser
 * does not follow ---- */

static void move(struct ir_ring *ring, struct ir_pool *pool)
{
    ring->head = any32 % IR_RING_SIZE_MAX;
    ring->tail = any32 % IR_RING_SIZE_MAX;
    pool->free_count = any32 % IR_POOL_BUFFERS_MAX;
}

void ixgbe_rx_refill(struct ixgbe_rxq *queue)
{
    move(&queue->ring, queue->pool);
    queue->broken = any8 % 2u;
}

void ixgbe_rx_drain(struct ixgbe_rxq *queue)
{
    move(&queue->ring, queue->pool);
}

void ixgbe_tx_drain(struct ixgbe_txq *queue)
{
    move(&queue->ring, queue->pool);
}

int32_t ixgbe_rx_burst(struct ixgbe_rxq *queue, struct ir_pkt *pkts, uint32_t max)
{
    (void)pkts;
    move(&queue->ring, queue->pool);
    queue->broken = any8 % 2u;
    return any ? -EIO : (int32_t)(any32 % (max + 1u));
}

int32_t ixgbe_tx_burst(struct ixgbe_txq *queue, const struct ir_pkt *pkts, uint32_t count)
{
    (void)pkts;
    move(&queue->ring, queue->pool);
    queue->broken = any8 % 2u;
    return any ? -EIO : (int32_t)(any32 % (count + 1u));
}

int32_t ixgbe_tx_reclaim(struct ixgbe_txq *queue)
{
    move(&queue->ring, queue->pool);
    return any ? -EIO : (int32_t)(any32 % IR_RING_SIZE_MAX);
}

/* ---- the application ---- */

#define MACS 3u

static struct ir_transport transport = {
    .ops = &transport_ops,
    .bars = {{.kind = IR_REGS_SIM, .sim = &registers}},
};
static struct ir_pool pool;
static struct ir_rxq *rxq;
static struct ir_txq *txq;

static void receive(void)
{
    struct ir_pkt pkts[4];
    struct ir_rxq_drops drops;

    if (rxq == NULL)
        return;
    (void)rxq->burst(rxq, pkts, 4);
    rxq->drops(rxq, &drops);
}

static void send(void)
{
    struct ir_pkt pkts[4] = {{0}};

    if (txq == NULL)
        return;
    (void)txq->burst(txq, pkts, 4);
    (void)txq->reclaim(txq);
}

static void change_settings(struct ir_dev *dev)
{
    uint8_t macs[MACS][IR_MAC_LENGTH];
    uint8_t key[IR_RSS_KEY_LENGTH] = {0};

    for (uint32_t i = 0; i < MACS; i++) {
        for (uint32_t k = 0; k < IR_MAC_LENGTH; k++)
            macs[i][k] = any8;
    }
    for (uint32_t i = 0; i < IR_RSS_KEY_LENGTH; i++)
        key[i] = any8;
    if (any)
        dev->ops->rss_key_set(dev, key);
    if (any)
        dev->ops->rss_key_get(dev, key);
    if (any)
        (void)dev->ops->mac_set(dev, macs[0]);
    if (any)
        (void)dev->ops->promiscuous(dev, any != 0);
    if (any)
        (void)dev->ops->multicast(dev, (const uint8_t(*)[IR_MAC_LENGTH])macs, any32 % (MACS + 1u));
    if (any)
        (void)dev->ops->mac_get(dev, macs[0]);
}

static void ask(struct ir_dev *dev)
{
    struct ir_link link;
    struct ir_stats stats;
    struct ir_info info;

    if (any)
        (void)dev->ops->link(dev, &link);
    if (any)
        (void)dev->ops->stats(dev, &stats);
    if (any)
        dev->ops->info(dev, &info);
}

/* The first and the last queue, of any size; src/api checks the index before. */
static void set_up(struct ir_dev *dev)
{
    if (any)
        (void)dev->ops->rxq_setup(dev, 0, any32, &pool, &rxq);
    if (any)
        (void)dev->ops->rxq_setup(dev, IXGBE_RSS_QUEUES - 1u, any32, &pool, &rxq);
    if (any)
        (void)dev->ops->rxq_setup(dev, IR_QUEUES_MAX - 1u, any32, &pool, &rxq);
    if (any)
        (void)dev->ops->txq_setup(dev, 0, any32, &pool, &txq);
    if (any)
        (void)dev->ops->txq_setup(dev, IR_QUEUES_MAX - 1u, any32, &pool, &txq);
}

static void use(struct ir_dev *dev)
{
    while (any) {
        if (any)
            set_up(dev);
        if (any)
            (void)dev->ops->start(dev);
        if (any)
            receive();
        if (any)
            send();
        if (any)
            change_settings(dev);
        if (any)
            ask(dev);
        if (any)
            (void)dev->ops->reset(dev);
    }
}

/* Frames are spread over any queues in a record of its own: a device of which several queues can start takes the
 * analyser longer than ten minutes. */
static void spread(void)
{
    static struct ixgbe_dev dev;

    dev.base.transport = &transport;
    for (uint32_t q = 0; q < IR_QUEUES_MAX; q++)
        dev.rx[q].set_up = any != 0;
    for (uint32_t i = 0; i < IR_RSS_KEY_LENGTH; i++)
        dev.rss_key[i] = any8;
    (void)ixgbe_rss_start(&dev);
}

int main(void)
{
    static char domain;
    struct ir_dev *dev = NULL;
    char error[IR_ERROR_LENGTH];

    transport.bars[0].size = any32;
    transport.vendor = (uint16_t)any32;
    transport.device = (uint16_t)any32;
    pool.buffer_size = any ? 2048u : 16384u;
    pool.count = any32 % IR_POOL_BUFFERS_MAX + 1u;
    spread();
    if (!ixgbe_driver.supports(transport.vendor, transport.device))
        return 0;
    if (ixgbe_driver.open((struct ir_domain *)(void *)&domain, &transport, &dev, error) != 0)
        return 0;
    use(dev);
    return dev->ops->close(dev);
}
