/* SPDX-License-Identifier: MIT
 *
 * Which interrupt vector tells of what, for each driver in the same way: queue pair p has vector
 * p % (vectors - 1), the link (and all else) has the last; with a single vector it tells of everything.
 */
#ifndef IRONRING_CORE_INTERRUPT_H
#define IRONRING_CORE_INTERRUPT_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>

#include <ironring/device.h>

#define IR_VECTORS_MAX 64u

/* What a device is asked to interrupt for. Written by src/api/events.c alone. */
struct ir_interrupts {
    uint32_t vectors;       /* in use: 1 to IR_VECTORS_MAX, or 0: none, the device is polled */
    uint32_t throttle;      /* microseconds between two interrupts of a vector, at most */
    bool rx[IR_QUEUES_MAX]; /* somebody waits for this receive queue ... */
    bool tx[IR_QUEUES_MAX]; /* ... for this transmit queue to finish with packets ... */
    bool link;              /* ... for the link to go up or down */
};

/* How many vectors a device uses that may have up to `most`, for `pairs` queue pairs: one for each pair
 * and one for the link, as far as there are that many. */
/*@ requires pairs <= IR_QUEUES_MAX;
    assigns \nothing;
    ensures \result <= most && \result <= pairs + 1 && \result <= IR_VECTORS_MAX;
    ensures none: \result == 0 <==> most == 0;
*/
static inline uint32_t ir_vectors_used(uint32_t most, uint32_t pairs)
{
    uint32_t wanted = pairs < IR_VECTORS_MAX ? pairs + 1u : IR_VECTORS_MAX;

    return most < wanted ? most : wanted;
}

/*@ requires 0 < vectors <= IR_VECTORS_MAX;
    assigns \nothing;
    ensures \result < vectors;
    ensures one: vectors == 1 ==> \result == 0;
    ensures several: vectors > 1 ==> \result == pair % (vectors - 1);
*/
static inline uint32_t ir_vector_of_pair(uint32_t vectors, uint32_t pair)
{
    return vectors > 1u ? pair % (vectors - 1u) : 0u;
}

/*@ requires 0 < vectors <= IR_VECTORS_MAX;
    assigns \nothing;
    ensures \result == vectors - 1;
*/
static inline uint32_t ir_vector_of_link(uint32_t vectors)
{
    return vectors - 1u;
}

/* Where a vector can be armed and masked, by a driver that can use up to `most`. Errors: -EIO the device is
 * not started, -EINVAL no such vector. */
/*@ requires \valid_read(asked);
    assigns \nothing;
    ensures \result == 0 || \result == -22 || \result == -5;
    ensures usable: \result == 0 ==> started != 0 && vector < asked->vectors <= most;
    ensures stopped: \result == -5 <==> started == 0;
*/
static inline int ir_vector_check(const struct ir_interrupts *asked, bool started, uint32_t most,
                                  uint32_t vector)
{
    if (!started)
        return -EIO;
    return asked->vectors > most || vector >= asked->vectors ? -EINVAL : 0;
}

#endif
