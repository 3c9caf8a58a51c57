/* SPDX-License-Identifier: MIT
 *
 * Transmit: take packets from the application, lend their buffers to the device with an empty network
 * header before each, and return them to the pool as the device finishes with them.
 */
#include <errno.h>

#include "core/counter.h"
#include "virtio/note.h"

/*@
// What moves that follow one another move together.
lemma vfrees_then_frees{L1, L2, L3}:
    \forall struct ledger *l, integer tag; vring_frees{L1, L2}(l, tag) ==>
    vring_frees{L2, L3}(l, tag) ==> vring_frees{L1, L3}(l, tag);

lemma shuffles_then_frees{L1, L2, L3}:
    \forall struct ledger *l, integer tag; ring_shuffles{L1, L2}(l, tag) ==>
    ring_frees{L2, L3}(l, tag) ==> vring_frees{L1, L3}(l, tag);

lemma vfrees_then_sends{L1, L2, L3}:
    \forall struct ledger *l, integer tag; vring_frees{L1, L2}(l, tag) ==>
    ring_sends{L2, L3}(l, tag) ==> vtx_moves{L1, L3}(l, tag);

lemma app_keeps_after_vfrees{L1, L2, L3}:
    \forall struct ir_pool *p, struct ledger *l, integer tag; PLACE_RING <= tag ==>
    vring_frees{L1, L2}(l, tag) ==> app_keeps{L1, L2}(p, l) ==>
    app_keeps{L2, L3}(p, l) ==> app_keeps{L1, L3}(p, l);

// The buffers of the packets [0, count) of an array are in a ring, and so no handle holds them.
predicate vall_lent{L}(struct ledger *l, struct ir_pkt *pkts, integer count) =
    \forall integer i; 0 <= i < count ==> 0 <= pkt_index(pkts[i]) < 65536 &&
        l->place[pkt_index(pkts[i])] >= PLACE_RING;

lemma lent_are_dead{L}:
    \forall struct ir_pool *p, struct ledger *l, struct ir_pkt *pkts, integer count;
    holder_ok(p, l) ==> vall_lent(l, pkts, count) ==> vall_dead(p, pkts, count);
*/

/* Empty the header before the frame in buffer `index`: no offload is asked for (5.1.6.2). Assumed
 * contract: it lies in the headroom, which no packet contains. */
#ifdef __FRAMAC__
/*@ requires \valid_read(pool) && index < pool->count;
    assigns \nothing;
*/
void virtio_clear_header(const struct ir_pool *pool, uint32_t index);
#else
#include <string.h>

static inline void virtio_clear_header(const struct ir_pool *pool, uint32_t index)
{
    memset(pool->data + index * pool->stride - VIRTIO_NET_HDR_BYTES, 0, VIRTIO_NET_HDR_BYTES);
}
#endif

/* No completion: more than any id. */
#define TX_NONE 4294967296u

/* The id of the completion at the head, read once; TX_NONE when there is none yet. */
/*@ requires \valid_read(queue) && ring_shape(&queue->ring.window) && queue_arrays(queue);
    requires queue_kind(queue) && queue_turns(queue);
    assigns \nothing;
    ensures 0 <= \result <= TX_NONE;
*/
static inline uint64_t tx_completed(const struct virtio_queue *queue)
{
    struct virtio_completion done = {0, 0};

    return virtio_completed(queue, &done) != 0u ? done.id : TX_NONE;
}

/* Return what one completion names to the pool: up to `left` buffers. Returns how many; 0 when there
 * is no completion, or when it names what the device does not have: then the queue is broken. */
