/* SPDX-License-Identifier: MIT
 *
 * Length and typed big-endian accessors of a packet, all on top of the one checked view.
 */
#include <errno.h>

#include <ironring/packet.h>

#include "core/handle.h"
#include "core/pool.h"

/*@ requires pool_readable(pool) && \valid(pool) && \valid(pkt) && \separated(pkt, pool);
    assigns *pkt, pool->holder[0 .. 65535];
    ensures \result == 0 || \result == -116 || \result == -90;
    ensures \result == -116 <==> !\old(held(pool, *pkt));
    ensures \result == 0 <==> \old(held(pool, *pkt)) && frame_fits(pool, length);
    ensures \result == 0 ==> pkt_size(*pkt) == length && held(pool, *pkt) &&
        pkt_index(*pkt) == \old(pkt_index(*pkt)) && pkt_grant(*pkt) == \old(pkt_grant(*pkt));
    ensures \result != 0 ==> *pkt == \old(*pkt);
    ensures others: \forall integer b; 0 <= b < 65536 ==> b != \old(pkt_index(*pkt)) ==>
        pool->holder[b] == \old(pool->holder[b]);
    ensures same: \result != 0 ==> \forall integer b; 0 <= b < 65536 ==>
        pool->holder[b] == \old(pool->holder[b]);
    ensures pool_readable(pool);
*/
int ir_pkt_set_length(struct ir_pool *pool, struct ir_pkt *pkt, uint32_t length)
{
    if (!ir_pool_holds(pool, *pkt))
        return -ESTALE;
    if (!ir_pool_fits(pool, length))
        return -EMSGSIZE;
    *pkt = ir_handle_make(ir_handle_grant(*pkt), ir_handle_index(*pkt), length);
    pool->holder[ir_handle_index(*pkt)] = pkt->bits;
    return 0;
}

/* Why there is no view: the packet is not the caller's, or the range is not in it. */
/*@ requires \valid_read(pool);
    assigns \nothing;
    ensures held(pool, pkt) ==> \result == -22;
    ensures !held(pool, pkt) ==> \result == -116;
*/
static int no_view(const struct ir_pool *pool, struct ir_pkt pkt)
{
    return ir_pool_holds(pool, pkt) ? -EINVAL : -ESTALE;
}

/*@ requires pool_readable(pool) && \valid(value) && \separated(value, pool);
    requires \separated(value, pool->data + (0 .. pool->count * pool->stride - IR_POOL_HEADROOM - 1));
    assigns *value;
    ensures \result == 0 || \result == -116 || \result == -22;
    ensures \result == -116 <==> !held(pool, pkt);
    ensures \result == 0 <==> held(pool, pkt) &&
        offset + 1 <= pkt_size(pkt);
    ensures \result == 0 ==> *value == packet_byte(pool, pkt, offset);
    ensures \result != 0 ==> *value == \old(*value);
*/
int ir_pkt_read8(const struct ir_pool *pool, struct ir_pkt pkt, uint32_t offset, uint8_t *value)
{
    const uint8_t *byte = ir_pkt_data(pool, pkt, offset, 1u);

    if (byte == NULL)
        return no_view(pool, pkt);
    *value = byte[0];
    return 0;
}

/*@ requires pool_readable(pool) && \valid(value) && \separated(value, pool);
    assigns *value;
    ensures \result == 0 || \result == -116 || \result == -22;
    ensures \result == -116 <==> !held(pool, pkt);
    ensures \result == 0 <==> held(pool, pkt) && offset +
        2 <= pkt_size(pkt);
    ensures \result == 0 ==> *value == packet_byte(pool, pkt, offset) * 256 + packet_byte(pool,
        pkt, offset + 1);
    ensures \result != 0 ==> *value == \old(*value);
*/
int ir_pkt_read16(const struct ir_pool *pool, struct ir_pkt pkt, uint32_t offset, uint16_t *value)
{
    const uint8_t *byte = ir_pkt_data(pool, pkt, offset, 2u);

    if (byte == NULL)
        return no_view(pool, pkt);
    *value = (uint16_t)(byte[0] * 256u + byte[1]);
    return 0;
}

/*@ requires pool_readable(pool) && \valid(value) && \separated(value, pool);
    assigns *value;
    ensures \result == 0 || \result == -116 || \result == -22;
    ensures \result == -116 <==> !held(pool, pkt);
    ensures \result == 0 <==> held(pool, pkt) &&
        offset + 4 <= pkt_size(pkt);
    ensures \result == 0 ==> *value == packet_byte(pool, pkt, offset) * 16777216 +
        packet_byte(pool, pkt, offset + 1) * 65536 + packet_byte(pool, pkt, offset + 2) * 256 +
        packet_byte(pool, pkt, offset + 3);
    ensures \result != 0 ==> *value == \old(*value);
*/
int ir_pkt_read32(const struct ir_pool *pool, struct ir_pkt pkt, uint32_t offset, uint32_t *value)
{
    const uint8_t *byte = ir_pkt_data(pool, pkt, offset, 4u);

    if (byte == NULL)
        return no_view(pool, pkt);
    *value = byte[0] * 16777216u + byte[1] * 65536u + byte[2] * 256u + byte[3];
    return 0;
}

