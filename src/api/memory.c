/* SPDX-License-Identifier: MIT
 *
 * The file that a domain's memory lies in; see memory.h. Device addresses are not known here.
 */
#define _GNU_SOURCE /* memfd_create, fallocate, MADV_HUGEPAGE */
#include "api/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

int ir_memory_create(uint64_t size, int *file)
{
    struct rlimit limit;
    int result = 0;
    int new;

    /* Beyond the limit ftruncate would raise a signal, whose default is to end the program. */
    if (getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur < size)
        return -EFBIG;
    new = memfd_create("ironring", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (new < 0)
        return -errno;
    if (ftruncate(new, (off_t)size) != 0 ||
        fcntl(new, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) {
        result = -errno;
        close(new);
        return result;
    }
    *file = new;
    return 0;
}

/* Give the pages back to the system: what is read there afterwards is zero. */
static int punch_hole(int file, uint64_t offset, uint64_t size)
{
    return fallocate(file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)offset, (off_t)size);
}

uint8_t *ir_memory_reserve(uint64_t size, uint64_t alignment)
{
    uint64_t before;
    uint8_t *memory;
    void *pages = mmap(NULL, (size_t)(size + alignment), PROT_NONE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (pages == MAP_FAILED)
        return NULL;
    memory = pages;
    before = (alignment - (uintptr_t)memory % alignment) % alignment;
    /* Giving the ends back can fail only for want of kernel memory; then they stay unused. */
    if (before > 0)
        (void)munmap(memory, (size_t)before);
    (void)munmap(memory + before + size, (size_t)(alignment - before));
    return memory + before;
}

uint8_t *ir_memory_map(int file, uint64_t offset, uint64_t size)
{
    uint8_t *place = NULL;
    void *pages;

    /* Whoever used these pages before us, or still has the file, may have left something there. */
    if (punch_hole(file, offset, size) != 0)
        return NULL;
    if (size >= IR_LARGE_PAGE) {
        place = ir_memory_reserve(size, IR_LARGE_PAGE);
        if (place == NULL)
            return NULL;
    }
    pages = mmap(place, (size_t)size, PROT_READ | PROT_WRITE,
                 place != NULL ? MAP_SHARED | MAP_FIXED : MAP_SHARED, file, (off_t)offset);
    if (pages == MAP_FAILED) {
        if (place != NULL)
            (void)munmap(place, (size_t)size);
        return NULL;
    }
    if (place != NULL)
        (void)madvise(pages, (size_t)size, MADV_HUGEPAGE); /* a wish */
    return pages;
}

void ir_memory_unmap(int file, uint64_t offset, uint64_t size, uint8_t *memory)
{
    (void)munmap(memory, (size_t)size); /* a whole mapping of ours: cannot fail */
    /* When this fails, the pages stay until the domain goes or ir_memory_map has better luck. */
    (void)punch_hole(file, offset, size);
}

uint8_t *ir_memory_private(uint64_t size)
{
    void *pages =
        mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    return pages == MAP_FAILED ? NULL : pages;
}

void ir_memory_private_free(uint8_t *memory, uint64_t size)
{
    (void)munmap(memory, (size_t)size); /* a whole mapping of ours: cannot fail */
}
