/* SPDX-License-Identifier: MIT
 *
 * Private pools: queues on them behave as any other, on both makes of cards, and what a card writes late
 * is not seen.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <ironring/ironring.h>
#include <ironring/sim.h>

#include "core/driver.h"

#define BUFFERS 256u
#define RING    64u
#define FRAME   1500u
#define BURST   128u

static const char *const makes[] = {"sim:82599", "sim:virtio"};

struct world {
    struct ir_domain *domain;
    struct ir_pool *pool;
    struct ir_dev *dev;
    struct ir_rxq *rxq;
    struct ir_txq *txq;
};

typedef int create_fn(struct ir_domain *domain, uint32_t count, uint32_t size,
                      struct ir_pool **pool);

static void open_world(struct world *world, const char *make, const char *keys, create_fn *create,
                       uint32_t buffers)
{
    char error[IR_ERROR_LENGTH] = "";
    char device[128];

    memset(world, 0, sizeof(*world));
    (void)snprintf(device, sizeof(device), "%s,mode=step,wire=memory%s", make, keys);
    assert_int_equal(ir_domain_create(&world->domain), 0);
    assert_int_equal(create(world->domain, buffers, 2048, &world->pool), 0);
    if (ir_open(world->domain, device, &world->dev, error) != 0)
        fail_msg("%s", error);
    assert_int_equal(ir_rxq_setup(world->dev, 0, RING, world->pool, &world->rxq), 0);
    assert_int_equal(ir_txq_setup(world->dev, 0, RING, world->pool, &world->txq), 0);
    assert_int_equal(ir_promiscuous(world->dev, true), 0);
    assert_int_equal(ir_start(world->dev), 0);
    assert_int_equal(ir_link_wait(world->dev, 1000), 0);
}

static void close_world(struct world *world)
{
    assert_int_equal(ir_pool_destroy(world->pool), -EBUSY);
    assert_int_equal(ir_close(world->dev), 0);
    assert_int_equal(ir_pool_audit(world->pool), BUFFERS - ir_pool_available(world->pool));
    assert_int_equal(ir_pool_destroy(world->pool), 0);
    assert_int_equal(ir_domain_destroy(world->domain), 0);
}

static void step(const struct world *world)
{
    for (int i = 0; i < 4; i++)
        assert_true(ir_sim_step(world->dev) >= 0);
}

static void fill(uint8_t *frame, uint32_t length, uint32_t number)
{
    for (uint32_t i = 0; i < length; i++)
        frame[i] = (uint8_t)(number * 7u + i);
}

static void put(const struct world *world, uint32_t number)
{
    uint8_t frame[FRAME];

    fill(frame, FRAME, number);
    assert_int_equal(ir_sim_put(world->dev, frame, FRAME), 0);
}

static void assert_frame(const struct world *world, struct ir_pkt pkt, uint32_t number)
{
    const uint8_t *bytes = ir_pkt_data(world->pool, pkt, 0, FRAME);
    uint8_t frame[FRAME];

    assert_non_null(bytes);
    assert_int_equal(ir_pkt_length(pkt), FRAME);
    fill(frame, FRAME, number);
    assert_memory_equal(bytes, frame, FRAME);
}

static void free_all(const struct world *world, const struct ir_pkt *pkts, int count)
{
    for (int i = 0; i < count; i++)
        assert_int_equal(ir_pkt_free(world->pool, pkts[i]), 0);
}

static struct ir_pkt make_packet(const struct world *world, uint32_t length, uint32_t number)
{
    struct ir_pkt pkt;
    uint8_t *bytes;

    assert_int_equal(ir_pkt_alloc(world->pool, length, &pkt), 0);
    bytes = ir_pkt_data(world->pool, pkt, 0, length);
    assert_non_null(bytes);
    fill(bytes, length, number);
    return pkt;
}

static void assert_sent(const struct world *world, uint32_t number)
{
    uint8_t frame[FRAME];
    uint8_t expected[FRAME];

    fill(expected, FRAME, number);
    assert_int_equal(ir_sim_take(world->dev, frame, FRAME), FRAME);
    assert_memory_equal(frame, expected, FRAME);
}

/* Whether a packet that was received whole changes while the card goes on working. */
static bool changes_later(const char *make, create_fn *create)
{
    struct world world;
    struct ir_pkt pkts[8];
    uint8_t seen[8][FRAME];
    bool changed = false;
    int got;

    open_world(&world, make, ",hostile=rx.late", create, BUFFERS);
    for (uint32_t i = 0; i < 8; i++)
        put(&world, i);
    step(&world);
    got = ir_rx(world.rxq, pkts, 8);
    assert_int_equal(got, 8);
    for (int i = 0; i < got; i++)
        memcpy(seen[i], ir_pkt_data(world.pool, pkts[i], 0, FRAME), FRAME);
    for (int round = 0; round < 100 && !changed; round++) {
        step(&world);
        for (int i = 0; i < got; i++)
            changed =
                changed || memcmp(seen[i], ir_pkt_data(world.pool, pkts[i], 0, FRAME), FRAME) != 0;
    }
    free_all(&world, pkts, got);
    close_world(&world);
    return changed;
}

