/* SPDX-License-Identifier: MIT
 *
 * The rules of rules.h for the record of violations. Where they are checked: beside the register or
 * descriptor concerned.
 */
#include "sim/rules.h"

static const char *const texts[SIM_RULE_COUNT] = {
#define SIM_RULE_TEXT(id, checked, text) [SIM_RULE_##id] = (text),
    SIM_RULES(SIM_RULE_TEXT)
#undef SIM_RULE_TEXT
};

const char *sim_rule_text(enum sim_rule rule)
{
    return texts[rule];
}

/* Rules that a driver breaks when it believes what a register says. */
static bool follows_from_registers(uint32_t rule)
{
    switch (rule) {
    case SIM_RULE_REGISTER_RESERVED: /* read, changed and written back */
    case SIM_RULE_RESET_PENDING:
    case SIM_RULE_RING_BUSY:
    case SIM_RULE_RING_HEAD:
    case SIM_RULE_TAIL_EARLY:
    case SIM_RULE_FCTRL_RECEIVING:
    case SIM_RULE_RECEIVE_FORM:
    case SIM_RULE_COMMAND_PENDING:
    case SIM_RULE_RXEN_UNGUARDED:
    case SIM_RULE_CRC_STRIP:
    case SIM_RULE_RX_BUFFER_SIZE:
    case SIM_RULE_RX_DESCRIPTOR_TYPE:
    case SIM_RULE_TX_WRITEBACK_THRESHOLD:
    case SIM_RULE_TX_WRITEBACK_ORDER:
    case SIM_RULE_TX_THRESHOLD_RS:
    case SIM_RULE_TX_DISABLE_BUSY:
        return true;
    default:
        return false;
    }
}

static const char *text(uint32_t rule)
{
    return texts[rule];
}

const struct sim_rulebook sim_rules = {text, follows_from_registers};
