/* SPDX-License-Identifier: MIT
 *
 * Calls of the operating system and the C library that fail on demand. The functions in shim_*.c are
 * linked into the test program, where they come before those of the C library for every caller: the
 * library under test, libpcap, and the C library's own allocations.
 */
#ifndef IRONRING_TESTS_INJECT_H
#define IRONRING_TESTS_INJECT_H

#include <ifaddrs.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

/* Kinds of calls. A list of the functions and of the errors each is made to report is in inject.c. */
enum inject_kind {
    INJECT_MALLOC,
    INJECT_CALLOC,
    INJECT_REALLOC,
    INJECT_STRDUP,
    INJECT_ALIGNED,
    INJECT_MMAP,
    INJECT_MADVISE,
    INJECT_OPEN,
    INJECT_FOPEN,
    INJECT_OPENDIR,
    INJECT_READDIR,
    INJECT_READLINK,
    INJECT_READ,
    INJECT_WRITE,
    INJECT_PREAD,
    INJECT_PWRITE,
    INJECT_IOCTL,
    INJECT_SOCKET,
    INJECT_CONNECT,
    INJECT_BIND,
    INJECT_LISTEN,
    INJECT_ACCEPT,
    INJECT_SENDMSG,
    INJECT_RECVMSG,
    INJECT_RECV,
    INJECT_POLL,
    INJECT_STAT,
    INJECT_ACCESS,
    INJECT_FLOCK,
    INJECT_CHOWN,
    INJECT_UNLINK,
    INJECT_MEMFD,
    INJECT_TRUNCATE,
    INJECT_FCNTL,
    INJECT_FALLOCATE,
    INJECT_EVENTFD,
    INJECT_IFADDRS,
    INJECT_RANDOM,
    INJECT_USERS,
    INJECT_EPOLL_CREATE,
    INJECT_EPOLL_CTL,
    INJECT_EPOLL_WAIT,
    INJECT_TIMERFD,
    INJECT_TIMER_SET,
    INJECT_THREAD,
    INJECT_MUTEX,
    INJECT_STREAM_READ,
    INJECT_STREAM_WRITE,
    INJECT_STREAM_FLUSH,
    INJECT_STREAM_CLOSE,
    INJECT_SYSCALL,
    INJECT_PRCTL,
    INJECT_RLIMIT,
    INJECT_SEMAPHORE,
    INJECT_SECCOMP,
    INJECT_KINDS
};

#define INJECT_ERRORS_MAX 8u

struct inject_call {
    const char *name;                  /* "malloc" */
    int errors[INJECT_ERRORS_MAX + 1]; /* what it may report, ended by 0; the likeliest first */
};
extern const struct inject_call inject_calls[INJECT_KINDS];

/* What is to fail, and what has been counted. One for the process. */
struct inject_plan {
    enum inject_kind kind;
    uint32_t number; /* the call that fails, from 1 on; 0 for none */
    int error;
    bool lasting; /* and each one after it */
};

void inject_arm(const struct inject_plan *plan);
/* Everything works again. Returns the number of calls that have failed since inject_arm. */
uint32_t inject_disarm(void);
/* The same number, while still armed. */
uint32_t inject_fired(void);
/* As if that many had failed in this process: they did in one that it started. */
void inject_adopt(uint32_t failed);

/* Things that are held now and have to be given back. */
struct inject_held {
    int64_t allocations;
    int64_t mapped; /* bytes */
    int64_t threads;
    int64_t files; /* descriptors */
};
/* *held has been initialised by the caller: MemorySanitizer does not see what the shims write. */
void inject_count_held(struct inject_held *held);

/* Paths below /sys and /dev/vfio, /dev/iommu, files /dev/uioN and the folder /proc are looked up below
 * `root` instead, and /dev/net/tun is one end of a pair of sockets whose other end inject_tap_peer
 * returns: no part of the machine has to be there. The users are root and alice, number 1000, the
 * groups root and vfio, number 104. */
void inject_stage(const char *root);
int inject_tap_peer(void);
/* From now on this answers requests of ioctl; false for those that it does not know, which are granted. */
typedef bool inject_ioctl(int file, unsigned long request, void *argument, int *result);
void inject_stage_ioctl(inject_ioctl *answer);

/* What getifaddrs says on stage. The list is the caller's. */
void inject_stage_interfaces(struct ifaddrs *interfaces);

/* What is written passes through `react`, the text with a null after it; null ends that. It returns 0
 * when the file is none of its, 1 when it has taken the text, or a negative errno. No call fails on
 * demand meanwhile. */
void inject_on_write(int (*react)(const char *path, const char *text));

/* From now on stat says that the file belongs to that user and group, until chown says otherwise: so that
 * a test need not be root. */
void inject_own(const char *path, uid_t owner, gid_t group);

/* --- For the shims --- */

/* From now on in this thread nothing fails, until it is false again. */
void inject_spare(bool on);

/* Whether the call that is being made has to fail; errno is set then. */
bool inject_fails(enum inject_kind kind);

typedef void inject_fn(void);
/* The function that would have been called without the shim: a sanitizer's, or the C library's. */
inject_fn *inject_next(inject_fn *sanitizers, const char *name);

void inject_count_allocation(int64_t change);
void inject_count_mapping(int64_t bytes);
void inject_count_thread(int64_t change);

/* Where the path leads on stage. `staged` has room for INJECT_PATH bytes. */
#define INJECT_PATH 4096u
const char *inject_path(const char *path, char *staged);
/* What inject_on_write's function says of the text; 0 without one. */
int inject_react(int file, const void *bytes, size_t size);
/* What inject_own has set, or false. */
bool inject_owner(const char *path, uid_t *owner, gid_t *group);
struct ifaddrs *inject_interfaces(void);
/* True, and a descriptor in *file, when the path is /dev/net/tun on stage. */
bool inject_open_tap(const char *path, int *file);
bool inject_staged(void);
int inject_staged_ioctl(int file, unsigned long request, void *argument);

#endif
