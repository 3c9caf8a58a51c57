/* SPDX-License-Identifier: MIT
 *
 * The control functions of a device: arguments, and the order in which they may be called.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "card.h"

static void null_arguments_are_refused(void **state)
{
    struct card *card = *state;
    uint8_t mac[IR_MAC_LENGTH];
    struct ir_link link;
    struct ir_stats stats;

    assert_int_equal(ir_start(NULL), -EINVAL);
    assert_int_equal(ir_reset(NULL), -EINVAL);
    assert_int_equal(ir_link(NULL, &link), -EINVAL);
    assert_int_equal(ir_link(card->dev, NULL), -EINVAL);
    assert_int_equal(ir_link_wait(NULL, 0), -EINVAL);
    assert_int_equal(ir_mac_get(NULL, mac), -EINVAL);
    assert_int_equal(ir_mac_get(card->dev, NULL), -EINVAL);
    assert_int_equal(ir_mac_set(NULL, mac), -EINVAL);
    assert_int_equal(ir_mac_set(card->dev, NULL), -EINVAL);
    assert_int_equal(ir_promiscuous(NULL, true), -EINVAL);
    assert_int_equal(ir_multicast(NULL, NULL, 0), -EINVAL);
    assert_int_equal(ir_multicast(card->dev, NULL, 1), -EINVAL);
    assert_int_equal(ir_stats(NULL, &stats), -EINVAL);
    assert_int_equal(ir_stats(card->dev, NULL), -EINVAL);
    ir_info(NULL, NULL);
    ir_info(card->dev, NULL);
}

static void info_of_no_device_is_left_alone(void **state)
{
    struct ir_info info;

    (void)state;
    memset(&info, 0x5a, sizeof(info));
    ir_info(NULL, &info);
    assert_int_equal(info.vendor, 0x5a5a);
}

static void queue_arguments_out_of_range_are_refused(void **state)
{
    struct card *card = *state;
    static const uint32_t sizes[] = {0, 1, 32, 63, 65, 96, 4095, 4097, 8192, UINT32_MAX};
    struct ir_rxq *rx;
    struct ir_txq *tx;

    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        assert_int_equal(ir_rxq_setup(card->dev, 0, sizes[i], card->pool, &rx), -EINVAL);
        assert_int_equal(ir_txq_setup(card->dev, 0, sizes[i], card->pool, &tx), -EINVAL);
    }
    assert_int_equal(ir_rxq_setup(card->dev, 64, 64, card->pool, &rx), -EINVAL);
    assert_int_equal(ir_txq_setup(card->dev, 64, 64, card->pool, &tx), -EINVAL);
    assert_int_equal(ir_rxq_setup(card->dev, UINT32_MAX, 64, card->pool, &rx), -EINVAL);
    assert_int_equal(ir_txq_setup(card->dev, UINT32_MAX, 64, card->pool, &tx), -EINVAL);
    assert_int_equal(ir_rxq_setup(NULL, 0, 64, card->pool, &rx), -EINVAL);
    assert_int_equal(ir_txq_setup(NULL, 0, 64, card->pool, &tx), -EINVAL);
    assert_int_equal(ir_rxq_setup(card->dev, 0, 64, NULL, &rx), -EINVAL);
    assert_int_equal(ir_txq_setup(card->dev, 0, 64, NULL, &tx), -EINVAL);
    assert_int_equal(ir_rxq_setup(card->dev, 0, 64, card->pool, NULL), -EINVAL);
    assert_int_equal(ir_txq_setup(card->dev, 0, 64, card->pool, NULL), -EINVAL);
}

static void pool_of_another_domain_is_refused(void **state)
{
    struct card *card = *state;
    struct ir_domain *domain;
    struct ir_pool *pool;
    struct ir_rxq *rx;
    struct ir_txq *tx;

    assert_int_equal(ir_domain_create(&domain), 0);
    assert_int_equal(ir_pool_create(domain, 64, 2048, &pool), 0);
    assert_int_equal(ir_rxq_setup(card->dev, 0, 64, pool, &rx), -EINVAL);
    assert_int_equal(ir_txq_setup(card->dev, 0, 64, pool, &tx), -EINVAL);
    assert_int_equal(ir_pool_destroy(pool), 0);
    assert_int_equal(ir_domain_destroy(domain), 0);
}

static void queue_set_up_twice_is_busy(void **state)
{
    struct card *card = *state;
    struct ir_rxq *rx = NULL;
    struct ir_txq *tx = NULL;

    card_queues(card, 64);
    assert_int_equal(ir_rxq_setup(card->dev, 0, 64, card->pool, &rx), -EBUSY);
    assert_int_equal(ir_txq_setup(card->dev, 0, 64, card->pool, &tx), -EBUSY);
    assert_null(rx);
    assert_null(tx);
}

static void queue_of_a_started_device_is_busy(void **state)
{
    struct card *card = *state;
    struct ir_rxq *rx;
    struct ir_txq *tx;

    card_queues(card, 64);
    assert_int_equal(ir_start(card->dev), 0);
    assert_int_equal(ir_rxq_setup(card->dev, 1, 64, card->pool, &rx), -EBUSY);
    assert_int_equal(ir_txq_setup(card->dev, 1, 64, card->pool, &tx), -EBUSY);
}

static void pool_with_queues_is_busy(void **state)
{
    struct card *card = *state;

    card_queues(card, 64);
    assert_int_equal(ir_pool_destroy(card->pool), -EBUSY);
}

static void starting_without_queues_is_refused(void **state)
{
    struct card *card = *state;

    assert_int_equal(ir_start(card->dev), -EINVAL);
}

static void starting_with_a_gap_between_queues_is_refused(void **state)
{
    struct card *card = *state;
    struct ir_rxq *rx;
    struct ir_txq *tx;

    card_queues(card, 64);
    assert_int_equal(ir_rxq_setup(card->dev, 2, 64, card->pool, &rx), 0);
    assert_int_equal(ir_start(card->dev), -EINVAL);
    assert_int_equal(ir_rxq_setup(card->dev, 1, 64, card->pool, &rx), 0);
    assert_int_equal(ir_txq_setup(card->dev, 63, 64, card->pool, &tx), 0);
    assert_int_equal(ir_start(card->dev), -EINVAL);
}

static void starting_twice_is_busy(void **state)
{
    struct card *card = *state;

    card_queues(card, 64);
    assert_int_equal(ir_start(card->dev), 0);
    assert_int_equal(ir_start(card->dev), -EBUSY);
}

static void device_that_only_receives_starts(void **state)
{
    struct card *card = *state;
    struct ir_pkt pkt;

    assert_int_equal(ir_rxq_setup(card->dev, 0, 64, card->pool, &card->rx), 0);
    assert_int_equal(ir_start(card->dev), 0);
    card_put(card, 60, 1);
    card_settle(card);
    assert_int_equal(ir_rx(card->rx, &pkt, 1), 1);
    card_expect(card, pkt, 60, 1);
}

static void device_that_only_sends_starts(void **state)
{
    struct card *card = *state;
    struct ir_pkt pkt = card_packet(card, 60, 1);

    assert_int_equal(ir_txq_setup(card->dev, 0, 64, card->pool, &card->tx), 0);
    assert_int_equal(ir_start(card->dev), 0);
    assert_int_equal(ir_tx(card->tx, &pkt, 1), 1);
    card_settle(card);
    card_expect_sent(card, 60, 1);
}

static void queues_do_not_work_before_the_start(void **state)
{
    struct card *card = *state;
    struct ir_pkt pkt = card_packet(card, 60, 1);
    struct ir_pkt received;

    card_queues(card, 64);
    assert_int_equal(ir_rx(card->rx, &received, 1), -EIO);
    assert_int_equal(ir_tx(card->tx, &pkt, 1), -EIO);
    assert_int_equal(ir_tx_reclaim(card->tx), -EIO);
    assert_int_equal(ir_pkt_free(card->pool, pkt), 0); /* still the caller's */
}

