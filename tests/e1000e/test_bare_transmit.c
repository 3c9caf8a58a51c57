/* SPDX-License-Identifier: MIT
 *
 * Transmit by itself: the descriptors the card gets, and what its reports may do.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bare.h"
#include "e1000e/e1000e.h"

/* 82574 7.2.2: EOP, IFCS; RS in the last one of a burst and in each 32nd slot; DD is the card's. */
#define COMMAND ((uint64_t)(1u << 24 | 1u << 25))
#define RS      ((uint64_t)1 << 27)
#define DD      ((uint64_t)1 << 32)
#define GROUP   32u

static int open_bare(void **state)
{
    struct bare *bare = bare_make(BARE_BUFFERS);

    bare->tx.head = NULL;
    *state = bare;
    return 0;
}

static struct ir_pkt take(struct bare *bare, uint32_t length)
{
    struct ir_pkt pkt;

    assert_int_equal(ir_pool_take(&bare->pool, length, &pkt), 0);
    return pkt;
}

static void send(struct bare *bare, uint32_t count)
{
    struct ir_pkt pkts[BARE_SLOTS];

    for (uint32_t i = 0; i < count; i++)
        pkts[i] = take(bare, 60);
    assert_int_equal(e1000e_tx_burst(&bare->tx, pkts, count), count);
}

/* What an honest card does once it has sent the frame in a slot. */
static void finish(struct bare *bare, uint32_t slot)
{
    if ((bare->tx_desc[slot].hi & RS) != 0)
        bare->tx_desc[slot].hi |= DD;
}

static void each_packet_fills_one_descriptor_in_order(void **state)
{
    struct bare *bare = *state;
    struct ir_pkt pkts[BARE_SLOTS];
    uint32_t slot = 0;

    for (uint32_t round = 0; round < 60; round++) {
        uint32_t count = 1 + round * 7 % BARE_SLOTS;

        for (uint32_t i = 0; i < count; i++)
            pkts[i] = take(bare, 17 + (round * 97 + i) % 4080);
        assert_int_equal(e1000e_tx_burst(&bare->tx, pkts, count), count);
        for (uint32_t i = 0; i < count; i++) {
            uint64_t length = 17 + (round * 97 + i) % 4080;
            bool report = i + 1 == count || slot % GROUP == GROUP - 1;

            assert_int_equal(bare_buffer(&bare->tx_desc[slot]), ir_handle_index(pkts[i]));
            assert_int_equal(bare->tx_desc[slot].hi, (COMMAND | length) + (report ? RS : 0));
            assert_false(ir_pool_holds(&bare->pool, pkts[i]));
            finish(bare, slot);
            slot = (slot + 1) % BARE_RING;
        }
        assert_int_equal(bare->tx_tail, slot);
        assert_int_equal(e1000e_tx_reclaim(&bare->tx), 0);
        assert_int_equal(bare->pool.free_count, BARE_BUFFERS);
        bare_balance(bare, 0);
    }
}

/* From each place around the ring: what the card is asked to report is what is waited for. */
static void packets_are_reclaimed_from_report_to_report(void **state)
{
    struct bare *bare = *state;

    for (uint32_t start = 0; start < 2 * BARE_RING; start++) {
        uint32_t first = (uint32_t)bare->tx.ring.head;
        uint32_t left = 40;

        send(bare, 40);
        for (uint32_t i = 0; i < 40; i++) {
            uint32_t slot = (first + i) % BARE_RING;

            finish(bare, slot);
            if (slot % GROUP == GROUP - 1 || i == 39)
                left = 39 - i;
            assert_int_equal(e1000e_tx_reclaim(&bare->tx), left);
            assert_int_equal(bare->pool.free_count, BARE_BUFFERS - left);
            bare_balance(bare, 0);
        }
        /* One slot on. */
        send(bare, 1);
        finish(bare, (uint32_t)bare->tx.ring.head);
        assert_int_equal(e1000e_tx_reclaim(&bare->tx), 0);
        assert_int_equal((first + 41) % BARE_RING, bare->tx.ring.head);
    }
}

static void full_ring_takes_no_more(void **state)
{
    struct bare *bare = *state;
    struct ir_pkt pkts[BARE_RING + 10];

    for (uint32_t i = 0; i < BARE_RING + 10; i++)
        pkts[i] = take(bare, 60);
    assert_int_equal(e1000e_tx_burst(&bare->tx, pkts, BARE_RING + 10), BARE_SLOTS);
    bare_balance(bare, 11);
    assert_int_equal(e1000e_tx_burst(&bare->tx, pkts + BARE_SLOTS, 11), 0);
    bare_balance(bare, 11);
    finish(bare, GROUP - 1);
    assert_int_equal(e1000e_tx_burst(&bare->tx, pkts + BARE_SLOTS, 11), 11);
    bare_balance(bare, 0);
    assert_int_equal(bare->tx.ring.head, GROUP);
}

