/* SPDX-License-Identifier: MIT
 *
 * A card that lies about the buffers it returns, one way at a time: which frames come out all the same, when
 * the queue breaks, and what the driver cannot know.
 */
#include "lies.h"

/* The third of four frames is lied about: the first two are received, and the queue breaks then. */
static void lie_breaks_the_queue(enum sim_virtio_mode mode)
{
    for (size_t f = 0; f < lies_format_count; f++) {
        struct card *card = rig_start(lies_formats[f]);

        for (uint32_t i = 0; i < 5u; i++) {
            rig_lie(card, mode, 1, 2);
            lies_put(card, 10u * i, 4);
            lies_next_is(card, 10u * i);
            lies_next_is(card, 10u * i + 1u);
            lies_broken_until_reset(card);
        }
        rig_close(card);
    }
}

static void id_beyond_the_ring_breaks_the_queue(void **state)
{
    (void)state;
    lie_breaks_the_queue(SIM_VIRTIO_LIE_USED_HUGE);
}

/* Unless the driver has lent it that buffer, of which the device has not been told yet. */
static void id_that_the_device_does_not_have_is_a_breach_or_an_old_buffer(void **state)
{
    (void)state;
    for (size_t f = 0; f < lies_format_count; f++) {
        struct card *card = rig_start(lies_formats[f]);

        for (uint32_t i = 0; i < 10u; i++) {
            rig_lie(card, SIM_VIRTIO_LIE_USED_FOREIGN, 1, 2);
            lies_put(card, i, 4);
            lies_next_is(card, i);
            lies_next_is(card, i + 1u);
            if (virtio_has(rig_driver(card)->features, VIRTIO_F_IN_ORDER))
                (void)lies_next(card); /* it stands for all before it, too */
            else
                lies_next_was_not_written(card);
            lies_reset(card);
        }
        rig_close(card);
    }
}

static void id_that_comes_twice_is_one_frame_and_breaks_the_queue(void **state)
{
    (void)state;
    for (size_t f = 0; f < lies_format_count; f++) {
        struct card *card = rig_start(lies_formats[f]);

        rig_lie(card, SIM_VIRTIO_LIE_USED_TWICE, 1, 2);
        lies_put(card, 0, 4);
        lies_next_is(card, 0);
        lies_next_is(card, 1);
        lies_next_is(card, 2);
        lies_broken_until_reset(card);
        rig_close(card);
    }
}

static void any_id_with_any_length_breaks_the_queue(void **state)
{
    (void)state;
    lie_breaks_the_queue(SIM_VIRTIO_LIE_USED_RANDOM);
}

/* It is believed as it was at one moment, or not at all. */
static void completion_that_changes_is_the_frame_or_a_breach(void **state)
{
    uint32_t good = 0;
    uint32_t broken = 0;

    (void)state;
    for (size_t f = 0; f < lies_format_count; f++) {
        struct card *card = rig_start(lies_formats[f]);

        for (uint32_t i = 0; i < 30u; i++) {
            struct ir_pkt pkt;
            int result;

            rig_lie(card, SIM_VIRTIO_LIE_USED_FLIP, 1, 2);
            lies_put(card, i, 4);
            lies_next_is(card, i);
            lies_next_is(card, i + 1u);
            result = ir_rx(card->rx, &pkt, 1);
            assert_true(result == 1 || result == 0 || result == -EIO);
            if (result == 1)
                card_expect(card, pkt, LIES_LENGTH, i + 2u);
            good += result == 1;
            broken += result == -EIO;
            card_audit(card, 0);
            lies_reset(card);
        }
        rig_close(card);
    }
    assert_true(good > 0 && broken > 0);
}

/* Frames that are there are received, if the index is not out of all proportion; what is not there breaks a
 * split ring, and is a packet of old bytes in a packed one. */
