/* SPDX-License-Identifier: MIT
 *
 * Views and fields of packets: what is reached, and that nothing else is.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "books.h"

#define LENGTH 100u

/* A packet of LENGTH bytes that is neither in the first nor in the last buffer. */
static struct ir_pkt take(struct ir_pool *pool)
{
    struct ir_pkt pkts[10];

    for (uint32_t i = 0; i < 10; i++)
        assert_int_equal(ir_pool_take(pool, LENGTH, &pkts[i]), 0);
    for (uint32_t i = 0; i < 9; i++)
        assert_int_equal(ir_pool_return(pool, pkts[i]), 0);
    return pkts[9];
}

static uint8_t *bytes_of(const struct ir_pool *pool, struct ir_pkt pkt)
{
    return pool->data + (size_t)ir_handle_index(pkt) * BOOKS_STRIDE;
}

static void view_within_the_packet_begins_at_its_offset(void **state)
{
    struct ir_pool *pool = *state;
    struct ir_pkt pkt = take(pool);

    for (uint32_t offset = 0; offset <= LENGTH; offset++) {
        for (uint32_t length = 0; length <= LENGTH + 2; length++) {
            const uint8_t *view = ir_pkt_data(pool, pkt, offset, length);

            if (offset + length <= LENGTH)
                assert_ptr_equal(view, bytes_of(pool, pkt) + offset);
            else
                assert_null(view);
        }
    }
}

static void view_whose_end_wraps_is_refused(void **state)
{
    struct ir_pool *pool = *state;
    struct ir_pkt pkt = take(pool);

    assert_null(ir_pkt_data(pool, pkt, UINT32_MAX, 1));
    assert_null(ir_pkt_data(pool, pkt, UINT32_MAX, 2));
    assert_null(ir_pkt_data(pool, pkt, 2, UINT32_MAX));
    assert_null(ir_pkt_data(pool, pkt, 1, UINT32_MAX));
    assert_null(ir_pkt_data(pool, pkt, 0x80000000, 0x80000000));
    assert_null(ir_pkt_data(pool, pkt, UINT32_MAX, UINT32_MAX));
}

static void handle_with_a_forged_length_gives_no_view(void **state)
{
    struct ir_pool *pool = *state;
    struct ir_pkt pkt = take(pool);
    uint32_t grant = ir_handle_grant(pkt);
    uint32_t index = ir_handle_index(pkt);
    uint8_t byte = 77;

    for (uint32_t length = 0; length <= 65535; length++) {
        const uint8_t *view = ir_pkt_data(pool, ir_handle_make(grant, index, length), 0, 0);

        assert_true((view != NULL) == (length == LENGTH));
    }
    assert_null(ir_pkt_data(pool, ir_handle_make(grant, index, 65535), 4000, 1));
    assert_int_equal(ir_pkt_read8(pool, ir_handle_make(grant, index, 65535), 0, &byte), -ESTALE);
    assert_int_equal(byte, 77);
}

/* Fail unless nothing can be done with the handle. */
static void expect_stale(struct ir_pool *pool, struct ir_pkt pkt)
{
    struct ir_pkt before = pkt;
    uint8_t value8 = 77;
    uint16_t value16 = 77;
    uint32_t value32 = 77;

    assert_null(ir_pkt_data(pool, pkt, 0, 0));
    assert_null(ir_pkt_data(pool, pkt, 0, 1));
    assert_int_equal(ir_pkt_read8(pool, pkt, 0, &value8), -ESTALE);
    assert_int_equal(ir_pkt_read16(pool, pkt, 0, &value16), -ESTALE);
    assert_int_equal(ir_pkt_read32(pool, pkt, 0, &value32), -ESTALE);
    assert_int_equal(value8, 77);
    assert_int_equal(value16, 77);
    assert_int_equal(value32, 77);
    assert_int_equal(ir_pkt_write8(pool, pkt, 0, 1), -ESTALE);
    assert_int_equal(ir_pkt_write16(pool, pkt, 0, 1), -ESTALE);
    assert_int_equal(ir_pkt_write32(pool, pkt, 0, 1), -ESTALE);
    assert_int_equal(ir_pkt_set_length(pool, &pkt, 10), -ESTALE);
    assert_int_equal(pkt.bits, before.bits);
}

