/* SPDX-License-Identifier: MIT
 *
 * Receive and transmit queues of the ixgbe family: the proved data path's interface to the rest of
 * the driver. Registers other than the tails are the business of init.c.
 */
#ifndef IRONRING_IXGBE_QUEUE_H
#define IRONRING_IXGBE_QUEUE_H

#include <stdint.h>

#include "core/dma.h"
#include "core/driver.h"
#include "core/moves.h"
#include "core/pool.h"
#include "core/regs.h"
#include "core/ring.h"
#include "core/run.h"
#include "ixgbe/descriptor.h"

/* Whether so many slots of a ring of `size` are worth moving at a time: of empty ones before a refill, of
 * those in use before a reclaim. From 32 of the smallest ring and 88 of 512 on. */
/*@ requires slots <= 4096 && size <= 4096;
    assigns \nothing;
    ensures \result == 0 || \result == 1;
    ensures \result == 1 <==> slots * 8 >= size + 192;
*/
static inline uint32_t ixgbe_are_many(uint64_t slots, uint64_t size)
{
    return slots * 8u >= size + 192u;
}

struct ixgbe_rxq {
    struct ir_rxq base;
    const struct ir_regs *regs;
    struct ir_pool *pool;
    struct ixgbe_desc *desc; /* ring.size descriptors of 16 bytes, device-visible */
    uint64_t errors;         /* bits of a write-back that condemn a frame */
    uint32_t tail_register;  /* offset of RDT of this queue, 8.2.3.8.5 */
    uint8_t broken;          /* 1 once the device broke the protocol, else 0 */
    uint8_t discarded;       /* parts so far of a frame in several parts, which is dropped whole */
    struct ir_rxq_drops dropped;
    struct ir_ring ring;
};

struct ixgbe_txq {
    struct ir_txq base;
    const struct ir_regs *regs;
    struct ir_pool *pool;
    struct ixgbe_desc *desc;
    volatile ir_device32 *head; /* head write-back (TDWBAL): how far the device is, 0 at first; null
                                   when it writes DD into descriptors instead */
    uint32_t tail_register;     /* offset of TDT of this queue, 8.2.3.9.8 */
    uint32_t frame_max; /* longest frame accepted; from IXGBE_TXD_LEGACY_LEAST to IR_FRAME_MAX,
                                   and no longer than a buffer */
    uint8_t broken;
    struct ir_ring ring;
};