static void card_that_writes_late_changes_packets_of_shared_pools_only(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        assert_true(changes_later(makes[i], ir_pool_create));
        assert_false(changes_later(makes[i], ir_pool_create_private));
    }
}

static void frames_cross_whole_in_order_and_once(void **state)
{
    struct world world;
    struct ir_pkt pkts[BURST];

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        open_world(&world, makes[i], "", ir_pool_create_private, BUFFERS);
        for (uint32_t round = 0; round < 10; round++) {
            uint32_t count =
                round == 0 ? 50 : 30; /* more than cross at a time; a ring is not always full */

            for (uint32_t n = 0; n < count; n++)
                put(&world, n + round);
            step(&world);
            assert_int_equal(ir_rx(world.rxq, pkts, BURST), count);
            for (uint32_t n = 0; n < count; n++)
                assert_frame(&world, pkts[n], n + round);
            assert_int_equal(ir_pool_audit(world.pool), count);
            assert_int_equal(ir_tx(world.txq, pkts, count), count);
            assert_int_equal(ir_pool_audit(world.pool), 0);
            assert_int_equal(ir_pool_available(world.pool), BUFFERS);
            step(&world);
            for (uint32_t n = 0; n < count; n++)
                assert_sent(&world, n + round);
            assert_int_equal(ir_tx_reclaim(world.txq), 0);
        }
        close_world(&world);
    }
}

static void handles_that_are_not_held_are_refused(void **state)
{
    struct world world;
    struct ir_pkt pkts[3];

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        open_world(&world, makes[i], "", ir_pool_create_private, BUFFERS);
        pkts[0] = make_packet(&world, FRAME, 0);
        pkts[1] = pkts[0]; /* twice in one burst */
        pkts[2] = make_packet(&world, FRAME, 1);
        assert_int_equal(ir_tx(world.txq, pkts, 3), 1);
        assert_int_equal(ir_tx(world.txq, pkts + 1, 2), -ESTALE);
        assert_int_equal(ir_tx(world.txq, pkts + 2, 1), 1);
        assert_int_equal(ir_pkt_free(world.pool, pkts[2]), -ESTALE);
        assert_int_equal(ir_tx(world.txq, &(struct ir_pkt){0}, 1), -ESTALE);
        assert_int_equal(ir_pool_audit(world.pool), 0);
        close_world(&world);
    }
}

/* What the ring would refuse must not wait for it: nothing behind it would go out. */
static void lengths_that_the_device_does_not_send_are_refused(void **state)
{
    static const struct {
        const char *make;
        const char *keys;
        uint32_t length;
        uint32_t good;
    } cases[] = {
        {"sim:82574", "", 16, 17},
        {"sim:virtio", ",mtu=1000", 2048, 1000},
    };
    struct world world;
    struct ir_pkt pkts[2];

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        open_world(&world, cases[i].make, cases[i].keys, ir_pool_create_private, BUFFERS);
        pkts[0] = make_packet(&world, cases[i].good, 0);
        pkts[1] = make_packet(&world, cases[i].length, 1);
        assert_int_equal(ir_tx(world.txq, pkts, 2), 1);
        assert_int_equal(ir_tx(world.txq, pkts + 1, 1), -EMSGSIZE);
        assert_int_equal(ir_pkt_set_length(world.pool, &pkts[1], cases[i].good), 0);
        assert_int_equal(ir_tx(world.txq, pkts + 1, 1), 1);
        assert_int_equal(ir_pool_audit(world.pool), 0);
        close_world(&world);
    }
}

static void frames_wait_in_the_ring_while_the_application_holds_all_buffers(void **state)
{
    struct world world;
    struct ir_pkt pkts[BURST];
    struct ir_pkt held[BUFFERS];
    uint32_t count = 0;

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        open_world(&world, makes[i], "", ir_pool_create_private, BUFFERS);
        for (count = 0; ir_pool_available(world.pool) > 5; count++)
            held[count] = make_packet(&world, FRAME, count);
        for (uint32_t n = 0; n < 20; n++)
            put(&world, n);
        step(&world);
        assert_int_equal(world.rxq->pending(world.rxq), 1);
        assert_int_equal(ir_rx(world.rxq, pkts, BURST), 5);
        assert_int_equal(world.rxq->pending(world.rxq), 0);
        assert_int_equal(ir_rx(world.rxq, pkts + 5, BURST - 5), 0);
        free_all(&world, held, (int)count);
        assert_int_equal(ir_rx(world.rxq, pkts + 5, BURST - 5), 15);
        for (uint32_t n = 0; n < 20; n++)
            assert_frame(&world, pkts[n], n);
        free_all(&world, pkts, 20);
        close_world(&world);
    }
}

