/* SPDX-License-Identifier: MIT
 *
 * Transmit, with a device that a test plays by hand: what it gets, and completions out of order and in
 * batches.
 */
#include "bare.h"

#include <string.h>

#define LENGTH 60u

/* Take a packet as the device, which is a header of nothing and bytes `tag`. */
static struct bare_chain take(struct bare *bare, uint8_t tag)
{
    struct bare_chain chain;
    const uint8_t *frame;

    assert_true(bare_take(&bare->tx_ring, &chain));
    assert_false(chain.writable);
    assert_int_equal(chain.length, bare->tx.queue.header + LENGTH);
    frame = bare_frame(&bare->tx_ring, &chain);
    for (uint64_t i = 0; i < bare->tx.queue.header; i++)
        assert_int_equal(*(frame - 1u - i), 0);
    for (uint32_t i = 0; i < LENGTH; i++)
        assert_int_equal(frame[i], tag);
    return chain;
}

static void packets_are_sent_through_many_laps(void **state)
{
    (void)state;
    for (size_t f = 0; f < bare_format_count; f++) {
        struct bare *bare = bare_make(&bare_formats[f]);
        uint8_t tag = 0;

        for (uint32_t turn = 0; turn < 2000u; turn++) {
            uint32_t count = 1u + turn % 30u;

            bare_send(bare, count, tag);
            for (uint32_t i = 0; i < count; i++) {
                struct bare_chain chain = take(bare, (uint8_t)(tag + i));

                bare_return(&bare->tx_ring, chain.id, turn, 1); /* the length means nothing */
            }
            assert_int_equal(virtio_tx_reclaim(&bare->tx), 0);
            bare_balance(bare, 0);
            tag = (uint8_t)(tag + count);
        }
    }
}

/* Whatever was in the headroom, of a packet received for instance. */
static void header_is_emptied(void **state)
{
    (void)state;
    for (size_t f = 0; f < bare_format_count; f++) {
        struct bare *bare = bare_make(&bare_formats[f]);
        struct bare_chain chain;
        struct ir_pkt pkt;

        assert_true(bare_take(&bare->rx_ring, &chain));
        bare_fill(&bare->rx_ring, &chain, LENGTH, 5, 1);
        memset(bare_frame(&bare->rx_ring, &chain) - bare->rx.queue.header, 0xff, 10);
        bare_return(&bare->rx_ring, chain.id, (uint32_t)bare->rx.queue.header + LENGTH, 1);
        assert_int_equal(virtio_rx_burst(&bare->rx, &pkt, 1), 1);
        assert_int_equal(virtio_tx_burst(&bare->tx, &pkt, 1), 1);
        (void)take(bare, 5);
    }
}

static void any_order_of_completions_frees_the_right_buffers(void **state)
{
    (void)state;
    for (size_t f = 0; f < bare_format_count; f++) {
        struct bare *bare = bare_make(&bare_formats[f]);
        struct bare_chain taken[BARE_RING];
        uint32_t count = 0;
        uint64_t random = 1;

        for (uint32_t i = 0; i < 5000u && !bare_formats[f].in_order; i++) {
            random = random * 6364136223846793005u + 1442695040888963407u;
            if (count < BARE_SLOTS && (random >> 60) % 2u == 0) {
                bare_send(bare, 1, (uint8_t)i);
                taken[count++] = take(bare, (uint8_t)i);
            } else if (count > 0) {
                uint32_t chosen = (uint32_t)(random >> 40) % count;

                bare_return(&bare->tx_ring, taken[chosen].id, 0, 1);
                /* The device has it no more: its bytes may change, those of the others may not. */
                memset(bare_frame(&bare->tx_ring, &taken[chosen]), 0xee, LENGTH);
                taken[chosen] = taken[--count];
            }
            if (i % 7u == 0)
                assert_int_equal(virtio_tx_reclaim(&bare->tx), count);
            bare_balance(bare, 0);
        }
    }
}

static void batch_in_order_frees_all_up_to_it(void **state)
{
    (void)state;
    for (size_t f = 0; f < bare_format_count; f++) {
        struct bare *bare = bare_make(&bare_formats[f]);
        uint8_t tag = 0;

        for (uint32_t turn = 0; turn < 2000u && bare_formats[f].in_order; turn++) {
            uint32_t count = 1u + turn % 30u;
            uint32_t first = turn % count;
            struct bare_chain chain = {0};

            bare_send(bare, count, tag);
            for (uint32_t i = 0; i < first; i++)
                chain = take(bare, (uint8_t)(tag + i));
            if (first > 0)
                bare_return(&bare->tx_ring, chain.id, 0, first);
            assert_int_equal(virtio_tx_reclaim(&bare->tx), count - first);
            bare_balance(bare, 0);
            for (uint32_t i = first; i < count; i++)
                chain = take(bare, (uint8_t)(tag + i));
            tag = (uint8_t)(tag + count);
            bare_return(&bare->tx_ring, chain.id, 0, count - first);
            assert_int_equal(virtio_tx_reclaim(&bare->tx), 0);
            bare_balance(bare, 0);
        }
    }
}

