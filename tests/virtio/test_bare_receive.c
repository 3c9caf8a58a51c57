/* SPDX-License-Identifier: MIT
 *
 * Receive, with a device that a test plays by hand: lengths, completions out of order and in batches, and
 * headers that no simulated card writes.
 */
#include "bare.h"

#include <string.h>

#define LENGTH 60u

static uint32_t header(const struct bare *bare)
{
    return (uint32_t)bare->rx.queue.header;
}

static void frames_are_received_through_many_laps(void **state)
{
    (void)state;
    for (size_t f = 0; f < bare_format_count; f++) {
        struct bare *bare = bare_make(&bare_formats[f]);

        for (uint32_t i = 0; i < 5000u; i++) {
            struct ir_pkt pkts[2];

            bare_receive(bare, LENGTH + i % 1000u, (uint8_t)i);
            assert_int_equal(virtio_rx_burst(&bare->rx, pkts, 2), 1);
            bare_balance(bare, 1);
            bare_expect(bare, pkts[0], LENGTH + i % 1000u, (uint8_t)i);
        }
    }
}

/* In whatever order the device fills its buffers, each frame comes from the one it was written to. */
static void any_order_of_completions_is_received(void **state)
{
    (void)state;
    for (size_t f = 0; f < bare_format_count; f++) {
        struct bare *bare = bare_make(&bare_formats[f]);
        struct bare_chain taken[BARE_RING];
        uint32_t count = 0;
        uint64_t random = 1;

        for (uint32_t i = 0; i < 5000u && !bare_formats[f].in_order; i++) {
            struct ir_pkt pkt;
            uint32_t chosen;

            while (bare_take(&bare->rx_ring, &taken[count]))
                count++;
            assert_in_range(count, 1, BARE_SLOTS);
            random = random * 6364136223846793005u + 1442695040888963407u;
            chosen = (uint32_t)(random >> 40) % count;
            bare_fill(&bare->rx_ring, &taken[chosen], LENGTH, (uint8_t)i, 1);
            bare_return(&bare->rx_ring, taken[chosen].id, header(bare) + LENGTH, 1);
            taken[chosen] = taken[--count];
            assert_int_equal(virtio_rx_burst(&bare->rx, &pkt, 1), 1);
            bare_expect(bare, pkt, LENGTH, (uint8_t)i);
            bare_balance(bare, 0);
        }
    }
}

static void bursts_of_disorder_are_received_in_the_order_of_completion(void **state)
{
    (void)state;
    for (size_t f = 0; f < bare_format_count; f++) {
        struct bare *bare = bare_make(&bare_formats[f]);

        for (uint32_t turn = 0; turn < 200u && !bare_formats[f].in_order; turn++) {
            struct bare_chain taken[16];
            struct ir_pkt pkts[BARE_RING];

            for (uint32_t i = 0; i < 16u; i++)
                assert_true(bare_take(&bare->rx_ring, &taken[i]));
            for (uint32_t i = 0; i < 16u; i++) {
                struct bare_chain *chain = &taken[(7u * i + turn) % 16u];

                bare_fill(&bare->rx_ring, chain, LENGTH, (uint8_t)(turn + i), 1);
                bare_return(&bare->rx_ring, chain->id, header(bare) + LENGTH, 1);
            }
            assert_int_equal(virtio_rx_burst(&bare->rx, pkts, BARE_RING), 16);
            for (uint32_t i = 0; i < 16u; i++)
                bare_expect(bare, pkts[i], LENGTH, (uint8_t)(turn + i));
            bare_balance(bare, 0);
        }
    }
}

static void frames_shorter_than_a_header_are_dropped_as_errors(void **state)
{
    (void)state;
    for (size_t f = 0; f < bare_format_count; f++) {
        struct bare *bare = bare_make(&bare_formats[f]);
        struct ir_pkt pkt;

        for (uint32_t length = 0; length < IR_FRAME_MIN; length++) {
            bare_receive(bare, length, 1);
            bare_receive(bare, LENGTH, 2);
            assert_int_equal(virtio_rx_burst(&bare->rx, &pkt, 1), 0);
            bare_balance(bare, 0);
            assert_int_equal(bare->rx.dropped.errors, length + 1u);
            assert_int_equal(bare->rx.dropped.oversize, 0);
            assert_int_equal(virtio_rx_burst(&bare->rx, &pkt, 1), 1);
            bare_expect(bare, pkt, LENGTH, 2);
        }
        bare_receive(bare, IR_FRAME_MIN, 3);
        assert_int_equal(virtio_rx_burst(&bare->rx, &pkt, 1), 1);
        bare_expect(bare, pkt, IR_FRAME_MIN, 3);
        assert_int_equal(bare->rx.packets, IR_FRAME_MIN + 1u);
        assert_int_equal(bare->rx.bytes, IR_FRAME_MIN * LENGTH + IR_FRAME_MIN);
    }
}

