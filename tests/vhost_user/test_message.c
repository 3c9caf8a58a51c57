/* SPDX-License-Identifier: MIT
 *
 * Messages of vhost-user, byte by byte, and the judgement on what comes back.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "virtio/vhost_user_message.h"

#define REPLY (VHOST_USER_VERSION | VHOST_USER_REPLY)

static void a_number_is_little_endian(void **state)
{
    const uint8_t expected[] = {0x08, 0x07, 0x06, 0x05, 0x04, 0x03, 0x02, 0x01};
    uint8_t bytes[9] = {[8] = 0xaa};

    (void)state;
    vhost_user_put64(bytes, UINT64_C(0x0102030405060708));
    assert_memory_equal(bytes, expected, sizeof(expected));
    assert_int_equal(bytes[8], 0xaa);
    assert_true(vhost_user_get64(bytes) == UINT64_C(0x0102030405060708));
    assert_true(vhost_user_get32(bytes + 4) == 0x01020304u);
    vhost_user_put64(bytes, UINT64_MAX);
    assert_true(vhost_user_get64(bytes) == UINT64_MAX);
    vhost_user_put32(bytes, 0);
    assert_true(vhost_user_get64(bytes) == UINT64_C(0xffffffff00000000));
}

static void a_request_without_payload_is_a_header(void **state)
{
    const uint8_t expected[] = {3, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0xaa};
    uint8_t bytes[VHOST_USER_LONGEST];

    (void)state;
    memset(bytes, 0xaa, sizeof(bytes));
    assert_int_equal(vhost_user_build(bytes, VHOST_USER_SET_OWNER, 0), 12);
    assert_memory_equal(bytes, expected, sizeof(expected));
}

static void a_request_can_ask_for_a_reply(void **state)
{
    const uint8_t expected[] = {2, 0, 0,    0,    9, 0, 0,    0, 8, 0,
                                0, 0, 0x21, 0x43, 0, 0, 0x65, 0, 0, 0};
    uint8_t bytes[VHOST_USER_LONGEST];

    (void)state;
    assert_int_equal(
        vhost_user_build_number(bytes, VHOST_USER_SET_FEATURES, 1, UINT64_C(0x6500004321)), 20);
    assert_memory_equal(bytes, expected, sizeof(expected));
}

static void the_state_of_a_ring_is_two_words(void **state)
{
    const uint8_t expected[] = {8, 0, 0, 0, 1, 0, 0, 0, 8, 0, 0, 0, 5, 0, 0, 0, 0, 1, 0, 0};
    uint8_t bytes[VHOST_USER_LONGEST];

    (void)state;
    assert_int_equal(vhost_user_build_state(bytes, VHOST_USER_SET_VRING_NUM, 0, 5, 256), 20);
    assert_memory_equal(bytes, expected, sizeof(expected));
}

static void the_address_of_a_ring_has_the_used_ring_second(void **state)
{
    const struct vhost_user_ring ring = {
        .index = 3, .desc = 0x100001000, .driver = 0x100002000, .device = 0x100003000};
    uint8_t bytes[VHOST_USER_LONGEST];

    (void)state;
    assert_int_equal(vhost_user_build_address(bytes, 1, &ring), 52);
    assert_true(vhost_user_get32(bytes) == VHOST_USER_SET_VRING_ADDR);
    assert_true(vhost_user_get32(bytes + 4) == 9);
    assert_true(vhost_user_get32(bytes + 8) == 40);
    assert_true(vhost_user_get32(bytes + 12) == 3);
    assert_true(vhost_user_get32(bytes + 16) == 0);
    assert_true(vhost_user_get64(bytes + 20) == 0x100001000);
    assert_true(vhost_user_get64(bytes + 28) == 0x100003000);
    assert_true(vhost_user_get64(bytes + 36) == 0x100002000);
    assert_true(vhost_user_get64(bytes + 44) == 0);
}

static void the_table_has_one_region_under_the_same_address_for_both(void **state)
{
    uint8_t bytes[VHOST_USER_LONGEST];

    (void)state;
    assert_int_equal(vhost_user_build_memory(bytes, 0, 0x100000000, 0x40000000), 52);
    assert_true(vhost_user_get32(bytes) == VHOST_USER_SET_MEM_TABLE);
    assert_true(vhost_user_get32(bytes + 8) == 40);
    assert_true(vhost_user_get32(bytes + 12) == 1);
    assert_true(vhost_user_get32(bytes + 16) == 0);
    assert_true(vhost_user_get64(bytes + 20) == 0x100000000);
    assert_true(vhost_user_get64(bytes + 28) == 0x40000000);
    assert_true(vhost_user_get64(bytes + 36) == 0x100000000);
    assert_true(vhost_user_get64(bytes + 44) == 0);
}

static void a_header_is_read_as_it_is(void **state)
{
    const uint8_t bytes[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    struct vhost_user_header header = vhost_user_parse(bytes);

    (void)state;
    assert_true(header.request == 0x04030201);
    assert_true(header.flags == 0x08070605);
    assert_true(header.size == 0x0c0b0a09);
}

static uint32_t judge(uint32_t request, uint32_t flags, uint32_t size)
{
    const struct vhost_user_header header = {request, flags, size};

    return vhost_user_judge(&header, VHOST_USER_GET_FEATURES, 8);
}

static void a_right_answer_is_fine(void **state)
{
    (void)state;
    assert_int_equal(judge(1, REPLY, 8), VHOST_USER_FINE);
    /* Some repeat that a reply was wanted; the other bits mean nothing. */
    assert_int_equal(judge(1, REPLY | VHOST_USER_NEED_REPLY, 8), VHOST_USER_FINE);
    assert_int_equal(judge(1, REPLY | 0xfffffff0, 8), VHOST_USER_FINE);
}

