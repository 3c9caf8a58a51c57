/* SPDX-License-Identifier: MIT
 *
 * A simulated card of Intel's, for the files that make it up. Registers and everything else are
 * under one lock, but for the tails, which a driver writes all the time: those, and what a tail is
 * checked against, are atomic. What is the 82599's alone is so marked; the 82574 is in e1000e.
 */
#ifndef IRONRING_SIM_CARD_H
#define IRONRING_SIM_CARD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "sim/device.h"
#include "sim/fifo.h"
#include "sim/hostile.h"
#include "sim/registers.h"
#include "sim/rules.h"

/* Fields of the 82599 that change some time after what causes it: identifier, name in a device
 * string, microseconds. The defaults are short, but long enough that a driver that does not wait
 * fails. Other parts have some of them, by other names. */
#define SIM_FIELDS(X)                                                                              \
    X(SIM_FIELD_CTRL_RST, "ctrl.rst", 5)                                                           \
    X(SIM_FIELD_CTRL_LRST, "ctrl.lrst", 5)                                                         \
    X(SIM_FIELD_STATUS_MASTER, "status.master", 50)                                                \
    X(SIM_FIELD_EEC_ARD, "eec.ard", 2000)                                                          \
    X(SIM_FIELD_EEMNGCTL_DONE, "eemngctl.done", 2000)                                              \
    X(SIM_FIELD_RDRXCTL_DMAIDONE, "rdrxctl.dmaidone", 2500)                                        \
    X(SIM_FIELD_RXDCTL_ENABLE, "rxdctl.enable", 20)                                                \
    X(SIM_FIELD_RXDCTL_DISABLE, "rxdctl.disable", 20)                                              \
    X(SIM_FIELD_TXDCTL_ENABLE, "txdctl.enable", 20)                                                \
    X(SIM_FIELD_TXDCTL_DISABLE, "txdctl.disable", 20)                                              \
    X(SIM_FIELD_LINKS_UP, "links.up", 10)                                                          \
    X(SIM_FIELD_SECRXSTAT, "secrxstat", 10)                                                        \
    X(SIM_FIELD_EERD_DONE, "eerd.done", 5)                                                         \
    X(SIM_FIELD_MSCA_COMMAND, "msca.command", 5)                                                   \
    X(SIM_FIELD_SWSM_SMBI, "swsm.smbi", 0)

enum sim_field {
#define SIM_FIELD_ID(id, name, late) id,
    SIM_FIELDS(SIM_FIELD_ID)
#undef SIM_FIELD_ID
        SIM_FIELD_MDIO_OWNER, /* not in the 82599 */
    SIM_FIELD_COUNT
};

#define SIM_EEPROM_WORDS  0x40u /* the rest reads as 0 */
#define SIM_PHY_REGISTERS 32u
#define SIM_PAIRS         36u   /* 64-bit counters that read as two registers */
#define SIM_MAXFRS_MAX    9728u /* longest frame of the 82599, with its checksum */
#define SIM_CRC           4u

struct sim_arguments;

/* What one thread stores and another reads is kept apart by so much, so that they do not pull a
 * cache line to and fro for nothing. */
#define SIM_APART 64u

struct sim_queue {
    _Atomic uint32_t head; /* stored before the write-back that tells of it */
    uint8_t apart1[SIM_APART];
    _Atomic uint32_t tail; /* stored by the driver's thread; so is the next */
    _Atomic uint32_t seen; /* the head as last read there: it has not gone back since */
    uint8_t apart2[SIM_APART];
    _Atomic uint32_t size; /* descriptors while the queue runs, else 0 */
    bool wanted;           /* ENABLE as last written */
    bool enabled;          /* ENABLE as it reads */
    bool faulty;           /* its ring cannot be reached: stopped until it is disabled */
    uint64_t change_at;    /* when `enabled` follows `wanted` */
    uint64_t base;         /* device address of the ring, while enabled */
    uint32_t regs;         /* offset of its registers */
};

/* A frame that has passed the filters and waits for descriptors. */
struct sim_arrival {
    const uint8_t *data; /* NULL for none */
    uint32_t length;
    uint32_t queue;
    uint64_t first;  /* word of its last descriptor: how it was spread */
    uint32_t errors; /* as in a write-back, bits 31:20 */
    bool patient;    /* never dropped for want of descriptors */
    bool counted;    /* as one that found no descriptor */
};

