/* SPDX-License-Identifier: MIT
 *
 * A card that lies about what it has sent, one way at a time. What is on the wire is what was sent; no buffer
 * is lost or comes back twice.
 */
#include "lies.h"

static void send_packets(struct card *card, uint32_t first, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        struct ir_pkt pkt = card_packet(card, LIES_LENGTH, first + i);

        assert_int_equal(ir_tx(card->tx, &pkt, 1), 1);
    }
    card_settle(card);
    for (uint32_t i = 0; i < count; i++)
        card_expect_sent(card, LIES_LENGTH, first + i);
}

static bool in_order(const struct card *card)
{
    return virtio_has(rig_driver(card)->features, VIRTIO_F_IN_ORDER) != 0;
}

/* The queue stays broken until a reset. */
static void broken_until_reset(struct card *card)
{
    struct ir_pkt pkt = card_packet(card, LIES_LENGTH, 1);

    assert_int_equal(ir_tx_reclaim(card->tx), -EIO);
    assert_int_equal(ir_tx(card->tx, &pkt, 1), -EIO);
    assert_int_equal(ir_pkt_free(card->pool, pkt), 0);
    card_audit(card, 0);
    lies_reset(card);
    assert_int_equal(ir_tx_reclaim(card->tx), 0);
}

/* Send three packets, the return of the last of which is a lie (all at once when they are in order). What
 * ir_tx_reclaim answers then. */
static int lie_once(struct card *card, enum sim_virtio_mode mode)
{
    int left;

    rig_lie(card, mode, 1, in_order(card) ? 0 : 2);
    send_packets(card, 0, 3);
    left = ir_tx_reclaim(card->tx);
    assert_true(left == -EIO || (left >= 0 && left <= 3));
    card_audit(card, 0);
    return left;
}

static void lie_breaks_the_queue(enum sim_virtio_mode mode)
{
    for (size_t f = 0; f < lies_format_count; f++) {
        struct card *card = rig_start(lies_formats[f]);

        for (uint32_t i = 0; i < 5u; i++) {
            assert_int_equal(lie_once(card, mode), -EIO);
            broken_until_reset(card);
        }
        rig_close(card);
    }
}

static void id_beyond_the_ring_breaks_the_queue(void **state)
{
    (void)state;
    lie_breaks_the_queue(SIM_VIRTIO_LIE_USED_HUGE);
}

/* With IN_ORDER it may be one of several that are returned together: then fewer come back. */
static void id_that_the_device_does_not_have_breaks_the_queue(void **state)
{
    (void)state;
    for (size_t f = 0; f < lies_format_count; f++) {
        struct card *card = rig_start(lies_formats[f]);

        if (in_order(card))
            (void)lie_once(card, SIM_VIRTIO_LIE_USED_FOREIGN);
        else
            assert_int_equal(lie_once(card, SIM_VIRTIO_LIE_USED_FOREIGN), -EIO);
        lies_reset(card);
        rig_close(card);
    }
}

/* In a packed ring nothing lies beyond the last packet: what is there is not looked at. */
static void id_that_comes_twice_frees_one_buffer(void **state)
{
    (void)state;
    for (size_t f = 0; f < lies_format_count; f++) {
        struct card *card = rig_start(lies_formats[f]);
        int left = lie_once(card, SIM_VIRTIO_LIE_USED_TWICE);

        assert_int_equal(left, lies_packed(card) ? 0 : -EIO);
        lies_reset(card);
        rig_close(card);
    }
}

static void any_id_breaks_the_queue_or_is_the_last(void **state)
{
    (void)state;
    for (size_t f = 0; f < lies_format_count; f++) {
        struct card *card = rig_start(lies_formats[f]);

        for (uint32_t i = 0; i < 20u; i++) {
            int left = lie_once(card, SIM_VIRTIO_LIE_USED_RANDOM);

            assert_true(left <= 1 || in_order(card));
            lies_reset(card);
        }
        rig_close(card);
    }
}

