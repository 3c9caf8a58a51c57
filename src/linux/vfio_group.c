/* SPDX-License-Identifier: MIT
 *
 * An address space as a VFIO container, which devices join by the group that the IOMMU has them in
 * (linux/vfio.h; type1 v2, in which what is mapped in one call is unmapped in one call).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/vfio.h>

#include "linux/refusal.h"
#include "linux/vfio_space.h"

#define INFO_BYTES_MAX 65536u /* more than the kernel says of an IOMMU */

static void group_path(const struct ir_pci_roots *roots, const struct ir_pci_info *info,
                       char path[IR_PCI_PATH_LENGTH])
{
    (void)snprintf(path, IR_PCI_PATH_LENGTH, "%.100s/vfio/%d", roots->dev, info->iommu_group);
}

/* Why the group's file is not this user's to open, or is not there: what follows the address. */
static void describe(const char *address, const char *path, int result,
                     char clause[IR_ERROR_LENGTH])
{
    if (result == -ENOENT)
        (void)snprintf(clause, IR_ERROR_LENGTH,
                       "has no file %.80s; bind it again: sudo ironring bind %s vfio-pci", path,
                       address);
    else
        (void)snprintf(clause, IR_ERROR_LENGTH,
                       "is not yours to open (%.80s); let root give it to you: sudo ironring bind "
                       "--user $(id -un) %s vfio-pci",
                       path, address);
}

static int look(const struct ir_pci_roots *roots, const struct ir_pci_info *info,
                char clause[IR_ERROR_LENGTH])
{
    char path[IR_PCI_PATH_LENGTH];
    int result;

    group_path(roots, info, path);
    if (access(path, R_OK | W_OK) == 0)
        return 0;
    result = errno == ENOENT ? -ENOENT : -EACCES;
    describe(info->address, path, result, clause);
    return result;
}

/* Why the container cannot be opened. */
static int refuse_container(const char *address, const char *path, int result,
                            char error[IR_ERROR_LENGTH])
{
    if (result == -ENOENT)
        (void)snprintf(error, IR_ERROR_LENGTH,
                       "%s: there is no %.80s; load the module: sudo modprobe vfio-pci", address,
                       path);
    else if (result == -EACCES)
        (void)snprintf(
            error, IR_ERROR_LENGTH,
            "%s: you may not open %.80s; let everyone, as the kernel means it: sudo chmod "
            "0666 %.80s",
            address, path, path);
    else
        return ir_refuse_file(address, path, result, error);
    return result;
}

static int open_container(struct vfio_space *space, const struct ir_pci_roots *roots,
                          const struct ir_pci_info *info, char error[IR_ERROR_LENGTH])
{
    char path[IR_PCI_PATH_LENGTH];
    int file;

    (void)snprintf(path, sizeof(path), "%.100s/vfio/vfio", roots->dev);
    file = open(path, O_RDWR | O_CLOEXEC);
    if (file < 0)
        return refuse_container(info->address, path, -errno, error);
    if (ioctl(file, VFIO_GET_API_VERSION, 0) != VFIO_API_VERSION ||
        ioctl(file, VFIO_CHECK_EXTENSION, VFIO_TYPE1v2_IOMMU) != 1) {
        close(file);
        (void)snprintf(error, IR_ERROR_LENGTH,
                       "%s: the kernel's VFIO has no IOMMU of type 1 version 2; load its module: "
                       "sudo modprobe vfio_iommu_type1",
                       info->address);
        return -ENOTSUP;
    }
    space->file = file;
    return 0;
}

/* Why the group's file cannot be opened. */
static int refuse_group(const struct ir_pci_info *info, const char *path, int result,
                        char error[IR_ERROR_LENGTH])
{
    char clause[IR_ERROR_LENGTH];

    if (result == -EBUSY) {
        (void)snprintf(error, IR_ERROR_LENGTH,
                       "%s: its IOMMU group is in use by another process; find that and end it: "
                       "fuser -v %.80s",
                       info->address, path);
    } else if (result == -EACCES || result == -EPERM || result == -ENOENT) {
        describe(info->address, path, result, clause);
        (void)snprintf(error, IR_ERROR_LENGTH, "%s %.230s", info->address, clause);
    } else {
        return ir_refuse_file(info->address, path, result, error);
    }
    return result;
}