/*@ QUEUE_OK(requires, queue, pool, l)
    VBALANCED(requires, pool, l, &queue->ring, tag)
    requires TAG_OK(tag);
    requires 0 < left <= used(&queue->ring.window);
    assigns pool->free_count, pool->stack[0 .. 65535], queue->ring.window.head,
        queue->ring.window.slot[0 .. 4095], queue->ring.id_at[0 .. 4095],
        queue->ring.position_of[0 .. 4095], queue->taken_turn, queue->broken,
        l->place[0 .. 65535], l->order[0 .. 65535], l->position[0 .. 65535];
    QUEUE_OK(ensures, queue, pool, l)
    VBALANCED(ensures, pool, l, &queue->ring, tag)
    ensures 0 <= \result <= left;
    ensures used(&queue->ring.window) == \old(used(&queue->ring.window)) - \result;
    ensures queue->broken == 1 || queue->broken == \old(queue->broken);
    ensures goes_on: \result > 0 ==> queue->broken == \old(queue->broken);
    ensures vring_frees{Pre, Post}(l, tag);
*/
static inline uint64_t tx_finish(struct virtio_queue *queue, struct ir_pool *pool, uint64_t left)
/*@ ghost (struct ledger \ghost *l, int64_t tag) */
{
    uint64_t id = tx_completed(queue);
    uint64_t more = 0u;

    if (id == TX_NONE)
        return 0u;
    if (id != (uint32_t)queue->ring.id_at[queue->ring.window.head])
        more = virtio_finish(queue, (uint32_t)id, left) /*@ ghost (pool, l, tag) */;
    /*@ assert shuffled: ring_shuffles{Pre, Here}(l, tag); */
    if (more >= left) {
        queue->broken = 1u;
        return 0u;
    }
    virtio_return(queue, pool, more) /*@ ghost (l, tag) */;
    return more + 1u;
}

/* Return what the device has finished with to the pool: up to `ready` buffers. Returns how many; the
 * queue is broken when the device named one that it does not have. */
/*@ QUEUE_OK(requires, queue, pool, l)
    VBALANCED(requires, pool, l, &queue->ring, tag)
    requires TAG_OK(tag);
    requires ready <= used(&queue->ring.window);
    assigns pool->free_count, pool->stack[0 .. 65535], queue->ring.window.head,
        queue->ring.window.slot[0 .. 4095], queue->ring.id_at[0 .. 4095],
        queue->ring.position_of[0 .. 4095], queue->taken_turn, queue->broken,
        l->place[0 .. 65535], l->order[0 .. 65535], l->position[0 .. 65535];
    QUEUE_OK(ensures, queue, pool, l)
    VBALANCED(ensures, pool, l, &queue->ring, tag)
    ensures 0 <= \result <= ready;
    ensures queue->broken == 1 || queue->broken == \old(queue->broken);
    ensures vring_frees{Pre, Post}(l, tag);
*/
static uint64_t tx_finish_all(struct virtio_queue *queue, struct ir_pool *pool, uint64_t ready)
/*@ ghost (struct ledger \ghost *l, int64_t tag) */
{
    uint64_t finished = 0u;

    /*@ loop invariant 0 <= finished <= ready;
        QUEUE_OK(loop invariant, queue, pool, l)
        VBALANCED(loop invariant, pool, l, &queue->ring, tag)
        loop invariant used: ready - finished <= used(&queue->ring.window);
        loop invariant same: queue->broken == \at(queue->broken, Pre);
        loop invariant moves: vring_frees{Pre, Here}(l, tag);
        loop assigns finished, pool->free_count, pool->stack[0 .. 65535],
            queue->ring.window.head, queue->ring.window.slot[0 .. 4095],
            queue->ring.id_at[0 .. 4095], queue->ring.position_of[0 .. 4095],
            queue->taken_turn, queue->broken, l->place[0 .. 65535], l->order[0 .. 65535],
            l->position[0 .. 65535];
        loop variant ready - finished;
    */
    while (finished < ready) {
        uint64_t more = tx_finish(queue, pool, ready - finished) /*@ ghost (l, tag) */;

        if (more == 0u)
            break;
        finished += more;
    }
    return finished;
}

int32_t
virtio_tx_reclaim(struct virtio_txq *txq) /*@ ghost (struct ledger \ghost *l, int64_t tag) */
{
    struct virtio_queue *queue = &txq->queue;
    uint64_t ready = virtio_waiting(queue);
    uint64_t finished;
    /*@ ghost struct ir_pkt *none = 0; */

    if (queue->broken != 0u)
        return -EIO;
    finished = tx_finish_all(queue, queue->pool, ready) /*@ ghost (l, tag) */;
    virtio_note(queue, finished) /*@ ghost (none, 0, queue->pool, l, tag) */;
    return queue->broken != 0u ? -EIO : (int32_t)ir_ring_used(&queue->ring.window);
}

