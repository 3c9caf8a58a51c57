/* SPDX-License-Identifier: MIT
 *
 * For the tests that break the rules of the card: the end of such a test, and whether none was
 * forgotten.
 */
#ifndef IRONRING_TESTS_SIM_BROKEN_H
#define IRONRING_TESTS_SIM_BROKEN_H

#include "rig.h"

#define ARGUMENTS "82599,mode=step,wire=memory"

/* Which of the test programs breaks a rule. */
enum broken_by { BY_NOBODY, BY_REGISTERS, BY_RINGS, BY_PACKETS };

/* There is exactly one violation, of this rule, and its sentence contains `text`. Closes the
 * card. */
void broken(struct rig *rig, enum sim_rule rule, const char *text);

/* Fails unless each rule that `by` is to break has been broken, and each rule has its program. */
void broken_all(enum broken_by by);

#endif
