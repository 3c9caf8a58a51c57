/* SPDX-License-Identifier: MIT
 *
 * Receive: lend free buffers to the device, take filled ones back for the application. What the
 * device says of a buffer is read once, and used only after it was found to be of a buffer that was
 * lent, and to fit it.
 */
#include <errno.h>

#include "core/counter.h"
#include "virtio/note.h"
#include "virtio/rx.h"

/* Lend one free buffer, in the position at the tail. */
/*@ requires TAG_OK(tag);
    QUEUE_OK(requires, queue, pool, l)
    VBALANCED(requires, pool, l, &queue->ring, tag)
    requires pool->free_count > 0 && used(&queue->ring.window) < queue->ring.window.size - 1;
    assigns pool->free_count, queue->ring.window.slot[0 .. 4095], queue->ring.window.tail,
        queue->posted_turn, l->place[0 .. 65535];
    QUEUE_OK(ensures, queue, pool, l)
    VBALANCED(ensures, pool, l, &queue->ring, tag)
    ensures ring_fills{Pre, Post}(l, tag);
    ensures pool->free_count == \old(pool->free_count) - 1;
    ensures used(&queue->ring.window) == \old(used(&queue->ring.window)) + 1;
*/
static inline void rx_lend(struct virtio_queue *queue, struct ir_pool *pool)
/*@ ghost (struct ledger \ghost *l, int64_t tag) */
{
    uint64_t position = queue->ring.window.tail;
    uint32_t index = ir_move_pool_to_ring(pool, &queue->ring.window) /*@ ghost (l, tag) */;

    /*@ ghost moved: ; */
    /*@ assert ids: ids_ok(&queue->ring); */
    /*@ assert positions: positions_ok(&queue->ring); */
    virtio_post(queue, pool, position, index, pool->buffer_size, VIRTQ_DESC_F_WRITE)
        /*@ ghost (l, tag) */;
    /*@ assert window: window_stays{moved, Here}(&queue->ring.window); */
}

/*@
// Ring, ledger and number of buffers are as they were: one term that provers find the lemmas by.
predicate ring_rests{L1, L2}(struct ir_pool *p, struct ledger *l, struct ir_ring *r) =
    window_stays{L1, L2}(r) && others_stay{L1, L2}(l, -1) && \at(r->size, L1) <= 4096 &&
    \at(p->count, L1) == \at(p->count, L2) <= 65536;
lemma slots_rest{L1, L2}:
    \forall struct ir_pool *p, struct ledger *l, struct ir_ring *r, integer tag;
    slot_to_buffer{L1}(p, l, r, tag) ==> ring_rests{L1, L2}(p, l, r) ==>
    slot_to_buffer{L2}(p, l, r, tag);
lemma buffers_rest{L1, L2}:
    \forall struct ir_pool *p, struct ledger *l, struct ir_ring *r, integer tag;
    buffer_to_slot{L1}(p, l, r, tag) ==> ring_rests{L1, L2}(p, l, r) ==>
    buffer_to_slot{L2}(p, l, r, tag);
*/

void virtio_rx_refill(struct virtio_rxq *rxq) /*@ ghost (struct ledger \ghost *l, int64_t tag) */
{
    struct virtio_queue *queue = &rxq->queue;
    struct ir_pool *pool = queue->pool;
    uint64_t room = ir_ring_room(&queue->ring.window);
    uint64_t count = room < pool->free_count ? room : pool->free_count;

    /*@ assert holders_apart: \forall integer b; 0 <= b < 65536 ==>
            &pool->holder[b] != &queue->posted; */
    /*@ loop invariant 0 <= i <= count;
        QUEUE_OK(loop invariant, queue, pool, l)
        VBALANCED(loop invariant, pool, l, &queue->ring, tag)
        loop invariant used(&queue->ring.window) == \at(used(&rxq->queue.ring.window), Pre) + i;
        loop invariant pool->free_count == \at(rxq->queue.pool->free_count, Pre) - i;
        loop invariant ring_fills{Pre, Here}(l, tag);
        loop assigns i, pool->free_count, queue->ring.window.slot[0 .. 4095],
            queue->ring.window.tail, queue->posted_turn, l->place[0 .. 65535];
        loop variant count - i;
    */
    for (uint64_t i = 0; i < count; i++)
        rx_lend(queue, pool) /*@ ghost (l, tag) */;
    /*@ ghost filled: ; */
    if (count > 0u)
        virtio_publish(queue, count);
    /*@ assert window: window_stays{filled, Here}(&queue->ring.window); */
    /*@ assert size: pool->count == \at(pool->count, filled) &&
            pool->iova == \at(pool->iova, filled) &&
            pool->buffer_size == \at(pool->buffer_size, filled); */
    /*@ assert free: pool->free_count == \at(pool->free_count, filled); */
    /*@ assert rests: ring_rests{filled, Here}(pool, l, &queue->ring.window); */
    /*@ assert same_holders: \forall integer b; 0 <= b < 65536 ==>
            pool->holder[b] == \at(pool->holder[b], filled); */
}

