/* SPDX-License-Identifier: MIT
 *
 * Allocations and mappings that fail on demand, and the count of those that are held. What the C library
 * allocates for a caller, as for a stream, comes through here too.
 */
#define _GNU_SOURCE
#define _LARGEFILE64_SOURCE
#undef _FILE_OFFSET_BITS /* both names of each function are defined here */

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "inject.h"

/* The sanitizers' functions; absent without a sanitizer. */
#define WEAK __attribute__((weak))
WEAK void *__interceptor_malloc(size_t size);
WEAK void *__interceptor_calloc(size_t count, size_t size);
WEAK void *__interceptor_realloc(void *memory, size_t size);
WEAK void *__interceptor_memalign(size_t alignment, size_t size);
WEAK void __interceptor_free(void *memory);
WEAK void *__interceptor_mmap(void *address, size_t length, int protection, int flags, int fd,
                              off_t offset);
WEAK int __interceptor_munmap(void *address, size_t length);
WEAK int __interceptor_madvise(void *address, size_t length, int advice);

static void *counted(void *memory)
{
    if (memory != NULL)
        inject_count_allocation(1);
    return memory;
}

void *malloc(size_t size)
{
    static void *(*next)(size_t);

    if (inject_fails(INJECT_MALLOC))
        return NULL;
    if (next == NULL)
        next = (void *(*)(size_t))inject_next((inject_fn *)__interceptor_malloc, "malloc");
    return counted(next(size));
}

void *calloc(size_t count, size_t size)
{
    static void *(*next)(size_t, size_t);

    if (inject_fails(INJECT_CALLOC))
        return NULL;
    if (next == NULL)
        next = (void *(*)(size_t, size_t))inject_next((inject_fn *)__interceptor_calloc, "calloc");
    return counted(next(count, size));
}

void *realloc(void *memory, size_t size)
{
    static void *(*next)(void *, size_t);

    if (inject_fails(INJECT_REALLOC))
        return NULL;
    if (next == NULL)
        next =
            (void *(*)(void *, size_t))inject_next((inject_fn *)__interceptor_realloc, "realloc");
    if (memory == NULL)
        return counted(next(memory, size));
    if (size == 0)
        inject_count_allocation(-1);
    return next(memory, size);
}

void *reallocarray(void *memory, size_t count, size_t size)
{
    size_t bytes;

    if (__builtin_mul_overflow(count, size, &bytes)) {
        errno = ENOMEM;
        return NULL;
    }
    return realloc(memory, bytes);
}

void free(void *memory)
{
    static void (*next)(void *);
    static bool looking;

    if (memory == NULL || looking)
        return; /* dlsym(3) gives back what it told of a failure before; it stays, since this is not known yet */
    if (next == NULL) {
        looking = true;
        next = (void (*)(void *))inject_next((inject_fn *)__interceptor_free, "free");
        looking = false;
    }
    inject_count_allocation(-1);
    next(memory);
}

static char *copy(const char *text, size_t length)
{
    static void *(*next)(size_t);
    char *memory;

    if (inject_fails(INJECT_STRDUP))
        return NULL;
    if (next == NULL)
        next = (void *(*)(size_t))inject_next((inject_fn *)__interceptor_malloc, "malloc");
    memory = counted(next(length + 1));
    if (memory != NULL) {
        memcpy(memory, text, length);
        memcpy(memory + length, "", 1); /* a function, so that a sanitizer sees it */
    }
    return memory;
}

char *strdup(const char *text)
{
    return copy(text, strlen(text));
}

char *strndup(const char *text, size_t length)
{
    return copy(text, strnlen(text, length));
}

void *memalign(size_t alignment, size_t size)
{
    static void *(*next)(size_t, size_t);

    if (inject_fails(INJECT_ALIGNED))
        return NULL;
    if (next == NULL)
        next =
            (void *(*)(size_t, size_t))inject_next((inject_fn *)__interceptor_memalign, "memalign");
    return counted(next(alignment, size));
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return memalign(alignment, size);
}

int posix_memalign(void **memory, size_t alignment, size_t size)
{
    void *aligned = memalign(alignment, size);

    if (aligned == NULL)
        return ENOMEM;
    *memory = aligned;
    return 0;
}

void *mmap(void *address, size_t length, int protection, int flags, int fd, off_t offset)
{
    static void *(*next)(void *, size_t, int, int, int, off_t);
    void *memory;

    if (inject_fails(INJECT_MMAP))
        return MAP_FAILED;
    if (next == NULL)
        next = (void *(*)(void *, size_t, int, int, int, off_t))inject_next(
            (inject_fn *)__interceptor_mmap, "mmap");
    memory = next(address, length, protection, flags, fd, offset);
    /* MAP_FIXED takes the place of a mapping that has been counted. */
    if (memory != MAP_FAILED && (flags & MAP_FIXED) == 0)
        inject_count_mapping((int64_t)length);
    return memory;
}

void *mmap64(void *address, size_t length, int protection, int flags, int fd, off64_t offset)
{
    return mmap(address, length, protection, flags, fd, offset);
}

int munmap(void *address, size_t length)
{
    static int (*next)(void *, size_t);
    int result;

    if (next == NULL)
        next = (int (*)(void *, size_t))inject_next((inject_fn *)__interceptor_munmap, "munmap");
    result = next(address, length);
    if (result == 0)
        inject_count_mapping(-(int64_t)length);
    return result;
}

int madvise(void *address, size_t length, int advice)
{
    static int (*next)(void *, size_t, int);

    if (inject_fails(INJECT_MADVISE))
        return -1;
    if (next == NULL)
        next = (int (*)(void *, size_t, int))inject_next((inject_fn *)__interceptor_madvise,
                                                         "madvise");
    return next(address, length, advice);
}