/* Send until nothing more is accepted. */
static uint32_t send_all(const struct world *world)
{
    uint32_t sent = 0;

    for (;;) {
        struct ir_pkt pkt = make_packet(world, FRAME, sent);

        if (ir_tx(world->txq, &pkt, 1) != 1) {
            assert_int_equal(ir_pkt_free(world->pool, pkt), 0);
            return sent;
        }
        sent++;
    }
}

static void full_ring_is_told_and_empties_in_order(void **state)
{
    struct world world;
    uint32_t sent;

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        open_world(&world, makes[i], "", ir_pool_create_private, BUFFERS);
        sent = send_all(&world);
        assert_in_range(sent, RING - 1, RING + 32);
        assert_int_equal(ir_tx_reclaim(world.txq), sent);
        assert_int_equal(ir_pool_audit(world.pool), 0);
        for (int round = 0; round < 10 && ir_tx_reclaim(world.txq) > 0; round++)
            step(&world);
        assert_int_equal(ir_tx_reclaim(world.txq), 0);
        for (uint32_t n = 0; n < sent; n++)
            assert_sent(&world, n);
        close_world(&world);
    }
}

static void reset_and_close_drop_what_waits_as_what_is_in_the_ring(void **state)
{
    struct world world;

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        open_world(&world, makes[i], "", ir_pool_create_private, BUFFERS);
        assert_true(send_all(&world) >= RING);
        assert_int_equal(ir_reset(world.dev), 0);
        assert_int_equal(ir_tx_reclaim(world.txq), 0);
        assert_int_equal(ir_pool_audit(world.pool), 0);
        put(&world, 3);
        step(&world);
        assert_true(send_all(&world) >= RING);
        close_world(&world);
    }
}

static void queue_that_breaks_says_so_until_it_is_reset(void **state)
{
    static const char *const lies[] = {",hostile=rx.zero:1:3", ",hostile=used.huge:1:3"};
    struct world world;
    struct ir_pkt pkts[BURST];
    int got = 0;

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        open_world(&world, makes[i], lies[i], ir_pool_create_private, BUFFERS);
        for (uint32_t n = 0; n < 20; n++)
            put(&world, n);
        for (int round = 0; round < 20 && got >= 0; round++) {
            step(&world);
            got = ir_rx(world.rxq, pkts, BURST);
            free_all(&world, pkts, got);
        }
        assert_int_equal(got, -EIO);
        assert_int_equal(ir_reset(world.dev), 0);
        put(&world, 7);
        step(&world);
        got = ir_rx(world.rxq, pkts, BURST);
        assert_true(got >= 1);
        free_all(&world, pkts, got);
        assert_int_equal(ir_pool_audit(world.pool), 0);
        close_world(&world);
    }
}

static void queues_that_are_not_started_answer_eio(void **state)
{
    struct world world;
    struct ir_pkt pkt;

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        open_world(&world, makes[i], "", ir_pool_create_private, BUFFERS);
        assert_int_equal(ir_close(world.dev), 0);
        assert_int_equal(ir_open(world.domain, makes[i], &world.dev, NULL), 0);
        assert_int_equal(ir_rxq_setup(world.dev, 0, RING, world.pool, &world.rxq), 0);
        assert_int_equal(ir_txq_setup(world.dev, 0, RING, world.pool, &world.txq), 0);
        pkt = make_packet(&world, FRAME, 0);
        assert_int_equal(ir_rx(world.rxq, &pkt, 1), -EIO);
        assert_int_equal(ir_tx(world.txq, &pkt, 1), -EIO);
        assert_int_equal(ir_tx_reclaim(world.txq), -EIO);
        assert_int_equal(ir_pkt_free(world.pool, pkt), 0);
        assert_int_equal(ir_rx(world.rxq, NULL, 0), -EIO);
        close_world(&world);
    }
}