/* What a device string asks for, beyond the wires. */
struct sim_options {
    uint16_t device;
    uint8_t mac[IR_MAC_LENGTH];
    uint64_t late[SIM_FIELD_COUNT]; /* microseconds, or SIM_NEVER */
    struct sim_wishes hostile;
};

struct sim_card {
    struct sim_device base; /* first */
    const struct sim_part *part;
    struct sim_options options;
    const struct sim_word *map;

    uint32_t value[SIM_WORDS];
    uint64_t pair[SIM_PAIRS];                /* as latched when the low half was read */
    struct sim_queue queue[2u * SIM_QUEUES]; /* receive, then transmit from SIM_TX */
    uint64_t running[2u * SIM_QUEUES / 64u]; /* bit for each enabled queue */
    uint16_t eeprom[SIM_EEPROM_WORDS];
    uint16_t phy[SIM_PHY_REGISTERS]; /* not in the 82599, which has none */
    uint8_t config[256];             /* PCI configuration space */

    /* Times at which the fields change, in microseconds of the card's clock. */
    uint64_t reset_at;
    uint64_t link_reset_at;
    uint64_t master_at;
    uint64_t eeprom_at;
    uint64_t config_at;
    uint64_t dma_at;
    uint64_t link_at;
    uint64_t secrx_at;
    uint64_t eerd_at;
    uint64_t mdio_at;
    uint64_t owner_at; /* of the registers of the PHY */
    uint64_t semaphore_at;
    bool link_seen; /* the link was up when last looked at */

    uint64_t causes;     /* bit for each vector that a queue wants to interrupt by ... */
    uint64_t sent;       /* ... and has, since the cause appeared */
    uint32_t other_sent; /* the same of the other causes, by their bits of EICR */
    uint64_t next_at[IR_VECTORS_MAX]; /* when the vector may interrupt again */

    uint32_t ring_hint;
    uint32_t data_hint;
    struct sim_arrival arrival;
    struct sim_fifo loopback;
    uint8_t rx_scratch[SIM_FRAME_MAX + SIM_CRC];
    uint8_t tx_scratch[SIM_FRAME_MAX];
    uint8_t tx_to[IR_MAC_LENGTH]; /* where the last frame went */

    struct sim_hostile *hostile; /* NULL for an honest card */
};

/* Names and default delays of the fields. */
extern const char *const sim_field_names[SIM_FIELD_COUNT];
extern const uint64_t sim_field_delays[SIM_FIELD_COUNT];

/* --- card.c: the card as a transport --- */

/* As struct sim_kind has it. */
int sim_card_create(const struct sim_arguments *arguments, struct sim_wire *source,
                    struct sim_wire *sink, struct sim_device **device);

/* --- All that follow are called with the card locked. --- */

/* The stored value of the register at `offset`. */
static inline uint32_t sim_get(const struct sim_card *card, uint32_t offset)
{
    return card->value[offset / 4u];
}
static inline void sim_set(struct sim_card *card, uint32_t offset, uint32_t value)
{
    card->value[offset / 4u] = value;
}
/* When a field that changes from now on will have changed. */
uint64_t sim_due(struct sim_card *card, enum sim_field field);

/* --- reset.c --- */
void sim_power_on(struct sim_card *card);
void sim_reset(struct sim_card *card);

/* --- control.c: registers with side effects that concern no queue --- */
bool sim_link_up(struct sim_card *card);
bool sim_resetting(const struct sim_card *card);
bool sim_dma_allowed(const struct sim_card *card);

/* --- interrupt.c: the 82599's --- */
/* A queue has something to report: raise the cause that IVAR gives it. */
void sim_interrupt(struct sim_card *card, uint32_t queue);
void sim_event(struct sim_card *card, enum sim_event event);
/* Interrupt for the causes that are due. */
void sim_deliver(struct sim_card *card);

