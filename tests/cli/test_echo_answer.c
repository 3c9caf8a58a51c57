/* SPDX-License-Identifier: MIT
 *
 * What ironring echo answers and what it leaves alone: each field of a request, wrong in turn.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cli/echo_answer.h"
#include "core/pool.h"

#define BUFFERS 4u

static struct ir_pool pool;
static uint8_t memory[BUFFERS * (IR_POOL_HEADROOM + IR_BUFFER_SIZE_MIN)];

static const struct echo_host host = {{0x02, 0, 0, 0, 0, 0x99}, 0x0a000002};

/* Who has 10.0.0.2? Tell 10.0.0.1, and the padding that the wire adds. */
static const uint8_t arp_request[60] = {
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02, 0, 0, 0, 0, 0x11, 0x08, 0x06, /* Ethernet */
    0,    1,    0x08, 0,    6,    4,    0,    1,                            /* request */
    0x02, 0,    0,    0,    0,    0x11, 10,   0, 0, 1,                      /* from */
    0,    0,    0,    0,    0,    0,    10,   0, 0, 2,                      /* to */
};

static const uint8_t arp_reply[42] = {
    0x02, 0, 0,    0, 0, 0x11, 0x02, 0, 0, 0, 0, 0x99, 0x08, 0x06, /* Ethernet */
    0,    1, 0x08, 0, 6, 4,    0,    2,                            /* reply */
    0x02, 0, 0,    0, 0, 0x99, 10,   0, 0, 2,                      /* from */
    0x02, 0, 0,    0, 0, 0x11, 10,   0, 0, 1,                      /* to */
};

/* 10.0.0.1 pings 10.0.0.2: 12 bytes of payload, 14 of padding. */
static const uint8_t ping[60] = {
    0x02, 0,   0,    0,    0,    0x99, 0x02, 0, 0,   0,   0,    0x11, 0x08, 0, /* Ethernet */
    0x45, 0,   0,    32,   0x12, 0x34, 0x40, 0, 63,  1,   0x15, 0xa7, 10,   0,
    0,    1,   10,   0,    0,    2, /* IPv4 */
    8,    0,   0xdc, 0xbf, 0x56, 0x78, 0,    1, 'a', 'b', 'c',  'd',  'e',  'f',
    'g',  'h', 'i',  'j', /* ICMP */
};

static int make_pool(void **state)
{
    (void)state;
    return ir_pool_init(&pool, memory, 0x100000, BUFFERS, IR_BUFFER_SIZE_MIN, 1);
}

/* A packet with these bytes; `at` is changed to `value`, unless it is beyond the frame. */
static struct ir_pkt make(const uint8_t *frame, uint32_t length, uint32_t at, uint8_t value)
{
    struct ir_pkt pkt;
    uint8_t *bytes;

    assert_int_equal(ir_pkt_alloc(&pool, length, &pkt), 0);
    bytes = ir_pkt_data(&pool, pkt, 0, length);
    assert_non_null(bytes);
    memcpy(bytes, frame, length);
    if (at < length)
        bytes[at] = value;
    return pkt;
}

#define UNCHANGED UINT32_MAX, 0

static void assert_ignored(const uint8_t *frame, uint32_t length, uint32_t at, uint8_t value)
{
    struct ir_pkt pkt = make(frame, length, at, value);
    struct ir_pkt before = pkt;
    uint8_t copy[60];

    memcpy(copy, ir_pkt_data(&pool, pkt, 0, length), length);
    assert_false(echo_answer(&pool, &host, &pkt));
    assert_int_equal(pkt.bits, before.bits);
    assert_memory_equal(ir_pkt_data(&pool, pkt, 0, length), copy, length);
    assert_int_equal(ir_pkt_free(&pool, pkt), 0);
}

static uint32_t sum16(const uint8_t *bytes, uint32_t length)
{
    uint32_t sum = 0;

    for (uint32_t i = 0; i < length; i += 2)
        sum += (uint32_t)bytes[i] << 8 | bytes[i + 1];
    while (sum > 0xffff)
        sum = (sum & 0xffff) + (sum >> 16);
    return sum;
}