static void freed_packet_gives_no_access(void **state)
{
    struct ir_pool *pool = *state;
    struct ir_pkt old = take(pool);
    struct ir_pkt now;

    assert_int_equal(ir_pool_return(pool, old), 0);
    expect_stale(pool, old);
    assert_int_equal(ir_pool_take(pool, LENGTH, &now), 0);
    assert_int_equal(ir_handle_index(now), ir_handle_index(old));
    expect_stale(pool, old);
}

static void forged_handle_without_a_grant_gives_no_access(void **state)
{
    struct ir_pool *pool = *state;

    expect_stale(pool, (struct ir_pkt){0});
    expect_stale(pool, ir_handle_make(0, 5, LENGTH));
    expect_stale(pool, ir_handle_make(0, 65535, LENGTH));
    expect_stale(pool, ir_handle_make(1, 5, LENGTH));
    expect_stale(pool, ir_handle_make(UINT32_MAX, 5, 65535));
    expect_stale(pool, (struct ir_pkt){UINT64_MAX});
}

static void fields_are_in_network_order(void **state)
{
    struct ir_pool *pool = *state;
    struct ir_pkt pkt = take(pool);
    uint8_t *bytes = bytes_of(pool, pkt);
    uint8_t value8;
    uint16_t value16;
    uint32_t value32;

    memcpy(bytes + 7, "\xf1\xe2\xd3\xc4", 4);
    assert_int_equal(ir_pkt_read8(pool, pkt, 8, &value8), 0);
    assert_int_equal(value8, 0xe2);
    assert_int_equal(ir_pkt_read16(pool, pkt, 7, &value16), 0);
    assert_int_equal(value16, 0xf1e2);
    assert_int_equal(ir_pkt_read32(pool, pkt, 7, &value32), 0);
    assert_int_equal(value32, 0xf1e2d3c4);
}

/* Write with one of the three functions; fail unless exactly the field's bytes have changed. */
static void expect_written(struct ir_pool *pool, struct ir_pkt pkt, uint32_t offset, uint32_t width)
{
    uint8_t *bytes = bytes_of(pool, pkt);
    uint8_t expected[3 * BOOKS_STRIDE];
    uint32_t value = 0xa9b8c7d6u >> (32 - 8 * width);
    int result;

    for (uint32_t i = 0; i < LENGTH + 8; i++)
        bytes[i] = (uint8_t)i;
    memcpy(expected, bytes - BOOKS_STRIDE, sizeof(expected));
    if (width == 1)
        result = ir_pkt_write8(pool, pkt, offset, (uint8_t)value);
    else if (width == 2)
        result = ir_pkt_write16(pool, pkt, offset, (uint16_t)value);
    else
        result = ir_pkt_write32(pool, pkt, offset, value);
    if (offset + width <= LENGTH) {
        assert_int_equal(result, 0);
        for (uint32_t i = 0; i < width; i++)
            expected[BOOKS_STRIDE + offset + i] = (uint8_t)(value >> 8 * (width - 1 - i));
    } else {
        assert_int_equal(result, -EINVAL);
    }
    assert_memory_equal(bytes - BOOKS_STRIDE, expected, sizeof(expected));
}

static void writing_a_field_changes_its_bytes_alone(void **state)
{
    struct ir_pool *pool = *state;
    struct ir_pkt pkt = take(pool);

    for (uint32_t offset = 0; offset < LENGTH + 4; offset++) {
        expect_written(pool, pkt, offset, 1);
        expect_written(pool, pkt, offset, 2);
        expect_written(pool, pkt, offset, 4);
    }
}