/*@
// What stays as it is while a queue runs, and the places its functions write to keep apart.
predicate rxq_memory{L}(struct ixgbe_rxq *q, struct ir_pool *p, struct ledger *l) =
    \valid(q) && q->pool == p && \separated(q, p, l) &&
    \valid(q->desc + (0 .. q->ring.size - 1)) && \valid_read(q->regs);

predicate txq_memory{L}(struct ixgbe_txq *q, struct ir_pool *p, struct ledger *l) =
    \valid(q) && q->pool == p && \separated(q, p, l) &&
    \valid(q->desc + (0 .. q->ring.size - 1)) && \valid_read(q->regs) &&
    IXGBE_TXD_LEGACY_LEAST <= q->frame_max <= IR_FRAME_MAX && q->frame_max <= p->buffer_size;

// The handles [0, count) of an array are held, each as a frame (that fits its buffer: holder_ok).
predicate all_held{L}(struct ir_pool *p, struct ir_pkt *pkts, integer count) =
    \forall integer i; 0 <= i < count ==>
        held(p, pkts[i]) && IR_FRAME_MIN <= pkt_size(pkts[i]);

predicate pool_scalars_stay{L1, L2}(struct ir_pool *p) =
    \at(p->free_count, L2) == \at(p->free_count, L1) &&
    \at(p->grant_next, L2) == \at(p->grant_next, L1) &&
    \at(p->grant_last, L2) == \at(p->grant_last, L1);

// The packets come from the slots from the head on, in order and without a gap.
predicate received_run{L1, L2}(struct ixgbe_rxq *q, struct ledger *l, struct ir_pkt *pkts,
                               integer from, integer to, integer tag) =
    \forall integer i; from <= i < to ==>
        \at(l->place[pkt_index(\at(pkts[i], L2))], L1) ==
            tag + around(\at(q->ring.head, L1) + (i - from), \at(q->ring.size, L1));

predicate received_in_order{L1, L2}(struct ixgbe_rxq *q, struct ledger *l, struct ir_pkt *pkts,
                                    integer count, integer tag) =
    received_run{L1, L2}(q, l, pkts, 0, count, tag);

// The packets came from the application, and fill the slots from the tail on, in order.
predicate sent_run{L1, L2}(struct ixgbe_txq *q, struct ledger *l, struct ir_pkt *pkts,
                           integer from, integer to, integer tag) =
    \forall integer i; from <= i < to ==>
        \at(l->place[pkt_index(\at(pkts[i], L2))], L1) == PLACE_APP &&
        \at(l->place[pkt_index(\at(pkts[i], L2))], L2) ==
            tag + around(\at(q->ring.tail, L1) + (i - from), \at(q->ring.size, L1));

predicate sent_in_order{L1, L2}(struct ixgbe_txq *q, struct ledger *l, struct ir_pkt *pkts,
                                integer count, integer tag) =
    sent_run{L1, L2}(q, l, pkts, 0, count, tag);

// All that a burst may move: from its ring to application or pool, and from these to its ring.
predicate rx_moves{L1, L2}(struct ledger *l, integer tag) =
    \forall integer b; 0 <= b < 65536 ==>
        \at(l->place[b], L2) == \at(l->place[b], L1) ||
        (in_ring(\at(l->place[b], L1), tag) &&
         (\at(l->place[b], L2) == PLACE_FREE || \at(l->place[b], L2) == PLACE_APP ||
          in_ring(\at(l->place[b], L2), tag))) ||
        (\at(l->place[b], L1) == PLACE_FREE && in_ring(\at(l->place[b], L2), tag));

predicate ring_recycles{L1, L2}(struct ledger *l, integer tag) =
    \forall integer b; 0 <= b < 65536 ==>
        \at(l->place[b], L2) == \at(l->place[b], L1) ||
        (in_ring(\at(l->place[b], L1), tag) &&
         (\at(l->place[b], L2) == PLACE_FREE || in_ring(\at(l->place[b], L2), tag))) ||
        (\at(l->place[b], L1) == PLACE_FREE && in_ring(\at(l->place[b], L2), tag));

predicate tx_moves{L1, L2}(struct ledger *l, integer tag) =
    \forall integer b; 0 <= b < 65536 ==>
        \at(l->place[b], L2) == \at(l->place[b], L1) ||
        (in_ring(\at(l->place[b], L1), tag) && \at(l->place[b], L2) == PLACE_FREE) ||
        (\at(l->place[b], L1) == PLACE_APP && in_ring(\at(l->place[b], L2), tag));

// A reclaim, then a send; a skip, a take and a refill: what they move together.
lemma frees_then_sends{L1, L2, L3}:
    \forall struct ledger *l, integer tag; ring_frees{L1, L2}(l, tag) ==>
    ring_sends{L2, L3}(l, tag) ==> tx_moves{L1, L3}(l, tag);

lemma sent_after_frees{L1, L2, L3}:
    \forall struct ixgbe_txq *q, struct ledger *l, struct ir_pkt *pkts, integer count, integer tag;
    ring_frees{L1, L2}(l, tag) ==> sent_in_order{L2, L3}(q, l, pkts, count, tag) ==>
    \at(q->ring.tail, L1) == \at(q->ring.tail, L2) ==>
    \at(q->ring.size, L1) == \at(q->ring.size, L2) ==>
    sent_in_order{L1, L3}(q, l, pkts, count, tag);

predicate pkts_stay{L1, L2}(struct ir_pkt *pkts, integer count) =
    \forall integer i; 0 <= i < count ==> \at(pkts[i].bits, L2) == \at(pkts[i].bits, L1);

predicate holders_stay{L1, L2}(struct ir_pool *p) =
    \forall integer b; 0 <= b < 65536 ==> \at(p->holder[b], L2) == \at(p->holder[b], L1);

lemma held_stay{L1, L2}:
    \forall struct ir_pool *p, struct ir_pkt *pkts, integer count;
    all_held{L1}(p, pkts, count) ==> pkts_stay{L1, L2}(pkts, count) ==>
    holders_stay{L1, L2}(p) ==> all_held{L2}(p, pkts, count);

lemma run_grows{L1, L2}:
    \forall struct ixgbe_rxq *q, struct ledger *l, struct ir_pkt *pkts, integer from, integer to,
        integer tag;
    received_run{L1, L2}(q, l, pkts, from, to, tag) ==>
    \at(l->place[pkt_index(\at(pkts[to], L2))], L1) ==
        tag + around(\at(q->ring.head, L1) + (to - from), \at(q->ring.size, L1)) ==>
    received_run{L1, L2}(q, l, pkts, from, to + 1, tag);

lemma run_stays{L1, L2, L3}:
    \forall struct ixgbe_rxq *q, struct ledger *l, struct ir_pkt *pkts, integer from, integer to,
        integer tag;
    received_run{L1, L2}(q, l, pkts, from, to, tag) ==> pkts_stay{L2, L3}(pkts, to) ==> 0 <= from ==>
    received_run{L1, L3}(q, l, pkts, from, to, tag);

// Packets `from` to `to` - 1 have grants of their own, from `first` on.
predicate granted_run{L}(struct ir_pkt *pkts, integer from, integer to, integer first) =
    \forall integer i; from <= i < to ==> pkt_grant(pkts[i]) == first + (i - from);

lemma grants_grow{L}:
    \forall struct ir_pkt *pkts, integer from, integer to, integer first;
    granted_run{L}(pkts, from, to, first) ==> pkt_grant(pkts[to]) == first + (to - from) ==>
    granted_run{L}(pkts, from, to + 1, first);

lemma grants_stay{L1, L2}:
    \forall struct ir_pkt *pkts, integer from, integer to, integer first;
    granted_run{L1}(pkts, from, to, first) ==> pkts_stay{L1, L2}(pkts, to) ==> 0 <= from ==>
    granted_run{L2}(pkts, from, to, first);

lemma held_grows{L}:
    \forall struct ir_pool *p, struct ir_pkt *pkts, integer count;
    all_held{L}(p, pkts, count) ==> held{L}(p, pkts[count]) ==>
    IR_FRAME_MIN <= pkt_size(pkts[count]) ==> all_held{L}(p, pkts, count + 1);

lemma frees_then_fills{L1, L2, L3}:
    \forall struct ledger *l, integer tag; ring_frees{L1, L2}(l, tag) ==>
    ring_fills{L2, L3}(l, tag) ==> ring_recycles{L1, L3}(l, tag);

lemma delivers_then_recycles{L1, L2, L3}:
    \forall struct ledger *l, integer tag; ring_delivers{L1, L2}(l, tag) ==>
    ring_recycles{L2, L3}(l, tag) ==> rx_moves{L1, L3}(l, tag);
*/

