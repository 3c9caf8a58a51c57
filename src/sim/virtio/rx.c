/* SPDX-License-Identifier: MIT
 *
 * Receive: frames from the wire, through the filters, into the chains of a queue (virtio 1.3,
 * section 5.1.6.4).
 */
#include <string.h>

#include "sim/virtio/card.h"
#include "sim/virtio/hostile.h"

#define ETHERNET_HEADER 14u
#define FRAME_DEFAULT   1514u /* what a buffer must hold without MRG_RXBUF */
#define TYPE_IPV4       0x0800u
#define TYPE_IPV6       0x86ddu
#define IPV4_ADDRESSES  26u
#define IPV4_BYTES      12u /* addresses, and ports if there are no options */
#define IPV6_ADDRESSES  22u
#define IPV6_BYTES      36u

/* FNV-1a: the card may spread flows as it likes. */
static uint32_t hash(const uint8_t *bytes, uint32_t length)
{
    uint64_t sum = 2166136261u;

    for (uint32_t i = 0; i < length; i++)
        sum = (sum ^ bytes[i]) * 16777619u & UINT32_MAX;
    return (uint32_t)sum;
}

/* The queue pair for a frame: one flow always has the same. */
static uint16_t pair_for(const struct sim_virtio *card, const uint8_t *frame, uint32_t length)
{
    uint32_t type = (uint32_t)frame[12] << 8 | frame[13];
    uint32_t sum = 0;

    if (card->control.pairs == 1u)
        return 0;
    if (type == TYPE_IPV4 && length >= IPV4_ADDRESSES + IPV4_BYTES)
        sum = hash(frame + IPV4_ADDRESSES, IPV4_BYTES);
    else if (type == TYPE_IPV6 && length >= IPV6_ADDRESSES + IPV6_BYTES)
        sum = hash(frame + IPV6_ADDRESSES, IPV6_BYTES);
    return (uint16_t)(sum % card->control.pairs);
}

/* Whether some queue has a buffer. A wire that waits for those keeps its frames until then, so that
 * none meets filters that the driver has yet to set: it cannot do so before the device runs. */
static bool has_buffer(struct sim_virtio *card)
{
    for (uint16_t pair = 0; pair < card->control.pairs; pair++) {
        uint16_t queue = sim_virtio_rx(pair);

        if ((card->stash != NULL && card->stash[pair].count > 0) ||
            (sim_virtio_attend(card, queue) && soft_ring_any(&card->ring[queue])))
            return true;
    }
    return false;
}

/* Take the next frame from the wire; it may be filtered. False when there is none. */
static bool next_frame(struct sim_virtio *card, uint64_t now)
{
    struct sim_wire *source = card->base.source;
    const uint8_t *frame;
    uint32_t length = 0;

    if (source == NULL || (source->patient && !has_buffer(card)))
        return false;
    frame = source->ops->receive(source, now, &length);
    if (frame == NULL)
        return false;
    if (length < ETHERNET_HEADER || length > sim_virtio_longest(card) ||
        !soft_control_accepts(&card->control, frame))
        return true;
    card->arrival.data = frame;
    card->arrival.length = length;
    card->arrival.pair = pair_for(card, frame, length);
    card->arrival.patient = source->patient;
    return true;
}

/* Whether a chain can be received into; else the queue is of no use any more. */
static bool judge(struct sim_virtio *card, uint16_t queue, const struct soft_chain *chain)
{
    uint64_t features = soft_features(&card->function);
    uint32_t least = soft_net_header(features);

    if ((features & SOFT_F_MRG_RXBUF) == 0)
        least += FRAME_DEFAULT;
    if (chain->readable != 0 || chain->write_bytes < least) {
        sim_virtio_violate(
            card, SOFT_RULE_NET_RX_BUFFER, "queue %u: %llu bytes to read, %llu to write", queue,
            (unsigned long long)chain->read_bytes, (unsigned long long)chain->write_bytes);
        card->ring[queue].faulty = true;
        return false;
    }
    if (!sim_virtio_layout(card, chain))
        sim_virtio_violate(card, SOFT_RULE_NET_LAYOUT, "queue %u: the first has %u bytes", queue,
                           chain->part[0].length);
    return true;
}

/* Take a chain out of those that are kept for disorder. */
static bool take_stashed(struct sim_virtio *card, uint16_t queue, struct soft_chain *chain)
{
    struct sim_virtio_stash *stash = &card->stash[queue / 2u];
    uint32_t chosen;

    while (stash->count < SIM_VIRTIO_STASH &&
           soft_ring_take(&card->ring[queue], &stash->chain[stash->count]))
        stash->count++;
    if (stash->count == 0 || card->ring[queue].faulty)
        return false;
    chosen = sim_virtio_random(card, stash->count);
    *chain = stash->chain[chosen];
    stash->chain[chosen] = stash->chain[--stash->count];
    return soft_ring_locate(&card->ring[queue], chain);
}

static bool disorderly(const struct sim_virtio *card, uint16_t queue)
{
    return card->stash != NULL && !card->ring[queue].in_order;
}