/*@
lemma vheld_stay{L1, L2}:
    \forall struct ir_pool *p, struct ir_pkt *pkts, integer count;
    vall_held{L1}(p, pkts, count) ==> vpkts_stay{L1, L2}(pkts, count) ==>
    vholders_stay{L1, L2}(p) ==> vall_held{L2}(p, pkts, count);

// The application has the buffers of the packets [0, count) of an array.
predicate vall_app{L}(struct ledger *l, struct ir_pkt *pkts, integer count) =
    \forall integer i; 0 <= i < count ==> 0 <= pkt_index(pkts[i]) < 65536 &&
        l->place[pkt_index(pkts[i])] == PLACE_APP;
lemma held_are_app{L}:
    \forall struct ir_pool *p, struct ledger *l, struct ir_pkt *pkts, integer count;
    holder_ok(p, l) ==> vall_held(p, pkts, count) ==> vall_app(l, pkts, count);
*/

/* Store a packet in the application's array. A step of its own because the array and the scalars of
 * pool and ring are of one type: here it is proved that none of them changes. */
/*@ QUEUE_OK(requires, queue, pool, l)
    VBALANCED(requires, pool, l, &queue->ring, tag)
    requires \valid(pkts + (0 .. count));
    requires \separated(pkts + (0 .. count), queue, pool, l);
    requires held(pool, pkt) && IR_FRAME_MIN <= pkt_size(pkt);
    requires vall_held(pool, pkts, count);
    assigns pkts[count];
    QUEUE_OK(ensures, queue, pool, l)
    VBALANCED(ensures, pool, l, &queue->ring, tag)
    ensures pkts[count].bits == pkt.bits;
    ensures vpkts_stay{Pre, Post}(pkts, count);
    ensures vall_held(pool, pkts, count + 1);
    ensures window_stays{Pre, Post}(&queue->ring.window);
    ensures vholders_stay{Pre, Post}(pool);
    ensures pool->grant_next == \old(pool->grant_next);
    ensures pool->grant_last == \old(pool->grant_last);
*/
static inline void rx_store(struct ir_pkt *pkts, uint64_t count, struct ir_pkt pkt)
/*@ ghost (struct virtio_queue *queue, struct ir_pool *pool, struct ledger \ghost *l,
           int64_t tag) */
{
    pkts[count] = pkt;
    /*@ assert same_window: window_stays{Pre, Here}(&queue->ring.window); */
    /*@ assert same_count: pool->count == \at(pool->count, Pre); */
    /*@ assert same_holders: vholders_stay{Pre, Here}(pool); */
    /*@ assert same_place: ring_keeps{Pre, Here}(l, -1, tag); */
    /*@ assert older: vpkts_stay{Pre, Here}(pkts, count); */
    /*@ assert older_held: vall_held(pool, pkts, count); */
    /*@ assert newest: held(pool, pkts[count]); */
}

/* Deliver the oldest buffer as packet `count` of the application's array. */
/*@ QUEUE_OK(requires, queue, pool, l)
    VBALANCED(requires, pool, l, &queue->ring, tag)
    requires TAG_OK(tag);
    requires used(&queue->ring.window) > 0 && pool->grant_next <= pool->grant_last;
    requires frame_fits(pool, length);
    requires \valid(pkts + (0 .. count));
    requires \separated(pkts + (0 .. count), queue, pool, l);
    requires vall_held(pool, pkts, count);
    assigns pkts[count], pool->holder[0 .. 65535], pool->grant_next, queue->ring.window.head,
        l->place[0 .. 65535];
    QUEUE_OK(ensures, queue, pool, l)
    VBALANCED(ensures, pool, l, &queue->ring, tag)
    ensures vpkts_stay{Pre, Post}(pkts, count);
    ensures vall_held(pool, pkts, count + 1);
    ensures was_lent: in_ring(\old(l->place)[pkt_index(pkts[count])], tag);
    ensures l->place[pkt_index(pkts[count])] == PLACE_APP;
    ensures others_stay{Pre, Post}(l, pkt_index(pkts[count]));
    ensures app_keeps{Pre, Post}(pool, l);
    ensures used(&queue->ring.window) == \old(used(&queue->ring.window)) - 1;
    ensures pool->grant_next == \old(pool->grant_next) + 1;
    ensures pool->grant_last == \old(pool->grant_last);
*/
static inline void rx_deliver(struct virtio_queue *queue, struct ir_pool *pool, struct ir_pkt *pkts,
                              uint64_t count, uint32_t length)
