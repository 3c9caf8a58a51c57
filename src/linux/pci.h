/* SPDX-License-Identifier: MIT
 *
 * PCI devices as Linux describes them in sysfs, whether Ironring can open them, and opening one.
 * The root folders of the kernel's files are parameters so that each situation can be tested on any
 * machine.
 */
#ifndef IRONRING_LINUX_PCI_H
#define IRONRING_LINUX_PCI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <ironring/device.h>

#include "core/transport.h"

#define IR_SYSFS "/sys"

/* Where this machine, or a test, has its kernel's files. */
struct ir_pci_roots {
    const char *sysfs; /* such as /sys */
    const char *dev;   /* such as /dev */
};
extern const struct ir_pci_roots ir_pci_machine;

#define IR_PCI_CLASS_NETWORK  0x02u /* base class */
#define IR_PCI_ADDRESS_LENGTH 13u   /* 0000:03:00.0 and its end */
#define IR_PCI_NAME_LENGTH    64u
#define IR_PCI_INTERFACES_MAX 8u /* network interfaces of one device that are kept */
#define IR_PCI_PATH_LENGTH    256u
#define IR_PCI_OTHERS_LENGTH  80u

struct ir_pci_interface {
    char name[IR_PCI_NAME_LENGTH];
    bool up;
};

struct ir_pci_info {
    char address[IR_PCI_ADDRESS_LENGTH];
    uint16_t vendor;
    uint16_t device;
    uint32_t class_code;             /* base class, subclass, interface: 24 bits */
    char driver[IR_PCI_NAME_LENGTH]; /* kernel driver it is bound to, or empty */
    int32_t iommu_group;             /* -1 when there is none */
    bool translated;                 /* the IOMMU is on for devices that are not behind VFIO, too */
    bool resettable;                 /* the kernel has a way to reset it */
    uint32_t interface_count;        /* <= IR_PCI_INTERFACES_MAX */
    struct ir_pci_interface interfaces[IR_PCI_INTERFACES_MAX];
};

/* Parse "0000:03:00.0" or, for domain 0, "03:00.0", and write it out in full and in lower case.
 * False when `text` is no PCI address; then `address` is unchanged. */
bool ir_pci_address(const char *text, char address[IR_PCI_ADDRESS_LENGTH]);

/* Read what sysfs says of the device at `address`, which is as ir_pci_address writes it.
 * Errors: -ENODEV no such device, -EIO an attribute is missing or not a number, or something
 * cannot be read: what is not known must not look unused. */
int ir_pci_inspect(const char *sysfs, const char *address, struct ir_pci_info *info);

/* The network devices (PCI class 02), by address. The caller frees *list.
 * Returns their number. Errors: -ENOENT no PCI devices in this sysfs, -ENOMEM, -EIO. */
int ir_pci_list(const char *sysfs, struct ir_pci_info **list);

/* pci_group.c: whether a program gets the group of a device that is bound to this driver, or to none
 * when it is empty. `class_code` is 0 for what is no PCI device. */
bool ir_pci_viable(const char *driver, uint32_t class_code);

/* The devices of the same IOMMU group that a kernel driver uses, by address, as in
 * "0000:03:00.1, 0000:03:00.2", as many as there is room for; empty when there are none, or they
 * cannot be read. */
void ir_pci_group_others(const struct ir_pci_roots *roots, const struct ir_pci_info *info,
                         char others[IR_PCI_OTHERS_LENGTH]);

/* pci_open.c: why the device cannot be opened: a clause that continues its address, with the remedy,
 * without a full stop. Returns 0 when it can as far as one can see from outside, -ENOTSUP no Ethernet
 * card, no driver for it or no IOMMU, -EBUSY the kernel uses it, -EACCES its files are not this
 * user's. */
int ir_pci_obstacle(const struct ir_pci_roots *roots, const struct ir_pci_info *info,
                    char clause[IR_ERROR_LENGTH]);

/* Open the device with the files at `roots`. Devices that are opened with the same number `space`
 * share the memory that is mapped for them. *transport is null after an error, and `error`, when not
 * null, a sentence for people. Errors: -EINVAL no PCI address, -ENODEV, -ENOTSUP, -EBUSY, -EACCES,
 * -EPERM, -ENOMEM, -ENOSPC, -EIO, or what the kernel says. */
int ir_pci_open_at(const struct ir_pci_roots *roots, const char *address, uint64_t space,
                   struct ir_transport **transport, char error[IR_ERROR_LENGTH]);
/* The same with the files of this machine. */
int ir_pci_open(const char *address, uint64_t space, struct ir_transport **transport,
                char error[IR_ERROR_LENGTH]);

#endif
