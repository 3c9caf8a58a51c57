/* SPDX-License-Identifier: MIT
 *
 * A pool and a ring by themselves, and the check of their books: what the tests of the core start
 * from.
 */
#ifndef IRONRING_TESTS_BOOKS_H
#define IRONRING_TESTS_BOOKS_H

#include <stdint.h>

#include "core/pool.h"
#include "core/ring.h"

#define BOOKS_BUFFERS 300u /* more than a byte can count */
#define BOOKS_SIZE    2048u
#define BOOKS_STRIDE  (IR_POOL_HEADROOM + BOOKS_SIZE)
#define BOOKS_RING    64u
#define BOOKS_SLOTS   (BOOKS_RING - 1u) /* that can be in use */
#define BOOKS_IOVA    0x100000000u
#define BOOKS_NUMBER  5u /* of the pool */

/* A pool of BOOKS_BUFFERS, all of them free, and an empty ring: a cmocka setup function. *state is
 * the pool. */
int books_open(void **state);
struct ir_ring *books_ring(void);

/* Fail unless each buffer is in exactly one place: `held` with the application, `in_ring` in the
 * ring, all others free. */
void books_balance(const struct ir_pool *pool, uint64_t in_ring, uint64_t held);

#endif