/*@ ghost (struct ledger \ghost *l, int64_t tag) */
{
    struct ir_pkt pkt;

    /*@ assert app_before: vall_app(l, pkts, count); */
    /*@ assert window: in_window(&queue->ring.window, queue->ring.window.head); */
    /*@ assert others: \forall integer i; 0 <= i < count ==>
            pkt_index(pkts[i]) != queue->ring.window.slot[queue->ring.window.head]; */
    pkt = ir_move_ring_to_app(&queue->ring.window, pool, length) /*@ ghost (l, tag) */;
    /*@ assert same_pkts: vpkts_stay{Pre, Here}(pkts, count); */
    /*@ assert other_holders: \forall integer b; 0 <= b < 65536 ==>
            b != \at(queue->ring.window.slot[queue->ring.window.head], Pre) ==>
            pool->holder[b] == \at(pool->holder[b], Pre); */
    /*@ assert older_held: vall_held(pool, pkts, count); */
    /*@ assert app: app_keeps{Pre, Here}(pool, l); */
    /*@ ghost given: ; */
    rx_store(pkts, count, pkt) /*@ ghost (queue, pool, l, tag) */;
    /*@ assert newest: pkt_index(pkts[count]) ==
            \at(queue->ring.window.slot[queue->ring.window.head], Pre); */
    /*@ assert app_step: app_keeps{given, Here}(pool, l); */
    /*@ assert app_steps: app_keeps_in_steps{Pre, given, Here}(pool, l); */
}

/* Count frames received, and their bytes. A step of its own for the same reason. */
/*@ requires \valid(rxq);
    requires \separated(rxq, pool, l);
    requires \separated(pkts + (0 .. count - 1), rxq, pool, l);
    QUEUE_OK(requires, &rxq->queue, pool, l)
    VBALANCED(requires, pool, l, &rxq->queue.ring, tag)
    requires vall_held(pool, pkts, count);
    assigns rxq->packets, rxq->bytes;
    QUEUE_OK(ensures, &rxq->queue, pool, l)
    VBALANCED(ensures, pool, l, &rxq->queue.ring, tag)
    ensures window_stays{Pre, Post}(&rxq->queue.ring.window);
    ensures vholders_stay{Pre, Post}(pool);
    ensures vpkts_stay{Pre, Post}(pkts, count);
    ensures vall_held(pool, pkts, count);
*/
static inline void rx_count(struct virtio_rxq *rxq, uint64_t count, uint64_t bytes)
/*@ ghost (struct ir_pkt *pkts, struct ir_pool *pool, struct ledger \ghost *l, int64_t tag) */
{
    rxq->packets = ir_counter_add(rxq->packets, count);
    rxq->bytes = ir_counter_add(rxq->bytes, bytes);
    /*@ assert window: window_stays{Pre, Here}(&rxq->queue.ring.window); */
    /*@ assert size: pool->count == \at(pool->count, Pre) && pool->iova == \at(pool->iova, Pre) &&
            pool->buffer_size == \at(pool->buffer_size, Pre); */
    /*@ assert free: pool->free_count == \at(pool->free_count, Pre); */
    /*@ assert same_holders: vholders_stay{Pre, Here}(pool); */
    /*@ assert same_pkts: vpkts_stay{Pre, Here}(pkts, count); */
}

/* Let the buffer of the completion at the head be the oldest. Returns the length of the frame in it, or 0
 * when there is none that can be delivered. */
