/* SPDX-License-Identifier: MIT
 *
 * What a driver must not do to the card: the one list of rules. The list is data without code, so
 * that a checker other than the card can be made of it.
 */
#ifndef IRONRING_SIM_RULES_H
#define IRONRING_SIM_RULES_H

#include "sim/violations.h"

/* Identifier; whether the proofs show that no driver of this library ever breaks the rule (PROVED: a
 * contract names it in brackets, and contracts/prove compares the two) or this card alone watches over
 * it (WATCHED); and the rule as the first half of a violation's sentence. */
#define SIM_RULES(X)                                                                               \
    X(REGISTER_UNKNOWN, WATCHED, "a write must go to a register of the card")                      \
    X(REGISTER_READ_ONLY, WATCHED, "a read-only register must not be written")                     \
    X(REGISTER_WIDTH, PROVED, "registers are accessed 32 bits at a time")                          \
    X(REGISTER_RESERVED, WATCHED, "a reserved bit must keep the value that is prescribed")         \
    X(INTERRUPT_ROUTE, PROVED,                                                                     \
      "an entry of IVAR has a vector and a valid bit; its other bits must be 0")                   \
    X(INTERRUPT_VECTOR, WATCHED, "an interrupt must have a vector that the card has")              \
    X(INTERRUPT_INTERVAL, PROVED, "bits 2:0 of EITR (82574: 31:16) must be 0")                     \
    X(RESET_PENDING, PROVED, "no register may be written before CTRL.RST has cleared itself")      \
    X(RING_BASE, PROVED, "a ring must begin at a multiple of 128 bytes (82574: 16)")               \
    X(RING_LENGTH, PROVED,                                                                         \
      "a ring must have 128 bytes to 128 KiB (82574: to 1 MiB), in multiples of 128")              \
    X(RING_BUSY, PROVED, "a ring must not be changed while its queue is enabled")                  \
    X(RING_HEAD, WATCHED, "head and tail must lie in the ring when the queue is enabled")          \
    X(TAIL_RANGE, PROVED, "a tail must lie in the ring")                                           \
    X(TAIL_EARLY, PROVED, "a tail must not be moved before ENABLE has been read as 1")             \
    X(TAIL_OVERRUN, PROVED, "a ring must not lend more than all descriptors but one")              \
    X(FCTRL_RECEIVING, PROVED, "FCTRL must change only while RXCTRL.RXEN is 0")                    \
    X(RXEN_UNGUARDED, PROVED,                                                                      \
      "RXCTRL.RXEN must change only while SECRXCTRL.RX_DIS holds frames back")                     \
    X(MRQC_RECEIVING, PROVED, "the mode of MRQC must change only while RXCTRL.RXEN is 0")          \
    X(RETA_ENTRY, PROVED, "an entry of RETA has a queue in its bits 3:0; the others must be 0")    \
    X(MTQC_ARBITER, PROVED, "MTQC must change only while RTTDCS.ARBDIS is 1")                      \
    X(RECEIVE_FORM, WATCHED,                                                                       \
      "the form of buffers and descriptors must change only while RCTL.EN is 0")                   \
    X(COMMAND_PENDING, WATCHED, "a command must not be given before the one before it is done")    \
    X(CRC_STRIP, WATCHED, "HLREG0.RXCRCSTRP and RDRXCTL.CRCSTRIP must be equal while receiving")   \
    X(TABLE_STALE, WATCHED, "tables that survive a reset must be written before reception starts") \
    X(RX_BUFFER_SIZE, PROVED,                                                                      \
      "receive buffers must have a size that exists: 1 to 16 KiB (82574: 256 bytes to 16 KiB)")    \
    X(RX_DESCRIPTOR_TYPE, PROVED,                                                                  \
      "receive descriptors must be legacy, or advanced or extended with one buffer")               \
    X(RX_HEADER_BIT, WATCHED, "bit 0 of a receive descriptor's second word must be 0")             \
    X(TX_WRITEBACK_ALIGN, PROVED, "the head write-back address must be a multiple of 16 bytes")    \
    X(TX_WRITEBACK_THRESHOLD, PROVED, "TXDCTL.WTHRESH must be 0 with head write-back")             \
    X(TX_WRITEBACK_ORDER, WATCHED, "DCA_TXCTRL bit 11 must be 0 with head write-back")             \
    X(TX_THRESHOLD_RS, WATCHED,                                                                    \
      "with TXDCTL.WTHRESH above 0 the last descriptor of each packet needs RS")                   \
    X(TX_LENGTH_ZERO, PROVED, "a transmit data descriptor must have a length")                     \
    X(TX_TYPE, WATCHED, "a transmit descriptor must be of a type that exists, and in its place")   \
    X(TX_DESCRIPTORS, WATCHED,                                                                     \
      "a packet must end (EOP) within 40 - WTHRESH descriptors (82574: 64)")                       \
    X(TX_FRAME, PROVED,                                                                            \
      "a frame must not be longer than 9728 bytes (82574: 9234) with its checksum")                \
    X(TX_PAYLEN, PROVED, "PAYLEN must be the number of bytes in the packet")                       \
    X(TX_CHECKSUM, WATCHED, "a frame needs its checksum (IFCS or HLREG0.TXCRCEN)")                 \
    X(TX_UNMODELLED, WATCHED,                                                                      \
      "a packet must not ask for work this card does not do (TSE, VLE, POPTS, IC)")                \
    X(TX_DISABLE_BUSY, WATCHED, "a transmit queue must be empty, or flushed, when it is disabled") \
    X(DMA_UNMAPPED, PROVED, "the card must be given addresses inside one mapping only")

enum sim_rule {
#define SIM_RULE_ID(id, checked, text) SIM_RULE_##id,
    SIM_RULES(SIM_RULE_ID)
#undef SIM_RULE_ID
        SIM_RULE_COUNT
};

const char *sim_rule_text(enum sim_rule rule);

/* The rules for the record of violations. */
extern const struct sim_rulebook sim_rules;

#endif
