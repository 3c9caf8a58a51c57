/* SPDX-License-Identifier: MIT
 *
 * Transmitting: each situation of a transmit ring, and each packet that is refused.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "card.h"

#define RING  64u
#define SLOTS (RING - 1u) /* descriptors that can be in use */

static void packet_sent_reaches_the_wire(void **state)
{
    struct card *card = *state;
    struct ir_pkt pkt = card_packet(card, 200, 9);

    assert_int_equal(ir_tx(card->tx, &pkt, 1), 1);
    card_settle(card);
    card_expect_sent(card, 200, 9);
    assert_int_equal(ir_tx_reclaim(card->tx), 0);
}

static void shortest_packet_is_padded_on_the_wire(void **state)
{
    struct card *card = *state;
    struct ir_pkt pkt = card_packet(card, IR_FRAME_MIN, 9);

    assert_int_equal(ir_tx(card->tx, &pkt, 1), 1);
    card_settle(card);
    card_expect_sent(card, IR_FRAME_MIN, 9);
}

static void full_transmit_ring_takes_no_more_until_frames_are_sent(void **state)
{
    struct card *card = *state;
    struct ir_pkt pkt;

    for (uint32_t i = 0; i < SLOTS; i++) {
        pkt = card_packet(card, 60 + i, i);
        assert_int_equal(ir_tx(card->tx, &pkt, 1), 1);
    }
    pkt = card_packet(card, 1000, 1000);
    assert_int_equal(ir_tx(card->tx, &pkt, 1), 0);
    card_audit(card, 1); /* still the caller's */
    assert_int_equal(ir_tx_reclaim(card->tx), SLOTS);
    card_settle(card);
    assert_int_equal(ir_tx(card->tx, &pkt, 1), 1);
    card_settle(card);
    for (uint32_t i = 0; i < SLOTS; i++)
        card_expect_sent(card, 60 + i, i);
    card_expect_sent(card, 1000, 1000);
    assert_int_equal(ir_tx_reclaim(card->tx), 0);
}

static void one_free_transmit_slot_takes_one_packet(void **state)
{
    struct card *card = *state;
    struct ir_pkt pkts[SLOTS + 1];

    for (uint32_t i = 0; i < SLOTS + 1; i++)
        pkts[i] = card_packet(card, 60 + i, i);
    assert_int_equal(ir_tx(card->tx, pkts, SLOTS - 1), SLOTS - 1);
    assert_int_equal(ir_tx(card->tx, pkts + SLOTS - 1, 2), 1);
    assert_int_equal(ir_tx(card->tx, pkts + SLOTS, 1), 0);
    card_settle(card);
    assert_int_equal(ir_tx(card->tx, pkts + SLOTS, 1), 1);
    card_settle(card);
    for (uint32_t i = 0; i < SLOTS + 1; i++)
        card_expect_sent(card, 60 + i, i);
}

static void transmit_burst_larger_than_the_ring_is_taken_in_part(void **state)
{
    struct card *card = *state;
    struct ir_pkt pkts[100];
    uint32_t sent;

    for (uint32_t i = 0; i < 100; i++)
        pkts[i] = card_packet(card, 60 + i, i);
    assert_int_equal(ir_tx(card->tx, pkts, 100), SLOTS);
    card_audit(card, 100 - SLOTS);
    card_settle(card);
    sent = SLOTS;
    assert_int_equal(ir_tx(card->tx, pkts + sent, 100 - sent), 100 - SLOTS);
    card_settle(card);
    for (uint32_t i = 0; i < 100; i++)
        card_expect_sent(card, 60 + i, i);
}

static void transmit_ring_wraps_many_times(void **state)
{
    static const uint32_t bursts[] = {1, 5, 31, 32, 33, 63};
    struct card *card = *state;
    uint32_t tag = 0;

    for (uint32_t round = 0; round < 60; round++) {
        uint32_t count = bursts[round % 6];
        struct ir_pkt pkts[SLOTS];

        for (uint32_t i = 0; i < count; i++)
            pkts[i] = card_packet(card, 60 + tag % 500 + i, tag + i);
        assert_int_equal(ir_tx(card->tx, pkts, count), count);
        card_settle(card);
        for (uint32_t i = 0; i < count; i++)
            card_expect_sent(card, 60 + tag % 500 + i, tag + i);
        tag += count;
        assert_int_equal(ir_tx_reclaim(card->tx), 0);
    }
    card_audit(card, 0);
}