/* Take chains until they have room for `needed` bytes; how many there are, and their room. */
static uint32_t take_chains(struct sim_virtio *card, uint16_t queue, uint32_t limit,
                            uint64_t needed, uint64_t *room)
{
    uint32_t count = 0;

    *room = 0;
    while (*room < needed && count < limit) {
        struct soft_chain *chain = &card->merge[count];

        if (disorderly(card, queue) ? !take_stashed(card, queue, chain)
                                    : !soft_ring_take(&card->ring[queue], chain))
            break;
        if (!judge(card, queue, chain))
            break;
        *room += chain->write_bytes;
        count++;
    }
    return count;
}

static void give_back(struct sim_virtio *card, uint16_t queue, uint32_t count)
{
    while (count > 0) {
        count--;
        if (disorderly(card, queue)) {
            struct sim_virtio_stash *stash = &card->stash[queue / 2u];

            stash->chain[stash->count++] = card->merge[count];
        } else {
            soft_ring_untake(&card->ring[queue], &card->merge[count]);
        }
    }
}

/* Write the frame, with its header, into the first `count` chains of card->merge. */
static void fill(struct sim_virtio *card, uint16_t queue, uint32_t count)
{
    uint64_t features = soft_features(&card->function);
    uint32_t header_length = soft_net_header(features);
    uint8_t header[SOFT_NET_HEADER] = {0};
    const uint8_t *data = card->arrival.data;
    uint32_t left = card->arrival.length;

    header[SOFT_NET_BUFFERS] = (uint8_t)count; /* <= SIM_VIRTIO_MERGE */
    if (card->hostile != NULL)
        sim_virtio_header(card, header, (uint16_t)count);
    for (uint32_t i = 0; i < count; i++) {
        const struct soft_chain *chain = &card->merge[i];
        uint32_t start = 0;
        uint32_t written;
        struct soft_done done;

        if (i == 0)
            start = soft_chain_write(chain, 0, header, header_length);
        written = soft_chain_write(chain, start, data, left);
        data += written;
        left -= written;
        done = soft_ring_done(chain, start + written);
        if (card->hostile != NULL)
            sim_virtio_received(card, chain, &done);
        sim_virtio_return(card, queue, &done);
    }
    sim_virtio_publish(card, queue);
}

/* Return a chain that nothing was written to, with a length that could be. */
static void report_nothing(struct sim_virtio *card, uint16_t queue)
{
    uint64_t room;
    struct soft_done done;

    if (take_chains(card, queue, 1u, 1u, &room) == 0)
        return;
    done = soft_ring_done(&card->merge[0], sim_virtio_invent(card, &card->merge[0]));
    sim_virtio_return(card, queue, &done);
    sim_virtio_publish(card, queue);
}

/* The arrival's pair of queues; the driver may use fewer since it arrived. */
static uint16_t choose_pair(struct sim_virtio *card)
{
    struct sim_virtio_arrival *arrival = &card->arrival;

    if (arrival->pair >= card->control.pairs)
        arrival->pair = pair_for(card, arrival->data, arrival->length);
    return arrival->pair;
}

enum placed { PLACED, WAITING, DROPPED };

/* Put the arrival into its queue: into all the chains that it needs, or none. */
static enum placed place(struct sim_virtio *card)
{
    uint64_t features = soft_features(&card->function);
    uint16_t queue = sim_virtio_rx(choose_pair(card));
    uint32_t limit = (features & SOFT_F_MRG_RXBUF) != 0 ? SIM_VIRTIO_MERGE : 1u;
    uint64_t needed = soft_net_header(features) + (uint64_t)card->arrival.length;
    uint64_t room = 0;
    uint32_t count = 0;

    if (sim_virtio_attend(card, queue) && card->hostile != NULL &&
        sim_virtio_lie(card, SIM_VIRTIO_LIE_RX_EMPTY))
        report_nothing(card, queue);
    if (sim_virtio_attend(card, queue))
        count = take_chains(card, queue, limit, needed, &room);
    if (room >= needed && !card->ring[queue].faulty) {
        fill(card, queue, count);
        sim_virtio_rest(card, queue, 1u);
        return PLACED;
    }
    give_back(card, queue, count);
    if (card->queue[queue].awake)
        sim_virtio_rest(card, queue, 0);
    return count == limit || !card->arrival.patient ? DROPPED : WAITING;
}

uint32_t sim_virtio_receive(struct sim_virtio *card, uint32_t limit)
{
    uint64_t now = sim_now_ns(&card->base);
    uint32_t moved = 0;

    if (sim_now(&card->base) < card->link_at)
        return 0;
    for (uint32_t frames = 0; frames < limit; frames++) {
        enum placed placed;

        if (card->arrival.data == NULL && !next_frame(card, now))
            break;
        if (card->arrival.data == NULL)
            continue; /* filtered */
        placed = place(card);
        if (placed == WAITING)
            break;
        card->arrival.data = NULL;
        if (placed == PLACED)
            moved++;
    }
    return moved;
}