static void index_ahead_gives_no_frame_twice(void **state)
{
    (void)state;
    for (size_t f = 0; f < lies_format_count; f++) {
        struct card *card = rig_start(lies_formats[f]);

        for (uint32_t i = 0; i < 10u; i++) {
            rig_lie(card, SIM_VIRTIO_LIE_INDEX_AHEAD, 1, 2);
            lies_put(card, i, 4);
            for (uint32_t frame = 0; frame < 3u; frame++) {
                struct ir_pkt pkt;
                int result = ir_rx(card->rx, &pkt, 1);

                if (result == -EIO && !lies_packed(card))
                    break;
                assert_int_equal(result, 1);
                card_expect(card, pkt, LIES_LENGTH, i + frame);
            }
            if (lies_packed(card)) {
                lies_next_was_not_written(card);
                lies_reset(card);
            } else {
                lies_broken_until_reset(card);
            }
        }
        rig_close(card);
    }
}

static void index_back_hides_frames_or_breaks_the_queue(void **state)
{
    uint32_t hidden = 0;
    uint32_t broken = 0;

    (void)state;
    for (size_t f = 0; f < lies_format_count; f++) {
        struct card *card = rig_start(lies_formats[f]);

        for (uint32_t i = 0; i < 20u; i++) {
            int result = 1;

            rig_lie(card, SIM_VIRTIO_LIE_INDEX_BACK, 1, 2);
            lies_put(card, i, 4);
            for (uint32_t frame = 0; frame < 4u && result == 1; frame++) {
                struct ir_pkt pkt;

                result = ir_rx(card->rx, &pkt, 1);
                if (result == 1)
                    card_expect(card, pkt, LIES_LENGTH, i + frame);
            }
            assert_true(result == 0 || result == -EIO);
            hidden += result == 0;
            broken += result == -EIO;
            lies_reset(card);
        }
        rig_close(card);
    }
    assert_true(hidden > 0 && broken > 0);
}

static void length_of_0_breaks_the_queue(void **state)
{
    (void)state;
    lie_breaks_the_queue(SIM_VIRTIO_LIE_LEN_ZERO);
}

/* With a header of 10 bytes, 10 and 11 are lengths of a frame that is too short. */
static void length_below_the_header_breaks_the_queue(void **state)
{
    (void)state;
    for (size_t f = 0; f < lies_format_count; f++) {
        struct card *card = rig_start(lies_formats[f]);

        for (uint32_t i = 0; i < 20u; i++) {
            int result;

            rig_lie(card, SIM_VIRTIO_LIE_LEN_SHORT, 1, 2);
            lies_put(card, i, 4);
            lies_next_is(card, i);
            lies_next_is(card, i + 1u);
            result = lies_next(card);
            if (result == -EIO) {
                lies_broken_until_reset(card);
                continue;
            }
            assert_int_equal(((struct virtio_rxq *)card->rx)->queue.header, 10);
            assert_int_equal(result, 0);
            lies_next_is(card, i + 3u);
        }
        rig_close(card);
    }
}

static void length_above_the_buffer_breaks_the_queue(void **state)
{
    (void)state;
    lie_breaks_the_queue(SIM_VIRTIO_LIE_LEN_LONG);
}

static void length_of_all_ones_breaks_the_queue(void **state)
{
    (void)state;
    lie_breaks_the_queue(SIM_VIRTIO_LIE_LEN_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(id_beyond_the_ring_breaks_the_queue),
        cmocka_unit_test(id_that_the_device_does_not_have_is_a_breach_or_an_old_buffer),
        cmocka_unit_test(id_that_comes_twice_is_one_frame_and_breaks_the_queue),
        cmocka_unit_test(any_id_with_any_length_breaks_the_queue),
        cmocka_unit_test(completion_that_changes_is_the_frame_or_a_breach),
        cmocka_unit_test(index_ahead_gives_no_frame_twice),
        cmocka_unit_test(index_back_hides_frames_or_breaks_the_queue),
        cmocka_unit_test(length_of_0_breaks_the_queue),
        cmocka_unit_test(length_below_the_header_breaks_the_queue),
        cmocka_unit_test(length_above_the_buffer_breaks_the_queue),
        cmocka_unit_test(length_of_all_ones_breaks_the_queue),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
