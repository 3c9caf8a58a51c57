/* SPDX-License-Identifier: MIT
 *
 * For tests with a hostile card: how to make the card of card.h lie, and the whole life of a device
 * on a card that does, with everything that must hold whatever the card does.
 */
#ifndef IRONRING_TESTS_HOSTILE_LIFE_H
#define IRONRING_TESTS_HOSTILE_LIFE_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "card.h"
#include "core/driver.h"
#include "sim/card.h"

#define LENT 63u /* buffers in a full ring of 64 */

/* The longest that any call may take, in microseconds of the card's time. */
#define PATIENCE 10000000u

/* From now on the card lies in this way, `times` times (0: without end) after `after` chances. */
void lie(struct card *card, enum sim_hostile_mode mode, uint64_t times, uint64_t after);
void be_honest(struct card *card);
/* Let the card work that many rounds. */
void work(struct card *card, uint32_t rounds);
uint64_t device_time(const struct card *card);

/* A packet is readable from end to end, and as long as a frame in a buffer may be. */
void readable(const struct ir_pool *pool, struct ir_pkt pkt);

/* What became of a device. */
struct outcome {
    int opened;         /* as ir_open */
    int started;        /* as ir_start, when it was opened */
    uint32_t received;  /* packets */
    uint32_t sent;      /* ... */
    uint32_t breaches;  /* bursts that said -EIO */
    uint32_t recovered; /* resets that succeeded */
    uint32_t failed;    /* ... and that did not */
    int closed;         /* as ir_close, when it was opened */
};

/* A kind of card and the driver for it. */
struct kind {
    const char *name; /* in a device string */
    const struct ir_driver *driver;
    int (*draw_from)(struct ir_transport *transport, sim_draw_fn *draw, void *context);
};

/* Open the card that the arguments describe (as in a device string after its kind, without wire and
 * mode), start it, forward what it receives, reset it when it breaks the protocol and now and then,
 * and close it. When `draw` is not null, the card's lies are drawn from it. Fails when a buffer is
 * not in exactly one place after a burst or a call, a call takes longer than PATIENCE, the card saw
 * a violation, or an error comes without a sentence. */
struct outcome live_on(const struct kind *kind, const char *arguments, sim_draw_fn *draw,
                       void *context);
/* The same on the kind of card that was chosen (card.h). */
struct outcome live(const char *arguments, sim_draw_fn *draw, void *context);

#endif
