/* SPDX-License-Identifier: MIT
 *
 * Receive by itself: descriptors as a card, honest or not, writes them back.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bare.h"

#define DD  1u
#define EOP 2u

/* The oldest slot, counted on by `ahead`. */
static uint64_t slot_at(const struct bare *bare, uint64_t ahead)
{
    return (bare->rx.ring.head + ahead) % BARE_RING;
}

/* Write back the descriptor `ahead` of the oldest; returns the buffer that lies in it. */
static uint32_t write_back(struct bare *bare, uint64_t ahead, uint64_t status, uint64_t length)
{
    struct ixgbe_desc *desc = &bare->rx_desc[slot_at(bare, ahead)];
    uint32_t buffer = bare_buffer(desc);

    desc->hi = status | length << 32;
    desc->lo = 0x123456789abcdefu; /* hash and packet type take the address's place */
    return buffer;
}

static int32_t burst(struct bare *bare, struct ir_pkt *pkts, uint32_t max)
{
    int32_t got = ixgbe_rx_burst(&bare->rx, pkts, max);

    bare_balance(bare, got > 0 ? (uint32_t)got : 0);
    return got;
}

static void free_all(struct bare *bare, const struct ir_pkt *pkts, int32_t count)
{
    for (int32_t i = 0; i < count; i++)
        assert_int_equal(ir_pool_return(&bare->pool, pkts[i]), 0);
}

static void queue_of_an_illegal_size_is_refused(void **state)
{
    struct bare *bare = *state;

    assert_int_equal(ixgbe_rxq_init(&bare->rx, 0), -EINVAL);
    assert_int_equal(ixgbe_rxq_init(&bare->rx, 8192), -EINVAL);
    assert_int_equal(ixgbe_txq_init(&bare->tx, 100), -EINVAL);
    assert_int_equal(ixgbe_rxq_init(&bare->rx, BARE_RING), 0);
}

static void refill_lends_a_zeroed_descriptor_for_each_slot_but_one(void **state)
{
    struct bare *bare = *state;

    for (uint32_t slot = 0; slot < BARE_RING; slot++)
        bare->rx_desc[slot].hi = UINT64_MAX;
    ixgbe_rx_refill(&bare->rx);
    for (uint32_t slot = 0; slot < BARE_SLOTS; slot++) {
        assert_int_equal(bare_buffer(&bare->rx_desc[slot]), bare->rx.ring.slot[slot]);
        assert_int_equal(bare->rx_desc[slot].hi, 0);
    }
    assert_int_equal(bare->rx_desc[BARE_SLOTS].lo, 0);
    assert_int_equal(bare->rx_tail, BARE_SLOTS);
    assert_int_equal(bare->tail_writes, 1);
    bare_balance(bare, 0);
    ixgbe_rx_refill(&bare->rx); /* nothing to lend, nothing to tell */
    assert_int_equal(bare->tail_writes, 1);
}

static void refill_lends_the_last_buffers_of_a_small_pool(void **state)
{
    struct bare *bare = bare_make(3);

    (void)state;
    ixgbe_rx_refill(&bare->rx);
    assert_int_equal(ir_ring_used(&bare->rx.ring), 3);
    assert_int_equal(bare->pool.free_count, 0);
    assert_int_equal(bare->rx_tail, 3);
    bare_balance(bare, 0);
}

static void packets_come_in_ring_order_with_their_lengths(void **state)
{
    struct bare *bare = *state;
    struct ir_pkt pkts[BARE_SLOTS];
    uint32_t buffers[BARE_SLOTS];

    ixgbe_rx_refill(&bare->rx);
    for (uint32_t round = 0; round < 300; round++) {
        uint32_t ready = 1 + round % 31;
        uint32_t max = 1 + round % 29;
        uint32_t expected = ready < max ? ready : max;

        for (uint32_t i = 0; i < ready; i++)
            buffers[i] = write_back(bare, i, DD | EOP, 14 + (round + i) % 4083);
        assert_int_equal(burst(bare, pkts, max), expected);
        for (uint32_t i = 0; i < expected; i++) {
            assert_int_equal(ir_handle_index(pkts[i]), buffers[i]);
            assert_int_equal(ir_handle_length(pkts[i]), 14 + (round + i) % 4083);
            assert_true(ir_pool_holds(&bare->pool, pkts[i]));
        }
        free_all(bare, pkts, (int32_t)expected);
        /* What was not taken is taken back by the card, for the next round to begin afresh. */
        for (uint32_t i = expected; i < ready; i++) {
            struct ixgbe_desc *desc = &bare->rx_desc[slot_at(bare, i - expected)];

            desc->lo = BARE_IOVA + IR_POOL_HEADROOM + (uint64_t)buffers[i] * BARE_STRIDE;
            desc->hi = 0;
        }
    }
}

