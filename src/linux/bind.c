/* SPDX-License-Identifier: MIT
 *
 * What there is: a device's binding, its IOMMU group and its files in /dev, as they are now.
 */
#define _GNU_SOURCE
#include "linux/bind.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "linux/sysfs.h"

bool ir_bind_for_user_space(const char *driver)
{
    return strcmp(driver, "vfio-pci") == 0 || strcmp(driver, "uio_pci_generic") == 0;
}

/* Find out about the file at node->path. */
static int read_node(struct ir_bind_node *node)
{
    struct stat status;

    if (stat(node->path, &status) != 0)
        return errno == ENOENT ? 0 : -EIO;
    node->exists = true;
    node->owner = status.st_uid;
    node->group = status.st_gid;
    node->mode = status.st_mode & 07777u;
    return 0;
}

/* The node of the device itself is called as the one entry of its folder vfio-dev, if it has that. */
static int read_device_node(const char *dev, int folder, struct ir_bind_node *node)
{
    const struct dirent *entry;
    DIR *names;
    int status = ir_sysfs_open_folder(folder, "vfio-dev", &names);

    if (names == NULL)
        return status;
    while ((entry = ir_sysfs_next_entry(names, &status)) != NULL) {
        if (entry->d_name[0] != '.')
            (void)snprintf(node->path, sizeof(node->path), "%.100s/vfio/devices/%.100s", dev,
                           entry->d_name);
    }
    closedir(names);
    return status != 0 || node->path[0] == '\0' ? status : read_node(node);
}

static int read_override(int folder, struct ir_bind_device *device)
{
    int status =
        ir_sysfs_text(folder, "driver_override", device->override, sizeof(device->override));

    if (status == -ENOENT)
        return 0;
    device->overridable = status == 0;
    if (status == 0 && strcmp(device->override, "(null)") == 0)
        device->override[0] = '\0';
    return status;
}

/* Append the device `name` of the folder `devices`, whose room grows by doubling. */
static int append_member(int devices, const char *name, struct ir_bind_device *device)
{
    struct ir_bind_member *member;
    char path[IR_BIND_PATH_LENGTH];
    size_t count = device->member_count;

    /* full at each power of two */
    if (count == 0 || (count & (count - 1)) == 0) {
        struct ir_bind_member *longer =
            reallocarray(device->members, count == 0 ? 1 : 2 * count, sizeof(*longer));

        if (longer == NULL)
            return -ENOMEM;
        device->members = longer;
    }
    member = &device->members[count];
    memset(member, 0, sizeof(*member));
    (void)snprintf(member->name, sizeof(member->name), "%.*s", (int)sizeof(member->name) - 1, name);
    (void)snprintf(path, sizeof(path), "%.200s/driver", name);
    if (ir_sysfs_link_name(devices, path, member->driver, sizeof(member->driver)) != 0)
        return -EIO;
    (void)snprintf(path, sizeof(path), "%.200s/class", name);
    (void)ir_sysfs_number(devices, path, 0xffffff, &member->class_code); /* of PCI devices only */
    device->member_count++;
    return 0;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct ir_bind_member *)a)->name,
                  ((const struct ir_bind_member *)b)->name);
}

static int read_members(const char *sysfs, struct ir_bind_device *device)
{
    char path[PATH_MAX];
    const struct dirent *entry;
    DIR *devices;
    int status;

    (void)snprintf(path, sizeof(path), "%s/kernel/iommu_groups/%d/devices", sysfs,
                   device->info.iommu_group);
    status = ir_sysfs_open_folder(AT_FDCWD, path, &devices);
    if (devices == NULL)
        return status != 0 ? status : -EIO; /* it has one device at least */
    while (status == 0 && (entry = ir_sysfs_next_entry(devices, &status)) != NULL) {
        if (entry->d_name[0] != '.' && strcmp(entry->d_name, device->info.address) != 0)
            status = append_member(dirfd(devices), entry->d_name, device);
    }
    closedir(devices);
    if (status == 0 && device->member_count > 1)
        qsort(device->members, device->member_count, sizeof(*device->members), by_name);
    return status;
}

static int read_group(const struct ir_bind_roots *roots, struct ir_bind_device *device)
{
    int status = read_members(roots->sysfs, device);

    if (status != 0)
        return status;
    (void)snprintf(device->group_node.path, sizeof(device->group_node.path), "%.100s/vfio/%d",
                   roots->dev, device->info.iommu_group);
    return read_node(&device->group_node);
}

int ir_bind_inspect(const struct ir_bind_roots *roots, const char *address,
                    struct ir_bind_device *device)
{
    char path[PATH_MAX];
    int status;
    int folder;

    memset(device, 0, sizeof(*device));
    status = ir_pci_inspect(roots->sysfs, address, &device->info);
    if (status != 0)
        return status;
    (void)snprintf(path, sizeof(path), "%s/bus/pci/devices/%s", roots->sysfs, address);
    folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return errno == ENOENT ? -ENODEV : -EIO;
    status = read_override(folder, device);
    if (status == 0)
        status = read_device_node(roots->dev, folder, &device->device_node);
    close(folder);
    if (status == 0 && device->info.iommu_group >= 0)
        status = read_group(roots, device);
    return status;
}

void ir_bind_release(struct ir_bind_device *device)
{
    free(device->members);
    device->members = NULL;
    device->member_count = 0;
}
