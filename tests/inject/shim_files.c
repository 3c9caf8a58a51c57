/* SPDX-License-Identifier: MIT
 *
 * Files, folders, devices and sockets that fail on demand, and the stage they are found on.
 */
#define _GNU_SOURCE
#define _LARGEFILE64_SOURCE
#undef _FILE_OFFSET_BITS /* both names of each function are defined here */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "inject.h"

#define WEAK __attribute__((weak))
WEAK int __interceptor_open(const char *path, int flags, ...);
WEAK int __interceptor_openat(int folder, const char *path, int flags, ...);
WEAK DIR *__interceptor_opendir(const char *path);
WEAK DIR *__interceptor_fdopendir(int file);
WEAK struct dirent *__interceptor_readdir(DIR *folder);
WEAK ssize_t __interceptor_readlinkat(int folder, const char *path, char *target, size_t size);
WEAK ssize_t __interceptor_read(int file, void *bytes, size_t size);
WEAK ssize_t __interceptor_write(int file, const void *bytes, size_t size);
WEAK ssize_t __interceptor_pread(int file, void *bytes, size_t size, off_t offset);
WEAK ssize_t __interceptor_pwrite(int file, const void *bytes, size_t size, off_t offset);
WEAK int __interceptor_ioctl(int file, unsigned long request, ...);
WEAK int __interceptor_socket(int domain, int type, int protocol);
WEAK int __interceptor_fcntl(int file, int command, ...);
WEAK int __interceptor_memfd_create(const char *name, unsigned flags);
WEAK int __interceptor_eventfd(unsigned value, int flags);

static int open_at(int folder, const char *path, int flags, mode_t mode)
{
    static int (*next)(int, const char *, int, ...);
    char staged[INJECT_PATH];
    int file;

    if (inject_fails(INJECT_OPEN))
        return -1;
    if (inject_open_tap(path, &file))
        return file;
    if (next == NULL)
        next = (int (*)(int, const char *, int, ...))inject_next((inject_fn *)__interceptor_openat,
                                                                 "openat");
    return next(folder, inject_path(path, staged), flags, mode);
}

