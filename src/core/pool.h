/* SPDX-License-Identifier: MIT
 *
 * Moves of a buffer between the free stack, the driver's hand and the application: one small
 * function a move, each proved to keep the pool's invariants. Rings are in ring.h; nothing here
 * knows a device.
 */
#ifndef IRONRING_CORE_POOL_H
#define IRONRING_CORE_POOL_H

#include <stdint.h>

#include <ironring/packet.h>
#include <ironring/pool.h>

#include "core/compiler.h"
#include "core/handle.h"

#ifdef __FRAMAC__
#include "ledger.h"
#endif

/* Each pool's own range of grants: number << 26 up to (number + 1) << 26. */
#define IR_POOL_NUMBER_MAX 63u
#define IR_POOL_GRANTS     67108864u

/* What stands in place of a handle while the application does not hold the buffer. It has the index
 * 65535, which is no buffer's; that one's own word is 0 for good, which has another index too. */
#define IR_POOL_NOBODY UINT64_MAX

/* Fill in the record of a pool whose buffers are all free. `memory` and `iova` are the two
 * addresses of count * (IR_POOL_HEADROOM + buffer_size) bytes; `number`, 1 to 63, is no other
 * pool's. Returns 0, or -EINVAL when a value is out of range or the device addresses would wrap. */
/*@ requires \valid(pool) && \valid(l) && \separated(pool, l);
    assigns *pool, *l;
    ensures \result == 0 || \result == -22;
    POOL_BALANCED(ensures \result == 0 ==>, pool, l)
    ensures \result == 0 ==> hand_empty(pool, l);
    ensures \result == 0 ==> pool->free_count == count && pool->count == count &&
        pool->buffer_size == buffer_size && pool->iova == iova + IR_POOL_HEADROOM &&
        pool->data == memory + IR_POOL_HEADROOM;
    ensures \result == 0 ==> \forall integer b; 0 <= b < 65536 ==> l->place[b] == PLACE_FREE;
    ensures own_grants: \result == 0 ==> pool->grant_first == number * IR_POOL_GRANTS &&
        pool->grant_last == number * IR_POOL_GRANTS + IR_POOL_GRANTS - 1;
*/
int32_t ir_pool_init(struct ir_pool *pool, uint8_t *memory, uint64_t iova, uint64_t count,
                     uint64_t buffer_size, uint64_t number) /*@ ghost (struct ledger \ghost *l) */;

/* Device address of a buffer. */
/*@ requires \valid_read(pool) && pool_shape(pool) && pool_span(pool) && index < pool->count;
    assigns \nothing;
    ensures \result == pool->iova + index * pool->stride;
    ensures confined: pool->iova <= \result &&
        \result + pool->stride <= pool->iova + pool->count * pool->stride;
*/
static inline uint64_t ir_pool_iova(const struct ir_pool *pool, uint32_t index)
{
    /*@ assert (index + 1) * pool->stride <= pool->count * pool->stride; */
    return pool->iova + index * pool->stride;
}

/* Free stack to hand. */
/*@ POOL_BALANCED(requires, pool, l)
    requires hand_empty(pool, l);
    requires pool->free_count > 0;
    assigns pool->free_count, l->place[0 .. 65535];
    POOL_BALANCED(ensures, pool, l)
    ensures \result < pool->count && hand_holds(pool, l, \result);
    ensures \old(l->place[\result]) == PLACE_FREE && l->place[\result] == PLACE_HAND;
    ensures others_stay{Pre, Post}(l, \result);
    ensures pool->free_count == \old(pool->free_count) - 1;
*/
static inline uint32_t ir_pool_pop(struct ir_pool *pool) /*@ ghost (struct ledger \ghost *l) */
{
    uint64_t last = pool->free_count - 1u;
    uint32_t index = pool->stack[last];

    pool->free_count = last;
    /*@ ghost l->place[index] = PLACE_HAND; */
    return index;
}

/* A buffer that neither free stack nor application has to the top of the free stack, which holds
 * `free`; whoever calls counts it. */
/*@ POOL_BALANCED_AT(requires, pool, l, free)
    requires index < pool->count;
    requires l->place[index] != PLACE_FREE && l->place[index] != PLACE_APP;
    assigns pool->stack[0 .. 65535], l->place[0 .. 65535], l->order[0 .. 65535],
        l->position[0 .. 65535];
    POOL_BALANCED_AT(ensures, pool, l, free + 1)
    ensures l->place[index] == PLACE_FREE;
    ensures others_stay{Pre, Post}(l, index);
*/
static inline void ir_pool_stack(struct ir_pool *pool, uint64_t free, uint32_t index)
/*@ ghost (struct ledger \ghost *l) */
{
    /*@ assert room: free <= l->position[index] < pool->count; */
    /*@ ghost
        int32_t from = l->position[index];
        int32_t other = l->order[free];
        l->order[from] = other;
        l->position[other] = from;
        l->order[free] = (int32_t)index;
        l->position[index] = (int32_t)free;
        l->place[index] = PLACE_FREE;
    */
    pool->stack[free] = (uint16_t)index;
}

