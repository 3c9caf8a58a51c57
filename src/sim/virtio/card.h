/* SPDX-License-Identifier: MIT
 *
 * The simulated virtio-net card, for the files that make it up. What a virtio device is to its
 * driver, softdev knows; here it is plugged into a wire. All is under the card's lock, but for
 * notifications.
 */
#ifndef IRONRING_SIM_VIRTIO_CARD_H
#define IRONRING_SIM_VIRTIO_CARD_H

#include "sim/device.h"
#include "sim/lies.h"
#include "sim/virtio/options.h"
#include "softdev/control.h"
#include "softdev/function.h"
#include "softdev/ring.h"

#define SIM_VIRTIO_MERGE 32u /* chains that one frame may take */
#define SIM_VIRTIO_STASH 8u  /* chains that are kept to be used out of order */
#define SIM_VIRTIO_ROUND 64u /* packets that are returned together */

struct sim_arguments;
struct sim_virtio_hostile;

/* How the card attends to a queue: it sleeps until it is notified, and asks for that when there is
 * nothing left to do. */
struct sim_virtio_queue {
    _Atomic bool kicked; /* set by the driver's thread */
    bool awake;
    uint32_t idle; /* rounds without work since it woke */
};

/* Chains of a receive queue that were taken and wait to be used out of order. */
struct sim_virtio_stash {
    uint32_t count;
    struct soft_chain chain[SIM_VIRTIO_STASH + SIM_VIRTIO_MERGE];
};

/* A frame that has passed the filters and waits for buffers. */
struct sim_virtio_arrival {
    const uint8_t *data; /* NULL for none */
    uint32_t length;
    uint16_t pair;
    bool patient; /* never dropped for want of buffers */
};

struct sim_virtio {
    struct sim_device base; /* first */
    struct sim_virtio_options options;
    uint8_t mac[IR_MAC_LENGTH];
    struct soft_function function;
    struct soft_control control;
    struct soft_memory memory;
    uint16_t pairs;
    uint16_t queues;
    struct soft_ring *ring; /* `queues` of them; so are the next */
    struct sim_virtio_queue *queue;
    struct sim_virtio_stash *stash; /* `pairs` of them, or NULL */
    struct sim_virtio_arrival arrival;
    struct soft_chain merge[SIM_VIRTIO_MERGE]; /* of the frame that is being received */
    struct soft_done done[SIM_VIRTIO_ROUND];   /* packets sent in this round */
    uint8_t scratch[SIM_FRAME_MAX];
    uint64_t random; /* for the order of completions */

    uint64_t reset_at;                  /* when the reset is done, or SIM_NEVER */
    uint64_t link_at;                   /* when the link is up */
    uint64_t control_at;                /* when commands are carried out */
    struct sim_virtio_hostile *hostile; /* NULL for an honest card */
};

/* Queue numbers. */
static inline uint16_t sim_virtio_rx(uint32_t pair)
{
    return (uint16_t)(2u * pair);
}
static inline uint16_t sim_virtio_tx(uint32_t pair)
{
    return (uint16_t)(2u * pair + 1u);
}
static inline uint16_t sim_virtio_control(const struct sim_virtio *card)
{
    return (uint16_t)(2u * card->pairs);
}

/* --- card.c --- */
/* Make a card that is not running yet. The wires become its in any case. Errors: -ENOMEM. */
int sim_virtio_create(const struct sim_arguments *arguments, struct sim_wire *source,
                      struct sim_wire *sink, struct sim_device **device);
/* When a field that changes from now on will have changed. */
uint64_t sim_virtio_due(struct sim_virtio *card, enum sim_virtio_field field);

/* --- work.c --- */
uint32_t sim_virtio_round(struct sim_virtio *card, uint32_t limit);
/* Time has passed: carry out the commands that are due. */
void sim_virtio_wait(struct sim_virtio *card);
/* Whether the queue may be looked at: it runs, and is awake or has just been notified. */
bool sim_virtio_attend(struct sim_virtio *card, uint16_t queue);
/* The queue has been worked on; without work it may go to sleep. */
void sim_virtio_rest(struct sim_virtio *card, uint16_t queue, uint32_t moved);
/* Return a chain, and make visible what was returned. */
void sim_virtio_return(struct sim_virtio *card, uint16_t queue, const struct soft_done *done);
void sim_virtio_publish(struct sim_virtio *card, uint16_t queue);
/* A number below `limit` that is the same in each run. */
uint32_t sim_virtio_random(struct sim_virtio *card, uint32_t limit);
__attribute__((format(printf, 3, 4))) void
sim_virtio_violate(struct sim_virtio *card, enum soft_rule rule, const char *format, ...);
/* Whether the header lies in a descriptor alone, as it must for old drivers. */
bool sim_virtio_layout(const struct sim_virtio *card, const struct soft_chain *chain);
/* Longest frame, with a VLAN tag: that of the MTU, if the driver can know it. */
uint32_t sim_virtio_longest(const struct sim_virtio *card);

/* --- rx.c, tx.c and commands.c: at most `limit` frames; the number moved --- */
uint32_t sim_virtio_receive(struct sim_virtio *card, uint32_t limit);
uint32_t sim_virtio_transmit(struct sim_virtio *card, uint16_t pair, uint32_t limit);
void sim_virtio_command(struct sim_virtio *card);

#endif
