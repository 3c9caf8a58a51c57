/* SPDX-License-Identifier: MIT
 *
 * The ends of broken.h.
 */
#include "broken.h"

static bool seen[SOFT_RULE_COUNT];

void broken(struct rig *rig, enum soft_rule rule, const char *text)
{
    rig_expect(rig, rule, text);
    seen[rule] = true;
    rig_close(rig);
}

void broken_all(enum soft_rule first, enum soft_rule end)
{
    for (uint32_t rule = first; rule < (uint32_t)end; rule++)
        if (!seen[rule])
            fail_msg("no test breaks the rule \"%s\"", soft_rule_text((enum soft_rule)rule));
}
