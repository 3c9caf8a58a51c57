/* SPDX-License-Identifier: MIT
 *
 * Huge pages that follow each other; see hugepages.h. They are taken one by one into a file of their
 * own, until those taken have a run among them, which is then mapped in its order.
 */
#define _GNU_SOURCE /* memfd_create, fallocate */
#include "api/hugepages.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/memfd.h>

#include "api/memory.h"
#include "linux/pci.h"
#include "linux/sysfs.h"

#define SHIFT_2M          21u /* page sizes, as powers of two */
#define SHIFT_1G          30u
#define PAGES_MAX         65536u
#define INTERRUPTIONS_MAX 100u

/* An entry of /proc/self/pagemap (Documentation/admin-guide/mm/pagemap.rst). */
#define PAGEMAP_PRESENT (UINT64_C(1) << 63)
#define PAGEMAP_FRAME   ((UINT64_C(1) << 55) - 1)

struct page {
    uint64_t physical;
    uint32_t index; /* in the file */
};

struct search {
    uint32_t shift;
    uint32_t wanted; /* pages in a row */
    uint32_t count;
    uint32_t room;
    struct page *pages; /* those taken, by address */
    int file;
    int pagemap;
};

static uint64_t page_bytes(const struct search *search)
{
    return UINT64_C(1) << search->shift;
}

/* Take the next page of the file. Errors: -ENOMEM none is free, or what fallocate says. */
static int take_page(const struct search *search)
{
    uint64_t page = page_bytes(search);
    int result = -EINTR;

    for (unsigned tries = 0; result == -EINTR && tries < INTERRUPTIONS_MAX; tries++)
        result = fallocate(search->file, 0, (off_t)(search->count * page), (off_t)page) == 0
                     ? 0
                     : -errno;
    return result == -ENOSPC ? -ENOMEM : result;
}

/* The machine's address of what is mapped at `memory`. Errors: -EPERM the kernel does not tell, -EIO. */
static int find_physical(int pagemap, const volatile uint8_t *memory, uint64_t *physical)
{
    uint64_t small = (uint64_t)sysconf(_SC_PAGESIZE);
    uint64_t entry = 0;

    (void)*memory; /* there is no entry before */
    if (pread(pagemap, &entry, sizeof(entry), (off_t)((uintptr_t)memory / small * sizeof(entry))) !=
            (ssize_t)sizeof(entry) ||
        (entry & PAGEMAP_PRESENT) == 0)
        return -EIO;
    if ((entry & PAGEMAP_FRAME) == 0)
        return -EPERM;
    *physical = (entry & PAGEMAP_FRAME) * small;
    return 0;
}

static int look_at_page(const struct search *search, uint64_t *physical)
{
    uint64_t page = page_bytes(search);
    void *memory = mmap(NULL, (size_t)page, PROT_READ | PROT_WRITE, MAP_SHARED, search->file,
                        (off_t)(search->count * page));
    int result;

    if (memory == MAP_FAILED)
        return -errno;
    result = find_physical(search->pagemap, memory, physical);
    (void)munmap(memory, (size_t)page);
    return result;
}

static int make_room(struct search *search)
{
    uint32_t room = search->room == 0 ? 64u : 2u * search->room;
    struct page *larger;

    if (search->count < search->room)
        return 0;
    if (search->count == PAGES_MAX)
        return -ENOMEM;
    larger = reallocarray(search->pages, room, sizeof(*larger));
    if (larger == NULL)
        return -ENOMEM;
    search->pages = larger;
    search->room = room;
    return 0;
}

/* Add the page that was taken last. Returns the first page of the run that it is in. */
static uint32_t add_page(struct search *search, uint64_t physical, uint32_t *length)
{
    const uint64_t page = page_bytes(search);
    struct page *pages = search->pages;
    uint32_t at = search->count;
    uint32_t last;

    for (; at > 0 && pages[at - 1].physical > physical; at--)
        pages[at] = pages[at - 1];
    pages[at] = (struct page){physical, search->count};
    search->count++;
    last = at;
    while (at > 0 && pages[at - 1].physical + page == pages[at].physical)
        at--;
    while (last + 1 < search->count && pages[last].physical + page == pages[last + 1].physical)
        last++;
    *length = last - at + 1;
    return at;
}

/* Take pages until there is a run; *first is where it begins. */
static int find_run(struct search *search, uint32_t *first)
{
    uint32_t length = 0;

    do {
        uint64_t physical = 0;
        int result = make_room(search);

        if (result == 0)
            result = take_page(search);
        if (result == 0)
            result = look_at_page(search, &physical);
        if (result != 0)
            return result;
        *first = add_page(search, physical, &length);
    } while (length < search->wanted);
    return 0;
}

