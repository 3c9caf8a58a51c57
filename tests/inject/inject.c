/* SPDX-License-Identifier: MIT
 *
 * Which call fails, how, and what is counted. No sanitizer instruments this file or the shims: they run
 * before the sanitizers do.
 */
#define _GNU_SOURCE
#include "inject.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define FILES_SEEN 64  /* descriptors looked at */
#define OWNERS_MAX 16u /* files whose owner is set */

const struct inject_call inject_calls[INJECT_KINDS] = {
    [INJECT_MALLOC] = {"malloc", {ENOMEM}},
    [INJECT_CALLOC] = {"calloc", {ENOMEM}},
    [INJECT_REALLOC] = {"realloc", {ENOMEM}},
    [INJECT_STRDUP] = {"strdup", {ENOMEM}},
    [INJECT_ALIGNED] = {"aligned alloc", {ENOMEM}},
    [INJECT_MMAP] = {"mmap", {ENOMEM, EAGAIN, EPERM}},
    [INJECT_MADVISE] = {"madvise", {EINVAL, ENOMEM, EAGAIN}},
    [INJECT_OPEN] = {"open", {EMFILE, ENOENT, EACCES, ENFILE, ENOMEM, EINTR, ENODEV, EBUSY}},
    [INJECT_FOPEN] = {"fopen", {EMFILE, ENOENT, EACCES, ENFILE, ENOMEM, ENOSPC, EROFS, EISDIR}},
    [INJECT_OPENDIR] = {"opendir", {EMFILE, EACCES, ENFILE, ENOMEM}},
    [INJECT_READDIR] = {"readdir", {EIO, ENOMEM}},
    [INJECT_READLINK] = {"readlink", {EIO, EACCES, ENOMEM}},
    [INJECT_READ] = {"read", {EIO, EINTR, EAGAIN, ENOMEM, EBADFD}},
    [INJECT_WRITE] = {"write", {EIO, EINTR, EAGAIN, ENOBUFS, ENOSPC}},
    [INJECT_PREAD] = {"pread", {EIO, EINTR, EFAULT}},
    [INJECT_PWRITE] = {"pwrite", {EIO, EINTR, ENOSPC}},
    [INJECT_IOCTL] = {"ioctl", {EPERM, EBUSY, EINVAL, ENODEV, ENOMEM, EIO}},
    [INJECT_SOCKET] = {"socket", {EMFILE, ENFILE, EACCES, ENOBUFS, ENOMEM, EAFNOSUPPORT}},
    [INJECT_CONNECT] = {"connect", {ECONNREFUSED, ENOENT, EAGAIN, EINTR, EACCES, EPROTOTYPE}},
    [INJECT_BIND] = {"bind", {EACCES, EADDRINUSE, ENOENT, EROFS, ENOMEM}},
    [INJECT_LISTEN] = {"listen", {EADDRINUSE, EOPNOTSUPP}},
    [INJECT_ACCEPT] = {"accept", {EMFILE, EAGAIN, EINTR, ECONNABORTED, ENFILE, ENOMEM}},
    [INJECT_SENDMSG] = {"sendmsg", {EPIPE, EAGAIN, EINTR, ENOBUFS, ETOOMANYREFS}},
    [INJECT_RECVMSG] = {"recvmsg", {ECONNRESET, EAGAIN, EINTR, ENOMEM}},
    [INJECT_RECV] = {"recv", {ECONNRESET, EAGAIN, EINTR}},
    [INJECT_POLL] = {"poll", {ENOMEM, EINTR}},
    [INJECT_STAT] = {"stat", {EACCES, ENOENT, ELOOP}},
    [INJECT_ACCESS] = {"access", {EACCES, ENOENT, EIO}},
    [INJECT_FLOCK] = {"flock", {EWOULDBLOCK, ENOLCK, EINTR}},
    [INJECT_CHOWN] = {"chown", {EPERM, EROFS, EIO, ENOENT}},
    [INJECT_UNLINK] = {"unlink", {EACCES, ENOENT, EBUSY}},
    [INJECT_MEMFD] = {"memfd create", {EMFILE, ENFILE, ENOMEM}},
    [INJECT_TRUNCATE] = {"ftruncate", {EFBIG, EINTR, EIO, EPERM}},
    [INJECT_FCNTL] = {"fcntl", {EPERM, EBUSY, EINVAL}},
    [INJECT_FALLOCATE] = {"fallocate", {EOPNOTSUPP, EINTR, ENOSPC, EPERM}},
    [INJECT_EVENTFD] = {"eventfd", {EMFILE, ENFILE, ENODEV, ENOMEM}},
    [INJECT_IFADDRS] = {"getifaddrs", {ENOMEM, EMFILE, ENOBUFS}},
    [INJECT_RANDOM] = {"getrandom", {ENOSYS, EPERM, EINTR}},
    [INJECT_USERS] = {"user database", {EIO, EMFILE, ENOMEM, ERANGE}},
    [INJECT_EPOLL_CREATE] = {"epoll create", {EMFILE, ENFILE, ENOMEM}},
    [INJECT_EPOLL_CTL] = {"epoll ctl", {ENOMEM, ENOSPC}},
    [INJECT_EPOLL_WAIT] = {"epoll wait", {EINTR}},
    [INJECT_TIMERFD] = {"timerfd create", {EMFILE, ENFILE, ENODEV, ENOMEM}},
    [INJECT_TIMER_SET] = {"timerfd settime", {EINVAL}},
    [INJECT_THREAD] = {"pthread create", {EAGAIN}},
    [INJECT_MUTEX] = {"pthread mutex init", {ENOMEM, EAGAIN}},
    [INJECT_STREAM_READ] = {"stream read", {EIO, EISDIR}},
    [INJECT_STREAM_WRITE] = {"stream write", {ENOSPC, EIO, EPIPE}},
    [INJECT_STREAM_FLUSH] = {"stream flush", {ENOSPC, EIO}},
    [INJECT_STREAM_CLOSE] = {"stream close", {EIO, ENOSPC}},
    [INJECT_SYSCALL] = {"syscall", {EPERM, ENOSYS, EOPNOTSUPP, EINVAL, ENOMEM, EAGAIN}},
    [INJECT_PRCTL] = {"prctl", {EPERM, EINVAL, EACCES}},
    [INJECT_RLIMIT] = {"setrlimit", {EPERM}},
    [INJECT_SEMAPHORE] = {"sem clockwait", {ETIMEDOUT, EINTR}},
    [INJECT_SECCOMP] = {"seccomp", {ENOMEM, EINVAL, ECANCELED, ESRCH}},
};

