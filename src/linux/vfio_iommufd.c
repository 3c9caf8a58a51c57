/* SPDX-License-Identifier: MIT
 *
 * An address space of iommufd, which a device joins through a file of its own (iommufd_abi.h).
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "linux/iommufd_abi.h"
#include "linux/refusal.h"
#include "linux/sysfs.h"
#include "linux/vfio_space.h"

#define RANGES_FIRST 16u   /* room for so many at first */
#define RANGES_MAX   4096u /* more than any IOMMU has */

static void iommu_path(const struct ir_pci_roots *roots, char path[IR_PCI_PATH_LENGTH])
{
    (void)snprintf(path, IR_PCI_PATH_LENGTH, "%.100s/iommu", roots->dev);
}

/* The device's file, such as /dev/vfio/devices/vfio0, by the name that sysfs has for it. */
static int device_path(const struct ir_pci_roots *roots, const struct ir_pci_info *info,
                       char path[IR_PCI_PATH_LENGTH])
{
    const struct dirent *entry;
    int status = 0;
    DIR *folder;

    if (snprintf(path, IR_PCI_PATH_LENGTH, "%.100s/bus/pci/devices/%s/vfio-dev", roots->sysfs,
                 info->address) >= (int)IR_PCI_PATH_LENGTH)
        return -ENOENT;
    folder = opendir(path);
    if (folder == NULL)
        return errno == ENOENT ? -ENOENT : -EACCES;
    do
        entry = ir_sysfs_next_entry(folder, &status);
    while (entry != NULL && entry->d_name[0] == '.');
    if (entry != NULL)
        (void)snprintf(path, IR_PCI_PATH_LENGTH, "%.100s/vfio/devices/%.40s", roots->dev,
                       entry->d_name);
    closedir(folder);
    return entry != NULL ? 0 : -ENOENT;
}

/* One of the two files that are needed is not this user's: what follows the address. */
static void describe(const char *path, char clause[IR_ERROR_LENGTH])
{
    (void)snprintf(clause, IR_ERROR_LENGTH,
                   "is not yours to open (%.80s); let root give that to you: sudo chown $(id -un) "
                   "%.80s",
                   path, path);
}

static int look(const struct ir_pci_roots *roots, const struct ir_pci_info *info,
                char clause[IR_ERROR_LENGTH])
{
    char path[IR_PCI_PATH_LENGTH];
    int result = device_path(roots, info, path);

    if (result != 0)
        return result;
    if (access(path, R_OK | W_OK) == 0) {
        iommu_path(roots, path);
        if (access(path, R_OK | W_OK) == 0)
            return 0;
    }
    if (errno == ENOENT)
        return -ENOENT;
    describe(path, clause);
    return -EACCES;
}

static int refuse(const char *address, const char *path, int result, char error[IR_ERROR_LENGTH])
{
    char clause[IR_ERROR_LENGTH];

    if (result != -EACCES && result != -EPERM)
        return ir_refuse_file(address, path, result, error);
    describe(path, clause);
    (void)snprintf(error, IR_ERROR_LENGTH, "%s %.230s", address, clause);
    return result;
}

static int open_space(struct vfio_space *space, const struct ir_pci_roots *roots,
                      const struct ir_pci_info *info, char error[IR_ERROR_LENGTH])
{
    struct iommufd_alloc request = {.size = sizeof(request)};
    char path[IR_PCI_PATH_LENGTH];
    int result;

    iommu_path(roots, path);
    space->file = open(path, O_RDWR | O_CLOEXEC);
    if (space->file < 0)
        return refuse(info->address, path, -errno, error);
    if (ioctl(space->file, IOMMUFD_ALLOC_SPACE, &request) != 0) {
        result = ir_refuse(info->address, "iommufd gives no address space", -errno, error);
        close(space->file);
        return result;
    }
    space->ioas = request.space;
    return 0;
}

/* The kernel refuses a device that somebody has open, and one whose group has a kernel driver. */
static int refuse_to_bind(const struct ir_pci_roots *roots, const struct ir_pci_info *info,
                          const char *path, int result, char error[IR_ERROR_LENGTH])
{
    if (result == -EBUSY)
        return ir_refuse_group(roots, info, error);
    if (result != -EINVAL)
        return ir_refuse(info->address, "iommufd does not take it", result, error);
    (void)snprintf(error, IR_ERROR_LENGTH,
                   "%s: it is in use by another process; find that and end it: fuser -v %.80s",
                   info->address, path);
    return -EBUSY;
}