/* A length that no buffer of this queue can have had written to it. */
static void impossible_lengths_break_the_queue(void **state)
{
    static const uint32_t beyond[] = {1, 2, 1000, 65536};

    (void)state;
    for (size_t f = 0; f < bare_format_count; f++) {
        for (uint32_t length = 0; length < 10u; length++) {
            struct bare *bare = bare_make(&bare_formats[f]);
            struct bare_chain chain;
            struct ir_pkt pkt;

            assert_true(bare_take(&bare->rx_ring, &chain));
            bare_return(&bare->rx_ring, chain.id, length, 1);
            assert_int_equal(virtio_rx_burst(&bare->rx, &pkt, 1), -EIO);
            assert_int_equal(virtio_rx_burst(&bare->rx, &pkt, 1), -EIO);
            bare_balance(bare, 0);
        }
        for (size_t i = 0; i < sizeof(beyond) / sizeof(beyond[0]); i++) {
            struct bare *bare = bare_make(&bare_formats[f]);
            struct bare_chain chain;
            struct ir_pkt pkt;

            bare_receive(bare, BARE_SIZE, 7);
            assert_int_equal(virtio_rx_burst(&bare->rx, &pkt, 1), 1);
            bare_expect(bare, pkt, BARE_SIZE, 7);
            assert_true(bare_take(&bare->rx_ring, &chain));
            bare_fill(&bare->rx_ring, &chain, LENGTH, 1, 1);
            bare_return(&bare->rx_ring, chain.id, header(bare) + BARE_SIZE + beyond[i], 1);
            assert_int_equal(virtio_rx_burst(&bare->rx, &pkt, 1), -EIO);
            bare_balance(bare, 0);
        }
    }
}

/* Of several buffers only the last has a length: the others are full, and a frame as long is none that
 * can be delivered (2.7.9). */
static void batch_in_order_is_dropped_and_all_buffers_come_back(void **state)
{
    (void)state;
    for (size_t f = 0; f < bare_format_count; f++) {
        struct bare *bare = bare_make(&bare_formats[f]);

        for (uint32_t turn = 0; turn < 500u && bare_formats[f].in_order; turn++) {
            uint32_t chains = 2u + turn % 20u;
            struct bare_chain chain = {0};
            struct ir_pkt pkt;

            for (uint32_t i = 0; i < chains; i++) {
                assert_true(bare_take(&bare->rx_ring, &chain));
                bare_fill(&bare->rx_ring, &chain, LENGTH, 1, (uint16_t)(i == 0 ? chains : 1u));
            }
            bare_return(&bare->rx_ring, chain.id, header(bare) + LENGTH, chains);
            bare_receive(bare, LENGTH, (uint8_t)turn);
            assert_int_equal(virtio_rx_burst(&bare->rx, &pkt, 1), 0);
            bare_balance(bare, 0);
            assert_int_equal(bare->rx.dropped.oversize, turn + 1u);
            assert_int_equal(bare->rx.dropped.errors, 0);
            assert_int_equal(virtio_rx_burst(&bare->rx, &pkt, 1), 1);
            bare_expect(bare, pkt, LENGTH, (uint8_t)turn);
        }
    }
}

