/* SPDX-License-Identifier: MIT
 *
 * Messages of the vhost-user protocol; see vhost_user_message.h.
 */
#include "virtio/vhost_user_message.h"

#include <errno.h>

#define MEMORY_LEAST 67108864u /* 64 MiB */

void vhost_user_put32(uint8_t *to, uint32_t value)
{
    to[0] = (uint8_t)(value % 256u);
    to[1] = (uint8_t)(value / 256u % 256u);
    to[2] = (uint8_t)(value / 65536u % 256u);
    to[3] = (uint8_t)(value / 16777216u);
}

void vhost_user_put64(uint8_t *to, uint64_t value)
{
    vhost_user_put32(to, (uint32_t)(value % 4294967296u));
    vhost_user_put32(to + 4, (uint32_t)(value / 4294967296u));
}

uint32_t vhost_user_get32(const uint8_t *from)
{
    return from[0] + from[1] * 256u + from[2] * 65536u + from[3] * 16777216u;
}

uint64_t vhost_user_get64(const uint8_t *from)
{
    return vhost_user_get32(from) + vhost_user_get32(from + 4) * 4294967296u;
}

/*@ requires \valid(bytes + (0 .. VHOST_USER_HEADER - 1));
    requires reply == 0 || reply == 1;
    assigns bytes[0 .. VHOST_USER_HEADER - 1];
    ensures header_is(bytes, request, VHOST_USER_VERSION + reply * VHOST_USER_NEED_REPLY, size);
*/
static void put_header(uint8_t *bytes, uint32_t request, uint32_t reply, uint32_t size)
{
    vhost_user_put32(bytes, request);
    vhost_user_put32(bytes + 4, VHOST_USER_VERSION + reply * VHOST_USER_NEED_REPLY);
    vhost_user_put32(bytes + 8, size);
}

uint32_t vhost_user_build(uint8_t *bytes, uint32_t request, uint32_t reply)
{
    put_header(bytes, request, reply, VHOST_USER_NONE);
    return VHOST_USER_HEADER;
}

uint32_t vhost_user_build_number(uint8_t *bytes, uint32_t request, uint32_t reply, uint64_t value)
{
    put_header(bytes, request, reply, VHOST_USER_NUMBER);
    vhost_user_put64(bytes + 12, value);
    return VHOST_USER_HEADER + VHOST_USER_NUMBER;
}

uint32_t vhost_user_build_state(uint8_t *bytes, uint32_t request, uint32_t reply, uint32_t index,
                                uint32_t number)
{
    put_header(bytes, request, reply, VHOST_USER_STATE);
    vhost_user_put32(bytes + 12, index);
    vhost_user_put32(bytes + 16, number);
    return VHOST_USER_HEADER + VHOST_USER_STATE;
}

/*@ requires \valid(to + (0 .. 15));
    assigns to[0 .. 15];
    ensures le64(to) == first && le64(to + 8) == second;
*/
static void put_two(uint8_t *to, uint64_t first, uint64_t second)
{
    vhost_user_put64(to, first);
    vhost_user_put64(to + 8, second);
}

/* A payload of two small numbers, of which the second is 0, and four addresses or sizes, the last
 * 0. */
/*@ requires \valid(to + (0 .. 39));
    assigns to[0 .. 39];
    ensures le32(to) == number && le32(to + 4) == 0;
    ensures le64(to + 8) == first && le64(to + 16) == second;
    ensures le64(to + 24) == third && le64(to + 32) == 0;
*/
static void put_places(uint8_t *to, uint32_t number, uint64_t first, uint64_t second,
                       uint64_t third)
{
    vhost_user_put64(to, number);
    /*@ assert small: le32(to) == number && le32(to + 4) == 0; */
    put_two(to + 8, first, second);
    put_two(to + 24, third, 0u);
}

uint32_t vhost_user_build_address(uint8_t *bytes, uint32_t reply,
                                  const struct vhost_user_ring *ring)
{
    put_header(bytes, VHOST_USER_SET_VRING_ADDR, reply, VHOST_USER_ADDRESS);
    /* Nothing is logged: the number has no flags, and the last place is not used. */
    put_places(bytes + 12, ring->index, ring->desc, ring->device, ring->driver);
    return VHOST_USER_HEADER + VHOST_USER_ADDRESS;
}

uint32_t vhost_user_build_memory(uint8_t *bytes, uint32_t reply, uint64_t address, uint64_t size)
{
    put_header(bytes, VHOST_USER_SET_MEM_TABLE, reply, VHOST_USER_MEMORY);
    /* One region, its address for the device, its size, its address for the driver; it begins where
     * the file does. */
    put_places(bytes + 12, 1u, address, size, address);
    return VHOST_USER_HEADER + VHOST_USER_MEMORY;
}

struct vhost_user_header vhost_user_parse(const uint8_t *bytes)
{
    struct vhost_user_header header = {0};

    header.request = vhost_user_get32(bytes);
    header.flags = vhost_user_get32(bytes + 4);
    header.size = vhost_user_get32(bytes + 8);
    return header;
}

uint32_t vhost_user_judge(const struct vhost_user_header *header, uint32_t request, uint32_t size)
{
    if (header->flags % VHOST_USER_VERSIONS != VHOST_USER_VERSION)
        return VHOST_USER_BAD_VERSION;
    if (header->flags / VHOST_USER_REPLY % 2u != 1u)
        return VHOST_USER_NO_REPLY;
    if (header->request != request)
        return VHOST_USER_BAD_REQUEST;
    return header->size == size ? VHOST_USER_FINE : VHOST_USER_BAD_SIZE;
}

int32_t vhost_user_parse_pairs(const uint8_t *payload)
{
    uint64_t pairs = vhost_user_get64(payload);

    if (pairs == 0u)
        return -EPROTO;
    return pairs < VHOST_USER_PAIRS_MAX ? (int32_t)pairs : (int32_t)VHOST_USER_PAIRS_MAX;
}

int32_t vhost_user_parse_status(const uint8_t *payload)
{
    uint64_t status = vhost_user_get64(payload);

    return status <= 255u ? (int32_t)status : -EPROTO;
}

int32_t vhost_user_parse_done(const uint8_t *payload)
{
    return vhost_user_get64(payload) == 0u ? 0 : -EPROTO;
}

int32_t vhost_user_parse_base(const uint8_t *payload, uint32_t index)
{
    return vhost_user_get32(payload) == index ? 0 : -EPROTO;
}

/* The powers of two from 2^26 to 2^40, for the loop below. */
/*@
predicate table_size(integer s) =
    s == 67108864 || s == 134217728 || s == 268435456 || s == 536870912 || s == 1073741824 ||
    s == 2147483648 || s == 4294967296 || s == 8589934592 ||
    s == 17179869184 || s == 34359738368 || s == 68719476736 || s == 137438953472 ||
    s == 274877906944 || s == 549755813888 || s == 1099511627776;
*/

uint64_t vhost_user_memory_size(uint64_t used)
{
    uint64_t size = MEMORY_LEAST;

    /*@ loop invariant table_size(size);
        loop invariant size == 67108864 || size < 2 * used;
        loop assigns size;
        loop variant 1099511627776 - size;
    */
    while (size < used)
        size = size * 2u;
    return size;
}