/*@ requires pool_readable(pool);
    requires \separated(pool, pool->data + (0 .. pool->count * pool->stride - IR_POOL_HEADROOM - 1));
    assigns pool->data[pkt_index(pkt) * pool->stride + offset ..
        pkt_index(pkt) * pool->stride + offset + 0];
    ensures \result == 0 || \result == -116 || \result == -22;
    ensures \result == -116 <==> !held(pool, pkt);
    ensures \result == 0 <==> held(pool, pkt) &&
        offset + 1 <= pkt_size(pkt);
    ensures \result == 0 ==> value == packet_byte(pool, pkt, offset);
    ensures \result != 0 ==> \forall integer i; 0 <= i < pool->count * pool->stride - IR_POOL_HEADROOM ==>
        pool->data[i] == \old(pool->data[i]);
*/
int ir_pkt_write8(const struct ir_pool *pool, struct ir_pkt pkt, uint32_t offset, uint8_t value)
{
    uint8_t *byte = ir_pkt_data(pool, pkt, offset, 1u);

    if (byte == NULL)
        return no_view(pool, pkt);
    byte[0] = value;
    return 0;
}

/*@ requires pool_readable(pool);
    requires \separated(pool, pool->data + (0 .. pool->count * pool->stride - IR_POOL_HEADROOM - 1));
    assigns pool->data[pkt_index(pkt) * pool->stride + offset .. pkt_index(pkt) *
        pool->stride + offset + 1];
    ensures \result == 0 || \result == -116 || \result == -22;
    ensures \result == -116 <==> !held(pool, pkt);
    ensures \result == 0 <==> held(pool, pkt) && offset +
        2 <= pkt_size(pkt);
    ensures \result == 0 ==> value == packet_byte(pool, pkt, offset) * 256 + packet_byte(pool,
        pkt, offset + 1);
    ensures \result != 0 ==> \forall integer i; 0 <= i < pool->count * pool->stride - IR_POOL_HEADROOM ==>
        pool->data[i] == \old(pool->data[i]);
*/
int ir_pkt_write16(const struct ir_pool *pool, struct ir_pkt pkt, uint32_t offset, uint16_t value)
{
    uint8_t *byte = ir_pkt_data(pool, pkt, offset, 2u);

    if (byte == NULL)
        return no_view(pool, pkt);
    byte[0] = (uint8_t)(value / 256u);
    byte[1] = (uint8_t)(value % 256u);
    return 0;
}

/*@ requires pool_readable(pool);
    requires \separated(pool, pool->data + (0 .. pool->count * pool->stride - IR_POOL_HEADROOM - 1));
    assigns pool->data[pkt_index(pkt) * pool->stride + offset ..
        pkt_index(pkt) * pool->stride + offset + 3];
    ensures \result == 0 || \result == -116 || \result == -22;
    ensures \result == -116 <==> !held(pool, pkt);
    ensures \result == 0 <==> held(pool, pkt) &&
        offset + 4 <= pkt_size(pkt);
    ensures \result == 0 ==> value == packet_byte(pool, pkt, offset) * 16777216 +
        packet_byte(pool, pkt, offset + 1) * 65536 + packet_byte(pool, pkt, offset + 2) * 256 +
        packet_byte(pool, pkt, offset + 3);
    ensures \result != 0 ==> \forall integer i; 0 <= i < pool->count * pool->stride - IR_POOL_HEADROOM ==>
        pool->data[i] == \old(pool->data[i]);
*/
int ir_pkt_write32(const struct ir_pool *pool, struct ir_pkt pkt, uint32_t offset, uint32_t value)
{
    uint8_t *byte = ir_pkt_data(pool, pkt, offset, 4u);

    if (byte == NULL)
        return no_view(pool, pkt);
    /*@ assert low: value == value / 256 * 256 + value % 256; */
    /*@ assert middle: value / 256 == value / 65536 * 256 + value / 256 % 256; */
    /*@ assert high: value / 65536 == value / 16777216 * 256 + value / 65536 % 256; */
    byte[0] = (uint8_t)(value / 16777216u);
    byte[1] = (uint8_t)(value / 65536u % 256u);
    byte[2] = (uint8_t)(value / 256u % 256u);
    byte[3] = (uint8_t)(value % 256u);
    /*@ assert first: packet_byte(pool, pkt, offset) == value / 16777216; */
    /*@ assert second: packet_byte(pool, pkt, offset + 1) == value / 65536 % 256; */
    /*@ assert third: packet_byte(pool, pkt, offset + 2) == value / 256 % 256; */
    /*@ assert fourth: packet_byte(pool, pkt, offset + 3) == value % 256; */
    return 0;
}
