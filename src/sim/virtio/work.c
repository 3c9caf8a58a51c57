/* SPDX-License-Identifier: MIT
 *
 * A round of the card's work, and what its directions share: when a queue is looked at, and how
 * chains are returned.
 */
#include <stdarg.h>
#include <stdio.h>

#include "sim/random.h"
#include "sim/virtio/card.h"
#include "sim/virtio/hostile.h"

#define EAGER_ROUNDS    32u /* without work, before a queue of a card with a thread sleeps */
#define SENTENCE        128u
#define ETHERNET_HEADER 14u
#define VLAN_TAG        4u

uint32_t sim_virtio_random(struct sim_virtio *card, uint32_t limit)
{
    return (uint32_t)(sim_random(&card->random) >> 32) % limit;
}

void sim_virtio_violate(struct sim_virtio *card, enum soft_rule rule, const char *format, ...)
{
    char sentence[SENTENCE];
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(sentence, sizeof(sentence), format, arguments);
    va_end(arguments);
    sim_violate(&card->base.violations, rule, "%s", sentence);
}

bool sim_virtio_layout(const struct sim_virtio *card, const struct soft_chain *chain)
{
    uint64_t features = soft_features(&card->function);

    return (features & (SOFT_F_VERSION_1 | SOFT_F_ANY_LAYOUT)) != 0 ||
           (chain->slots > 1u && chain->part[0].length == soft_net_header(features));
}

uint32_t sim_virtio_longest(const struct sim_virtio *card)
{
    if (card->options.mtu == 0)
        return SIM_FRAME_MAX;
    return card->options.mtu + ETHERNET_HEADER + VLAN_TAG;
}

bool sim_virtio_attend(struct sim_virtio *card, uint16_t queue)
{
    struct sim_virtio_queue *state = &card->queue[queue];

    if (card->ring[queue].size == 0 || card->ring[queue].faulty ||
        (card->hostile != NULL && sim_virtio_silent(card, queue)))
        return false;
    if (!atomic_load_explicit(&state->kicked, memory_order_relaxed))
        return state->awake;
    atomic_store(&state->kicked, false); /* before the ring is looked at: a later one counts */
    if (!state->awake) {
        state->awake = true;
        state->idle = 0;
        soft_ring_hush(&card->ring[queue]);
    }
    return state->awake;
}

void sim_virtio_rest(struct sim_virtio *card, uint16_t queue, uint32_t moved)
{
    struct sim_virtio_queue *state = &card->queue[queue];

    /* The driver broke a rule that leaves nothing to go on with. */
    if (card->ring[queue].faulty) {
        soft_needs_reset(&card->function);
        return;
    }
    if (moved != 0) {
        state->idle = 0;
        return;
    }
    if (card->options.poll || (card->base.threaded && state->idle++ < EAGER_ROUNDS))
        return;
    state->awake = soft_ring_listen(&card->ring[queue]);
    if (state->awake)
        soft_ring_hush(&card->ring[queue]);
    state->idle = 0;
}

void sim_virtio_return(struct sim_virtio *card, uint16_t queue, const struct soft_done *done)
{
    if (card->hostile != NULL)
        sim_virtio_return_lying(card, queue, done);
    else
        soft_ring_put(&card->ring[queue], done);
}

void sim_virtio_publish(struct sim_virtio *card, uint16_t queue)
{
    soft_ring_publish(&card->ring[queue]);
    if (card->hostile != NULL)
        sim_virtio_published(card, queue);
}

/* One look at what the driver wants, whatever the number of packets. */
static void interrupt(struct sim_virtio *card)
{
    for (uint32_t i = 0; i < card->queues; i++)
        if (card->ring[i].unsignalled != 0 && soft_ring_interrupts(&card->ring[i]))
            soft_interrupt(&card->function, (uint16_t)i);
}

static bool works(const struct sim_virtio *card)
{
    return soft_running(&card->function) && soft_dma_allowed(&card->function);
}

void sim_virtio_wait(struct sim_virtio *card)
{
    if (card->hostile != NULL)
        sim_virtio_restore(card, false);
    if (works(card))
        sim_virtio_command(card);
}

uint32_t sim_virtio_round(struct sim_virtio *card, uint32_t limit)
{
    uint32_t moved = 0;

    if (card->hostile != NULL)
        sim_virtio_before_round(card);
    if (works(card)) {
        sim_virtio_command(card);
        for (uint32_t pair = 0; pair < card->pairs; pair++)
            moved += sim_virtio_transmit(card, (uint16_t)pair, limit);
        moved += sim_virtio_receive(card, limit);
        interrupt(card);
    }
    if (card->hostile != NULL)
        sim_virtio_after_round(card);
    return moved;
}
