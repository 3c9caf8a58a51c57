/* SPDX-License-Identifier: MIT
 *
 * The steps of a device's life, and what must hold after each.
 */
#include "life_world.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "api/domain.h"
#include "oracle.h"
#include "records.h"

static const int timeout_errors[] = {-ETIMEDOUT, -ENODEV, 0};
static const int gone_errors[] = {-ENODEV, 0};
static const int down_errors[] = {-EIO, 0};
static const int close_errors[] = {-ENODEV, -ETIMEDOUT, -EIO, 0};

static void open_device(void)
{
    char error[IR_ERROR_LENGTH] = "";
    struct ir_transport *transport = &life.card->transport;
    int result;

    if (life.dev != NULL)
        return;
    life.card->closed = false;
    life.card->active = false; /* what it had from its last life was abandoned, and stays mapped */
    if (life.kind->opened != NULL)
        life.kind->opened(NULL);
    fuzz_equal("ir_domain_attach", ir_domain_attach(life.domain, transport), 0);
    hostile_call(life.card);
    result = life.kind->driver->open(life.domain, transport, &life.dev, error);
    hostile_returned(life.card, "opening", 0);
    life_expect("opening", result, life.kind->open_errors);
    if (result == 0 && life.kind->opened != NULL)
        life.kind->opened(life.dev);
    if (result == 0)
        return;
    if (error[0] == '\0')
        fuzz_fail("opening answers %d without a reason", result);
    if (life.dev != NULL || life.card->kind->is_master(life.card))
        fuzz_fail("opening failed and left a device, or a card that may access memory");
    ir_domain_detach(life.domain, transport, true);
}

/* Close; what the library leaves to a card that did not confirm is noted, to be unmapped once
 * nobody can use it any more. */
static void close_device(void)
{
    struct ir_dma memory[LIFE_MEMORIES];
    uint32_t count;
    bool any;
    int result;

    if (life.dev == NULL)
        return;
    count = life.kind->memories(life.dev, memory);
    any = life_any_in_rings();
    hostile_call(life.card);
    result = ir_close(life.dev);
    hostile_returned(life.card, "ir_close", 0);
    life_expect("ir_close", result, close_errors);
    if (result == 0)
        life_expect_masked("ir_close");
    if (life.card->kind->is_master(life.card))
        fuzz_fail("ir_close leaves a card that may access memory");
    if (!life.card->closed)
        fuzz_fail("ir_close leaves the transport open");
    for (uint32_t i = 0; i < count && result != 0; i++)
        life.abandoned[life.abandoned_count++] = memory[i];
    life.pool_abandoned = life.pool_abandoned || (any && result != 0);
    life.dev = NULL;
    memset(life.rx, 0, sizeof(life.rx));
    memset(life.tx, 0, sizeof(life.tx));
}

static void set_up_queue(void)
{
    uint32_t q = input_below(&life.input, QUEUES);
    uint32_t size = 32u << input_below(&life.input, 4);
    bool legal = size >= IR_RING_SIZE_MIN && q < life.kind->queues;
    bool transmit = input_below(&life.input, 2) != 0;
    bool taken = transmit ? life.tx[q] != NULL : life.rx[q] != NULL;
    bool busy = taken || life.kind->started(life.dev);
    int result = transmit ? ir_txq_setup(life.dev, q, size, life.pool, &life.tx[q])
                          : ir_rxq_setup(life.dev, q, size, life.pool, &life.rx[q]);

    if (life.kind->check_setup != NULL)
        life.kind->check_setup(!busy, legal, result);
    else
        fuzz_equal("setting up a queue", result, !legal ? -EINVAL : busy ? -EBUSY : 0);
    if (!taken && result == 0 && life_ring(transmit, q) == NULL)
        fuzz_fail("a queue was set up and has no ring");
}

static void start(void)
{
    struct holdings before = life_holdings();
    bool was_started = life.kind->started(life.dev);
    int result;

    hostile_call(life.card);
    result = ir_start(life.dev);
    hostile_returned(life.card, "ir_start", 0);
    life_check_holdings(&before, "ir_start");
    if (result != -EBUSY || !was_started)
        life_expect("ir_start", result, life.kind->start_errors);
    if (result != 0 && result != -EBUSY)
        life_expect_broken("ir_start");
    if (result == 0)
        life_expect_masked("ir_start");
}

static void reset(void)
{
    struct holdings before = life_holdings();
    int result;

    hostile_call(life.card);
    result = ir_reset(life.dev);
    hostile_returned(life.card, "ir_reset", 0);
    life_check_holdings(&before, "ir_reset");
    /* -EINVAL: it was started once, and the queues set up since left a gap */
    life_expect("ir_reset", result, life.kind->start_errors);
    if (result != 0)
        life_expect_broken("ir_reset");
    else
        life_expect_masked("ir_reset");
}

