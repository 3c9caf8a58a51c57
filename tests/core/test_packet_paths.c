/* SPDX-License-Identifier: MIT
 *
 * Views of a packet's bytes and the accessors on top of them: each handle that is not the caller's,
 * and each range that does not lie within the packet, is an error that changes nothing.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/pool.h"

#define BUFFERS 4u
#define SIZE    2048u
#define LENGTH  60u

struct packet {
    struct ir_pool *pool;
    struct ir_pkt pkt; /* LENGTH bytes: 0, 1, 2, ... */
    uint8_t memory[BUFFERS * (IR_POOL_HEADROOM + SIZE)];
};

static int make_packet(void **state)
{
    static struct packet packet;
    uint8_t *bytes;

    *state = &packet;
    memset(&packet, 0, sizeof(packet));
    packet.pool = malloc(sizeof(*packet.pool));
    if (packet.pool == NULL ||
        ir_pool_init(packet.pool, packet.memory, 0x100000, BUFFERS, SIZE, 1) != 0 ||
        ir_pool_take(packet.pool, LENGTH, &packet.pkt) != 0)
        return -1;
    bytes = ir_pkt_data(packet.pool, packet.pkt, 0, LENGTH);
    for (uint32_t i = 0; bytes != NULL && i < LENGTH; i++)
        bytes[i] = (uint8_t)i;
    return bytes == NULL ? -1 : 0;
}

static int drop_packet(void **state)
{
    free(((struct packet *)*state)->pool);
    return 0;
}

static void view_is_exactly_the_range_asked_for(void **state)
{
    struct packet *packet = *state;
    uint8_t *start = packet->memory + IR_POOL_HEADROOM +
                     (size_t)ir_handle_index(packet->pkt) * (IR_POOL_HEADROOM + SIZE);

    assert_ptr_equal(ir_pkt_data(packet->pool, packet->pkt, 0, LENGTH), start);
    assert_ptr_equal(ir_pkt_data(packet->pool, packet->pkt, LENGTH - 1, 1), start + LENGTH - 1);
    assert_ptr_equal(ir_pkt_data(packet->pool, packet->pkt, LENGTH, 0), start + LENGTH);
}

static void view_that_leaves_the_packet_is_refused(void **state)
{
    struct packet *packet = *state;

    assert_null(ir_pkt_data(packet->pool, packet->pkt, 0, LENGTH + 1));
    assert_null(ir_pkt_data(packet->pool, packet->pkt, LENGTH, 1));
    assert_null(ir_pkt_data(packet->pool, packet->pkt, LENGTH + 1, 0));
    assert_null(ir_pkt_data(packet->pool, packet->pkt, UINT32_MAX, 1)); /* the sum wraps */
    assert_null(ir_pkt_data(packet->pool, packet->pkt, 1, UINT32_MAX));
    assert_null(ir_pkt_data(packet->pool, packet->pkt, UINT32_MAX, UINT32_MAX));
}

static void view_through_a_handle_that_holds_nothing_is_refused(void **state)
{
    struct packet *packet = *state;
    uint32_t grant = ir_handle_grant(packet->pkt);
    uint32_t index = ir_handle_index(packet->pkt);

    assert_null(ir_pkt_data(packet->pool, (struct ir_pkt){0}, 0, 0));
    assert_null(ir_pkt_data(packet->pool, ir_handle_make(0, index, LENGTH), 0, 1));
    assert_null(ir_pkt_data(packet->pool, ir_handle_make(grant + 1, index, LENGTH), 0, 1));
    assert_null(ir_pkt_data(packet->pool, ir_handle_make(grant, 65535, LENGTH), 0, 1));
    assert_int_equal(ir_pool_return(packet->pool, packet->pkt), 0);
    assert_null(ir_pkt_data(packet->pool, packet->pkt, 0, 1));
}

/* The grant is right, so only the length says that this handle was never given. */
static void view_through_a_handle_with_a_forged_length_is_refused(void **state)
{
    struct packet *packet = *state;
    uint32_t grant = ir_handle_grant(packet->pkt);
    uint32_t index = ir_handle_index(packet->pkt);

    assert_non_null(ir_pkt_data(packet->pool, ir_handle_make(grant, index, LENGTH), 0, LENGTH));
    assert_null(ir_pkt_data(packet->pool, ir_handle_make(grant, index, LENGTH - 1), 0, 1));
    assert_null(ir_pkt_data(packet->pool, ir_handle_make(grant, index, LENGTH + 1), 0, 1));
    assert_null(ir_pkt_data(packet->pool, ir_handle_make(grant, index, SIZE), 0, 1));
    assert_null(ir_pkt_data(packet->pool, ir_handle_make(grant, index, SIZE + 1), 0, 1));
    assert_null(ir_pkt_data(packet->pool, ir_handle_make(grant, index, 65535), 0, 1));
}

static void fields_are_read_in_network_order(void **state)
{
    struct packet *packet = *state;
    uint8_t byte;
    uint16_t half;
    uint32_t word;

    assert_int_equal(ir_pkt_read8(packet->pool, packet->pkt, 59, &byte), 0);
    assert_int_equal(byte, 59);
    assert_int_equal(ir_pkt_read16(packet->pool, packet->pkt, 58, &half), 0);
    assert_int_equal(half, 0x3a3b);
    assert_int_equal(ir_pkt_read32(packet->pool, packet->pkt, 56, &word), 0);
    assert_int_equal(word, 0x38393a3b);
}

