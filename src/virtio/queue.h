/* SPDX-License-Identifier: MIT
 *
 * Virtqueues: the proved data path's interface to the rest of the driver. Each chain is one
 * descriptor: the network header lies in the headroom before the frame.
 */
#ifndef IRONRING_VIRTIO_QUEUE_H
#define IRONRING_VIRTIO_QUEUE_H

#include <stdint.h>

#include "core/dma.h"
#include "core/driver.h"
#include "core/pool.h"
#include "core/regs.h"
#include "virtio/ring.h"
#include "virtio/spec.h"

/* Buffers worth moving at a time: empty slots before a refill, slots in use before a reclaim. */
#define VIRTIO_GROUP 32u

/* Calls that find nothing before the device is asked whether it wants to be reset: interrupts are
 * off, and so it has no other way to say so (2.1.2). */
#define VIRTIO_IDLE_MAX 4096u

/* A descriptor, of split rings (2.7.5) and of packed ones (2.8.13): sixteen bytes that driver and device
 * share. `rest` has the length in bits 31:0, then flags and next, or id and flags. */
struct virtio_desc {
    volatile ir_device64 address;
    volatile ir_device64 rest;
};

/* An element of a split ring's used ring (2.7.8). */
struct virtio_used_elem {
    volatile ir_device32 id;
    volatile ir_device32 len;
};

struct virtio_queue {
    const struct ir_regs *notify; /* window in which the device is told of new buffers ... */
    const struct ir_regs *common; /* ... and the one with its status */
    struct ir_pool *pool;
    struct virtio_desc *desc;      /* ring.window.size of them */
    struct virtio_used_elem *used; /* split: as many */
    volatile ir_device16 *avail;   /* split: as many */
    volatile ir_device16 *event;   /* split: avail_event, after which buffer to notify */
    volatile ir_device32 *driver;  /* flags and idx of the available ring | event suppression */
    volatile ir_device32 *device;  /* flags and idx of the used ring | event suppression */
    volatile ir_device16 *wake;    /* split: used_event, after which completion to interrupt */
    uint64_t posted;               /* split: idx of the available ring, free-running */
    uint64_t taken;                /* split: idx up to which the used ring has been read */
    uint64_t idle;                 /* calls since the device was last seen to do something */
    uint32_t notify_offset;
    uint32_t status_offset;
    uint16_t number;     /* of the queue, what a notification says */
    uint8_t header;      /* bytes of the network header: 10 or 12 */
    uint8_t posted_turn; /* 1 and 0 in turn, from lap to lap of the positions: of the tail ... */
    uint8_t taken_turn;  /* ... and of the head */
    uint8_t packed;      /* RING_PACKED was negotiated; each of these is 0 or 1 */
    uint8_t in_order;    /* IN_ORDER */
    uint8_t event_idx;   /* EVENT_IDX */
    uint8_t pairs;       /* each chain has two descriptors, header and frame (2.7.4.1) */
    uint8_t broken;      /* the device broke the protocol, or its queues are not running */
    struct virtio_ring ring;
};

struct virtio_rxq {
    struct ir_rxq base;
    uint8_t mergeable; /* MRG_RXBUF: a frame may take several buffers, and is dropped then */
    uint64_t parts;    /* buffers still to come of such a frame */
    uint64_t packets;  /* received, and their bytes */
    uint64_t bytes;
    struct ir_rxq_drops dropped;
    struct virtio_queue queue;
};

struct virtio_txq {
    struct ir_txq base;
    uint32_t frame_max; /* longest frame accepted; at most a buffer */
    uint64_t packets;
    uint64_t bytes;
    struct virtio_queue queue;
};

