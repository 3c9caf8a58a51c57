/* SPDX-License-Identifier: MIT
 *
 * The record of violations. What the rules are stands in rules.h; where they are checked, beside
 * the register or descriptor concerned.
 */
#include "sim/rules.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const texts[SIM_RULE_COUNT] = {
#define SIM_RULE_TEXT(id, text) [SIM_RULE_##id] = (text),
    SIM_RULES(SIM_RULE_TEXT)
#undef SIM_RULE_TEXT
};

const char *sim_rule_text(enum sim_rule rule)
{
    return texts[rule];
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