/* The shortest burst that does not fit before the end is one packet longer than the way there. */
static void burst_goes_around_the_end_however_near_that_is(void **state)
{
    struct bare *bare = *state;
    struct ir_pkt pkts[BARE_RING / 2u];
    uint32_t buffers[BARE_RING / 2u];

    ixgbe_rx_refill(&bare->rx);
    for (uint32_t to_end = 1; to_end < BARE_RING / 2u; to_end++) {
        uint32_t ready = to_end + 1u;

        while (bare->rx.ring.head != BARE_RING - to_end) {
            (void)write_back(bare, 0, DD | EOP, 60);
            assert_int_equal(burst(bare, pkts, 1), 1);
            free_all(bare, pkts, 1);
        }
        for (uint32_t i = 0; i < ready; i++)
            buffers[i] = write_back(bare, i, DD | EOP, 60);
        assert_int_equal(burst(bare, pkts, ready), ready);
        for (uint32_t i = 0; i < ready; i++)
            assert_int_equal(ir_handle_index(pkts[i]), buffers[i]);
        free_all(bare, pkts, (int32_t)ready);
    }
}

static void each_packet_has_a_grant_of_its_own_burst_after_burst(void **state)
{
    struct bare *bare = *state;
    struct ir_pkt pkts[BARE_SLOTS];
    uint64_t next = bare->pool.grant_next;

    ixgbe_rx_refill(&bare->rx);
    for (uint32_t round = 0; round < 50; round++) {
        uint32_t ready = 1 + round % 31;

        for (uint32_t i = 0; i < ready; i++)
            (void)write_back(bare, i, DD | EOP, 60);
        assert_int_equal(burst(bare, pkts, ready), ready);
        for (uint32_t i = 0; i < ready; i++)
            assert_int_equal(ir_handle_grant(pkts[i]), next++);
        free_all(bare, pkts, (int32_t)ready);
    }
}

static void burst_never_writes_beyond_its_array(void **state)
{
    struct bare *bare = *state;
    struct ir_pkt pkts[5] = {{1}, {1}, {1}, {1}, {1}};

    ixgbe_rx_refill(&bare->rx);
    for (uint32_t i = 0; i < 10; i++)
        (void)write_back(bare, i, DD | EOP, 60);
    assert_int_equal(burst(bare, pkts, 0), 0);
    assert_int_equal(pkts[0].bits, 1);
    assert_int_equal(burst(bare, pkts, 4), 4);
    assert_int_equal(pkts[4].bits, 1);
    free_all(bare, pkts, 4);
}

/* The slots beyond the newest still hold the write-backs of the round before. */
static void burst_never_takes_more_than_was_lent(void **state)
{
    struct bare *bare = bare_make(40);
    struct ir_pkt pkts[256];

    (void)state;
    ixgbe_rx_refill(&bare->rx);
    for (uint32_t slot = 0; slot < BARE_RING; slot++)
        bare->rx_desc[slot].hi = DD | EOP | (uint64_t)60 << 32;
    assert_int_equal(burst(bare, pkts, 256), 40);
    assert_int_equal(ixgbe_rx_burst(&bare->rx, pkts + 40, 216), 0);
    bare_balance(bare, 40);
    free_all(bare, pkts, 40);
}

static void bad_frames_beyond_the_newest_slot_are_not_dropped(void **state)
{
    struct bare *bare = bare_make(3);
    struct ir_pkt pkt;

    (void)state;
    ixgbe_rx_refill(&bare->rx);
    for (uint32_t slot = 0; slot < BARE_RING; slot++)
        bare->rx_desc[slot].hi = DD | EOP | 1u << 29 | (uint64_t)60 << 32;
    assert_int_equal(burst(bare, &pkt, 1), 0);
    assert_int_equal(bare->rx.dropped.errors, 3);
}

static void descriptor_that_is_not_done_is_left_alone(void **state)
{
    struct bare *bare = *state;
    struct ir_pkt pkt;

    ixgbe_rx_refill(&bare->rx);
    (void)write_back(bare, 0, 0, 60);
    assert_int_equal(burst(bare, &pkt, 1), 0);
    bare->rx_desc[0].hi = EOP | (uint64_t)60 << 32;
    assert_int_equal(burst(bare, &pkt, 1), 0);
    bare->rx_desc[0].hi = 0;
    assert_int_equal(burst(bare, &pkt, 1), 0);
    assert_int_equal(ir_ring_used(&bare->rx.ring), BARE_SLOTS);
    assert_int_equal(bare->rx.broken, 0);
}