/* 0 when the packet may be sent, else why not. */
/*@ requires \valid_read(txq) && \valid_read(pool);
    assigns \nothing;
    ensures \result == 0 || \result == -116 || \result == -90;
    ensures \result == 0 <==> held(pool, pkt) && pkt_size(pkt) <= txq->frame_max;
    ensures \result == -116 <==> !held(pool, pkt);
*/
static inline int32_t tx_check(const struct virtio_txq *txq, const struct ir_pool *pool,
                               struct ir_pkt pkt)
{
    if (!ir_pool_holds(pool, pkt))
        return -ESTALE;
    return ir_handle_length(pkt) <= txq->frame_max ? 0 : -EMSGSIZE;
}

/* Lend the packet's buffer to the device, in the position at the tail. */
/*@ QUEUE_OK(requires, queue, pool, l)
    VBALANCED(requires, pool, l, &queue->ring, tag)
    requires TAG_OK(tag);
    requires used(&queue->ring.window) < queue->ring.window.size - 1;
    requires held(pool, pkt);
    assigns pool->holder[0 .. 65535], queue->ring.window.slot[0 .. 4095],
        queue->ring.window.tail, queue->posted_turn, l->place[0 .. 65535];
    QUEUE_OK(ensures, queue, pool, l)
    VBALANCED(ensures, pool, l, &queue->ring, tag)
    ensures in_ring(l->place[pkt_index(pkt)], tag);
    ensures \old(l->place[pkt_index(pkt)]) == PLACE_APP;
    ensures !held(pool, pkt);
    ensures others_stay{Pre, Post}(l, pkt_index(pkt));
    ensures \forall integer b; 0 <= b < 65536 ==> b != pkt_index(pkt) ==>
        pool->holder[b] == \old(pool->holder[b]);
    ensures used(&queue->ring.window) == \old(used(&queue->ring.window)) + 1;
*/
static inline void tx_lend(struct virtio_queue *queue, struct ir_pool *pool, struct ir_pkt pkt)
/*@ ghost (struct ledger \ghost *l, int64_t tag) */
{
    uint64_t position = queue->ring.window.tail;
    uint32_t index = ir_move_app_to_ring(pool, pkt, &queue->ring.window) /*@ ghost (l, tag) */;

    /*@ ghost moved: ; */
    /*@ assert ids: ids_ok(&queue->ring); */
    /*@ assert positions: positions_ok(&queue->ring); */
    virtio_clear_header(pool, index);
    virtio_post(queue, pool, position, index, ir_handle_length(pkt), 0u) /*@ ghost (l, tag) */;
    /*@ assert window: window_stays{moved, Here}(&queue->ring.window); */
}

/* Count frames sent, and their bytes. A step of its own because the counters and the scalars of pool and
 * ring are of one type: here it is proved that none of these changes. */
/*@ requires \valid(txq);
    QUEUE_OK(requires, &txq->queue, pool, l)
    VBALANCED(requires, pool, l, &txq->queue.ring, tag)
    requires \separated(txq, pool, l);
    requires \valid_read(pkts + (0 .. count - 1));
    requires \separated(pkts + (0 .. count - 1), txq);
    requires sent <= count && vall_dead(pool, pkts, sent);
    assigns txq->packets, txq->bytes;
    QUEUE_OK(ensures, &txq->queue, pool, l)
    VBALANCED(ensures, pool, l, &txq->queue.ring, tag)
    ensures window_stays{Pre, Post}(&txq->queue.ring.window);
    ensures vholders_stay{Pre, Post}(pool);
    ensures vpkts_stay{Pre, Post}(pkts, count);
    ensures first: count > 0 ==> pkts[0].bits == \old(pkts[0].bits);
    ensures first_held: count > 0 ==> (held(pool, pkts[0]) <==> \old(held(pool, pkts[0])));
    ensures vall_dead(pool, pkts, sent);
*/
static inline void tx_count(struct virtio_txq *txq, uint64_t sent, uint64_t bytes)
/*@ ghost (struct ir_pool *pool, const struct ir_pkt *pkts, uint64_t count,
           struct ledger \ghost *l, int64_t tag) */
{
    txq->packets = ir_counter_add(txq->packets, sent);
    txq->bytes = ir_counter_add(txq->bytes, bytes);
    /*@ assert window: window_stays{Pre, Here}(&txq->queue.ring.window); */
    /*@ assert pool: pool->count == \at(pool->count, Pre) &&
            pool->free_count == \at(pool->free_count, Pre); */
    /*@ assert same_holders: vholders_stay{Pre, Here}(pool); */
    /*@ assert same_pkts: vpkts_stay{Pre, Here}(pkts, count); */
}

