/* SPDX-License-Identifier: MIT
 *
 * For the tests that break the rules of the card: the end of such a test, and whether none was
 * forgotten.
 */
#ifndef IRONRING_TESTS_SIM_BROKEN_H
#define IRONRING_TESTS_SIM_BROKEN_H

#include "rig.h"

/* Which of the test programs breaks a rule; a rule may be one that the card does not have. */
enum broken_by { BY_NOBODY, BY_REGISTERS, BY_RINGS, BY_PACKETS, BY_OTHER_CARD };

/* There is exactly one violation, of this rule, and its sentence contains `text`. Closes the
 * card. */
void broken(struct rig *rig, enum sim_rule rule, const char *text);

/* Fails unless each rule that `by` is to break has been broken, and each rule has its program: of
 * the 82599, or as a list says. */
void broken_all(enum broken_by by);
void broken_all_of(const enum broken_by by_rule[SIM_RULE_COUNT], enum broken_by by);

#endif