static void slots_are_lent_again_in_groups(void **state)
{
    struct bare *bare = *state;
    struct ir_pkt pkts[BARE_SLOTS];

    ixgbe_rx_refill(&bare->rx);
    for (uint32_t i = 0; i < 32; i++)
        (void)write_back(bare, i, DD | EOP, 60);
    assert_int_equal(burst(bare, pkts, 31), 31);
    assert_int_equal(bare->tail_writes, 1);
    assert_int_equal(ixgbe_rx_burst(&bare->rx, pkts + 31, 1), 1);
    assert_int_equal(bare->tail_writes, 2);
    assert_int_equal(bare->rx_tail, (BARE_SLOTS + 32) % BARE_RING);
    bare_balance(bare, 32);
    free_all(bare, pkts, 32);
}

static void frame_in_parts_is_dropped_whole_whenever_its_parts_arrive(void **state)
{
    struct bare *bare = *state;
    struct ir_pkt pkt;

    ixgbe_rx_refill(&bare->rx);
    for (uint32_t parts = 2; parts <= 8; parts++) {
        for (uint32_t part = 1; part <= parts; part++) {
            /* The last part alone looks like a frame of 100 bytes. */
            (void)write_back(bare, 0, part == parts ? DD | EOP : DD, part == parts ? 100 : 4096);
            assert_int_equal(burst(bare, &pkt, 1), 0);
            assert_int_equal(bare->rx.discarded, part == parts ? 0 : part);
        }
        assert_int_equal(bare->rx.dropped.oversize, parts - 1);
    }
    assert_int_equal(bare->rx.dropped.errors, 0);
    (void)write_back(bare, 0, DD | EOP, 77);
    assert_int_equal(burst(bare, &pkt, 1), 1);
    assert_int_equal(ir_handle_length(pkt), 77);
    assert_int_equal(ir_pool_return(&bare->pool, pkt), 0);
}

static void last_part_of_a_frame_may_be_empty(void **state)
{
    struct bare *bare = *state;
    struct ir_pkt pkt;

    ixgbe_rx_refill(&bare->rx);
    (void)write_back(bare, 0, DD, 4096);
    (void)write_back(bare, 1, DD | EOP, 0);
    assert_int_equal(burst(bare, &pkt, 1), 0);
    assert_int_equal(bare->rx.dropped.oversize, 1);
}

static void damaged_and_short_frames_are_dropped_and_counted(void **state)
{
    static const uint64_t bad[] = {1u << 23, 1u << 24, 1u << 25, 1u << 27, 1u << 28, 1u << 29};
    struct bare *bare = *state;
    struct ir_pkt pkt;

    ixgbe_rx_refill(&bare->rx);
    for (uint64_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        (void)write_back(bare, 0, DD | EOP | bad[i], 60);
        assert_int_equal(burst(bare, &pkt, 1), 0);
        assert_int_equal(bare->rx.dropped.errors, i + 1);
    }
    (void)write_back(bare, 0, DD | EOP, 13);
    assert_int_equal(burst(bare, &pkt, 1), 0);
    assert_int_equal(bare->rx.dropped.errors, 7);
    assert_int_equal(bare->rx.dropped.oversize, 0);
}

/* Fail unless the write-back breaks the queue, and no buffer leaves its slot. */
static void expect_breach(struct bare *bare, uint64_t status, uint64_t length)
{
    uint64_t used = ir_ring_used(&bare->rx.ring);
    struct ir_pkt pkt;

    (void)write_back(bare, 0, status, length);
    assert_int_equal(burst(bare, &pkt, 1), -EIO);
    assert_int_equal(burst(bare, &pkt, 1), -EIO);
    assert_int_equal(ir_ring_used(&bare->rx.ring), used);
    /* A good frame does not mend it. */
    bare->rx_desc[bare->rx.ring.head].hi = DD | EOP | (uint64_t)60 << 32;
    assert_int_equal(burst(bare, &pkt, 1), -EIO);
    ixgbe_rx_drain(&bare->rx);
    assert_int_equal(bare->pool.free_count, BARE_BUFFERS);
    assert_int_equal(ixgbe_rxq_init(&bare->rx, BARE_RING), 0);
    ixgbe_rx_refill(&bare->rx);
}

static void impossible_write_back_breaks_the_queue(void **state)
{
    struct bare *bare = *state;
    struct ir_pkt pkt;

    ixgbe_rx_refill(&bare->rx);
    expect_breach(bare, DD | EOP, 0);
    expect_breach(bare, DD, 0);
    expect_breach(bare, DD | EOP, BARE_SIZE + 1);
    expect_breach(bare, DD | EOP, 0x8000 + 60); /* 60 to whoever reads 15 bits */
    expect_breach(bare, DD | EOP, 0xffff);
    expect_breach(bare, DD, BARE_SIZE + 1);
    for (uint32_t part = 0; part < 8; part++) {
        (void)write_back(bare, 0, DD, 4096);
        assert_int_equal(burst(bare, &pkt, 1), 0);
    }
    expect_breach(bare, DD, 4096);
}

