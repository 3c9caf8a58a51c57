/* SPDX-License-Identifier: MIT
 *
 * A device's record is about a megabyte, which the sanitizer's allocator maps and unmaps anew for
 * each device: the kernel's work, ten times that of the code under test. Here the linker sends
 * calloc and free of the library instead (--wrap): records are kept, and poisoned while
 * they are free, so that a late use is found as it is in freed memory.
 */
#include "records.h"

#include <sanitizer/asan_interface.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "e1000e/e1000e.h"
#include "ixgbe/ixgbe.h"
#include "oracle.h"
#include "virtio/virtio.h"

#define RECORDS 4u

static struct {
    union {
        struct e1000e_dev e1000e;
        struct ixgbe_dev ixgbe;
        struct virtio_dev virtio;
    } memory;
    bool used;
} records[RECORDS];

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void __real_free(void *memory);
void __wrap_free(void *memory);

void *__wrap_calloc(size_t count, size_t size)
{
    if (count != 1 || (size != sizeof(struct e1000e_dev) && size != sizeof(struct ixgbe_dev) &&
                       size != sizeof(struct virtio_dev)))
        return __real_calloc(count, size);
    for (uint32_t i = 0; i < RECORDS; i++) {
        if (records[i].used)
            continue;
        records[i].used = true;
        ASAN_UNPOISON_MEMORY_REGION(&records[i].memory, size);
        return memset(&records[i].memory, 0, size);
    }
    return __real_calloc(count, size);
}

void __wrap_free(void *memory)
{
    for (uint32_t i = 0; i < RECORDS; i++) {
        if (memory != &records[i].memory)
            continue;
        if (!records[i].used)
            fuzz_fail("a device's record is freed twice");
        ASAN_POISON_MEMORY_REGION(&records[i].memory, sizeof(records[i].memory));
        records[i].used = false;
        return;
    }
    __real_free(memory);
}

uint32_t fuzz_records_in_use(void)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < RECORDS; i++)
        count += records[i].used ? 1u : 0u;
    return count;
}
