/* SPDX-License-Identifier: MIT
 *
 * From a PCI address to an open device: what stands in the way, and which way leads there. Each
 * refusal says what can be done about it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "api/drivers.h"
#include "linux/direct.h"
#include "linux/pci.h"
#include "linux/vfio_device.h"

#define PCI_CLASS_ETHERNET 0x0200u /* base class and subclass */
#define VENDOR_VIRTIO      0x1af4u

const struct ir_pci_roots ir_pci_machine = {IR_SYSFS, "/dev"};

static bool has_vfio(const struct ir_pci_info *info)
{
    return strcmp(info->driver, "vfio-pci") == 0;
}

/* Neither VFIO nor a kernel driver that uses it. */
static bool is_direct(const struct ir_pci_info *info)
{
    return info->driver[0] == '\0' || strcmp(info->driver, "uio_pci_generic") == 0;
}

static const struct ir_pci_interface *interface_up(const struct ir_pci_info *info)
{
    for (uint32_t i = 0; i < info->interface_count; i++) {
        if (info->interfaces[i].up)
            return &info->interfaces[i];
    }
    return NULL;
}

/* What no user and no setting of this machine can change. */
static int check_kind(const struct ir_pci_info *info, char clause[IR_ERROR_LENGTH])
{
    const char *name;

    if (info->class_code >> 8 != PCI_CLASS_ETHERNET) {
        (void)snprintf(clause, IR_ERROR_LENGTH,
                       "is not an Ethernet card (PCI class %06x); use a simulated card: sim:82599",
                       info->class_code);
        return -ENOTSUP;
    }
    if (!ir_driver_supports(info->vendor, info->device, &name)) {
        (void)snprintf(clause, IR_ERROR_LENGTH,
                       "has no Ironring driver (PCI id %04x:%04x); use a simulated card: sim:82599",
                       info->vendor, info->device);
        return -ENOTSUP;
    }
    return 0;
}

/* The driver that gives it to programs on this machine. */
static const char *driver_for_programs(const struct ir_pci_info *info)
{
    return info->iommu_group >= 0 ? "vfio-pci" : "uio_pci_generic";
}

/* Nobody else uses it. */
static int check_driver(const struct ir_pci_info *info, char clause[IR_ERROR_LENGTH])
{
    const struct ir_pci_interface *up = interface_up(info);

    if (up != NULL) {
        (void)snprintf(clause, IR_ERROR_LENGTH,
                       "is in use by the kernel driver %s, whose interface %.15s is up; take both "
                       "down: sudo ip link set %.15s down && sudo ironring bind %s %s",
                       info->driver[0] != '\0' ? info->driver : "(unknown)", up->name, up->name,
                       info->address, driver_for_programs(info));
        return -EBUSY;
    }
    if (has_vfio(info) || is_direct(info))
        return 0;
    (void)snprintf(
        clause, IR_ERROR_LENGTH,
        "is in use by the kernel driver %s; take it from there: sudo ironring bind %s %s",
        info->driver, info->address, driver_for_programs(info));
    return -EBUSY;
}

/* VFIO has files for it, and this user may open them. */
static int check_vfio(const struct ir_pci_roots *roots, const struct ir_pci_info *info,
                      char clause[IR_ERROR_LENGTH])
{
    int status;

    if (info->iommu_group < 0) {
        (void)snprintf(clause, IR_ERROR_LENGTH,
                       "is behind no IOMMU; switch that on (VT-d or AMD-Vi in the firmware, "
                       "intel_iommu=on for the kernel), or do without as root: ironring bind %s "
                       "uio_pci_generic",
                       info->address);
        return -ENOTSUP;
    }
    status = vfio_space_look(roots, info, clause);
    return status == -ENOENT ? -ENODEV : status;
}

/* It reaches memory at the machine's own addresses, and this user is root. Virtio devices say
 * themselves whether the IOMMU is before them (ACCESS_PLATFORM), so that is for their driver. */
static int check_direct(const struct ir_pci_roots *roots, const struct ir_pci_info *info,
                        char clause[IR_ERROR_LENGTH])
{
    char path[IR_PCI_PATH_LENGTH];

    if (info->translated && info->vendor != VENDOR_VIRTIO) {
        (void)snprintf(
            clause, IR_ERROR_LENGTH,
            "reaches memory through the IOMMU, which lets it reach none yet; use VFIO: sudo "
            "ironring bind %s vfio-pci",
            info->address);
        return -EBUSY;
    }
    (void)snprintf(path, sizeof(path), "%.100s/bus/pci/devices/%s/config", roots->sysfs,
                   info->address);
    if (access(path, R_OK | W_OK) == 0)
        return 0;
    if (info->iommu_group < 0)
        (void)snprintf(clause, IR_ERROR_LENGTH,
                       "is for root only, as no IOMMU is before it; run the command as root");
    else
        (void)snprintf(clause, IR_ERROR_LENGTH,
                       "is for root only without VFIO; let root give it to you: sudo ironring bind "
                       "--user $(id -un) %s vfio-pci",
                       info->address);
    return -EACCES;
}

int ir_pci_obstacle(const struct ir_pci_roots *roots, const struct ir_pci_info *info,
                    char clause[IR_ERROR_LENGTH])
{
    int status = check_kind(info, clause);

    if (status == 0)
        status = check_driver(info, clause);
    if (status == 0)
        status =
            has_vfio(info) ? check_vfio(roots, info, clause) : check_direct(roots, info, clause);
    return status;
}

/* What sysfs says of the device at `address`. */
static int look_up(const struct ir_pci_roots *roots, const char *address, struct ir_pci_info *info,
                   char error[IR_ERROR_LENGTH])
{
    int status = ir_pci_inspect(roots->sysfs, address, info);

    if (status == -ENODEV)
        (void)snprintf(error, IR_ERROR_LENGTH,
                       "there is no PCI device %s; 'ironring list' shows the network cards",
                       address);
    else if (status != 0)
        (void)snprintf(
            error, IR_ERROR_LENGTH,
            "%.100s/bus/pci/devices/%s cannot be read, or its vendor, device or class is missing",
            roots->sysfs, address);
    return status;
}

int ir_pci_open_at(const struct ir_pci_roots *roots, const char *address, uint64_t space,
                   struct ir_transport **transport, char error[IR_ERROR_LENGTH])
{
    char full[IR_PCI_ADDRESS_LENGTH];
    char clause[IR_ERROR_LENGTH];
    char unread[IR_ERROR_LENGTH];
    struct ir_pci_info info;
    int status;

    *transport = NULL;
    if (error == NULL)
        error = unread;
    if (!ir_pci_address(address, full)) {
        (void)snprintf(error, IR_ERROR_LENGTH,
                       "'%.100s' is not a PCI address; give one such as 0000:03:00.0, or a "
                       "simulated card such as sim:82599",
                       address);
        return -EINVAL;
    }
    status = look_up(roots, full, &info, error);
    if (status != 0)
        return status;
    status = ir_pci_obstacle(roots, &info, clause);
    if (status != 0) {
        (void)snprintf(error, IR_ERROR_LENGTH, "%s %.230s", full, clause);
        return status;
    }
    if (has_vfio(&info))
        return ir_vfio_open(roots, &info, space, transport, error);
    return ir_direct_open(roots, &info, transport, error);
}

int ir_pci_open(const char *address, uint64_t space, struct ir_transport **transport,
                char error[IR_ERROR_LENGTH])
{
    return ir_pci_open_at(&ir_pci_machine, address, space, transport, error);
}
