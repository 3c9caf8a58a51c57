/* SPDX-License-Identifier: MIT
 *
 * What drivers need of a pool besides its buffers: its domain, and the register of the rings that
 * hold some of them. Moves of single buffers are in core/pool.h.
 */
#ifndef IRONRING_API_POOL_H
#define IRONRING_API_POOL_H

#include <stdbool.h>

#include <ironring/pool.h>

#include "core/ring.h"

/* The domain that a pool of ir_pool_create was made in. */
struct ir_domain *ir_pool_domain(const struct ir_pool *pool);

/* Whether it was made by ir_pool_create_private: no device can reach its memory. */
bool ir_pool_is_private(const struct ir_pool *pool);
struct ir_private;
/* The head of the list of a private pool's queues (private.h). */
struct ir_private **ir_pool_private_queues(struct ir_pool *pool);

/* Note that a ring holds buffers of the pool. The ring is borrowed until ir_pool_detach.
 * Errors: -ENOMEM. */
/*@ requires \valid_read(pool) && \valid_read(ring);
    assigns \nothing;
    ensures \result <= 0;
*/
int ir_pool_attach(struct ir_pool *pool, const struct ir_ring *ring);

/* Forget a ring, which must be empty. */
/*@ requires \valid_read(pool) && \valid_read(ring);
    assigns \nothing;
*/
void ir_pool_detach(struct ir_pool *pool, const struct ir_ring *ring);

/* Forget a ring whose buffers a device may still write: they are lost to the pool, which counts
 * them as lost from now on, and whose memory is abandoned rather than freed when it is destroyed.
 */
/*@ requires \valid_read(pool) && \valid_read(ring);
    assigns \nothing;
*/
void ir_pool_abandon(struct ir_pool *pool, const struct ir_ring *ring);

#endif