/* Prepare a queue with an empty ring of `size` slots: 64 to 4096, a power of two. The pointers are
 * borrowed and must outlive the queue. Returns 0 or -EINVAL. Also used to start afresh after a
 * drain: the breach is forgotten. The caller has zeroed the write-back word and reset the device's
 * head and tail. */
/*@ requires \valid(queue);
    assigns queue->broken, queue->discarded, queue->ring.size, queue->ring.head, queue->ring.tail;
    ensures \result == 0 || \result == -22;
    ensures \result == 0 ==> ring_shape(&queue->ring) && queue->ring.size == size &&
        used(&queue->ring) == 0 && queue->broken == 0 && queue->discarded == 0;
    ensures \result != 0 ==> queue->ring.size == \old(queue->ring.size);
    ensures \result == 0 <==> size == 64 || size == 128 || size == 256 || size == 512 || size ==
        1024 || size == 2048 || size == 4096;
    ensures \result == 0 ==> size % 64 == 0;
*/
int32_t ixgbe_rxq_init(struct ixgbe_rxq *queue, uint64_t size);
/*@ requires \valid(queue);
    assigns queue->broken, queue->ring.size, queue->ring.head, queue->ring.tail;
    ensures \result == 0 || \result == -22;
    ensures \result == 0 ==> ring_shape(&queue->ring) && queue->ring.size == size &&
        used(&queue->ring) == 0 && queue->broken == 0;
    ensures \result != 0 ==> queue->ring.size == \old(queue->ring.size);
    ensures \result == 0 <==> size == 64 || size == 128 || size == 256 || size == 512 || size ==
        1024 || size == 2048 || size == 4096;
    ensures \result == 0 ==> size % 64 == 0;
*/
int32_t ixgbe_txq_init(struct ixgbe_txq *queue, uint64_t size);

