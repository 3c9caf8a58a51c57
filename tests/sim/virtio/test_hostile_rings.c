/* SPDX-License-Identifier: MIT
 *
 * The hostile virtio card's lies about rings and buffers, each by itself.
 */
#include <stdio.h>
#include <string.h>

#include "rig.h"

#define FEATURES (RIG_FEATURES | SOFT_F_CTRL_RX)

static const char *const formats[2] = {"", "packed=on"};

/* A card of this format that lies in this way, with buffers lent. */
static void start(struct rig *rig, uint32_t packed, const char *lie)
{
    char arguments[96];

    (void)snprintf(arguments, sizeof(arguments), "%s%shostile=%s", formats[packed],
                   packed == 0 ? "" : ",", lie);
    rig_open(rig, arguments);
    rig_start(rig, FEATURES);
    rig_stock(rig, RIG_SIZE);
}

/* Receive a frame of 60 bytes; what is returned, or false. */
static bool receive(struct rig *rig, uint32_t *id, uint32_t *length)
{
    rig_put(rig, 60, 1);
    (void)rig_step(rig);
    return rig_collect(rig, 0, id, length);
}

/* The id that is returned for chain 0, and the queue is silent from then on. */
static uint32_t returned_id(uint32_t packed, const char *lie)
{
    struct rig rig;
    uint32_t id = 0;
    uint32_t length = 0;

    start(&rig, packed, lie);
    assert_true(receive(&rig, &id, &length));
    rig_put(&rig, 60, 1);
    assert_int_equal(rig_step(&rig), 0);
    assert_int_equal(rig_violations(&rig), 0);
    rig_close(&rig);
    return id;
}

static void ids_are_beyond_the_ring_or_not_those_of_the_card(void **state)
{
    (void)state;
    for (uint32_t packed = 0; packed < 2u; packed++) {
        assert_true(returned_id(packed, "used.huge") >= RIG_SIZE);
        assert_int_not_equal(returned_id(packed, "used.foreign"), 0);
        (void)returned_id(packed, "used.random");
    }
}

static void an_id_is_returned_twice(void **state)
{
    (void)state;
    for (uint32_t packed = 0; packed < 2u; packed++) {
        struct rig rig;
        uint32_t id = 9;
        uint32_t length = 0;

        start(&rig, packed, "used.twice");
        assert_true(receive(&rig, &id, &length));
        assert_int_equal(id, 0);
        assert_true(rig_collect(&rig, 0, &id, &length));
        assert_int_equal(id, 0);
        rig_close(&rig);
    }
}

static void what_was_returned_changes(void **state)
{
    (void)state;
    for (uint32_t packed = 0; packed < 2u; packed++) {
        struct rig rig;
        uint32_t changes = 0;
        uint8_t before[8];
        uint8_t *entry;

        start(&rig, packed, "used.flip");
        rig_put(&rig, 60, 1);
        (void)rig_step(&rig);
        entry = packed == 0 ? rig.queue[0].device + 4 : rig.queue[0].desc + 8;
        for (uint32_t i = 0; i < 50u; i++) {
            memcpy(before, entry, sizeof(before));
            (void)rig_step(&rig);
            changes += memcmp(before, entry, sizeof(before)) != 0;
        }
        assert_true(changes > 20u);
        /* Until the driver writes there, or lies are turned off. */
        sim_virtio_turn_off(rig.card);
        memcpy(before, entry, sizeof(before));
        (void)rig_step(&rig);
        assert_memory_equal(before, entry, sizeof(before));
        rig_close(&rig);
    }
}

static void the_index_goes_ahead_or_back(void **state)
{
    uint16_t index;
    struct rig rig;
    uint32_t id = 0;
    uint32_t length = 0;

    (void)state;
    start(&rig, 0, "index.ahead");
    rig_put(&rig, 60, 1);
    (void)rig_step(&rig);
    memcpy(&index, rig.queue[0].device + 2, sizeof(index));
    assert_true(index > 1u && index < 0x8000u);
    rig_close(&rig);

    start(&rig, 0, "index.back");
    rig_put(&rig, 60, 1);
    (void)rig_step(&rig);
    memcpy(&index, rig.queue[0].device + 2, sizeof(index));
    assert_true(index == 0 || index > 0x8000u);
    rig_close(&rig);

    start(&rig, 1, "index.ahead");
    assert_true(receive(&rig, &id, &length));
    assert_true(rig_collect(&rig, 0, &id, &length)); /* the next one looks used as well */
    rig_close(&rig);

    start(&rig, 1, "index.back");
    assert_false(receive(&rig, &id, &length)); /* used no more */
    rig_close(&rig);
}

/* The length that is reported for a frame of 60 bytes with its header. */
static uint32_t reported_length(uint32_t packed, const char *lie)
{
    struct rig rig;
    uint32_t id = 9;
    uint32_t length = 0;

    start(&rig, packed, lie);
    assert_true(receive(&rig, &id, &length));
    assert_int_equal(id, 0);
    rig_close(&rig);
    return length;
}

