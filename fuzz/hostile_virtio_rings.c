/* SPDX-License-Identifier: MIT
 *
 * What the device does with its rings when it is notified: mostly what it should. It carries out commands,
 * sends what it is given, and fills a few buffers of a receive queue.
 */
#include "hostile_virtio.h"
#include "oracle.h"

#define FRAME 60u
#define FILLS 4u

static struct hostile_virtio *card_of(void *context)
{
    return context;
}

void hostile_virtio_stop(struct hostile_virtio *card)
{
    static const uint8_t mac[IR_MAC_LENGTH] = {0x02, 0, 0, 0, 0, 0x59};

    for (uint32_t q = 0; q < HOSTILE_VIRTIO_QUEUES; q++)
        soft_ring_stop(&card->ring[q]);
    if (card->control_size != 0) {
        struct soft_queue *queue = &card->function.queue[card->function.options.queues - 1u];

        queue->offered = card->control_size;
        queue->size = card->control_size;
    }
    soft_control_reset(&card->control, mac);
    memcpy(card->function.config + SOFT_NET_MAC, mac, sizeof(mac));
}

static bool on_reset(void *context)
{
    hostile_virtio_stop(card_of(context));
    return true;
}

static bool on_features(void *context, uint64_t features)
{
    (void)context;
    (void)features;
    return true;
}

static void on_queue(void *context, uint16_t queue, bool enabled)
{
    if (!enabled)
        soft_ring_stop(&card_of(context)->ring[queue]);
}

static void on_started(void *context)
{
    struct hostile_virtio *card = card_of(context);

    card->control.features = soft_features(&card->function);
    for (uint16_t q = 0; q < card->function.options.queues; q++) {
        if (card->function.queue[q].enabled)
            soft_ring_start(&card->ring[q], &card->function, q, &card->memory);
    }
}

static void receive(struct soft_ring *ring, uint64_t features)
{
    uint8_t packet[SOFT_NET_HEADER + FRAME] = {0};
    uint32_t header = soft_net_header(features);
    struct soft_chain chain;

    packet[SOFT_NET_BUFFERS] = 1u;
    for (uint32_t i = 0; i < FILLS && soft_ring_take(ring, &chain); i++) {
        struct soft_done done =
            soft_ring_done(&chain, soft_chain_write(&chain, 0, packet, header + FRAME));

        soft_ring_put(ring, &done);
    }
    soft_ring_publish(ring);
}

static void transmit(struct soft_ring *ring)
{
    struct soft_chain chain;

    while (soft_ring_take(ring, &chain)) {
        struct soft_done done = soft_ring_done(&chain, 0);

        soft_ring_put(ring, &done);
    }
    soft_ring_publish(ring);
}

static void on_notified(void *context, uint16_t queue)
{
    struct hostile_virtio *card = card_of(context);
    uint8_t kind = input_8(card->base.input);

    if (kind >= 0xf8u && !card->base.tamed) {
        card->base.lied = true; /* by silence */
        return;
    }
    if (queue + 1u == card->function.options.queues && queue % 2u == 0)
        (void)soft_control_serve(&card->control, &card->ring[queue]);
    else if (queue % 2u == 0)
        receive(&card->ring[queue], soft_features(&card->function));
    else
        transmit(&card->ring[queue]);
    if (kind >= 0xe0u)
        hostile_scribble(&card->base);
}

/* A driver that breaks a rule may have been told lies; else it is at fault. */
static void on_breach(void *context, enum soft_rule rule, const char *where)
{
    if (!card_of(context)->base.lied)
        fuzz_fail("%s; %s", soft_rule_text(rule), where);
}

const struct soft_ops hostile_virtio_ops = {
    .reset = on_reset,
    .features = on_features,
    .queue = on_queue,
    .started = on_started,
    .notified = on_notified,
    .breach = on_breach,
};