/* Set the checksum at `checksum` so that the sum over the range comes out right. */
static void mend(uint8_t *frame, uint32_t checksum, uint32_t first, uint32_t length)
{
    uint32_t sum;

    frame[checksum] = 0;
    frame[checksum + 1] = 0;
    sum = ~sum16(frame + first, length) & 0xffff;
    frame[checksum] = (uint8_t)(sum >> 8);
    frame[checksum + 1] = (uint8_t)sum;
}

static void arp_request_for_the_host_is_answered(void **state)
{
    struct ir_pkt pkt = make(arp_request, sizeof(arp_request), UNCHANGED);

    (void)state;
    assert_true(echo_answer(&pool, &host, &pkt));
    assert_int_equal(ir_pkt_length(pkt), sizeof(arp_reply));
    assert_memory_equal(ir_pkt_data(&pool, pkt, 0, sizeof(arp_reply)), arp_reply,
                        sizeof(arp_reply));
    assert_int_equal(ir_pkt_free(&pool, pkt), 0);
}

static void arp_probe_without_sender_address_is_answered(void **state)
{
    struct ir_pkt pkt;
    uint8_t frame[60];

    (void)state;
    memcpy(frame, arp_request, sizeof(frame));
    memset(frame + 28, 0, 4);
    pkt = make(frame, sizeof(frame), UNCHANGED);
    assert_true(echo_answer(&pool, &host, &pkt));
    assert_int_equal(ir_pkt_free(&pool, pkt), 0);
}

static void arp_with_any_wrong_field_is_ignored(void **state)
{
    (void)state;
    for (uint32_t at = 14; at < 22; at++) /* types, lengths, operation */
        assert_ignored(arp_request, sizeof(arp_request), at, 9);
    for (uint32_t at = 38; at < 42; at++) /* somebody else is asked for */
        assert_ignored(arp_request, sizeof(arp_request), at, 77);
    assert_ignored(arp_request, sizeof(arp_request), 22, 0x03); /* the sender is a group */
    assert_ignored(arp_request, sizeof(arp_request), 28, 224);  /* its address too */
    assert_ignored(arp_request, sizeof(arp_request), 31, 2);    /* it claims our address */
    assert_ignored(arp_reply, sizeof(arp_reply), UNCHANGED);
}

static void arp_that_ends_early_is_ignored(void **state)
{
    (void)state;
    for (uint32_t length = IR_FRAME_MIN; length < 42; length++)
        assert_ignored(arp_request, length, UNCHANGED);
}

static void ping_is_answered_with_right_checksums_and_without_padding(void **state)
{
    struct ir_pkt pkt = make(ping, sizeof(ping), UNCHANGED);
    const uint8_t *frame;

    (void)state;
    assert_int_equal(sum16(ping + 14, 20), 0xffff);
    assert_int_equal(sum16(ping + 34, 12), 0xffff);
    assert_true(echo_answer(&pool, &host, &pkt));
    assert_int_equal(ir_pkt_length(pkt), 46);
    frame = ir_pkt_data(&pool, pkt, 0, 46);
    assert_memory_equal(frame, ping + 6, 6);
    assert_memory_equal(frame + 6, ping, 6);
    assert_memory_equal(frame + 26, ping + 30, 4);
    assert_memory_equal(frame + 30, ping + 26, 4);
    assert_int_equal(frame[22], 64);
    assert_int_equal(frame[34], 0);
    assert_int_equal(sum16(frame + 14, 20), 0xffff);
    assert_int_equal(sum16(frame + 34, 12), 0xffff);
    assert_memory_equal(frame + 38, ping + 38, 8);
    assert_int_equal(ir_pkt_free(&pool, pkt), 0);
}

/* The checksum may be any number; the one's complement sum has two zeros. */
static void icmp_checksum_is_right_for_every_sequence_number(void **state)
{
    uint8_t frame[60];

    (void)state;
    memcpy(frame, ping, sizeof(frame));
    for (uint32_t sequence = 0; sequence < 65536; sequence++) {
        struct ir_pkt pkt;

        frame[40] = (uint8_t)(sequence >> 8);
        frame[41] = (uint8_t)sequence;
        mend(frame, 36, 34, 12);
        pkt = make(frame, sizeof(frame), UNCHANGED);
        assert_true(echo_answer(&pool, &host, &pkt));
        assert_int_equal(sum16(ir_pkt_data(&pool, pkt, 34, 12), 12), 0xffff);
        assert_int_equal(ir_pkt_free(&pool, pkt), 0);
    }
}

