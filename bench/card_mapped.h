/* SPDX-License-Identifier: MIT
 *
 * A simulated card for a driver that knows nothing of this library and maps the registers of its card: each access
 * is found by the fault that it raises, one instruction is let through, and the model has been asked before it, or is
 * told after it. So set-up finds all that the model has, side effects and delays included, at the price of some
 * microseconds an access. card_plain then takes the fault away where doorbells are.
 */
#ifndef IRONRING_BENCH_CARD_MAPPED_H
#define IRONRING_BENCH_CARD_MAPPED_H

#include "card.h"

/* Make the card of a device string, with a window. `path`: the driver will map that empty file as its registers, and
 * the window takes the place of the mapping at its first access; NULL: card->mapped is the window, for a driver that
 * can be told. Memory that the card may read and write is that of card_reach alone. Returns 0, or -1 after a message
 * in the name of `name`. At most CARDS_MAPPED a process. */
#define CARDS_MAPPED 2u
int card_open(struct card *card, const char *name, const char *device, const char *path);
/* Let the card reach so many bytes, whole pages, at device address `iova`. Errors: -EINVAL, -EBUSY, -ENOMEM. */
int card_reach(struct card *card, void *memory, uint64_t iova, uint64_t size);
/* After card_open, and when the driver has let go of the registers. */
void card_close(struct card *card);

#endif
