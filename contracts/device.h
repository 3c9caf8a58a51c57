/* SPDX-License-Identifier: MIT
 *
 * The vocabulary of the proofs, third part: what the datasheet allows a driver to write to which
 * register when. The model knows only what the driver may conclude: a state it has not seen
 * confirmed is unknown, and what needs a known state is then illegal. It lives in the proof only;
 * the simulated card checks the same rules at run time, from the list in src/sim/rules.h. A rule's name
 * in brackets says where it is proved; contracts/prove compares them with that list.
 */
#ifndef IRONRING_CONTRACTS_DEVICE_H
#define IRONRING_CONTRACTS_DEVICE_H

#include <stdint.h>

#include "ixgbe/regs.h"

#define QUEUE_UNKNOWN 0
#define QUEUE_OFF     1 /* reset, or ENABLE was read as 0 after it was cleared */
#define QUEUE_ON      2 /* ENABLE was read as 1 after it was set */

/* All of these are 0 or 1 but for the queues. */
struct ixgbe_card {
    int8_t resetting; /* CTRL.RST was set, and has not been read as 0 since */
    int8_t receiving; /* RXCTRL.RXEN */
    int8_t rx_dis;    /* SECRXCTRL.RX_DIS */
    int8_t held;      /* SECRXSTAT was read as ready while RX_DIS was set: no frame passes */
    int8_t arbiter;   /* RTTDCS.ARBDIS is 0 */
    int8_t rx[128];
    int8_t tx[128];
};

/* The card behind the device that a call is about. The two functions at the end of this file say
 * how it changes: they are the datasheet's side, have no body, and stand in contracts/TRUSTED.md. */
/*@ ghost extern struct ixgbe_card card; */