static void ping_with_a_wrong_header_checksum_is_ignored(void **state)
{
    (void)state;
    for (uint32_t at = 14; at < 34; at++)
        assert_ignored(ping, sizeof(ping), at, (uint8_t)(ping[at] ^ 0x40));
}

/* Each byte of the header wrong, with a checksum that says otherwise. */
static void assert_ignored_with_right_checksum(uint32_t at, uint8_t value)
{
    uint8_t frame[60];

    memcpy(frame, ping, sizeof(frame));
    frame[at] = value;
    mend(frame, 24, 14, 20);
    assert_ignored(frame, sizeof(frame), UNCHANGED);
}

static void ping_with_any_wrong_field_is_ignored(void **state)
{
    (void)state;
    assert_ignored_with_right_checksum(14, 0x46); /* options */
    assert_ignored_with_right_checksum(14, 0x44); /* header too short */
    assert_ignored_with_right_checksum(14, 0x65); /* IPv6 */
    assert_ignored_with_right_checksum(17, 27);   /* shorter than its headers */
    assert_ignored_with_right_checksum(17, 47);   /* longer than the frame */
    assert_ignored_with_right_checksum(16, 0xff);
    assert_ignored_with_right_checksum(20, 0x20); /* more fragments */
    assert_ignored_with_right_checksum(20, 0x80); /* reserved bit */
    assert_ignored_with_right_checksum(21, 1);    /* a later fragment */
    assert_ignored_with_right_checksum(23, 17);   /* UDP */
    assert_ignored_with_right_checksum(26, 0);    /* from 0.0.0.1 */
    assert_ignored_with_right_checksum(26, 127);
    assert_ignored_with_right_checksum(26, 224);
    assert_ignored_with_right_checksum(26, 255);
    assert_ignored_with_right_checksum(29, 2);    /* from ourselves */
    assert_ignored_with_right_checksum(33, 3);    /* to somebody else */
    assert_ignored(ping, sizeof(ping), 0, 0xff);  /* not to our MAC address */
    assert_ignored(ping, sizeof(ping), 6, 0x03);  /* from a group */
    assert_ignored(ping, sizeof(ping), 12, 0x86); /* another protocol */
    assert_ignored(ping, sizeof(ping), 34, 0);    /* an answer */
    assert_ignored(ping, sizeof(ping), 35, 1);
}

static void ping_that_ends_early_is_ignored(void **state)
{
    (void)state;
    for (uint32_t length = IR_FRAME_MIN; length < 46; length++)
        assert_ignored(ping, length, UNCHANGED);
}

static void stale_handle_is_not_answered(void **state)
{
    struct ir_pkt pkt = make(ping, sizeof(ping), UNCHANGED);

    (void)state;
    assert_int_equal(ir_pkt_free(&pool, pkt), 0);
    assert_false(echo_answer(&pool, &host, &pkt));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(arp_request_for_the_host_is_answered, make_pool),
        cmocka_unit_test_setup(arp_probe_without_sender_address_is_answered, make_pool),
        cmocka_unit_test_setup(arp_with_any_wrong_field_is_ignored, make_pool),
        cmocka_unit_test_setup(arp_that_ends_early_is_ignored, make_pool),
        cmocka_unit_test_setup(ping_is_answered_with_right_checksums_and_without_padding,
                               make_pool),
        cmocka_unit_test_setup(icmp_checksum_is_right_for_every_sequence_number, make_pool),
        cmocka_unit_test_setup(ping_with_a_wrong_header_checksum_is_ignored, make_pool),
        cmocka_unit_test_setup(ping_with_any_wrong_field_is_ignored, make_pool),
        cmocka_unit_test_setup(ping_that_ends_early_is_ignored, make_pool),
        cmocka_unit_test_setup(stale_handle_is_not_answered, make_pool),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
