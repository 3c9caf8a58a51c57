/* SPDX-License-Identifier: MIT
 *
 * What the kernel that is told of in kernel.h answers.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/vfio.h>

#include "kernel.h"
#include "linux/iommufd_abi.h"

#define RANGES_AT 32u /* offset of that capability, after another one */

static struct kernel *kernel; /* the one that was asked last ... */
static int asked;             /* ... of this file */
static int connected;         /* the device whose interrupts are */

static int map(uint64_t iova, uint64_t size)
{
    kernel->map_calls++;
    for (uint32_t i = 0; i < kernel->mapping_count; i++) {
        if (iova <= kernel->mapped[i].last && iova + size > kernel->mapped[i].first)
            return -EEXIST;
    }
    if (kernel->mapping_count == KERNEL_MAPPINGS_MAX)
        return -ENOSPC;
    kernel->mapped[kernel->mapping_count] = (struct kernel_range){iova, iova + size - 1};
    kernel->mapping_count++;
    return 0;
}

static int unmap(uint64_t iova, uint64_t size)
{
    for (uint32_t i = 0; i < kernel->mapping_count; i++) {
        if (kernel->mapped[i].first == iova && kernel->mapped[i].last == iova + size - 1) {
            kernel->mapping_count--;
            kernel->mapped[i] = kernel->mapped[kernel->mapping_count];
            return 0;
        }
    }
    return -ENOENT;
}

/* Capabilities follow the structure: one of no interest, then the ranges. */
static int describe_container(struct vfio_iommu_type1_info *info)
{
    const struct vfio_info_cap_header other = {VFIO_IOMMU_TYPE1_INFO_DMA_AVAIL, 1, RANGES_AT};
    struct vfio_iommu_type1_info_cap_iova_range ranges = {
        .header = {VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE, 1, 0}, .nr_iovas = kernel->range_count};
    uint32_t size =
        (uint32_t)(RANGES_AT + 8u + sizeof(ranges) + kernel->range_count * sizeof(*kernel->ranges));
    uint8_t *bytes = (uint8_t *)info;
    bool room = info->argsz >= size;

    if (kernel->silent)
        return 0;
    info->argsz = kernel->false_sizes ? 1u << 20 : size;
    if (!room)
        return 0;
    info->flags = VFIO_IOMMU_INFO_CAPS;
    info->cap_offset = RANGES_AT - 8u;
    memcpy(bytes + RANGES_AT - 8u, &other, sizeof(other));
    memcpy(bytes + RANGES_AT, &ranges, sizeof(ranges));
    memcpy(bytes + RANGES_AT + sizeof(ranges), kernel->ranges,
           kernel->range_count * sizeof(*kernel->ranges));
    return 0;
}

static int ask_container(unsigned long request, void *argument)
{
    const struct vfio_iommu_type1_dma_map *to_map = argument;
    const struct vfio_iommu_type1_dma_unmap *to_unmap = argument;

    switch (request) {
    case VFIO_GET_API_VERSION:
        return kernel->api_version;
    case VFIO_CHECK_EXTENSION:
        return (uintptr_t)argument == VFIO_TYPE1v2_IOMMU && !kernel->no_type1v2;
    case VFIO_SET_IOMMU:
        return (uintptr_t)argument == VFIO_TYPE1v2_IOMMU ? 0 : -ENODEV;
    case VFIO_IOMMU_GET_INFO:
        return describe_container(argument);
    case VFIO_IOMMU_MAP_DMA:
        return map(to_map->iova, to_map->size);
    case VFIO_IOMMU_UNMAP_DMA:
        return unmap(to_unmap->iova, to_unmap->size);
    default:
        return -ENOTTY;
    }
}

static int ask_group(unsigned long request, void *argument)
{
    struct vfio_group_status *status = argument;
    char path[PATH_MAX];
    int file;

    switch (request) {
    case VFIO_GROUP_GET_STATUS:
        status->flags = kernel->not_viable ? 0 : VFIO_GROUP_FLAGS_VIABLE;
        return 0;
    case VFIO_GROUP_SET_CONTAINER:
        return 0;
    case VFIO_GROUP_GET_DEVICE_FD:
        (void)snprintf(path, sizeof(path), "%s/devices/%s", kernel->root, (const char *)argument);
        file = open(path, O_RDWR | O_CLOEXEC);
        return file >= 0 ? file : -errno;
    default:
        return -ENOTTY;
    }
}