/*@
// What stays as it is while a queue runs, and the places that its functions write to keep apart.
predicate queue_memory{L}(struct virtio_queue *q, struct ir_pool *p, struct ledger *l) =
    \valid(q) && q->pool == p && \separated(q, p, l) && \valid_read(q->notify) &&
    \valid_read(q->common) && \valid(q->driver) && \valid(q->device);

// Descriptors and ring elements of a queue: with pairs twice as many as there are positions.
logic integer elements{L}(struct virtio_queue *q) =
    q->pairs != 0 ? 2 * q->ring.window.size : q->ring.window.size;
predicate queue_arrays{L}(struct virtio_queue *q) =
    \valid(q->desc + (0 .. elements(q) - 1)) &&
    (q->packed == 0 ==> \valid(q->used + (0 .. elements(q) - 1)) &&
        \valid(q->avail + (0 .. elements(q) - 1)) && \valid(q->event));

predicate queue_kind{L}(struct virtio_queue *q) =
    (q->header == 10 || q->header == 12) && (q->pairs != 0 ==> q->packed == 0);

predicate queue_turns{L}(struct virtio_queue *q) = q->posted_turn <= 1 && q->taken_turn <= 1;
*/

/* The invariants of a queue, besides those of its ring and its pool. */
#define QUEUE_OK(kind, q, p, l)                                                                    \
    kind queue_memory(q, p, l);                                                                    \
    kind queue_arrays(q);                                                                          \
    kind queue_kind(q);                                                                            \
    kind queue_turns(q);

/* What a device has finished: an id, and how many bytes it says it wrote. */
struct virtio_completion {
    uint32_t id;
    uint32_t length;
};

/* Upper bound of the completions that can be taken now; more than are outstanding when the device
 * lies. A packed ring says so descriptor by descriptor. */
/*@ requires \valid_read(queue) && ring_shape(&queue->ring.window) && \valid(queue->device);
    assigns \nothing;
    ensures 0 <= \result <= 65535;
    ensures queue->packed != 0 ==> \result == used(&queue->ring.window);
*/
static inline uint64_t virtio_ready(const struct virtio_queue *queue)
{
    uint64_t idx;
    uint64_t taken;

    if (queue->packed != 0u)
        return ir_ring_used(&queue->ring.window);
    idx = ir_dma_load32(queue->device) / 65536u;
    ir_dma_acquire();
    taken = queue->taken % 65536u;
    return idx >= taken ? idx - taken : idx + 65536u - taken;
}

/* Completions that wait, as far as the device says; a device that says there are more than it has
 * buffers breaks its queue. */
/*@ requires \valid(queue) && ring_shape(&queue->ring.window) && \valid(queue->device);
    requires \separated(queue, queue->device);
    assigns queue->broken;
    ensures 0 <= \result <= used(&queue->ring.window);
    ensures \old(queue->broken) != 0 ==> queue->broken != 0;
    ensures queue->broken != 0 ==> \result == 0;
*/
static inline uint64_t virtio_waiting(struct virtio_queue *queue)
{
    uint64_t ready = virtio_ready(queue);

    if (queue->broken != 0u || ready > ir_ring_used(&queue->ring.window)) {
        queue->broken = 1u;
        return 0u;
    }
    return ready;
}

/* AVAIL and USED in the flags of a packed descriptor. */
#define VIRTIO_PACKED_FLAGS ((uint64_t)(VIRTQ_DESC_F_AVAIL | VIRTQ_DESC_F_USED) << 48)

/* The id that a chain's head stands for: with pairs, every other descriptor begins one. No id when the
 * head is none. */
/*@ requires \valid_read(queue) && ring_shape(&queue->ring.window);
    assigns \nothing;
    ensures single: queue->pairs == 0 ==> \result == head;
    ensures pair: queue->pairs != 0 && head % 2 == 0 ==> \result == head / 2;
    ensures middle: queue->pairs != 0 && head % 2 == 1 ==> \result == 4294967295;
*/
static inline uint32_t virtio_id_of(const struct virtio_queue *queue, uint32_t head)
{
    if (queue->pairs == 0u)
        return head;
    return head % 2u == 0u ? head / 2u : UINT32_MAX;
}

/* Element of a split ring for a position. With pairs the rings have twice as many elements as there are
 * positions: a lap of these is half a lap of the ring. */
/*@ requires \valid_read(queue) && ring_shape(&queue->ring.window) && turn <= 1;
    requires position < queue->ring.window.size;
    assigns \nothing;
    ensures \result < elements(queue);
    ensures laps: \result == (queue->pairs != 0 && turn == 0 ? position + queue->ring.window.size
                                                              : position);
*/
static inline uint64_t virtio_element(const struct virtio_queue *queue, uint64_t position,
                                      uint32_t turn)
{
    return queue->pairs != 0u && turn == 0u ? position + queue->ring.window.size : position;
}

