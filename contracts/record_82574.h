/* SPDX-License-Identifier: MIT
 *
 * The vocabulary of the proofs: what the e1000e driver's record of a device promises, of its queues and of
 * the card. src/e1000e/e1000e.h includes it after the record.
 */
#ifndef IRONRING_CONTRACTS_RECORD_82574_H
#define IRONRING_CONTRACTS_RECORD_82574_H

#include "device_82574.h"
#include "e1000e/e1000e.h"

/* What functions may assign: what draining both queues changes, and what starting them does. */
#define RINGS_DRAINED(d) (d)->rx.queue.ring.head, (d)->tx.queue.ring.head
#define RINGS_STARTED(d)                                                                           \
    (d)->rx, (d)->tx.queue.broken, (d)->tx.queue.ring.size, (d)->tx.queue.ring.head,               \
        (d)->tx.queue.ring.tail

/* Parts of the predicates below. Where a queue is made they stand for themselves: there the provers see at
 * once which fields are as they were, and within a predicate they do not. Not formatted, as in record.h. */
/* clang-format off */
#define RING_DESCRIBED(r)                                                                          \
    \valid_read(r) && (r)->iova % 128 == 0 && (r)->iova + (r)->size <= 18446744073709551615
#define RX_WHOLE(d)                                                                                \
    \valid((d)->rx.queue.desc + (0 .. (d)->rx.queue.ring.size - 1)) &&                               \
        RING_DESCRIBED(&(d)->rx.memory) && \valid((d)->rx.queue.pool) &&                           \
        ((d)->rx.buffer_size == 2048 || (d)->rx.buffer_size == 4096 ||                             \
         (d)->rx.buffer_size == 8192 || (d)->rx.buffer_size == 16384)
#define TX_WHOLE(d)                                                                                \
    \valid((d)->tx.queue.desc + (0 .. (d)->tx.queue.ring.size - 1)) &&                               \
        RING_DESCRIBED(&(d)->tx.memory) && \valid((d)->tx.queue.pool) &&                           \
        (d)->tx.queue.frame_max <= E1000E_FRAME_MAX
#define RX_AGREES(d) ((d)->rx.queue.broken == 0 ==> card.receiving == 1 && card.resetting == 0)
#define TX_AGREES(d) ((d)->tx.queue.broken == 0 ==> card.sending == 1 && card.resetting == 0)
/* clang-format on */

/* What holds of a device between two calls, as clauses of their own; `kind` is requires or ensures. */
#define DEV_OK(kind, d)                                                                            \
    kind dev_window(d);                                                                            \
    kind dev_queues(d);                                                                            \
    kind dev_agrees(d);                                                                            \
    kind queues_agree(d);                                                                          \
    kind stopped_or_not(d);

/* The same where a queue is made. */
/* clang-format off */
#define DEV_MADE(d)                                                                                \
    ensures dev_window(d);                                                                         \
    ensures (d)->rx.set_up != 0 ==> RX_WHOLE(d);                                                   \
    ensures (d)->tx.set_up != 0 ==> TX_WHOLE(d);                                                   \
    ensures dev_agrees(d);                                                                         \
    ensures (d)->rx.set_up != 0 ==> RX_AGREES(d);                                                  \
    ensures (d)->tx.set_up != 0 ==> TX_AGREES(d);                                                  \
    ensures stopped_or_not(d);
/* clang-format on */

/*@
// The device's record, and the window of its registers behind it.
predicate dev_window{L}(struct e1000e_dev *d) =
    \valid(d) && \valid_read(d->base.transport) && \separated(d, d->base.transport);

// What the record says of the device's state is so.
predicate dev_agrees{L}(struct e1000e_dev *d) =
    d->state != E1000E_DOWN ==> card.resetting == 0 && card.extended == 1;

// Where a ring lies: aligned as the card needs it, at device addresses that do not wrap.
predicate ring_described{L}(struct ir_dma *ring) = RING_DESCRIBED(ring);
predicate rx_whole{L}(struct e1000e_dev *d) = RX_WHOLE(d);
predicate tx_whole{L}(struct e1000e_dev *d) = TX_WHOLE(d);

// Each queue that there is.
predicate dev_queues{L}(struct e1000e_dev *d) =
    (d->rx.set_up != 0 ==> rx_whole(d)) && (d->tx.set_up != 0 ==> tx_whole(d));

// A queue that is not broken may write its tail, and only such a one does (rx_tell, tx_tell in
// ixgbe/queue.h): its direction runs, and no reset has begun since.
predicate rx_agrees{L}(struct e1000e_dev *d) = RX_AGREES(d);
predicate tx_agrees{L}(struct e1000e_dev *d) = TX_AGREES(d);
predicate queues_agree{L}(struct e1000e_dev *d) =
    (d->rx.set_up != 0 ==> rx_agrees(d)) && (d->tx.set_up != 0 ==> tx_agrees(d));

predicate queues_broken{L}(struct e1000e_dev *d) =
    (d->rx.set_up != 0 ==> d->rx.queue.broken != 0) &&
    (d->tx.set_up != 0 ==> d->tx.queue.broken != 0);

// What the state promises of the card, beyond dev_agrees.
predicate stopped_or_not{L}(struct e1000e_dev *d) =
    (d->state == E1000E_STOPPED ==> card_stopped) && (d->quiet == 0 || d->quiet == 1) &&
    (d->state == E1000E_DOWN || d->state == E1000E_STOPPED || d->state == E1000E_STARTED);

predicate totals_grow{L1, L2}(struct e1000e_dev *d) =
    \at(d->totals.rx_packets, L2) >= \at(d->totals.rx_packets, L1) &&
    \at(d->totals.rx_bytes, L2) >= \at(d->totals.rx_bytes, L1) &&
    \at(d->totals.rx_missed, L2) >= \at(d->totals.rx_missed, L1) &&
    \at(d->totals.rx_errors, L2) >= \at(d->totals.rx_errors, L1) &&
    \at(d->totals.tx_packets, L2) >= \at(d->totals.tx_packets, L1) &&
    \at(d->totals.tx_bytes, L2) >= \at(d->totals.tx_bytes, L1);
*/

#endif
