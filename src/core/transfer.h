/* SPDX-License-Identifier: MIT
 *
 * A packet from one pool to another, by the only copy there is in the library: between memory that a
 * device can reach and memory that none can (src/api/private.c).
 */
#ifndef IRONRING_CORE_TRANSFER_H
#define IRONRING_CORE_TRANSFER_H

#include "core/pool.h"

/* What holds of both pools before and after; `kind` is requires or ensures. */
#define TRANSFER_BALANCED(kind, from, f, to, t)                                                    \
    POOL_BALANCED(kind, from, f)                                                                   \
    POOL_BALANCED(kind, to, t)                                                                     \
    kind hand_empty(from, f);                                                                      \
    kind hand_empty(to, t);

/* Copy the packet's bytes to a buffer of `to` and give its own back to `from`. The length is that of
 * the handle and the source is left for good, so what a device writes there later, or while this is
 * copied, the holder of *copy never sees change. Returns 0, or -ESTALE the application does not hold it,
 * -EMSGSIZE it does not fit in a buffer, -ENOBUFS `to` is empty; then nothing has changed. */
/*@ TRANSFER_BALANCED(requires, from, f, to, t)
    requires \separated(from, f, to, t, copy) && \valid(copy);
    requires pool_readable(from) && pool_readable(to);
    requires \separated(from->data + (0 .. from->count * from->stride - IR_POOL_HEADROOM - 1),
        to->data + (0 .. to->count * to->stride - IR_POOL_HEADROOM - 1), from, to, f, t, copy);
    assigns *copy, to->data[0 .. to->count * to->stride - IR_POOL_HEADROOM - 1],
        to->free_count, to->grant[0 .. 65535], to->grant_next, t->place[0 .. 65535],
        from->free_count, from->stack[0 .. 65535], from->grant[0 .. 65535], f->place[0 .. 65535],
        f->order[0 .. 65535], f->position[0 .. 65535];
    TRANSFER_BALANCED(ensures, from, f, to, t)
    ensures answers: \result == 0 || \result == -116 || \result == -90 || \result == -105;
    ensures stale: \result == -116 <==> !\old(held(from, pkt));
    ensures long: \result == -90 <==> \old(held(from, pkt)) &&
        (pkt_size(pkt) > from->buffer_size || pkt_size(pkt) > to->buffer_size);
    ensures dead: \result == 0 ==> !held(from, pkt) && f->place[pkt_index(pkt)] == PLACE_FREE &&
        from->free_count == \old(from->free_count) + 1;
    ensures alive: \result == 0 ==> held(to, *copy) && pkt_size(*copy) == pkt_size(pkt) &&
        \old(t->place)[pkt_index(*copy)] == PLACE_FREE && t->place[pkt_index(*copy)] == PLACE_APP &&
        to->free_count == \old(to->free_count) - 1;
    ensures whole: \result == 0 ==> \forall integer i; 0 <= i < pkt_size(pkt) ==>
        packet_byte(to, *copy, i) == \old(packet_byte(from, pkt, i));
    ensures refused: \result != 0 ==> *copy == \old(*copy) &&
        from->free_count == \old(from->free_count) && to->free_count == \old(to->free_count) &&
        others_stay{Pre, Post}(f, -1) && others_stay{Pre, Post}(t, -1);
    ensures others_stay{Pre, Post}(f, pkt_index(pkt));
    ensures \result == 0 ==> others_stay{Pre, Post}(t, pkt_index(*copy));
    ensures app_keeps{Pre, Post}(to, t);
*/
int32_t ir_pool_transfer(struct ir_pool *from, struct ir_pkt pkt, struct ir_pool *to,
                         struct ir_pkt *copy)
    /*@ ghost (struct ledger \ghost *f, struct ledger \ghost *t) */;

#endif
