/* SPDX-License-Identifier: MIT
 *
 * The small sysfs: a card of the 82599 family that the kernel uses, a virtio card whose interface is one
 * folder further down, and a device that is no network card.
 */
#define _GNU_SOURCE
#include "sysfs.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine.h"

#define PATH_LENGTH 512u

static const char *const folders[] = {
    "sys",
    "sys/bus",
    "sys/bus/pci",
    "sys/bus/pci/devices",
    "sys/bus/pci/devices/0000:03:00.0",
    "sys/bus/pci/devices/0000:03:00.0/net",
    "sys/bus/pci/devices/0000:03:00.0/net/eth9",
    "sys/bus/pci/devices/0000:04:00.0",
    "sys/bus/pci/devices/0000:04:00.0/virtio0",
    "sys/bus/pci/devices/0000:04:00.0/virtio0/net",
    "sys/bus/pci/devices/0000:04:00.0/virtio0/net/ens4",
    "sys/bus/pci/devices/0000:05:00.0",
};

static const struct {
    const char *path;
    const char *text;
} files[] = {
    {"sys/bus/pci/devices/0000:03:00.0/vendor", "0x8086\n"},
    {"sys/bus/pci/devices/0000:03:00.0/device", "0x10fb\n"},
    {"sys/bus/pci/devices/0000:03:00.0/class", "0x020000\n"},
    {"sys/bus/pci/devices/0000:03:00.0/net/eth9/flags", "0x1002\n"},
    {"sys/bus/pci/devices/0000:04:00.0/vendor", "0x1af4\n"},
    {"sys/bus/pci/devices/0000:04:00.0/device", "0x1041\n"},
    {"sys/bus/pci/devices/0000:04:00.0/class", "0x020000\n"},
    {"sys/bus/pci/devices/0000:04:00.0/virtio0/net/ens4/flags", "0x1003\n"},
    {"sys/bus/pci/devices/0000:05:00.0/vendor", "0x8086\n"},
    {"sys/bus/pci/devices/0000:05:00.0/device", "0x1234\n"},
    {"sys/bus/pci/devices/0000:05:00.0/class", "0x030000\n"},
};

static const struct {
    const char *path;
    const char *target;
} links[] = {
    {"sys/bus/pci/devices/0000:03:00.0/driver", "../../drivers/ixgbe"},
    {"sys/bus/pci/devices/0000:03:00.0/iommu_group", "../../groups/7"},
    {"sys/bus/pci/devices/0000:04:00.0/driver", "../../drivers/virtio-pci"},
};

void sysfs_build(const char *folder)
{
    char path[PATH_LENGTH];

    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
        (void)snprintf(path, sizeof(path), "%s/%s", folder, folders[i]);
        require(mkdir(path, 0755) == 0, "%s cannot be made", path);
    }
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        FILE *file;

        (void)snprintf(path, sizeof(path), "%s/%s", folder, files[i].path);
        file = fopen(path, "we");
        require(file != NULL && fputs(files[i].text, file) >= 0 && fclose(file) == 0,
                "%s cannot be written", path);
    }
    for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
        (void)snprintf(path, sizeof(path), "%s/%s", folder, links[i].path);
        require(symlink(links[i].target, path) == 0, "%s cannot be made", path);
    }
}