static void burst_arguments_are_checked(void **state)
{
    struct card *card = *state;
    struct ir_rxq_drops drops;
    struct ir_pkt pkt;

    card_queues(card, 64);
    assert_int_equal(ir_start(card->dev), 0);
    assert_int_equal(ir_rx(NULL, &pkt, 1), -EINVAL);
    assert_int_equal(ir_rx(card->rx, NULL, 1), -EINVAL);
    assert_int_equal(ir_rx(card->rx, NULL, 0), 0);
    assert_int_equal(ir_tx(NULL, &pkt, 1), -EINVAL);
    assert_int_equal(ir_tx(card->tx, NULL, 1), -EINVAL);
    assert_int_equal(ir_tx(card->tx, NULL, 0), 0);
    assert_int_equal(ir_tx_reclaim(NULL), -EINVAL);
    ir_rxq_drops(card->rx, NULL);
    memset(&drops, 0x5a, sizeof(drops));
    ir_rxq_drops(NULL, &drops);
    assert_true(drops.errors == UINT64_C(0x5a5a5a5a5a5a5a5a));
    ir_rxq_drops(card->rx, &drops);
    assert_int_equal(drops.errors, 0);
    assert_int_equal(drops.oversize, 0);
}

static void address_that_is_zero_or_multicast_is_refused(void **state)
{
    struct card *card = *state;
    static const uint8_t zero[IR_MAC_LENGTH] = {0};
    static const uint8_t multicast[IR_MAC_LENGTH] = {0x01, 0, 0x5e, 0, 0, 1};
    static const uint8_t broadcast[IR_MAC_LENGTH] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

    assert_int_equal(ir_mac_set(card->dev, zero), -EINVAL);
    assert_int_equal(ir_mac_set(card->dev, multicast), -EINVAL);
    assert_int_equal(ir_mac_set(card->dev, broadcast), -EINVAL);
}

static void multicast_filter_refuses_a_unicast_address(void **state)
{
    struct card *card = *state;
    static const uint8_t macs[2][IR_MAC_LENGTH] = {{0x01, 0, 0x5e, 0, 0, 1}, {0x02, 0, 0, 0, 0, 1}};

    assert_int_equal(ir_multicast(card->dev, macs, 2), -EINVAL);
    assert_int_equal(ir_multicast(card->dev, macs, 1), 0);
}

int main(void)
{
#define ON_CARD(test) cmocka_unit_test_setup_teardown(test, card_open, card_close)
    const struct CMUnitTest tests[] = {
        ON_CARD(null_arguments_are_refused),
        cmocka_unit_test(info_of_no_device_is_left_alone),
        ON_CARD(queue_arguments_out_of_range_are_refused),
        ON_CARD(pool_of_another_domain_is_refused),
        ON_CARD(queue_set_up_twice_is_busy),
        ON_CARD(queue_of_a_started_device_is_busy),
        ON_CARD(pool_with_queues_is_busy),
        ON_CARD(starting_without_queues_is_refused),
        ON_CARD(starting_with_a_gap_between_queues_is_refused),
        ON_CARD(starting_twice_is_busy),
        ON_CARD(device_that_only_receives_starts),
        ON_CARD(device_that_only_sends_starts),
        ON_CARD(queues_do_not_work_before_the_start),
        ON_CARD(burst_arguments_are_checked),
        ON_CARD(address_that_is_zero_or_multicast_is_refused),
        ON_CARD(multicast_filter_refuses_a_unicast_address),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
