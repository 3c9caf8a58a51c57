/* SPDX-License-Identifier: MIT
 *
 * The stand of the benchmarks on two cores: two simulated cards, served by one thread on a core of its
 * own, and the driver of both on another, which is whatever the program is linked with (peer.h). What is
 * measured is the programs' business.
 */
#ifndef IRONRING_BENCH_STAND_H
#define IRONRING_BENCH_STAND_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <ironring/ironring.h>
#include <ironring/sim.h>

#include "card.h"
#include "peer.h"

#define STAND_BURST_MAX  PEER_BURST_MAX
#define STAND_QUEUES_MAX 16u   /* receive queues that an 82599 spreads frames over */
#define STAND_FRAME_MAX  1518u /* bytes of a frame that is not jumbo; what peers can take */

/* What the driver does with packets. */
enum stand_way {
    STAND_BOTH,    /* forward them from each card to the other */
    STAND_FORWARD, /* forward those of the first card */
    STAND_RECEIVE, /* receive and free those of the first card */
    STAND_SEND     /* make and send some by the second card */
};

struct stand_options {
    const char *name; /* of the program, for messages */
    const char *card; /* device string without wires, such as sim:82599 */
    const char *wire; /* of the cards: gen or flood */
    uint64_t size;    /* bytes a frame without checksum, jumbo ones too */
    uint64_t rate;    /* frames a second of each receiving card, 0 for as many as it can */
    uint64_t ring;    /* descriptors of each ring */
    uint64_t queues; /* of each card, each way: 1 to STAND_QUEUES_MAX, each received from in turn */
    uint64_t buffers; /* of the pool */
    enum stand_way way;
    bool private; /* a private pool: each packet is copied */
    bool sandbox; /* as the tool has it, entered before anything is measured */
    bool wait;    /* sleep until the card interrupts when there is nothing to receive */
    bool plain;   /* doorbells in memory, as a card has them, not functions; always so for peers */
    const char *path; /* of those that a peer has, which code is to run; NULL for the fastest */
};

/* What the cards' thread has done so far; written by it alone. */
struct stand_card_time {
    _Atomic uint64_t moved; /* frames, each way counted */
    _Atomic uint64_t busy;  /* cycles of the time stamp counter in rounds that moved some */
};

/* A ball that the driver's thread and the cards' play: odd numbers go to the cards, even ones come back. On a line of
 * its own. */
struct stand_ball {
    _Alignas(64) _Atomic uint32_t number;
};

struct stand {
    const char *name;
    struct peer *peer;
    struct card card[PEER_CARDS];
    enum stand_way way;
    pthread_t thread;
    bool serving;
    _Atomic bool stop;
    struct stand_card_time time;
    struct stand_ball ball;
};

/* Open, connect and start everything, and go to the driver's core. Returns 0, or -1 after a message; call
 * stand_close in any case. */
int stand_open(struct stand *stand, const struct stand_options *options);
/* Returns 0, or -1 after a message: something was lost, or the driver broke a rule of the card. */
int stand_close(struct stand *stand);
/* Says what went wrong, with the errno's sentence; returns -1. */
int stand_complain(const char *name, const char *what, int error);

double stand_seconds(void);
/* Seconds that the driver's thread and the cards' have had a core so far. */
struct stand_cpu {
    double driver;
    double cards;
};
struct stand_cpu stand_cpu(const struct stand *stand);
/* What share of so many seconds since `then` they had, whoever had less: less than 1 when the machine had other
 * work for their cores, or the driver slept. */
double stand_cpu_share(const struct stand *stand, const struct stand_cpu *then, double seconds);

/* Cycles in which a line of memory goes to the cards' core and comes back. It tells how far apart the two cores are at
 * this moment, which a virtual machine's host may change at any. */
double stand_line_cycles(struct stand *stand);
/* The same, or what it was `before`, whichever is more. */
double stand_line_cycles_since(struct stand *stand, double before);

/* How many times a round of the driver calls stand_burst, from `from` = 0 on. */
static inline uint32_t stand_ways(const struct stand *stand)
{
    return stand->way == STAND_BOTH ? 2u : 1u;
}

/* One burst: what the stand's way says, one byte of each packet touched. Returns the packets received or made,
 * or a negative errno; what found no room to be sent is freed and added to *dropped. */
int stand_burst(const struct stand *stand, uint32_t from, uint32_t burst, uint64_t *dropped);

/* A round has brought nothing: wait for the next packet, when the stand has been told to. Returns 0, or a
 * negative errno. */
int stand_idle(const struct stand *stand);

#endif