/*@ requires \valid(rxq);
    QUEUE_OK(requires, &rxq->queue, pool, l)
    VBALANCED(requires, pool, l, &rxq->queue.ring, tag)
    requires TAG_OK(tag);
    requires \separated(rxq, pool, l);
    requires used(&rxq->queue.ring.window) > 0;
    assigns rxq->queue.ring.window.slot[0 .. 4095], rxq->queue.ring.id_at[0 .. 4095],
        rxq->queue.ring.position_of[0 .. 4095], l->place[0 .. 65535];
    VBALANCED(ensures, pool, l, &rxq->queue.ring, tag)
    ensures \result == 0 || frame_fits(pool, \result);
    ensures ring_shuffles{Pre, Post}(l, tag);
*/
static inline uint32_t rx_offered(struct virtio_rxq *rxq, struct ir_pool *pool)
/*@ ghost (struct ledger \ghost *l, int64_t tag) */
{
    struct virtio_completion done = {0, 0};

    if (!virtio_rx_look(&rxq->queue, &done) /*@ ghost (pool, l, tag) */)
        return 0u;
    /*@ assert shuffled: ring_shuffles{Pre, Here}(l, tag); */
    /*@ assert window: in_window(&rxq->queue.ring.window, rxq->queue.ring.window.head); */
    if (!virtio_deliverable(rxq, pool, done))
        return 0u;
    return done.length - (uint32_t)rxq->queue.header;
}

/*@
// What one packet is, and several: moves within the ring, and out of it to the application.
lemma shuffles_then_one{L1, L2, L3}:
    \forall struct ledger *l, integer moved, tag; PLACE_RING <= tag ==>
    ring_shuffles{L1, L2}(l, tag) ==> others_stay{L2, L3}(l, moved) ==>
    in_ring(\at(l->place[moved], L2), tag) ==> \at(l->place[moved], L3) == PLACE_APP ==>
    vring_delivers{L1, L3}(l, tag);
lemma delivers_then_delivers{L1, L2, L3}:
    \forall struct ledger *l, integer tag; PLACE_RING <= tag ==>
    vring_delivers{L1, L2}(l, tag) ==> vring_delivers{L2, L3}(l, tag) ==>
    vring_delivers{L1, L3}(l, tag);
// A buffer in the ring was in it before.
lemma delivered_was_lent{L1, L2}:
    \forall struct ledger *l, integer b, tag; PLACE_RING <= tag ==> 0 <= b < 65536 ==>
    vring_delivers{L1, L2}(l, tag) ==> in_ring(\at(l->place[b], L2), tag) ==>
    in_ring(\at(l->place[b], L1), tag);
// What the application has, it has after packets were delivered.
predicate app_stays{L1, L2}(struct ledger *l) =
    \forall integer b; 0 <= b < 65536 ==>
        \at(l->place[b], L1) == PLACE_APP ==> \at(l->place[b], L2) == PLACE_APP;
lemma delivers_leave_app{L1, L2}:
    \forall struct ledger *l, integer tag; PLACE_RING <= tag ==>
    vring_delivers{L1, L2}(l, tag) ==> app_stays{L1, L2}(l);
lemma received_stays{L1, L2, L3}:
    \forall struct ledger *l, struct ir_pkt *pkts, integer count, tag;
    received_from{L1, L2}(l, pkts, count, tag) ==> vpkts_stay{L2, L3}(pkts, count) ==>
    received_from{L1, L3}(l, pkts, count, tag);
*/

/* Take the frame of the completion at the head as packet `count`. Returns its length, or 0 when there is
 * none that can be delivered. */
/*@ requires \valid(rxq);
    QUEUE_OK(requires, &rxq->queue, pool, l)
    VBALANCED(requires, pool, l, &rxq->queue.ring, tag)
    requires TAG_OK(tag);
    requires \separated(rxq, pool, l);
    requires used(&rxq->queue.ring.window) > 0 && pool->grant_next <= pool->grant_last;
    requires \valid(pkts + (0 .. count));
    requires \separated(pkts + (0 .. count), rxq, pool, l);
    requires vall_held(pool, pkts, count);
    assigns pkts[0 .. count], pool->holder[0 .. 65535], pool->grant_next,
        rxq->queue.ring.window.head, rxq->queue.ring.window.slot[0 .. 4095],
        rxq->queue.ring.id_at[0 .. 4095], rxq->queue.ring.position_of[0 .. 4095],
        rxq->queue.taken_turn, l->place[0 .. 65535];
    QUEUE_OK(ensures, &rxq->queue, pool, l)
    VBALANCED(ensures, pool, l, &rxq->queue.ring, tag)
    ensures \result == 0 || IR_FRAME_MIN <= \result <= IR_BUFFER_SIZE_MAX;
    ensures vpkts_stay{Pre, Post}(pkts, count);
    ensures held: vall_held(pool, pkts, \result == 0 ? count : count + 1);
    ensures \result > 0 ==> in_ring(\old(l->place)[pkt_index(pkts[count])], tag);
    ensures vring_delivers{Pre, Post}(l, tag);
    ensures app_keeps{Pre, Post}(pool, l);
    ensures used(&rxq->queue.ring.window) ==
        \old(used(&rxq->queue.ring.window)) - (\result == 0 ? 0 : 1);
    ensures pool->grant_next == \old(pool->grant_next) + (\result == 0 ? 0 : 1);
    ensures pool->grant_last == \old(pool->grant_last);
*/
static inline uint32_t rx_next(struct virtio_rxq *rxq, struct ir_pool *pool, struct ir_pkt *pkts,
                               uint64_t count)
