/* SPDX-License-Identifier: MIT
 *
 * The record of violations; see violations.h. Where the rules are checked: beside the register or
 * descriptor concerned.
 */
#include "sim/violations.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static bool excused(const struct sim_violations *violations, uint32_t rule)
{
    switch (atomic_load(&violations->excused)) {
    case SIM_EXCUSED_NOTHING:
        return false;
    case SIM_EXCUSED_REGISTERS:
        return violations->rules->follows_from_registers(rule);
    default:
        return true;
    }
}

int sim_violations_init(struct sim_violations *violations, const struct sim_rulebook *rules)
{
    memset(violations, 0, sizeof(*violations));
    violations->rules = rules;
    return pthread_mutex_init(&violations->lock, NULL) == 0 ? 0 : -ENOMEM;
}

void sim_violations_destroy(struct sim_violations *violations)
{
    (void)pthread_mutex_destroy(&violations->lock);
}

void sim_violate(struct sim_violations *violations, uint32_t rule, const char *format, ...)
{
    va_list arguments;

    if (excused(violations, rule))
        return;
    atomic_fetch_add(&violations->count, 1u);
    (void)pthread_mutex_lock(&violations->lock);
    if (violations->kept < SIM_SENTENCES) {
        char *sentence = violations->sentence[violations->kept];
        int used = snprintf(sentence, SIM_SENTENCE_LENGTH, "%s: ", violations->rules->text(rule));

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

void sim_excuse(struct sim_violations *violations, enum sim_excused what)
{
    if (atomic_load(&violations->excused) < what)
        atomic_store(&violations->excused, what);
}

void sim_excuse_nothing(struct sim_violations *violations)
{
    atomic_store(&violations->excused, SIM_EXCUSED_NOTHING);
}
