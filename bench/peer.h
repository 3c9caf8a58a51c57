/* SPDX-License-Identifier: MIT
 *
 * A driver as the benchmarks on two cores measure it: this library, or a peer. Each program has one file that defines
 * these functions, so that calls are direct: peer_ironring.c, peer_dpdk.c, or somebody's own. docs/performance.md
 * tells how to add one. All functions are called by one thread. Those that can fail say why (stand_complain).
 */
#ifndef IRONRING_BENCH_PEER_H
#define IRONRING_BENCH_PEER_H

#include <stdint.h>

#include "card.h"

#define PEER_CARDS     2u
#define PEER_BURST_MAX 256u

struct stand_options;
struct peer; /* the driver with its two cards and its pool of packets; each file's own */

/* Packets of a burst: the driver's handles or pointers, of 8 bytes at most each; nobody else looks at them. */
union peer_packets {
    uint64_t handles[PEER_BURST_MAX];
    void *pointers[PEER_BURST_MAX];
};

/* Open two cards as `devices` says, each with options->queues receive and transmit queues (a peer may know only one,
 * and say so) of options->ring descriptors, on one pool of options->buffers packets, and start them. `cards` is for
 * the stand to serve. Returns 0, or -1; the stand calls peer_close in any case, with NULL where *peer was not set. */
int peer_open(struct peer **peer, const struct stand_options *options,
              const char *const devices[PEER_CARDS], struct card cards[PEER_CARDS]);
/* The thread has come to the core it will stay on, and the cards are served: last thing before measuring. Returns 0,
 * or -1. */
int peer_begin(struct peer *peer, const struct stand_options *options);
/* The code paths that run, for the report; static or the peer's. No quotation marks. */
const char *peer_about(const struct peer *peer);

/* Up to `burst` <= PEER_BURST_MAX packets that the card has received, which are the caller's then; of several queues
 * the next one's in turn. Returns how many, or a negative errno when the card failed. */
int peer_receive(struct peer *peer, uint32_t card, union peer_packets *packets, uint32_t burst);
/* As many packets of 60 bytes, their content arbitrary, as the pool has, up to `burst`. Returns how many. */
int peer_make(struct peer *peer, union peer_packets *packets, uint32_t burst);
/* Increment the byte at `offset` of each packet, as the driver's users would reach it. */
void peer_touch(struct peer *peer, const union peer_packets *packets, uint32_t count,
                uint32_t offset);
/* Send them; of several queues by that with the number of the one that the other card was last received from. The
 * first so many as it returns are the driver's then; or a negative errno when the card failed. */
int peer_send(struct peer *peer, uint32_t card, union peer_packets *packets, uint32_t count);
/* Give packets `from` to `to` - 1 back to the pool. */
void peer_free(struct peer *peer, const union peer_packets *packets, uint32_t from, uint32_t to);
/* Nothing was received: wait, if options->wait said so. Returns 0, or a negative errno. */
int peer_idle(struct peer *peer);

/* Stop and release everything, the cards included; they are not served any more. Returns 0, or -1 when something was
 * lost. */
int peer_close(struct peer *peer);

#endif
