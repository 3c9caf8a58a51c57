/* SPDX-License-Identifier: MIT
 *
 * The ends of broken.h, and the list of who breaks which rule.
 */
#include "broken.h"

static bool seen[SIM_RULE_COUNT];

static const enum broken_by by_rule_of_82599[SIM_RULE_COUNT] = {
    [SIM_RULE_REGISTER_UNKNOWN] = BY_REGISTERS,
    [SIM_RULE_REGISTER_READ_ONLY] = BY_REGISTERS,
    [SIM_RULE_REGISTER_WIDTH] = BY_REGISTERS,
    [SIM_RULE_REGISTER_RESERVED] = BY_REGISTERS,
    [SIM_RULE_INTERRUPT_ROUTE] = BY_REGISTERS,
    [SIM_RULE_INTERRUPT_VECTOR] = BY_REGISTERS,
    [SIM_RULE_INTERRUPT_INTERVAL] = BY_REGISTERS,
    [SIM_RULE_RESET_PENDING] = BY_REGISTERS,
    [SIM_RULE_FCTRL_RECEIVING] = BY_REGISTERS,
    [SIM_RULE_RXEN_UNGUARDED] = BY_REGISTERS,
    [SIM_RULE_MRQC_RECEIVING] = BY_REGISTERS,
    [SIM_RULE_RETA_ENTRY] = BY_REGISTERS,
    [SIM_RULE_MTQC_ARBITER] = BY_REGISTERS,
    [SIM_RULE_CRC_STRIP] = BY_REGISTERS,
    [SIM_RULE_TABLE_STALE] = BY_REGISTERS,
    [SIM_RULE_RECEIVE_FORM] = BY_OTHER_CARD,
    [SIM_RULE_COMMAND_PENDING] = BY_OTHER_CARD,
    [SIM_RULE_RING_BASE] = BY_RINGS,
    [SIM_RULE_RING_LENGTH] = BY_RINGS,
    [SIM_RULE_RING_BUSY] = BY_RINGS,
    [SIM_RULE_RING_HEAD] = BY_RINGS,
    [SIM_RULE_TAIL_RANGE] = BY_RINGS,
    [SIM_RULE_TAIL_EARLY] = BY_RINGS,
    [SIM_RULE_TAIL_OVERRUN] = BY_RINGS,
    [SIM_RULE_RX_BUFFER_SIZE] = BY_RINGS,
    [SIM_RULE_RX_DESCRIPTOR_TYPE] = BY_RINGS,
    [SIM_RULE_TX_WRITEBACK_ALIGN] = BY_RINGS,
    [SIM_RULE_TX_WRITEBACK_THRESHOLD] = BY_RINGS,
    [SIM_RULE_TX_WRITEBACK_ORDER] = BY_RINGS,
    [SIM_RULE_TX_DISABLE_BUSY] = BY_RINGS,
    [SIM_RULE_RX_HEADER_BIT] = BY_PACKETS,
    [SIM_RULE_TX_THRESHOLD_RS] = BY_PACKETS,
    [SIM_RULE_TX_LENGTH_ZERO] = BY_PACKETS,
    [SIM_RULE_TX_TYPE] = BY_PACKETS,
    [SIM_RULE_TX_DESCRIPTORS] = BY_PACKETS,
    [SIM_RULE_TX_FRAME] = BY_PACKETS,
    [SIM_RULE_TX_PAYLEN] = BY_PACKETS,
    [SIM_RULE_TX_CHECKSUM] = BY_PACKETS,
    [SIM_RULE_TX_UNMODELLED] = BY_PACKETS,
    [SIM_RULE_DMA_UNMAPPED] = BY_PACKETS,
};

void broken(struct rig *rig, enum sim_rule rule, const char *text)
{
    rig_expect(rig, rule, text);
    seen[rule] = true;
    rig_close(rig);
}

void broken_all_of(const enum broken_by by_rule[SIM_RULE_COUNT], enum broken_by by)
{
    for (uint32_t rule = 0; rule < SIM_RULE_COUNT; rule++)
        if (by_rule[rule] == BY_NOBODY || (by_rule[rule] == by && !seen[rule]))
            fail_msg("no test breaks the rule \"%s\"", sim_rule_text((enum sim_rule)rule));
}

void broken_all(enum broken_by by)
{
    broken_all_of(by_rule_of_82599, by);
}
