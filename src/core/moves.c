/* SPDX-License-Identifier: MIT
 *
 * Emptying a whole ring.
 */
#include "core/moves.h"

void ir_move_drain(struct ir_ring *ring, struct ir_pool *pool)
/*@ ghost (struct ledger \ghost *l, int64_t tag) */
{
    /*@ BALANCED(loop invariant, pool, l, ring, tag)
        loop invariant used(ring) == left;
        loop invariant pool->free_count ==
            \at(pool->free_count, Pre) + \at(used(ring), Pre) - left;
        loop invariant ring_frees{Pre, Here}(l, tag);
        loop assigns left, pool->free_count, pool->stack[0 .. 65535], ring->head,
            l->place[0 .. 65535], l->order[0 .. 65535], l->position[0 .. 65535];
        loop variant left;
    */
    for (uint64_t left = ir_ring_used(ring); left > 0u; left--) {
        /*@ assert window: in_window(ring, ring->head); */
        /*@ assert oldest: l->place[ring->slot[ring->head]] == tag + ring->head; */
        ir_move_ring_to_pool(ring, pool) /*@ ghost (l, tag) */;
    }
}