static void queue_starts_afresh_after_a_drain_in_the_middle_of_a_frame(void **state)
{
    struct bare *bare = *state;
    struct ir_pkt pkt;

    ixgbe_rx_refill(&bare->rx);
    (void)write_back(bare, 0, DD, 4096);
    assert_int_equal(burst(bare, &pkt, 1), 0);
    ixgbe_rx_drain(&bare->rx);
    bare_balance(bare, 0);
    assert_int_equal(bare->pool.free_count, BARE_BUFFERS);
    assert_int_equal(ixgbe_rxq_init(&bare->rx, BARE_RING), 0);
    ixgbe_rx_refill(&bare->rx);
    (void)write_back(bare, 0, DD | EOP, 60);
    assert_int_equal(burst(bare, &pkt, 1), 1);
    assert_int_equal(ir_pool_return(&bare->pool, pkt), 0);
}

static void burst_at_the_end_of_the_grants_starts_with_the_first(void **state)
{
    struct bare *bare = *state;
    struct ir_pkt pkts[16];

    ixgbe_rx_refill(&bare->rx);
    bare->pool.grant_next = bare->pool.grant_last - 4;
    for (uint32_t i = 0; i < 16; i++)
        (void)write_back(bare, i, DD | EOP, 60);
    assert_int_equal(burst(bare, pkts, 16), 16);
    for (uint32_t i = 0; i < 16; i++)
        assert_int_equal(ir_handle_grant(pkts[i]), bare->pool.grant_first + i);
    free_all(bare, pkts, 16);
}

/* What is delivered, bit by bit of status and errors, and length by length. */
static void write_back_is_good_when_all_of_it_is(void **state)
{
    const uint64_t mask = IXGBE_RXD_DECISIVE | IXGBE_RXD_ERRORS;
    const uint64_t vlan = 0xffff000000000000u;

    (void)state;
    for (uint64_t length = 0; length <= 65535; length++) {
        const uint64_t hi = DD | EOP | length << 32 | vlan;
        const uint64_t decision = ixgbe_rxd_decision(hi, mask);

        assert_int_equal(decision % 65536, length);
        assert_int_equal(ixgbe_rxd_good(decision, 2048), length >= IR_FRAME_MIN && length <= 2048);
    }
    for (uint32_t bit = 0; bit < 32; bit++) {
        const uint64_t hi = (DD | EOP | 60ull << 32) ^ 1ull << bit;
        const uint32_t matters = (DD | EOP | IXGBE_RXD_ERRORS) >> bit & 1u;

        assert_int_equal(ixgbe_rxd_good(ixgbe_rxd_decision(hi, mask), 2048), 1u - matters);
    }
}

static void many_slots_are_half_of_a_small_ring_and_an_eighth_of_a_large_one(void **state)
{
    static const uint64_t many[][2] = {{64, 32}, {128, 40}, {512, 88}, {4096, 536}};

    (void)state;
    for (size_t i = 0; i < sizeof(many) / sizeof(many[0]); i++) {
        assert_int_equal(ixgbe_are_many(many[i][1] - 1, many[i][0]), 0);
        assert_int_equal(ixgbe_are_many(many[i][1], many[i][0]), 1);
    }
}

int main(void)
{
#define BARE(test) cmocka_unit_test_setup(test, bare_open)
    const struct CMUnitTest tests[] = {
        BARE(queue_of_an_illegal_size_is_refused),
        BARE(write_back_is_good_when_all_of_it_is),
        BARE(many_slots_are_half_of_a_small_ring_and_an_eighth_of_a_large_one),
        BARE(refill_lends_a_zeroed_descriptor_for_each_slot_but_one),
        BARE(refill_lends_the_last_buffers_of_a_small_pool),
        BARE(packets_come_in_ring_order_with_their_lengths),
        BARE(burst_goes_around_the_end_however_near_that_is),
        BARE(each_packet_has_a_grant_of_its_own_burst_after_burst),
        BARE(burst_never_writes_beyond_its_array),
        BARE(burst_never_takes_more_than_was_lent),
        BARE(bad_frames_beyond_the_newest_slot_are_not_dropped),
        BARE(descriptor_that_is_not_done_is_left_alone),
        BARE(slots_are_lent_again_in_groups),
        BARE(frame_in_parts_is_dropped_whole_whenever_its_parts_arrive),
        BARE(last_part_of_a_frame_may_be_empty),
        BARE(damaged_and_short_frames_are_dropped_and_counted),
        BARE(impossible_write_back_breaks_the_queue),
        BARE(queue_starts_afresh_after_a_drain_in_the_middle_of_a_frame),
        BARE(burst_at_the_end_of_the_grants_starts_with_the_first),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