/* Tell the device up to which slot it may go (RDT, TDT). The tail is the ring's own, and so lies in it
 * [TAIL_RANGE], and a window never has all of its slots [TAIL_OVERRUN]. */
/*@ requires \valid_read(regs) && \valid_read(ring) && ring_shape(ring);
    requires own_tail: tail == ring->tail;
    assigns \nothing;
    ensures \result == 0 || \result == -22;
*/
static inline int32_t ixgbe_tell(const struct ir_regs *regs, uint32_t tail_register, uint64_t tail)
/*@ ghost (struct ir_ring *ring) */
{
    return ir_reg_write_inline(regs, tail_register, 4u, (uint32_t)tail);
}

/* Only queues that are not broken do: then it is known that the device's queue is enabled (rx_agrees,
 * tx_agrees in contracts/record.h) [TAIL_EARLY]. */
/*@ requires \valid(queue) && \valid_read(queue->regs) && ring_shape(&queue->ring);
    requires runs: queue->broken == 0;
    assigns queue->broken;
    ensures queue->broken == 0 || queue->broken == 1;
*/
static inline void ixgbe_rx_tell(struct ixgbe_rxq *queue)
{
    if (ixgbe_tell(queue->regs, queue->tail_register, queue->ring.tail)
        /*@ ghost (&queue->ring) */
        != 0)
        queue->broken = 1u;
}

/*@ requires \valid(queue) && \valid_read(queue->regs) && ring_shape(&queue->ring);
    requires runs: queue->broken == 0;
    assigns queue->broken;
    ensures queue->broken == 0 || queue->broken == 1;
*/
static inline void ixgbe_tx_tell(struct ixgbe_txq *queue)
{
    if (ixgbe_tell(queue->regs, queue->tail_register, queue->ring.tail)
        /*@ ghost (&queue->ring) */
        != 0)
        queue->broken = 1u;
}

/* Lend as many free buffers to the device as the ring and the pool allow and tell it (RDT).
 * Called by ixgbe_rx_burst as needed, and once at the start. */
/*@ requires rxq_memory(queue, queue->pool, l);
    BALANCED(requires, queue->pool, l, &queue->ring, tag)
    requires TAG_OK(tag);
    requires runs: queue->broken == 0;
    assigns queue->pool->free_count, queue->ring.slot[0 .. 4095], queue->ring.tail, queue->broken,
        l->place[0 .. 65535];
    BALANCED(ensures, queue->pool, l, &queue->ring, tag)
    ensures full: used(&queue->ring) == queue->ring.size - 1 || queue->pool->free_count == 0;
    ensures ring_fills{Pre, Post}(l, tag);
*/
void ixgbe_rx_refill(struct ixgbe_rxq *queue) /*@ ghost (struct ledger \ghost *l, int64_t tag) */;

/* The data path; see ir_rx, ir_tx and ir_tx_reclaim. */

