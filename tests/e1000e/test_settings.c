/* SPDX-License-Identifier: MIT
 *
 * Address, filters, link and statistics.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "window.h"

static const uint8_t unicast[IR_MAC_LENGTH] = {0x02, 0x11, 0x22, 0x33, 0x44, 0x55};
static const uint8_t multicast[1][IR_MAC_LENGTH] = {{0x01, 0x00, 0x5e, 0x00, 0x12, 0x34}};

static void address_comes_from_the_card_and_is_kept(void **state)
{
    static const uint8_t own[IR_MAC_LENGTH] = {0x02, 0x56, 0x34, 0x12, 0xbc, 0x9a};
    struct window *window = *state;
    uint8_t mac[IR_MAC_LENGTH];

    assert_int_equal(ir_mac_get(window->dev, mac), 0);
    assert_memory_equal(mac, own, sizeof(own));
    assert_int_equal(ir_mac_set(window->dev, unicast), 0);
    for (uint32_t round = 0; round < 2; round++) {
        assert_int_equal(*window_at(window, E1000E_RAL(0)), 0x33221102);
        assert_int_equal(*window_at(window, E1000E_RAH(0)), 0x80005544);
        *window_at(window, E1000E_RAL(0)) = 0; /* as the NVM has it */
        assert_int_equal(ir_reset(window->dev), 0);
    }
    assert_int_equal(ir_mac_get(window->dev, mac), 0);
    assert_memory_equal(mac, unicast, sizeof(unicast));
}

/* The receiver runs on: UPE 3, MPE 4, EN 1. */
static void promiscuous_mode_changes_while_the_receiver_runs(void **state)
{
    struct window *window = *state;
    const uint32_t all = 1u << 3 | 1u << 4;
    uint32_t before = *window_at(window, E1000E_RCTL);

    assert_int_equal(ir_promiscuous(window->dev, true), 0);
    assert_int_equal(*window_at(window, E1000E_RCTL), before | all);
    assert_int_equal(ir_reset(window->dev), 0);
    assert_int_equal(*window_at(window, E1000E_RCTL), before | all);
    assert_int_equal(ir_promiscuous(window->dev, false), 0);
    assert_int_equal(*window_at(window, E1000E_RCTL), before);
}

/* A card that answers nonsense is not told that it is right. */
static void receiver_without_a_ring_stays_off_whatever_the_card_says(void **state)
{
    struct window *window = *state;
    struct ir_txq *queue;

    assert_int_equal(ir_txq_setup(window->dev, 0, WINDOW_RING, window->pool, &queue), 0);
    assert_int_equal(ir_start(window->dev), 0);
    *window_at(window, E1000E_RCTL) |= E1000E_RCTL_EN;
    assert_int_equal(ir_promiscuous(window->dev, true), 0);
    assert_int_equal(*window_at(window, E1000E_RCTL) & E1000E_RCTL_EN, 0);
    assert_int_equal(*window_at(window, E1000E_TCTL) & E1000E_TCTL_EN, E1000E_TCTL_EN);
}

static void multicast_table_has_a_bit_for_each_address(void **state)
{
    struct window *window = *state;
    /* Bits 47:36: 0x343, word 0x1a, bit 3 by byte 5 = 0x34 and byte 4 = 0x12. */
    const uint32_t vector = 0x12u >> 4 | 0x34u << 4;

    *window_at(window, E1000E_MTA(5)) = 7;
    assert_int_equal(ir_multicast(window->dev, multicast, 1), 0);
    for (uint32_t round = 0; round < 2; round++) {
        for (uint32_t i = 0; i < 128; i++)
            assert_int_equal(*window_at(window, E1000E_MTA(i)),
                             i == vector / 32 ? 1u << vector % 32 : 0);
        assert_int_equal(ir_reset(window->dev), 0);
    }
    assert_int_equal(ir_multicast(window->dev, NULL, 0), 0);
    for (uint32_t i = 0; i < 128; i++)
        assert_int_equal(*window_at(window, E1000E_MTA(i)), 0);
}

static void settings_of_a_card_that_is_down_wait_for_its_reset(void **state)
{
    struct window *window = *state;

    window->fault = WINDOW_NO_NVM;
    assert_int_equal(ir_reset(window->dev), -ETIMEDOUT);
    window->fault = WINDOW_NONE;
    window->accesses = 0;
    assert_int_equal(ir_mac_set(window->dev, unicast), 0);
    assert_int_equal(ir_promiscuous(window->dev, true), 0);
    assert_int_equal(ir_multicast(window->dev, multicast, 1), 0);
    assert_int_equal(window->accesses, 0);
    assert_int_equal(ir_reset(window->dev), 0);
    assert_int_equal(*window_at(window, E1000E_RAL(0)), 0x33221102);
    assert_int_equal(*window_at(window, E1000E_RCTL) & 0x18u, 0x18);
    assert_int_equal(*window_at(window, E1000E_MTA(0x341 / 32)), 1u << 0x341 % 32);
}