/* Map the run in its order, and give the other pages back: those that cannot be go with the run. */
static int map_run(const struct search *search, uint32_t first, struct ir_hugepages *pages)
{
    const uint64_t page = page_bytes(search);
    uint64_t size = search->wanted * page;
    uint8_t *memory = ir_memory_reserve(size, page);

    if (memory == NULL)
        return -ENOMEM;
    for (uint32_t i = 0; i < search->count; i++) {
        off_t offset = (off_t)(search->pages[i].index * page);

        if (i < first || i - first >= search->wanted) {
            (void)fallocate(search->file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset,
                            (off_t)page);
        } else if (mmap(memory + (i - first) * page, (size_t)page, PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_FIXED, search->file, offset) == MAP_FAILED) {
            int result = -errno;

            (void)munmap(memory, (size_t)size);
            return result;
        }
    }
    *pages = (struct ir_hugepages){memory, search->pages[first].physical, size};
    return 0;
}

static int run_search(struct search *search, struct ir_hugepages *pages)
{
    uint32_t first = 0;
    int result = find_run(search, &first);

    return result == 0 ? map_run(search, first, pages) : result;
}

/* Errors: as ir_hugepages_take; search->count is the number of pages that were free. */
static int take_run(struct search *search, struct ir_hugepages *pages)
{
    int result;

    search->file =
        memfd_create("ironring-dma", MFD_CLOEXEC | MFD_HUGETLB | search->shift << MFD_HUGE_SHIFT);
    if (search->file < 0) /* a size that this machine does not have is one of which none is free */
        return errno == ENODEV || errno == EINVAL ? -ENOMEM : -errno;
    search->pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
    if (search->pagemap < 0) {
        result = errno == EACCES ? -EPERM : -errno;
    } else {
        result = run_search(search, pages);
        close(search->pagemap);
    }
    close(search->file); /* what is mapped stays */
    free(search->pages);
    search->pages = NULL;
    return result;
}

/* How many pages of 2 MiB the kernel has, free or not; 0 when it does not say. */
static uint32_t reserved_pages(void)
{
    uint32_t pages = 0;

    (void)ir_sysfs_number(AT_FDCWD, IR_SYSFS "/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages",
                          UINT32_MAX, &pages);
    return pages;
}

static void explain(const struct search *search, int result, char why[IR_ERROR_LENGTH])
{
    if (result == -EPERM)
        (void)snprintf(
            why, IR_ERROR_LENGTH,
            "a device without an IOMMU needs the machine's own addresses, which the kernel "
            "tells root only; run this as root, or use an IOMMU: ironring bind ADDRESS "
            "vfio-pci");
    else if (result != -ENOMEM)
        (void)snprintf(
            why, IR_ERROR_LENGTH,
            "huge pages for a device without an IOMMU cannot be taken (%s); see the log of "
            "the kernel: dmesg",
            strerror(-result));
    else if (search->count < search->wanted)
        (void)snprintf(
            why, IR_ERROR_LENGTH,
            "a device without an IOMMU needs %" PRIu32 " huge pages of 2 MiB, and %" PRIu32
            " are free; reserve more as root: echo %" PRIu32
            " > /sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages",
            search->wanted, search->count, reserved_pages() + search->wanted - search->count);
    else
        (void)snprintf(why, IR_ERROR_LENGTH,
                       "a device without an IOMMU needs %" PRIu32
                       " huge pages in a row, which %" PRIu32
                       " free ones are not; reserve a larger one as root: echo 1 > "
                       "/sys/kernel/mm/hugepages/hugepages-1048576kB/nr_hugepages",
                       search->wanted, search->count);
}

static uint32_t pages_for(uint64_t size, uint32_t shift)
{
    return (uint32_t)((size + (UINT64_C(1) << shift) - 1) >> shift);
}

int ir_hugepages_take(uint64_t size, struct ir_hugepages *pages, char why[IR_ERROR_LENGTH])
{
    struct search small = {.shift = SHIFT_2M, .wanted = pages_for(size, SHIFT_2M)};
    struct search large = {.shift = SHIFT_1G, .wanted = pages_for(size, SHIFT_1G)};
    int result = take_run(&small, pages);

    if (result == -ENOMEM)
        result = take_run(&large, pages);
    if (result != 0)
        explain(&small, result, why);
    return result;
}

void ir_hugepages_return(const struct ir_hugepages *pages)
{
    (void)munmap(pages->memory, (size_t)pages->size); /* whole mappings of ours: cannot fail */
}