/*@ ghost (struct ledger \ghost *l, int64_t tag) */
{
    uint32_t length = rx_offered(rxq, pool) /*@ ghost (l, tag) */;

    /*@ ghost offered: ; */
    /*@ assert shuffled: ring_shuffles{Pre, Here}(l, tag); */
    /*@ assert app_before: app_keeps{Pre, Here}(pool, l); */
    if (length == 0u)
        return 0u;
    rx_deliver(&rxq->queue, pool, pkts, count, length) /*@ ghost (l, tag) */;
    /*@ assert app_step: app_keeps{offered, Here}(pool, l); */
    virtio_took(&rxq->queue);
    return length;
}

/* Take whole frames from up to `limit` completions, until the first that is none. Returns the
 * packets stored. */
/*@ requires \valid(rxq);
    QUEUE_OK(requires, &rxq->queue, pool, l)
    VBALANCED(requires, pool, l, &rxq->queue.ring, tag)
    requires TAG_OK(tag);
    requires limit <= used(&rxq->queue.ring.window);
    requires \valid(pkts + (0 .. limit - 1));
    requires \separated(pkts + (0 .. limit - 1), rxq, pool, l);
    requires \separated(rxq, pool, l);
    assigns pkts[0 .. limit - 1], pool->holder[0 .. 65535], pool->grant_next,
        rxq->queue.ring.window.head, rxq->queue.ring.window.slot[0 .. 4095],
        rxq->queue.ring.id_at[0 .. 4095], rxq->queue.ring.position_of[0 .. 4095],
        rxq->queue.taken_turn, rxq->packets, rxq->bytes, l->place[0 .. 65535];
    QUEUE_OK(ensures, &rxq->queue, pool, l)
    VBALANCED(ensures, pool, l, &rxq->queue.ring, tag)
    ensures 0 <= \result <= limit;
    ensures used(&rxq->queue.ring.window) >= \old(used(&rxq->queue.ring.window)) - \result;
    ensures vall_held(pool, pkts, \result);
    ensures received_from{Pre, Post}(l, pkts, \result, tag);
    ensures vring_delivers{Pre, Post}(l, tag);
    ensures app_keeps{Pre, Post}(pool, l);
*/
static inline uint64_t rx_take(struct virtio_rxq *rxq, struct ir_pool *pool, struct ir_pkt *pkts,
                               uint64_t limit)
