/* SPDX-License-Identifier: MIT
 *
 * The whole life of a device on a hostile card, step by step from the input: set up, started, reset,
 * used, closed, and opened again. Errors are those of the manual, waits end, no buffer is lost without
 * being accounted for, memory goes back only when the card has said that it stopped, and after a failure
 * the queues refuse to work.
 */
#ifndef IRONRING_FUZZ_LIFE_H
#define IRONRING_FUZZ_LIFE_H

#include "core/driver.h"
#include "core/ring.h"
#include "hostile.h"

#define LIFE_QUEUES   3u
#define LIFE_MEMORIES (2u * LIFE_QUEUES + 1u)

/* What differs from one driver to the next. Lists of errors end with 0. */
struct life_kind {
    const struct ir_driver *driver;
    struct hostile *(*begin)(struct input *input);
    /* The device was opened, or is about to be (NULL). May be null. */
    void (*opened)(const struct ir_dev *dev);
    /* A queue's ring, or NULL when it was not set up. */
    const struct ir_ring *(*ring)(const struct ir_dev *dev, bool transmit, uint32_t queue);
    /* All memory of rings. Returns how many there are. */
    uint32_t (*memories)(const struct ir_dev *dev, struct ir_dma memory[LIFE_MEMORIES]);
    /* The card has said that it stopped, by the driver's book. */
    bool (*quiet)(const struct ir_dev *dev);
    bool (*started)(const struct ir_dev *dev);
    /* Setting up a queue that is `free` or not was answered, of a size that is legal and a number that
     * there is, or not. Null when nothing but these decides. */
    void (*check_setup)(bool free, bool legal, int result);
    uint32_t queues; /* that the device may have in each direction; <= LIFE_QUEUES */
    const int *open_errors;
    const int *start_errors; /* of a reset as well */
    const int *promiscuous_errors;
    const int *multicast_errors;
    bool rss_key;     /* it spreads frames over its queues by a key */
    bool tells_speed; /* a link that is up has a speed */
    bool interrupts;  /* the card's model knows which of them are masked */
};

/* Run an input. */
void life_run(const struct life_kind *kind, const uint8_t *data, size_t size);

#endif