static void lengths_are_not_those_of_the_frame(void **state)
{
    (void)state;
    for (uint32_t packed = 0; packed < 2u; packed++) {
        uint32_t empty = reported_length(packed, "rx.empty:1");

        assert_int_equal(reported_length(packed, "len.zero"), 0);
        assert_in_range(reported_length(packed, "len.short"), 1, SOFT_NET_HEADER - 1u);
        assert_true(reported_length(packed, "len.long") > RIG_BUFFER);
        assert_int_equal(reported_length(packed, "len.max"), UINT32_MAX);
        assert_in_range(empty, SOFT_NET_HEADER + 60u, RIG_BUFFER);
    }
}

static uint32_t buffers(const char *lie)
{
    struct rig rig;
    uint32_t id = 0;
    uint32_t length;
    uint32_t count;

    start(&rig, 0, lie);
    assert_true(receive(&rig, &id, &length));
    count = rig_buffer(&rig, 0, 0)[SOFT_NET_BUFFERS] +
            256u * rig_buffer(&rig, 0, 0)[SOFT_NET_BUFFERS + 1u];
    rig_close(&rig);
    return count;
}

static void a_packet_lies_in_no_buffer_or_in_more_than_it_does(void **state)
{
    (void)state;
    assert_int_equal(buffers("buffers.zero"), 0);
    assert_true(buffers("buffers.many") > 1u);
}

static void the_header_asks_for_anything(void **state)
{
    static const uint8_t none[SOFT_NET_BUFFERS] = {0};
    struct rig rig;
    uint32_t id = 0;
    uint32_t length;

    (void)state;
    start(&rig, 0, "header");
    assert_true(receive(&rig, &id, &length));
    assert_memory_not_equal(rig_buffer(&rig, 0, 0), none, sizeof(none));
    assert_int_equal(rig_buffer(&rig, 0, 0)[SOFT_NET_BUFFERS], 1);
    rig_close(&rig);
}

static void a_buffer_is_written_after_it_was_returned(void **state)
{
    struct rig rig;
    uint32_t id = 0;
    uint32_t length;
    uint8_t before[RIG_BUFFER];

    (void)state;
    start(&rig, 0, "rx.late");
    assert_true(receive(&rig, &id, &length));
    memcpy(before, rig_buffer(&rig, 0, 0), sizeof(before));
    for (uint32_t i = 0; i < 50u; i++)
        (void)rig_step(&rig);
    assert_memory_not_equal(before, rig_buffer(&rig, 0, 0), sizeof(before));
    rig_close(&rig);
}

static void rings_are_written_to_but_put_right_before_the_card_reads_them(void **state)
{
    static const char *const lies[] = {"ring.desc", "ring.avail"};

    (void)state;
    for (size_t i = 0; i < 2u; i++) {
        struct rig rig;
        uint32_t changes = 0;
        uint8_t *area;
        uint8_t before[SOFT_DESC_BYTES * RIG_SIZE];
        size_t bytes;

        start(&rig, 0, lies[i]);
        area = i == 0 ? rig.queue[0].desc : rig.queue[0].driver;
        bytes = i == 0 ? sizeof(before) : 4u + 2u * RIG_SIZE;
        memcpy(before, area, bytes);
        for (uint32_t step = 0; step < RIG_SIZE; step++) {
            uint32_t id = 0;
            uint32_t length;

            assert_true(receive(&rig, &id, &length));
            assert_int_equal(id, step);
            changes += memcmp(before, area, bytes) != 0;
        }
        assert_true(changes > RIG_SIZE / 2u);
        sim_virtio_turn_off(rig.card);
        assert_memory_equal(before, area, bytes);
        assert_int_equal(rig_violations(&rig), 0);
        rig_close(&rig);
    }
}

static void a_packed_ring_that_is_written_to_is_silent(void **state)
{
    struct rig rig;
    uint32_t id = 0;
    uint32_t length;

    (void)state;
    start(&rig, 1, "ring.desc");
    assert_true(receive(&rig, &id, &length));
    rig_put(&rig, 60, 1);
    assert_int_equal(rig_step(&rig), 0);
    rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_are_beyond_the_ring_or_not_those_of_the_card),
        cmocka_unit_test(an_id_is_returned_twice),
        cmocka_unit_test(what_was_returned_changes),
        cmocka_unit_test(the_index_goes_ahead_or_back),
        cmocka_unit_test(lengths_are_not_those_of_the_frame),
        cmocka_unit_test(a_packet_lies_in_no_buffer_or_in_more_than_it_does),
        cmocka_unit_test(the_header_asks_for_anything),
        cmocka_unit_test(a_buffer_is_written_after_it_was_returned),
        cmocka_unit_test(rings_are_written_to_but_put_right_before_the_card_reads_them),
        cmocka_unit_test(a_packed_ring_that_is_written_to_is_silent),
    };

    return RIG_MAIN(tests);
}
