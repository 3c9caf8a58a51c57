/* SPDX-License-Identifier: MIT
 *
 * The vocabulary of the proofs: what the datasheet of the 82574 allows a driver to write to which register
 * when, as device.h has it for the 82599. This card has no enable bit for each queue and nothing to wait
 * for but its reset: what runs, receiver or transmitter, runs once its bit has been written.
 */
#ifndef IRONRING_CONTRACTS_DEVICE_82574_H
#define IRONRING_CONTRACTS_DEVICE_82574_H

#include <stdint.h>

#include "e1000e/regs.h"

/* All of these are 0 or 1. */
struct e1000e_card {
    int8_t resetting; /* CTRL.RST was set, and has not been read as 0 since */
    int8_t receiving; /* RCTL.EN */
    int8_t sending;   /* TCTL.EN */
    int8_t extended;  /* RFCTL.EXTEN: receive descriptors are such as the driver reads */
};

/* The card behind the device that a call is about. The two functions at the end of this file say
 * how it changes: they are the datasheet's side, have no body, and stand in contracts/TRUSTED.md. */
/*@ ghost extern struct e1000e_card card; */

/*@
// A register of the window: a multiple of four, and all of it inside.
predicate register_ok(integer offset) = 0 <= offset <= E1000E_WINDOW - 4 && offset % 4 == 0;

// What an access, and what a wait, may answer.
predicate access_answer(integer r) = r == 0 || r == -22;
predicate presence_answer(integer r) = r == 0 || r == -22 || r == -19;
predicate wait_answer(integer r) = r == 0 || r == -22 || r == -19 || r == -110;

// Registers whose fields the model follows: they change only by e1000e_modify.
predicate followed(integer offset) =
    offset == E1000E_CTRL || offset == E1000E_RCTL || offset == E1000E_TCTL ||
    offset == E1000E_RFCTL;

// Where device and driver are in a ring. Tails are written by the data path once its direction runs; before
// that, all of these are set to 0.
predicate is_place(integer offset) =
    offset == E1000E_RDH || offset == E1000E_RDT || offset == E1000E_TDH || offset == E1000E_TDT;

// What describes a ring and how it is fetched.
predicate rx_ring_register(integer offset) =
    offset == E1000E_RDBAL || offset == E1000E_RDBAH || offset == E1000E_RDLEN ||
    offset == E1000E_RDH || offset == E1000E_RDT || offset == E1000E_RXDCTL;
predicate tx_ring_register(integer offset) =
    offset == E1000E_TDBAL || offset == E1000E_TDBAH || offset == E1000E_TDLEN ||
    offset == E1000E_TDH || offset == E1000E_TDT || offset == E1000E_TXDCTL(0) || offset == E1000E_TARC0;

// The state in which a register may change at all, whatever the value.
predicate change_legal{L}(integer offset) =
    card.resetting == 0 && (rx_ring_register(offset) ==> card.receiving == 0) &&
    (tx_ring_register(offset) ==> card.sending == 0) &&
    (offset == E1000E_RFCTL || offset == E1000E_MRQC || offset == E1000E_RXCSUM ==>
        card.receiving == 0);

// An entry of IVAR: a vector, and whether it is one (bit 3).
predicate ivar_entry(integer entry) = entry == 0 || 8 <= entry < 8 + E1000E_VECTORS;

// What says which vector a cause has, which ones clear themselves, and how long the next interrupt is held back.
predicate interrupt_legal(integer offset, integer value) =
    (offset == E1000E_IVAR ==>
        ivar_entry(value % 16) && ivar_entry(value / 16 % 16) && ivar_entry(value / 256 % 16) &&
        ivar_entry(value / 4096 % 16) && ivar_entry(value / 65536 % 16) &&
        value / 1048576 % 2048 == 0) &&
    (offset == E1000E_EIAC ==> value % 1048576 == 0 && value < 33554432) &&
    (offset == E1000E_ITR || E1000E_EITR(0) <= offset < E1000E_EITR(E1000E_VECTORS) ==>
        value < 65536);

// A whole value is written.
predicate write_legal{L}(integer offset, integer value) =
    register_ok(offset) && change_legal(offset) && !followed(offset) &&
    interrupt_legal(offset, value) &&
    (offset == E1000E_RDBAL ==> value % 128 == 0) && (offset == E1000E_TDBAL ==> value % 128 == 0) &&
    (offset == E1000E_RDLEN ==> 128 <= value <= 65536 && value % 128 == 0) &&
    (offset == E1000E_TDLEN ==> 128 <= value <= 65536 && value % 128 == 0) &&
    (is_place(offset) ==> value == 0);

// The same value is written to `count` registers in a row.
predicate fill_legal{L}(integer first, integer count, integer value) =
    first % 4 == 0 && (\forall integer o; first <= o < first + 4 * count ==> o % 4 == 0 ==>
        write_legal(o, value));

// The format of what is received, as RCTL says it: no loopback, no packet split, no bad packets, buffers
// of 2, 4, 8 or 16 KiB.
predicate receive_format(integer zeros, integer ones) =
    zeros == E1000E_RCTL_FORMAT && (\exists integer size;
        (size == E1000E_RCTL_SIZE_2K || size == E1000E_RCTL_SIZE_4K ||
         size == E1000E_RCTL_SIZE_8K || size == E1000E_RCTL_SIZE_16K) &&
        ones == E1000E_RCTL_BAM + E1000E_RCTL_SECRC + E1000E_RCTL_LPE + size);

// Some bits are cleared, then some set. A bit that the model follows is named alone.
predicate modify_legal{L}(integer offset, integer zeros, integer ones) =
    register_ok(offset) && change_legal(offset) &&
    (offset == E1000E_CTRL ==>
        (zeros == 0 && (ones == E1000E_CTRL_MASTER_DISABLE || ones == E1000E_CTRL_RST)) ||
        (zeros == E1000E_CTRL_FRCSPD + E1000E_CTRL_FRCDPLX + E1000E_CTRL_RESERVED + E1000E_CTRL_VME &&
         ones == E1000E_CTRL_SLU)) &&
    (offset == E1000E_RCTL ==>
        (zeros == E1000E_RCTL_EN && ones == 0) ||
        (zeros == 0 && ones == E1000E_RCTL_EN && card.extended == 1) ||
        (zeros == E1000E_RCTL_UPE + E1000E_RCTL_MPE && (ones == 0 || ones == zeros)) ||
        (receive_format(zeros, ones) && card.receiving == 0)) &&
    (offset == E1000E_TCTL ==>
        (zeros == E1000E_TCTL_EN && ones == 0) || (zeros == 0 && ones == E1000E_TCTL_EN) ||
        (zeros == E1000E_TCTL_COLLISIONS && ones % 4 == 0 && card.sending == 0)) &&
    (offset == E1000E_RFCTL ==>
        zeros == 0 && ones == E1000E_RFCTL_EXTEN + E1000E_RFCTL_ACK_DIS) &&
    offset != E1000E_RDBAL && offset != E1000E_TDBAL && offset != E1000E_RDLEN &&
    offset != E1000E_TDLEN && !is_place(offset);

predicate card_same{L1, L2} =
    \at(card.resetting, L2) == \at(card.resetting, L1) &&
    \at(card.receiving, L2) == \at(card.receiving, L1) &&
    \at(card.sending, L2) == \at(card.sending, L1) &&
    \at(card.extended, L2) == \at(card.extended, L1);

// What the card is after such a modification, as far as the driver can know.
predicate card_modified{L1, L2}(integer offset, integer zeros, integer ones) =
    \at(card.resetting, L2) ==
        (offset == E1000E_CTRL && ones == E1000E_CTRL_RST ? 1 : \at(card.resetting, L1)) &&
    \at(card.receiving, L2) == (offset == E1000E_RCTL && ones == E1000E_RCTL_EN ? 1
        : offset == E1000E_RCTL && zeros == E1000E_RCTL_EN ? 0 : \at(card.receiving, L1)) &&
    \at(card.sending, L2) == (offset == E1000E_TCTL && ones == E1000E_TCTL_EN ? 1
        : offset == E1000E_TCTL && zeros == E1000E_TCTL_EN ? 0 : \at(card.sending, L1)) &&
    \at(card.extended, L2) == (offset == E1000E_RFCTL ? 1 : \at(card.extended, L1));

// After a reset that has come to its end (4.6).
predicate card_fresh{L} =
    card.resetting == 0 && card.receiving == 0 && card.sending == 0;

// What the driver knows once the bits of `mask` have read as `value`.
predicate card_seen{L1, L2}(integer offset, integer mask, integer value) =
    (offset == E1000E_CTRL && mask == E1000E_CTRL_RST && value == 0 &&
        \at(card.resetting, L1) != 0 ==> card_fresh{L2}) &&
    (!(offset == E1000E_CTRL && mask == E1000E_CTRL_RST && value == 0 &&
        \at(card.resetting, L1) != 0) ==> card_same{L1, L2});

// Set up, nothing enabled: where every start begins.
predicate card_stopped{L} =
    card.resetting == 0 && card.receiving == 0 && card.sending == 0 && card.extended == 1;
*/

#ifdef __FRAMAC__
/*@ ghost
  /@ assigns card;
     ensures card_modified{Pre, Post}(offset, zeros, ones);
  @/
  void e1000e_card_modify(uint32_t offset, uint32_t zeros, uint32_t ones);

  // What a wait has shown, once it has ended well.
  /@ requires waited: answer == 0;
     assigns card;
     ensures card_seen{Pre, Post}(offset, mask, value);
  @/
  void e1000e_card_see(uint32_t offset, uint32_t mask, uint32_t value, int answer);
*/
#endif

#endif
