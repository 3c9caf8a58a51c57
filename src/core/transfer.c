/* SPDX-License-Identifier: MIT
 *
 * The copy between two pools; see transfer.h.
 */
#include "core/transfer.h"

#include <errno.h>
#include <stddef.h>

/* Compilers make memcpy of it. */
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

int32_t ir_pool_transfer(struct ir_pool *from, struct ir_pkt pkt, struct ir_pool *to,
                         struct ir_pkt *copy)
/*@ ghost (struct ledger \ghost *f, struct ledger \ghost *t) */
{
    uint32_t length = ir_handle_length(pkt);
    const uint8_t *source = ir_pkt_data(from, pkt, 0u, length);
    uint8_t *target;
    int32_t result;

    if (source == NULL)
        return ir_pool_holds(from, pkt) ? -EMSGSIZE : -ESTALE;
    /*@ assert source_inside: (pkt_index(pkt) + 1) * from->stride <= from->count * from->stride; */
    result = ir_pool_take(to, length, copy) /*@ ghost (t) */;
    if (result != 0)
        return result;
    /*@ assert from_free: free_ok(from, f); */
    /*@ assert from_grants: grant_ok(from, f); */
    /*@ assert from_hand: hand_empty(from, f); */
    /*@ assert still_held: held(from, pkt); */
    /*@ assert index: pkt_index(*copy) < to->count; */
    /*@ assert target_inside: (pkt_index(*copy) + 1) * to->stride <= to->count * to->stride; */
    target = ir_pkt_data(to, *copy, 0u, length);
    /*@ assert granted: target != \null; */
    copy_bytes(target, source, length);
    /*@ assert copied: \forall integer i; 0 <= i < length ==>
            packet_byte(to, *copy, i) == \at(packet_byte(from, pkt, i), Pre); */
    (void)ir_pool_return(from, pkt) /*@ ghost (f) */;
    /*@ assert to_free: free_ok(to, t); */
    /*@ assert to_grants: grant_ok(to, t); */
    /*@ assert to_hand: hand_empty(to, t); */
    /*@ assert alive: held(to, *copy); */
    return 0;
}