/*@ ghost (struct ledger \ghost *l, int64_t tag) */
{
    uint64_t count = 0u;
    uint64_t bytes = 0u;

    ir_pool_reserve_grants(pool, limit) /*@ ghost (l) */;
    /*@ assert window: window_stays{Pre, Here}(&rxq->queue.ring.window); */
    /*@ assert same_count: pool->count == \at(pool->count, Pre); */
    /*@ loop invariant 0 <= count <= limit;
        loop invariant bytes <= count * IR_BUFFER_SIZE_MAX;
        QUEUE_OK(loop invariant, &rxq->queue, pool, l)
        VBALANCED(loop invariant, pool, l, &rxq->queue.ring, tag)
        loop invariant grants: pool->grant_next + (limit - count) <= pool->grant_last + 1;
        loop invariant used: used(&rxq->queue.ring.window) >=
            \at(used(&rxq->queue.ring.window), Pre) - count;
        loop invariant held: vall_held(pool, pkts, count);
        loop invariant order: received_from{Pre, Here}(l, pkts, count, tag);
        loop invariant moves: vring_delivers{Pre, Here}(l, tag);
        loop invariant app: app_keeps{Pre, Here}(pool, l);
        loop assigns count, bytes, pkts[0 .. limit - 1], pool->holder[0 .. 65535], pool->grant_next,
            rxq->queue.ring.window.head, rxq->queue.ring.window.slot[0 .. 4095],
            rxq->queue.ring.id_at[0 .. 4095], rxq->queue.ring.position_of[0 .. 4095],
            rxq->queue.taken_turn, l->place[0 .. 65535];
        loop variant limit - count;
    */
    while (count < limit) {
        /*@ ghost before: ; */
        /*@ assert app_before: app_stays{Pre, Here}(l); */
        uint32_t length = rx_next(rxq, pool, pkts, count) /*@ ghost (l, tag) */;

        /*@ assert moved: vring_delivers{Pre, Here}(l, tag); */
        /*@ assert app_steps: app_keeps_in_steps{Pre, before, Here}(pool, l); */
        /*@ assert app_now: app_keeps{Pre, Here}(pool, l); */
        /*@ assert still_from: received_from{Pre, Here}(l, pkts, count, tag); */
        if (length == 0u)
            break;
        /*@ assert range: 0 <= pkt_index(pkts[count]) < 65536; */
        /*@ assert lent_before:
                in_ring(\at(l->place[pkt_index(\at(pkts[count], Here))], before), tag); */
        /*@ assert newest: in_ring(\at(l->place[pkt_index(\at(pkts[count], Here))], Pre), tag); */
        /*@ assert all_from: received_from{Pre, Here}(l, pkts, count + 1, tag); */
        bytes += length;
        count++;
    }
    /*@ assert from: received_from{Pre, Here}(l, pkts, count, tag); */
    /*@ ghost stored: ; */
    rx_count(rxq, count, bytes) /*@ ghost (pkts, pool, l, tag) */;
    /*@ assert same_pkts: vpkts_stay{stored, Here}(pkts, count); */
    /*@ assert same_holders: vholders_stay{stored, Here}(pool); */
    /*@ assert app_step: app_keeps{stored, Here}(pool, l); */
    /*@ assert app_steps: app_keeps_in_steps{Pre, stored, Here}(pool, l); */
    /*@ assert app: app_keeps{Pre, Here}(pool, l); */
    /*@ assert still_from: received_from{Pre, Here}(l, pkts, count, tag); */
    return count;
}

/*@
// What stays in two steps stays.
lemma pkts_stay_on{L1, L2, L3}:
    \forall struct ir_pkt *pkts, integer count; vpkts_stay{L1, L2}(pkts, count) ==>
    vpkts_stay{L2, L3}(pkts, count) ==> vpkts_stay{L1, L3}(pkts, count);
lemma holders_stay_on{L1, L2, L3}:
    \forall struct ir_pool *p; vholders_stay{L1, L2}(p) ==> vholders_stay{L2, L3}(p) ==>
    vholders_stay{L1, L3}(p);
lemma frees_recycle{L1, L2}:
    \forall struct ledger *l, integer tag;
    vring_frees{L1, L2}(l, tag) ==> vring_recycles{L1, L2}(l, tag);
lemma frees_then_fills{L1, L2, L3}:
    \forall struct ledger *l, integer tag; PLACE_RING <= tag ==>
    vring_frees{L1, L2}(l, tag) ==> ring_fills{L2, L3}(l, tag) ==>
    vring_recycles{L1, L3}(l, tag);
*/

