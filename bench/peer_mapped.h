/* SPDX-License-Identifier: MIT
 *
 * What peers have in common that map the registers of their cards (card_mapped.h): all but this library. They never
 * wait, and go to no core of their own: peer_mapped.c defines peer_begin and peer_idle of peer.h for them.
 */
#ifndef IRONRING_BENCH_PEER_MAPPED_H
#define IRONRING_BENCH_PEER_MAPPED_H

#include "card.h"
#include "peer.h"
#include "stand.h"

/* 0, or -1 after a message when the options ask for what only this library has. */
int peer_mapped_check(const struct stand_options *options);
/* Open the cards of these device strings, for a driver that is told where their windows are. Returns 0, or -1 after a
 * message in the name of `name`, as all functions here. */
int peer_mapped_open(const char *name, const char *const devices[PEER_CARDS],
                     struct card cards[PEER_CARDS]);
/* So many bytes of huge pages, zeroed, in one mapping that both cards reach at the addresses of the process; NULL after
 * a message. Given back by munmap, after the cards are closed. */
uint8_t *peer_mapped_memory(const char *name, struct card cards[PEER_CARDS], uint64_t size);
/* The driver has started the card: see that it runs, excuse what set-up did against its rules, and let the driver reach
 * its doorbells. */
int peer_mapped_start(const char *name, struct card *card);

#endif