/*@ requires rxq_memory(queue, queue->pool, l);
    BALANCED(requires, queue->pool, l, &queue->ring, tag)
    requires TAG_OK(tag);
    requires \valid(pkts + (0 .. max - 1));
    requires \separated(pkts + (0 .. max - 1), queue, queue->pool, l);
    assigns pkts[0 .. max - 1], queue->pool->free_count, queue->pool->stack[0 .. 65535],
        queue->pool->holder[0 .. 65535], queue->pool->grant_next, queue->ring.slot[0 .. 4095],
        queue->ring.head, queue->ring.tail, queue->broken, queue->discarded,
        queue->dropped.errors, queue->dropped.oversize, l->place[0 .. 65535], l->order[0 ..
        65535], l->position[0 .. 65535];
    BALANCED(ensures, queue->pool, l, &queue->ring, tag)
    ensures \result == -5 || 0 <= \result <= max;
    ensures reported: \result == -5 ==> queue->broken != 0;
    ensures stays_broken: \old(queue->broken) != 0 ==> queue->broken != 0;
    ensures no_silence: \result == 0 ==> queue->broken == 0;
    ensures all_held(queue->pool, pkts, \result);
    ensures received_in_order{Pre, Post}(queue, l, pkts, \result, tag);
    ensures moves: rx_moves{Pre, Post}(l, tag);
    ensures app_keeps{Pre, Post}(queue->pool, l);
*/
int32_t ixgbe_rx_burst(struct ixgbe_rxq *queue, struct ir_pkt *pkts, uint32_t max)
    /*@ ghost (struct ledger \ghost *l, int64_t tag) */;

/*@ requires txq_memory(queue, queue->pool, l) && \valid_read(queue->head);
    BALANCED(requires, queue->pool, l, &queue->ring, tag)
    requires TAG_OK(tag);
    requires \valid_read(pkts + (0 .. count - 1));
    requires \separated(pkts + (0 .. count - 1), queue, queue->pool, l);
    assigns queue->pool->free_count, queue->pool->stack[0 .. 65535], queue->pool->holder[0 .. 65535],
        queue->ring.slot[0 .. 4095], queue->ring.head, queue->ring.tail,
        queue->broken, l->place[0 .. 65535], l->order[0 .. 65535], l->position[0 .. 65535];
    BALANCED(ensures, queue->pool, l, &queue->ring, tag)
    ensures \result == -5 || \result == -116 || \result == -90 || 0 <= \result <= count;
    ensures stays_broken: \old(queue->broken) != 0 ==> \result == -5 && queue->broken != 0;
    ensures sent_dead: \forall integer i; 0 <= i < \result ==> !held(queue->pool, pkts[i]);
    ensures sent_in_order{Pre, Post}(queue, l, pkts, \result, tag);
    ensures moves: tx_moves{Pre, Post}(l, tag);
    ensures app_keeps{Pre, Post}(queue->pool, l);
    ensures nothing_sent: \result <= 0 ==> ring_frees{Pre, Post}(l, tag);
    ensures no_silence: \result == 0 ==> count == 0 || used(&queue->ring) == queue->ring.size - 1;
    ensures refused: \result == -116 || \result == -90 ==> count > 0;
    ensures refused_dead: \result == -116 ==> !held(queue->pool, pkts[0]);
    ensures refused_size: \result == -90 ==> held(queue->pool, pkts[0]);
*/
int32_t ixgbe_tx_burst(struct ixgbe_txq *queue, const struct ir_pkt *pkts, uint32_t count)
    /*@ ghost (struct ledger \ghost *l, int64_t tag) */;