/*@
// A register of the window: a multiple of four, and all of it inside. Each access has 32 bits
// (access.c, and the tails in queue.h) [REGISTER_WIDTH].
predicate register_ok(integer offset) = 0 <= offset <= IXGBE_WINDOW - 4 && offset % 4 == 0;

// What an access, and what a wait, may answer.
predicate access_answer(integer r) = r == 0 || r == -22;
predicate presence_answer(integer r) = r == 0 || r == -22 || r == -19;
predicate wait_answer(integer r) = r == 0 || r == -22 || r == -19 || r == -110;

logic integer rxdctl_of(integer q) =
    q < 64 ? IXGBE_RXDCTL(0) + 64 * q : IXGBE_RXDCTL_HIGH(64) + 64 * (q - 64);
logic integer txdctl_of(integer q) = IXGBE_TXDCTL(0) + 64 * q;

// Registers whose fields the model follows: they change only by ixgbe_modify, one field at a time.
predicate followed(integer offset) =
    offset == IXGBE_CTRL || offset == IXGBE_RXCTRL || offset == IXGBE_SECRXCTRL ||
    offset == IXGBE_RTTDCS ||
    (\exists integer q; 0 <= q < 128 && (offset == rxdctl_of(q) || offset == txdctl_of(q)));

// Tails are written by the data path, once its queue runs [TAIL_EARLY, TAIL_RANGE].
predicate is_tail(integer offset) =
    \exists integer q; 0 <= q < 64 && (offset == IXGBE_RDT(0) + 64 * q ||
                                       offset == IXGBE_TDT(0) + 64 * q);

// What describes the ring of queue q.
predicate rx_ring_register(integer offset, integer q) =
    offset == IXGBE_RDBAL(0) + 64 * q || offset == IXGBE_RDBAH(0) + 64 * q ||
    offset == IXGBE_RDLEN(0) + 64 * q || offset == IXGBE_SRRCTL(0) + 64 * q;
predicate tx_ring_register(integer offset, integer q) =
    offset == IXGBE_TDBAL(0) + 64 * q || offset == IXGBE_TDBAH(0) + 64 * q ||
    offset == IXGBE_TDLEN(0) + 64 * q || offset == IXGBE_TDWBAL(0) + 64 * q ||
    offset == IXGBE_TDWBAH(0) + 64 * q;

// An entry of an IVAR register: a vector, and whether it is one (bit 7); bit 6 is reserved.
predicate ivar_entry(integer entry) = 0 <= entry < 64 || 128 <= entry < 192;

// What says which vector an interrupt has, and how long the next one is held back.
predicate interrupt_legal(integer offset, integer value) =
    (IXGBE_IVAR(0) <= offset < IXGBE_IVAR(IXGBE_IVAR_COUNT) ==>          // [INTERRUPT_ROUTE]
        ivar_entry(value % 256) && ivar_entry(value / 256 % 256) &&
        ivar_entry(value / 65536 % 256) && ivar_entry(value / 16777216)) &&
    (offset == IXGBE_IVAR_MISC ==>
        ivar_entry(value % 256) && ivar_entry(value / 256 % 256) && value < 65536) &&
    (IXGBE_EITR(0) <= offset < IXGBE_EITR(24) ||                         // [INTERRUPT_INTERVAL]
     IXGBE_EITR_HIGH(24) <= offset < IXGBE_EITR_HIGH(IXGBE_VECTORS) ==>
        value % 8 == 0 && value % 2147483648 < 4096);

// An entry of the redirection table: a queue that it can name.
predicate reta_entry(integer entry) = 0 <= entry < IXGBE_RSS_QUEUES;

// What says which queue a frame goes to.
predicate spread_legal(integer offset, integer value) =
    (IXGBE_RETA(0) <= offset < IXGBE_RETA(IXGBE_RETA_COUNT) ==>          // [RETA_ENTRY]
        reta_entry(value % 256) && reta_entry(value / 256 % 256) &&
        reta_entry(value / 65536 % 256) && reta_entry(value / 16777216));

// The state in which a register may change at all, whatever the value.
predicate change_legal{L}(integer offset) =
    card.resetting == 0 &&                                                 // [RESET_PENDING]
    (offset == IXGBE_FCTRL ==> card.receiving == 0) &&                     // [FCTRL_RECEIVING]
    (offset == IXGBE_MRQC ==> card.receiving == 0) &&                      // [MRQC_RECEIVING]
    (offset == IXGBE_MTQC ==> card.arbiter == 0) &&                        // [MTQC_ARBITER]
    (offset == IXGBE_RXCTRL ==> card.held == 1) &&                         // [RXEN_UNGUARDED]
    (\forall integer q; 0 <= q < 64 ==>                                  // [RING_BUSY]
        (rx_ring_register(offset, q) ==> card.rx[q] == QUEUE_OFF) &&
        (tx_ring_register(offset, q) ==> card.tx[q] == QUEUE_OFF)) &&
    !is_tail(offset);

// A whole value is written.
predicate write_legal{L}(integer offset, integer value) =
    register_ok(offset) && change_legal(offset) && !followed(offset) &&
    interrupt_legal(offset, value) && spread_legal(offset, value) &&
    (\forall integer q; 0 <= q < 64 ==>
        (offset == IXGBE_RDBAL(0) + 64 * q ==> value % 128 == 0) &&      // [RING_BASE]
        (offset == IXGBE_TDBAL(0) + 64 * q ==> value % 128 == 0) &&
        (offset == IXGBE_RDLEN(0) + 64 * q ==>                           // [RING_LENGTH]
            128 <= value <= 131072 && value % 128 == 0) &&
        (offset == IXGBE_TDLEN(0) + 64 * q ==> 128 <= value <= 131072 && value % 128 == 0) &&
        (offset == IXGBE_TDWBAL(0) + 64 * q ==> value % 16 <= 1) &&      // [TX_WRITEBACK_ALIGN]
        offset != IXGBE_SRRCTL(0) + 64 * q);

// The same value is written to `count` registers in a row.
predicate fill_legal{L}(integer first, integer count, integer value) =
    first % 4 == 0 && (\forall integer o; first <= o < first + 4 * count ==> o % 4 == 0 ==>
        write_legal(o, value));

// Some bits are cleared, then some set. A field that the model follows is named alone.
predicate modify_legal{L}(integer offset, integer zeros, integer ones) =
    register_ok(offset) && change_legal(offset) &&
    (offset == IXGBE_CTRL ==> zeros == 0 &&
        (ones == IXGBE_CTRL_MASTER_DISABLE || ones == IXGBE_CTRL_RST)) &&
    (offset == IXGBE_RXCTRL ==> zeros == IXGBE_RXCTRL_RXEN &&
        (ones == 0 || ones == IXGBE_RXCTRL_RXEN)) &&
    (offset == IXGBE_SECRXCTRL ==>
        (zeros == 0 && ones == IXGBE_SECRXCTRL_RX_DIS) ||
        (zeros == IXGBE_SECRXCTRL_RX_DIS && ones == 0)) &&
    (offset == IXGBE_RTTDCS ==>
        (zeros == 0 && ones == (IXGBE_RTTDCS_ARBDIS | IXGBE_RTTDCS_RESERVED)) ||
        (zeros == IXGBE_RTTDCS_ARBDIS && ones == IXGBE_RTTDCS_RESERVED)) &&
    (\forall integer q; 0 <= q < 64 ==> offset == IXGBE_SRRCTL(0) + 64 * q ==>
        zeros == IXGBE_SRRCTL_SIZE_MASK + IXGBE_SRRCTL_DESCTYPE_MASK &&
        1 <= ones % 32 <= 16 &&                                            // [RX_BUFFER_SIZE]
        ones / 33554432 % 8 == 1) &&                                       // [RX_DESCRIPTOR_TYPE]
    (\forall integer q; 0 <= q < 128 ==>
        (offset == rxdctl_of(q) ==>
            (zeros == 0 && ones == IXGBE_RXDCTL_ENABLE) ||
            (zeros == IXGBE_RXDCTL_ENABLE && ones == 0)) &&
        (offset == txdctl_of(q) ==>
            (zeros == 0 && ones == IXGBE_TXDCTL_ENABLE) ||
            // Thresholds: no field of it is ENABLE, and WTHRESH stays 0 [TX_WRITEBACK_THRESHOLD].
            (zeros == IXGBE_TXDCTL_THRESHOLDS && ones < 65536)));

predicate queues_same{L1, L2} =
    \forall integer q; 0 <= q < 128 ==>
        \at(card.rx[q], L2) == \at(card.rx[q], L1) && \at(card.tx[q], L2) == \at(card.tx[q], L1);

predicate card_same{L1, L2} =
    \at(card.resetting, L2) == \at(card.resetting, L1) &&
    \at(card.receiving, L2) == \at(card.receiving, L1) &&
    \at(card.rx_dis, L2) == \at(card.rx_dis, L1) && \at(card.held, L2) == \at(card.held, L1) &&
    \at(card.arbiter, L2) == \at(card.arbiter, L1) && queues_same{L1, L2};

// Only what is known of one receive or one transmit queue may be another than before.
predicate card_same_but{L1, L2}(integer rx, integer tx) =
    \at(card.resetting, L2) == \at(card.resetting, L1) &&
    \at(card.receiving, L2) == \at(card.receiving, L1) &&
    \at(card.rx_dis, L2) == \at(card.rx_dis, L1) && \at(card.held, L2) == \at(card.held, L1) &&
    \at(card.arbiter, L2) == \at(card.arbiter, L1) &&
    (\forall integer q; 0 <= q < 128 ==>
        (q != rx ==> \at(card.rx[q], L2) == \at(card.rx[q], L1)) &&
        (q != tx ==> \at(card.tx[q], L2) == \at(card.tx[q], L1)));

// Only what is known of the receive queues, or of the transmit queues, may be another.
predicate card_same_but_rx{L1, L2} =
    \at(card.resetting, L2) == \at(card.resetting, L1) &&
    \at(card.receiving, L2) == \at(card.receiving, L1) &&
    \at(card.rx_dis, L2) == \at(card.rx_dis, L1) && \at(card.held, L2) == \at(card.held, L1) &&
    \at(card.arbiter, L2) == \at(card.arbiter, L1) &&
    (\forall integer q; 0 <= q < 128 ==> \at(card.tx[q], L2) == \at(card.tx[q], L1));
predicate card_same_but_tx{L1, L2} =
    \at(card.resetting, L2) == \at(card.resetting, L1) &&
    \at(card.receiving, L2) == \at(card.receiving, L1) &&
    \at(card.rx_dis, L2) == \at(card.rx_dis, L1) && \at(card.held, L2) == \at(card.held, L1) &&
    \at(card.arbiter, L2) == \at(card.arbiter, L1) &&
    (\forall integer q; 0 <= q < 128 ==> \at(card.rx[q], L2) == \at(card.rx[q], L1));

// What a driver does to a card that it is about to reset: it may turn queues off, nothing else.
predicate card_runs_on{L1, L2} =
    \at(card.resetting, L2) == \at(card.resetting, L1) &&
    \at(card.receiving, L2) == \at(card.receiving, L1);

// What the card is after such a modification, as far as the driver can know.
predicate card_modified{L1, L2}(integer offset, integer zeros,
                                 integer ones) =
    \at(card.resetting, L2) ==
        (offset == IXGBE_CTRL && ones == IXGBE_CTRL_RST ? 1 : \at(card.resetting, L1)) &&
    \at(card.receiving, L2) == (offset == IXGBE_RXCTRL ? ones : \at(card.receiving, L1)) &&
    \at(card.rx_dis, L2) ==
        (offset == IXGBE_SECRXCTRL ? (ones == 0 ? 0 : 1) : \at(card.rx_dis, L1)) &&
    \at(card.held, L2) == (offset == IXGBE_SECRXCTRL ? 0 : \at(card.held, L1)) &&
    \at(card.arbiter, L2) == (offset == IXGBE_RTTDCS ? (zeros == 0 ? 0 : 1) : \at(card.arbiter, L1)) &&
    (\forall integer q; 0 <= q < 128 ==>
        \at(card.rx[q], L2) == (offset == rxdctl_of(q) ? QUEUE_UNKNOWN : \at(card.rx[q], L1)) &&
        \at(card.tx[q], L2) == (offset == txdctl_of(q) && zeros == 0 ? QUEUE_UNKNOWN
                                                                   : \at(card.tx[q], L1)));

predicate queues_off{L} =
    \forall integer q; 0 <= q < 128 ==> card.rx[q] == QUEUE_OFF && card.tx[q] == QUEUE_OFF;

// After a reset that has come to its end (4.6.3).
predicate card_fresh{L} =
    card.resetting == 0 && card.receiving == 0 && card.rx_dis == 0 && card.held == 0 && card.arbiter == 1 &&
    queues_off;

// What the driver knows once the bits of `mask` have read as `value`.
predicate card_seen{L1, L2}(integer offset, integer mask, integer value) =
    (offset == IXGBE_CTRL && mask == IXGBE_CTRL_RST && value == 0 &&
        \at(card.resetting, L1) != 0 ==> card_fresh{L2}) &&
    (!(offset == IXGBE_CTRL && mask == IXGBE_CTRL_RST && value == 0 &&
        \at(card.resetting, L1) != 0) ==>
        \at(card.resetting, L2) == \at(card.resetting, L1) &&
        \at(card.receiving, L2) == \at(card.receiving, L1) &&
        \at(card.rx_dis, L2) == \at(card.rx_dis, L1) &&
        \at(card.arbiter, L2) == \at(card.arbiter, L1) &&
        \at(card.held, L2) == (offset == IXGBE_SECRXSTAT && mask == IXGBE_SECRXSTAT_READY &&
            value == mask && \at(card.rx_dis, L1) == 1 ? 1 : \at(card.held, L1)) &&
        (\forall integer q; 0 <= q < 128 ==>
            \at(card.rx[q], L2) == (offset == rxdctl_of(q) && mask == IXGBE_RXDCTL_ENABLE
                ? (value == 0 ? QUEUE_OFF : QUEUE_ON) : \at(card.rx[q], L1)) &&
            \at(card.tx[q], L2) == (offset == txdctl_of(q) && mask == IXGBE_TXDCTL_ENABLE
                ? (value == 0 ? QUEUE_OFF : QUEUE_ON) : \at(card.tx[q], L1))));

// Set up, no queue enabled: where every start begins.
predicate card_stopped{L} =
    card.resetting == 0 && card.receiving == 0 && card.arbiter == 1 && queues_off;
*/

#ifdef __FRAMAC__
/*@ ghost
  /@ assigns card;
     ensures card_modified{Pre, Post}(offset, zeros, ones);
  @/
  void ixgbe_card_modify(uint32_t offset, uint32_t zeros, uint32_t ones);

  // What a wait has shown, once it has ended well.
  /@ requires waited: answer == 0;
     assigns card;
     ensures card_seen{Pre, Post}(offset, mask, value);
  @/
  void ixgbe_card_see(uint32_t offset, uint32_t mask, uint32_t value, int answer);
*/
#endif

#endif
