/* SPDX-License-Identifier: MIT
 *
 * Transmit by itself: the descriptors the card gets, and what it may report.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bare.h"

/* 82599 7.2.3.2.4: DTYP data, EOP, IFCS, DEXT; RS in the last one of a burst. */
#define COMMAND ((uint64_t)(3u << 20 | 1u << 24 | 1u << 25 | 1u << 29))
#define RS      ((uint64_t)1 << 27)

static struct ir_pkt take(struct bare *bare, uint32_t length)
{
    struct ir_pkt pkt;

    assert_int_equal(ir_pool_take(&bare->pool, length, &pkt), 0);
    return pkt;
}

static void each_packet_fills_one_descriptor_in_order(void **state)
{
    struct bare *bare = *state;
    struct ir_pkt pkts[BARE_SLOTS];
    uint32_t slot = 0;

    for (uint32_t round = 0; round < 60; round++) {
        uint32_t count = 1 + round * 7 % BARE_SLOTS;

        for (uint32_t i = 0; i < count; i++)
            pkts[i] = take(bare, 14 + (round * 97 + i) % 4083);
        assert_int_equal(ixgbe_tx_burst(&bare->tx, pkts, count), count);
        for (uint32_t i = 0; i < count; i++) {
            uint64_t length = 14 + (round * 97 + i) % 4083;

            assert_int_equal(bare_buffer(&bare->tx_desc[slot]), ir_handle_index(pkts[i]));
            assert_int_equal(bare->tx_desc[slot].hi,
                             (COMMAND | length | length << 46) + (i + 1 == count ? RS : 0));
            assert_false(ir_pool_holds(&bare->pool, pkts[i]));
            slot = (slot + 1) % BARE_RING;
        }
        assert_int_equal(bare->tx_tail, slot);
        bare_balance(bare, 0);
        bare->head = slot;
        assert_int_equal(ixgbe_tx_reclaim(&bare->tx), 0);
        assert_int_equal(bare->pool.free_count, BARE_BUFFERS);
        bare_balance(bare, 0);
    }
}

/* From each place around the ring, with each number of packets sent. */
static void packets_are_reclaimed_as_far_as_the_card_reports(void **state)
{
    struct bare *bare = *state;
    struct ir_pkt pkts[BARE_SLOTS];
    uint32_t head = 0;

    for (uint32_t round = 0; round < 100; round++) {
        for (uint32_t i = 0; i < 20; i++)
            pkts[i] = take(bare, 60);
        assert_int_equal(ixgbe_tx_burst(&bare->tx, pkts, 20), 20);
        for (uint32_t left = 20; left-- > 0;) {
            head = (head + 1) % BARE_RING;
            bare->head = head;
            assert_int_equal(ixgbe_tx_reclaim(&bare->tx), left);
            assert_int_equal(bare->pool.free_count, BARE_BUFFERS - left);
            bare_balance(bare, 0);
        }
        assert_int_equal(ixgbe_tx_reclaim(&bare->tx), 0);
    }
}

static void full_ring_takes_no_more(void **state)
{
    struct bare *bare = *state;
    struct ir_pkt pkts[BARE_RING + 10];

    for (uint32_t i = 0; i < BARE_RING + 10; i++)
        pkts[i] = take(bare, 60);
    assert_int_equal(ixgbe_tx_burst(&bare->tx, pkts, BARE_RING + 10), BARE_SLOTS);
    bare_balance(bare, 11);
    assert_int_equal(ixgbe_tx_burst(&bare->tx, pkts + BARE_SLOTS, 11), 0);
    bare_balance(bare, 11);
    bare->head = 5;
    assert_int_equal(ixgbe_tx_burst(&bare->tx, pkts + BARE_SLOTS, 11), 5);
    bare_balance(bare, 6);
    bare->head = 4; /* around the ring */
    assert_int_equal(ixgbe_tx_reclaim(&bare->tx), 0);
    bare_balance(bare, 6);
}

static void no_packet_more_than_counted_is_sent(void **state)
{
    struct bare *bare = *state;
    struct ir_pkt pkts[3];

    for (uint32_t i = 0; i < 3; i++)
        pkts[i] = take(bare, 60);
    assert_int_equal(ixgbe_tx_burst(&bare->tx, pkts, 0), 0);
    assert_int_equal(bare->tail_writes, 0);
    assert_int_equal(ixgbe_tx_burst(&bare->tx, pkts, 2), 2);
    assert_true(ir_pool_holds(&bare->pool, pkts[2]));
    bare_balance(bare, 1);
}

static void refused_packet_ends_the_burst_and_what_follows_stays_with_the_caller(void **state)
{
    struct bare *bare = *state;
    struct ir_pkt pkts[4];

    for (uint32_t refused = 0; refused < 4; refused++) {
        for (uint32_t i = 0; i < 4; i++)
            pkts[i] = take(bare, 60);
        assert_int_equal(ir_pool_return(&bare->pool, pkts[refused]), 0);
        assert_int_equal(ixgbe_tx_burst(&bare->tx, pkts, 4), refused == 0 ? -ESTALE : (int)refused);
        bare_balance(bare, 3 - refused);
        for (uint32_t i = refused + 1; i < 4; i++)
            assert_int_equal(ir_pool_return(&bare->pool, pkts[i]), 0);
    }
}

