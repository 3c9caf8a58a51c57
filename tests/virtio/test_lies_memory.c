/* SPDX-License-Identifier: MIT
 *
 * A card that lies by what it writes to buffers and rings, one way at a time.
 */
#include "lies.h"

static bool mergeable(const struct card *card)
{
    return virtio_has(rig_driver(card)->features, VIRTIO_NET_F_MRG_RXBUF) != 0;
}

/* Without MRG_RXBUF nobody asks. */
static void frame_in_no_buffer_breaks_the_queue(void **state)
{
    (void)state;
    for (size_t f = 0; f < lies_format_count; f++) {
        struct card *card = rig_start(lies_formats[f]);

        rig_lie(card, SIM_VIRTIO_LIE_BUFFERS_ZERO, 1, 2);
        lies_put(card, 0, 4);
        lies_next_is(card, 0);
        lies_next_is(card, 1);
        if (mergeable(card)) {
            lies_broken_until_reset(card);
        } else {
            lies_next_is(card, 2);
            lies_next_is(card, 3);
        }
        rig_close(card);
    }
}

static uint64_t oversize(const struct card *card)
{
    struct ir_rxq_drops drops;

    ir_rxq_drops(card->rx, &drops);
    assert_int_equal(drops.errors, 0);
    return drops.oversize;
}

/* The frame is dropped with as many buffers as it is said to have, or they are more than a ring has. */
static void frame_in_too_many_buffers_is_dropped_or_breaks_the_queue(void **state)
{
    uint64_t dropped = 0;
    uint32_t broken = 0;

    (void)state;
    for (size_t f = 0; f < lies_format_count; f++) {
        struct card *card = rig_start(lies_formats[f]);

        for (uint32_t i = 0; i < 20u && mergeable(card); i++) {
            uint64_t before = oversize(card);

            rig_lie(card, SIM_VIRTIO_LIE_BUFFERS_MANY, 1, 2);
            lies_put(card, i, 6);
            lies_next_is(card, i);
            lies_next_is(card, i + 1u);
            if (lies_next(card) == -EIO) {
                broken++;
                lies_broken_until_reset(card);
                continue;
            }
            assert_int_equal(oversize(card), before + 1u);
            lies_next_is(card, i + 4u);
            lies_next_is(card, i + 5u);
            dropped++;
        }
        rig_close(card);
    }
    assert_true(dropped > 0 && broken > 0);
}

/* The driver can only believe it: with MRG_RXBUF, as far as what was in the buffer says so. */
static void frame_that_was_not_written_is_a_packet_of_old_bytes(void **state)
{
    (void)state;
    for (size_t f = 0; f < lies_format_count; f++) {
        struct card *card = rig_start(lies_formats[f]);

        for (uint32_t i = 0; i < 300u; i++) { /* each buffer has been written before */
            lies_put(card, i, 1);
            lies_next_is(card, i);
        }
        rig_lie(card, SIM_VIRTIO_LIE_RX_EMPTY, 1, 2);
        lies_put(card, 0, 4);
        lies_next_is(card, 0);
        lies_next_is(card, 1);
        assert_int_equal(lies_next(card), 1);
        lies_next_is(card, 2);
        lies_next_is(card, 3);
        assert_int_equal(lies_next(card), 0);
        rig_close(card);
    }
}

static void buffer_that_is_written_late_is_a_packet_all_the_same(void **state)
{
    (void)state;
    for (size_t f = 0; f < lies_format_count; f++) {
        struct card *card = rig_start(lies_formats[f]);

        rig_lie(card, SIM_VIRTIO_LIE_RX_LATE, 0, 0);
        for (uint32_t i = 0; i < 300u; i++) {
            int result;

            lies_put(card, i, 1);
            result = lies_next(card); /* its header may say 0 buffers by now */
            assert_true(result == 1 || result == 0 || result == -EIO);
            if (result == -EIO)
                assert_int_equal(ir_reset(card->dev), 0);
        }
        lies_reset(card);
        rig_close(card);
    }
}

/* The driver never reads back what it tells the device: but in a packed ring, where descriptors and
 * completions are the same. */
static void written_descriptors_change_no_frame(void **state)
{
    (void)state;
    for (size_t f = 0; f < lies_format_count; f++) {
        struct card *card = rig_start(lies_formats[f]);

        rig_lie(card, SIM_VIRTIO_LIE_RING_DESC, 0, 0);
        for (uint32_t i = 0; i < 500u && !lies_packed(card); i++) {
            lies_put(card, i, 1);
            lies_next_is(card, i);
        }
        for (uint32_t i = 0; i < 300u && lies_packed(card); i++) {
            lies_put(card, i, 1);
            if (lies_next(card) <= 0)
                assert_int_equal(ir_reset(card->dev), 0);
        }
        lies_reset(card);
        rig_close(card);
    }
}

static void written_available_ring_changes_no_frame(void **state)
{
    (void)state;
    for (size_t f = 0; f < lies_format_count; f++) {
        struct card *card = rig_start(lies_formats[f]);

        rig_lie(card, SIM_VIRTIO_LIE_RING_AVAIL, 0, 0);
        for (uint32_t i = 0; i < 500u; i++) {
            lies_put(card, i, 1);
            lies_next_is(card, i);
        }
        rig_be_honest(card);
        card_works(card);
        rig_close(card);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frame_in_no_buffer_breaks_the_queue),
        cmocka_unit_test(frame_in_too_many_buffers_is_dropped_or_breaks_the_queue),
        cmocka_unit_test(frame_that_was_not_written_is_a_packet_of_old_bytes),
        cmocka_unit_test(buffer_that_is_written_late_is_a_packet_all_the_same),
        cmocka_unit_test(written_descriptors_change_no_frame),
        cmocka_unit_test(written_available_ring_changes_no_frame),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