static int ask_iommufd(unsigned long request, void *argument)
{
    const struct iommufd_map *to_map = argument;
    const struct iommufd_unmap *to_unmap = argument;
    struct iommufd_ranges *ranges = argument;
    struct iommufd_alloc *space = argument;
    bool room;

    switch (request) {
    case IOMMUFD_ALLOC_SPACE:
        space->space = 5;
        return 0;
    case IOMMUFD_RANGES:
        room = ranges->count >= kernel->range_count;
        ranges->count = kernel->false_sizes ? UINT32_MAX : kernel->range_count;
        if (!room || kernel->false_sizes)
            return -EMSGSIZE;
        memcpy((void *)(uintptr_t)ranges->ranges, kernel->ranges,
               kernel->range_count * sizeof(*kernel->ranges));
        return ranges->space == 5 ? 0 : -ENOENT;
    case IOMMUFD_MAP:
        return to_map->space == 5 ? map(to_map->iova, to_map->length) : -ENOENT;
    case IOMMUFD_UNMAP:
        return to_unmap->space == 5 ? unmap(to_unmap->iova, to_unmap->length) : -ENOENT;
    default:
        return -ENOTTY;
    }
}

/* Configuration space and one window; no other. */
static void describe_region(struct vfio_region_info *info)
{
    info->flags = 0;
    info->size = 0;
    if (info->index == VFIO_PCI_CONFIG_REGION_INDEX) {
        info->size = 4096;
        info->offset = KERNEL_CONFIG_AT;
        info->flags = VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE;
    } else if (info->index == VFIO_PCI_BAR0_REGION_INDEX) {
        info->size = KERNEL_BAR_BYTES;
        info->offset = KERNEL_BAR_AT;
        info->flags = VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE |
                      (kernel->no_window ? 0 : VFIO_REGION_INFO_FLAG_MMAP);
    }
}

static int set_interrupts(const struct vfio_irq_set *set)
{
    if (set->flags == (VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_ACTION_UNMASK)) {
        kernel->unmasks++;
        return set->index == VFIO_PCI_INTX_IRQ_INDEX ? 0 : -EINVAL;
    }
    if (set->flags == (VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_ACTION_TRIGGER) && set->count == 0) {
        kernel->event_count = 0;
        kernel->disconnects++;
        return 0;
    }
    if (set->flags != (VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER) ||
        (kernel->event_count != 0 && connected == asked) || set->count > KERNEL_EVENTS_MAX ||
        set->argsz != sizeof(*set) + set->count * sizeof(int))
        return -EINVAL;
    connected = asked;
    kernel->interrupt = set->index;
    kernel->event_count = set->count;
    memcpy(kernel->events, set->data, set->count * sizeof(int));
    return 0;
}

static int ask_device(unsigned long request, void *argument)
{
    struct vfio_device_info *info = argument;
    struct vfio_irq_info *interrupt = argument;

    switch (request) {
    case VFIO_DEVICE_GET_INFO:
        info->flags = VFIO_DEVICE_FLAGS_PCI | (kernel->no_reset ? 0 : VFIO_DEVICE_FLAGS_RESET);
        return 0;
    case VFIO_DEVICE_RESET:
        kernel->resets++;
        return 0;
    case VFIO_DEVICE_GET_REGION_INFO:
        describe_region(argument);
        return 0;
    case VFIO_DEVICE_GET_IRQ_INFO:
        interrupt->count =
            interrupt->index < KERNEL_INTERRUPTS ? kernel->vectors[interrupt->index] : 0;
        interrupt->flags = VFIO_IRQ_INFO_EVENTFD;
        return 0;
    case VFIO_DEVICE_SET_IRQS:
        return set_interrupts(argument);
    case IOMMUFD_DEVICE_BIND:
    case IOMMUFD_DEVICE_ATTACH:
        return 0;
    default:
        return -ENOTTY;
    }
}

static bool begins_with(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* What is asked of the file at `path`, which is below the kernel's root. */
static int ask(const char *path, unsigned long request, void *argument)
{
    if (request == kernel->failing) {
        if (kernel->spared == 0)
            return -kernel->error;
        kernel->spared--;
    }
    if (strcmp(path, "/dev/vfio/vfio") == 0)
        return ask_container(request, argument);
    if (strcmp(path, "/dev/iommu") == 0)
        return ask_iommufd(request, argument);
    if (begins_with(path, "/devices/"))
        return ask_device(request, argument);
    return begins_with(path, "/dev/vfio/") ? ask_group(request, argument) : -ENOTTY;
}

bool kernel_ioctl(struct kernel *answering, int file, unsigned long request, void *argument,
                  int *result)
{
    char link[64];
    char path[PATH_MAX] = ""; /* MemorySanitizer does not see what a raw call writes */
    ssize_t length;

    (void)snprintf(link, sizeof(link), "/proc/self/fd/%d", file);
    /* not by the function, which a test may lead elsewhere */
    length = syscall(SYS_readlinkat, AT_FDCWD, link, path, sizeof(path) - 1);
    path[length > 0 ? length : 0] = '\0';
    if (!begins_with(path, answering->root))
        return false;
    kernel = answering;
    asked = file;
    *result = ask(path + strlen(kernel->root), request, argument);
    if (*result < 0) {
        errno = -*result;
        *result = -1;
    }
    return true;
}
