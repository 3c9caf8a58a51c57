/* SPDX-License-Identifier: MIT
 *
 * The hostile virtio card: ways in which it can lie to its driver. What the card does wrong here is
 * never a violation: those are the driver's. Where the driver cannot know of a lie and the ring is
 * out of step from then on, the queue falls silent until the next reset: neither does the card use
 * it nor is the driver judged by it.
 */
#ifndef IRONRING_SIM_VIRTIO_HOSTILE_H
#define IRONRING_SIM_VIRTIO_HOSTILE_H

#include "sim/virtio/card.h"

/* Identifier, name in a device string, how many chances to lie there are for each lie that is
 * drawn, and what the card does. Besides these, each register can be told to answer nonsense, by
 * its name. */
#define SIM_VIRTIO_MODES(X)                                                                        \
    X(USED_HUGE, "used.huge", 512, "returns an id beyond the ring")                                \
    X(USED_FOREIGN, "used.foreign", 512, "returns an id that it does not have")                    \
    X(USED_TWICE, "used.twice", 512, "returns an id twice")                                        \
    X(USED_RANDOM, "used.random", 512, "returns any id with any length")                           \
    X(USED_FLIP, "used.flip", 256, "changes what it has returned, again and again")                \
    X(INDEX_AHEAD, "index.ahead", 256, "says that it has returned more than there is")             \
    X(INDEX_BACK, "index.back", 256, "says that it has returned less than before")                 \
    X(LEN_ZERO, "len.zero", 512, "reports a length of 0")                                          \
    X(LEN_SHORT, "len.short", 512, "reports a length below that of the header")                    \
    X(LEN_LONG, "len.long", 512, "reports a length above that of the buffer")                      \
    X(LEN_MAX, "len.max", 512, "reports a length of 4294967295")                                   \
    X(BUFFERS_ZERO, "buffers.zero", 512, "says that a packet lies in 0 buffers")                   \
    X(BUFFERS_MANY, "buffers.many", 512, "says that a packet lies in more buffers than it does")   \
    X(HEADER, "header", 256, "asks for work on a received packet, with any offsets")               \
    X(RX_EMPTY, "rx.empty", 256, "reports a frame that it did not write")                          \
    X(RX_LATE, "rx.late", 256, "writes to a buffer that it has returned")                          \
    X(RING_DESC, "ring.desc", 64, "writes to descriptors that the driver may be reading")          \
    X(RING_AVAIL, "ring.avail", 64, "writes to the ring of what is available")                     \
    X(ACK_WRONG, "ack.wrong", 4, "answers a command with a number that is no answer")              \
    X(ACK_ERROR, "ack.error", 4, "answers that a command has failed")                              \
    X(NEEDS_RESET, "needs_reset", 2000, "needs a reset")                                           \
    X(FEATURES_OK, "features_ok", 8, "does not keep FEATURES_OK")                                  \
    X(GENERATION, "generation", 4, "changes config_generation at each read")                       \
    X(CONFIG, "config", 100, "answers nonsense for its configuration")                             \
    X(ISR, "isr", 4, "has every interrupt cause pending, however often it is read")                \
    X(CAP_LOOP, "cap.loop", 100, "has capabilities that go round in a circle")                     \
    X(CAP_RANGE, "cap.range", 100, "has registers beyond their window")                            \
    X(CAP_RANDOM, "cap.random", 400, "answers nonsense for its capabilities")                      \
    X(GONE, "gone", 20000, "answers all ones and takes no write")                                  \
    X(REGISTER, "register", 4000, "answers nonsense for any register")                             \
    X(FIELD, "field", 100, "changes a field that is waited for a minute late")                     \
    X(LINK, "link", 64, "loses its link for a moment")                                             \
    X(IRQ_STORM, "irq.storm", 16, "interrupts by each vector all the time")                        \
    X(IRQ_LOST, "irq.lost", 4, "does not interrupt when it should")

enum sim_virtio_mode {
#define SIM_VIRTIO_LIE_ID(id, name, chances, text) SIM_VIRTIO_LIE_##id,
    SIM_VIRTIO_MODES(SIM_VIRTIO_LIE_ID)
#undef SIM_VIRTIO_LIE_ID
        SIM_VIRTIO_LIE_COUNT
};