static void observe(void)
{
    struct ir_stats stats;
    struct ir_link link;
    struct ir_info info;
    uint32_t timeout_ms = input_8(&life.input);
    int result;

    hostile_call(life.card);
    life_expect("ir_stats", ir_stats(life.dev, &stats), gone_errors);
    result = ir_link(life.dev, &link);
    life_expect("ir_link", result, gone_errors);
    if (result == 0 && (link.up && life.kind->tells_speed) != (link.speed_mbps != 0))
        fuzz_fail("the link is %s with %u Mbit/s", link.up ? "up" : "down", link.speed_mbps);
    life_expect("ir_link_wait", ir_link_wait(life.dev, timeout_ms), timeout_errors);
    ir_info(life.dev, &info);
    if (info.rx_queues_max == 0 || info.rx_queues_max > IR_QUEUES_MAX || info.tx_queues_max == 0 ||
        info.tx_queues_max > IR_QUEUES_MAX || info.frame_max > IR_FRAME_MAX)
        fuzz_fail("there are %u and %u queues for frames of %u bytes", info.rx_queues_max,
                  info.tx_queues_max, info.frame_max);
    hostile_returned(life.card, "ir_link_wait", timeout_ms * UINT64_C(1000));
}

/* Who waits for what has changed, which it may while the device runs. How many vectors the card has is
 * found out before that. */
static void route(bool started)
{
    struct ir_interrupts *asked = &life.dev->interrupts;
    uint8_t who = input_8(&life.input);
    int result;

    if (!started)
        life.card->transport.vectors = (who >> 4) % (LIFE_QUEUES + 3u);
    asked->rx[0] = (who & 1u) != 0;
    asked->tx[0] = (who & 2u) != 0;
    asked->link = (who & 4u) != 0;
    asked->throttle = (who & 8u) != 0 ? input_32(&life.input) : 0;
    result = life.dev->ops->route(life.dev);
    if (started)
        fuzz_equal("routing the interrupts of a device that runs", result, 0);
    else
        life_expect("routing interrupts", result, down_errors);
}

/* As somebody does who waits, sleeps, and is woken. */
static void interrupt(void)
{
    const struct ir_dev_ops *ops = life.dev->ops;
    bool started = life.kind->started(life.dev);
    uint32_t vector;
    int expected;

    hostile_call(life.card);
    route(started);
    vector = input_below(&life.input, LIFE_QUEUES + 3u);
    expected = !started ? -EIO : vector < life.dev->interrupts.vectors ? 0 : -EINVAL;
    fuzz_equal("arming a vector", ops->arm(life.dev, vector), expected);
    if ((input_8(&life.input) & 1u) != 0) {
        fuzz_equal("masking a vector", ops->mask(life.dev, vector), expected);
        if (started)
            life_expect_masked("the only vector that was armed was masked");
    }
    hostile_returned(life.card, "an interrupt", 0);
}

static void change_settings(void)
{
    uint8_t macs[3][IR_MAC_LENGTH];
    uint8_t back[IR_MAC_LENGTH];
    uint8_t key[IR_RSS_KEY_LENGTH];
    uint8_t kind = input_8(&life.input);

    input_copy(&life.input, macs[0], sizeof(macs));
    macs[0][0] |= 1u;
    macs[1][0] |= 1u;
    macs[2][0] = (uint8_t)((macs[2][0] & 0xfeu) | 2u);
    hostile_call(life.card);
    life_expect("ir_promiscuous", ir_promiscuous(life.dev, (kind & 1u) != 0),
                life.kind->promiscuous_errors);
    life_expect("ir_multicast", ir_multicast(life.dev, (const uint8_t(*)[IR_MAC_LENGTH])macs, 2),
                life.kind->multicast_errors);
    fuzz_equal("ir_multicast of a unicast address",
               ir_multicast(life.dev, (const uint8_t(*)[IR_MAC_LENGTH])macs, 3), -EINVAL);
    if (ir_mac_set(life.dev, macs[2]) == 0) {
        fuzz_equal("ir_mac_get", ir_mac_get(life.dev, back), 0);
        fuzz_equal("the address that was set", memcmp(back, macs[2], IR_MAC_LENGTH), 0);
    }
    memset(key, macs[2][1], sizeof(key));
    fuzz_rss_key(life.dev, key, life.kind->rss_key ? 0 : -ENOTSUP);
    hostile_returned(life.card, "a setting", 0);
    if ((kind & 2u) != 0 && life.kind->interrupts)
        interrupt();
}