static void card_that_is_gone_says_so(void **state)
{
    struct window *window = *state;
    struct ir_stats stats;
    struct ir_link link;

    window->fault = WINDOW_GONE;
    assert_int_equal(ir_mac_set(window->dev, unicast), -ENODEV);
    assert_int_equal(ir_promiscuous(window->dev, true), -ENODEV);
    assert_int_equal(ir_multicast(window->dev, NULL, 0), -ENODEV);
    assert_int_equal(ir_link(window->dev, &link), -ENODEV);
    assert_int_equal(ir_stats(window->dev, &stats), -ENODEV);
    window->fault = WINDOW_NONE;
}

/* STATUS: LU 1, SPEED 7:6. */
static void link_is_what_the_phy_negotiated(void **state)
{
    static const struct {
        uint32_t status, speed;
    } links[] = {{0, 0}, {0x80, 0}, {0x02, 10}, {0x42, 100}, {0x82, 1000}, {0xc2, 1000}};
    struct window *window = *state;

    for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
        struct ir_link link;

        *window_at(window, E1000E_STATUS) = links[i].status;
        assert_int_equal(ir_link(window->dev, &link), 0);
        assert_int_equal(link.up, links[i].speed != 0);
        assert_int_equal(link.speed_mbps, links[i].speed);
    }
}

static void counters_are_added_up_without_checksums(void **state)
{
    static const uint32_t errors[] = {E1000E_CRCERRS, E1000E_ALGNERRC, E1000E_RXERRC, E1000E_RUC,
                                      E1000E_RFC,     E1000E_ROC,      E1000E_RJC};
    struct window *window = *state;
    struct ir_stats stats;

    window_record(window)->rx.queue.dropped.errors = 3;
    window_record(window)->rx.queue.dropped.oversize = 4;
    for (uint64_t round = 1; round <= 2; round++) {
        for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
            *window_at(window, errors[i]) = 1u << i;
        *window_at(window, E1000E_GPRC) = 10;
        *window_at(window, E1000E_GORCL) = 640;
        *window_at(window, E1000E_GORCH) = 1;
        *window_at(window, E1000E_MPC) = 5;
        *window_at(window, E1000E_GPTC) = 20;
        *window_at(window, E1000E_GOTCL) = 1280;
        *window_at(window, E1000E_GOTCH) = 2;
        assert_int_equal(ir_stats(window->dev, &stats), 0);
        assert_int_equal(stats.rx_errors, 127 * round);
        assert_int_equal(stats.rx_packets, 10 * round);
        assert_int_equal(stats.rx_bytes, (600 + (1ull << 32)) * round);
        assert_int_equal(stats.rx_missed, 5 * round);
        assert_int_equal(stats.rx_dropped, 7);
        assert_int_equal(stats.tx_packets, 20 * round);
        assert_int_equal(stats.tx_bytes, (1200 + (2ull << 32)) * round);
    }
    *window_at(window, E1000E_GPRC) = UINT32_MAX; /* more checksums than bytes */
    *window_at(window, E1000E_GOTCH) = UINT32_MAX;
    *window_at(window, E1000E_GOTCL) = UINT32_MAX;
    assert_int_equal(ir_stats(window->dev, &stats), 0);
    assert_int_equal(stats.rx_bytes, 0);
    assert_int_equal(stats.tx_bytes, UINT64_MAX - 40 * 4);
}

/* The counts from before a start do not belong to it, and those of a device that is down are the last. */
static void counters_start_at_zero_and_outlive_the_card(void **state)
{
    struct window *window = *state;
    struct ir_stats stats;
    char error[IR_ERROR_LENGTH];

    *window_at(window, E1000E_GPRC) = 10;
    assert_int_equal(window_bring_up(window, error), 0);
    assert_int_equal(ir_stats(window->dev, &stats), 0);
    assert_int_equal(stats.rx_packets, 0);
    assert_int_equal(stats.rx_dropped, 0);
    *window_at(window, E1000E_GPRC) = 3;
    window->fault = WINDOW_NO_NVM;
    assert_int_equal(ir_reset(window->dev), -ETIMEDOUT);
    *window_at(window, E1000E_GPRC) = 100;
    assert_int_equal(ir_stats(window->dev, &stats), 0);
    assert_int_equal(stats.rx_packets, 3);
    window->fault = WINDOW_NONE;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define WITH_DRIVER(test)  cmocka_unit_test_setup_teardown(test, window_driven, window_close)
#define WITH_TRAFFIC(test) cmocka_unit_test_setup_teardown(test, window_started, window_close)
        WITH_DRIVER(address_comes_from_the_card_and_is_kept),
        WITH_TRAFFIC(promiscuous_mode_changes_while_the_receiver_runs),
        WITH_DRIVER(receiver_without_a_ring_stays_off_whatever_the_card_says),
        WITH_DRIVER(multicast_table_has_a_bit_for_each_address),
        WITH_DRIVER(settings_of_a_card_that_is_down_wait_for_its_reset),
        WITH_TRAFFIC(card_that_is_gone_says_so),
        WITH_DRIVER(link_is_what_the_phy_negotiated),
        WITH_TRAFFIC(counters_are_added_up_without_checksums),
        cmocka_unit_test_setup_teardown(counters_start_at_zero_and_outlive_the_card, window_open,
                                        window_close),
#undef WITH_DRIVER
#undef WITH_TRAFFIC
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
