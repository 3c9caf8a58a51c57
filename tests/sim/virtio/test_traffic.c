/* SPDX-License-Identifier: MIT
 *
 * Frames in and out, on each transport and each format of rings.
 */
#include "rig.h"

#include <string.h>

/* What makes a card and its driver. */
struct variant {
    const char *arguments;
    uint64_t features;
};

#define MODERN (SOFT_F_VERSION_1 | SOFT_F_ACCESS_PLATFORM)

static const struct variant variants[] = {
    {"", MODERN},
    {"", MODERN | SOFT_F_MRG_RXBUF},
    {"", MODERN | SOFT_F_EVENT_IDX},
    {"in_order=on", MODERN | SOFT_F_IN_ORDER},
    {"packed=on", MODERN | SOFT_F_RING_PACKED},
    {"packed=on", MODERN | SOFT_F_RING_PACKED | SOFT_F_MRG_RXBUF | SOFT_F_EVENT_IDX},
    {"packed=on,in_order=on", MODERN | SOFT_F_RING_PACKED | SOFT_F_IN_ORDER},
    {"transport=legacy", SOFT_F_ANY_LAYOUT},
    {"transport=legacy", SOFT_F_ANY_LAYOUT | SOFT_F_MRG_RXBUF | SOFT_F_EVENT_IDX},
    {"transport=transitional", MODERN},
    {"poll=on", MODERN},
    {"packed=on,poll=on", MODERN | SOFT_F_RING_PACKED},
};

#define VARIANTS (sizeof(variants) / sizeof(variants[0]))

static void open_variant(struct rig *rig, const struct variant *variant)
{
    rig_open(rig, variant->arguments);
    rig_start(rig, variant->features);
    assert_int_equal(rig->features, variant->features);
}

/* The buffer of queue 0 holds the frame, and the header says that it is all there is. */
static void check_received(const struct rig *rig, uint16_t slot, uint32_t length, uint8_t number)
{
    const uint8_t *bytes = rig_buffer(rig, 0, slot);
    uint8_t frame[RIG_BUFFER];

    rig_fill_frame(frame, length, number);
    for (uint32_t i = 0; i < SOFT_NET_BUFFERS; i++)
        assert_int_equal(bytes[i], 0);
    if (rig->header > SOFT_NET_BUFFERS) {
        assert_int_equal(bytes[SOFT_NET_BUFFERS], 1);
        assert_int_equal(bytes[SOFT_NET_BUFFERS + 1u], 0);
    }
    assert_memory_equal(bytes + rig->header, frame, length);
}

static void frames_are_received_in_order_through_many_turns_of_the_ring(void **state)
{
    (void)state;
    for (size_t v = 0; v < VARIANTS; v++) {
        struct rig rig;
        uint8_t number = 0;

        open_variant(&rig, &variants[v]);
        rig_stock(&rig, RIG_SIZE);
        for (uint32_t turn = 0; turn < 40u; turn++) {
            for (uint32_t i = 0; i < 7u; i++)
                rig_put(&rig, 60u + i, (uint8_t)(number + i));
            assert_int_equal(rig_step(&rig), 7);
            for (uint32_t i = 0; i < 7u; i++) {
                uint32_t id;
                uint32_t length;

                assert_true(rig_collect(&rig, 0, &id, &length));
                assert_int_equal(length, rig.header + 60u + i);
                check_received(&rig, (uint16_t)id, 60u + i, number);
                number = (uint8_t)(number + 1u);
            }
            rig_stock(&rig, 7);
        }
        assert_int_equal(rig_violations(&rig), 0);
        rig_close(&rig);
    }
}

static void frames_are_sent_in_order_through_many_turns_of_the_ring(void **state)
{
    (void)state;
    for (size_t v = 0; v < VARIANTS; v++) {
        bool batches = (variants[v].features & SOFT_F_IN_ORDER) != 0;
        struct rig rig;
        uint8_t number = 0;

        open_variant(&rig, &variants[v]);
        for (uint32_t turn = 0; turn < 40u; turn++) {
            uint32_t count = batches ? 1u : 7u; /* in_order_is_returned_as_one: others */
            uint32_t id;
            uint32_t length;

            for (uint32_t i = 0; i < count; i++)
                (void)rig_send(&rig, 1, 60u + i, (uint8_t)(number + i));
            rig_notify(&rig, 1);
            assert_int_equal(rig_step(&rig), count);
            for (uint32_t i = 0; i < count; i++) {
                uint8_t expected[RIG_BUFFER];
                uint8_t taken[RIG_BUFFER];

                rig_fill_frame(expected, 60u + i, number);
                assert_int_equal(ir_sim_take(&rig.dev, taken, sizeof(taken)), 60u + i);
                assert_memory_equal(taken, expected, 60u + i);
                assert_true(rig_collect(&rig, 1, &id, &length));
                number = (uint8_t)(number + 1u);
            }
            assert_false(rig_collect(&rig, 1, &id, &length));
        }
        assert_int_equal(rig_violations(&rig), 0);
        rig_close(&rig);
    }
}

