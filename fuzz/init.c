/* SPDX-License-Identifier: MIT
 *
 * Fuzz target init: the whole life of a device on a card whose every register read is drawn from
 * the input. Errors are those of the manual, waits end, no buffer is lost without being accounted
 * for, and after a failure the queues refuse to work.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

#include <ironring/ironring.h>

#include "api/domain.h"
#include "hostile.h"
#include "ixgbe/ixgbe.h"
#include "oracle.h"
#include "records.h"

#define BUFFERS 96u
#define QUEUES  3u
#define BURST   32u
#define STEPS   24u

/* One input's world; domain and pool serve the next input as well, when no buffer was lost. */
static struct {
    struct hostile card;
    struct input input;
    struct ir_domain *domain;
    struct ir_pool *pool;
    struct ir_dev *dev; /* NULL while closed */
    struct ir_rxq *rx[QUEUES];
    struct ir_txq *tx[QUEUES];
    struct ir_pkt held[BUFFERS];
    uint32_t held_count;
    struct ir_dma abandoned[2u * QUEUES * STEPS + 1u]; /* left to a card that did not stop */
    uint32_t abandoned_count;
    bool pool_abandoned;
} world;

/* Fail unless the answer is 0 or one of the errors. */
static void expect_errors(const char *what, int result, const int *errors, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (result == errors[i])
            return;
    }
    if (result != 0)
        fuzz_fail("%s answers %d, which the manual does not list", what, result);
}

#define EXPECT(what, result, ...)                                                                  \
    expect_errors(what, result, (const int[]){__VA_ARGS__},                                        \
                  sizeof((const int[]){__VA_ARGS__}) / sizeof(int))

static struct ixgbe_dev *record(void)
{
    return (struct ixgbe_dev *)world.dev;
}

static void mark(bool seen[BUFFERS], uint64_t buffer, const char *place)
{
    if (buffer >= BUFFERS)
        fuzz_fail("buffer %llu is %s, and does not exist", (unsigned long long)buffer, place);
    if (seen[buffer])
        fuzz_fail("buffer %llu is %s, and somewhere else too", (unsigned long long)buffer, place);
    seen[buffer] = true;
}

static void mark_ring(bool seen[BUFFERS], const struct ir_ring *ring, const char *place)
{
    for (uint64_t slot = ring->head; slot != ring->tail; slot = (slot + 1u) % ring->size)
        mark(seen, ring->slot[slot], place);
}

/* Each buffer is in exactly one place, and the application holds what it was given: what
 * ir_pool_audit does for all the buffers that a pool could have, in the time of an input. Buffers
 * lost to a card that did not stop are nowhere. */
static void check_books(void)
{
    bool seen[BUFFERS] = {false};
    uint32_t total = 0;

    for (uint64_t i = 0; i < world.pool->free_count; i++)
        mark(seen, world.pool->stack[i], "free");
    for (uint32_t q = 0; q < QUEUES && world.dev != NULL; q++) {
        if (world.rx[q] != NULL)
            mark_ring(seen, &record()->rx[q].queue.ring, "in a receive ring");
        if (world.tx[q] != NULL)
            mark_ring(seen, &record()->tx[q].queue.ring, "in a transmit ring");
    }
    for (uint32_t i = 0; i < world.held_count; i++) {
        mark(seen, world.held[i].bits >> 32 & 0xffffu, "with the application");
        if (ir_pkt_data(world.pool, world.held[i], 0, 0) == NULL)
            fuzz_fail("the packet 0x%llx is with the application, which cannot view it",
                      (unsigned long long)world.held[i].bits);
    }
    for (uint32_t b = 0; b < BUFFERS; b++)
        total += seen[b] ? 1u : 0u;
    if (!world.pool_abandoned)
        fuzz_equal("the number of buffers that are somewhere", total, BUFFERS);
}

static void expect_broken(const char *after)
{
    struct ir_pkt pkt = {0};

    for (uint32_t q = 0; q < QUEUES; q++) {
        if (world.rx[q] != NULL && ir_rx(world.rx[q], &pkt, 1) != -EIO)
            fuzz_fail("after %s failed, receive queue %u does not answer -EIO", after, q);
        if (world.tx[q] != NULL && ir_tx(world.tx[q], &pkt, 1) != -EIO)
            fuzz_fail("after %s failed, transmit queue %u does not answer -EIO", after, q);
    }
}

