/* SPDX-License-Identifier: MIT
 *
 * What instrumented builds need beyond what the program does, and the only place that knows of them.
 * Their runtimes live in the same process, so nothing can be allowed to them alone: in such a build the
 * sandbox keeps files and processes within reach, and keeps out only sockets and privileges. No such
 * build is for use, and the tests of files and processes look at the others.
 */
#define _GNU_SOURCE
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "linux/sandbox_parts.h"

#ifndef __has_feature
#define __has_feature(feature) 0
#endif

#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) ||                         \
    __has_feature(memory_sanitizer) || defined(__SANITIZE_ADDRESS__) ||                            \
    defined(__SANITIZE_THREAD__) || defined(__LLVM_INSTR_PROFILE_GENERATE) ||                      \
    defined(IRONRING_VALGRIND)
#if __has_feature(thread_sanitizer) || defined(__SANITIZE_THREAD__)
#define LOOKS 1000u

/* The text of a field of a thread's status, whose name begins with a line's end, or "". */
static const char *field_of(const char *status, const char *name)
{
    const char *field = strstr(status, name);

    return field != NULL ? field + strlen(name) : "";
}

/* ThreadSanitizer has a thread of its own, which blocks all signals, sleeps, and moves no packets. A thread that is
 * being started blocks them as well, for a moment, but does not sleep. */
static bool is_own(pid_t thread)
{
    const struct timespec pause = {0, 2000000};
    char name[64];

    (void)snprintf(name, sizeof(name), "/proc/self/task/%d/status", thread);
    for (unsigned i = 0; i < LOOKS; i++) {
        char text[4096] = "";
        FILE *file = fopen(name, "re");

        if (file == NULL)
            return false;
        (void)fread(text, 1, sizeof(text) - 1, file);
        (void)fclose(file); /* only read */
        if ((strtoull(field_of(text, "\nSigBlk:\t"), NULL, 16) >> (SIGRTMIN - 1) & 1) == 0)
            return false;
        if (*field_of(text, "\nState:\t") == 'S')
            return true;
        (void)nanosleep(&pause, NULL);
    }
    return false;
}
#define IS_OWN is_own
#else
#define IS_OWN NULL
#endif

static const int calls[] = {
    /* A report: symbols of this program out of its file, and by a program; /proc/self/maps. */
    SCMP_SYS(openat), SCMP_SYS(open), SCMP_SYS(readlink), SCMP_SYS(readlinkat),
    SCMP_SYS(newfstatat), SCMP_SYS(stat), SCMP_SYS(fstat), SCMP_SYS(access), SCMP_SYS(getcwd),
    SCMP_SYS(getdents), SCMP_SYS(getdents64), SCMP_SYS(lstat), SCMP_SYS(pread64), SCMP_SYS(pipe2),
    SCMP_SYS(pipe), SCMP_SYS(dup2), SCMP_SYS(dup), SCMP_SYS(fcntl), SCMP_SYS(ioctl),
    SCMP_SYS(execve), SCMP_SYS(fork), SCMP_SYS(clone), SCMP_SYS(wait4), SCMP_SYS(getppid),
    SCMP_SYS(getuid), SCMP_SYS(geteuid), SCMP_SYS(uname),
    /* LeakSanitizer at the end: a task that stops all threads and looks through their memory. */
    SCMP_SYS(ptrace), SCMP_SYS(prctl), SCMP_SYS(arch_prctl), SCMP_SYS(process_vm_readv),
    SCMP_SYS(kill), SCMP_SYS(tkill), SCMP_SYS(tgkill),
    /* Shadow memory, code that valgrind makes, alternate stacks, signals of a runtime. */
    SCMP_SYS(mmap), SCMP_SYS(mprotect), SCMP_SYS(getrlimit), SCMP_SYS(setrlimit),
    SCMP_SYS(prlimit64), SCMP_SYS(getrusage), SCMP_SYS(sigaltstack), SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigtimedwait), SCMP_SYS(gettimeofday), SCMP_SYS(personality), SCMP_SYS(times),
    /* Counters of coverage, written at the end. */
    SCMP_SYS(mkdir), SCMP_SYS(flock), SCMP_SYS(ftruncate), SCMP_SYS(msync), SCMP_SYS(unlink)};

const struct sandbox_runtime ir_sandbox_runtime = {
    .calls = calls,
    .count = sizeof(calls) / sizeof(calls[0]),
    .files = true,
    .is_own = IS_OWN,
};
#else
const struct sandbox_runtime ir_sandbox_runtime = {.calls = NULL};
#endif
