/* SPDX-License-Identifier: MIT
 *
 * Transmit: packets from chains to the wire (virtio 1.3, section 5.1.6.2).
 */
#include "sim/virtio/card.h"
#include "sim/virtio/hostile.h"

#define ETHERNET_HEADER 14u
#define WORK_BYTES      10u /* of the header: all but num_buffers */

/* Whether the header asks for nothing: no offload was negotiated. A card that has written to buffers which
 * were not its own any more may find that here, and cannot tell. */
static void check_header(struct sim_virtio *card, uint16_t queue, const struct soft_chain *chain,
                         uint32_t header)
{
    uint8_t bytes[SOFT_NET_HEADER] = {0};
    uint32_t asked = 0;

    if (card->hostile != NULL && card->hostile->smeared)
        return;
    (void)soft_chain_read(chain, 0, bytes, header);
    /* hdr_len, gso_size, csum_start and csum_offset mean nothing while flags and gso_type are 0. */
    asked = bytes[0] | (uint32_t)bytes[1];
    if (header > WORK_BYTES)
        asked |= bytes[WORK_BYTES] | (uint32_t)bytes[WORK_BYTES + 1u];
    if (asked != 0)
        sim_virtio_violate(card, SOFT_RULE_NET_TX_OFFLOAD,
                           "queue %u: flags 0x%02x, gso_type 0x%02x, num_buffers %u", queue,
                           bytes[0], bytes[1], (uint32_t)bytes[10] | (uint32_t)bytes[11] << 8);
}

/* Whether the chain holds a frame; its length, and its bytes in one piece. */
static const uint8_t *find_frame(struct sim_virtio *card, uint16_t queue,
                                 const struct soft_chain *chain, uint32_t *length)
{
    uint32_t header = soft_net_header(soft_features(&card->function));

    if (chain->write_bytes != 0 || chain->read_bytes < header) {
        sim_virtio_violate(
            card, SOFT_RULE_NET_TX_HEADER, "queue %u: %llu bytes to read, %llu to write", queue,
            (unsigned long long)chain->read_bytes, (unsigned long long)chain->write_bytes);
        return NULL;
    }
    if (!sim_virtio_layout(card, chain))
        sim_virtio_violate(card, SOFT_RULE_NET_LAYOUT, "queue %u: the first has %u bytes", queue,
                           chain->part[0].length);
    check_header(card, queue, chain, header);
    if (chain->read_bytes < header + ETHERNET_HEADER ||
        chain->read_bytes > header + sim_virtio_longest(card)) {
        sim_virtio_violate(card, SOFT_RULE_NET_TX_FRAME, "queue %u: %llu bytes", queue,
                           (unsigned long long)(chain->read_bytes - header));
        return NULL;
    }
    *length = (uint32_t)(chain->read_bytes - header);
    if (chain->slots == 1u)
        return chain->part[0].memory + header;
    (void)soft_chain_read(chain, header, card->scratch, *length);
    return card->scratch;
}

static void send(struct sim_virtio *card, uint16_t pair, const struct soft_chain *chain)
{
    uint16_t queue = sim_virtio_tx(pair);
    uint32_t length = 0;
    const uint8_t *frame = find_frame(card, queue, chain, &length);

    if (frame == NULL)
        return;
    if (pair >= card->control.pairs) {
        sim_virtio_violate(card, SOFT_RULE_NET_PAIR, "queue %u sends, of %u pairs", queue,
                           card->control.pairs);
        return;
    }
    if (card->base.sink != NULL && sim_now(&card->base) >= card->link_at)
        card->base.sink->ops->send(card->base.sink, sim_now_ns(&card->base), frame, length);
}

/* Return the first `count` of card->done: in any order, or all as one when the order is agreed. */
static void return_all(struct sim_virtio *card, uint16_t queue, uint32_t count)
{
    struct soft_done *done = card->done;

    if (card->ring[queue].in_order) {
        struct soft_done all = done[count - 1u];

        for (uint32_t i = 0; i + 1u < count; i++)
            all.slots = (uint16_t)(all.slots + done[i].slots);
        all.chains = (uint16_t)count;
        sim_virtio_return(card, queue, &all);
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        uint32_t other = card->options.shuffle ? i + sim_virtio_random(card, count - i) : i;
        struct soft_done now = done[other];

        done[other] = done[i];
        sim_virtio_return(card, queue, &now);
    }
}

uint32_t sim_virtio_transmit(struct sim_virtio *card, uint16_t pair, uint32_t limit)
{
    uint16_t queue = sim_virtio_tx(pair);
    uint32_t moved = 0;
    uint32_t count = 1;

    if (!sim_virtio_attend(card, queue))
        return 0;
    while (count != 0 && moved < limit) {
        struct soft_chain chain;

        count = 0;
        while (count < SIM_VIRTIO_ROUND && moved + count < limit &&
               soft_ring_take(&card->ring[queue], &chain)) {
            send(card, pair, &chain);
            card->done[count++] = soft_ring_done(&chain, 0);
        }
        if (count != 0) {
            return_all(card, queue, count);
            sim_virtio_publish(card, queue);
        }
        moved += count;
    }
    sim_virtio_rest(card, queue, moved);
    return moved;
}