/* The group is complete: none of its devices is bound to a kernel driver that uses it. */
static int check_viable(int file, const struct ir_pci_roots *roots, const struct ir_pci_info *info,
                        char error[IR_ERROR_LENGTH])
{
    struct vfio_group_status status = {.argsz = sizeof(status)};

    if (ioctl(file, VFIO_GROUP_GET_STATUS, &status) != 0)
        return ir_refuse(info->address, "the state of its IOMMU group cannot be read", -errno,
                         error);
    if ((status.flags & VFIO_GROUP_FLAGS_VIABLE) != 0)
        return 0;
    return ir_refuse_group(roots, info, error);
}

/* Why the group does not become a part of the container. */
static int refuse_to_attach(const struct ir_pci_info *info, int result, char error[IR_ERROR_LENGTH])
{
    const char *reason = strerror(-result);
    const char *remedy = "see the log of the kernel: dmesg";

    if (result == -EPERM) {
        reason = "the IOMMU does not remap interrupts, so the device could forge any";
        remedy = "accept that: echo 1 | sudo tee /sys/module/vfio_iommu_type1/parameters/"
                 "allow_unsafe_interrupts";
    } else if (result == -EINVAL) {
        remedy = "open it before packet pools are made, or in a domain of its own";
    } else if (result == -EBUSY) {
        remedy = "open it in the domain of the other devices of its IOMMU group";
    }
    (void)snprintf(error, IR_ERROR_LENGTH, "%s: the IOMMU does not take it (%s); %s", info->address,
                   reason, remedy);
    return result;
}

/* The first group of a container decides which IOMMU that uses. */
static int attach_group(struct vfio_space *space, int file, const struct ir_pci_info *info,
                        char error[IR_ERROR_LENGTH])
{
    if (ioctl(file, VFIO_GROUP_SET_CONTAINER, &space->file) != 0)
        return refuse_to_attach(info, -errno, error);
    if (space->groups == NULL && ioctl(space->file, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU) != 0)
        return refuse_to_attach(info, -errno, error);
    return 0;
}

/* Closing the file takes the group out of the container. */
static int open_group(struct vfio_space *space, const struct ir_pci_roots *roots,
                      const struct ir_pci_info *info, struct vfio_group *group,
                      char error[IR_ERROR_LENGTH])
{
    char path[IR_PCI_PATH_LENGTH];
    int result;

    group_path(roots, info, path);
    group->number = info->iommu_group;
    group->file = open(path, O_RDWR | O_CLOEXEC);
    if (group->file < 0)
        return refuse_group(info, path, -errno, error);
    result = check_viable(group->file, roots, info, error);
    if (result == 0)
        result = attach_group(space, group->file, info, error);
    if (result != 0)
        close(group->file);
    return result;
}

/* The group of the device, opened when it is the first of its group. */
static int find_group(struct vfio_space *space, const struct ir_pci_roots *roots,
                      const struct ir_pci_info *info, struct vfio_group **out,
                      char error[IR_ERROR_LENGTH])
{
    struct vfio_group *group = space->groups;
    int result;

    while (group != NULL && group->number != info->iommu_group)
        group = group->next;
    if (group == NULL) {
        group = calloc(1, sizeof(*group));
        if (group == NULL)
            return ir_refuse_memory(info->address, error);
        result = open_group(space, roots, info, group, error);
        if (result != 0) {
            free(group);
            return result;
        }
        group->next = space->groups;
        space->groups = group;
    }
    group->users++;
    *out = group;
    return 0;
}

