/* SPDX-License-Identifier: MIT
 *
 * What each thread has to give up for itself: to the kernel, user, groups, capabilities and Landlock's
 * rules belong to a thread, and the C library knows only of some. A simulated card has a thread of its
 * own, so each thread is sent a signal, whose handler does it.
 */
#define _GNU_SOURCE /* syscall, setresuid's numbers, sem_clockwait */
#include <dirent.h>
#include <errno.h>
#include <linux/capability.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "linux/sandbox_parts.h"

#define THREADS_MAX    256u
#define WAIT_S         2 /* for one thread to take the signal */
#define CAPABILITY_END 64u

static struct sandbox_drop to_drop; /* not changed any more once a signal has been sent */
static _Atomic int failure;         /* the first errno of another thread, or 0 */
static sem_t done;                  /* posted by each thread that has been reached */

/* Only raw calls: those of the C library reach for all threads, and are not for signal handlers.
 * Returns 0 or an errno. */
static int drop_here(const struct sandbox_drop *drop)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = {{0}};

    /* Ends at the first number that is no capability; refused to whoever has none to lose. */
    for (unsigned long i = 0; i < CAPABILITY_END && prctl(PR_CAPBSET_DROP, i, 0UL, 0UL, 0UL) == 0;)
        i++;
    /* A user namespace may refuse this, and then there is nothing to lose either. */
    if (syscall(SYS_setgroups, 0, NULL) != 0 && (errno != EPERM || drop->change_user))
        return errno;
    if (drop->change_user && (syscall(SYS_setresgid, drop->group, drop->group, drop->group) != 0 ||
                              syscall(SYS_setresuid, drop->user, drop->user, drop->user) != 0))
        return errno;
    if (syscall(SYS_capget, &header, sets) != 0)
        return errno;
    for (unsigned i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
        uint32_t kept = sets[i].permitted & (uint32_t)(drop->keep >> (32u * i));

        sets[i] = (struct __user_cap_data_struct){kept, kept, 0};
    }
    if (syscall(SYS_capset, &header, sets) != 0)
        return errno;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1UL, 0UL, 0UL, 0UL) != 0)
        return errno;
    if (drop->ruleset >= 0 && syscall(SYS_landlock_restrict_self, drop->ruleset, 0) != 0)
        return errno;
    return 0;
}

static void on_signal(int number)
{
    int saved = errno;
    int none = 0;
    int error = drop_here(&to_drop);

    (void)number;
    if (error != 0)
        (void)atomic_compare_exchange_strong(&failure, &none, error);
    (void)sem_post(&done);
    errno = saved;
}

/* Send the signal to a thread and wait until it has done its part. */
static int reach(pid_t thread, char error[IR_ERROR_LENGTH])
{
    struct timespec end;

    if (syscall(SYS_tgkill, getpid(), thread, SIGRTMIN) != 0)
        return errno == ESRCH ? 0 /* it has ended */
                              : ir_sandbox_fail(error, "a thread takes no signal", -errno);
    (void)clock_gettime(CLOCK_MONOTONIC, &end);
    end.tv_sec += WAIT_S;
    while (sem_clockwait(&done, CLOCK_MONOTONIC, &end) != 0) {
        if (errno == EINTR)
            continue;
        return ir_sandbox_fail(error, "a thread does not answer its signal", -errno);
    }
    return 0;
}

static bool is_known(const pid_t *threads, unsigned count, pid_t thread)
{
    for (unsigned i = 0; i < count; i++) {
        if (threads[i] == thread)
            return true;
    }
    return false;
}

/* Reach each thread of the folder that has not been. Returns how many, or a negative errno. */
static int reach_new(DIR *folder, pid_t threads[THREADS_MAX], unsigned *count,
                     char error[IR_ERROR_LENGTH])
{
    int found = 0;

    rewinddir(folder);
    for (;;) {
        const struct dirent *entry;
        pid_t thread;
        int result;

        errno = 0;
        entry = readdir(folder);
        if (entry == NULL)
            return errno == 0 ? found
                              : ir_sandbox_fail(error, "/proc/self/task cannot be read", -errno);
        thread = (pid_t)strtol(entry->d_name, NULL, 10); /* 0 for . and .. */
        if (thread <= 0 || is_known(threads, *count, thread) ||
            (ir_sandbox_runtime.is_own != NULL && ir_sandbox_runtime.is_own(thread)))
            continue;
        if (*count == THREADS_MAX)
            return ir_sandbox_fail(error, "the program has too many threads", -E2BIG);
        result = reach(thread, error);
        if (result != 0)
            return result;
        threads[(*count)++] = thread;
        found++;
    }
}

/* Until a look finds no thread that has not been reached: each could have started another before. */
static int reach_all(char error[IR_ERROR_LENGTH])
{
    pid_t threads[THREADS_MAX] = {gettid()};
    unsigned count = 1;
    DIR *folder = opendir("/proc/self/task");
    int found;

    if (folder == NULL)
        return ir_sandbox_fail(error, "/proc/self/task cannot be opened", -errno);
    do
        found = reach_new(folder, threads, &count, error);
    while (found > 0);
    (void)closedir(folder); /* only read */
    return found;
}

int ir_sandbox_drop(const struct sandbox_drop *drop, char error[IR_ERROR_LENGTH])
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    struct sigaction before;
    int result;

    to_drop = *drop;
    atomic_store(&failure, 0);
    (void)sem_init(&done, 0, 0);
    (void)sigaction(SIGRTMIN, &action, &before);
    /* The others first: /proc is out of reach once the rules hold here. */
    result = reach_all(error);
    if (result != 0) /* a thread may still take its signal, whose default is to end the program */
        before.sa_handler = SIG_IGN;
    (void)sigaction(SIGRTMIN, &before, NULL);
    if (result == 0)
        result = -atomic_load(&failure);
    if (result == 0)
        result = -drop_here(drop);
    if (result != 0 && error[0] == '\0')
        return ir_sandbox_fail(error, "privileges cannot be given up", result);
    return result;
}