static void batch_of_more_than_there_are_breaks_the_queue(void **state)
{
    (void)state;
    for (size_t f = 0; f < bare_format_count; f++) {
        struct bare *bare = bare_make(&bare_formats[f]);
        struct bare_chain chain;
        struct ir_pkt pkt;

        if (!bare_formats[f].in_order)
            continue;
        for (uint32_t i = 0; i < 3u; i++)
            assert_true(bare_take(&bare->rx_ring, &chain));
        bare_return(&bare->rx_ring, 63, header(bare) + LENGTH, 3); /* it was never lent */
        assert_int_equal(virtio_rx_burst(&bare->rx, &pkt, 1), -EIO);
        bare_balance(bare, 0);
        if (bare_formats[f].packed)
            continue;
        bare = bare_make(&bare_formats[f]);
        bare_return(&bare->rx_ring, 5, header(bare) + LENGTH, 3); /* the sixth, of three */
        assert_int_equal(virtio_rx_burst(&bare->rx, &pkt, 1), -EIO);
        bare_balance(bare, 0);
        bare = bare_make(&bare_formats[f]);
        bare_receive(bare, 0, 1); /* is dropped, and two of three are left ... */
        for (uint32_t i = 0; i < 3u; i++) {
            assert_true(bare_take(&bare->rx_ring, &chain));
            bare_fill(&bare->rx_ring, &chain, LENGTH, 1, 3);
        }
        /* ... of which this is the third. */
        bare_return(&bare->rx_ring, chain.id, header(bare) + LENGTH, 2);
        assert_int_equal(virtio_rx_burst(&bare->rx, &pkt, 1), -EIO);
        bare_balance(bare, 0);
    }
}

/* What would be its number of buffers is of the frame itself. */
static void middle_of_a_frame_has_no_header(void **state)
{
    static const uint16_t bytes[] = {0, 1, 2, 64, 65, 65535};

    (void)state;
    for (size_t f = 0; f < bare_format_count; f++) {
        struct bare *bare = bare_make(&bare_formats[f]);

        for (size_t i = 0; i < sizeof(bytes) / sizeof(bytes[0]) && bare_formats[f].mergeable; i++) {
            struct bare_chain chain;
            struct ir_pkt pkt;

            for (uint32_t part = 0; part < 4u; part++) {
                assert_true(bare_take(&bare->rx_ring, &chain));
                bare_fill(&bare->rx_ring, &chain, BARE_SIZE, 1, part == 0 ? 4u : bytes[i]);
                bare_return(&bare->rx_ring, chain.id, part == 3u ? 1u : header(bare) + BARE_SIZE,
                            1);
                assert_int_equal(virtio_rx_burst(&bare->rx, &pkt, 1), 0);
                bare_balance(bare, 0);
            }
            assert_int_equal(bare->rx.dropped.oversize, i + 1u);
            assert_int_equal(bare->rx.dropped.errors, 0);
            bare_receive(bare, LENGTH, 9);
            assert_int_equal(virtio_rx_burst(&bare->rx, &pkt, 1), 1);
            bare_expect(bare, pkt, LENGTH, 9);
        }
    }
}

static void numbers_of_buffers_that_no_ring_has_break_the_queue(void **state)
{
    static const uint16_t numbers[] = {0, BARE_RING + 1u, 4096, 65535};

    (void)state;
    for (size_t f = 0; f < bare_format_count; f++) {
        for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
            struct bare *bare = bare_make(&bare_formats[f]);
            struct bare_chain chain;
            struct ir_pkt pkt;

            assert_true(bare_take(&bare->rx_ring, &chain));
            bare_fill(&bare->rx_ring, &chain, LENGTH, 1, numbers[i]);
            bare_return(&bare->rx_ring, chain.id, header(bare) + LENGTH, 1);
            if (bare_formats[f].mergeable) {
                assert_int_equal(virtio_rx_burst(&bare->rx, &pkt, 1), -EIO);
            } else {
                assert_int_equal(virtio_rx_burst(&bare->rx, &pkt, 1), 1);
                bare_expect(bare, pkt, LENGTH, 1);
            }
            bare_balance(bare, 0);
        }
    }
}

/* In a ring of pairs each chain begins with an even descriptor. */
static void id_in_the_middle_of_a_chain_breaks_the_queue(void **state)
{
    (void)state;
    for (size_t f = 0; f < bare_format_count; f++) {
        struct bare *bare = bare_make(&bare_formats[f]);
        struct ir_pkt pkt;

        if (!bare_formats[f].pairs)
            continue;
        bare_return(&bare->rx_ring, 1, header(bare) + LENGTH, 1);
        assert_int_equal(virtio_rx_burst(&bare->rx, &pkt, 1), -EIO);
        bare_balance(bare, 0);
        bare = bare_make(&bare_formats[f]);
        bare_return(&bare->rx_ring, 2u * BARE_RING, header(bare) + LENGTH, 1);
        assert_int_equal(virtio_rx_burst(&bare->rx, &pkt, 1), -EIO);
        bare_balance(bare, 0);
    }
}