static void detach(struct vfio_space *space, struct vfio_member *member)
{
    struct vfio_group *group = member->group;

    group->users--;
    if (group->users > 0)
        return;
    for (struct vfio_group **link = &space->groups; *link != NULL; link = &(*link)->next) {
        if (*link == group) {
            *link = group->next;
            break;
        }
    }
    close(group->file);
    free(group);
}

static int attach(struct vfio_space *space, const struct ir_pci_roots *roots,
                  const struct ir_pci_info *info, struct vfio_member *member,
                  char error[IR_ERROR_LENGTH])
{
    int result = find_group(space, roots, info, &member->group, error);

    if (result != 0)
        return result;
    member->file = ioctl(member->group->file, VFIO_GROUP_GET_DEVICE_FD, info->address);
    if (member->file >= 0)
        return 0;
    result = ir_refuse(info->address, "the kernel does not open it", -errno, error);
    detach(space, member);
    return result;
}

/* Each capability begins with a header that says where the next one is; they ascend. */
static void read_ranges(const uint8_t *bytes, uint32_t size, uint32_t at, struct vfio_span *span)
{
    struct vfio_info_cap_header header;
    uint32_t last = 0;

    while (at > last && at <= size - sizeof(struct vfio_iommu_type1_info_cap_iova_range)) {
        memcpy(&header, bytes + at, sizeof(header));
        if (header.id == VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE) {
            struct vfio_iommu_type1_info_cap_iova_range ranges;
            uint32_t room = (size - at - (uint32_t)sizeof(ranges)) / sizeof(struct vfio_iova_range);

            memcpy(&ranges, bytes + at, sizeof(ranges));
            *span = (struct vfio_span){1, 0};
            for (uint32_t i = 0; i < ranges.nr_iovas && i < room; i++) {
                struct vfio_iova_range range;

                memcpy(&range, bytes + at + sizeof(ranges) + i * sizeof(range), sizeof(range));
                vfio_span_offer(span, range.start, range.end);
            }
        }
        last = at;
        at = header.next;
    }
}

static int addresses(const struct vfio_space *space, struct vfio_span *span)
{
    struct vfio_iommu_type1_info head = {.argsz = sizeof(head)};
    struct vfio_iommu_type1_info *info;
    int result = 0;

    if (ioctl(space->file, VFIO_IOMMU_GET_INFO, &head) != 0)
        return -errno;
    if (head.argsz < sizeof(head) || head.argsz > INFO_BYTES_MAX)
        return -EIO;
    info = calloc(1, head.argsz);
    if (info == NULL)
        return -ENOMEM;
    info->argsz = head.argsz;
    *span = (struct vfio_span){0, 0}; /* before Linux 5.4 the kernel does not say */
    if (ioctl(space->file, VFIO_IOMMU_GET_INFO, info) != 0)
        result = -errno;
    else if ((info->flags & VFIO_IOMMU_INFO_CAPS) != 0)
        read_ranges((const uint8_t *)info, head.argsz, info->cap_offset, span);
    free(info);
    return result;
}

static int map(const struct vfio_space *space, const struct ir_dma *region)
{
    struct vfio_iommu_type1_dma_map request = {
        .argsz = sizeof(request),
        .flags = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE,
        .vaddr = (uintptr_t)region->memory,
        .iova = region->iova,
        .size = region->size,
    };

    return ioctl(space->file, VFIO_IOMMU_MAP_DMA, &request) == 0 ? 0 : -errno;
}

static int unmap(const struct vfio_space *space, uint64_t iova, uint64_t size)
{
    struct vfio_iommu_type1_dma_unmap request = {
        .argsz = sizeof(request),
        .iova = iova,
        .size = size,
    };

    return ioctl(space->file, VFIO_IOMMU_UNMAP_DMA, &request) == 0 ? 0 : -errno;
}

const struct vfio_way vfio_group_way = {
    .look = look,
    .open = open_container,
    .attach = attach,
    .detach = detach,
    .addresses = addresses,
    .map = map,
    .unmap = unmap,
};
