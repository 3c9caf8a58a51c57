/* SPDX-License-Identifier: MIT
 *
 * Queues on private pools; see private.h. A packet crosses by cross() and by nothing else: the copy is
 * that of ir_pool_copy, which is proved.
 */
#include "api/private.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

#include "api/pool.h"
#include "core/copy.h"

#define CHUNK 32u /* packets that cross at a time */

struct ir_private {
    struct ir_rxq rx; /* one of the two is what the application has */
    struct ir_txq tx;
    struct ir_rxq *inner_rx; /* the driver's, or null */
    struct ir_txq *inner_tx; /* the same */
    struct ir_pool *pool;    /* the application's */
    struct ir_pool *dma; /* what the ring is filled from: the only one that the device reaches */
    uint32_t frame_min;  /* shortest frame that the device sends; what waits is never refused */
    uint32_t frame_max;  /* longest */
    uint32_t first;      /* waiting[first] to waiting[end - 1] have been accepted, and ... */
    uint32_t end;        /* ... wait for room in the ring; <= CHUNK */
    struct ir_pkt waiting[CHUNK];      /* of `dma` */
    struct ir_private *next_of_device; /* the others of the same device ... */
    struct ir_private *next_of_pool;   /* ... and of the same pool */
};

static struct ir_private *of_rx(struct ir_rxq *queue)
{
    return (struct ir_private *)queue;
}

static struct ir_private *of_tx(struct ir_txq *queue)
{
    return (struct ir_private *)(void *)((char *)queue - offsetof(struct ir_private, tx));
}

static const struct ir_private *of_const_tx(const struct ir_txq *queue)
{
    return (const struct ir_private *)(const void *)((const char *)queue -
                                                     offsetof(struct ir_private, tx));
}

/* The packet from one pool to the other: a checked view, one copy, and its buffer goes back. Errors:
 * -ESTALE the application does not hold it, -EMSGSIZE it does not fit in a buffer, -ENOBUFS. */
static int cross(struct ir_pool *from, struct ir_pkt pkt, struct ir_pool *to, struct ir_pkt *copy)
{
    uint32_t length = ir_pkt_length(pkt);
    const uint8_t *bytes = ir_pkt_data(from, pkt, 0, length);
    int result;

    if (bytes == NULL)
        return ir_pool_holds(from, pkt) ? -EMSGSIZE : -ESTALE;
    result = ir_pool_copy(to, bytes, length, copy);
    return result != 0 ? result : ir_pool_return(from, pkt);
}

static uint32_t least(uint64_t a, uint64_t b)
{
    return (uint32_t)(a < b ? a : b);
}

/* Receive up to a chunk for which the private pool has room. Returns as ir_rx. */
static int receive_chunk(struct ir_private *queue, struct ir_pkt *pkts, uint32_t max)
{
    struct ir_pkt inner[CHUNK];
    uint32_t room = least(least(max, CHUNK), queue->pool->free_count);
    int got = queue->inner_rx->burst(queue->inner_rx, inner, room);
    int crossed = got < 0 ? got : 0;

    /* None can fail: there is room, and a buffer here is as large as one there. */
    for (int i = 0; i < got; i++)
        crossed += cross(queue->dma, inner[i], queue->pool, &pkts[crossed]) == 0;
    return crossed;
}

static int rx_burst(struct ir_rxq *rx, struct ir_pkt *pkts, uint32_t max)
{
    struct ir_private *queue = of_rx(rx);
    uint32_t received = 0;
    int got;

    do {
        got = receive_chunk(queue, received > 0 ? pkts + received : pkts, max - received);
        if (got < 0)
            return received > 0 ? (int)received : got;
        received += (uint32_t)got;
        /* A burst ends before a frame that is dropped, also here. */
    } while ((uint32_t)got == CHUNK && received < max);
    return (int)received;
}

static void rx_drops(const struct ir_rxq *rx, struct ir_rxq_drops *drops)
{
    const struct ir_private *queue = (const struct ir_private *)rx;

    queue->inner_rx->drops(queue->inner_rx, drops);
}

/* Not while the application has all buffers: nothing could be received. */
static uint32_t rx_pending(const struct ir_rxq *rx)
{
    const struct ir_private *queue = (const struct ir_private *)rx;

    return queue->pool->free_count > 0 ? queue->inner_rx->pending(queue->inner_rx) : 0;
}

static void rx_check(struct ir_rxq *rx)
{
    struct ir_private *queue = of_rx(rx);

    queue->inner_rx->check(queue->inner_rx);
}

static void rx_ask(struct ir_rxq *rx, bool on)
{
    struct ir_private *queue = of_rx(rx);

    if (queue->inner_rx->ask != NULL)
        queue->inner_rx->ask(queue->inner_rx, on);
}

/* Lend the ring what waits, as far as there is room. Returns 0, or -EIO the queue is broken. */
static int push(struct ir_private *queue)
{
    int sent = queue->inner_tx->burst(queue->inner_tx, queue->waiting + queue->first,
                                      queue->end - queue->first);

    if (sent < 0)
        return sent;
    queue->first += (uint32_t)sent;
    if (queue->first == queue->end) {
        queue->first = 0;
        queue->end = 0;
    }
    return 0;
}

/* Copy what there are buffers for, up to a chunk, to the empty queue of waiting ones. Returns the number,
 * or why the first packet is refused. */