static void fields_are_written_in_network_order_and_nothing_else_is(void **state)
{
    static const uint8_t expected[] = {0xfe, 0x01, 0x02, 0xdc, 0xba, 0x05,
                                       0x98, 0x76, 0x54, 0x32, 10};
    struct packet *packet = *state;

    assert_int_equal(ir_pkt_write8(packet->pool, packet->pkt, 0, 0xfe), 0);
    assert_int_equal(ir_pkt_write16(packet->pool, packet->pkt, 3, 0xdcba), 0);
    assert_int_equal(ir_pkt_write32(packet->pool, packet->pkt, 6, 0x98765432), 0);
    assert_memory_equal(ir_pkt_data(packet->pool, packet->pkt, 0, sizeof(expected)), expected,
                        sizeof(expected));
}

/* Each accessor answers `expected` and changes neither the value nor the memory. */
static void nothing_happens(struct packet *packet, struct ir_pkt pkt, uint32_t past, int expected)
{
    uint8_t before[sizeof(packet->memory)];
    uint8_t byte = 0x5a;
    uint16_t half = 0x5a5a;
    uint32_t word = 0x5a5a5a5a;

    memcpy(before, packet->memory, sizeof(before));
    assert_int_equal(ir_pkt_read8(packet->pool, pkt, past, &byte), expected);
    assert_int_equal(ir_pkt_read16(packet->pool, pkt, past - 1, &half), expected);
    assert_int_equal(ir_pkt_read32(packet->pool, pkt, past - 3, &word), expected);
    assert_int_equal(ir_pkt_write8(packet->pool, pkt, past, 1), expected);
    assert_int_equal(ir_pkt_write16(packet->pool, pkt, past - 1, 1), expected);
    assert_int_equal(ir_pkt_write32(packet->pool, pkt, past - 3, 1), expected);
    assert_int_equal(byte, 0x5a);
    assert_int_equal(half, 0x5a5a);
    assert_int_equal(word, 0x5a5a5a5a);
    assert_memory_equal(packet->memory, before, sizeof(before));
}

static void field_that_leaves_the_packet_is_invalid(void **state)
{
    struct packet *packet = *state;

    nothing_happens(packet, packet->pkt, LENGTH, -EINVAL); /* all but its last byte are in it */
    nothing_happens(packet, packet->pkt, UINT32_MAX, -EINVAL);
}

static void field_of_a_packet_that_is_not_held_is_stale(void **state)
{
    struct packet *packet = *state;

    nothing_happens(packet, (struct ir_pkt){0}, 4, -ESTALE);
    assert_int_equal(ir_pool_return(packet->pool, packet->pkt), 0);
    nothing_happens(packet, packet->pkt, 4, -ESTALE);
}

static void length_can_be_that_of_any_frame(void **state)
{
    struct packet *packet = *state;
    struct ir_pkt pkt = packet->pkt;

    assert_int_equal(ir_pkt_set_length(packet->pool, &pkt, SIZE), 0);
    assert_int_equal(ir_pkt_length(pkt), SIZE);
    assert_non_null(ir_pkt_data(packet->pool, pkt, SIZE - 1, 1));
    assert_int_equal(ir_pkt_set_length(packet->pool, &pkt, IR_FRAME_MIN), 0);
    assert_int_equal(ir_pkt_length(pkt), IR_FRAME_MIN);
    assert_int_equal(ir_handle_grant(pkt), ir_handle_grant(packet->pkt));
    assert_int_equal(ir_handle_index(pkt), ir_handle_index(packet->pkt));
}

static void length_of_no_frame_is_refused(void **state)
{
    struct packet *packet = *state;
    struct ir_pkt pkt = packet->pkt;

    assert_int_equal(ir_pkt_set_length(packet->pool, &pkt, IR_FRAME_MIN - 1), -EMSGSIZE);
    assert_int_equal(ir_pkt_set_length(packet->pool, &pkt, SIZE + 1), -EMSGSIZE);
    assert_int_equal(ir_pkt_set_length(packet->pool, &pkt, UINT32_MAX), -EMSGSIZE);
    assert_int_equal(pkt.bits, packet->pkt.bits);
}

static void length_of_a_packet_that_is_not_held_cannot_change(void **state)
{
    struct packet *packet = *state;
    struct ir_pkt pkt = packet->pkt;

    assert_int_equal(ir_pool_return(packet->pool, packet->pkt), 0);
    assert_int_equal(ir_pkt_set_length(packet->pool, &pkt, 10), -ESTALE);
    assert_int_equal(pkt.bits, packet->pkt.bits);
}

int main(void)
{
#define PACKET(test) cmocka_unit_test_setup_teardown(test, make_packet, drop_packet)
    const struct CMUnitTest tests[] = {
        PACKET(view_is_exactly_the_range_asked_for),
        PACKET(view_that_leaves_the_packet_is_refused),
        PACKET(view_through_a_handle_that_holds_nothing_is_refused),
        PACKET(view_through_a_handle_with_a_forged_length_is_refused),
        PACKET(fields_are_read_in_network_order),
        PACKET(fields_are_written_in_network_order_and_nothing_else_is),
        PACKET(field_that_leaves_the_packet_is_invalid),
        PACKET(field_of_a_packet_that_is_not_held_is_stale),
        PACKET(length_can_be_that_of_any_frame),
        PACKET(length_of_no_frame_is_refused),
        PACKET(length_of_a_packet_that_is_not_held_cannot_change),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