/* Lend up to `count` packets, for which the ring has room, until one is refused. Returns how many. */
/*@ requires \valid(txq);
    QUEUE_OK(requires, &txq->queue, pool, l)
    VBALANCED(requires, pool, l, &txq->queue.ring, tag)
    requires TAG_OK(tag);
    requires txq->frame_max <= pool->buffer_size;
    requires \separated(txq, pool, l);
    requires \valid_read(pkts + (0 .. count - 1));
    requires \separated(pkts + (0 .. count - 1), txq, pool, l);
    requires count <= txq->queue.ring.window.size - 1 - used(&txq->queue.ring.window);
    assigns pool->holder[0 .. 65535], txq->queue.ring.window.slot[0 .. 4095],
        txq->queue.ring.window.tail, txq->queue.posted_turn, txq->packets, txq->bytes,
        l->place[0 .. 65535];
    QUEUE_OK(ensures, &txq->queue, pool, l)
    VBALANCED(ensures, pool, l, &txq->queue.ring, tag)
    ensures \result <= count;
    ensures used(&txq->queue.ring.window) == \old(used(&txq->queue.ring.window)) + \result;
    ensures ring_sends{Pre, Post}(l, tag);
    ensures app_keeps{Pre, Post}(pool, l);
    ensures none_sent: \result == 0 ==> others_stay{Pre, Post}(l, -1);
    ensures dead: vall_dead(pool, pkts, \result);
    ensures refused: \result == 0 && count > 0 ==> !(held(pool, pkts[0]) &&
        pkt_size(pkts[0]) <= txq->frame_max);
*/
static inline uint64_t tx_lend_all(struct virtio_txq *txq, struct ir_pool *pool,
                                   const struct ir_pkt *pkts, uint64_t count)
/*@ ghost (struct ledger \ghost *l, int64_t tag) */
{
    struct virtio_queue *queue = &txq->queue;
    uint64_t sent = 0u;
    uint64_t bytes = 0u;

    /*@ assert apart: \forall integer i; 0 <= i < count ==>
            \separated(pkts + i, &txq->queue.ring.window.tail, pool->holder + (0 .. 65535)); */
    /*@ assert few: count <= 4095; */
    /*@ loop invariant 0 <= sent <= count;
        loop invariant bytes <= sent * 65535;
        QUEUE_OK(loop invariant, queue, pool, l)
        VBALANCED(loop invariant, pool, l, &queue->ring, tag)
        loop invariant used(&queue->ring.window) == \at(used(&txq->queue.ring.window), Pre) + sent;
        loop invariant lent: vall_lent(l, pkts, sent);
        loop invariant moves: ring_sends{Pre, Here}(l, tag);
        loop invariant kept: app_keeps{Pre, Here}(pool, l);
        loop invariant none: sent == 0 ==> others_stay{Pre, Here}(l, -1);
        loop assigns sent, bytes, pool->holder[0 .. 65535], queue->ring.window.slot[0 .. 4095],
            queue->ring.window.tail, queue->posted_turn, l->place[0 .. 65535];
        loop variant count - sent;
    */
    while (sent < count) {
        if (tx_check(txq, pool, pkts[sent]) != 0)
            break;
        /*@ assert mine: l->place[pkt_index(pkts[sent])] == PLACE_APP; */
        /*@ assert fresh: \forall integer i; 0 <= i < sent ==>
                pkt_index(pkts[i]) != pkt_index(pkts[sent]); */
        /*@ ghost checked: ; */
        tx_lend(queue, pool, pkts[sent]) /*@ ghost (l, tag) */;
        /*@ assert same_pkts: vpkts_stay{checked, Here}(pkts, count); */
        /*@ assert rest_stays: others_stay{checked, Here}(l, pkt_index(pkts[sent])); */
        /*@ assert still_lent: vall_lent(l, pkts, sent); */
        /*@ assert newest_lent: vall_lent(l, pkts, sent + 1); */
        /*@ assert moved: ring_sends{checked, Here}(l, tag); */
        /*@ assert app_step: app_keeps{checked, Here}(pool, l); */
        /*@ assert app_steps: app_keeps_in_steps{Pre, checked, Here}(pool, l); */
        bytes += ir_handle_length(pkts[sent]);
        sent++;
    }
    /*@ assert dead: vall_dead(pool, pkts, sent); */
    /*@ assert refusal: sent == 0 && count > 0 ==> !(held(pool, pkts[0]) &&
            pkt_size(pkts[0]) <= txq->frame_max); */
    /*@ ghost counting: ; */
    tx_count(txq, sent, bytes) /*@ ghost (pool, pkts, count, l, tag) */;
    /*@ assert app_step: app_keeps{counting, Here}(pool, l); */
    /*@ assert app_steps: app_keeps_in_steps{Pre, counting, Here}(pool, l); */
    /*@ assert app: app_keeps{Pre, Here}(pool, l); */
    /*@ assert still_refused: sent == 0 && count > 0 ==> !(held(pool, pkts[0]) &&
            pkt_size(pkts[0]) <= txq->frame_max); */
    return sent;
}