static void device_is_asked_for_its_status_now_and_then(void **state)
{
    static const uint32_t bad[] = {0x40, 0x4f, 0xff};

    (void)state;
    for (size_t b = 0; b < sizeof(bad) / sizeof(bad[0]); b++) {
        struct bare *bare = bare_make(&bare_formats[0]);
        struct ir_pkt pkt;

        bare->status = 0x8f; /* FAILED is the driver's to say */
        for (uint32_t i = 0; i < 3u * (VIRTIO_IDLE_MAX + 1u); i++)
            assert_int_equal(virtio_rx_burst(&bare->rx, &pkt, 1), 0);
        assert_int_equal(bare->asked, 3);
        bare->status = bad[b];
        for (uint32_t i = 0; i < VIRTIO_IDLE_MAX; i++)
            assert_int_equal(virtio_rx_burst(&bare->rx, &pkt, 1), 0);
        assert_int_equal(virtio_rx_burst(&bare->rx, &pkt, 1), -EIO);
        assert_int_equal(bare->asked, 4);
        bare_balance(bare, 0);
    }
}

static void device_that_works_is_not_asked(void **state)
{
    struct bare *bare = bare_make(&bare_formats[0]);

    (void)state;
    for (uint32_t i = 0; i < 3u * VIRTIO_IDLE_MAX; i++) {
        struct ir_pkt pkt;
        int received;

        if (i % 1000u == 0)
            bare_receive(bare, LENGTH, 1);
        received = virtio_rx_burst(&bare->rx, &pkt, 1);
        assert_in_range(received, 0, 1);
        if (received == 1)
            bare_expect(bare, pkt, LENGTH, 1);
    }
    assert_int_equal(bare->asked, 0);
}

/* Only what is ready is looked at, and each completion once: also after a burst that both delivered and
 * dropped. */
static void dropped_frame_is_the_last_that_is_looked_at(void **state)
{
    (void)state;
    for (size_t f = 0; f < bare_format_count; f++) {
        struct bare *bare = bare_make(&bare_formats[f]);

        for (uint32_t turn = 0; turn < 300u; turn++) {
            struct ir_pkt pkts[4];

            bare_receive(bare, LENGTH, (uint8_t)turn);
            bare_receive(bare, 0, 1);
            assert_int_equal(virtio_rx_burst(&bare->rx, pkts, 4), 1);
            assert_int_equal(bare->rx.queue.broken, 0);
            bare_balance(bare, 1);
            bare_expect(bare, pkts[0], LENGTH, (uint8_t)turn);
        }
        assert_int_equal(bare->rx.dropped.errors, 300);
    }
}

/* A pool's grants are used up at some time: a burst begins with the first ones again, and none is another
 * pool's. */
static void grants_begin_again_with_the_first(void **state)
{
    (void)state;
    for (size_t f = 0; f < bare_format_count; f++) {
        struct bare *bare = bare_make(&bare_formats[f]);
        struct ir_pkt pkts[8];

        bare->pool.grant_next = bare->pool.grant_last - 4;
        for (uint32_t i = 0; i < 8u; i++)
            bare_receive(bare, LENGTH, (uint8_t)i);
        assert_int_equal(virtio_rx_burst(&bare->rx, pkts, 8), 8);
        assert_int_equal(bare->pool.grant_next, bare->pool.grant_first + 8u);
        for (uint32_t i = 0; i < 8u; i++)
            bare_expect(bare, pkts[i], LENGTH, (uint8_t)i);
        bare_balance(bare, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_are_received_through_many_laps),
        cmocka_unit_test(any_order_of_completions_is_received),
        cmocka_unit_test(bursts_of_disorder_are_received_in_the_order_of_completion),
        cmocka_unit_test(frames_shorter_than_a_header_are_dropped_as_errors),
        cmocka_unit_test(impossible_lengths_break_the_queue),
        cmocka_unit_test(batch_in_order_is_dropped_and_all_buffers_come_back),
        cmocka_unit_test(batch_of_more_than_there_are_breaks_the_queue),
        cmocka_unit_test(middle_of_a_frame_has_no_header),
        cmocka_unit_test(numbers_of_buffers_that_no_ring_has_break_the_queue),
        cmocka_unit_test(id_in_the_middle_of_a_chain_breaks_the_queue),
        cmocka_unit_test(device_is_asked_for_its_status_now_and_then),
        cmocka_unit_test(dropped_frame_is_the_last_that_is_looked_at),
        cmocka_unit_test(grants_begin_again_with_the_first),
        cmocka_unit_test(device_that_works_is_not_asked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
