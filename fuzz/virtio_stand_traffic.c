/* SPDX-License-Identifier: MIT
 *
 * Receiving and sending on the stand for virtio. The model decides by the specification and the headers
 * what a burst must deliver, drop, lend and return, and when a queue is broken.
 */
#include <errno.h>

#include "oracle.h"
#include "virtio_stand.h"

#define GROUP 32u

/* How many buffers the frame takes that begins in this one (5.1.6.4). */
static uint32_t buffers_of(uint32_t buffer)
{
    const uint8_t *frame = vstand_frame(buffer);

    return vstand.mode.mergeable ? frame[-2] + 256u * frame[-1] : 1u;
}

/* Whether the device may return this one next: it has it, and it is the oldest when that was promised. */
static bool in_turn(const struct vstand_queue *queue, uint32_t id)
{
    uint32_t age = vstand_age(queue, id);

    return vstand.mode.in_order ? age == 0 && queue->used > 0 : age < VSTAND_IDS;
}

static bool whole_frame(const struct vstand_returned *next)
{
    return vstand.parts == 0 && in_turn(&vstand.rx, next->id) &&
           next->length >= vstand.mode.header &&
           stand_is_frame(next->length - vstand.mode.header) &&
           buffers_of(vstand.rx.buffer[next->id]) == 1u;
}

/* The packets that a burst must deliver, moved to the application; returns how many. */
static uint32_t expect_packets(const struct ir_pkt *pkts, uint32_t limit, int result)
{
    struct vstand_returned next;
    uint32_t count = 0;

    while (count < limit && vstand_next(&vstand.rx, &next) && whole_frame(&next)) {
        uint32_t length = next.length - vstand.mode.header;
        uint32_t buffer = vstand.rx.buffer[next.id];

        if ((int)count >= result)
            fuzz_fail("a burst ended after %d packets, and id %u has another", result, next.id);
        if (stand_index(pkts[count]) != buffer)
            fuzz_fail("packet %u of a burst is 0x%llx, and should be of buffer %u", count,
                      (unsigned long long)pkts[count].bits, buffer);
        stand_granted(pkts[count], STAND_RX, length);
        (void)vstand_take(&vstand.rx, next.id);
        vstand.rx.packets++;
        vstand.rx.bytes += length;
        count++;
    }
    return count;
}

static void account(uint32_t count, uint32_t buffers)
{
    if (vstand.parts == 0) {
        vstand.parts = buffers;
        if (buffers > 1u || count > 1u)
            vstand.drops.oversize++;
        else
            vstand.drops.errors++;
    }
    vstand.parts = vstand.parts > count ? vstand.parts - count : 0;
}

/* Drop a buffer, with IN_ORDER all up to the one that is named; or break the queue when no honest device
 * says so. In the middle of a frame there is no header to believe. Returns how many were dropped. */
static uint32_t expect_drop(const struct vstand_returned *next, uint32_t left)
{
    struct vstand_queue *queue = &vstand.rx;
    uint32_t age = vstand_age(queue, next->id);
    uint32_t count = vstand.mode.in_order ? age + 1u : 1u;
    uint32_t first;
    uint32_t buffers;

    queue->broken = age == VSTAND_IDS || count > left ||
                    next->length > vstand.mode.header + STAND_BUFFER ||
                    (vstand.parts == 0 && next->length < vstand.mode.header);
    if (queue->broken)
        return 0;
    first = queue->buffer[vstand.mode.in_order ? queue->order[0] : next->id];
    buffers = vstand.parts == 0 ? buffers_of(first) : 1u;
    queue->broken = buffers == 0 || buffers > VSTAND_IDS;
    if (queue->broken)
        return 0;
    account(count, buffers);
    for (uint32_t i = 0; i < count; i++)
        vstand_release(queue, vstand.mode.in_order ? queue->order[0] : next->id);
    return count;
}

static uint32_t expect_drops(uint32_t left)
{
    struct vstand_returned next;
    uint32_t dropped = 0;

    while (dropped < left && vstand_next(&vstand.rx, &next) && !whole_frame(&next)) {
        uint32_t count = expect_drop(&next, left - dropped);

        if (count == 0)
            break;
        dropped += count;
    }
    return dropped;
}

/* Buffers that were returned, or none when the queue is broken, by that very number it may be. */
static uint32_t believable(struct vstand_queue *queue)
{
    uint32_t ready = vstand_ready(queue);

    if (ready > queue->used)
        queue->broken = true;
    return queue->broken ? 0 : ready;
}

