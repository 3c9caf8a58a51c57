/* SPDX-License-Identifier: MIT
 *
 * The helpers of bare.h.
 */
#include "bare.h"

#include <string.h>

#define RX_NUMBER 0u
#define TX_NUMBER 1u
#define NOTIFY    0x40u
#define STATUS    20u
#define OWNER     (VIRTQ_DESC_F_AVAIL | VIRTQ_DESC_F_USED)

const struct bare_format bare_formats[] = {
    {.mergeable = true},
    {.event_idx = true},
    {.in_order = true, .mergeable = true},
    {.packed = true, .mergeable = true},
    {.packed = true, .event_idx = true},
    {.packed = true, .in_order = true, .mergeable = true},
    {.pairs = true},
    {.pairs = true, .event_idx = true, .mergeable = true},
};

const size_t bare_format_count = sizeof(bare_formats) / sizeof(bare_formats[0]);

static struct bare the_bare;
static uint8_t memory[BARE_BUFFERS * BARE_STRIDE];

static uint32_t read_register(void *card, uint32_t offset, uint32_t width)
{
    struct bare *bare = card;

    assert_int_equal(offset, STATUS);
    assert_int_equal(width, 1);
    bare->asked++;
    return bare->status;
}

static void note(void *card, uint32_t offset, uint32_t width, uint32_t value)
{
    struct bare *bare = card;

    assert_int_equal(width, 2);
    assert_int_equal(offset, NOTIFY + 4u * value);
    assert_in_range(value, RX_NUMBER, TX_NUMBER);
    bare->notified++;
}

static void make_queue(struct bare *bare, struct bare_ring *ring, struct virtio_queue *queue,
                       const struct bare_format *format, uint16_t number)
{
    ring->queue = queue;
    ring->next_wrap = true;
    ring->done_wrap = true;
    queue->notify = &bare->regs;
    queue->common = &bare->regs;
    queue->pool = &bare->pool;
    queue->desc = ring->desc;
    queue->used = ring->used;
    queue->avail = ring->avail;
    queue->event = &ring->event;
    queue->driver = &ring->driver;
    queue->device = &ring->device;
    queue->header = format->mergeable || !format->pairs ? 12u : 10u;
    queue->posted_turn = 1;
    queue->taken_turn = 1;
    queue->notify_offset = NOTIFY + 4u * number;
    queue->status_offset = STATUS;
    queue->number = number;
    queue->packed = format->packed;
    queue->in_order = format->in_order;
    queue->event_idx = format->event_idx;
    queue->pairs = format->pairs;
    assert_int_equal(virtio_ring_init(&queue->ring, BARE_RING), 0);
}

struct bare *bare_make(const struct bare_format *format)
{
    static const struct ir_regs_sim window = {read_register, note};
    struct bare *bare = &the_bare;

    memset((void *)bare, 0, sizeof(*bare));
    bare->regs = (struct ir_regs){.kind = IR_REGS_SIM, .size = 0x100, .sim = &window, .card = bare};
    bare->rx.mergeable = format->mergeable;
    bare->tx.frame_max = BARE_SIZE;
    assert_int_equal(ir_pool_init(&bare->pool, memory, BARE_IOVA, BARE_BUFFERS, BARE_SIZE, 9), 0);
    make_queue(bare, &bare->rx_ring, &bare->rx.queue, format, RX_NUMBER);
    make_queue(bare, &bare->tx_ring, &bare->tx.queue, format, TX_NUMBER);
    virtio_rx_refill(&bare->rx);
    bare_balance(bare, 0);
    return bare;
}

static void take_pair(struct bare_ring *ring, uint32_t head, struct bare_chain *chain)
{
    uint64_t first = ring->desc[head].rest;
    uint64_t second = ring->desc[head + 1u].rest;

    assert_int_equal(head % 2u, 0);
    assert_int_equal(first % 4294967296u, ring->queue->header);
    assert_int_equal(first >> 32 & VIRTQ_DESC_F_NEXT, VIRTQ_DESC_F_NEXT);
    assert_int_equal(first >> 48, head + 1u);
    assert_int_equal(second >> 32 & VIRTQ_DESC_F_NEXT, 0);
    assert_int_equal(first >> 32 & VIRTQ_DESC_F_WRITE, second >> 32 & VIRTQ_DESC_F_WRITE);
    assert_int_equal(ring->desc[head + 1u].address, ring->desc[head].address + ring->queue->header);
    chain->length = (uint32_t)((first + second) % 4294967296u);
}

static bool take_split(struct bare_ring *ring, struct bare_chain *chain)
{
    uint32_t size = ring->queue->pairs != 0 ? 2u * BARE_RING : BARE_RING;
    uint32_t head;

    if (ring->driver / 65536u == ring->next % 65536u)
        return false;
    head = ring->avail[ring->next % size];
    assert_true(head < size);
    chain->id = head;
    chain->address = ring->desc[head].address;
    chain->length = (uint32_t)(ring->desc[head].rest % 4294967296u);
    chain->writable = (ring->desc[head].rest >> 32 & VIRTQ_DESC_F_WRITE) != 0;
    if (ring->queue->pairs != 0)
        take_pair(ring, head, chain);
    else
        assert_int_equal(ring->desc[head].rest >> 32 & ~2u, 0);
    ring->next++;
    return true;
}

