/* SPDX-License-Identifier: MIT
 *
 * A simulated card that is advanced by hand, and somebody who waits for it. Its interrupts are counted by
 * their eventfds, which a waiter never reads: nothing here depends on how fast the machine is.
 */
#ifndef IRONRING_TESTS_WAIT_STAND_H
#define IRONRING_TESTS_WAIT_STAND_H

#include <stdbool.h>
#include <stdint.h>

#include <ironring/wait.h>

#include "card.h"

#define WAIT_SHORT_US 2000u    /* for waiting in vain */
#define WAIT_LONG_US  5000000u /* for what is there, or comes at once */
#define WAIT_STEP_US  10u      /* of the card's time, with each step */

#define WAIT_DEVICES 10u
#define WAIT_CARDS   5u /* those of them that hold interrupts back: a virtio device does not */
extern const char *const wait_devices[WAIT_DEVICES];

/* A card of the device string with a waiter for both of its queues. */
struct wait_stand {
    void *card_state;
    struct card *card;
    struct ir_waiter *waiter;
    uint64_t interrupts; /* as last counted */
};

/* A started device of one pair of queues; the waiter waits for its receive queue, and does not poll. */
void wait_open(struct wait_stand *stand, const char *device);
void wait_close(struct wait_stand *stand);
struct ir_wait_stats wait_stats(const struct wait_stand *stand);
/* The waiter's descriptor is. */
bool wait_readable(const struct wait_stand *stand);
/* Interrupts of the card since this was asked last. */
uint64_t wait_interrupts(struct wait_stand *stand);
/* Let the card's time pass until it interrupts, at most that long. Returns how long it took, or more. */
uint32_t wait_step(struct wait_stand *stand, uint32_t most_us);

#endif
