/* SPDX-License-Identifier: MIT
 *
 * A simulated card as a benchmark has it: served by the program's thread, and, where that is asked for, with
 * doorbells in plain memory, as a card's are for a driver. A thread that serves the card passes on what has been
 * written there, so that neither driver executes anything of the model, and both find the same card.
 */
#ifndef IRONRING_BENCH_CARD_H
#define IRONRING_BENCH_CARD_H

#include <stdbool.h>
#include <stdint.h>

#include <ironring/ironring.h>

#include "core/regs.h"

#define CARD_DOORBELLS 2u /* tails of the first receive and the first transmit queue */

struct card {
    struct ir_dev *dev;   /* for the functions of ironring/sim.h; its owner is who has opened it */
    struct ir_regs model; /* the registers of the model: functions */
    uint8_t *memory;      /* the window of registers in memory, model.size bytes, or NULL */
    uint8_t *mapped; /* the same once more, for a driver that maps it (card_mapped.h), or NULL */
    int file;        /* of that memory */
    bool plain;      /* doorbells are in memory now */
    uint32_t tail[CARD_DOORBELLS]; /* as last passed on */
    uint64_t excused;              /* violations that do not count */
};

/* Offsets of the doorbells: 82599 datasheet 8.2.3.8.5 and 8.2.3.9.9. */
extern const uint32_t card_doorbells[CARD_DOORBELLS];

/* Take a device that is open; it stays the caller's, to be closed after card_release. */
void card_take(struct card *card, struct ir_dev *dev);
/* Give it a window of registers in memory. Errors: what memfd_create, ftruncate and mmap answer. */
int card_window(struct card *card);
/* Whether its first receive and its first transmit queue run. */
bool card_runs(const struct card *card);
/* Between set-up, which is the model's business alone, and the data path: from now on the doorbells are in memory.
 * For a card with a window; nobody may serve the card meanwhile. */
void card_plain(struct card *card);
/* The other way. */
void card_model(struct card *card);
/* Pass on what was rung, and let the card do one round. Returns as ir_sim_step does. */
int card_serve(struct card *card);
/* What a driver did that a card forbids, from when on it counts: a sentence, or NULL when there is nothing. */
const char *card_violation(const struct card *card);
/* What a driver that maps the window may do with the page of it that has a register: PROT_NONE and so on. */
void card_protect(const struct card *card, uint32_t offset, int protection);
/* Give the window back. */
void card_release(struct card *card);

#endif