/* Read the completion at the head, once. Returns 1, or 0 when there is none yet. */
/*@ requires \valid_read(queue) && ring_shape(&queue->ring.window) && queue_arrays(queue);
    requires queue_kind(queue) && queue_turns(queue);
    requires \valid(done) && \separated(done, queue);
    assigns *done;
    ensures \result == 0 || \result == 1;
*/
static inline uint32_t virtio_completed(const struct virtio_queue *queue,
                                        struct virtio_completion *done)
{
    uint64_t head = queue->ring.window.head;
    uint64_t rest;

    if (queue->packed == 0u) {
        uint64_t element = virtio_element(queue, head, queue->taken_turn);

        done->id = virtio_id_of(queue, ir_dma_load32(&queue->used[element].id));
        done->length = ir_dma_load32(&queue->used[element].len);
        return 1u;
    }
    rest = ir_dma_load64(&queue->desc[head].rest);
    done->id = (uint32_t)(rest / 4294967296u % 65536u);
    done->length = (uint32_t)(rest % 4294967296u);
    return (rest & VIRTIO_PACKED_FLAGS) == (queue->taken_turn != 0u ? VIRTIO_PACKED_FLAGS : 0u);
}

/* After the buffer at the head was taken. Where the used descriptors of a packed ring begin again, their
 * flags are the other ones (2.8.1). */
/*@ requires \valid(queue) && queue_turns(queue);
    assigns queue->taken_turn;
    ensures queue_turns(queue);
    ensures lap: queue->taken_turn == (queue->ring.window.head == 0 ? 1 - \old(queue->taken_turn)
                                                                    : \old(queue->taken_turn));
*/
static inline void virtio_took(struct virtio_queue *queue)
{
    if (queue->ring.window.head == 0u)
        queue->taken_turn = (uint8_t)(1u - queue->taken_turn);
}

/* A split ring's index, which wraps at 16 bits, `count` elements on. */
/*@ requires count <= 65535;
    assigns \nothing;
    ensures \result == (idx % 65536 + count) % 65536;
*/
static inline uint64_t virtio_index_after(uint64_t idx, uint64_t count)
{
    return (idx % 65536u + count) % 65536u;
}

/* `count` elements of the used ring have been read. */
/*@ requires \valid(queue) && count <= 65535;
    assigns queue->taken, queue->idle;
    ensures queue->taken == (\old(queue->taken) % 65536 + count) % 65536;
*/
static inline void virtio_taken(struct virtio_queue *queue, uint64_t count)
{
    queue->taken = virtio_index_after(queue->taken, count);
    queue->idle = 0u;
}

/* Give the device the address of buffer `index`, less the header, in a descriptor: the one at the
 * buffer's position, or the one whose number is the position's id. The precondition is the confinement
 * property. */
#ifdef __FRAMAC__
/*@ requires \valid(word);
    requires confined: index < pool->count && 0 <= header <= IR_POOL_HEADROOM &&
        address == pool->iova + index * pool->stride - header &&
        address + header + pool->buffer_size <=
            pool->iova + pool->count * pool->stride - IR_POOL_HEADROOM;
    requires lent: PLACE_RING <= tag <= l->place[index];
    requires at_its_position: queue->packed != 0 ==> word == desc + 2 * (l->place[index] - tag);
    requires of_its_id: queue->packed == 0 && queue->pairs == 0 ==>
        word == desc + 2 * queue->ring.id_at[l->place[index] - tag];
    requires of_its_pair: queue->packed == 0 && queue->pairs != 0 ==>
        word == desc + 4 * queue->ring.id_at[l->place[index] - tag] ||
        word == desc + 4 * queue->ring.id_at[l->place[index] - tag] + 2;
    assigns \nothing;
*/
void virtio_store_address(volatile ir_device64 *word, uint64_t address)
    /*@ ghost (const struct ir_pool *pool, struct ledger \ghost *l, uint32_t index, int64_t tag,
               struct virtio_queue *queue, volatile ir_device64 *desc, uint64_t header) */
    ;