/* Bind the device to this process, and let it use the space. */
static int enter(const struct vfio_space *space, const struct ir_pci_roots *roots,
                 const struct ir_pci_info *info, const char *path, int file,
                 char error[IR_ERROR_LENGTH])
{
    struct iommufd_bind bind = {.size = sizeof(bind), .iommufd = space->file};
    struct iommufd_attach attach = {.size = sizeof(attach), .space = space->ioas};
    int result;

    if (ioctl(file, IOMMUFD_DEVICE_BIND, &bind) != 0)
        return refuse_to_bind(roots, info, path, -errno, error);
    if (ioctl(file, IOMMUFD_DEVICE_ATTACH, &attach) == 0)
        return 0;
    result = -errno;
    if (result != -EINVAL && result != -EADDRINUSE)
        return ir_refuse(info->address, "the IOMMU does not take it", result, error);
    (void)snprintf(
        error, IR_ERROR_LENGTH,
        "%s: the IOMMU does not take it into the domain (%s); open it before packet pools "
        "are made, or in a domain of its own",
        info->address, strerror(-result));
    return result;
}

static int attach_device(struct vfio_space *space, const struct ir_pci_roots *roots,
                         const struct ir_pci_info *info, struct vfio_member *member,
                         char error[IR_ERROR_LENGTH])
{
    char path[IR_PCI_PATH_LENGTH];
    int result = device_path(roots, info, path);

    if (result != 0) {
        (void)snprintf(error, IR_ERROR_LENGTH,
                       "%s: VFIO has no file for the device alone, as for others of its domain; "
                       "open it in a domain of its own",
                       info->address);
        return -ENOTSUP;
    }
    member->file = open(path, O_RDWR | O_CLOEXEC);
    if (member->file < 0)
        return refuse(info->address, path, -errno, error);
    result = enter(space, roots, info, path, member->file, error);
    if (result != 0)
        close(member->file);
    return result;
}

/* The device left the space when its file was closed. */
static void detach_device(struct vfio_space *space, struct vfio_member *member)
{
    (void)space;
    (void)member;
}

static int addresses(const struct vfio_space *space, struct vfio_span *span)
{
    struct iommufd_ranges request = {
        .size = sizeof(request), .space = space->ioas, .count = RANGES_FIRST};
    struct iommufd_range *ranges = NULL;
    uint32_t room;
    int result;

    do {
        struct iommufd_range *larger = reallocarray(ranges, request.count, sizeof(*ranges));

        if (larger == NULL) {
            free(ranges);
            return -ENOMEM;
        }
        ranges = larger;
        room = request.count;
        memset(ranges, 0, room * sizeof(*ranges));
        request.ranges = (uintptr_t)ranges;
        result = ioctl(space->file, IOMMUFD_RANGES, &request) == 0 ? 0 : -errno;
    } while (result == -EMSGSIZE && request.count > room && request.count <= RANGES_MAX);
    for (uint32_t i = 0; result == 0 && i < request.count && i < room; i++)
        vfio_span_offer(span, ranges[i].first, ranges[i].last);
    free(ranges);
    return result;
}

static int map(const struct vfio_space *space, const struct ir_dma *region)
{
    struct iommufd_map request = {
        .size = sizeof(request),
        .flags = IOMMUFD_MAP_FIXED | IOMMUFD_MAP_WRITE | IOMMUFD_MAP_READ,
        .space = space->ioas,
        .memory = (uintptr_t)region->memory,
        .length = region->size,
        .iova = region->iova,
    };

    return ioctl(space->file, IOMMUFD_MAP, &request) == 0 ? 0 : -errno;
}

static int unmap(const struct vfio_space *space, uint64_t iova, uint64_t size)
{
    struct iommufd_unmap request = {
        .size = sizeof(request), .space = space->ioas, .iova = iova, .length = size};

    return ioctl(space->file, IOMMUFD_UNMAP, &request) == 0 ? 0 : -errno;
}

const struct vfio_way vfio_iommufd_way = {
    .look = look,
    .open = open_space,
    .attach = attach_device,
    .detach = detach_device,
    .addresses = addresses,
    .map = map,
    .unmap = unmap,
};