static uint32_t lendable(void)
{
    uint32_t room = VSTAND_IDS - 1u - vstand.rx.used;
    uint32_t available = stand_free_count();

    return room < available ? room : available;
}

void vstand_receive(uint32_t max)
{
    struct vstand_queue *queue = &vstand.rx;
    struct ir_pkt pkts[STAND_BURST + 1u];
    uint32_t ready;
    uint32_t limit;
    uint32_t count;
    uint32_t dropped = 0;
    int result;

    memset(pkts, 0xab, sizeof(pkts));
    vstand_call(queue);
    result = virtio_rx_burst(&vstand.rxq, pkts, max);

    ready = believable(queue);
    limit = max < ready ? max : ready;
    count = expect_packets(pkts, limit, result);
    if (count < limit || vstand.parts > 0)
        dropped = expect_drops(ready - count);
    vstand_found(queue, count + dropped);
    vstand_lent(queue, !queue->broken && VSTAND_IDS - 1u - queue->used >= GROUP ? lendable() : 0,
                NULL);
    fuzz_equal("the answer of virtio_rx_burst", result,
               count == 0 && queue->broken ? -EIO : (int)count);
    for (uint32_t i = count; i <= STAND_BURST; i++) {
        if (pkts[i].bits != UINT64_C(0xabababababababab))
            fuzz_fail("a burst of %d packets wrote entry %u of the array", result, i);
    }
}

void vstand_refill(void)
{
    uint32_t count = lendable();

    if (vstand.rx.broken)
        return; /* nobody does */
    vstand_call(&vstand.rx);
    virtio_rx_refill(&vstand.rxq);
    vstand_lent(&vstand.rx, count, NULL);
}

/* Buffers that the device has finished with go back; false when it lies. */
static bool expect_reclaim(void)
{
    struct vstand_queue *queue = &vstand.tx;
    struct vstand_returned next;
    uint32_t ready = believable(queue);
    uint32_t finished = 0;

    if (queue->broken)
        return false;
    while (finished < ready && vstand_next(queue, &next)) {
        uint32_t age = vstand_age(queue, next.id);
        uint32_t count = vstand.mode.in_order ? age + 1u : 1u;

        if (age == VSTAND_IDS || count > ready - finished) {
            queue->broken = true;
            break;
        }
        for (uint32_t i = 0; i < count; i++)
            vstand_release(queue, vstand.mode.in_order ? queue->order[0] : next.id);
        finished += count;
    }
    vstand_found(queue, finished);
    return !queue->broken;
}

static int refusal(struct ir_pkt pkt)
{
    return stand_held(pkt) ? 0 : -ESTALE;
}

/* What is accepted of a list, moved to the ring; the answer that virtio_tx_burst must give. */
static int expect_send(const struct ir_pkt *pkts, uint32_t count)
{
    struct vstand_queue *queue = &vstand.tx;
    uint32_t room = VSTAND_IDS - 1u - queue->used;
    uint32_t limit = count < room ? count : room;
    int first = limit > 0 ? refusal(pkts[0]) : 0;
    uint32_t sent = 0;

    while (sent < limit && refusal(pkts[sent]) == 0) {
        stand.place[stand_index(pkts[sent])] = (uint8_t)STAND_TX; /* a second time it is dead */
        queue->bytes += stand_length(pkts[sent]);
        sent++;
    }
    queue->packets += sent;
    vstand_lent(queue, sent, pkts);
    return sent == 0 ? first : (int)sent;
}

void vstand_send(const struct ir_pkt *pkts, uint32_t count)
{
    int result;
    int expected = -EIO;

    vstand_call(&vstand.tx);
    result = virtio_tx_burst(&vstand.txq, pkts, count);
    if ((!vstand.tx.broken && vstand.tx.used < GROUP) || expect_reclaim())
        expected = expect_send(pkts, count);
    fuzz_equal("the answer of virtio_tx_burst", result, expected);
}

void vstand_reclaim(void)
{
    int result;

    vstand_call(&vstand.tx);
    result = virtio_tx_reclaim(&vstand.txq);
    fuzz_equal("the answer of virtio_tx_reclaim", result,
               expect_reclaim() ? (int)vstand.tx.used : -EIO);
    vstand_lent(&vstand.tx, 0, NULL);
}