static void packets_that_must_not_be_sent_are_refused(void **state)
{
    struct bare *bare = *state;
    struct ir_pkt good = take(bare, 60);
    struct ir_pkt stale = take(bare, 60);
    struct ir_pkt forged[] = {
        {0},
        ir_handle_make(0, ir_handle_index(good), 60),
        ir_handle_make(ir_handle_grant(good), ir_handle_index(good), 59),
        ir_handle_make(ir_handle_grant(good), ir_handle_index(good), BARE_SIZE + 1),
        {good.bits ^ 1u},
        {UINT64_MAX}};

    assert_int_equal(ir_pool_return(&bare->pool, stale), 0);
    assert_int_equal(ixgbe_tx_burst(&bare->tx, &stale, 1), -ESTALE);
    for (size_t i = 0; i < sizeof(forged) / sizeof(forged[0]); i++)
        assert_int_equal(ixgbe_tx_burst(&bare->tx, &forged[i], 1), -ESTALE);
    bare_balance(bare, 1);
    assert_int_equal(ixgbe_tx_burst(&bare->tx, &good, 1), 1);
    assert_int_equal(ixgbe_tx_burst(&bare->tx, &good, 1), -ESTALE);
    bare_balance(bare, 0);
}

static void packet_given_twice_in_a_burst_is_sent_once(void **state)
{
    struct bare *bare = *state;
    struct ir_pkt pkts[2];

    pkts[0] = pkts[1] = take(bare, 60);
    assert_int_equal(ixgbe_tx_burst(&bare->tx, pkts, 2), 1);
    bare_balance(bare, 0);
}

static void impossible_head_breaks_the_queue_until_it_is_made_again(void **state)
{
    static const uint32_t lies[] = {4, 5, 63, 64, 65, 0x10000, 0x80000000, UINT32_MAX};
    struct bare *bare = *state;

    for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
        struct ir_pkt pkts[3];

        for (uint32_t n = 0; n < 3; n++)
            pkts[n] = take(bare, 60);
        bare->head = 0;
        assert_int_equal(ixgbe_tx_burst(&bare->tx, pkts, 3), 3);
        bare->head = lies[i];
        assert_int_equal(ixgbe_tx_reclaim(&bare->tx), -EIO);
        bare->head = 3; /* the truth does not mend it */
        assert_int_equal(ixgbe_tx_reclaim(&bare->tx), -EIO);
        pkts[0] = take(bare, 60);
        assert_int_equal(ixgbe_tx_burst(&bare->tx, pkts, 1), -EIO);
        assert_int_equal(ir_ring_used(&bare->tx.ring), 3);
        bare_balance(bare, 1);
        assert_int_equal(ir_pool_return(&bare->pool, pkts[0]), 0);
        ixgbe_tx_drain(&bare->tx);
        assert_int_equal(bare->pool.free_count, BARE_BUFFERS);
        assert_int_equal(ixgbe_txq_init(&bare->tx, BARE_RING), 0);
    }
}

static void head_behind_the_oldest_packet_is_a_lie(void **state)
{
    struct bare *bare = *state;
    struct ir_pkt pkts[10];

    for (uint32_t i = 0; i < 10; i++)
        pkts[i] = take(bare, 60);
    assert_int_equal(ixgbe_tx_burst(&bare->tx, pkts, 10), 10);
    bare->head = 6;
    assert_int_equal(ixgbe_tx_reclaim(&bare->tx), 4);
    bare->head = 5;
    assert_int_equal(ixgbe_tx_reclaim(&bare->tx), -EIO);
    bare_balance(bare, 0);
}

/* Slot 64 of 64 would be slot 0, which is among those in use. */
static void head_beyond_the_ring_is_a_lie_when_packets_lie_around_its_end(void **state)
{
    struct bare *bare = *state;
    struct ir_pkt pkts[40];

    for (uint32_t round = 0; round < 2; round++) {
        for (uint32_t i = 0; i < 40; i++)
            pkts[i] = take(bare, 60);
        assert_int_equal(ixgbe_tx_burst(&bare->tx, pkts, 40), 40);
        bare->head = round == 0 ? 40 : BARE_RING;
        assert_int_equal(ixgbe_tx_reclaim(&bare->tx), round == 0 ? 0 : -EIO);
    }
    assert_int_equal(ir_ring_used(&bare->tx.ring), 40);
    bare_balance(bare, 0);
}

static void finish_all(struct bare *bare)
{
    bare->head = (uint32_t)bare->tx.ring.tail;
}

static void refused_packet_ends_a_burst_around_the_end_of_the_ring(void **state)
{
    bare_refused_around_the_end(*state, ixgbe_tx_burst, ixgbe_tx_reclaim, finish_all);
}

int main(void)
{
#define BARE(test) cmocka_unit_test_setup(test, bare_open)
    const struct CMUnitTest tests[] = {
        BARE(each_packet_fills_one_descriptor_in_order),
        BARE(packets_are_reclaimed_as_far_as_the_card_reports),
        BARE(full_ring_takes_no_more),
        BARE(refused_packet_ends_a_burst_around_the_end_of_the_ring),
        BARE(no_packet_more_than_counted_is_sent),
        BARE(refused_packet_ends_the_burst_and_what_follows_stays_with_the_caller),
        BARE(packets_that_must_not_be_sent_are_refused),
        BARE(packet_given_twice_in_a_burst_is_sent_once),
        BARE(impossible_head_breaks_the_queue_until_it_is_made_again),
        BARE(head_behind_the_oldest_packet_is_a_lie),
        BARE(head_beyond_the_ring_is_a_lie_when_packets_lie_around_its_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
