/* SPDX-License-Identifier: MIT
 *
 * The hostile card: ways in which a card can lie to its driver, each of which can be turned on by
 * name, or drawn from a seed or a fuzzer's bytes. What the card does wrong here is never a
 * violation: those are the driver's. Without a hostile mode a card has no struct sim_hostile, and
 * each place that could lie asks for nothing but that.
 */
#ifndef IRONRING_SIM_HOSTILE_H
#define IRONRING_SIM_HOSTILE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "sim/lies.h"
#include "sim/part.h"

struct sim_card;
struct sim_register;

/* Identifier, name in a device string, how many chances to lie there are for each lie that is
 * drawn, and what the card does. Besides these, each register can be told to answer nonsense, by
 * its name. A card that has no head write-back lies in the descriptors that it reports instead:
 * it writes any bits into one (tx.huge), reports those behind it (tx.ahead) or nothing
 * (tx.equal), or takes back what it has reported (tx.back). */
#define SIM_HOSTILE_MODES(X)                                                                       \
    X(RX_EMPTY, "rx.empty", 256, "reports a frame that it did not write")                          \
    X(RX_ORDER, "rx.order", 256, "reports a frame after the one that follows it")                  \
    X(RX_UNLENT, "rx.unlent", 256, "reports the descriptor beyond the tail, which was not lent")   \
    X(RX_ENDLESS, "rx.endless", 256, "does not say where a frame ends (EOP)")                      \
    X(RX_ZERO, "rx.zero", 512, "reports a length of 0")                                            \
    X(RX_LONG, "rx.long", 512, "reports a length above that of the buffer")                        \
    X(RX_LONGEST, "rx.longest", 512, "reports a length of 65535")                                  \
    X(RX_RANDOM, "rx.random", 512, "reports a frame with any status, errors and length")           \
    X(RX_FLIP, "rx.flip", 256, "changes what it has reported, until the slot is lent again")       \
    X(RX_LATE, "rx.late", 256, "writes to a buffer that it has given back")                        \
    X(TX_HUGE, "tx.huge", 128, "reports a head beyond the ring")                                   \
    X(TX_AHEAD, "tx.ahead", 128, "reports packets as sent that it has not sent")                   \
    X(TX_EQUAL, "tx.equal", 64, "reports no progress")                                             \
    X(TX_BACK, "tx.back", 128, "reports a head that goes backwards")                               \
    X(GONE, "gone", 20000, "answers all ones and takes no write")                                  \
    X(REGISTER, "register", 4000, "answers nonsense for any register")                             \
    X(FIELD, "field", 100, "changes a field that is waited for a minute late")                     \
    X(LINK, "link", 64, "loses its link for a moment")                                             \
    X(EICR, "eicr", 4, "has every interrupt cause pending, however often it is read")              \
    X(COUNTER, "counter", 16, "answers any number for a counter")                                  \
    X(IRQ_STORM, "irq.storm", 16, "interrupts by each vector, masked or not")                      \
    X(IRQ_LOST, "irq.lost", 4, "does not interrupt when it should")                                \
    X(IRQ_WRONG, "irq.wrong", 64, "interrupts by a vector that nobody has armed")

enum sim_hostile_mode {
#define SIM_HOSTILE_ID(id, name, chances, text) SIM_HOSTILE_##id,
    SIM_HOSTILE_MODES(SIM_HOSTILE_ID)
#undef SIM_HOSTILE_ID
        SIM_HOSTILE_MODE_COUNT
};

/* Where a card can lie: the modes, and after them the rows of its registers. */
#define SIM_HOSTILE_REGISTERS (SIM_LIES_MAX - SIM_HOSTILE_MODE_COUNT)
#define SIM_HOSTILE_LATE_US   UINT64_C(60000000) /* of mode "field" */

extern const char *const sim_hostile_names[SIM_HOSTILE_MODE_COUNT];

/* How many chances there are for each lie that is drawn. */
extern const uint32_t sim_hostile_chances[SIM_HOSTILE_MODE_COUNT];
/* The name of a mode or, after those, of a row of `count` registers; NULL beyond the last. */
const char *sim_hostile_name(uint32_t point, const struct sim_register *registers, size_t count);
/* The ways of the 82599 to lie. */
extern const struct sim_lie_list sim_hostile_list;

#define SIM_HOSTILE_RECORDS 16u /* reports and buffers that are remembered */