static void reports_are_looked_for_only_when_many_are_out(void **state)
{
    struct bare *bare = *state;

    send(bare, GROUP - 1);
    finish(bare, GROUP - 2);
    send(bare, 1);
    assert_int_equal(bare->tx.ring.head, 0);
    finish(bare, GROUP - 1);
    send(bare, 1);
    assert_int_equal(bare->tx.ring.head, GROUP);
    bare_balance(bare, 0);
}

/* A card that sets DD wherever it likes: nothing that was not lent is returned, and nothing twice. */
static void reports_nobody_asked_for_do_no_harm(void **state)
{
    struct bare *bare = *state;

    for (uint32_t slot = 0; slot < BARE_RING; slot++)
        bare->tx_desc[slot].hi = UINT64_MAX;
    assert_int_equal(e1000e_tx_reclaim(&bare->tx), 0);
    bare_balance(bare, 0);
    send(bare, 5);
    for (uint32_t slot = 5; slot < BARE_RING; slot++)
        bare->tx_desc[slot].hi = UINT64_MAX;
    for (uint32_t slot = 0; slot < 4; slot++)
        bare->tx_desc[slot].hi |= DD;
    assert_int_equal(e1000e_tx_reclaim(&bare->tx), 5);
    bare_balance(bare, 0);
    bare->tx_desc[4].hi = UINT64_MAX;
    assert_int_equal(e1000e_tx_reclaim(&bare->tx), 0);
    assert_int_equal(e1000e_tx_reclaim(&bare->tx), 0);
    assert_int_equal(bare->pool.free_count, BARE_BUFFERS);
    bare_balance(bare, 0);
}

/* The chip pads frames from 17 bytes on. */
static void frame_too_short_to_be_padded_is_refused(void **state)
{
    struct bare *bare = *state;
    struct ir_pkt pkts[2] = {take(bare, 17), take(bare, 16)};
    struct ir_pkt stale = pkts[0];

    assert_int_equal(e1000e_tx_burst(&bare->tx, pkts, 2), 1);
    assert_int_equal(e1000e_tx_burst(&bare->tx, pkts + 1, 1), -EMSGSIZE);
    assert_int_equal(e1000e_tx_burst(&bare->tx, &stale, 1), -ESTALE);
    bare_balance(bare, 1);
    assert_int_equal(bare->tail_writes, 1);
}

static void frame_longer_than_the_chip_knows_is_refused(void **state)
{
    struct bare *bare = *state;
    struct ir_pkt pkts[2] = {take(bare, 1000), take(bare, 1001)};

    bare->tx.frame_max = 1000;
    assert_int_equal(e1000e_tx_burst(&bare->tx, pkts, 2), 1);
    assert_int_equal(e1000e_tx_burst(&bare->tx, pkts + 1, 1), -EMSGSIZE);
    bare_balance(bare, 1);
}

static void broken_queue_sends_and_returns_nothing(void **state)
{
    struct bare *bare = *state;
    struct ir_pkt pkt = take(bare, 60);

    send(bare, 3);
    finish(bare, 2);
    bare->tx.broken = 1;
    assert_int_equal(e1000e_tx_burst(&bare->tx, &pkt, 1), -EIO);
    assert_int_equal(e1000e_tx_reclaim(&bare->tx), -EIO);
    bare_balance(bare, 1);
    ixgbe_tx_drain(&bare->tx);
    bare_balance(bare, 1);
    assert_int_equal(bare->pool.free_count, BARE_BUFFERS - 1);
}

static void finish_all(struct bare *bare)
{
    for (uint32_t slot = 0; slot < BARE_RING; slot++)
        finish(bare, slot);
}

static void refused_packet_ends_a_burst_around_the_end_of_the_ring(void **state)
{
    bare_refused_around_the_end(*state, e1000e_tx_burst, e1000e_tx_reclaim, finish_all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(each_packet_fills_one_descriptor_in_order, open_bare),
        cmocka_unit_test_setup(packets_are_reclaimed_from_report_to_report, open_bare),
        cmocka_unit_test_setup(full_ring_takes_no_more, open_bare),
        cmocka_unit_test_setup(refused_packet_ends_a_burst_around_the_end_of_the_ring, open_bare),
        cmocka_unit_test_setup(reports_are_looked_for_only_when_many_are_out, open_bare),
        cmocka_unit_test_setup(reports_nobody_asked_for_do_no_harm, open_bare),
        cmocka_unit_test_setup(frame_too_short_to_be_padded_is_refused, open_bare),
        cmocka_unit_test_setup(frame_longer_than_the_chip_knows_is_refused, open_bare),
        cmocka_unit_test_setup(broken_queue_sends_and_returns_nothing, open_bare),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
