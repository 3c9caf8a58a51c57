/* SPDX-License-Identifier: MIT
 *
 * What a program gives up rights with, failing on demand: raw system calls, prctl, limits, libseccomp.
 * The latter as a whole: it goes on without the memory that it did not get (2.5.4: it writes through
 * null pointers or never ends), which no caller can do anything about.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <semaphore.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "inject.h"

struct scmp_arg_cmp;

#define WEAK __attribute__((weak))
WEAK int __interceptor_prctl(int option, unsigned long a, unsigned long b, unsigned long c,
                             unsigned long d);

/* More arguments than the callers give are read, as the C library does itself. */
long syscall(long number, ...)
{
    static long (*next)(long, ...);
    va_list list;
    long argument[4];

    if (inject_fails(INJECT_SYSCALL))
        return -1;
    if (next == NULL)
        next = (long (*)(long, ...))inject_next(NULL, "syscall");
    va_start(list, number);
    for (int i = 0; i < 4; i++)
        argument[i] = va_arg(list, long);
    va_end(list);
    return next(number, argument[0], argument[1], argument[2], argument[3]);
}

int prctl(int option, ...)
{
    static int (*next)(int, unsigned long, unsigned long, unsigned long, unsigned long);
    unsigned long argument[4];
    va_list list;

    if (inject_fails(INJECT_PRCTL))
        return -1;
    if (next == NULL)
        next = (int (*)(int, unsigned long, unsigned long, unsigned long,
                        unsigned long))inject_next((inject_fn *)__interceptor_prctl, "prctl");
    va_start(list, option);
    for (int i = 0; i < 4; i++)
        argument[i] = va_arg(list, unsigned long);
    va_end(list);
    return next(option, argument[0], argument[1], argument[2], argument[3]);
}

int setrlimit64(__rlimit_resource_t resource, const struct rlimit64 *limit)
{
    static int (*next)(__rlimit_resource_t, const struct rlimit64 *);

    if (inject_fails(INJECT_RLIMIT))
        return -1;
    if (next == NULL)
        next =
            (int (*)(__rlimit_resource_t, const struct rlimit64 *))inject_next(NULL, "setrlimit64");
    return next(resource, limit);
}

int sem_clockwait(sem_t *semaphore, clockid_t clock, const struct timespec *end)
{
    static int (*next)(sem_t *, clockid_t, const struct timespec *);

    if (inject_fails(INJECT_SEMAPHORE))
        return -1;
    if (next == NULL)
        next = (int (*)(sem_t *, clockid_t, const struct timespec *))inject_next(NULL,
                                                                                 "sem_clockwait");
    return next(semaphore, clock, end);
}

void *seccomp_init(uint32_t action)
{
    static void *(*next)(uint32_t);
    void *result;

    if (inject_fails(INJECT_SECCOMP))
        return NULL;
    if (next == NULL)
        next = (void *(*)(uint32_t))inject_next(NULL, "seccomp_init");
    inject_spare(true);
    result = next(action);
    inject_spare(false);
    return result;
}

/* 0: the kernel has no filters. */
unsigned seccomp_api_get(void)
{
    static unsigned (*next)(void);
    unsigned result;

    if (inject_fails(INJECT_SECCOMP))
        return 0;
    if (next == NULL)
        next = (unsigned (*)(void))inject_next(NULL, "seccomp_api_get");
    inject_spare(true);
    result = next();
    inject_spare(false);
    return result;
}

int seccomp_attr_set(void *filter, int attribute, uint32_t value)
{
    static int (*next)(void *, int, uint32_t);
    int result;

    if (inject_fails(INJECT_SECCOMP))
        return -errno;
    if (next == NULL)
        next = (int (*)(void *, int, uint32_t))inject_next(NULL, "seccomp_attr_set");
    inject_spare(true);
    result = next(filter, attribute, value);
    inject_spare(false);
    return result;
}

int seccomp_rule_add_array(void *filter, uint32_t action, int call, unsigned count,
                           const struct scmp_arg_cmp *arguments)
{
    static int (*next)(void *, uint32_t, int, unsigned, const struct scmp_arg_cmp *);
    int result;

    if (inject_fails(INJECT_SECCOMP))
        return -errno;
    if (next == NULL)
        next = (int (*)(void *, uint32_t, int, unsigned, const struct scmp_arg_cmp *))inject_next(
            NULL, "seccomp_rule_add_array");
    inject_spare(true);
    result = next(filter, action, call, count, arguments);
    inject_spare(false);
    return result;
}

int seccomp_load(void *filter)
{
    static int (*next)(void *);
    int result;

    if (inject_fails(INJECT_SECCOMP))
        return -errno;
    if (next == NULL)
        next = (int (*)(void *))inject_next(NULL, "seccomp_load");
    inject_spare(true);
    result = next(filter);
    inject_spare(false);
    return result;
}
