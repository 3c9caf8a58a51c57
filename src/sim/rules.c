/* SPDX-License-Identifier: MIT
 *
 * The record of violations. What the rules are stands in rules.h; where they are checked, beside
 * the register or descriptor concerned.
 */
#include "sim/rules.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

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
static bool follows_from_registers(enum sim_rule rule)
{
    switch (rule) {
    case SIM_RULE_REGISTER_RESERVED: /* read, changed and written back */
    case SIM_RULE_RESET_PENDING:
    case SIM_RULE_RING_BUSY:
    case SIM_RULE_RING_HEAD:
    case SIM_RULE_TAIL_EARLY:
    case SIM_RULE_FCTRL_RECEIVING:
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

static bool excused(const struct sim_violations *violations, enum sim_rule rule)
{
    switch (atomic_load(&violations->excused)) {
    case SIM_EXCUSED_NOTHING:
        return false;
    case SIM_EXCUSED_REGISTERS:
        return follows_from_registers(rule);
    default:
        return true;
    }
}

int sim_violations_init(struct sim_violations *violations)
{
    memset(violations, 0, sizeof(*violations));
    return pthread_mutex_init(&violations->lock, NULL) == 0 ? 0 : -ENOMEM;
}

void sim_violations_destroy(struct sim_violations *violations)
{
    (void)pthread_mutex_destroy(&violations->lock);
}

void sim_violate(struct sim_violations *violations, enum sim_rule rule, const char *format, ...)
{
    va_list arguments;

    if (excused(violations, rule))
        return;
    atomic_fetch_add(&violations->count, 1u);
    atomic_fetch_add(&violations->by_rule[rule], 1u);
    (void)pthread_mutex_lock(&violations->lock);
    if (violations->kept < SIM_SENTENCES) {
        char *sentence = violations->sentence[violations->kept];
        int used = snprintf(sentence, SIM_SENTENCE_LENGTH, "%s: ", texts[rule]);

        if (used > 0 && used < (int)SIM_SENTENCE_LENGTH) {
            va_start(arguments, format);
            (void)vsnprintf(sentence + used, SIM_SENTENCE_LENGTH - (size_t)used, format, arguments);
            va_end(arguments);
        }
        violations->kept++;
    }
    (void)pthread_mutex_unlock(&violations->lock);
}

const char *sim_violation(struct sim_violations *violations, uint64_t index)
{
    const char *sentence = NULL;

    (void)pthread_mutex_lock(&violations->lock);
    if (index < violations->kept)
        sentence = violations->sentence[index];
    (void)pthread_mutex_unlock(&violations->lock);
    return sentence;
}
