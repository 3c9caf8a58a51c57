/* SPDX-License-Identifier: MIT
 *
 * Advanced descriptors of the ixgbe family (82599 sections 7.1.6 and 7.2.3): what a write-back word
 * says, and the words the driver writes. Pure functions of one 64-bit word, which decides a
 * descriptor.
 */
#ifndef IRONRING_IXGBE_DESCRIPTOR_H
#define IRONRING_IXGBE_DESCRIPTOR_H

#include <stdint.h>

#include <ironring/device.h>
#include <ironring/packet.h>

#include "core/dma.h"
#include "core/range.h"

#define IXGBE_DESC_BYTES 16u

/* Sixteen bytes that driver and device share. */
struct ixgbe_desc {
    volatile ir_device64 lo; /* buffer address; in an RX write-back: hash and packet type */
    volatile ir_device64 hi; /* RX: 0 to arm, status and length back; TX: command and length */
};

/* RX write-back, bytes 8 to 15: status 19:0, errors 31:20, length 47:32, VLAN tag 63:48. Other cards of
 * Intel's have the same layout with other error bits, so a queue says which of them condemn a frame.
 * Here HBO, CE, LE, PE, OSE and RXE do; TCPE and IPE are the application's business. */
#define IXGBE_RXD_DD     1u
#define IXGBE_RXD_EOP    2u
#define IXGBE_RXD_ERRORS 0x3b800000u

/* DD, EOP and length: with the error bits, what decides whether a frame is delivered. */
#define IXGBE_RXD_DECISIVE 281470681743363u

/* TX data descriptor, bytes 8 to 15: DTYP = 3 (data), EOP, IFCS, DEXT; length in DTALEN and PAYLEN.
 */
#define IXGBE_TXD_COMMAND 590348288u      /* 3 << 20 | 1 << 24 | 1 << 25 | 1 << 29 */
#define IXGBE_TXD_RS      134217728u      /* 1 << 27: report when done */
#define IXGBE_TXD_PAYLEN  70368744177664u /* 1 << 46 */

/* DD: the device has written this descriptor back. */
/*@ assigns \nothing;
    ensures \result == 1 || \result == 0;
    ensures \result == 1 <==> hi % 2 == 1;
*/
static inline uint32_t ixgbe_rxd_done(uint64_t hi)
{
    return (uint32_t)(hi % 2u);
}

/* EOP: the last part of a frame. */
/*@ assigns \nothing;
    ensures \result == 1 || \result == 0;
    ensures \result == 1 <==> (hi & IXGBE_RXD_EOP) != 0;
*/
static inline uint32_t ixgbe_rxd_last(uint64_t hi)
{
    return (hi & IXGBE_RXD_EOP) != 0u;
}

/*@
logic integer rxd_decisive(integer hi, integer errors) = hi & (IXGBE_RXD_DECISIVE | errors);
*/

/* What decides whether a frame is delivered, as one number, so that one range tells: length 15:0, status
 * and errors 63:32. */
/*@ requires mask == (IXGBE_RXD_DECISIVE | errors);
    assigns \nothing;
    ensures \result / 4294967296 == rxd_decisive(hi, errors) % 4294967296;
    ensures \result % 4294967296 == rxd_decisive(hi, errors) / 4294967296;
*/
static inline uint64_t ixgbe_rxd_decision(uint64_t hi, uint64_t mask) /*@ ghost (uint64_t errors) */
{
    uint64_t decisive = hi & mask;

    return decisive / 4294967296u + decisive % 4294967296u * 4294967296u;
}

/* 1 when the decision is: written back, a whole frame (unless parts of it came before) without errors,
 * from IR_FRAME_MIN to `longest` bytes. */