static struct inject_plan current;
static _Atomic uint32_t calls; /* of the planned kind, since armed */
static _Atomic uint32_t fired;
static _Atomic bool armed;
static _Thread_local bool spared;

static _Atomic int64_t allocations;
static _Atomic int64_t mapped;
static _Atomic int64_t threads;

static const char *stage; /* null until inject_stage */
static int tap_peer = -1;
static inject_ioctl *answer_ioctl;
static struct ifaddrs *interfaces;

static int (*reaction)(const char *path, const char *text);
static bool reacting;

/* Whose files are, as far as it has been said; an entry without a path is free. */
static struct {
    char path[INJECT_PATH];
    uid_t owner;
    gid_t group;
} owners[OWNERS_MAX];

void inject_arm(const struct inject_plan *plan)
{
    current = *plan;
    atomic_store(&calls, 0);
    atomic_store(&fired, 0);
    atomic_store(&armed, plan->number != 0);
}

uint32_t inject_disarm(void)
{
    atomic_store(&armed, false);
    return atomic_load(&fired);
}

uint32_t inject_fired(void)
{
    return atomic_load(&fired);
}

void inject_adopt(uint32_t failed)
{
    atomic_store(&fired, failed);
}

void inject_spare(bool on)
{
    spared = on;
}

bool inject_fails(enum inject_kind kind)
{
    uint32_t call;

    if (spared || reacting || !atomic_load(&armed) || kind != current.kind)
        return false;
    call = atomic_fetch_add(&calls, 1u) + 1u;
    if (call < current.number || (call > current.number && !current.lasting))
        return false;
    atomic_fetch_add(&fired, 1u);
    errno = current.error;
    return true;
}

