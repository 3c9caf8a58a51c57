/* SPDX-License-Identifier: MIT
 *
 * Queues on private pools: each has a small pool of its own that the device can reach, under the ring of
 * an ordinary queue, and copies each packet across. The application sees the same calls.
 */
#ifndef IRONRING_API_PRIVATE_H
#define IRONRING_API_PRIVATE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/driver.h"

struct ir_private; /* such a queue */

/* As a driver's functions of these names, for a private pool. */
int ir_private_rxq_setup(struct ir_dev *dev, uint32_t index, uint32_t size, struct ir_pool *pool,
                         struct ir_rxq **queue);
int ir_private_txq_setup(struct ir_dev *dev, uint32_t index, uint32_t size, struct ir_pool *pool,
                         struct ir_txq **queue);

/* The device has been reset: copies that wait for room in a ring are gone like those in it. */
void ir_private_reset(struct ir_private *queues);
/* The device has been closed, and with it the rings. Null is allowed. */
void ir_private_close(struct ir_private *queues);

/* The packets of the pool's queues are where they should be: free, in the ring, or waiting for room. */
bool ir_private_audit(const struct ir_private *queues);

#endif
