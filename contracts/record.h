/* SPDX-License-Identifier: MIT
 *
 * The vocabulary of the proofs, fourth part: what the ixgbe driver's record of a device promises, of its
 * queues and of the card. src/ixgbe/ixgbe.h includes it after the record.
 */
#ifndef IRONRING_CONTRACTS_RECORD_H
#define IRONRING_CONTRACTS_RECORD_H

#include "device.h"
#include "ixgbe/ixgbe.h"

/* What functions may assign, for contracts: what draining all queues changes, and what starting
 * them does. Not formatted: without its blanks a range would be one token, "0..IR_QUEUES_MAX". */
/* clang-format off */
#define DRAINED_BY_RINGS(d)                                                                        \
    (d)->rx[0 .. IR_QUEUES_MAX - 1].queue.ring.head, (d)->tx[0 .. IR_QUEUES_MAX - 1].queue.ring.head
#define TX_RESTARTED(d)                                                                            \
    (d)->tx[0 .. IR_QUEUES_MAX - 1].queue.broken, (d)->tx[0 .. IR_QUEUES_MAX - 1].queue.ring.size, \
        (d)->tx[0 .. IR_QUEUES_MAX - 1].queue.ring.head,                                           \
        (d)->tx[0 .. IR_QUEUES_MAX - 1].queue.ring.tail
#define RX_RESTARTED(d)                                                                            \
    (d)->rx[0 .. IR_QUEUES_MAX - 1], (d)->rx[0 .. IR_QUEUES_MAX - 1].queue.broken
/* Each queue that there is, as far as set-up looks at it; in asserts, where a predicate would hide its
 * parts from the provers. */
#define RX_WHOLE(d)                                                                                \
    \forall integer q;                                                                             \
    0 <= q < IR_QUEUES_MAX ==> (d)->rx[q].set_up != 0 ==> rx_whole(d, q)
#define TX_WHOLE(d)                                                                                \
    \forall integer q;                                                                             \
    0 <= q < IR_QUEUES_MAX ==> (d)->tx[q].set_up != 0 ==> tx_whole(d, q)
/* clang-format on */

/* What holds of a device between two calls, as clauses of their own; `kind` is requires or ensures. */
#define DEV_OK(kind, d)                                                                            \
    kind dev_window(d);                                                                            \
    kind dev_queues(d);                                                                            \
    kind dev_agrees(d);                                                                            \
    kind queues_agree(d);                                                                          \
    kind stopped_or_not(d);