static void frames_that_are_dropped_are_counted_by_the_queue(void **state)
{
    struct ir_rxq_drops drops = {0, 0};
    struct ir_pool *large;
    struct ir_rxq *second;
    struct world world;
    uint8_t frame[3000] = {0x02};
    struct ir_pkt pkts[2];

    (void)state;
    open_world(&world, makes[0], "", ir_pool_create_private, BUFFERS);
    assert_int_equal(ir_close(world.dev), 0);
    assert_int_equal(ir_pool_create_private(world.domain, BUFFERS, 8192, &large), 0);
    assert_int_equal(ir_open(world.domain, "sim:82599,mode=step,wire=memory", &world.dev, NULL), 0);
    assert_int_equal(ir_rxq_setup(world.dev, 0, RING, world.pool, &world.rxq), 0);
    assert_int_equal(ir_rxq_setup(world.dev, 1, RING, large, &second),
                     0); /* longer frames are taken */
    assert_int_equal(ir_promiscuous(world.dev, true), 0);
    assert_int_equal(ir_start(world.dev), 0);
    assert_int_equal(ir_sim_put(world.dev, frame, 60), 0);
    assert_int_equal(ir_sim_put(world.dev, frame, sizeof(frame)), 0);
    assert_int_equal(ir_sim_put(world.dev, frame, 60), 0);
    step(&world);
    /* A burst ends before what has to be dropped. */
    assert_int_equal(ir_rx(world.rxq, pkts, 2), 1);
    assert_int_equal(ir_rx(world.rxq, pkts + 1, 1), 1);
    free_all(&world, pkts, 2);
    ir_rxq_drops(world.rxq, &drops);
    assert_int_equal(drops.oversize, 1);
    assert_int_equal(ir_close(world.dev), 0);
    assert_int_equal(ir_pool_destroy(large), 0);
    assert_int_equal(ir_pool_destroy(world.pool), 0);
    assert_int_equal(ir_domain_destroy(world.domain), 0);
}

static void pool_can_not_be_had_twice_over_or_for_another_domain(void **state)
{
    struct ir_pool *pools[64];
    struct ir_domain *other;
    struct ir_pool *pool;
    struct world world;
    struct ir_rxq *rxq;
    struct ir_txq *txq;
    uint32_t count = 0;

    (void)state;
    open_world(&world, makes[0], "", ir_pool_create_private, BUFFERS);
    assert_int_equal(ir_pool_create_private(NULL, 1, 2048, &pool), -EINVAL);
    assert_int_equal(ir_pool_create_private(world.domain, 0, 2048, &pool), -EINVAL);
    assert_int_equal(ir_pool_create_private(world.domain, 1, 2000, &pool), -EINVAL);
    assert_int_equal(ir_domain_create(&other), 0);
    assert_int_equal(ir_pool_create_private(other, 1, 2048, &pool), 0);
    assert_int_equal(ir_rxq_setup(world.dev, 1, RING, pool, &rxq), -EINVAL);
    assert_int_equal(ir_pool_destroy(pool), 0);
    assert_int_equal(ir_domain_destroy(other), 0);
    /* a queue that the driver refuses leaves nothing behind */
    assert_int_equal(ir_rxq_setup(world.dev, 0, RING, world.pool, &rxq), -EBUSY);
    assert_int_equal(ir_txq_setup(world.dev, 0, RING, world.pool, &txq), -EBUSY);
    /* each ring under a private pool counts as one of the pools of the process */
    while (ir_pool_create(world.domain, 1, 2048, &pools[count]) == 0)
        count++;
    assert_int_equal(count, 63 - 3);
    assert_int_equal(ir_rxq_setup(world.dev, 1, RING, world.pool, &rxq), -ENOSPC);
    assert_int_equal(ir_txq_setup(world.dev, 1, RING, world.pool, &txq), -ENOSPC);
    while (count > 0)
        assert_int_equal(ir_pool_destroy(pools[--count]), 0);
    assert_int_equal(ir_pool_audit(world.pool), 0);
    close_world(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(card_that_writes_late_changes_packets_of_shared_pools_only),
        cmocka_unit_test(frames_cross_whole_in_order_and_once),
        cmocka_unit_test(handles_that_are_not_held_are_refused),
        cmocka_unit_test(lengths_that_the_device_does_not_send_are_refused),
        cmocka_unit_test(frames_wait_in_the_ring_while_the_application_holds_all_buffers),
        cmocka_unit_test(full_ring_is_told_and_empties_in_order),
        cmocka_unit_test(reset_and_close_drop_what_waits_as_what_is_in_the_ring),
        cmocka_unit_test(queue_that_breaks_says_so_until_it_is_reset),
        cmocka_unit_test(queues_that_are_not_started_answer_eio),
        cmocka_unit_test(frames_that_are_dropped_are_counted_by_the_queue),
        cmocka_unit_test(pool_can_not_be_had_twice_over_or_for_another_domain),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
