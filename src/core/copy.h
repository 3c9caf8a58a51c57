/* SPDX-License-Identifier: MIT
 *
 * A packet out of bytes that lie elsewhere: the only copy there is in the library, between memory that a
 * device can reach and memory that none can (src/api/private.c).
 */
#ifndef IRONRING_CORE_COPY_H
#define IRONRING_CORE_COPY_H

#include "core/pool.h"

/* Take a buffer out of the pool for a packet that begins as a copy of `bytes`. They are left for good
 * then: what a device writes there later the holder of *pkt never sees, and what it writes meanwhile
 * only settles which value a byte has. Returns 0, or -EMSGSIZE no packet is that long, -ENOBUFS
 * the pool is empty; then nothing has changed. */
/*@ POOL_BALANCED(requires, pool, l)
    requires hand_empty(pool, l);
    requires \valid(pkt) && \separated(pkt, pool, l);
    requires \valid(pool->data + (0 .. pool->count * pool->stride - IR_POOL_HEADROOM - 1));
    requires \valid_read(bytes + (0 .. length - 1));
    requires apart: \separated(bytes + (0 .. length - 1),
        pool->data + (0 .. pool->count * pool->stride - IR_POOL_HEADROOM - 1));
    requires records: \separated(pool->data +
        (0 .. pool->count * pool->stride - IR_POOL_HEADROOM - 1), pool, l, pkt);
    assigns *pkt, pool->free_count, pool->holder[0 .. 65535], pool->grant_next, l->place[0 .. 65535],
        pool->data[0 .. pool->count * pool->stride - IR_POOL_HEADROOM - 1];
    POOL_BALANCED(ensures, pool, l)
    ensures hand_empty(pool, l);
    ensures \result == 0 || \result == -90 || \result == -105;
    ensures \result == -90 <==> !frame_fits(pool, length);
    ensures \result == -105 <==> frame_fits(pool, length) && \old(pool->free_count) == 0;
    ensures got: \result == 0 ==> held(pool, *pkt) && pkt_size(*pkt) == length &&
        \old(l->place)[pkt_index(*pkt)] == PLACE_FREE && l->place[pkt_index(*pkt)] == PLACE_APP &&
        pool->free_count == \old(pool->free_count) - 1;
    ensures whole: \result == 0 ==> \forall integer i; 0 <= i < length ==>
        packet_byte(pool, *pkt, i) == \old(bytes[i]);
    ensures inside: \result == 0 ==> \forall integer i;
        0 <= i < pool->count * pool->stride - IR_POOL_HEADROOM ==>
        i < pkt_index(*pkt) * pool->stride || pkt_index(*pkt) * pool->stride + length <= i ==>
        pool->data[i] == \old(pool->data[i]);
    ensures others: \result == 0 ==> others_stay{Pre, Post}(l, pkt_index(*pkt));
    ensures refused: \result != 0 ==> *pkt == \old(*pkt) &&
        pool->free_count == \old(pool->free_count) && others_stay{Pre, Post}(l, -1);
    ensures app_keeps{Pre, Post}(pool, l);
*/
int32_t ir_pool_copy(struct ir_pool *pool, const uint8_t *bytes, uint32_t length,
                     struct ir_pkt *pkt) /*@ ghost (struct ledger \ghost *l) */;

#endif
