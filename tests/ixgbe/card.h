/* SPDX-License-Identifier: MIT
 *
 * A simulated card with a memory wire, advanced by hand, and the driver on it: what most tests of
 * the drivers and of the public functions start from. It is an 82599 unless a test names another.
 */
#ifndef IRONRING_TESTS_CARD_H
#define IRONRING_TESTS_CARD_H

#include <stdbool.h>
#include <stdint.h>

#include <ironring/ironring.h>
#include <ironring/sim.h>

#define CARD_BUFFERS 512u
#define CARD_DEVICE  "sim:82599,mode=step,wire=memory"

struct card {
    struct ir_domain *domain;
    struct ir_pool *pool; /* CARD_BUFFERS buffers of 2048 bytes */
    struct ir_dev *dev;
    struct ir_rxq *rx; /* queue 0, null before card_queues */
    struct ir_txq *tx;
};

/* For a program that tests with each kind of card: take "82574" as its only argument, or none for an
 * 82599, which all others test with; and what was taken. */
void card_choose(int argc, char **argv);
const char *card_kind(void);

/* Open the device of that name, which has to be such a card. *state is the card. Two can be open. */
int card_open_device(void **state, const char *device);
/* Open the card: a cmocka setup function. */
int card_open(void **state);
/* The same, with one receive and one transmit queue of 64 descriptors, started. */
int card_start(void **state);
/* Close it, and fail when a buffer was lost or the card saw a violation: a teardown function. */
int card_close(void **state);

/* Set up queue 0 in both directions with rings of `size`. */
void card_queues(struct card *card, uint32_t size);

/* Fill in an Ethernet frame for the card's own address whose content depends on `tag`. */
void card_frame(const struct card *card, uint8_t *frame, uint32_t length, uint32_t tag);
/* Put such a frame on the wire towards the card. */
void card_put(struct card *card, uint32_t length, uint32_t tag);
/* Let the card work until it has nothing left to do. */
void card_settle(struct card *card);
/* Fail unless the packet is the frame of card_put, and free it. */
void card_expect(struct card *card, struct ir_pkt pkt, uint32_t length, uint32_t tag);
/* A packet of the pool filled with a frame. */
struct ir_pkt card_packet(struct card *card, uint32_t length, uint32_t tag);
/* Take the oldest frame the card has sent; fail unless it is the frame of `length` and `tag`. An
 * 82599 pads it to 60 bytes; other cards are not given shorter ones. */
void card_expect_sent(struct card *card, uint32_t length, uint32_t tag);
/* Fail unless a frame is received and another sent. */
void card_works(struct card *card);
/* Fail unless both queues answer -EIO. */
void card_is_broken(struct card *card);
/* Fail when the card has seen a violation, saying which. */
void card_no_violation(struct card *card);
/* Fail unless the application holds `held` buffers and all others are accounted for. */
void card_audit(const struct card *card, int held);

#endif