static bool take_packed(struct bare_ring *ring, struct bare_chain *chain)
{
    uint64_t rest = ring->desc[ring->next].rest;
    uint64_t flags = rest >> 48;

    if ((flags & OWNER) != (ring->next_wrap ? VIRTQ_DESC_F_AVAIL : VIRTQ_DESC_F_USED))
        return false;
    assert_int_equal(flags & ~(uint64_t)(OWNER | VIRTQ_DESC_F_WRITE), 0);
    chain->id = (uint32_t)(rest >> 32 & 0xffffu);
    chain->address = ring->desc[ring->next].address;
    chain->length = (uint32_t)(rest % 4294967296u);
    chain->writable = (flags & VIRTQ_DESC_F_WRITE) != 0;
    ring->next = (ring->next + 1u) % BARE_RING;
    ring->next_wrap = ring->next_wrap != (ring->next == 0);
    return true;
}

bool bare_take(struct bare_ring *ring, struct bare_chain *chain)
{
    uint64_t offset;

    if (!(ring->queue->packed != 0 ? take_packed(ring, chain) : take_split(ring, chain)))
        return false;
    offset = chain->address + ring->queue->header - BARE_IOVA;
    assert_true(chain->address >= BARE_IOVA && offset < sizeof(memory));
    assert_int_equal(offset % BARE_STRIDE, IR_POOL_HEADROOM);
    assert_in_range(chain->length, ring->queue->header, ring->queue->header + BARE_SIZE);
    return true;
}

void bare_return(struct bare_ring *ring, uint32_t id, uint32_t length, uint32_t chains)
{
    uint32_t size = ring->queue->pairs != 0 ? 2u * BARE_RING : BARE_RING;

    if (ring->queue->packed != 0) {
        ring->desc[ring->done].rest = length + (uint64_t)(id & 0xffffu) * 4294967296u +
                                      (ring->done_wrap ? VIRTIO_PACKED_FLAGS : 0u);
        ring->done += chains;
        if (ring->done >= BARE_RING) {
            ring->done -= BARE_RING;
            ring->done_wrap = !ring->done_wrap;
        }
        return;
    }
    ring->used[ring->done % size].id = id;
    ring->used[ring->done % size].len = length;
    ring->done += chains;
    ring->device = ring->device % 65536u + ring->done % 65536u * 65536u;
}

uint8_t *bare_frame(const struct bare_ring *ring, const struct bare_chain *chain)
{
    return memory + (chain->address + ring->queue->header - BARE_IOVA);
}

void bare_fill(const struct bare_ring *ring, const struct bare_chain *chain, uint32_t length,
               uint8_t tag, uint16_t buffers)
{
    uint8_t *frame = bare_frame(ring, chain);

    assert_true(chain->writable);
    assert_int_equal(chain->length, ring->queue->header + BARE_SIZE);
    memset(frame - ring->queue->header, 0, (size_t)ring->queue->header);
    memset(frame, tag, length);
    if (ring->queue->header == VIRTIO_NET_HDR_BYTES)
        memcpy(frame - sizeof(buffers), &buffers, sizeof(buffers));
}

void bare_receive(struct bare *bare, uint32_t length, uint8_t tag)
{
    struct bare_ring *ring = &bare->rx_ring;
    struct bare_chain chain;

    assert_true(bare_take(ring, &chain));
    bare_fill(ring, &chain, length, tag, 1);
    bare_return(ring, chain.id, (uint32_t)ring->queue->header + length, 1);
}

void bare_send(struct bare *bare, uint32_t count, uint8_t tag)
{
    struct ir_pkt pkts[BARE_RING];

    for (uint32_t i = 0; i < count; i++) {
        assert_int_equal(ir_pkt_alloc(&bare->pool, 60, &pkts[i]), 0);
        memset(ir_pkt_data(&bare->pool, pkts[i], 0, 60), (uint8_t)(tag + i), 60);
    }
    assert_int_equal(virtio_tx_burst(&bare->tx, pkts, count), count);
}

static void count_ring(const struct ir_ring *ring, uint32_t *places)
{
    assert_true(ring->head < BARE_RING && ring->tail < BARE_RING);
    for (uint64_t slot = ring->head; slot != ring->tail; slot = (slot + 1u) % BARE_RING) {
        assert_true(ring->slot[slot] < BARE_BUFFERS);
        places[ring->slot[slot]]++;
    }
}

void bare_balance(const struct bare *bare, uint32_t held)
{
    uint32_t places[BARE_BUFFERS] = {0};
    uint32_t granted = 0;

    assert_true(bare->pool.free_count <= bare->pool.count);
    for (uint64_t i = 0; i < bare->pool.free_count; i++) {
        assert_true(bare->pool.stack[i] < bare->pool.count);
        places[bare->pool.stack[i]]++;
    }
    count_ring(&bare->rx.queue.ring.window, places);
    count_ring(&bare->tx.queue.ring.window, places);
    for (uint32_t b = 0; b < bare->pool.count; b++) {
        if (bare->pool.holder[b] % IR_POOL_INDICES == b) {
            granted++;
            places[b]++;
        }
        assert_int_equal(places[b], 1);
    }
    assert_int_equal(granted, held);
}

void bare_expect(struct bare *bare, struct ir_pkt pkt, uint32_t length, uint8_t tag)
{
    const uint8_t *data = ir_pkt_data(&bare->pool, pkt, 0, length);

    assert_int_equal(ir_pkt_length(pkt), length);
    assert_non_null(data);
    for (uint32_t i = 0; i < length; i++)
        assert_int_equal(data[i], tag);
    assert_int_equal(ir_pkt_free(&bare->pool, pkt), 0);
}
