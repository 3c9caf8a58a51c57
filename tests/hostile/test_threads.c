/* SPDX-License-Identifier: MIT
 *
 * A card that lies from a thread of its own: what it has reported changes while the driver reads
 * it. Best run under the sanitizers. Work, not time, ends the tests; PATIENCE_S only bounds them
 * when something is broken.
 */
#define _GNU_SOURCE
#include "life.h"

#include <sched.h>
#include <stdio.h>
#include <time.h>

#define BUFFERS    512u
#define BURST      32u
#define PACKETS    3000u
#define RESETS_MAX 60u
#define PATIENCE_S 600
#define SILENCE    20000u /* empty bursts after which a card is taken to be silent */

struct threaded {
    struct ir_domain *domain;
    struct ir_pool *pool;
    struct ir_dev *dev;
    struct ir_rxq *rx;
    struct ir_txq *tx;
    uint32_t received;
    uint32_t resets;
    uint32_t silent; /* empty bursts in a row */
};

static void set_up(struct threaded *card, const char *kind, const char *mode)
{
    char device[128];
    char error[IR_ERROR_LENGTH];

    (void)snprintf(device, sizeof(device), "sim:%s,wire=gen,hostile=%s", kind, mode);
    assert_int_equal(ir_domain_create(&card->domain), 0);
    assert_int_equal(ir_pool_create(card->domain, BUFFERS, 2048, &card->pool), 0);
    if (ir_open(card->domain, device, &card->dev, error) != 0)
        fail_msg("%s", error);
    assert_int_equal(ir_rxq_setup(card->dev, 0, 64, card->pool, &card->rx), 0);
    assert_int_equal(ir_txq_setup(card->dev, 0, 64, card->pool, &card->tx), 0);
    assert_int_equal(ir_start(card->dev), 0);
}

static void tear_down(struct threaded *card)
{
    uint64_t violations;

    assert_int_equal(ir_pool_audit(card->pool), 0);
    assert_int_equal(ir_sim_violations(card->dev, &violations), 0);
    if (violations != 0)
        fail_msg("%s", ir_sim_violation(card->dev, 0));
    assert_int_equal(ir_close(card->dev), 0);
    assert_int_equal(ir_pool_audit(card->pool), 0);
    assert_int_equal(ir_pool_available(card->pool), BUFFERS);
    assert_int_equal(ir_pool_destroy(card->pool), 0);
    assert_int_equal(ir_domain_destroy(card->domain), 0);
}

/* Its answers to commands, which a virtio card is given then, may be lies as well. */
static void reset(struct threaded *card)
{
    int result = -EIO;

    assert_int_equal(ir_pool_audit(card->pool), 0);
    for (uint32_t tries = 0; tries < RESETS_MAX && result != 0; tries++) {
        result = ir_reset(card->dev);
        assert_true(result == 0 || result == -EIO || result == -ETIMEDOUT);
        assert_int_equal(ir_pool_audit(card->pool), 0);
    }
    assert_int_equal(result, 0);
    card->resets++;
    card->silent = 0;
}

/* Take a burst and send it back; reset a card whose queues broke, or that gives nothing any more. */
static void forward(struct threaded *card)
{
    struct ir_pkt pkts[BURST];
    int received = ir_rx(card->rx, pkts, BURST);
    int sent = 0;

    card->silent = received == 0 ? card->silent + 1u : 0;
    if (received > 0) {
        for (int i = 0; i < received; i++)
            readable(card->pool, pkts[i]);
        card->received += (uint32_t)received;
        sent = ir_tx(card->tx, pkts, (uint32_t)received);
        for (int i = sent < 0 ? 0 : sent; i < received; i++)
            assert_int_equal(ir_pkt_free(card->pool, pkts[i]), 0);
    }
    if (received == 0)
        (void)sched_yield();
    if (received < 0 || sent < 0) {
        assert_true(received == -EIO || sent == -EIO);
        reset(card);
    } else if (card->silent > SILENCE) {
        reset(card);
    }
}

static void survives_on(const char *kind, const char *mode)
{
    struct timespec begin;
    struct timespec now;
    struct threaded card = {0};

    set_up(&card, kind, mode);
    assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &begin), 0);
    while (card.received < PACKETS && card.resets < RESETS_MAX) {
        forward(&card);
        assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &now), 0);
        if (now.tv_sec - begin.tv_sec > PATIENCE_S)
            fail_msg("%s, %s: %u packets and %u resets in %d seconds", kind, mode, card.received,
                     card.resets, PATIENCE_S);
    }
    tear_down(&card);
}

static void survives(const char *mode)
{
    survives_on("82599", mode);
    survives_on("82574", mode);
}

static void report_that_changes_while_it_is_read_breaks_nothing_but_the_queue(void **state)
{
    (void)state;
    survives("rx.flip");
    survives("rx.flip:0:100");
}

static void each_lie_about_rings_breaks_nothing_but_the_queue(void **state)
{
    static const char *const modes[] = {
        "rx.empty",      "rx.order",        "rx.unlent",    "rx.endless", "rx.zero:0:50",
        "rx.long:0:50",  "rx.longest:0:50", "rx.random",    "rx.late",    "tx.huge:0:20",
        "tx.ahead:0:20", "tx.equal",        "tx.back:0:20", "link",       "eicr",
        "counter",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
        survives(modes[i]);
}

/* The same of virtio, with each format of rings. */
static void lies_about_virtqueues_break_nothing_but_the_queue(void **state)
{
    static const char *const kinds[] = {
        "virtio,mtu=2030", "virtio,mtu=2030,shuffle=on", "virtio,mtu=2030,packed=on",
        "virtio,mtu=2030,in_order=on",
        "virtio,mtu=2030,transport=legacy,any_layout=off,queue_size=128"};
    static const char *const modes[] = {
        "isr",
        "used.flip:40:200",
        "used.huge:40:200",
        "used.foreign:40:200",
        "used.twice:40:200",
        "used.random:40:200",
        "index.ahead:40:200",
        "index.back:40:200",
        "len.zero:0:200",
        "len.long:0:200",
        "buffers.zero:0:200",
        "buffers.many:0:200",
        "rx.empty",
        "rx.late",
        "ring.desc:40:200",
        "ring.avail",
        "needs_reset:40:200",
        "link",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
        survives_on(kinds[i % (sizeof(kinds) / sizeof(kinds[0]))], modes[i]);
    for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++)
        survives_on(kinds[k], "used.flip:40:200");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(report_that_changes_while_it_is_read_breaks_nothing_but_the_queue),
        cmocka_unit_test(each_lie_about_rings_breaks_nothing_but_the_queue),
        cmocka_unit_test(lies_about_virtqueues_break_nothing_but_the_queue),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