/* And how much of it the device may read or write, in bits 31:0. */
/*@ requires \valid(word);
    requires confined: value % 4294967296 <= header + pool->buffer_size;
    assigns \nothing;
*/
void virtio_store_rest(volatile ir_device64 *word, uint64_t value)
    /*@ ghost (const struct ir_pool *pool, uint64_t header) */;
#else
static inline void virtio_store_address(volatile ir_device64 *word, uint64_t address)
{
    ir_dma_store64(word, address);
}

static inline void virtio_store_rest(volatile ir_device64 *word, uint64_t value)
{
    ir_dma_store64(word, value);
}
#endif

/* The second word of a descriptor: length in bits 31:0, and what is above it. */
/*@ requires length <= 4294967295 && upper <= 4294967295;
    assigns \nothing;
    ensures \result == length + 4294967296 * upper;
    ensures \result % 4294967296 == length;
*/
static inline uint64_t virtio_rest(uint64_t length, uint64_t upper)
{
    return length + 4294967296u * upper;
}

/* Device address of a buffer's header. */
/*@ requires \valid_read(pool) && pool_shape(pool) && pool_span(pool) && index < pool->count;
    requires header <= IR_POOL_HEADROOM;
    assigns \nothing;
    ensures \result == pool->iova + index * pool->stride - header;
    ensures confined: pool->iova <= \result + IR_POOL_HEADROOM && \result + header +
        pool->buffer_size <= pool->iova + pool->count * pool->stride - IR_POOL_HEADROOM;
*/
static inline uint64_t virtio_header_iova(const struct ir_pool *pool, uint32_t index,
                                          uint64_t header)
{
    uint64_t iova = ir_pool_iova(pool, index);

    /*@ assert enough: header <= IR_POOL_HEADROOM <= pool->iova <= iova; */
    return iova - header;
}

/* The flag that makes a packed descriptor available in this lap (2.8.1). */
/*@ requires \valid_read(queue);
    assigns \nothing;
    ensures \result == (queue->posted_turn != 0 ? VIRTQ_DESC_F_AVAIL : VIRTQ_DESC_F_USED);
*/
static inline uint64_t virtio_available(const struct virtio_queue *queue)
{
    return queue->posted_turn != 0u ? VIRTQ_DESC_F_AVAIL : VIRTQ_DESC_F_USED;
}

/* After a buffer has come to the position before the tail, and its descriptor is written. */
/*@ requires \valid(queue) && queue_turns(queue);
    assigns queue->posted_turn;
    ensures queue_turns(queue);
    ensures lap: queue->posted_turn == (queue->ring.window.tail == 0 ? 1 - \old(queue->posted_turn)
                                                                     : \old(queue->posted_turn));
*/
static inline void virtio_posted(struct virtio_queue *queue)
{
    if (queue->ring.window.tail == 0u)
        queue->posted_turn = (uint8_t)(1u - queue->posted_turn);
}

/* Lend a buffer in two descriptors, as a legacy device without ANY_LAYOUT wants it: header, frame. */
/*@ requires ring_shape(&queue->ring.window);
    QUEUE_OK(requires, queue, pool, l)
    requires queue->packed == 0 && queue->pairs != 0;
    requires \valid_read(pool) && pool_shape(pool);
    requires pool_span(pool);
    requires ids_ok(&queue->ring);
    requires position < queue->ring.window.size;
    requires index < pool->count;
    requires PLACE_RING <= tag && l->place[index] == tag + position;
    requires length <= pool->buffer_size;
    requires flags == 0 || flags == VIRTQ_DESC_F_WRITE;
    assigns queue->posted_turn;
    ensures queue_turns(queue);
*/
void virtio_post_pair(struct virtio_queue *queue, const struct ir_pool *pool, uint64_t position,
                      uint32_t index, uint64_t length, uint64_t flags)
    /*@ ghost (struct ledger \ghost *l, int64_t tag) */;

/* Lend buffer `index`, which has just come to `position`, to the device: `length` bytes after the
 * header. */
/*@ requires ring_shape(&queue->ring.window);
    QUEUE_OK(requires, queue, pool, l)
    requires \valid_read(pool) && pool_shape(pool);
    requires pool_span(pool);
    requires ids_ok(&queue->ring);
    requires position < queue->ring.window.size;
    requires index < pool->count;
    requires PLACE_RING <= tag && l->place[index] == tag + position;
    requires length <= pool->buffer_size;
    requires flags == 0 || flags == VIRTQ_DESC_F_WRITE;
    assigns queue->posted_turn;
    ensures queue_turns(queue);
*/
static inline void virtio_post(struct virtio_queue *queue, const struct ir_pool *pool,
                               uint64_t position, uint32_t index, uint64_t length, uint64_t flags)