/*@
// The device's record, and the window of its registers behind it.
predicate dev_window{L}(struct ixgbe_dev *d) =
    \valid(d) && \valid_read(d->base.transport) && \separated(d, d->base.transport);

// What the record says of the device's state is so.
predicate dev_agrees{L}(struct ixgbe_dev *d) =
    d->state != IXGBE_DOWN ==>
        card.resetting == 0 && card.arbiter == 1 &&
        (card.receiving == 0 || (d->state == IXGBE_STARTED && d->rx[0].set_up != 0));

// Where a ring lies: aligned as the card needs it, at device addresses that do not wrap.
predicate ring_described{L}(struct ir_dma *ring) =
    \valid_read(ring) && ring->iova % 128 == 0 && ring->iova + ring->size <= 18446744073709551615;

predicate rx_whole{L}(struct ixgbe_dev *d, integer q) =
    \valid(d->rx[q].queue.desc + (0 .. d->rx[q].queue.ring.size - 1)) &&
    ring_described(&d->rx[q].memory) && \valid(d->rx[q].queue.pool) &&
    (d->rx[q].buffer_size == 2048 || d->rx[q].buffer_size == 4096 ||
     d->rx[q].buffer_size == 8192 || d->rx[q].buffer_size == 16384);

predicate tx_whole{L}(struct ixgbe_dev *d, integer q) =
    \valid(d->tx[q].queue.desc + (0 .. d->tx[q].queue.ring.size - 1)) &&
    \valid(d->tx[q].queue.head) && ring_described(&d->tx[q].memory) &&
    \valid(d->tx[q].queue.pool) && d->tx[q].queue.frame_max <= IR_FRAME_MAX;

// Each queue that there is.
predicate dev_queues{L}(struct ixgbe_dev *d) =
    \forall integer q; 0 <= q < IR_QUEUES_MAX ==>
        (d->rx[q].set_up != 0 ==> rx_whole(d, q)) && (d->tx[q].set_up != 0 ==> tx_whole(d, q));

// What describes a queue is as it was; what describes all of them.
predicate rx_fixed{L1, L2}(struct ixgbe_dev *d, integer q) =
    \at(d->rx[q].queue.ring.size, L2) == \at(d->rx[q].queue.ring.size, L1) &&
    \at(d->rx[q].queue.desc, L2) == \at(d->rx[q].queue.desc, L1) &&
    \at(d->rx[q].queue.pool, L2) == \at(d->rx[q].queue.pool, L1) &&
    \at(d->rx[q].memory.iova, L2) == \at(d->rx[q].memory.iova, L1) &&
    \at(d->rx[q].memory.size, L2) == \at(d->rx[q].memory.size, L1) &&
    \at(d->rx[q].buffer_size, L2) == \at(d->rx[q].buffer_size, L1) &&
    \at(d->rx[q].set_up, L2) == \at(d->rx[q].set_up, L1);
predicate tx_fixed{L1, L2}(struct ixgbe_dev *d, integer q) =
    \at(d->tx[q].queue.ring.size, L2) == \at(d->tx[q].queue.ring.size, L1) &&
    \at(d->tx[q].queue.desc, L2) == \at(d->tx[q].queue.desc, L1) &&
    \at(d->tx[q].queue.pool, L2) == \at(d->tx[q].queue.pool, L1) &&
    \at(d->tx[q].queue.head, L2) == \at(d->tx[q].queue.head, L1) &&
    \at(d->tx[q].queue.frame_max, L2) == \at(d->tx[q].queue.frame_max, L1) &&
    \at(d->tx[q].memory.iova, L2) == \at(d->tx[q].memory.iova, L1) &&
    \at(d->tx[q].memory.size, L2) == \at(d->tx[q].memory.size, L1) &&
    \at(d->tx[q].set_up, L2) == \at(d->tx[q].set_up, L1);
predicate queues_fixed{L1, L2}(struct ixgbe_dev *d) =
    \at(d->base.transport, L2) == \at(d->base.transport, L1) &&
    \forall integer q; 0 <= q < IR_QUEUES_MAX ==> rx_fixed{L1, L2}(d, q) && tx_fixed{L1, L2}(d, q);

// A queue that is not broken may write its tail, and only such a one does (rx_tell, tx_tell in
// queue.h): it was seen to run, and no reset has begun since [TAIL_EARLY, RESET_PENDING].
predicate rx_agrees{L}(struct ixgbe_dev *d, integer q) =
    d->rx[q].queue.broken == 0 ==> card.rx[q] == QUEUE_ON && card.resetting == 0;
predicate tx_agrees{L}(struct ixgbe_dev *d, integer q) =
    d->tx[q].queue.broken == 0 ==> card.tx[q] == QUEUE_ON && card.resetting == 0;
predicate queues_agree{L}(struct ixgbe_dev *d) =
    \forall integer q; 0 <= q < IR_QUEUES_MAX ==>
        (d->rx[q].set_up != 0 ==> rx_agrees(d, q)) && (d->tx[q].set_up != 0 ==> tx_agrees(d, q));

predicate queues_broken{L}(struct ixgbe_dev *d) =
    \forall integer q; 0 <= q < IR_QUEUES_MAX ==>
        (d->rx[q].set_up != 0 ==> d->rx[q].queue.broken != 0) &&
        (d->tx[q].set_up != 0 ==> d->tx[q].queue.broken != 0);

// What the state promises of the card, beyond dev_agrees.
predicate stopped_or_not{L}(struct ixgbe_dev *d) =
    (d->state == IXGBE_STOPPED ==> card_stopped) && (d->quiet == 0 || d->quiet == 1) &&
    (d->state == IXGBE_DOWN || d->state == IXGBE_STOPPED || d->state == IXGBE_STARTED);

predicate totals_grow{L1, L2}(struct ixgbe_dev *d) =
    \at(d->totals.rx_packets, L2) >= \at(d->totals.rx_packets, L1) &&
    \at(d->totals.rx_bytes, L2) >= \at(d->totals.rx_bytes, L1) &&
    \at(d->totals.rx_missed, L2) >= \at(d->totals.rx_missed, L1) &&
    \at(d->totals.rx_errors, L2) >= \at(d->totals.rx_errors, L1) &&
    \at(d->totals.tx_packets, L2) >= \at(d->totals.tx_packets, L1) &&
    \at(d->totals.tx_bytes, L2) >= \at(d->totals.tx_bytes, L1);
*/

#endif
