/* SPDX-License-Identifier: MIT
 *
 * Waiting for events and timers that fails on demand.
 */
#define _GNU_SOURCE

#include <sys/epoll.h>
#include <sys/timerfd.h>

#include "inject.h"

#define WEAK __attribute__((weak))
WEAK int __interceptor_epoll_create1(int flags);
WEAK int __interceptor_epoll_ctl(int set, int operation, int file, struct epoll_event *event);
WEAK int __interceptor_epoll_wait(int set, struct epoll_event *events, int count, int milliseconds);

int epoll_create1(int flags)
{
    static int (*next)(int);

    if (inject_fails(INJECT_EPOLL_CREATE))
        return -1;
    if (next == NULL)
        next = (int (*)(int))inject_next((inject_fn *)__interceptor_epoll_create1, "epoll_create1");
    return next(flags);
}

int epoll_ctl(int set, int operation, int file, struct epoll_event *event)
{
    static int (*next)(int, int, int, struct epoll_event *);

    /* Taking a file out needs no memory. */
    if (operation == EPOLL_CTL_ADD && inject_fails(INJECT_EPOLL_CTL))
        return -1;
    if (next == NULL)
        next = (int (*)(int, int, int, struct epoll_event *))inject_next(
            (inject_fn *)__interceptor_epoll_ctl, "epoll_ctl");
    return next(set, operation, file, event);
}

int epoll_wait(int set, struct epoll_event *events, int count, int milliseconds)
{
    static int (*next)(int, struct epoll_event *, int, int);

    if (inject_fails(INJECT_EPOLL_WAIT))
        return -1;
    if (next == NULL)
        next = (int (*)(int, struct epoll_event *, int, int))inject_next(
            (inject_fn *)__interceptor_epoll_wait, "epoll_wait");
    return next(set, events, count, milliseconds);
}

int timerfd_create(int clock, int flags)
{
    static int (*next)(int, int);

    if (inject_fails(INJECT_TIMERFD))
        return -1;
    if (next == NULL)
        next = (int (*)(int, int))inject_next(NULL, "timerfd_create");
    return next(clock, flags);
}

int timerfd_settime(int file, int flags, const struct itimerspec *value, struct itimerspec *old)
{
    static int (*next)(int, int, const struct itimerspec *, struct itimerspec *);

    if (inject_fails(INJECT_TIMER_SET))
        return -1;
    if (next == NULL)
        next = (int (*)(int, int, const struct itimerspec *, struct itimerspec *))inject_next(
            NULL, "timerfd_settime");
    return next(file, flags, value, old);
}