/* Hand to free stack. */
/*@ POOL_BALANCED(requires, pool, l)
    requires hand_holds(pool, l, index);
    requires index < pool->count;
    assigns pool->free_count, pool->stack[0 .. 65535], l->place[0 .. 65535], l->order[0 .. 65535],
        l->position[0 .. 65535];
    POOL_BALANCED(ensures, pool, l)
    ensures hand_empty(pool, l);
    ensures l->place[index] == PLACE_FREE;
    ensures others_stay{Pre, Post}(l, index);
    ensures pool->free_count == \old(pool->free_count) + 1;
*/
static inline void ir_pool_push(struct ir_pool *pool, uint32_t index)
/*@ ghost (struct ledger \ghost *l) */
{
    ir_pool_stack(pool, pool->free_count, index) /*@ ghost (l) */;
    pool->free_count = pool->free_count + 1u;
}

/* Make sure that `count` grants can be given, starting again with the first when too few are
 * left. */
/*@ POOL_BALANCED(requires, pool, l)
    requires count <= 65536;
    assigns pool->grant_next;
    POOL_BALANCED(ensures, pool, l)
    ensures pool->grant_next + count <= pool->grant_last + 1;
*/
static inline void ir_pool_reserve_grants(struct ir_pool *pool, uint64_t count)
/*@ ghost (struct ledger \ghost *l) */
{
    if (pool->grant_last + 1u - pool->grant_next < count)
        pool->grant_next = pool->grant_first;
}

/* Fetch the beginning of a buffer that a device has filled, for whoever will read the packet. */
/*@ requires \valid_read(pool) && pool_shape(pool) && index < pool->count;
    assigns \nothing;
*/
static inline void ir_pool_prefetch(const struct ir_pool *pool, uint64_t index)
{
    /*@ assert (index + 1) * pool->stride <= pool->count * pool->stride; */
    ir_prefetch(pool->data + index * pool->stride);
}

/* Bytes of the longest packet that the pool has. */
/*@ requires \valid_read(pool);
    assigns \nothing;
    ensures \result <= pool->buffer_size && \result <= IR_FRAME_MAX;
    ensures \result == pool->buffer_size || \result == IR_FRAME_MAX;
*/
static inline uint64_t ir_pool_longest(const struct ir_pool *pool)
{
    return pool->buffer_size < IR_FRAME_MAX ? pool->buffer_size : IR_FRAME_MAX;
}

/* 1 when a packet of the pool can be so long, else 0. */
/*@ requires \valid_read(pool);
    assigns \nothing;
    ensures \result == 1 || \result == 0;
    ensures \result == 1 <==> frame_fits(pool, length);
*/
static inline uint32_t ir_pool_fits(const struct ir_pool *pool, uint32_t length)
{
    return length >= IR_FRAME_MIN && length <= ir_pool_longest(pool);
}

/* Hand to application: the result is the only handle that holds the buffer. */
/*@ POOL_BALANCED(requires, pool, l)
    requires hand_holds(pool, l, index);
    requires index < pool->count && frame_fits(pool, length);
    requires pool->grant_next <= pool->grant_last;
    assigns pool->holder[index], pool->grant_next, l->place[0 .. 65535];
    POOL_BALANCED(ensures, pool, l)
    ensures hand_empty(pool, l);
    ensures held(pool, \result) && pkt_index(\result) == index && pkt_size(\result) == length;
    ensures next: pkt_grant(\result) == \old(pool->grant_next);
    ensures l->place[index] == PLACE_APP;
    ensures others_stay{Pre, Post}(l, index);
    ensures pool->grant_next == \old(pool->grant_next) + 1;
*/
static inline struct ir_pkt ir_pool_grant(struct ir_pool *pool, uint32_t index, uint32_t length)
/*@ ghost (struct ledger \ghost *l) */
{
    uint64_t grant = pool->grant_next;
    struct ir_pkt pkt = ir_handle_make(grant, index, length);

    pool->grant_next = grant + 1u;
    pool->holder[index] = pkt.bits;
    /*@ ghost l->place[index] = PLACE_APP; */
    return pkt;
}