static void batch_that_counts_too_many_breaks_the_queue(void **state)
{
    (void)state;
    for (size_t f = 0; f < bare_format_count; f++) {
        struct bare *bare = bare_make(&bare_formats[f]);

        if (!bare_formats[f].in_order)
            continue;
        bare_send(bare, 5, 0);
        bare_return(&bare->tx_ring, 5, 0, 5); /* the sixth */
        assert_int_equal(virtio_tx_reclaim(&bare->tx), -EIO);
        bare_balance(bare, 0);
        bare = bare_make(&bare_formats[f]);
        bare_send(bare, 5, 0);
        bare_return(&bare->tx_ring, 4, 0, bare_formats[f].packed ? 5 : 6);
        assert_int_equal(virtio_tx_reclaim(&bare->tx), bare_formats[f].packed ? 0 : -EIO);
        bare_balance(bare, 0);
        bare = bare_make(&bare_formats[f]);
        bare_send(bare, 5, 0);
        bare_return(&bare->tx_ring, 4, 0, bare_formats[f].packed ? 5 : 3); /* the fifth of three */
        assert_int_equal(virtio_tx_reclaim(&bare->tx), bare_formats[f].packed ? 0 : -EIO);
        bare_balance(bare, 0);
    }
}

static void id_that_was_not_lent_breaks_the_queue(void **state)
{
    static const uint32_t ids[] = {3, 62, 63, 64, 65, 127, 128, 4096, 65535, UINT32_MAX};

    (void)state;
    for (size_t f = 0; f < bare_format_count; f++) {
        for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
            struct bare *bare = bare_make(&bare_formats[f]);
            uint32_t id = bare_formats[f].pairs ? 2u * ids[i] : ids[i];
            struct ir_pkt pkt;

            bare_send(bare, 3, 0);
            bare_return(&bare->tx_ring, id, 0, 1);
            assert_int_equal(virtio_tx_reclaim(&bare->tx), -EIO);
            assert_int_equal(virtio_tx_reclaim(&bare->tx), -EIO);
            assert_int_equal(ir_pkt_alloc(&bare->pool, LENGTH, &pkt), 0);
            assert_int_equal(virtio_tx_burst(&bare->tx, &pkt, 1), -EIO);
            bare_balance(bare, 1);
        }
    }
}

static void index_that_goes_back_breaks_the_queue(void **state)
{
    (void)state;
    for (size_t f = 0; f < bare_format_count; f++) {
        struct bare *bare = bare_make(&bare_formats[f]);

        if (bare_formats[f].packed)
            continue;
        bare_send(bare, 3, 0);
        bare->tx_ring.device = 0xffff0000u;
        assert_int_equal(virtio_tx_reclaim(&bare->tx), -EIO);
        bare_balance(bare, 0);
    }
}

static void ring_that_is_full_is_reclaimed_by_a_burst(void **state)
{
    (void)state;
    for (size_t f = 0; f < bare_format_count; f++) {
        struct bare *bare = bare_make(&bare_formats[f]);
        struct bare_chain chain = {0};
        struct ir_pkt pkt;

        bare_send(bare, BARE_SLOTS, 0);
        assert_int_equal(ir_pkt_alloc(&bare->pool, LENGTH, &pkt), 0);
        assert_int_equal(virtio_tx_burst(&bare->tx, &pkt, 1), 0);
        bare_balance(bare, 1);
        for (uint32_t i = 0; i < 10u; i++) {
            chain = take(bare, (uint8_t)i);
            bare_return(&bare->tx_ring, chain.id, 0, 1);
        }
        assert_int_equal(virtio_tx_burst(&bare->tx, &pkt, 1), 1);
        assert_int_equal(virtio_tx_reclaim(&bare->tx), BARE_SLOTS - 9u);
        bare_balance(bare, 0);
    }
}

static void longest_frame_is_the_queues(void **state)
{
    struct bare *bare = bare_make(&bare_formats[0]);
    struct ir_pkt pkt;

    (void)state;
    bare->tx.frame_max = 100;
    assert_int_equal(ir_pkt_alloc(&bare->pool, 101, &pkt), 0);
    assert_int_equal(virtio_tx_burst(&bare->tx, &pkt, 1), -EMSGSIZE);
    assert_int_equal(ir_pkt_free(&bare->pool, pkt), 0);
    assert_int_equal(ir_pkt_alloc(&bare->pool, 100, &pkt), 0);
    assert_int_equal(virtio_tx_burst(&bare->tx, &pkt, 1), 1);
    assert_int_equal(virtio_tx_burst(&bare->tx, &pkt, 1), -ESTALE);
    bare_balance(bare, 0);
}

static void shortest_frame_is_a_header(void **state)
{
    struct bare *bare = bare_make(&bare_formats[0]);
    struct ir_pkt pkt;

    (void)state;
    assert_int_equal(ir_pkt_alloc(&bare->pool, IR_FRAME_MIN - 1u, &pkt), -EMSGSIZE);
    bare_balance(bare, 0);
    assert_int_equal(ir_pkt_alloc(&bare->pool, IR_FRAME_MIN, &pkt), 0);
    assert_int_equal(virtio_tx_burst(&bare->tx, &pkt, 1), 1);
    bare_balance(bare, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packets_are_sent_through_many_laps),
        cmocka_unit_test(header_is_emptied),
        cmocka_unit_test(any_order_of_completions_frees_the_right_buffers),
        cmocka_unit_test(batch_in_order_frees_all_up_to_it),
        cmocka_unit_test(batch_that_counts_too_many_breaks_the_queue),
        cmocka_unit_test(id_that_was_not_lent_breaks_the_queue),
        cmocka_unit_test(index_that_goes_back_breaks_the_queue),
        cmocka_unit_test(ring_that_is_full_is_reclaimed_by_a_burst),
        cmocka_unit_test(longest_frame_is_the_queues),
        cmocka_unit_test(shortest_frame_is_a_header),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