/*@ ghost (struct ledger \ghost *l, int64_t tag) */
{
    uint64_t header = queue->header;
    uint64_t id = (uint64_t)queue->ring.id_at[position];
    struct virtio_desc *desc = queue->packed != 0u ? &queue->desc[position] : &queue->desc[id];

    if (queue->pairs != 0u) {
        virtio_post_pair(queue, pool, position, index, length, flags) /*@ ghost (l, tag) */;
        return;
    }
    virtio_store_address(&desc->address, virtio_header_iova(pool, index, header))
        /*@ ghost (pool, l, index, tag, queue, &queue->desc[0].address, header) */;
    if (queue->packed == 0u) {
        virtio_store_rest(&desc->rest, virtio_rest(header + length, flags))
            /*@ ghost (pool, header) */;
        ir_dma_store16(&queue->avail[position], (uint16_t)id);
        virtio_posted(queue);
        return;
    }
    ir_dma_release();
    virtio_store_rest(&desc->rest,
                      virtio_rest(header + length, id + 65536u * (flags + virtio_available(queue))))
        /*@ ghost (pool, header) */;
    virtio_posted(queue);
}

/* Whether the device wants to hear of `count` buffers, the last of them before the tail, that a packed
 * ring has been given (2.8.14): always, never, or when a certain one is among them. */
/*@ requires \valid_read(queue) && ring_shape(&queue->ring.window) && \valid(queue->device);
    assigns \nothing;
    ensures \result == 0 || \result == 1;
*/
static inline uint32_t virtio_packed_wakes(const struct virtio_queue *queue, uint64_t count)
{
    uint32_t word = ir_dma_load32(queue->device);
    uint32_t flags = word / 65536u % 4u;
    uint64_t at = word % 32768u;
    uint64_t tail = queue->ring.window.tail;
    uint32_t this_turn = (word / 32768u % 2u != 0u) == (queue->posted_turn != 0u);

    if (flags != VIRTQ_EVENT_F_DESC)
        return flags == VIRTQ_EVENT_F_ENABLE;
    if (at >= queue->ring.window.size)
        return 1u;
    if (this_turn != 0u)
        return at < tail && tail - at <= count;
    return tail + queue->ring.window.size - at <= count;
}

/* The same of a split ring whose index has advanced by `count` to `posted` (2.7.7, 2.7.10). */
/*@ requires \valid_read(queue) && \valid(queue->device) && \valid(queue->event);
    assigns \nothing;
    ensures \result == 0 || \result == 1;
*/
static inline uint32_t virtio_split_wakes(const struct virtio_queue *queue, uint64_t count)
{
    uint64_t event;

    if (queue->event_idx == 0u)
        return ir_dma_load32(queue->device) % 2u == 0u;
    event = ir_dma_load16(queue->event);
    return (queue->posted % 65536u + 65535u - event) % 65536u < count;
}

/* Let the device see the `count` buffers posted since the last time, and wake it when it wants that. */
/*@ requires \valid(queue) && ring_shape(&queue->ring.window) && count <= 65535;
    requires \valid_read(queue->notify) && \valid(queue->driver) && \valid(queue->device);
    requires queue->packed == 0 ==> \valid(queue->event);
    requires \separated(queue, queue->notify);
    assigns queue->posted, queue->broken;
    ensures queue->broken == 1 || queue->broken == \old(queue->broken);
*/
static inline void virtio_publish(struct virtio_queue *queue, uint64_t count)
{
    uint32_t wakes;

    if (queue->packed == 0u) {
        queue->posted = virtio_index_after(queue->posted, count);
        ir_dma_release();
        ir_dma_store32(queue->driver, (queue->event_idx == 0u ? VIRTQ_AVAIL_F_NO_INTERRUPT : 0u) +
                                          (uint32_t)queue->posted * 65536u);
    }
    ir_dma_fence();
    wakes =
        queue->packed != 0u ? virtio_packed_wakes(queue, count) : virtio_split_wakes(queue, count);
    if (wakes != 0u &&
        ir_reg_write_inline(queue->notify, queue->notify_offset, 2u, queue->number) != 0)
        queue->broken = 1u;
}