#define SIM_VIRTIO_LATE_US UINT64_C(60000000) /* of mode "field" */
#define SIM_VIRTIO_RECORDS 16u                /* writes and buffers that are remembered */

/* The ways to lie as a list: the modes, and after them the registers (enum soft_register). */
extern const struct sim_lie_list sim_virtio_lies;

/* A word of a ring that the card has written where it has no business. */
struct sim_virtio_scribble {
    bool on;
    bool flipping;  /* changes again and again; else it is put right before the card reads it */
    uint32_t width; /* 2, 4 or 8 */
    uint64_t address;
    uint64_t word;   /* as written last */
    uint64_t honest; /* as it was */
};

struct sim_virtio_buffer {
    uint64_t address;
    uint32_t room; /* bytes */
};

/* Under the card's lock. */
struct sim_virtio_hostile {
    struct sim_lies lies;
    uint64_t gone;   /* register accesses until the card is back */
    bool mistrusted; /* the driver may go by a lie that no reset takes back */
    bool smeared; /* it has written to buffers that it had returned: packets may begin with that */
    bool silent[SOFT_QUEUES_MAX]; /* until a reset */
    struct sim_virtio_scribble scribble[SIM_VIRTIO_RECORDS];
    struct sim_virtio_buffer buffer[SIM_VIRTIO_RECORDS];
    uint32_t next_scribble;
    uint32_t next_buffer;
};

/* --- For the card's makers and testers; the last three take the lock. --- */

/* What the options want, for a card that is being made. Errors: -ENOMEM. */
int sim_virtio_hostile_create(struct sim_virtio *card);
/* From now on, lie in this way (a mode, or SIM_VIRTIO_LIE_COUNT + a register). Errors: -ENOMEM. */
int sim_virtio_turn_on(struct sim_virtio *card, uint32_t point, uint64_t times, uint64_t after);
/* From now on, draw when and how to lie in each mode from `draw`. Errors: -ENOMEM. */
int sim_virtio_draw_from(struct sim_virtio *card, sim_draw_fn *draw, void *context);
/* Tell the truth from now on, also of what is still to be read. A queue that is silent stays so. */
void sim_virtio_turn_off(struct sim_virtio *card);

/* --- For the files of the card, where it can lie: only for a hostile card, with the lock. --- */

/* A chance to lie: true when the card does. */
bool sim_virtio_lie(struct sim_virtio *card, uint32_t point);
void sim_virtio_hostile_reset(struct sim_virtio *card);
/* A register is read or written: true when the card is gone, and the write lost. */
bool sim_virtio_gone(struct sim_virtio *card, bool write);
/* What a register, and configuration space, answers instead of `value`. */
uint32_t sim_virtio_answer(struct sim_virtio *card, enum soft_register reg, uint32_t width,
                           uint32_t value);
uint32_t sim_virtio_space(struct sim_virtio *card, uint32_t offset, uint32_t width, uint32_t value);
/* The answer to a command instead of the true one. */
uint8_t sim_virtio_ack(struct sim_virtio *card, uint8_t answer);
/* Before and after each round of work. */
void sim_virtio_before_round(struct sim_virtio *card);
void sim_virtio_after_round(struct sim_virtio *card);

/* hostile_ring.c */
bool sim_virtio_silent(const struct sim_virtio *card, uint16_t queue);
/* The header of a packet that lies in so many buffers may change. */
void sim_virtio_header(struct sim_virtio *card, uint8_t header[SOFT_NET_HEADER], uint16_t buffers);
/* A buffer has been filled and is to be returned: *done may change. */
void sim_virtio_received(struct sim_virtio *card, const struct soft_chain *chain,
                         struct soft_done *done);
/* A length that could be, for a buffer that nothing was written to. */
uint32_t sim_virtio_invent(struct sim_virtio *card, const struct soft_chain *chain);
/* Return a chain, in truth or not; and what can be done about it once it is visible. */
void sim_virtio_return_lying(struct sim_virtio *card, uint16_t queue, const struct soft_done *done);
void sim_virtio_published(struct sim_virtio *card, uint16_t queue);
/* Put right what was written where the card reads, or all that was; change what flips. */
void sim_virtio_restore(struct sim_virtio *card, bool all);
void sim_virtio_flip(struct sim_virtio *card);
/* Lies that nothing gives occasion to. */
void sim_virtio_scribble(struct sim_virtio *card);

#endif