static void field_across_the_end_of_the_packet_cannot_be_read(void **state)
{
    struct ir_pool *pool = *state;
    struct ir_pkt pkt = take(pool);
    uint8_t value8 = 77;
    uint16_t value16 = 77;
    uint32_t value32 = 77;

    assert_int_equal(ir_pkt_read8(pool, pkt, LENGTH, &value8), -EINVAL);
    assert_int_equal(ir_pkt_read16(pool, pkt, LENGTH - 1, &value16), -EINVAL);
    assert_int_equal(ir_pkt_read32(pool, pkt, LENGTH - 3, &value32), -EINVAL);
    assert_int_equal(ir_pkt_read32(pool, pkt, LENGTH - 1, &value32), -EINVAL);
    assert_int_equal(ir_pkt_read32(pool, pkt, UINT32_MAX, &value32), -EINVAL);
    assert_int_equal(value8, 77);
    assert_int_equal(value16, 77);
    assert_int_equal(value32, 77);
    assert_int_equal(ir_pkt_read8(pool, pkt, LENGTH - 1, &value8), 0);
    assert_int_equal(ir_pkt_read16(pool, pkt, LENGTH - 2, &value16), 0);
    assert_int_equal(ir_pkt_read32(pool, pkt, LENGTH - 4, &value32), 0);
}

static void copies_of_a_handle_are_dead_once_its_length_has_changed(void **state)
{
    struct ir_pool *pool = *state;
    struct ir_pkt pkt = take(pool);
    struct ir_pkt first = pkt;
    struct ir_pkt second;

    assert_int_equal(ir_pkt_set_length(pool, &pkt, LENGTH), 0); /* the same: the same handle */
    assert_int_equal(pkt.bits, first.bits);
    assert_int_equal(ir_pkt_set_length(pool, &pkt, LENGTH - 1), 0);
    expect_stale(pool, first);
    second = pkt;
    assert_int_equal(ir_pkt_set_length(pool, &pkt, LENGTH + 1), 0);
    expect_stale(pool, first);
    expect_stale(pool, second);
    assert_non_null(ir_pkt_data(pool, pkt, 0, LENGTH + 1));
    assert_int_equal(ir_pool_return(pool, first), -ESTALE);
    assert_int_equal(ir_pool_return(pool, second), -ESTALE);
    books_balance(pool, 0, 1);
    assert_int_equal(ir_pool_return(pool, pkt), 0);
    books_balance(pool, 0, 0);
}

static void length_can_be_set_to_that_of_any_frame(void **state)
{
    static const uint32_t lengths[] = {IR_FRAME_MIN, 255, 256, BOOKS_SIZE - 1, BOOKS_SIZE};
    struct ir_pool *pool = *state;
    struct ir_pkt pkt = take(pool);
    struct ir_pkt before = pkt;

    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        assert_int_equal(ir_pkt_set_length(pool, &pkt, lengths[i]), 0);
        assert_int_equal(ir_pkt_length(pkt), lengths[i]);
        assert_int_equal(ir_handle_index(pkt), ir_handle_index(before));
        assert_int_equal(ir_handle_grant(pkt), ir_handle_grant(before));
    }
    before = pkt;
    assert_int_equal(ir_pkt_set_length(pool, &pkt, 0), -EMSGSIZE);
    assert_int_equal(ir_pkt_set_length(pool, &pkt, IR_FRAME_MIN - 1), -EMSGSIZE);
    assert_int_equal(ir_pkt_set_length(pool, &pkt, BOOKS_SIZE + 1), -EMSGSIZE);
    assert_int_equal(ir_pkt_set_length(pool, &pkt, 65536 + 60), -EMSGSIZE);
    assert_int_equal(pkt.bits, before.bits);
}

int main(void)
{
#define BOOKED(test) cmocka_unit_test_setup(test, books_open)
    const struct CMUnitTest tests[] = {
        BOOKED(view_within_the_packet_begins_at_its_offset),
        BOOKED(view_whose_end_wraps_is_refused),
        BOOKED(handle_with_a_forged_length_gives_no_view),
        BOOKED(freed_packet_gives_no_access),
        BOOKED(forged_handle_without_a_grant_gives_no_access),
        BOOKED(fields_are_in_network_order),
        BOOKED(writing_a_field_changes_its_bytes_alone),
        BOOKED(field_across_the_end_of_the_packet_cannot_be_read),
        BOOKED(copies_of_a_handle_are_dead_once_its_length_has_changed),
        BOOKED(length_can_be_set_to_that_of_any_frame),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
