/* SPDX-License-Identifier: MIT
 *
 * The hostile card as one of Intel's: its registers, and what counts as its word that it stopped, which
 * is the same for all of them. What is a kind's own is in the file of the kind.
 */
#ifndef IRONRING_FUZZ_HOSTILE_INTEL_H
#define IRONRING_FUZZ_HOSTILE_INTEL_H

#include "hostile.h"

#define HOSTILE_INTEL_WINDOW 0x20000u

/* Registers and bits at the same place in all kinds: 82599 section 8.2.3, 82574 section 10.2.2 */
#define HOSTILE_INTEL_CTRL          0x00000u
#define HOSTILE_INTEL_CTRL_MASTER   (1u << 2) /* no accesses to memory any more */
#define HOSTILE_INTEL_CTRL_RST      (1u << 26)
#define HOSTILE_INTEL_STATUS        0x00008u
#define HOSTILE_INTEL_STATUS_MASTER (1u << 19) /* they are allowed, or not all done */

struct hostile_intel;

struct hostile_intel_kind {
    struct hostile_kind card;
    uint16_t device;
    uint32_t address; /* where a reset puts the card's own: RAL(0), with RAH(0) behind it */
    /* The driver writes a register, which has its old value still. Not called for a reset. */
    void (*written)(struct hostile_intel *card, uint32_t offset, uint32_t value);
};

struct hostile_intel {
    struct hostile base; /* first */
    const struct hostile_intel_kind *kind;
    uint32_t value[HOSTILE_INTEL_WINDOW / 4u]; /* as last written */
    uint8_t config[64];
    bool idle_asked; /* CTRL was last written with bit 2 set */
};

/* Begin an input. */
void hostile_ixgbe_begin(struct hostile_intel *card, struct input *input);
void hostile_e1000e_begin(struct hostile_intel *card, struct input *input);

/* --- For the kinds --- */

void hostile_intel_begin(struct hostile_intel *card, const struct hostile_intel_kind *kind,
                         struct input *input);
/* Of struct hostile_kind. */
void hostile_intel_answered(struct hostile *base, uint32_t offset, uint32_t value);
bool hostile_intel_is_master(const struct hostile *base);

/* A queue is turned on, whose registers (address, its high half, bytes) begin at `first`: its ring must
 * lie in memory that is mapped. */
void hostile_intel_check_ring(const struct hostile_intel *card, uint32_t first);

/* STATUS of an honest card, but for its link. */
static inline uint32_t hostile_intel_status(const struct hostile_intel *card)
{
    bool forbidden = (card->value[HOSTILE_INTEL_CTRL / 4u] & HOSTILE_INTEL_CTRL_MASTER) != 0;

    return forbidden ? 0 : HOSTILE_INTEL_STATUS_MASTER;
}

static inline struct hostile_intel *hostile_intel_of(struct hostile *card)
{
    return (struct hostile_intel *)card;
}

#endif