/* Tell the device of the packets sent. A step of its own for the same reason. */
/*@ requires \valid(txq);
    QUEUE_OK(requires, &txq->queue, pool, l)
    VBALANCED(requires, pool, l, &txq->queue.ring, tag)
    requires \separated(txq, pool, l) && \separated(&txq->queue, txq->queue.notify);
    requires \valid_read(pkts + (0 .. sent - 1));
    requires \separated(pkts + (0 .. sent - 1), txq);
    requires sent <= 65535 && vall_dead(pool, pkts, sent);
    assigns txq->queue.posted, txq->queue.broken;
    QUEUE_OK(ensures, &txq->queue, pool, l)
    VBALANCED(ensures, pool, l, &txq->queue.ring, tag)
    ensures vholders_stay{Pre, Post}(pool);
    ensures vall_dead(pool, pkts, sent);
*/
static inline void tx_announce(struct virtio_txq *txq, uint64_t sent)
/*@ ghost (struct ir_pool *pool, const struct ir_pkt *pkts, struct ledger \ghost *l,
           int64_t tag) */
{
    virtio_publish(&txq->queue, sent);
    /*@ assert window: window_stays{Pre, Here}(&txq->queue.ring.window); */
    /*@ assert pool: pool->count == \at(pool->count, Pre) &&
            pool->free_count == \at(pool->free_count, Pre); */
    /*@ assert same_holders: vholders_stay{Pre, Here}(pool); */
    /*@ assert same_pkts: vpkts_stay{Pre, Here}(pkts, sent); */
}

/* How many of `count` packets the ring has room for. */
/*@ requires \valid_read(ring) && ring_shape(ring);
    assigns \nothing;
    ensures 0 <= \result <= count && \result <= ring->size - 1 - used(ring);
    ensures few: \result <= 4095;
    ensures \result == 0 ==> count == 0 || used(ring) == ring->size - 1;
*/
static inline uint64_t tx_limit(const struct ir_ring *ring, uint64_t count)
{
    uint64_t room = ir_ring_room(ring);

    return count < room ? count : room;
}