static void open_device(void)
{
    char error[IR_ERROR_LENGTH] = "";
    int result;

    if (world.dev != NULL)
        return;
    world.card.closed = false;
    world.card.active = false; /* what it had from its last life was abandoned, and stays mapped */
    fuzz_equal("ir_domain_attach", ir_domain_attach(world.domain, &world.card.transport), 0);
    hostile_call(&world.card);
    result = ixgbe_driver.open(world.domain, &world.card.transport, &world.dev, error);
    hostile_returned(&world.card, "opening", 0);
    EXPECT("opening", result, -ENODEV, -ETIMEDOUT, -EIO);
    if (result == 0)
        return;
    if (error[0] == '\0')
        fuzz_fail("opening answers %d without a reason", result);
    if (world.dev != NULL || hostile_is_master(&world.card))
        fuzz_fail("opening failed and left a device, or a card that may access memory");
    ir_domain_detach(world.domain, &world.card.transport, true);
}

/* Which buffers each ring holds, by its indices. */
struct holdings {
    struct window {
        uint64_t head, tail;
    } rx[QUEUES], tx[QUEUES];
    bool at_risk; /* the card may still read or write them */
};

static struct window window_of(const struct ir_ring *ring)
{
    return (struct window){ring->head, ring->tail};
}

static struct holdings holdings_before_call(void)
{
    struct holdings before = {.at_risk = world.card.active};

    for (uint32_t q = 0; q < QUEUES; q++) {
        before.rx[q] = window_of(&record()->rx[q].queue.ring);
        before.tx[q] = window_of(&record()->tx[q].queue.ring);
    }
    return before;
}

static void expect_kept(const struct window *before, const struct ir_ring *after, const char *call,
                        const char *kind, uint32_t q)
{
    if (before->head != after->head || before->tail != after->tail)
        fuzz_fail("%s took the buffers of %s queue %u from a card that did not say it stopped",
                  call, kind, q);
}

/* Buffers stay with a card until it has said that it stopped. */
static void check_holdings(const struct holdings *before, const char *call)
{
    for (uint32_t q = 0; q < QUEUES && before->at_risk && !world.card.confirmed; q++) {
        expect_kept(&before->rx[q], &record()->rx[q].queue.ring, call, "receive", q);
        expect_kept(&before->tx[q], &record()->tx[q].queue.ring, call, "transmit", q);
    }
    if (record()->quiet && world.card.active)
        fuzz_fail("after %s the driver takes a card for quiet that did not say it stopped", call);
}

static void abandon(const struct ir_dma *memory, const struct window *window)
{
    world.abandoned[world.abandoned_count++] = *memory;
    if (window->head != window->tail)
        world.pool_abandoned = true;
}

/* Close; what the library leaves to a card that did not confirm is noted, to be unmapped once
 * nobody can use it any more. */
static void close_device(void)
{
    struct ir_dma memory[2u * QUEUES];
    struct window windows[2u * QUEUES];
    uint32_t count = 0;
    int result;

    if (world.dev == NULL)
        return;
    for (uint32_t q = 0; q < QUEUES; q++) {
        if (record()->rx[q].set_up) {
            windows[count] = window_of(&record()->rx[q].queue.ring);
            memory[count++] = record()->rx[q].memory;
        }
        if (record()->tx[q].set_up) {
            windows[count] = window_of(&record()->tx[q].queue.ring);
            memory[count++] = record()->tx[q].memory;
        }
    }
    hostile_call(&world.card);
    result = ir_close(world.dev);
    hostile_returned(&world.card, "ir_close", 0);
    EXPECT("ir_close", result, -ENODEV, -ETIMEDOUT, -EIO);
    if (hostile_is_master(&world.card))
        fuzz_fail("ir_close leaves a card that may access memory");
    if (!world.card.closed)
        fuzz_fail("ir_close leaves the transport open");
    for (uint32_t i = 0; i < count && result != 0; i++)
        abandon(&memory[i], &windows[i]);
    world.dev = NULL;
    memset(world.rx, 0, sizeof(world.rx));
    memset(world.tx, 0, sizeof(world.tx));
}