static void handle_that_is_dead_is_refused(void **state)
{
    struct card *card = *state;
    struct ir_pkt sent = card_packet(card, 60, 1);
    struct ir_pkt freed = card_packet(card, 60, 2);
    struct ir_pkt none = {0};
    struct ir_pkt forged;

    assert_int_equal(ir_tx(card->tx, &sent, 1), 1);
    assert_int_equal(ir_tx(card->tx, &sent, 1), -ESTALE);
    assert_int_equal(ir_pkt_free(card->pool, freed), 0);
    assert_int_equal(ir_tx(card->tx, &freed, 1), -ESTALE);
    assert_int_equal(ir_tx(card->tx, &none, 1), -ESTALE);
    forged.bits = UINT64_MAX;
    assert_int_equal(ir_tx(card->tx, &forged, 1), -ESTALE);
    card_settle(card);
    card_expect_sent(card, 60, 1);
}

static void packet_twice_in_one_burst_is_sent_once(void **state)
{
    struct card *card = *state;
    struct ir_pkt pkts[2];

    pkts[0] = card_packet(card, 60, 1);
    pkts[1] = pkts[0];
    assert_int_equal(ir_tx(card->tx, pkts, 2), 1);
    assert_int_equal(ir_tx(card->tx, pkts + 1, 1), -ESTALE);
    card_settle(card);
    card_expect_sent(card, 60, 1);
    assert_int_equal(ir_sim_take(card->dev, (uint8_t *)pkts, sizeof(pkts)), 0);
}

static void packet_of_another_pool_is_refused(void **state)
{
    struct card *card = *state;
    struct ir_pool *other;
    struct ir_pkt pkt;

    assert_int_equal(ir_pool_create(card->domain, 4, 2048, &other), 0);
    assert_int_equal(ir_pkt_alloc(other, 60, &pkt), 0);
    assert_int_equal(ir_tx(card->tx, &pkt, 1), -ESTALE);
    assert_int_equal(ir_pkt_free(other, pkt), 0);
    assert_int_equal(ir_pool_destroy(other), 0);
}

static void packet_has_the_length_of_a_frame_from_the_start(void **state)
{
    struct card *card = *state;
    struct ir_pkt pkt;

    assert_int_equal(ir_pkt_alloc(card->pool, IR_FRAME_MIN - 1, &pkt), -EMSGSIZE);
    assert_int_equal(ir_pkt_alloc(card->pool, IR_FRAME_MIN, &pkt), 0);
    assert_int_equal(ir_pkt_set_length(card->pool, &pkt, 0), -EMSGSIZE);
    assert_int_equal(ir_pkt_set_length(card->pool, &pkt, IR_FRAME_MIN - 1), -EMSGSIZE);
    assert_int_equal(ir_tx(card->tx, &pkt, 1), 1);
}

static void forged_length_is_refused(void **state)
{
    struct card *card = *state;
    struct ir_pkt pkt = card_packet(card, 60, 1);
    struct ir_pkt longer = {pkt.bits + (UINT64_C(1) << 48)};
    struct ir_pkt longest = {pkt.bits | UINT64_C(0xffff) << 48};

    assert_int_equal(ir_tx(card->tx, &longer, 1), -ESTALE);
    assert_int_equal(ir_tx(card->tx, &longest, 1), -ESTALE);
    assert_int_equal(ir_tx(card->tx, &pkt, 1), 1);
    card_settle(card);
    card_expect_sent(card, 60, 1);
}

static void packets_before_a_refused_one_are_sent(void **state)
{
    struct card *card = *state;
    struct ir_pkt pkts[4];

    for (uint32_t i = 0; i < 4; i++)
        pkts[i] = card_packet(card, 60 + i, i);
    assert_int_equal(ir_pkt_free(card->pool, pkts[2]), 0);
    assert_int_equal(ir_tx(card->tx, pkts, 4), 2);
    assert_int_equal(ir_tx(card->tx, pkts + 2, 2), -ESTALE);
    assert_int_equal(ir_tx(card->tx, pkts + 3, 1), 1);
    card_settle(card);
    card_expect_sent(card, 60, 0);
    card_expect_sent(card, 61, 1);
    card_expect_sent(card, 63, 3);
}

int main(void)
{
#define STARTED(test) cmocka_unit_test_setup_teardown(test, card_start, card_close)
    const struct CMUnitTest tests[] = {
        STARTED(packet_sent_reaches_the_wire),
        STARTED(shortest_packet_is_padded_on_the_wire),
        STARTED(full_transmit_ring_takes_no_more_until_frames_are_sent),
        STARTED(one_free_transmit_slot_takes_one_packet),
        STARTED(transmit_burst_larger_than_the_ring_is_taken_in_part),
        STARTED(transmit_ring_wraps_many_times),
        STARTED(handle_that_is_dead_is_refused),
        STARTED(packet_twice_in_one_burst_is_sent_once),
        STARTED(packet_of_another_pool_is_refused),
        STARTED(packet_has_the_length_of_a_frame_from_the_start),
        STARTED(forged_length_is_refused),
        STARTED(packets_before_a_refused_one_are_sent),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