/* A call has found nothing. Once in a while ask the device whether it wants to be reset, or is gone:
 * then the queue is broken. */
/*@ requires \valid(queue) && \valid_read(queue->common) && \separated(queue, queue->common);
    assigns queue->idle, queue->broken;
    ensures queue->broken == 1 || queue->broken == \old(queue->broken);
*/
void virtio_idle(struct virtio_queue *queue);

/* The same, at once. */
/*@ requires \valid(queue) && \valid_read(queue->common) && \separated(queue, queue->common);
    assigns queue->broken;
    ensures queue->broken == 1 || queue->broken == \old(queue->broken);
*/
void virtio_check(struct virtio_queue *queue);

/* 1 when the queue is broken, or a completion waits, as far as the device says. Reads one word of the
 * device's at most. */
/*@ requires \valid_read(queue) && ring_shape(&queue->ring.window) && \valid(queue->device);
    requires queue_arrays(queue) && queue_kind(queue) && queue_turns(queue);
    assigns \nothing;
    ensures \result == 0 || \result == 1;
    ensures broken: queue->broken != 0 ==> \result == 1;
    ensures nothing_lent: queue->packed != 0 && used(&queue->ring.window) == 0 &&
        queue->broken == 0 ==> \result == 0;
*/
uint32_t virtio_pending(const struct virtio_queue *queue);

/* Ask the device to interrupt for the next completion, or for none (2.7.7, 2.7.10, 2.8.14). One that comes
 * before the device sees this does not interrupt. */
/*@ requires \valid_read(queue) && \valid(queue->driver);
    requires queue->packed == 0 ==> \valid(queue->wake);
    assigns \nothing;
*/
void virtio_ask(const struct virtio_queue *queue, uint32_t on);

/* Let the buffer with this id be the oldest. Returns how many older ones the device has finished with it,
 * which it may say of several at once when it keeps the order (IN_ORDER, 2.7.9); `left` or more when
 * it does not have this buffer. */
/*@ requires TAG_OK(tag);
    QUEUE_OK(requires, queue, pool, l)
    VBALANCED(requires, pool, l, &queue->ring, tag)
    requires left <= used(&queue->ring.window);
    assigns queue->ring.window.slot[0 .. 4095], queue->ring.id_at[0 .. 4095],
        queue->ring.position_of[0 .. 4095], l->place[0 .. 65535];
    QUEUE_OK(ensures, queue, pool, l)
    VBALANCED(ensures, pool, l, &queue->ring, tag)
    ensures 0 <= \result <= 4096;
    ensures outstanding: \result < left ==> id < queue->ring.window.size &&
        distance(queue->ring.window.head, queue->ring.window.size,
            \old(queue->ring.position_of[id])) < used(&queue->ring.window);
    ensures ring_shuffles{Pre, Post}(l, tag);
*/
uint64_t virtio_finish(struct virtio_queue *queue, uint32_t id, uint64_t left)
    /*@ ghost (struct ir_pool *pool, struct ledger \ghost *l, int64_t tag) */;

/* Return the oldest buffer and the `more` after it to the pool. */
/*@ QUEUE_OK(requires, queue, pool, l)
    VBALANCED(requires, pool, l, &queue->ring, tag)
    requires TAG_OK(tag);
    requires more < used(&queue->ring.window);
    assigns pool->free_count, pool->stack[0 .. 65535], queue->ring.window.head, queue->taken_turn,
        l->place[0 .. 65535], l->order[0 .. 65535], l->position[0 .. 65535];
    QUEUE_OK(ensures, queue, pool, l)
    VBALANCED(ensures, pool, l, &queue->ring, tag)
    ensures used(&queue->ring.window) == \old(used(&queue->ring.window)) - more - 1;
    ensures ring_frees{Pre, Post}(l, tag);
*/
void virtio_return(struct virtio_queue *queue, struct ir_pool *pool, uint64_t more)
    /*@ ghost (struct ledger \ghost *l, int64_t tag) */;

#endif