static void receive(void)
{
    struct ir_rxq *queue = life.rx[input_below(&life.input, QUEUES)];
    struct ir_pkt pkts[BURST];
    int got;

    if (queue == NULL)
        return;
    got = ir_rx(queue, pkts, BURST);
    if (got < 0 && got != -EIO)
        fuzz_fail("ir_rx answers %d", got);
    for (int i = 0; i < got; i++) {
        if (ir_pkt_data(life.pool, pkts[i], 0, ir_pkt_length(pkts[i])) == NULL)
            fuzz_fail("packet %d that was received cannot be viewed", i);
        life.held[life.held_count++] = pkts[i];
    }
}

/* Send or free all that is held, topped up with fresh packets. */
static void send_or_free(void)
{
    struct ir_txq *queue = life.tx[input_below(&life.input, QUEUES)];
    uint32_t fresh = input_below(&life.input, BURST);
    int sent = 0;

    for (; fresh > 0 && ir_pool_available(life.pool) > 0; fresh--)
        fuzz_equal("ir_pkt_alloc", ir_pkt_alloc(life.pool, 64, &life.held[life.held_count++]), 0);
    if (queue != NULL)
        sent = ir_tx(queue, life.held, life.held_count);
    for (uint32_t i = sent > 0 ? (uint32_t)sent : 0; i < life.held_count; i++)
        fuzz_equal("ir_pkt_free", ir_pkt_free(life.pool, life.held[i]), 0);
    life.held_count = 0;
    if (queue != NULL && ir_tx_reclaim(queue) < -EIO)
        fuzz_fail("ir_tx_reclaim has an answer of its own");
}

static void step(void)
{
    uint8_t kind = input_8(&life.input) % 10u;

    if (life.dev == NULL) {
        open_device();
        return;
    }
    switch (kind) {
    case 0:
        set_up_queue();
        break;
    case 1:
    case 2:
        start();
        break;
    case 3:
        reset();
        break;
    case 4:
        observe();
        break;
    case 5:
        change_settings();
        break;
    case 6:
        receive();
        break;
    case 7:
        send_or_free();
        break;
    case 8:
        hostile_scribble(life.card);
        break;
    default:
        close_device();
        break;
    }
}

static void begin(const struct life_kind *kind, const uint8_t *data, size_t size)
{
    life.kind = kind;
    life.input.next = data;
    life.input.left = size;
    life.card = kind->begin(&life.input);
    life.held_count = 0;
    life.abandoned_count = 0;
    if (life.domain == NULL) {
        life.pool_abandoned = false;
        fuzz_equal("ir_domain_create", ir_domain_create(&life.domain), 0);
        fuzz_equal("ir_pool_create",
                   ir_pool_create(life.domain, BUFFERS, IR_BUFFER_SIZE_MIN, &life.pool), 0);
    }
    for (uint16_t b = 0; b < BUFFERS; b++)
        life.pool->stack[b] = b; /* every input begins alike */
    life.pool->grant_next = life.pool->grant_first;
}

/* Memory that was abandoned is unmapped, so that a million inputs do not run out of it. */
static void release_world(void)
{
    struct ir_dma memory = {life.pool->data - IR_POOL_HEADROOM, life.pool->iova - IR_POOL_HEADROOM,
                            BUFFERS * life.pool->stride};

    fuzz_equal("the number of buffers the application holds by ir_pool_audit",
               ir_pool_audit(life.pool), 0);
    fuzz_equal("ir_pool_destroy", ir_pool_destroy(life.pool), 0);
    fuzz_equal("ir_domain_destroy", ir_domain_destroy(life.domain), 0);
    if (life.pool_abandoned)
        life.abandoned[life.abandoned_count++] = memory;
    for (uint32_t i = 0; i < life.abandoned_count; i++)
        fuzz_equal("the memory left to a card that did not stop, when it is unmapped",
                   munmap(life.abandoned[i].memory, life.abandoned[i].size), 0);
    life.domain = NULL;
}

static void end(void)
{
    close_device();
    for (uint32_t i = 0; i < life.held_count; i++)
        fuzz_equal("ir_pkt_free", ir_pkt_free(life.pool, life.held[i]), 0);
    life.held_count = 0;
    fuzz_equal("the number of devices' records that are left", fuzz_records_in_use(), 0);
    life_check_books();
    if (life.abandoned_count > 0)
        release_world();
    else
        fuzz_equal("the number of free buffers", ir_pool_available(life.pool), BUFFERS);
}

void life_run(const struct life_kind *kind, const uint8_t *data, size_t size)
{
    begin(kind, data, size);
    open_device();
    for (uint32_t i = 0; i < STEPS && life.input.left > 0; i++) {
        step();
        life_check_books();
    }
    end();
}
