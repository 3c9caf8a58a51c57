/* SPDX-License-Identifier: MIT
 *
 * The control queue of a virtio network device: commands are taken from its ring, carried out on
 * the state below, and answered.
 */
#ifndef IRONRING_SOFTDEV_CONTROL_H
#define IRONRING_SOFTDEV_CONTROL_H

#include <stdbool.h>
#include <stdint.h>

#include <ironring/device.h>

#include "softdev/ring.h"

#define SOFT_MACS_MAX 64u /* of each table; more of them make a filter accept all */

/* Addresses that are received. */
struct soft_table {
    uint32_t count; /* <= SOFT_MACS_MAX */
    bool all;       /* there were too many */
    uint8_t mac[SOFT_MACS_MAX][IR_MAC_LENGTH];
};

struct soft_control {
    /* A command is about to take effect: the new number of queue pairs. False to refuse it. */
    bool (*set_pairs)(void *context, uint16_t pairs);
    void *context;

    uint64_t features; /* in force */
    uint16_t pairs_max;
    uint16_t pairs; /* in use, 1 after a reset */
    bool promiscuous;
    bool all_multicast;
    uint8_t mac[IR_MAC_LENGTH];
    struct soft_table unicast;
    struct soft_table multicast;
};

/* As after a reset: everything that is addressed to `mac`, one pair of queues. A legacy or modern
 * device without CTRL_RX receives everything. */
void soft_control_reset(struct soft_control *control, const uint8_t mac[IR_MAC_LENGTH]);

/* Carry out the command of a chain. Returns the answer (SOFT_CTRL_ACK_...), which is not written
 * yet. */
uint8_t soft_control_run(struct soft_control *control, const struct soft_ring *ring,
                         const struct soft_chain *chain);

/* Carry out and answer each command that is available. Returns how many there were; the caller asks
 * soft_ring_interrupts afterwards. */
uint32_t soft_control_serve(struct soft_control *control, struct soft_ring *ring);

/* Whether a frame of at least six bytes passes the filters. */
bool soft_control_accepts(const struct soft_control *control, const uint8_t *frame);

#endif
