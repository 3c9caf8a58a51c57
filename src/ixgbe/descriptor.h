/* SPDX-License-Identifier: MIT
 *
 * Advanced descriptors of the ixgbe family (82599 sections 7.1.6 and 7.2.3): what a write-back word
 * says, and the words the driver writes. Pure functions of one 64-bit word, which decides a
 * descriptor.
 */
#ifndef IRONRING_IXGBE_DESCRIPTOR_H
#define IRONRING_IXGBE_DESCRIPTOR_H

#include <stdint.h>

#include <ironring/packet.h>

#include "core/dma.h"

#define IXGBE_DESC_BYTES 16u

/* Sixteen bytes that driver and device share. */
struct ixgbe_desc {
    volatile ir_device64 lo; /* buffer address; in an RX write-back: hash and packet type */
    volatile ir_device64 hi; /* RX: 0 to arm, status and length back; TX: command and length */
};

/* RX write-back, bytes 8 to 15: status 19:0, errors 31:20, length 47:32, VLAN tag 63:48. Of the
 * errors, HBO, CE, LE, PE, OSE and RXE condemn a frame; TCPE and IPE are the application's
 * business. */
#define IXGBE_RXD_DD     1u
#define IXGBE_RXD_EOP    2u
#define IXGBE_RXD_ERRORS 0x3b800000u

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

/* Written back, the last part of a frame, and none of the errors that condemn it. */
/*@ assigns \nothing;
    ensures \result == 1 || \result == 0;
    ensures \result == 1 <==> (hi & (IXGBE_RXD_DD | IXGBE_RXD_EOP | IXGBE_RXD_ERRORS)) ==
        (IXGBE_RXD_DD | IXGBE_RXD_EOP);
*/
static inline uint32_t ixgbe_rxd_good(uint64_t hi)
{
    return (hi & (IXGBE_RXD_DD | IXGBE_RXD_EOP | IXGBE_RXD_ERRORS)) ==
           (IXGBE_RXD_DD | IXGBE_RXD_EOP);
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

#endif
