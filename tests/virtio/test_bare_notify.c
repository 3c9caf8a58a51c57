/* SPDX-License-Identifier: MIT
 *
 * When the device is notified: as its flags or its event index say, whatever they are.
 */
#include "bare.h"

#include <string.h>

/* The rule of the specification, for indices that wrap at 16 bits (2.7.7.2). */
static bool wanted(uint32_t event, uint32_t after, uint32_t before)
{
    return (uint16_t)(after - event - 1u) < (uint16_t)(after - before);
}

static void event_index_is_obeyed_for_each_value(void **state)
{
    static const uint32_t indices[] = {0, 1, 63, 64, 65, 32767, 32768, 65472, 65534, 65535};
    static const uint32_t counts[] = {1, 2, 31, 32, 63};
    struct bare *bare = bare_make(&(struct bare_format){.event_idx = true});
    struct virtio_queue *queue = &bare->tx.queue;

    (void)state;
    for (size_t i = 0; i < sizeof(indices) / sizeof(indices[0]); i++) {
        for (size_t c = 0; c < sizeof(counts) / sizeof(counts[0]); c++) {
            queue->posted = (uint16_t)indices[i];
            for (uint32_t event = 0; event < 65536u; event++) {
                bare->tx_ring.event = (ir_device16)event;
                assert_int_equal(virtio_split_wakes(queue, counts[c]),
                                 wanted(event, indices[i], indices[i] - counts[c]));
            }
        }
    }
}

static void flag_of_the_used_ring_is_obeyed_without_event_index(void **state)
{
    struct bare *bare = bare_make(&(struct bare_format){0});

    (void)state;
    bare->notified = 0;
    bare->tx_ring.event = 1000; /* means nothing */
    bare_send(bare, 1, 0);
    assert_int_equal(bare->notified, 1);
    bare->tx_ring.device = 1;
    bare_send(bare, 1, 0);
    assert_int_equal(bare->notified, 1);
    bare->tx_ring.device = 0xfffe; /* flags that are reserved */
    bare_send(bare, 2, 0);
    assert_int_equal(bare->notified, 2);
    assert_int_equal(bare->tx_ring.driver % 65536u, 1); /* no interrupts */
}

static void flag_means_nothing_with_event_index(void **state)
{
    struct bare *bare = bare_make(&(struct bare_format){.event_idx = true});

    (void)state;
    bare->notified = 0;
    bare->tx_ring.device = 1;
    bare->tx_ring.event = 0;
    bare_send(bare, 1, 0); /* the buffer with index 0 */
    assert_int_equal(bare->notified, 1);
    bare_send(bare, 3, 0);
    assert_int_equal(bare->notified, 1);
    bare->tx_ring.event = 6;
    bare_send(bare, 2, 0); /* those with 4 and 5 */
    assert_int_equal(bare->notified, 1);
    bare_send(bare, 1, 0);
    assert_int_equal(bare->notified, 2);
    assert_int_equal(bare->tx_ring.driver % 65536u, 0);
}

/* Among the descriptors just given, each with its turn's wrap counter, is the one that is asked for. */
static bool among(const struct virtio_queue *queue, uint32_t count, uint32_t at, bool turn)
{
    uint32_t place = (uint32_t)queue->ring.window.tail;
    bool now = queue->posted_turn != 0;

    for (uint32_t i = 0; i < count; i++) {
        if (place == 0) {
            place = BARE_RING;
            now = !now;
        }
        place--;
        if (place == at && now == turn)
            return true;
    }
    return false;
}

static void descriptor_of_a_packed_ring_is_obeyed_for_each_place(void **state)
{
    static const uint32_t counts[] = {1, 2, 31, 63};
    struct bare *bare = bare_make(&(struct bare_format){.packed = true, .event_idx = true});
    struct virtio_queue *queue = &bare->tx.queue;

    (void)state;
    for (uint32_t wrap = 0; wrap < 2u; wrap++) {
        queue->posted_turn = wrap != 0;
        for (uint32_t tail = 0; tail < BARE_RING; tail++) {
            queue->ring.window.tail = tail;
            for (size_t c = 0; c < sizeof(counts) / sizeof(counts[0]); c++) {
                for (uint32_t event = 0; event < 2u * BARE_RING; event++) {
                    uint32_t at = event % BARE_RING;
                    uint32_t turn = event / BARE_RING;

                    bare->tx_ring.device = VIRTQ_EVENT_F_DESC * 65536u + turn * 32768u + at;
                    assert_int_equal(virtio_packed_wakes(queue, counts[c]),
                                     among(queue, counts[c], at, turn != 0));
                }
            }
        }
    }
}