/* The mode is there when a file may be made. */
static mode_t mode_of(int flags, va_list arguments)
{
    return (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE ? va_arg(arguments, mode_t)
                                                                      : (mode_t)0;
}

int open(const char *path, int flags, ...)
{
    va_list arguments;
    mode_t mode;

    va_start(arguments, flags);
    mode = mode_of(flags, arguments);
    va_end(arguments);
    return open_at(AT_FDCWD, path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
    va_list arguments;
    mode_t mode;

    va_start(arguments, flags);
    mode = mode_of(flags, arguments);
    va_end(arguments);
    return open_at(AT_FDCWD, path, flags, mode);
}

int openat(int folder, const char *path, int flags, ...)
{
    va_list arguments;
    mode_t mode;

    va_start(arguments, flags);
    mode = mode_of(flags, arguments);
    va_end(arguments);
    return open_at(folder, path, flags, mode);
}

int openat64(int folder, const char *path, int flags, ...)
{
    va_list arguments;
    mode_t mode;

    va_start(arguments, flags);
    mode = mode_of(flags, arguments);
    va_end(arguments);
    return open_at(folder, path, flags, mode);
}

DIR *opendir(const char *path)
{
    static DIR *(*next)(const char *);
    char staged[INJECT_PATH];

    if (inject_fails(INJECT_OPENDIR))
        return NULL;
    if (next == NULL)
        next = (DIR * (*)(const char *)) inject_next((inject_fn *)__interceptor_opendir, "opendir");
    return next(inject_path(path, staged));
}

DIR *fdopendir(int file)
{
    static DIR *(*next)(int);

    if (inject_fails(INJECT_OPENDIR))
        return NULL;
    if (next == NULL)
        next = (DIR * (*)(int)) inject_next((inject_fn *)__interceptor_fdopendir, "fdopendir");
    return next(file);
}

struct dirent *readdir(DIR *folder)
{
    static struct dirent *(*next)(DIR *);

    if (inject_fails(INJECT_READDIR))
        return NULL;
    if (next == NULL)
        next =
            (struct dirent * (*)(DIR *)) inject_next((inject_fn *)__interceptor_readdir, "readdir");
    return next(folder);
}

/* The two structures are the same on machines with 64-bit offsets, the only ones Ironring is for. */
struct dirent64 *readdir64(DIR *folder)
{
    _Static_assert(sizeof(struct dirent64) == sizeof(struct dirent), "64-bit offsets");
    return (struct dirent64 *)(void *)readdir(folder);
}

ssize_t readlinkat(int folder, const char *path, char *target, size_t size)
{
    static ssize_t (*next)(int, const char *, char *, size_t);
    char staged[INJECT_PATH];

    if (inject_fails(INJECT_READLINK))
        return -1;
    if (next == NULL)
        next = (ssize_t(*)(int, const char *, char *, size_t))inject_next(
            (inject_fn *)__interceptor_readlinkat, "readlinkat");
    return next(folder, inject_path(path, staged), target, size);
}

ssize_t readlink(const char *path, char *target, size_t size)
{
    return readlinkat(AT_FDCWD, path, target, size);
}

int access(const char *path, int mode)
{
    static int (*next)(const char *, int);
    char staged[INJECT_PATH];

    if (inject_fails(INJECT_ACCESS))
        return -1;
    if (next == NULL)
        next = (int (*)(const char *, int))inject_next(NULL, "access");
    return next(inject_path(path, staged), mode);
}

int faccessat(int folder, const char *path, int mode, int flags)
{
    static int (*next)(int, const char *, int, int);
    char staged[INJECT_PATH];

    if (inject_fails(INJECT_ACCESS))
        return -1;
    if (next == NULL)
        next = (int (*)(int, const char *, int, int))inject_next(NULL, "faccessat");
    return next(folder, inject_path(path, staged), mode, flags);
}

int flock(int file, int operation)
{
    static int (*next)(int, int);

    if (inject_fails(INJECT_FLOCK))
        return -1;
    if (next == NULL)
        next = (int (*)(int, int))inject_next(NULL, "flock");
    return next(file, operation);
}

ssize_t read(int file, void *bytes, size_t size)
{
    static ssize_t (*next)(int, void *, size_t);

    if (inject_fails(INJECT_READ))
        return -1;
    if (next == NULL)
        next =
            (ssize_t(*)(int, void *, size_t))inject_next((inject_fn *)__interceptor_read, "read");
    return next(file, bytes, size);
}

ssize_t write(int file, const void *bytes, size_t size)
{
    static ssize_t (*next)(int, const void *, size_t);
    int taken;

    if (inject_fails(INJECT_WRITE))
        return -1;
    taken = inject_react(file, bytes, size);
    if (taken > 0)
        return (ssize_t)size;
    if (taken < 0) {
        errno = -taken;
        return -1;
    }
    if (next == NULL)
        next = (ssize_t(*)(int, const void *, size_t))inject_next((inject_fn *)__interceptor_write,
                                                                  "write");
    return next(file, bytes, size);
}

ssize_t pread(int file, void *bytes, size_t size, off_t offset)
{
    static ssize_t (*next)(int, void *, size_t, off_t);

    if (inject_fails(INJECT_PREAD))
        return -1;
    if (next == NULL)
        next = (ssize_t(*)(int, void *, size_t, off_t))inject_next((inject_fn *)__interceptor_pread,
                                                                   "pread");
    return next(file, bytes, size, offset);
}

ssize_t pread64(int file, void *bytes, size_t size, off64_t offset)
{
    return pread(file, bytes, size, offset);
}

ssize_t pwrite(int file, const void *bytes, size_t size, off_t offset)
{
    static ssize_t (*next)(int, const void *, size_t, off_t);

    if (inject_fails(INJECT_PWRITE))
        return -1;
    if (next == NULL)
        next = (ssize_t(*)(int, const void *, size_t, off_t))inject_next(
            (inject_fn *)__interceptor_pwrite, "pwrite");
    return next(file, bytes, size, offset);
}

ssize_t pwrite64(int file, const void *bytes, size_t size, off64_t offset)
{
    return pwrite(file, bytes, size, offset);
}

/* On stage nobody asks the machine; each request has one argument, a pointer or a number. */
int ioctl(int file, unsigned long request, ...)
{
    static int (*next)(int, unsigned long, ...);
    va_list arguments;
    void *argument;

    if (inject_fails(INJECT_IOCTL))
        return -1;
    va_start(arguments, request);
    argument = va_arg(arguments, void *);
    va_end(arguments);
    if (inject_staged())
        return inject_staged_ioctl(file, request, argument);
    if (next == NULL)
        next = (int (*)(int, unsigned long, ...))inject_next((inject_fn *)__interceptor_ioctl,
                                                             "ioctl");
    return next(file, request, argument);
}

int socket(int domain, int type, int protocol)
{
    static int (*next)(int, int, int);

    if (inject_fails(INJECT_SOCKET))
        return -1;
    if (next == NULL)
        next = (int (*)(int, int, int))inject_next((inject_fn *)__interceptor_socket, "socket");
    return next(domain, type, protocol);
}

int memfd_create(const char *name, unsigned flags)
{
    static int (*next)(const char *, unsigned);

    if (inject_fails(INJECT_MEMFD))
        return -1;
    if (next == NULL)
        next = (int (*)(const char *, unsigned))inject_next((inject_fn *)__interceptor_memfd_create,
                                                            "memfd_create");
    return next(name, flags);
}

int ftruncate(int file, off_t size)
{
    static int (*next)(int, off_t);

    if (inject_fails(INJECT_TRUNCATE))
        return -1;
    if (next == NULL)
        next = (int (*)(int, off_t))inject_next(NULL, "ftruncate");
    return next(file, size);
}

int ftruncate64(int file, off64_t size)
{
    return ftruncate(file, size);
}

/* Each command has one argument at most, a number or a pointer, which are passed on alike. */
int fcntl(int file, int command, ...)
{
    static int (*next)(int, int, ...);
    va_list arguments;
    void *argument;

    if (inject_fails(INJECT_FCNTL))
        return -1;
    va_start(arguments, command);
    argument = va_arg(arguments, void *);
    va_end(arguments);
    if (next == NULL)
        next = (int (*)(int, int, ...))inject_next((inject_fn *)__interceptor_fcntl, "fcntl");
    return next(file, command, argument);
}

int fcntl64(int file, int command, ...)
{
    va_list arguments;
    void *argument;

    va_start(arguments, command);
    argument = va_arg(arguments, void *);
    va_end(arguments);
    return fcntl(file, command, argument);
}

int fallocate(int file, int mode, off_t offset, off_t size)
{
    static int (*next)(int, int, off_t, off_t);

    if (inject_fails(INJECT_FALLOCATE))
        return -1;
    if (next == NULL)
        next = (int (*)(int, int, off_t, off_t))inject_next(NULL, "fallocate");
    return next(file, mode, offset, size);
}

int fallocate64(int file, int mode, off64_t offset, off64_t size)
{
    return fallocate(file, mode, offset, size);
}

int eventfd(unsigned value, int flags)
{
    static int (*next)(unsigned, int);

    if (inject_fails(INJECT_EVENTFD))
        return -1;
    if (next == NULL)
        next = (int (*)(unsigned, int))inject_next((inject_fn *)__interceptor_eventfd, "eventfd");
    return next(value, flags);
}