static void each_flaw_of_a_header_has_a_name(void **state)
{
    (void)state;
    for (uint32_t version = 0; version < VHOST_USER_VERSIONS; version++) {
        if (version != VHOST_USER_VERSION)
            assert_int_equal(judge(1, VHOST_USER_REPLY | version, 8), VHOST_USER_BAD_VERSION);
    }
    assert_int_equal(judge(1, VHOST_USER_VERSION, 8), VHOST_USER_NO_REPLY);
    assert_int_equal(judge(1, VHOST_USER_VERSION | VHOST_USER_NEED_REPLY, 8), VHOST_USER_NO_REPLY);
    assert_int_equal(judge(2, REPLY, 8), VHOST_USER_BAD_REQUEST);
    assert_int_equal(judge(0, REPLY, 8), VHOST_USER_BAD_REQUEST);
    assert_int_equal(judge(257, REPLY, 8), VHOST_USER_BAD_REQUEST);
    for (uint32_t size = 0; size < 20; size++)
        assert_int_equal(judge(1, REPLY, size), size == 8 ? VHOST_USER_FINE : VHOST_USER_BAD_SIZE);
    assert_int_equal(judge(1, REPLY, UINT32_MAX), VHOST_USER_BAD_SIZE);
}

static int32_t with_number(int32_t (*parse)(const uint8_t *payload), uint64_t number)
{
    uint8_t payload[VHOST_USER_NUMBER];

    vhost_user_put64(payload, number);
    return parse(payload);
}

static void pairs_are_at_least_one_and_bounded(void **state)
{
    (void)state;
    assert_int_equal(with_number(vhost_user_parse_pairs, 0), -EPROTO);
    assert_int_equal(with_number(vhost_user_parse_pairs, 1), 1);
    assert_int_equal(with_number(vhost_user_parse_pairs, 63), 63);
    assert_int_equal(with_number(vhost_user_parse_pairs, 64), 64);
    assert_int_equal(with_number(vhost_user_parse_pairs, 128), 64);
    assert_int_equal(with_number(vhost_user_parse_pairs, UINT64_C(1) << 32), 64);
    assert_int_equal(with_number(vhost_user_parse_pairs, UINT64_MAX), 64);
}

static void a_status_has_eight_bits(void **state)
{
    (void)state;
    assert_int_equal(with_number(vhost_user_parse_status, 0), 0);
    assert_int_equal(with_number(vhost_user_parse_status, 255), 255);
    assert_int_equal(with_number(vhost_user_parse_status, 256), -EPROTO);
    assert_int_equal(with_number(vhost_user_parse_status, UINT64_C(1) << 32), -EPROTO);
    assert_int_equal(with_number(vhost_user_parse_status, UINT64_MAX), -EPROTO);
}

static void a_request_is_done_when_the_reply_is_zero(void **state)
{
    (void)state;
    assert_int_equal(with_number(vhost_user_parse_done, 0), 0);
    assert_int_equal(with_number(vhost_user_parse_done, 1), -EPROTO);
    assert_int_equal(with_number(vhost_user_parse_done, UINT64_C(1) << 32), -EPROTO);
}

static void a_ring_that_stopped_is_the_one_that_was_meant(void **state)
{
    uint8_t payload[VHOST_USER_STATE];

    (void)state;
    vhost_user_put32(payload, 7);
    vhost_user_put32(payload + 4, UINT32_MAX);
    assert_int_equal(vhost_user_parse_base(payload, 7), 0);
    assert_int_equal(vhost_user_parse_base(payload, 6), -EPROTO);
}

static void a_table_is_a_power_of_two_from_64_mib_on(void **state)
{
    const uint64_t mib = UINT64_C(1) << 20;

    (void)state;
    assert_true(vhost_user_memory_size(0) == 64 * mib);
    assert_true(vhost_user_memory_size(64 * mib) == 64 * mib);
    assert_true(vhost_user_memory_size(64 * mib + 1) == 128 * mib);
    assert_true(vhost_user_memory_size(5120 * mib) == 8192 * mib);
    assert_true(vhost_user_memory_size((508 * mib) << 10) == (512 * mib) << 10);
    assert_true(vhost_user_memory_size(mib << 20) == mib << 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_number_is_little_endian),
        cmocka_unit_test(a_request_without_payload_is_a_header),
        cmocka_unit_test(a_request_can_ask_for_a_reply),
        cmocka_unit_test(the_state_of_a_ring_is_two_words),
        cmocka_unit_test(the_address_of_a_ring_has_the_used_ring_second),
        cmocka_unit_test(the_table_has_one_region_under_the_same_address_for_both),
        cmocka_unit_test(a_header_is_read_as_it_is),
        cmocka_unit_test(a_right_answer_is_fine),
        cmocka_unit_test(each_flaw_of_a_header_has_a_name),
        cmocka_unit_test(pairs_are_at_least_one_and_bounded),
        cmocka_unit_test(a_status_has_eight_bits),
        cmocka_unit_test(a_request_is_done_when_the_reply_is_zero),
        cmocka_unit_test(a_ring_that_stopped_is_the_one_that_was_meant),
        cmocka_unit_test(a_table_is_a_power_of_two_from_64_mib_on),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
