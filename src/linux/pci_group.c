/* SPDX-License-Identifier: MIT
 *
 * IOMMU groups: devices that the IOMMU cannot tell apart, so that a program gets all of them or none.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "linux/pci.h"
#include "linux/sysfs.h"

#define CLASS_BRIDGE 0x0604u /* base class and subclass of a bridge between PCI buses */

/* As in the kernel: drivers that leave a device's memory accesses to a program, or make none
 * (Documentation/driver-api/vfio.rst, "Groups, Devices, and IOMMUs"). */
bool ir_pci_viable(const char *driver, uint32_t class_code)
{
    return driver[0] == '\0' || strcmp(driver, "pci-stub") == 0 || strstr(driver, "vfio") != NULL ||
           class_code >> 8 == CLASS_BRIDGE;
}

void ir_pci_group_others(const struct ir_pci_roots *roots, const struct ir_pci_info *info,
                         char others[IR_PCI_OTHERS_LENGTH])
{
    char path[IR_PCI_PATH_LENGTH];
    const struct dirent *entry;
    size_t length = 0;
    int status = 0;
    DIR *folder;

    others[0] = '\0';
    (void)snprintf(path, sizeof(path), "%.100s/bus/pci/devices/%s/iommu_group/devices",
                   roots->sysfs, info->address);
    if (ir_sysfs_open_folder(AT_FDCWD, path, &folder) != 0 || folder == NULL)
        return;
    while ((entry = ir_sysfs_next_entry(folder, &status)) != NULL) {
        struct ir_pci_info other;
        char address[IR_PCI_ADDRESS_LENGTH];

        if (!ir_pci_address(entry->d_name, address) || strcmp(address, info->address) == 0 ||
            ir_pci_inspect(roots->sysfs, address, &other) != 0 ||
            ir_pci_viable(other.driver, other.class_code) ||
            length + sizeof(", ") + sizeof(address) > IR_PCI_OTHERS_LENGTH)
            continue;
        length += (size_t)snprintf(others + length, IR_PCI_OTHERS_LENGTH - length, "%s%s",
                                   length > 0 ? ", " : "", address);
    }
    closedir(folder);
}
