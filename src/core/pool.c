/* SPDX-License-Identifier: MIT
 *
 * Pool set-up, and the moves between free stack and application.
 */
#include "core/pool.h"

#include <errno.h>

/*@ assigns \nothing;
    ensures \result == 1 || \result == 0;
    ensures \result == 1 <==> size == 2048 || size == 4096 || size == 8192 || size == 16384;
*/
static uint32_t is_buffer_size(uint64_t size)
{
    return size == 2048u || size == 4096u || size == 8192u || size == 16384u;
}

int32_t ir_pool_init(struct ir_pool *pool, uint8_t *memory, uint64_t iova, uint64_t count,
                     uint64_t buffer_size, uint64_t number) /*@ ghost (struct ledger \ghost *l) */
{
    uint64_t stride;

    if (count == 0u || count > IR_POOL_BUFFERS_MAX || !is_buffer_size(buffer_size) ||
        number == 0u || number > IR_POOL_NUMBER_MAX)
        return -EINVAL;
    stride = buffer_size + IR_POOL_HEADROOM;
    if (iova > UINT64_MAX - count * stride)
        return -EINVAL;

    pool->data = memory + IR_POOL_HEADROOM;
    pool->iova = iova + IR_POOL_HEADROOM;
    pool->count = count;
    pool->buffer_size = buffer_size;
    pool->stride = stride;
    pool->free_count = count;
    pool->grant_first = number * IR_POOL_GRANTS;
    pool->grant_last = number * IR_POOL_GRANTS + IR_POOL_GRANTS - 1u;
    pool->grant_next = pool->grant_first;
    /*@ loop invariant 0 <= i <= 65536;
        loop invariant \forall integer b; 0 <= b < i ==> pool->holder[b] % 65536 != b;
        loop invariant \forall integer b; 0 <= b < i ==> pool->stack[b] == b;
        loop invariant \forall integer b; 0 <= b < i ==> l->order[b] == b;
        loop invariant \forall integer b; 0 <= b < i ==> l->position[b] == b;
        loop invariant \forall integer b; 0 <= b < i ==> l->place[b] == PLACE_FREE;
        loop assigns i, pool->holder[0 .. 65535], pool->stack[0 .. 65535], *l;
        loop variant 65536 - i;
    */
    for (uint32_t i = 0; i < IR_POOL_INDICES; i++) {
        pool->holder[i] = i < IR_POOL_BUFFERS_MAX ? IR_POOL_NOBODY : 0u;
        pool->stack[i] = (uint16_t)i;
        /*@ ghost
            l->order[i] = (int32_t)i;
            l->position[i] = (int32_t)i;
            l->place[i] = PLACE_FREE;
        */
    }
    return 0;
}

int32_t ir_pool_take(struct ir_pool *pool, uint32_t length, struct ir_pkt *pkt)
/*@ ghost (struct ledger \ghost *l) */
{
    uint32_t index;

    if (!ir_pool_fits(pool, length))
        return -EMSGSIZE;
    if (pool->free_count == 0u)
        return -ENOBUFS;
    ir_pool_reserve_grants(pool, 1u) /*@ ghost (l) */;
    index = ir_pool_pop(pool) /*@ ghost (l) */;
    *pkt = ir_pool_grant(pool, index, length) /*@ ghost (l) */;
    return 0;
}

int32_t ir_pool_return(struct ir_pool *pool, struct ir_pkt pkt)
/*@ ghost (struct ledger \ghost *l) */
{
    uint32_t index;

    if (!ir_pool_holds(pool, pkt))
        return -ESTALE;
    index = ir_pool_revoke(pool, pkt) /*@ ghost (l) */;
    ir_pool_push(pool, index) /*@ ghost (l) */;
    return 0;
}
