/* SPDX-License-Identifier: MIT
 *
 * The copy into a pool; see copy.h.
 */
#include "core/copy.h"

#include <stddef.h>

/* Compilers make memmove of it. */
/*@ requires \valid(to + (0 .. length - 1)) && \valid_read(from + (0 .. length - 1));
    requires \separated(to + (0 .. length - 1), from + (0 .. length - 1));
    assigns to[0 .. length - 1];
    ensures \forall integer i; 0 <= i < length ==> to[i] == \old(from[i]);
*/
static void copy_bytes(uint8_t *restrict to, const uint8_t *restrict from, uint32_t length)
{
    /*@ loop invariant 0 <= i <= length;
        loop invariant \forall integer k; 0 <= k < i ==> to[k] == \at(from[k], Pre);
        loop assigns i, to[0 .. length - 1];
        loop variant length - i;
    */
    /* gcc's -fanalyzer takes `to` for null, which no packet's place is (proved). */
    for (uint32_t i = 0; i < length; i++)
        to[i] = from[i];
}

int32_t ir_pool_copy(struct ir_pool *pool, const uint8_t *bytes, uint32_t length,
                     struct ir_pkt *pkt) /*@ ghost (struct ledger \ghost *l) */
{
    int32_t result = ir_pool_take(pool, length, pkt) /*@ ghost (l) */;
    uint8_t *target;

    if (result != 0)
        return result;
    /*@ assert index: pkt_index(*pkt) < pool->count; */
    /*@ assert same: pool->count == \at(pool->count, Pre) && pool->stride == \at(pool->stride, Pre) &&
            pool->data == \at(pool->data, Pre); */
    /* Linear one by one: the provers do not multiply two variables. */
    /*@ assert end_2112: pool->stride == 2112 ==>
            0 <= pkt_index(*pkt) * pool->stride &&
            (pkt_index(*pkt) + 1) * pool->stride <= pool->count * pool->stride &&
            pool->count * pool->stride == \at(pool->count * pool->stride, Pre); */
    /*@ assert end_4160: pool->stride == 4160 ==>
            0 <= pkt_index(*pkt) * pool->stride &&
            (pkt_index(*pkt) + 1) * pool->stride <= pool->count * pool->stride &&
            pool->count * pool->stride == \at(pool->count * pool->stride, Pre); */
    /*@ assert end_8256: pool->stride == 8256 ==>
            0 <= pkt_index(*pkt) * pool->stride &&
            (pkt_index(*pkt) + 1) * pool->stride <= pool->count * pool->stride &&
            pool->count * pool->stride == \at(pool->count * pool->stride, Pre); */
    /*@ assert end_16448: pool->stride == 16448 ==>
            0 <= pkt_index(*pkt) * pool->stride &&
            (pkt_index(*pkt) + 1) * pool->stride <= pool->count * pool->stride &&
            pool->count * pool->stride == \at(pool->count * pool->stride, Pre); */
    /*@ assert end: 0 <= pkt_index(*pkt) * pool->stride &&
            (pkt_index(*pkt) + 1) * pool->stride <= pool->count * pool->stride; */
    /*@ assert same_size: pool->count * pool->stride == \at(pool->count * pool->stride, Pre); */
    /*@ assert room: pool->stride == pool->buffer_size + IR_POOL_HEADROOM && length <= pool->buffer_size; */
    /*@ assert inside: pkt_index(*pkt) * pool->stride + length <=
            pool->count * pool->stride - IR_POOL_HEADROOM; */
    /*@ assert exist: \forall integer b; 0 <= b < 65536 ==> pool->holder[b] % 65536 == b ==>
            b < pool->count && frame_fits(pool, pool->holder[b] / 281474976710656); */
    /*@ assert shape: pool_shape(pool); */
    /*@ assert memory: \valid(pool->data + (0 .. pool->count * pool->stride - IR_POOL_HEADROOM - 1)); */
    /*@ assert readable: pool_readable(pool); */
    target = ir_pkt_data(pool, *pkt, 0u, length);
    /*@ assert granted: target == pool->data + pkt_index(*pkt) * pool->stride; */
    /*@ assert apart: \separated(target + (0 .. length - 1), bytes + (0 .. length - 1)); */
    copy_bytes(target, bytes, length);
    /*@ assert copied: \forall integer i; 0 <= i < length ==> target[i] == \at(bytes[i], Pre); */
    /*@ assert there: \forall integer i; 0 <= i < length ==>
            packet_byte(pool, *pkt, i) == target[i]; */
    /*@ assert whole: \forall integer i; 0 <= i < length ==>
            packet_byte(pool, *pkt, i) == \at(bytes[i], Pre); */
    return 0;
}
