/* SPDX-License-Identifier: MIT
 *
 * See stage.h. The linker puts the functions below before those of the C library.
 */
#define _GNU_SOURCE
#include "stage.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

struct kernel *stage;

static char folder[KERNEL_ROOM];
static uint32_t open_before;
static const char *locked;
static int lock_error;
static bool lock_seen; /* from outside, too */
static int mmap_error;
static struct rlimit limit;

int __real_open64(const char *path, int flags, ...);
int __wrap_open64(const char *path, int flags, ...);
int __real_access(const char *path, int mode);
int __wrap_access(const char *path, int mode);
int __real_ioctl(int file, unsigned long request, ...);
int __wrap_ioctl(int file, unsigned long request, ...);
void *__real_mmap64(void *address, size_t length, int protection, int flags, int file,
                    off_t offset);
void *__wrap_mmap64(void *address, size_t length, int protection, int flags, int file,
                    off_t offset);

int __wrap_getrlimit64(int resource, struct rlimit *out);

static bool is_locked(const char *path)
{
    size_t length = strlen(path);
    size_t end = locked != NULL ? strlen(locked) : 0;

    if (locked == NULL || length < end || strcmp(path + length - end, locked) != 0)
        return false;
    errno = lock_error;
    return true;
}

int __wrap_open64(const char *path, int flags, ...)
{
    return is_locked(path) ? -1 : __real_open64(path, flags);
}

int __wrap_access(const char *path, int mode)
{
    return lock_seen && is_locked(path) ? -1 : __real_access(path, mode);
}

int __wrap_ioctl(int file, unsigned long request, ...)
{
    va_list arguments;
    void *argument;
    int result;

    va_start(arguments, request);
    argument = va_arg(arguments, void *);
    va_end(arguments);
    if (kernel_ioctl(stage, file, request, argument, &result))
        return result;
    return __real_ioctl(file, request, argument);
}

void *__wrap_mmap64(void *address, size_t length, int protection, int flags, int file, off_t offset)
{
    if (mmap_error == 0)
        return __real_mmap64(address, length, protection, flags, file, offset);
    errno = mmap_error;
    return MAP_FAILED;
}

int __wrap_getrlimit64(int resource, struct rlimit *out)
{
    assert_int_equal(resource, RLIMIT_MEMLOCK);
    *out = limit;
    return 0;
}

static uint32_t open_files(void)
{
    uint32_t count = 0;

    for (int file = 0; file < 64; file++)
        count += fcntl(file, F_GETFD) >= 0;
    return count;
}

int stage_begin(void **state)
{
    (void)state;
    locked = NULL;
    mmap_error = 0;
    (void)strcpy(folder, "/tmp/ironring-linux-XXXXXX");
    if (mkdtemp(folder) == NULL)
        return -1;
    stage = kernel_begin(folder);
    open_before = open_files();
    return 0;
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
    (void)status;
    (void)kind;
    (void)walk;
    return remove(path);
}

int stage_end(void **state)
{
    (void)state;
    return open_files() == open_before ? nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS) : -1;
}

void stage_lock(const char *end, int error)
{
    locked = end;
    lock_error = error;
    lock_seen = true;
}

void stage_lock_open(const char *end, int error)
{
    stage_lock(end, error);
    lock_seen = false;
}

void stage_no_mmap(int error)
{
    mmap_error = error;
}

void stage_limit(uint64_t soft, uint64_t hard)
{
    limit = (struct rlimit){soft, hard};
}

struct ir_transport *stage_open(const char *address, uint64_t space)
{
    char error[IR_ERROR_LENGTH] = "";
    struct ir_transport *transport = NULL;

    if (ir_pci_open_at(&stage->roots, address, space, &transport, error) != 0)
        fail_msg("%s", error);
    assert_non_null(transport);
    return transport;
}

void stage_close(struct ir_transport *transport)
{
    transport->ops->close(transport);
}

/* Write the sentence with the root in the place of each %s. */
static void expand(const char *sentence, char *text, size_t room)
{
    size_t length = 0;

    for (; *sentence != '\0' && length + sizeof(stage->root) < room; sentence++) {
        if (strncmp(sentence, "%s", 2) == 0) {
            length += (size_t)snprintf(text + length, room - length, "%s", stage->root);
            sentence++;
        } else {
            text[length++] = *sentence;
        }
    }
    text[length] = '\0';
}

void stage_refuses(const char *address, int result, const char *sentence)
{
    uint32_t before = open_files();
    char error[IR_ERROR_LENGTH] = "";
    char expected[2 * IR_ERROR_LENGTH];
    struct ir_transport untouched = {0};
    struct ir_transport *transport = &untouched;

    expand(sentence, expected, sizeof(expected));
    assert_int_equal(ir_pci_open_at(&stage->roots, address, 1, &transport, error), result);
    assert_null(transport);
    assert_string_equal(error, expected);
    assert_int_equal(open_files(), before);
}