/* Lend fresh buffers when a group of positions is empty. */
/*@ requires \valid(rxq);
    QUEUE_OK(requires, &rxq->queue, rxq->queue.pool, l)
    VBALANCED(requires, rxq->queue.pool, l, &rxq->queue.ring, tag)
    requires TAG_OK(tag);
    requires \separated(rxq, rxq->queue.pool, l);
    requires \separated(&rxq->queue, rxq->queue.notify);
    requires \separated(pkts + (0 .. count - 1), rxq, rxq->queue.pool, l);
    assigns rxq->queue.pool->free_count, rxq->queue.ring.window.slot[0 .. 4095],
        rxq->queue.ring.window.tail, rxq->queue.posted_turn, rxq->queue.posted,
        rxq->queue.broken, l->place[0 .. 65535];
    QUEUE_OK(ensures, &rxq->queue, rxq->queue.pool, l)
    VBALANCED(ensures, rxq->queue.pool, l, &rxq->queue.ring, tag)
    ensures stays_broken: \old(rxq->queue.broken) != 0 ==> rxq->queue.broken != 0;
    ensures ring_fills{Pre, Post}(l, tag);
    ensures vpkts_stay{Pre, Post}(pkts, count);
    ensures vholders_stay{Pre, Post}(rxq->queue.pool);
    ensures rxq->queue.pool->buffer_size == \old(rxq->queue.pool->buffer_size);
*/
static inline void rx_fill(struct virtio_rxq *rxq)
/*@ ghost (struct ir_pkt *pkts, uint64_t count, struct ledger \ghost *l, int64_t tag) */
{
    /*@ assert holders_apart: \separated(rxq->queue.pool->holder + (0 .. 65535),
            &rxq->queue.ring.window.tail, &rxq->queue.posted, &rxq->queue.pool->free_count); */
    if (ir_ring_room(&rxq->queue.ring.window) >= VIRTIO_GROUP && rxq->queue.broken == 0u)
        virtio_rx_refill(rxq) /*@ ghost (l, tag) */;
}

/* After packets were taken: drop what cannot be delivered, lend fresh buffers when a group of positions
 * is empty, and mind a device that is silent. */
/*@ requires \valid(rxq);
    QUEUE_OK(requires, &rxq->queue, rxq->queue.pool, l)
    VBALANCED(requires, rxq->queue.pool, l, &rxq->queue.ring, tag)
    requires TAG_OK(tag);
    requires \separated(rxq, rxq->queue.pool, l);
    requires \separated(&rxq->queue, rxq->queue.notify, rxq->queue.common);
    requires left <= used(&rxq->queue.ring.window) && taken <= 4096;
    requires \separated(pkts + (0 .. taken - 1), rxq, rxq->queue.pool, l);
    assigns rxq->queue.pool->free_count, rxq->queue.pool->stack[0 .. 65535],
        rxq->queue.ring.window.head, rxq->queue.ring.window.tail,
        rxq->queue.ring.window.slot[0 .. 4095], rxq->queue.ring.id_at[0 .. 4095],
        rxq->queue.ring.position_of[0 .. 4095], rxq->queue.taken_turn,
        rxq->queue.posted_turn, rxq->queue.posted, rxq->queue.taken, rxq->queue.idle,
        rxq->queue.broken, rxq->parts, rxq->dropped.errors, rxq->dropped.oversize,
        l->place[0 .. 65535], l->order[0 .. 65535], l->position[0 .. 65535];
    QUEUE_OK(ensures, &rxq->queue, rxq->queue.pool, l)
    VBALANCED(ensures, rxq->queue.pool, l, &rxq->queue.ring, tag)
    ensures stays_broken: \old(rxq->queue.broken) != 0 ==> rxq->queue.broken != 0;
    ensures vring_recycles{Pre, Post}(l, tag);
    ensures vpkts_stay{Pre, Post}(pkts, \old(taken));
    ensures vholders_stay{Pre, Post}(rxq->queue.pool);
*/
static void rx_recycle(struct virtio_rxq *rxq, uint64_t left, uint64_t taken)
/*@ ghost (struct ir_pkt *pkts, struct ledger \ghost *l, int64_t tag) */
{
    struct virtio_queue *queue = &rxq->queue;

    /*@ ghost uint64_t count = taken; */
    /*@ assert few: left <= 4095; */
    /*@ assert apart: \forall integer i; 0 <= i < taken ==>
            &pkts[i].bits != &queue->ring.window.head && &pkts[i].bits != &rxq->parts &&
            &pkts[i].bits != &rxq->dropped.errors && &pkts[i].bits != &rxq->dropped.oversize &&
            &pkts[i].bits != &queue->pool->free_count; */
    /*@ assert holders_apart: \forall integer b; 0 <= b < 65536 ==>
            &queue->pool->holder[b] != &queue->ring.window.head &&
            &queue->pool->holder[b] != &rxq->parts &&
            &queue->pool->holder[b] != &rxq->dropped.errors &&
            &queue->pool->holder[b] != &rxq->dropped.oversize &&
            &queue->pool->holder[b] != &queue->pool->free_count; */
    taken += virtio_rx_skip(rxq, queue->pool, left) /*@ ghost (l, tag) */;
    /*@ assert skip_pkts: vpkts_stay{Pre, Here}(pkts, count); */
    /*@ assert skip_each: \forall integer b; 0 <= b < 65536 ==>
            queue->pool->holder[b] == \at(rxq->queue.pool->holder[b], Pre); */
    /*@ assert skip_holders: vholders_stay{Pre, Here}(queue->pool); */
    /*@ assert skip_size: queue->pool->buffer_size == \at(rxq->queue.pool->buffer_size, Pre); */
    virtio_note(queue, taken) /*@ ghost (pkts, count, queue->pool, l, tag) */;
    /*@ assert note_pkts: vpkts_stay{Pre, Here}(pkts, count); */
    /*@ assert note_holders: vholders_stay{Pre, Here}(queue->pool); */
    /*@ assert note_size: queue->pool->buffer_size == \at(rxq->queue.pool->buffer_size, Pre); */
    rx_fill(rxq) /*@ ghost (pkts, count, l, tag) */;
    /*@ assert fill_pkts: vpkts_stay{Pre, Here}(pkts, count); */
    /*@ assert fill_holders: vholders_stay{Pre, Here}(queue->pool); */
}