static void completion_that_changes_frees_what_was_sent_or_breaks_the_queue(void **state)
{
    (void)state;
    for (size_t f = 0; f < lies_format_count; f++) {
        struct card *card = rig_start(lies_formats[f]);

        for (uint32_t i = 0; i < 20u; i++) {
            rig_lie(card, SIM_VIRTIO_LIE_USED_FLIP, 1, 0);
            send_packets(card, 0, 3);
            for (uint32_t turn = 0; turn < 5u; turn++) {
                int left = ir_tx_reclaim(card->tx);

                assert_true(left == -EIO || (left >= 0 && left <= 3));
                card_audit(card, 0);
                card_settle(card);
            }
            lies_reset(card);
        }
        rig_close(card);
    }
}

/* With all three back there is none to be ahead with. */
static void index_ahead_breaks_the_queue(void **state)
{
    (void)state;
    for (size_t f = 0; f < lies_format_count; f++) {
        struct card *card = rig_start(lies_formats[f]);

        for (uint32_t i = 0; i < 10u; i++) {
            rig_lie(card, SIM_VIRTIO_LIE_INDEX_AHEAD, 1, 0);
            send_packets(card, 0, 3);
            assert_int_equal(ir_tx_reclaim(card->tx), lies_packed(card) ? 0 : -EIO);
            card_audit(card, 0);
            lies_reset(card);
        }
        rig_close(card);
    }
}

static void index_back_keeps_buffers_or_breaks_the_queue(void **state)
{
    (void)state;
    for (size_t f = 0; f < lies_format_count; f++) {
        struct card *card = rig_start(lies_formats[f]);

        for (uint32_t i = 0; i < 20u; i++) {
            int left;

            send_packets(card, 0, 40); /* so that there is something to go back to */
            rig_lie(card, SIM_VIRTIO_LIE_INDEX_BACK, 1, 0);
            send_packets(card, 0, 3);
            left = ir_tx_reclaim(card->tx);
            assert_true(left == -EIO || left > 0);
            card_audit(card, 0);
            lies_reset(card);
        }
        rig_close(card);
    }
}

static void writes_to_the_rings_change_no_packet(void **state)
{
    static const enum sim_virtio_mode modes[] = {SIM_VIRTIO_LIE_RING_AVAIL,
                                                 SIM_VIRTIO_LIE_RING_DESC};

    (void)state;
    for (size_t f = 0; f < lies_format_count; f++) {
        for (size_t m = 0; m < sizeof(modes) / sizeof(modes[0]); m++) {
            struct card *card = rig_start(lies_formats[f]);

            if (lies_packed(card) && modes[m] == SIM_VIRTIO_LIE_RING_DESC) {
                rig_close(card);
                continue; /* in which they may say that a packet has been sent */
            }
            rig_lie(card, modes[m], 0, 0);
            for (uint32_t i = 0; i < 500u; i++) {
                send_packets(card, i, 1);
                assert_int_equal(ir_tx_reclaim(card->tx), 0);
            }
            rig_be_honest(card);
            card_works(card);
            rig_close(card);
        }
    }
}

static void descriptors_of_a_packed_ring_may_be_written(void **state)
{
    struct card *card = rig_start("packed=on");

    (void)state;
    rig_lie(card, SIM_VIRTIO_LIE_RING_DESC, 0, 0);
    for (uint32_t i = 0; i < 500u; i++) {
        struct ir_pkt pkt = card_packet(card, LIES_LENGTH, i);
        int sent = ir_tx(card->tx, &pkt, 1);

        if (sent != 1) {
            assert_true(sent == -EIO || sent == 0);
            assert_int_equal(ir_pkt_free(card->pool, pkt), 0);
            assert_int_equal(ir_reset(card->dev), 0);
        }
        card_settle(card);
        (void)ir_tx_reclaim(card->tx);
        card_audit(card, 0);
    }
    rig_be_honest(card);
    assert_int_equal(ir_reset(card->dev), 0);
    rig_close(card);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(id_beyond_the_ring_breaks_the_queue),
        cmocka_unit_test(id_that_the_device_does_not_have_breaks_the_queue),
        cmocka_unit_test(id_that_comes_twice_frees_one_buffer),
        cmocka_unit_test(any_id_breaks_the_queue_or_is_the_last),
        cmocka_unit_test(completion_that_changes_frees_what_was_sent_or_breaks_the_queue),
        cmocka_unit_test(index_ahead_breaks_the_queue),
        cmocka_unit_test(index_back_keeps_buffers_or_breaks_the_queue),
        cmocka_unit_test(writes_to_the_rings_change_no_packet),
        cmocka_unit_test(descriptors_of_a_packed_ring_may_be_written),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