static void flags_of_a_packed_ring_are_obeyed(void **state)
{
    struct bare *bare = bare_make(&(struct bare_format){.packed = true});

    (void)state;
    bare->notified = 0;
    bare->tx_ring.device = VIRTQ_EVENT_F_ENABLE * 65536u + 12345u;
    bare_send(bare, 1, 0);
    assert_int_equal(bare->notified, 1);
    bare->tx_ring.device = VIRTQ_EVENT_F_DISABLE * 65536u;
    bare_send(bare, 1, 0);
    assert_int_equal(bare->notified, 1);
    bare->tx_ring.device = 3u * 65536u; /* reserved: the driver may as well be silent */
    bare_send(bare, 1, 0);
    assert_int_equal(bare->notified, 1);
    bare->tx_ring.device = VIRTQ_EVENT_F_DESC * 65536u + 32767u; /* no such descriptor */
    bare_send(bare, 1, 0);
    assert_int_equal(bare->notified, 2);
}

/* A device that sleeps until it is notified never sleeps for ever, through many laps. */
static void no_packet_is_overslept(void **state)
{
    (void)state;
    for (size_t f = 0; f < bare_format_count; f++) {
        struct bare *bare = bare_make(&bare_formats[f]);
        struct bare_ring *ring = &bare->tx_ring;

        for (uint32_t turn = 0; turn < 70000u; turn++) {
            uint32_t count = 1u + turn % 5u;
            struct bare_chain chain;

            if (bare_formats[f].packed && bare_formats[f].event_idx)
                ring->device =
                    VIRTQ_EVENT_F_DESC * 65536u + (ring->next_wrap ? 32768u : 0u) + ring->next;
            ring->event = (ir_device16)(ring->next % 65536u);
            bare->notified = 0;
            bare_send(bare, count, 0);
            assert_int_equal(bare->notified, 1);
            for (uint32_t i = 0; i < count; i++) {
                assert_true(bare_take(ring, &chain));
                bare_return(ring, chain.id, 0, 1);
            }
            assert_false(bare_take(ring, &chain));
            assert_int_equal(virtio_tx_reclaim(&bare->tx), 0);
        }
    }
}

/* Set-up gives no such place; if it did, no other register would be written, and the application hears of
 * it. */
static void notification_outside_of_the_window_breaks_the_queue(void **state)
{
    (void)state;
    for (size_t f = 0; f < bare_format_count; f++) {
        struct bare *bare = bare_make(&bare_formats[f]);
        struct ir_pkt pkt;

        bare->notified = 0;
        bare->tx.queue.notify_offset = bare->regs.size;
        bare->tx_ring.event = 0; /* split: the first buffer wakes it; packed: each does */
        assert_int_equal(ir_pkt_alloc(&bare->pool, 60, &pkt), 0);
        assert_int_equal(virtio_tx_burst(&bare->tx, &pkt, 1), 1);
        assert_int_equal(bare->notified, 0);
        assert_int_equal(virtio_tx_reclaim(&bare->tx), -EIO);
        bare_balance(bare, 0);
    }
}

static void status_outside_of_the_window_breaks_the_queue(void **state)
{
    struct bare *bare = bare_make(&bare_formats[0]);

    (void)state;
    bare->tx.queue.status_offset = bare->regs.size;
    for (uint32_t i = 0; i < VIRTIO_IDLE_MAX; i++)
        assert_int_equal(virtio_tx_reclaim(&bare->tx), 0);
    assert_int_equal(virtio_tx_reclaim(&bare->tx), -EIO);
    bare_balance(bare, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(event_index_is_obeyed_for_each_value),
        cmocka_unit_test(flag_of_the_used_ring_is_obeyed_without_event_index),
        cmocka_unit_test(flag_means_nothing_with_event_index),
        cmocka_unit_test(descriptor_of_a_packed_ring_is_obeyed_for_each_place),
        cmocka_unit_test(flags_of_a_packed_ring_are_obeyed),
        cmocka_unit_test(no_packet_is_overslept),
        cmocka_unit_test(notification_outside_of_the_window_breaks_the_queue),
        cmocka_unit_test(status_outside_of_the_window_breaks_the_queue),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
