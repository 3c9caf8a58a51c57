/* SPDX-License-Identifier: MIT
 *
 * The interrupts of a device as events: one eventfd a vector, connected to the device, and who waits for
 * it. A device has this record from the first waiter on until it is closed.
 */
#ifndef IRONRING_API_EVENTS_H
#define IRONRING_API_EVENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "api/waiter.h"
#include "core/driver.h"

struct ir_events {
    uint32_t count; /* vectors that are connected */
    int fd[IR_VECTORS_MAX];
    struct waiting *waiting; /* each waiter's record of this device */
};

/* The number of vectors that the device is to use from its next start on, and the connection of as many
 * if somebody waits for it. Errors: what eventfd(2) and the transport say. */
int ir_events_start(struct ir_dev *dev);

/* A waiter waits for something of the device from now on. Errors: -ENOMEM, and as above. */
int ir_events_join(struct ir_dev *dev, struct waiting *waiting);
/* It waits for more or less than before: dev->interrupts, and what `waiting` says of queues and the link,
 * have changed. */
void ir_events_ask(struct waiting *waiting);
/* It does not wait any more. */
void ir_events_leave(struct waiting *waiting);

/* Let the driver do as dev->interrupts says. A device that is down does so at its next start. */
void ir_events_route(struct ir_dev *dev);

/* The device is about to be closed: nobody waits for it any more. Returns the record, for ... */
struct ir_events *ir_events_detach(struct ir_dev *dev);
/* ... when the device has stopped: disconnect the vectors. Null is allowed. */
void ir_events_release(struct ir_events *events, struct ir_transport *transport);

#endif