/* --- queue.c --- */
/* The driver writes a tail; called without the lock. */
void sim_tail_write(struct sim_card *card, uint32_t queue, uint32_t value);
/* "receive queue 3" or "transmit queue 0". */
#define SIM_QUEUE_NAME 24u
const char *sim_queue_name(uint32_t queue, char name[SIM_QUEUE_NAME]);
/* The ring's first descriptor, or NULL (and a violation, once) when it is not mapped. */
uint64_t *sim_ring(struct sim_card *card, uint32_t queue);
/* Number of the queue that register `index` of this row belongs to. */
uint32_t sim_queue_of(const struct sim_register *reg, uint32_t index);
/* The driver breaks a rule by a write to the register of a queue at `offset`; `detail` ends the
 * sentence. */
void sim_queue_violate(struct sim_card *card, enum sim_rule rule, uint32_t offset, uint32_t value,
                       uint32_t queue, const char *detail);
/* Whether the ring is one that can be used, as its queue is enabled; takes its place. */
bool sim_queue_check(struct sim_card *card, uint32_t queue);
/* From now on the queue runs, or does not. */
void sim_queue_run(struct sim_card *card, uint32_t queue, bool on);

/* --- enable.c: the 82599's --- */
void sim_tail_stopped(struct sim_card *card, uint32_t queue, uint32_t value);

/* --- filter.c --- */
/* Whether a frame passes the filters; `length` >= 14. */
bool sim_accepts(const struct sim_card *card, const uint8_t *frame, uint32_t length);

/* --- rss.c: the 82599's --- */
/* As a part's `spread`: by RSS in mode 1 of MRQC, else all frames go to the first queue. */
void sim_rss(const struct sim_card *card, const uint8_t *frame, uint32_t length,
             struct sim_spread *spread);

/* --- stats.c --- */
void sim_count(struct sim_card *card, uint32_t offset, uint64_t amount);
/* A 36-bit pair, by the offset of its low half. */
void sim_count_pair(struct sim_card *card, uint32_t low, uint64_t amount);
/* The next four count so many frames that are alike. */
void sim_count_arrival(struct sim_card *card, uint32_t length, uint64_t frames);
void sim_count_received(struct sim_card *card, const uint8_t *frame, uint32_t length,
                        uint64_t frames);
void sim_count_placed(struct sim_card *card, uint32_t queue, uint32_t length, uint64_t frames);
void sim_count_sent(struct sim_card *card, uint32_t queue, const uint8_t *frame, uint32_t length,
                    uint64_t frames);
void sim_count_dropped(struct sim_card *card, uint32_t queue);

/* --- rx.c and tx.c: at most `limit` frames; the number moved --- */
uint32_t sim_receive(struct sim_card *card, uint32_t limit);
uint32_t sim_transmit(struct sim_card *card, uint32_t limit);

/* --- Register functions, by the file they are in; those of all parts first --- */
typedef uint32_t sim_read_fn(struct sim_card *, const struct sim_register *, uint32_t);
typedef void sim_write_fn(struct sim_card *, const struct sim_register *, uint32_t, uint32_t);
/* control.c */
sim_read_fn sim_read_ctrl, sim_read_status;
sim_write_fn sim_write_ctrl;
/* eeprom.c */
sim_read_fn sim_read_eec, sim_read_eerd, sim_read_swsm, sim_read_eemngctl;
sim_write_fn sim_write_eerd;
/* queue.c */
sim_read_fn sim_read_head, sim_read_tail;
sim_write_fn sim_write_ring;
/* stats.c */
sim_read_fn sim_read_counter, sim_read_pair_low, sim_read_pair_high;

/* Those of the 82599: control.c */
sim_read_fn sim_read_links, sim_read_secrxstat, sim_read_rdrxctl;
sim_write_fn sim_write_autoc, sim_write_secrxctrl, sim_write_rxctrl;
sim_write_fn sim_write_fctrl, sim_write_mrqc, sim_write_mtqc, sim_write_crcstrip;
/* interrupt.c */
sim_read_fn sim_read_eicr, sim_read_zero;
sim_write_fn sim_write_eicr, sim_write_eics, sim_write_eics_ex, sim_write_eims, sim_write_eimc;
sim_write_fn sim_write_ivar, sim_write_eitr;
/* eeprom.c */
sim_read_fn sim_read_msca;
sim_write_fn sim_write_msca;
/* rss.c */
sim_write_fn sim_write_reta;
/* enable.c */
sim_read_fn sim_read_control;
sim_write_fn sim_write_control;

#endif
