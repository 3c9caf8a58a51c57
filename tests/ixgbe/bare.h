/* SPDX-License-Identifier: MIT
 *
 * The data path by itself: a pool, descriptors that a test writes as a card would, and a register
 * window that remembers the tail. No card, and no other part of the driver.
 */
#ifndef IRONRING_TESTS_BARE_H
#define IRONRING_TESTS_BARE_H

#include <stdint.h>

#include "ixgbe/queue.h"

#define BARE_BUFFERS 200u
#define BARE_SIZE    4096u
#define BARE_STRIDE  (IR_POOL_HEADROOM + BARE_SIZE)
#define BARE_RING    64u
#define BARE_SLOTS   (BARE_RING - 1u)
#define BARE_IOVA    0x7f0000000u
#define BARE_RX_TAIL 0x1018u /* 82599 8.2.3.8.5 */
#define BARE_TX_TAIL 0x6018u /* 82599 8.2.3.9.8 */

struct bare {
    struct ir_pool pool;
    struct ixgbe_rxq rx;
    struct ixgbe_txq tx;
    struct ixgbe_desc rx_desc[BARE_RING];
    struct ixgbe_desc tx_desc[BARE_RING];
    volatile ir_device32 head; /* what the card reports */
    struct ir_regs regs;
    uint32_t rx_tail; /* as written last */
    uint32_t tx_tail;
    uint32_t tail_writes;
};

/* A pool of `buffers` and two queues on it, empty: bare_open is a cmocka setup function with
 * BARE_BUFFERS. *state is the struct. */
struct bare *bare_make(uint32_t buffers);
int bare_open(void **state);

/* Fail unless each buffer is in exactly one place, and `held` are with the application. */
void bare_balance(const struct bare *bare, uint32_t held);
/* Fail unless a packet that is refused ends a burst, wherever in one that goes around the end of the ring it lies.
 * `finish` lets the card report all that it was lent. */
void bare_refused_around_the_end(
    struct bare *bare, int32_t (*burst)(struct ixgbe_txq *, const struct ir_pkt *, uint32_t),
    int32_t (*reclaim)(struct ixgbe_txq *), void (*finish)(struct bare *));
/* The buffer whose device address stands in a descriptor; fails when it is none. */
uint32_t bare_buffer(const struct ixgbe_desc *desc);

#endif
