/* SPDX-License-Identifier: MIT
 *
 * Runs scenarios again and again, each time with another call failing, until a run passes without a
 * failure. Each run is a process of its own: a crash, a leak and an endless loop are all seen.
 */
#ifndef IRONRING_TESTS_INJECT_ENGINE_H
#define IRONRING_TESTS_INJECT_ENGINE_H

#include <stdbool.h>
#include <stddef.h>

#include "inject.h"

struct scenario {
    const char *name; /* a sentence with underscores: "the_library_on_a_memory_wire" */
    const void *subject;
    /* Arm the plan, do all of it and check it with require(). */
    void (*run)(const void *subject, const struct inject_plan *plan);
};

/* The folder of this run, empty at its beginning and removed at the end. */
const char *engine_folder(void);

/* End the run that is going on, as failed, unless the condition is true. */
__attribute__((format(printf, 2, 3))) void require(bool condition, const char *format, ...);

/* Print a line for each scenario and kind of call (TAP). The arguments choose: the name of a scenario
 * runs only that one. With TESTS_QUICK in the environment each call fails with one error, once.
 * Returns the exit status of the program. */
int engine_run(const struct scenario *scenarios, size_t count, int argc, char **argv);

#endif