/* How many of the `ready` completions a burst of `max` may take: none in the middle of a frame that is
 * dropped. */
/*@ requires \valid_read(rxq);
    assigns \nothing;
    ensures 0 <= \result <= max && \result <= ready;
*/
static inline uint64_t rx_limit(const struct virtio_rxq *rxq, uint64_t ready, uint32_t max)
{
    if (rxq->parts != 0u)
        return 0u;
    return max < ready ? max : ready;
}

/* How many completions are to be looked at for what cannot be delivered, after `count` packets were taken:
 * none when all were that were asked for. */
/*@ requires \valid_read(rxq) && count <= limit <= ready;
    assigns \nothing;
    ensures 0 <= \result <= ready - count;
*/
static inline uint64_t rx_left(const struct virtio_rxq *rxq, uint64_t ready, uint64_t limit,
                               uint64_t count)
{
    return count < limit || rxq->parts != 0u ? ready - count : 0u;
}

/*@
// The two steps of a burst in one predicate, so that the lemma has one term that provers can find it by.
predicate takes_then_recycles{L1, L2, L3}(struct ledger *l, integer tag) =
    vring_delivers{L1, L2}(l, tag) && vring_recycles{L2, L3}(l, tag);

lemma burst_moves{L1, L2, L3}:
    \forall struct ledger *l, integer tag; PLACE_RING <= tag ==>
    takes_then_recycles{L1, L2, L3}(l, tag) ==> vrx_moves{L1, L3}(l, tag);
*/

int32_t virtio_rx_burst(struct virtio_rxq *rxq, struct ir_pkt *pkts, uint32_t max)
/*@ ghost (struct ledger \ghost *l, int64_t tag) */
{
    struct ir_pool *pool = rxq->queue.pool;
    uint64_t ready = virtio_waiting(&rxq->queue);
    /*@ assert few: ready <= 4095; */
    uint64_t limit = rx_limit(rxq, ready, max);
    uint64_t count = rx_take(rxq, pool, pkts, limit) /*@ ghost (l, tag) */;

    ir_dma_acquire();
    /*@ ghost taken: ; */
    /*@ assert app_before: app_stays{Pre, Here}(l); */
    rx_recycle(rxq, rx_left(rxq, ready, limit, count), count) /*@ ghost (pkts, l, tag) */;
    /*@ assert steps: takes_then_recycles{Pre, taken, Here}(l, tag); */
    /*@ assert moved: vrx_moves{Pre, Here}(l, tag); */
    /*@ assert still_held: vall_held(pool, pkts, count); */
    /*@ assert still_from: received_from{Pre, Here}(l, pkts, count, tag); */
    /*@ assert app_step: app_keeps{taken, Here}(pool, l); */
    /*@ assert app_steps: app_keeps_in_steps{Pre, taken, Here}(pool, l); */
    /*@ assert app: app_keeps{Pre, Here}(pool, l); */
    return count == 0u && rxq->queue.broken != 0u ? -EIO : (int32_t)count;
}

void virtio_rx_drain(struct virtio_rxq *rxq) /*@ ghost (struct ledger \ghost *l, int64_t tag) */
{
    ir_move_drain(&rxq->queue.ring.window, rxq->queue.pool) /*@ ghost (l, tag) */;
}
