/* SPDX-License-Identifier: MIT
 *
 * See huge_stage.h. A file of huge pages is one of small ones, which has no memory until it is touched.
 */
#define _GNU_SOURCE
#include "huge_stage.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/memfd.h>

#define FILES_MAX 1024

struct huge_stage huge;

static bool on;
static uint32_t shift_of[FILES_MAX]; /* of files of huge pages, by descriptor; 0 for others */
static int pagemap = -1;
static struct {
    uintptr_t address;
    uint32_t shift;
    uint64_t page;
} looked_at; /* what was mapped last of such a file */

int __real_memfd_create(const char *name, unsigned flags);
int __wrap_memfd_create(const char *name, unsigned flags);
int __real_fallocate64(int file, int mode, off_t offset, off_t size);
int __wrap_fallocate64(int file, int mode, off_t offset, off_t size);
int __real_open64(const char *path, int flags, ...);
int __real_openat64(int folder, const char *path, int flags, ...);
int __wrap_open64(const char *path, int flags, ...);
int __wrap_openat64(int folder, const char *path, int flags, ...);
ssize_t __real_pread64(int file, void *bytes, size_t size, off_t offset);
ssize_t __wrap_pread64(int file, void *bytes, size_t size, off_t offset);
void *__real_mmap64(void *address, size_t length, int protection, int flags, int file,
                    off_t offset);
void *__wrap_mmap64(void *address, size_t length, int protection, int flags, int file,
                    off_t offset);
int __real_close(int file);
int __wrap_close(int file);

void huge_begin(void)
{
    memset(&huge, 0, sizeof(huge));
    on = true;
}

void huge_end(void)
{
    on = false;
}

void huge_descending(uint64_t physical, uint32_t count)
{
    huge.free[0] = count;
    for (uint32_t i = 0; i < count; i++)
        huge.physical[0][i] = physical - ((uint64_t)i << HUGE_2M);
}

static bool is_huge(int file)
{
    return on && file >= 0 && file < FILES_MAX && shift_of[file] != 0;
}

int __wrap_memfd_create(const char *name, unsigned flags)
{
    int file;

    if (!on || (flags & MFD_HUGETLB) == 0)
        return __real_memfd_create(name, flags);
    if (huge.no_file != 0) {
        errno = huge.no_file;
        return -1;
    }
    file = __real_memfd_create(name, MFD_CLOEXEC);
    if (file >= FILES_MAX)
        abort(); /* no test opens so many */
    if (file >= 0)
        shift_of[file] = flags >> MFD_HUGE_SHIFT;
    return file;
}

int __wrap_close(int file)
{
    if (is_huge(file))
        shift_of[file] = 0;
    if (file == pagemap)
        pagemap = -1;
    return __real_close(file);
}

int __wrap_fallocate64(int file, int mode, off_t offset, off_t size)
{
    uint32_t shift = is_huge(file) ? shift_of[file] : 0;

    if (shift == 0)
        return __real_fallocate64(file, mode, offset, size);
    if (mode != 0) {
        huge.given_back += (uint32_t)(size >> shift);
        return 0;
    }
    if (huge.interruptions > 0) {
        huge.interruptions--;
        errno = EINTR;
        return -1;
    }
    if (offset >> shift >= huge.free[shift == HUGE_1G]) {
        errno = ENOSPC;
        return -1;
    }
    return ftruncate(file, offset + size);
}

int __wrap_open64(const char *path, int flags, ...)
{
    if (!on || strcmp(path, "/proc/self/pagemap") != 0)
        return __real_open64(path, flags);
    if (huge.no_pagemap != 0) {
        errno = huge.no_pagemap;
        return -1;
    }
    pagemap = __real_open64("/dev/null", flags);
    return pagemap;
}

int __wrap_openat64(int folder, const char *path, int flags, ...)
{
    static const char reserved[] = "/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages";
    char text[16];
    int file;

    if (!on || strcmp(path, reserved) != 0)
        return __real_openat64(folder, path, flags);
    if (huge.reserved == 0) {
        errno = ENOENT;
        return -1;
    }
    file = __real_memfd_create("nr_hugepages", MFD_CLOEXEC);
    (void)snprintf(text, sizeof(text), "%u\n", huge.reserved);
    if (file < 0 || write(file, text, strlen(text)) < 0 || lseek(file, 0, SEEK_SET) != 0)
        abort(); /* no memory for a test */
    return file;
}

void *__wrap_mmap64(void *address, size_t length, int protection, int flags, int file, off_t offset)
{
    void *memory;

    if (on && huge.no_mapping != 0) {
        if (huge.mappings_left == 0) {
            errno = huge.no_mapping;
            return MAP_FAILED;
        }
        huge.mappings_left--;
    }
    memory = __real_mmap64(address, length, protection, flags, file, offset);
    if (memory != MAP_FAILED && is_huge(file)) {
        looked_at.address = (uintptr_t)memory;
        looked_at.shift = shift_of[file];
        looked_at.page = (uint64_t)offset >> shift_of[file];
    }
    return memory;
}

/* An entry of pagemap: bit 63 present, and the number of a small page. */
ssize_t __wrap_pread64(int file, void *bytes, size_t size, off_t offset)
{
    uint64_t small = (uint64_t)sysconf(_SC_PAGESIZE);
    uint64_t entry = 0;

    if (!on || file != pagemap || pagemap < 0)
        return __real_pread64(file, bytes, size, offset);
    if (size != sizeof(entry) || (uint64_t)offset / sizeof(entry) != looked_at.address / small)
        return 0;
    if (!huge.absent)
        entry |= UINT64_C(1) << 63;
    if (!huge.hidden)
        entry |= huge.physical[looked_at.shift == HUGE_1G][looked_at.page] / small;
    memcpy(bytes, &entry, sizeof(entry));
    return sizeof(entry);
}
