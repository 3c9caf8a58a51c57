/* SPDX-License-Identifier: MIT
 *
 * Reading PCI devices from sysfs. Access to a device's registers and memory does not belong here.
 */
#define _GNU_SOURCE
#include "linux/pci.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "linux/sysfs.h"

static bool hex_digits(const char *text, size_t count)
{
    return strspn(text, "0123456789abcdefABCDEF") >= count;
}

bool ir_pci_address(const char *text, char address[IR_PCI_ADDRESS_LENGTH])
{
    static const char domain_zero[] = "0000:";
    char full[IR_PCI_ADDRESS_LENGTH];
    size_t length = strlen(text);

    if (length == sizeof("03:00.0") - 1) {
        memcpy(full, domain_zero, sizeof(domain_zero) - 1);
        memcpy(full + sizeof(domain_zero) - 1, text, length + 1);
    } else if (length == IR_PCI_ADDRESS_LENGTH - 1) {
        memcpy(full, text, length + 1);
    } else {
        return false;
    }
    /* domain:bus:device.function; a bus has 32 devices of 8 functions */
    if (!hex_digits(full, 4) || full[4] != ':' || !hex_digits(full + 5, 2) || full[7] != ':' ||
        !hex_digits(full + 8, 2) || full[8] > '1' || full[10] != '.' || full[11] < '0' ||
        full[11] > '7')
        return false;
    for (size_t i = 0; i < sizeof(full); i++)
        address[i] = (char)(full[i] >= 'A' && full[i] <= 'F' ? full[i] - 'A' + 'a' : full[i]);
    return true;
}

/* Add the interfaces in the folder `net` of `parent`, if it has one. */
static int read_interfaces(int parent, struct ir_pci_info *info)
{
    const struct dirent *entry;
    DIR *net;
    int status = ir_sysfs_open_folder(parent, "net", &net);

    if (net == NULL)
        return status;
    while (info->interface_count < IR_PCI_INTERFACES_MAX &&
           (entry = ir_sysfs_next_entry(net, &status)) != NULL) {
        struct ir_pci_interface *interface = &info->interfaces[info->interface_count];
        char flags_name[sizeof(entry->d_name) + sizeof("/flags")];
        uint32_t flags;

        if (entry->d_name[0] == '.')
            continue;
        (void)snprintf(interface->name, sizeof(interface->name), "%.*s",
                       (int)sizeof(interface->name) - 1, entry->d_name);
        (void)snprintf(flags_name, sizeof(flags_name), "%s/flags", entry->d_name);
        /* IFF_UP; an interface whose state cannot be read counts as up, to be left alone */
        interface->up =
            ir_sysfs_number(dirfd(net), flags_name, UINT32_MAX, &flags) != 0 || (flags & 1u);
        info->interface_count++;
    }
    closedir(net);
    return status;
}

/* The interfaces of the device itself, and those of a device on top of it (virtio0 on virtio-pci).
 */
static int read_all_interfaces(int device, struct ir_pci_info *info)
{
    const struct dirent *entry;
    DIR *folder;
    int status = ir_sysfs_open_folder(device, ".", &folder);

    if (folder == NULL)
        return status;
    status = read_interfaces(device, info);
    while (status == 0 && (entry = ir_sysfs_next_entry(folder, &status)) != NULL) {
        int child;

        if (entry->d_type != DT_DIR || entry->d_name[0] == '.' || strcmp(entry->d_name, "net") == 0)
            continue;
        child = openat(device, entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (child < 0) {
            status = errno == ENOENT ? 0 : -EIO; /* it may have gone meanwhile */
            continue;
        }
        status = read_interfaces(child, info);
        close(child);
    }
    closedir(folder);
    return status;
}

int ir_pci_inspect(const char *sysfs, const char *address, struct ir_pci_info *info)
{
    char text[PATH_MAX];
    uint32_t vendor = 0;
    uint32_t device = 0;
    int status = -EIO;
    int folder;

    memset(info, 0, sizeof(*info));
    (void)snprintf(info->address, sizeof(info->address), "%.*s", (int)sizeof(info->address) - 1,
                   address);
    if (snprintf(text, sizeof(text), "%s/bus/pci/devices/%s", sysfs, address) >= (int)sizeof(text))
        return -ENODEV;
    folder = open(text, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return errno == ENOENT ? -ENODEV : -EIO;
    if (ir_sysfs_number(folder, "vendor", UINT16_MAX, &vendor) != 0 ||
        ir_sysfs_number(folder, "device", UINT16_MAX, &device) != 0 ||
        ir_sysfs_number(folder, "class", 0xffffff, &info->class_code) != 0)
        goto out;
    info->vendor = (uint16_t)vendor;
    info->device = (uint16_t)device;
    if (ir_sysfs_link_name(folder, "driver", info->driver, sizeof(info->driver)) != 0 ||
        ir_sysfs_link_name(folder, "iommu_group", text, sizeof(text)) != 0)
        goto out;
    info->iommu_group = text[0] >= '0' && text[0] <= '9' ? (int32_t)strtol(text, NULL, 10) : -1;
    /* DMA and DMA-FQ translate; identity does not */
    info->translated = ir_sysfs_text(folder, "iommu_group/type", text, sizeof(text)) == 0 &&
                       strncmp(text, "DMA", sizeof("DMA") - 1) == 0;
    info->resettable = faccessat(folder, "reset", F_OK, 0) == 0;
    status = read_all_interfaces(folder, info);
out:
    close(folder);
    return status;
}

static int by_address(const void *a, const void *b)
{
    return strcmp(((const struct ir_pci_info *)a)->address,
                  ((const struct ir_pci_info *)b)->address);
}

/* Append `info` to the array of *count, which grows by doubling. */
static int append(struct ir_pci_info **list, size_t *count, const struct ir_pci_info *info)
{
    /* full at each power of two from 8 on */
    if (*count == 0 || (*count >= 8 && (*count & (*count - 1)) == 0)) {
        size_t room = *count == 0 ? 8 : *count * 2;
        struct ir_pci_info *longer = reallocarray(*list, room, sizeof(*longer));

        if (longer == NULL)
            return -ENOMEM;
        *list = longer;
    }
    (*list)[(*count)++] = *info;
    return 0;
}

int ir_pci_list(const char *sysfs, struct ir_pci_info **list)
{
    char path[PATH_MAX];
    char address[IR_PCI_ADDRESS_LENGTH];
    struct ir_pci_info info;
    const struct dirent *entry;
    size_t count = 0;
    int status = 0;
    DIR *folder;

    *list = NULL;
    if (snprintf(path, sizeof(path), "%s/bus/pci/devices", sysfs) >= (int)sizeof(path))
        return -ENOENT;
    folder = opendir(path);
    if (folder == NULL)
        return errno == ENOENT ? -ENOENT : -EIO;
    while (status == 0 && (entry = ir_sysfs_next_entry(folder, &status)) != NULL) {
        if (!ir_pci_address(entry->d_name, address))
            continue;
        status = ir_pci_inspect(sysfs, address, &info);
        if (status == -ENODEV) { /* unplugged meanwhile */
            status = 0;
            continue;
        }
        if (status == 0 && info.class_code >> 16 == IR_PCI_CLASS_NETWORK)
            status = append(list, &count, &info);
    }
    closedir(folder);
    if (status != 0) {
        free(*list);
        *list = NULL;
        return status;
    }
    if (count > 0)
        qsort(*list, count, sizeof(**list), by_address);
    return (int)count;
}