/* Send up to `count` packets and tell the device. Returns as ir_tx. */
/*@ requires \valid(txq);
    QUEUE_OK(requires, &txq->queue, pool, l)
    VBALANCED(requires, pool, l, &txq->queue.ring, tag)
    requires TAG_OK(tag);
    requires txq->frame_max <= pool->buffer_size;
    requires \separated(txq, pool, l);
    requires \separated(&txq->queue, txq->queue.notify);
    requires \valid_read(pkts + (0 .. count - 1));
    requires \separated(pkts + (0 .. count - 1), txq, pool, l);
    assigns pool->holder[0 .. 65535], txq->queue.ring.window.slot[0 .. 4095],
        txq->queue.ring.window.tail, txq->queue.posted_turn, txq->queue.posted,
        txq->queue.broken, txq->packets, txq->bytes, l->place[0 .. 65535];
    QUEUE_OK(ensures, &txq->queue, pool, l)
    VBALANCED(ensures, pool, l, &txq->queue.ring, tag)
    ensures \result == -116 || \result == -90 || 0 <= \result <= count;
    ensures sent_dead: vall_dead(pool, pkts, \result);
    ensures ring_sends{Pre, Post}(l, tag);
    ensures app_keeps{Pre, Post}(pool, l);
    ensures nothing_sent: \result <= 0 ==> others_stay{Pre, Post}(l, -1);
    ensures no_silence: \result == 0 ==> count == 0 ||
        used(&txq->queue.ring.window) == txq->queue.ring.window.size - 1;
    ensures refused: \result < 0 ==> count > 0 && (\result == -116 <==> !held(pool, pkts[0]));
*/
static int32_t tx_send(struct virtio_txq *txq, struct ir_pool *pool, const struct ir_pkt *pkts,
                       uint32_t count)
/*@ ghost (struct ledger \ghost *l, int64_t tag) */
{
    uint64_t limit = tx_limit(&txq->queue.ring.window, count);
    uint64_t sent = tx_lend_all(txq, pool, pkts, limit) /*@ ghost (l, tag) */;

    if (sent == 0u)
        return limit > 0u ? tx_check(txq, pool, pkts[0]) : 0;
    tx_announce(txq, sent) /*@ ghost (pool, pkts, l, tag) */;
    return (int32_t)sent;
}

/* Reclaim when it is worth it. Returns 0, or -EIO when the queue is broken. */
/*@ requires \valid(txq);
    QUEUE_OK(requires, &txq->queue, txq->queue.pool, l)
    VBALANCED(requires, txq->queue.pool, l, &txq->queue.ring, tag)
    requires TAG_OK(tag);
    requires \separated(txq, txq->queue.pool, l);
    requires \separated(&txq->queue, txq->queue.common, txq->queue.device);
    assigns txq->queue.pool->free_count, txq->queue.pool->stack[0 .. 65535],
        txq->queue.ring.window.head, txq->queue.ring.window.slot[0 .. 4095],
        txq->queue.ring.id_at[0 .. 4095], txq->queue.ring.position_of[0 .. 4095],
        txq->queue.taken_turn, txq->queue.taken, txq->queue.idle, txq->queue.broken,
        l->place[0 .. 65535], l->order[0 .. 65535], l->position[0 .. 65535];
    QUEUE_OK(ensures, &txq->queue, txq->queue.pool, l)
    VBALANCED(ensures, txq->queue.pool, l, &txq->queue.ring, tag)
    ensures \result == 0 || \result == -5;
    ensures runs: \result == 0 ==> txq->queue.broken == 0;
    ensures stays_broken: \old(txq->queue.broken) != 0 ==>
        \result == -5 && txq->queue.broken != 0;
    ensures vring_frees{Pre, Post}(l, tag);
*/
static int32_t tx_make_room(struct virtio_txq *txq)
/*@ ghost (struct ledger \ghost *l, int64_t tag) */
{
    int32_t in_use = 0;

    if (txq->queue.broken != 0u || ir_ring_used(&txq->queue.ring.window) >= VIRTIO_GROUP)
        in_use = virtio_tx_reclaim(txq) /*@ ghost (l, tag) */;
    return in_use < 0 ? -EIO : 0;
}

int32_t virtio_tx_burst(struct virtio_txq *txq, const struct ir_pkt *pkts, uint32_t count)
/*@ ghost (struct ledger \ghost *l, int64_t tag) */
{
    int32_t result = tx_make_room(txq) /*@ ghost (l, tag) */;

    /*@ assert app: app_keeps{Pre, Here}(txq->queue.pool, l); */
    if (result == 0)
        result = tx_send(txq, txq->queue.pool, pkts, count) /*@ ghost (l, tag) */;
    return result;
}

void virtio_tx_drain(struct virtio_txq *txq) /*@ ghost (struct ledger \ghost *l, int64_t tag) */
{
    ir_move_drain(&txq->queue.ring.window, txq->queue.pool) /*@ ghost (l, tag) */;
}