/* 1 when the application holds the packet, else 0. */
/*@ requires \valid_read(pool);
    assigns \nothing;
    ensures \result == 1 || \result == 0;
    ensures \result == 1 <==> held(pool, pkt);
*/
static inline uint32_t ir_pool_holds(const struct ir_pool *pool, struct ir_pkt pkt)
{
    return pool->holder[ir_handle_index(pkt)] == pkt.bits;
}

/* Application to hand: every copy of the handle is dead. */
/*@ POOL_BALANCED(requires, pool, l)
    requires hand_empty(pool, l);
    requires held(pool, pkt);
    assigns pool->holder[0 .. 65535], l->place[0 .. 65535];
    POOL_BALANCED(ensures, pool, l)
    ensures \result == pkt_index(pkt) && \result < pool->count;
    ensures hand_holds(pool, l, \result) && l->place[\result] == PLACE_HAND;
    ensures \old(l->place[pkt_index(pkt)]) == PLACE_APP;
    ensures !held(pool, pkt);
    ensures others_stay{Pre, Post}(l, \result);
    ensures \forall integer b; 0 <= b < 65536 ==> b != \result ==>
        pool->holder[b] == \old(pool->holder[b]);
*/
static inline uint32_t ir_pool_revoke(struct ir_pool *pool, struct ir_pkt pkt)
/*@ ghost (struct ledger \ghost *l) */
{
    uint32_t index = ir_handle_index(pkt);

    pool->holder[index] = IR_POOL_NOBODY;
    /*@ ghost l->place[index] = PLACE_HAND; */
    return index;
}

/* Free stack to application: ir_pkt_alloc. Returns 0, -EMSGSIZE or -ENOBUFS (then *pkt is
 * unchanged). */
/*@ POOL_BALANCED(requires, pool, l)
    requires hand_empty(pool, l);
    requires \valid(pkt) && \separated(pkt, pool, l);
    assigns *pkt, pool->free_count, pool->holder[0 .. 65535], pool->grant_next, l->place[0 .. 65535];
    POOL_BALANCED(ensures, pool, l)
    ensures hand_empty(pool, l);
    ensures \result == 0 || \result == -90 || \result == -105;
    ensures \result == -90 <==> !frame_fits(pool, length);
    ensures \result == -105 <==> frame_fits(pool, length) && \old(pool->free_count) == 0;
    ensures \result == 0 ==> held(pool, *pkt) && pkt_size(*pkt) == length &&
        \old(l->place)[pkt_index(*pkt)] == PLACE_FREE && l->place[pkt_index(*pkt)] == PLACE_APP &&
        pool->free_count == \old(pool->free_count) - 1;
    ensures \result == 0 ==> others_stay{Pre, Post}(l, pkt_index(*pkt));
    ensures own_grant: \result == 0 ==>
        pool->grant_first <= pkt_grant(*pkt) == pool->grant_next - 1 <= pool->grant_last;
    ensures \result != 0 ==> *pkt == \old(*pkt) && pool->free_count == \old(pool->free_count) &&
        others_stay{Pre, Post}(l, -1);
    ensures app_keeps{Pre, Post}(pool, l);
*/
int32_t ir_pool_take(struct ir_pool *pool, uint32_t length, struct ir_pkt *pkt)
    /*@ ghost (struct ledger \ghost *l) */;

/* Application to free stack: ir_pkt_free. Returns 0, or -ESTALE when the application does not hold
 * it. */
/*@ POOL_BALANCED(requires, pool, l)
    requires hand_empty(pool, l);
    assigns pool->free_count, pool->stack[0 .. 65535], pool->holder[0 .. 65535], l->place[0 ..
        65535], l->order[0 .. 65535], l->position[0 .. 65535];
    POOL_BALANCED(ensures, pool, l)
    ensures hand_empty(pool, l);
    ensures \result == 0 || \result == -116;
    ensures \result == 0 <==> \old(held(pool, pkt));
    ensures !held(pool, pkt);
    ensures \result == 0 ==> l->place[pkt_index(pkt)] == PLACE_FREE && pool->free_count ==
        \old(pool->free_count) + 1;
    ensures \result != 0 ==> pool->free_count == \old(pool->free_count) && others_stay{Pre,
        Post}(l, -1);
    ensures others_stay{Pre, Post}(l, pkt_index(pkt));
    ensures \forall integer b; 0 <= b < 65536 ==> b != pkt_index(pkt) ==> pool->holder[b] ==
        \old(pool->holder[b]);
*/
int32_t ir_pool_return(struct ir_pool *pool,
                       struct ir_pkt pkt) /*@ ghost (struct ledger \ghost *l) */;

#endif
