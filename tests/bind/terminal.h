/* SPDX-License-Identifier: MIT
 *
 * Running the tool in this process, and reading what it says.
 */
#ifndef IRONRING_TESTS_BIND_TERMINAL_H
#define IRONRING_TESTS_BIND_TERMINAL_H

#include "../inject/inject.h"

/* Run `ironring bind` with the words of `line`, on the machine of the test. Standard input is a terminal
 * on which `answer` is typed, or none when it is null. Returns the exit status. */
int terminal_run(const char *line, const char *answer);
/* From now on this fails in each run; a plan with the number 0 ends that. */
void terminal_let_fail(const struct inject_plan *plan);
/* What was printed on standard output and standard error. */
const char *terminal_out(void);
const char *terminal_err(void);

#endif