static void a_frame_is_sent_from_several_descriptors(void **state)
{
    (void)state;
    for (size_t v = 0; v < VARIANTS; v++) {
        struct rig rig;
        uint8_t frame[100];
        uint8_t taken[RIG_BUFFER];
        uint32_t id;
        uint32_t length;
        struct rig_part parts[3];

        open_variant(&rig, &variants[v]);
        for (uint32_t turn = 0; turn < 50u; turn++) {
            rig_fill_frame(frame, sizeof(frame), (uint8_t)turn);
            memset(rig_buffer(&rig, 1, 0), 0, rig.header);
            memcpy(rig_buffer(&rig, 1, 1), frame, 33);
            memcpy(rig_buffer(&rig, 1, 2), frame + 33, 67);
            parts[0] = (struct rig_part){rig_address(1, 0), rig.header, false};
            parts[1] = (struct rig_part){rig_address(1, 1), 33, false};
            parts[2] = (struct rig_part){rig_address(1, 2), 67, false};
            (void)rig_offer(&rig, 1, parts, 3);
            rig_notify(&rig, 1);
            assert_int_equal(rig_step(&rig), 1);
            assert_int_equal(ir_sim_take(&rig.dev, taken, sizeof(taken)), 100);
            assert_memory_equal(taken, frame, 100);
            assert_true(rig_collect(&rig, 1, &id, &length));
        }
        assert_int_equal(rig_violations(&rig), 0);
        rig_close(&rig);
    }
}

static void in_order_is_returned_as_one(void **state)
{
    (void)state;
    for (uint32_t packed = 0; packed < 2u; packed++) {
        struct rig rig;
        uint32_t id;
        uint32_t length;
        uint16_t last = 0;

        rig_open(&rig, packed != 0 ? "in_order=on,packed=on" : "in_order=on");
        rig_start(&rig, MODERN | SOFT_F_IN_ORDER | SOFT_F_RING_PACKED);
        for (uint8_t i = 0; i < 5u; i++)
            last = rig_send(&rig, 1, 60, i);
        rig_notify(&rig, 1);
        assert_int_equal(rig_step(&rig), 5);
        assert_true(rig_collect(&rig, 1, &id, &length));
        assert_int_equal(id, last);
        if (packed == 0) { /* the index tells of all, and the next entry is five further */
            uint16_t index;

            memcpy(&index, rig.queue[1].device + 2, sizeof(index));
            assert_int_equal(index, 5);
        }
        assert_int_equal(rig_violations(&rig), 0);
        rig_close(&rig);
    }
}

static void a_long_frame_is_merged_from_several_buffers(void **state)
{
    static const char *const arguments[] = {"mtu=9000", "mtu=9000,packed=on",
                                            "mtu=9000,shuffle=on"};

    (void)state;
    for (size_t a = 0; a < 3u; a++) {
        struct rig rig;
        uint8_t frame[5000];
        uint32_t offset = 0;

        rig_open(&rig, arguments[a]);
        rig_start(&rig, RIG_FEATURES);
        rig_stock(&rig, 2);
        rig_put(&rig, sizeof(frame), 3);
        assert_int_equal(rig_step(&rig), 0); /* three are needed, or the frame is dropped */
        rig_stock(&rig, 10);
        rig_put(&rig, sizeof(frame), 3);
        assert_int_equal(rig_step(&rig), 1);
        rig_fill_frame(frame, sizeof(frame), 3);
        for (uint32_t i = 0; i < 3u; i++) {
            uint32_t start = i == 0 ? rig.header : 0;
            uint32_t id = 0;
            uint32_t length = 0;

            assert_true(rig_collect(&rig, 0, &id, &length));
            if (i == 0)
                assert_int_equal(rig_buffer(&rig, 0, (uint16_t)id)[SOFT_NET_BUFFERS], 3);
            assert_memory_equal(rig_buffer(&rig, 0, (uint16_t)id) + start, frame + offset,
                                length - start);
            offset += length - start;
        }
        assert_int_equal(offset, sizeof(frame));
        assert_int_equal(rig_violations(&rig), 0);
        rig_close(&rig);
    }
}