inject_fn *inject_next(inject_fn *sanitizers, const char *name)
{
    inject_fn *next;

    if (sanitizers != NULL)
        return sanitizers;
    *(void **)&next = dlsym(RTLD_NEXT, name);
    if (next == NULL)
        abort(); /* a test program without its C library */
    return next;
}

void inject_count_allocation(int64_t change)
{
    atomic_fetch_add(&allocations, change);
}

void inject_count_mapping(int64_t bytes)
{
    atomic_fetch_add(&mapped, bytes);
}

void inject_count_thread(int64_t change)
{
    atomic_fetch_add(&threads, change);
}

void inject_count_held(struct inject_held *held)
{
    held->allocations = atomic_load(&allocations);
    held->mapped = atomic_load(&mapped);
    held->threads = atomic_load(&threads);
    held->files = 0;
    for (int file = 0; file < FILES_SEEN; file++)
        held->files += fcntl(file, F_GETFD) >= 0;
}

void inject_stage(const char *root)
{
    stage = root;
}

bool inject_staged(void)
{
    return stage != NULL;
}

void inject_stage_ioctl(inject_ioctl *answer)
{
    answer_ioctl = answer;
}

int inject_staged_ioctl(int file, unsigned long request, void *argument)
{
    int result = 0;
    bool known;

    if (answer_ioctl == NULL)
        return 0;
    inject_spare(true); /* what the answer takes is the test's own */
    known = answer_ioctl(file, request, argument, &result);
    inject_spare(false);
    return known ? result : 0;
}

int inject_tap_peer(void)
{
    return tap_peer;
}

void inject_stage_interfaces(struct ifaddrs *list)
{
    interfaces = list;
}

struct ifaddrs *inject_interfaces(void)
{
    return interfaces;
}

static bool on_stage(const char *path)
{
    static const char *const prefixes[] = {"/sys/", "/dev/vfio/", "/dev/iommu", "/dev/uio"};

    for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
        if (strncmp(path, prefixes[i], strlen(prefixes[i])) == 0)
            return true;
    }
    return strcmp(path, "/proc") == 0; /* not what is in it: sanitizers look there */
}

const char *inject_path(const char *path, char *staged)
{
    if (stage == NULL || !on_stage(path) ||
        snprintf(staged, INJECT_PATH, "%s%s", stage, path) >= (int)INJECT_PATH)
        return path;
    return staged;
}

void inject_on_write(int (*react)(const char *path, const char *text))
{
    reaction = react;
}

int inject_react(int file, const void *bytes, size_t size)
{
    char name[64];
    char path[INJECT_PATH];
    char text[INJECT_PATH];
    ssize_t length;
    int result;

    if (reaction == NULL || reacting || size >= sizeof(text))
        return 0;
    reacting = true;
    (void)snprintf(name, sizeof(name), "/proc/self/fd/%d", file);
    length = readlink(name, path, sizeof(path) - 1);
    path[length > 0 ? length : 0] = '\0';
    memcpy(text, bytes, size);
    text[size] = '\0';
    result = reaction(path, text);
    reacting = false;
    return result;
}

void inject_own(const char *path, uid_t owner, gid_t group)
{
    for (size_t i = 0; i < OWNERS_MAX; i++) {
        if (owners[i].path[0] != '\0' && strcmp(owners[i].path, path) != 0)
            continue;
        (void)snprintf(owners[i].path, sizeof(owners[i].path), "%s", path);
        owners[i].owner = owner;
        owners[i].group = group;
        return;
    }
    abort(); /* a test with too many files */
}

bool inject_owner(const char *path, uid_t *owner, gid_t *group)
{
    for (size_t i = 0; i < OWNERS_MAX; i++) {
        if (strcmp(owners[i].path, path) != 0)
            continue;
        *owner = owners[i].owner;
        *group = owners[i].group;
        return true;
    }
    return false;
}

bool inject_open_tap(const char *path, int *file)
{
    int pair[2];

    if (stage == NULL || strcmp(path, "/dev/net/tun") != 0)
        return false;
    *file = -1;
    if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) == 0) {
        if (tap_peer >= 0)
            (void)close(tap_peer); /* of an attempt before */
        tap_peer = pair[1];
        *file = pair[0];
    }
    return true;
}