/*@ requires IR_FRAME_MIN <= longest <= 65535;
    assigns \nothing;
    ensures \result == 1 || \result == 0;
    ensures \result == 1 <==> decision / 4294967296 == IXGBE_RXD_DD + IXGBE_RXD_EOP &&
        IR_FRAME_MIN <= decision % 4294967296 <= longest;
*/
static inline uint32_t ixgbe_rxd_good(uint64_t decision, uint64_t longest)
{
    const uint64_t whole = (IXGBE_RXD_DD + IXGBE_RXD_EOP) * 4294967296u;

    return ir_in_range(decision, whole + IR_FRAME_MIN, whole + longest);
}

/* Bytes the device says it wrote into this descriptor's buffer. */
/*@ assigns \nothing;
    ensures \result == hi / 4294967296 % 65536;
*/
static inline uint32_t ixgbe_rxd_length(uint64_t hi)
{
    return (uint32_t)(hi / 4294967296u % 65536u);
}

/* The command for a whole frame of `length` bytes in one buffer
 * [TX_LENGTH_ZERO, TX_FRAME, TX_PAYLEN]. */
/*@ requires IR_FRAME_MIN <= length <= IR_FRAME_MAX;
    assigns \nothing;
    ensures \result == IXGBE_TXD_COMMAND + length * (IXGBE_TXD_PAYLEN + 1);
    ensures \result % 65536 == length;
*/
static inline uint64_t ixgbe_txd_command(uint32_t length)
{
    return IXGBE_TXD_COMMAND + length * (IXGBE_TXD_PAYLEN + 1u);
}

/* Cards with such rings send in one of two ways. */
enum ixgbe_tx_kind {
    IXGBE_TX_ADVANCED, /* advanced descriptors, and a word in memory says how far the device is */
    IXGBE_TX_LEGACY    /* legacy ones; the device writes DD into those that ask for a report */
};

/* Legacy TX descriptor (82574 section 7.2.2), bytes 8 to 15: length 15:0, EOP, IFCS and RS among bits
 * 31:24, status 35:32. A card that pads short frames does so from 17 bytes on. */
#define IXGBE_TXD_LEGACY_COMMAND 50331648u /* 1 << 24 | 1 << 25 */
#define IXGBE_TXD_LEGACY_LEAST   17u

/* Of these, one in so many slots asks for a report, besides the last one of a burst. */
#define IXGBE_TXD_LEGACY_GROUP 32u

/*@
// Whether a packet of `length` bytes may be sent. Advanced descriptors send all that there are.
predicate tx_sendable(integer kind, integer length, integer longest) =
    kind == IXGBE_TX_LEGACY ==> IXGBE_TXD_LEGACY_LEAST <= length <= longest;
*/

/* Whether a slot asks for a report wherever in a burst it comes. */
/*@ requires slot < IR_RING_SIZE_MAX;
    assigns \nothing;
    ensures \result == 0 || \result == 1;
*/
static inline uint32_t ixgbe_tx_reports(enum ixgbe_tx_kind kind, uint64_t slot)
{
    return kind == IXGBE_TX_LEGACY && slot % IXGBE_TXD_LEGACY_GROUP == IXGBE_TXD_LEGACY_GROUP - 1u;
}

/* The second word for a whole frame of `length` bytes in one buffer, with a report when it is sent or
 * without. */
/*@ requires IR_FRAME_MIN <= length <= IR_FRAME_MAX && report <= 1;
    assigns \nothing;
    ensures \result % 65536 == length;
*/
static inline uint64_t ixgbe_txd_word(enum ixgbe_tx_kind kind, uint32_t length, uint32_t report)
{
    uint64_t command = kind == IXGBE_TX_LEGACY ? (uint64_t)IXGBE_TXD_LEGACY_COMMAND + length
                                               : ixgbe_txd_command(length);

    return command + (uint64_t)report * IXGBE_TXD_RS;
}

/* DD of a legacy transmit descriptor: the device has written it back. */
/*@ assigns \nothing;
    ensures \result == 1 || \result == 0;
    ensures \result == 1 <==> hi / 4294967296 % 2 == 1;
*/
static inline uint32_t ixgbe_txd_done(uint64_t hi)
{
    return (uint32_t)(hi / 4294967296u % 2u);
}

#endif
