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
    /*@ assert end: (pkt_index(*pkt) + 1) * pool->stride <= pool->count * pool->stride; */
    /*@ assert readable: pool_readable(pool); */
    target = ir_pkt_data(pool, *pkt, 0u, length);
    /*@ assert granted: target != \null; */
    copy_bytes(target, bytes, length);
    return 0;
}