/*@ requires txq_memory(queue, queue->pool, l) && \valid_read(queue->head);
    BALANCED(requires, queue->pool, l, &queue->ring, tag)
    requires TAG_OK(tag);
    assigns queue->pool->free_count, queue->pool->stack[0 .. 65535], queue->ring.head,
        queue->broken, l->place[0 .. 65535], l->order[0 .. 65535],
        l->position[0 .. 65535];
    BALANCED(ensures, queue->pool, l, &queue->ring, tag)
    ensures \result == -5 || \result == used(&queue->ring);
    ensures \result == -5 <==> queue->broken != 0;
    ensures stays_broken: \old(queue->broken) != 0 ==> \result == -5;
    ensures used(&queue->ring) <= \old(used(&queue->ring));
    ensures ring_frees{Pre, Post}(l, tag);
*/
int32_t
ixgbe_tx_reclaim(struct ixgbe_txq *queue) /*@ ghost (struct ledger \ghost *l, int64_t tag) */;

/* For somebody who waits, as in core/driver.h. One word that the device writes is read at most, and
 * believed only as far as that a call is worth while. */
/*@ requires \valid_read(queue) && \valid_read(queue->pool) && ring_shape(&queue->ring);
    requires \valid(queue->desc + (0 .. queue->ring.size - 1));
    assigns \nothing;
    ensures \result == 0 || \result == 1;
    ensures broken: queue->broken != 0 ==> \result == 1;
    ensures hungry: used(&queue->ring) == 0 && queue->pool->free_count > 0 ==> \result == 1;
    ensures nothing_lent: used(&queue->ring) == 0 && queue->pool->free_count == 0 &&
        queue->broken == 0 ==> \result == 0;
*/
uint32_t ixgbe_rx_pending(const struct ixgbe_rxq *queue);
/*@ requires \valid_read(queue) && ring_shape(&queue->ring) && \valid_read(queue->head);
    assigns \nothing;
    ensures \result == 0 || \result == 1;
    ensures broken: queue->broken != 0 ==> \result == 1;
*/
uint32_t ixgbe_tx_pending(const struct ixgbe_txq *queue);
/* Break the queue of a device that is gone. */
/*@ requires \valid(queue) && \valid_read(queue->regs) && \separated(queue, queue->regs);
    assigns queue->broken;
    ensures queue->broken == 1 || queue->broken == \old(queue->broken);
*/
void ixgbe_rx_check(struct ixgbe_rxq *queue);
/*@ requires \valid(queue) && \valid_read(queue->regs) && \separated(queue, queue->regs);
    assigns queue->broken;
    ensures queue->broken == 1 || queue->broken == \old(queue->broken);
*/
void ixgbe_tx_check(struct ixgbe_txq *queue);

/* Return each buffer in the ring to the pool. Only once the device has stopped using it. */
/*@ requires rxq_memory(queue, queue->pool, l);
    BALANCED(requires, queue->pool, l, &queue->ring, tag)
    requires TAG_OK(tag);
    assigns queue->pool->free_count, queue->pool->stack[0 .. 65535], queue->ring.head, l->place[0
        .. 65535], l->order[0 .. 65535], l->position[0 .. 65535];
    BALANCED(ensures, queue->pool, l, &queue->ring, tag)
    ensures used(&queue->ring) == 0;
    ensures queue->pool->free_count == \old(queue->pool->free_count) + \old(used(&queue->ring));
    ensures ring_frees{Pre, Post}(l, tag);
*/
void ixgbe_rx_drain(struct ixgbe_rxq *queue) /*@ ghost (struct ledger \ghost *l, int64_t tag) */;
/*@ requires txq_memory(queue, queue->pool, l);
    BALANCED(requires, queue->pool, l, &queue->ring, tag)
    requires TAG_OK(tag);
    assigns queue->pool->free_count, queue->pool->stack[0 .. 65535], queue->ring.head, l->place[0
        .. 65535], l->order[0 .. 65535], l->position[0 .. 65535];
    BALANCED(ensures, queue->pool, l, &queue->ring, tag)
    ensures used(&queue->ring) == 0;
    ensures queue->pool->free_count == \old(queue->pool->free_count) + \old(used(&queue->ring));
    ensures ring_frees{Pre, Post}(l, tag);
*/
void ixgbe_tx_drain(struct ixgbe_txq *queue) /*@ ghost (struct ledger \ghost *l, int64_t tag) */;

#endif
