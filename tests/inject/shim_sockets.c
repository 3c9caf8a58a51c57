/* SPDX-License-Identifier: MIT
 *
 * Sockets between two processes that fail on demand.
 */
#define _XOPEN_SOURCE 700 /* not GNU: there addresses have a type of their own */
#define _LARGEFILE64_SOURCE
#undef _FILE_OFFSET_BITS /* both names of each function are defined here */

#include <poll.h>
#include <sys/socket.h>

#include "inject.h"

#define WEAK __attribute__((weak))
WEAK int __interceptor_accept4(int file, struct sockaddr *address, socklen_t *size, int flags);
WEAK ssize_t __interceptor_sendmsg(int file, const struct msghdr *message, int flags);
WEAK ssize_t __interceptor_recvmsg(int file, struct msghdr *message, int flags);
WEAK ssize_t __interceptor_recv(int file, void *bytes, size_t size, int flags);
WEAK int __interceptor_poll(struct pollfd *files, nfds_t count, int milliseconds);

int connect(int file, const struct sockaddr *address, socklen_t size)
{
    static int (*next)(int, const struct sockaddr *, socklen_t);

    if (inject_fails(INJECT_CONNECT))
        return -1;
    if (next == NULL)
        next = (int (*)(int, const struct sockaddr *, socklen_t))inject_next(NULL, "connect");
    return next(file, address, size);
}

int bind(int file, const struct sockaddr *address, socklen_t size)
{
    static int (*next)(int, const struct sockaddr *, socklen_t);

    if (inject_fails(INJECT_BIND))
        return -1;
    if (next == NULL)
        next = (int (*)(int, const struct sockaddr *, socklen_t))inject_next(NULL, "bind");
    return next(file, address, size);
}

int listen(int file, int backlog)
{
    static int (*next)(int, int);

    if (inject_fails(INJECT_LISTEN))
        return -1;
    if (next == NULL)
        next = (int (*)(int, int))inject_next(NULL, "listen");
    return next(file, backlog);
}

int accept4(int file, struct sockaddr *address, socklen_t *size, int flags)
{
    static int (*next)(int, struct sockaddr *, socklen_t *, int);

    if (inject_fails(INJECT_ACCEPT))
        return -1;
    if (next == NULL)
        next = (int (*)(int, struct sockaddr *, socklen_t *, int))inject_next(
            (inject_fn *)__interceptor_accept4, "accept4");
    return next(file, address, size, flags);
}

ssize_t sendmsg(int file, const struct msghdr *message, int flags)
{
    static ssize_t (*next)(int, const struct msghdr *, int);

    if (inject_fails(INJECT_SENDMSG))
        return -1;
    if (next == NULL)
        next = (ssize_t(*)(int, const struct msghdr *, int))inject_next(
            (inject_fn *)__interceptor_sendmsg, "sendmsg");
    return next(file, message, flags);
}

ssize_t recvmsg(int file, struct msghdr *message, int flags)
{
    static ssize_t (*next)(int, struct msghdr *, int);

    if (inject_fails(INJECT_RECVMSG))
        return -1;
    if (next == NULL)
        next = (ssize_t(*)(int, struct msghdr *, int))inject_next(
            (inject_fn *)__interceptor_recvmsg, "recvmsg");
    return next(file, message, flags);
}

ssize_t recv(int file, void *bytes, size_t size, int flags)
{
    static ssize_t (*next)(int, void *, size_t, int);

    if (inject_fails(INJECT_RECV))
        return -1;
    if (next == NULL)
        next = (ssize_t(*)(int, void *, size_t, int))inject_next((inject_fn *)__interceptor_recv,
                                                                 "recv");
    return next(file, bytes, size, flags);
}

int poll(struct pollfd *files, nfds_t count, int milliseconds)
{
    static int (*next)(struct pollfd *, nfds_t, int);

    if (inject_fails(INJECT_POLL))
        return -1;
    if (next == NULL)
        next = (int (*)(struct pollfd *, nfds_t, int))inject_next((inject_fn *)__interceptor_poll,
                                                                  "poll");
    return next(files, count, milliseconds);
}