static void a_frame_that_no_buffers_can_hold_is_dropped(void **state)
{
    struct rig rig;
    uint32_t id;
    uint32_t length;

    (void)state;
    rig_open(&rig, "mtu=9000");
    rig_start(&rig, MODERN);
    rig_stock(&rig, 10);
    rig_put(&rig, 5000, 1);
    rig_put(&rig, 60, 2);
    assert_int_equal(rig_step(&rig), 1);
    assert_true(rig_collect(&rig, 0, &id, &length));
    check_received(&rig, (uint16_t)id, 60, 2);
    rig_close(&rig);
}

static void buffers_are_used_out_of_order_when_that_is_asked_for(void **state)
{
    static const char *const arguments[] = {"shuffle=on", "shuffle=on,packed=on"};

    (void)state;
    for (size_t a = 0; a < 2u; a++) {
        struct rig rig;
        uint32_t out_of_order = 0;
        uint32_t id = 0;
        uint32_t length;

        rig_open(&rig, arguments[a]);
        rig_start(&rig, RIG_FEATURES);
        rig_stock(&rig, RIG_SIZE);
        for (uint8_t i = 0; i < 32u; i++) {
            rig_put(&rig, 60, i);
            (void)rig_send(&rig, 1, 60, i);
        }
        rig_notify(&rig, 1);
        assert_int_equal(rig_step(&rig), 64);
        for (uint8_t i = 0; i < 32u; i++) {
            assert_true(rig_collect(&rig, 0, &id, &length));
            check_received(&rig, (uint16_t)id, 60, i); /* frames are in order nevertheless */
            if (id != i)
                out_of_order++;
            assert_true(rig_collect(&rig, 1, &id, &length));
            if (id != i)
                out_of_order++;
        }
        assert_true(out_of_order > 16u);
        assert_int_equal(rig_violations(&rig), 0);
        rig_close(&rig);
    }
}

static void nothing_moves_before_a_notification(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "");
    rig_start(&rig, MODERN);
    (void)rig_send(&rig, 1, 60, 1);
    (void)rig_lend(&rig, 0);
    rig_put(&rig, 60, 1);
    assert_int_equal(rig_step(&rig), 0); /* the frame is dropped */
    rig_notify(&rig, 0);
    rig_notify(&rig, 1);
    rig_put(&rig, 60, 2);
    assert_int_equal(rig_step(&rig), 2);
    /* Nor when the card has gone to sleep again. */
    assert_int_equal(rig_step(&rig), 0);
    (void)rig_send(&rig, 1, 60, 1);
    assert_int_equal(rig_step(&rig), 0);
    rig_notify(&rig, 1);
    assert_int_equal(rig_step(&rig), 1);
    rig_close(&rig);
}

static void nothing_moves_without_bus_mastering(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "");
    rig_start(&rig, MODERN);
    assert_int_equal(rig.transport->ops->config_write(rig.transport, 4, 2, 3), 0);
    (void)rig_send(&rig, 1, 60, 1);
    rig_notify(&rig, 1);
    assert_int_equal(rig_step(&rig), 0);
    assert_int_equal(rig.transport->ops->config_write(rig.transport, 4, 2, 7), 0);
    assert_int_equal(rig_step(&rig), 1);
    rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_are_received_in_order_through_many_turns_of_the_ring),
        cmocka_unit_test(frames_are_sent_in_order_through_many_turns_of_the_ring),
        cmocka_unit_test(a_frame_is_sent_from_several_descriptors),
        cmocka_unit_test(in_order_is_returned_as_one),
        cmocka_unit_test(a_long_frame_is_merged_from_several_buffers),
        cmocka_unit_test(a_frame_that_no_buffers_can_hold_is_dropped),
        cmocka_unit_test(buffers_are_used_out_of_order_when_that_is_asked_for),
        cmocka_unit_test(nothing_moves_before_a_notification),
        cmocka_unit_test(nothing_moves_without_bus_mastering),
    };

    return RIG_MAIN(tests);
}