static void set_up_queue(void)
{
    uint32_t q = input_below(&world.input, QUEUES);
    uint32_t size = 32u << input_below(&world.input, 4);
    bool legal = size >= IR_RING_SIZE_MIN;
    bool transmit = input_below(&world.input, 2) != 0;
    bool taken = transmit ? world.tx[q] != NULL : world.rx[q] != NULL;
    bool busy = taken || record()->state == IXGBE_STARTED;
    int result = transmit ? ir_txq_setup(world.dev, q, size, world.pool, &world.tx[q])
                          : ir_rxq_setup(world.dev, q, size, world.pool, &world.rx[q]);

    fuzz_equal("setting up a queue", result, !legal ? -EINVAL : busy ? -EBUSY : 0);
}

static void start(void)
{
    struct holdings before = holdings_before_call();
    int result;

    hostile_call(&world.card);
    result = ir_start(world.dev);
    hostile_returned(&world.card, "ir_start", 0);
    check_holdings(&before, "ir_start");
    EXPECT("ir_start", result, -EINVAL, -EBUSY, -ETIMEDOUT, -EIO, -ENODEV);
    if (result != 0 && result != -EBUSY)
        expect_broken("ir_start");
}

static void reset(void)
{
    struct holdings before = holdings_before_call();
    int result;

    hostile_call(&world.card);
    result = ir_reset(world.dev);
    hostile_returned(&world.card, "ir_reset", 0);
    check_holdings(&before, "ir_reset");
    /* -EINVAL: it was started once, and the queues set up since left a gap */
    EXPECT("ir_reset", result, -EINVAL, -ETIMEDOUT, -EIO, -ENODEV);
    if (result != 0)
        expect_broken("ir_reset");
}

static void observe(void)
{
    struct ir_stats stats;
    struct ir_link link;
    struct ir_info info;
    uint32_t timeout_ms = input_8(&world.input);
    int result;

    hostile_call(&world.card);
    EXPECT("ir_stats", ir_stats(world.dev, &stats), -ENODEV);
    result = ir_link(world.dev, &link);
    EXPECT("ir_link", result, -ENODEV);
    if (result == 0 && link.up != (link.speed_mbps != 0))
        fuzz_fail("the link is %s with %u Mbit/s", link.up ? "up" : "down", link.speed_mbps);
    EXPECT("ir_link_wait", ir_link_wait(world.dev, timeout_ms), -ETIMEDOUT, -ENODEV);
    ir_info(world.dev, &info);
    hostile_returned(&world.card, "ir_link_wait", timeout_ms * UINT64_C(1000));
}

static void change_settings(void)
{
    uint8_t macs[3][IR_MAC_LENGTH];
    uint8_t back[IR_MAC_LENGTH];
    uint8_t kind = input_8(&world.input);

    input_copy(&world.input, macs[0], sizeof(macs));
    macs[0][0] |= 1u;
    macs[1][0] |= 1u;
    macs[2][0] = (uint8_t)((macs[2][0] & 0xfeu) | 2u);
    hostile_call(&world.card);
    EXPECT("ir_promiscuous", ir_promiscuous(world.dev, (kind & 1u) != 0), -ENODEV, -ETIMEDOUT);
    EXPECT("ir_multicast", ir_multicast(world.dev, (const uint8_t(*)[IR_MAC_LENGTH])macs, 2),
           -ENODEV);
    fuzz_equal("ir_multicast of a unicast address",
               ir_multicast(world.dev, (const uint8_t(*)[IR_MAC_LENGTH])macs, 3), -EINVAL);
    if (ir_mac_set(world.dev, macs[2]) == 0) {
        fuzz_equal("ir_mac_get", ir_mac_get(world.dev, back), 0);
        fuzz_equal("the address that was set", memcmp(back, macs[2], IR_MAC_LENGTH), 0);
    }
    hostile_returned(&world.card, "a setting", 0);
}