static int accept_chunk(struct ir_private *queue, const struct ir_pkt *pkts, uint32_t count)
{
    uint32_t most = least(count, CHUNK);
    int result = 0;

    if (queue->dma->free_count < most)
        (void)queue->inner_tx->reclaim(queue->inner_tx);
    while (queue->end < most && result == 0) {
        uint32_t length = ir_pkt_length(pkts[queue->end]);

        if (length >= queue->frame_min && length <= queue->frame_max)
            result = cross(queue->pool, pkts[queue->end], queue->dma, &queue->waiting[queue->end]);
        else
            result = ir_pool_holds(queue->pool, pkts[queue->end]) ? -EMSGSIZE : -ESTALE;
        queue->end += result == 0;
    }
    if (queue->end > 0 || result == -ENOBUFS)
        return (int)queue->end;
    return result;
}

static int tx_burst(struct ir_txq *tx, const struct ir_pkt *pkts, uint32_t count)
{
    struct ir_private *queue = of_tx(tx);
    uint32_t sent = 0;
    int result = push(queue);

    if (result != 0)
        return result;
    while (queue->end == 0 && sent < count) {
        int accepted = accept_chunk(queue, pkts + sent, count - sent);

        if (accepted <= 0)
            return sent > 0 ? (int)sent : accepted;
        sent += (uint32_t)accepted;
        /* When the queue breaks now, they are lost with those in the ring. */
        if (push(queue) != 0 || (uint32_t)accepted < CHUNK)
            break;
    }
    return (int)sent;
}

static int tx_reclaim(struct ir_txq *tx)
{
    struct ir_private *queue = of_tx(tx);
    int result = push(queue);

    if (result == 0)
        result = queue->inner_tx->reclaim(queue->inner_tx);
    return result < 0 ? result : result + (int)(queue->end - queue->first);
}

static uint32_t tx_pending(const struct ir_txq *tx)
{
    const struct ir_private *queue = of_const_tx(tx);

    return queue->inner_tx->pending(queue->inner_tx);
}

static void tx_check(struct ir_txq *tx)
{
    struct ir_private *queue = of_tx(tx);

    queue->inner_tx->check(queue->inner_tx);
}

static void tx_ask(struct ir_txq *tx, bool on)
{
    struct ir_private *queue = of_tx(tx);

    if (queue->inner_tx->ask != NULL)
        queue->inner_tx->ask(queue->inner_tx, on);
}

/* A queue with its pool, which has buffers for the ring and for those that cross. It is on no list yet;
 * the caller sets device and index. */
static int make(struct ir_dev *dev, uint32_t size, struct ir_pool *pool, struct ir_private **queue)
{
    struct ir_private *new = calloc(1, sizeof(*new));
    struct ir_info info = {.frame_min = 0, .frame_max = 0};
    int result;

    if (new == NULL)
        return -ENOMEM;
    dev->ops->info(dev, &info);
    new->rx = (struct ir_rxq){rx_burst, rx_drops, rx_pending, rx_check, rx_ask, NULL, 0};
    new->tx = (struct ir_txq){tx_burst, tx_reclaim, tx_pending, tx_check, tx_ask, NULL, 0};
    new->pool = pool;
    new->frame_min = info.frame_min;
    new->frame_max = least(info.frame_max, pool->buffer_size);
    result = ir_pool_create(dev->domain, size + CHUNK, (uint32_t)pool->buffer_size, &new->dma);
    if (result != 0) {
        free(new);
        return result;
    }
    *queue = new;
    return 0;
}

static void unmake(struct ir_private *queue)
{
    (void)ir_pool_destroy(queue->dma); /* no ring has it */
    free(queue);
}

static void note(struct ir_private *queue, struct ir_dev *dev)
{
    struct ir_private **of_pool = ir_pool_private_queues(queue->pool);

    queue->next_of_device = dev->private_queues;
    dev->private_queues = queue;
    queue->next_of_pool = *of_pool;
    *of_pool = queue;
}

int ir_private_rxq_setup(struct ir_dev *dev, uint32_t index, uint32_t size, struct ir_pool *pool,
                         struct ir_rxq **queue)
{
    struct ir_private *new;
    int result = make(dev, size, pool, &new);

    if (result != 0)
        return result;
    result = dev->ops->rxq_setup(dev, index, size, new->dma, &new->inner_rx);
    if (result != 0) {
        unmake(new);
        return result;
    }
    new->inner_rx->dev = dev;
    new->inner_rx->index = index;
    note(new, dev);
    *queue = &new->rx;
    return 0;
}

int ir_private_txq_setup(struct ir_dev *dev, uint32_t index, uint32_t size, struct ir_pool *pool,
                         struct ir_txq **queue)
{
    struct ir_private *new;
    int result = make(dev, size, pool, &new);

    if (result != 0)
        return result;
    result = dev->ops->txq_setup(dev, index, size, new->dma, &new->inner_tx);
    if (result != 0) {
        unmake(new);
        return result;
    }
    new->inner_tx->dev = dev;
    new->inner_tx->index = index;
    note(new, dev);
    *queue = &new->tx;
    return 0;
}

void ir_private_reset(struct ir_private *queues)
{
    for (; queues != NULL; queues = queues->next_of_device) {
        for (; queues->first < queues->end; queues->first++)
            (void)ir_pool_return(queues->dma, queues->waiting[queues->first]);
        queues->first = 0;
        queues->end = 0;
    }
}

void ir_private_close(struct ir_private *queues)
{
    while (queues != NULL) {
        struct ir_private *queue = queues;
        struct ir_private **link = ir_pool_private_queues(queue->pool);

        queues = queue->next_of_device;
        while (*link != queue)
            link = &(*link)->next_of_pool;
        *link = queue->next_of_pool;
        unmake(queue);
    }
}

bool ir_private_audit(const struct ir_private *queues)
{
    for (; queues != NULL; queues = queues->next_of_pool) {
        if (ir_pool_audit(queues->dma) != (int)(queues->end - queues->first))
            return false;
    }
    return true;
}
