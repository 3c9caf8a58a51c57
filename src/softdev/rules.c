/* SPDX-License-Identifier: MIT
 *
 * The sentences of breaches. Where the rules are checked: beside the register or descriptor.
 */
#include "softdev/rules.h"

#include <stdarg.h>
#include <stdio.h>

#define WHERE_LENGTH 192u

static const char *const texts[SOFT_RULE_COUNT] = {
#define SOFT_RULE_TEXT(id, checked, text) [SOFT_RULE_##id] = (text),
    SOFT_RULES(SOFT_RULE_TEXT)
#undef SOFT_RULE_TEXT
};

const char *soft_rule_text(enum soft_rule rule)
{
    return texts[rule];
}

void soft_breach(soft_breach_fn *breach, void *context, enum soft_rule rule, const char *format,
                 ...)
{
    char where[WHERE_LENGTH];
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(where, sizeof(where), format, arguments);
    va_end(arguments);
    breach(context, rule, where);
}