static void receive(void)
{
    struct ir_rxq *queue = world.rx[input_below(&world.input, QUEUES)];
    struct ir_pkt pkts[BURST];
    int got;

    if (queue == NULL)
        return;
    got = ir_rx(queue, pkts, BURST);
    if (got < 0 && got != -EIO)
        fuzz_fail("ir_rx answers %d", got);
    for (int i = 0; i < got; i++) {
        if (ir_pkt_data(world.pool, pkts[i], 0, ir_pkt_length(pkts[i])) == NULL)
            fuzz_fail("packet %d that was received cannot be viewed", i);
        world.held[world.held_count++] = pkts[i];
    }
}

/* Send or free all that is held, topped up with fresh packets. */
static void send_or_free(void)
{
    struct ir_txq *queue = world.tx[input_below(&world.input, QUEUES)];
    uint32_t fresh = input_below(&world.input, BURST);
    int sent = 0;

    for (; fresh > 0 && ir_pool_available(world.pool) > 0; fresh--)
        fuzz_equal("ir_pkt_alloc", ir_pkt_alloc(world.pool, 64, &world.held[world.held_count++]),
                   0);
    if (queue != NULL)
        sent = ir_tx(queue, world.held, world.held_count);
    for (uint32_t i = sent > 0 ? (uint32_t)sent : 0; i < world.held_count; i++)
        fuzz_equal("ir_pkt_free", ir_pkt_free(world.pool, world.held[i]), 0);
    world.held_count = 0;
    if (queue != NULL && ir_tx_reclaim(queue) < -EIO)
        fuzz_fail("ir_tx_reclaim has an answer of its own");
}

static void step(void)
{
    uint8_t kind = input_8(&world.input) % 10u;

    if (world.dev == NULL) {
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
        hostile_scribble(&world.card);
        break;
    default:
        close_device();
        break;
    }
}

static void begin(const uint8_t *data, size_t size)
{
    world.input.next = data;
    world.input.left = size;
    hostile_begin(&world.card, &world.input);
    world.held_count = 0;
    world.abandoned_count = 0;
    if (world.domain == NULL) {
        world.pool_abandoned = false;
        fuzz_equal("ir_domain_create", ir_domain_create(&world.domain), 0);
        fuzz_equal("ir_pool_create",
                   ir_pool_create(world.domain, BUFFERS, IR_BUFFER_SIZE_MIN, &world.pool), 0);
    }
    for (uint16_t b = 0; b < BUFFERS; b++)
        world.pool->stack[b] = b; /* every input begins alike */
    world.pool->grant_next = world.pool->grant_first;
}

/* Memory that was abandoned is unmapped, so that a million inputs do not run out of it. */
static void release_world(void)
{
    struct ir_dma memory = {world.pool->data - IR_POOL_HEADROOM,
                            world.pool->iova - IR_POOL_HEADROOM, BUFFERS * world.pool->stride};

    fuzz_equal("the number of buffers the application holds by ir_pool_audit",
               ir_pool_audit(world.pool), 0);
    fuzz_equal("ir_pool_destroy", ir_pool_destroy(world.pool), 0);
    fuzz_equal("ir_domain_destroy", ir_domain_destroy(world.domain), 0);
    if (world.pool_abandoned)
        world.abandoned[world.abandoned_count++] = memory;
    for (uint32_t i = 0; i < world.abandoned_count; i++)
        fuzz_equal("the memory left to a card that did not stop, when it is unmapped",
                   munmap(world.abandoned[i].memory, world.abandoned[i].size), 0);
    world.domain = NULL;
}

static void end(void)
{
    close_device();
    for (uint32_t i = 0; i < world.held_count; i++)
        fuzz_equal("ir_pkt_free", ir_pkt_free(world.pool, world.held[i]), 0);
    world.held_count = 0;
    fuzz_equal("the number of devices' records that are left", fuzz_records_in_use(), 0);
    check_books();
    if (world.abandoned_count > 0)
        release_world();
    else
        fuzz_equal("the number of free buffers", ir_pool_available(world.pool), BUFFERS);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    begin(data, size);
    open_device();
    for (uint32_t i = 0; i < STEPS && world.input.left > 0; i++) {
        step();
        check_books();
    }
    end();
    return 0;
}