/* A descriptor as reported. */
struct sim_hostile_report {
    bool on;
    bool legacy; /* in the oldest format of receive descriptors */
    uint32_t queue;
    uint32_t slot;
    uint64_t word; /* what the card wrote last */
    uint64_t honest;
};

struct sim_hostile_buffer {
    uint64_t address;
    uint32_t room; /* bytes */
};

/* Under the card's lock. */
struct sim_hostile {
    struct sim_lies lies;
    uint64_t gone;                   /* register accesses until the card is back */
    _Atomic bool silent[SIM_QUEUES]; /* transmit queues that lied about their head: neither do they
                                      * go on nor is their tail judged, until a reset */
    uint32_t head[SIM_QUEUES];       /* heads of the transmit queues, as reported last */
    struct sim_hostile_report held;  /* not written back yet */
    struct sim_hostile_report flipping[SIM_HOSTILE_RECORDS];
    struct sim_hostile_report sent[SIM_HOSTILE_RECORDS]; /* last, of transmit queues */
    struct sim_hostile_buffer buffer[SIM_HOSTILE_RECORDS];
    uint32_t next_flipping;
    uint32_t next_buffer;
};

/* --- For the card's makers and testers; the last three take the lock. --- */

/* What the options want, for a card that is being made. Errors: -ENOMEM. */
int sim_hostile_create(struct sim_card *card);
/* From now on, lie in this way (a mode, or SIM_HOSTILE_MODE_COUNT + a row of sim_registers).
 * Errors: -ENOMEM. */
int sim_hostile_turn_on(struct sim_card *card, uint32_t point, uint64_t times, uint64_t after);
/* From now on, draw when and how to lie in each mode from `draw`. Errors: -ENOMEM. */
int sim_hostile_draw_from(struct sim_card *card, sim_draw_fn *draw, void *context);
/* Tell the truth from now on, also of what is still to be read. A queue that is silent stays so. */
void sim_hostile_turn_off(struct sim_card *card);

/* --- For the files of the card, where it can lie: only for a hostile card, with the lock. --- */

/* A chance to lie: true when the card does. */
bool sim_hostile_lies(struct sim_card *card, uint32_t point);
/* The card has been reset: what it held back and remembered is void. */
void sim_hostile_reset(struct sim_card *card);
/* A register is read or written: true when the card is gone, and the write lost. */
bool sim_hostile_gone(struct sim_card *card, bool write);
/* What the register answers instead of `value`. */
uint32_t sim_hostile_answer(struct sim_card *card, const struct sim_register *reg, uint32_t value);
/* What a counter answers, and what EICR. */
uint32_t sim_hostile_count(struct sim_card *card, uint32_t value);
uint32_t sim_hostile_cause(struct sim_card *card, uint32_t cause);
/* A vector is to interrupt: true when it does not. */
bool sim_hostile_keeps_silent(struct sim_card *card);
/* The driver writes a tail, without the lock: true when the write is lost. */
bool sim_hostile_tail(struct sim_card *card);
/* At the end of each round of work. */
void sim_hostile_round(struct sim_card *card);

/* hostile_ring.c */
/* A frame is to be reported in a slot, its buffer at `address` filled and the card's head advanced:
 * *word may change. False when it must not be written yet. */
bool sim_hostile_report(struct sim_card *card, const struct sim_rx_ring *ring, uint32_t queue,
                        uint32_t slot, uint64_t address, uint64_t *word);
/* What to write back into a descriptor whose buffer was not written. */
uint64_t sim_hostile_nothing(struct sim_hostile *hostile, bool legacy);
/* At the beginning of a round of receiving: report what was held back. */
void sim_hostile_release(struct sim_card *card);
/* Report the truth again, and for good. */
void sim_hostile_settle(struct sim_card *card, struct sim_hostile_report *report);
/* Change reports that the driver may be reading. */
void sim_hostile_flip(struct sim_card *card);
/* Lies about receive queues that no frame gives occasion to. */
void sim_hostile_receive(struct sim_card *card);
/* A descriptor of a transmit queue is to be reported as done, the card's head advanced: *word
 * may change. False when it must not be written. The queue may fall silent. */
bool sim_hostile_done(struct sim_card *card, uint32_t queue, uint64_t *ring, uint32_t slot,
                      uint64_t *word);
/* The head to report instead of `head` for transmit queue `queue` of `size`, which may make the
 * queue silent. */
uint32_t sim_hostile_head(struct sim_card *card, uint32_t queue, uint32_t size, uint32_t head);

#endif
