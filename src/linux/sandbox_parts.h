/* SPDX-License-Identifier: MIT
 *
 * The parts of the sandbox among themselves. Errors are negative errnos, with a clause in `error`.
 */
#ifndef IRONRING_LINUX_SANDBOX_PARTS_H
#define IRONRING_LINUX_SANDBOX_PARTS_H

#include <stddef.h>

#include "linux/sandbox.h"

/* Write "what (why)" to `error`, and return `result`. */
int ir_sandbox_fail(char error[IR_ERROR_LENGTH], const char *what, int result);

/* sandbox_files.c: a ruleset of Landlock that allows the removal of the sandbox's names, and nothing
 * else: *ruleset is a descriptor, or -1 when the kernel has no Landlock. */
int ir_sandbox_ruleset(const struct ir_sandbox *sandbox, int *ruleset, char error[IR_ERROR_LENGTH]);

/* What each thread gives up for itself. */
struct sandbox_drop {
    bool change_user;
    uid_t user;
    gid_t group;
    uint64_t keep; /* capabilities not to give up, a bit each; no other ones are gained */
    int ruleset;   /* of Landlock, or -1 */
};
/* sandbox_threads.c: in each thread of the process. */
int ir_sandbox_drop(const struct sandbox_drop *drop, char error[IR_ERROR_LENGTH]);

/* sandbox_calls.c: system calls, for all threads. *lacking: the kernel has no filters. */
int ir_sandbox_filter(const struct ir_sandbox *sandbox, bool *lacking, char error[IR_ERROR_LENGTH]);

/* sandbox_runtime.c: what an instrumented build needs on top. */
struct sandbox_runtime {
    const int *calls; /* allowed with any arguments */
    size_t count;
    bool files; /* opens files and starts tasks of its own: no Landlock, no limits */
    bool (*is_own)(
        pid_t thread); /* whether a thread is the runtime's and cannot be reached; or null */
};
extern const struct sandbox_runtime ir_sandbox_runtime;

#endif
