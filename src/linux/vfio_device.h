/* SPDX-License-Identifier: MIT
 *
 * A PCI device that is bound to vfio-pci: the kernel gives its registers, configuration space and
 * interrupts to an ordinary user, and the IOMMU lets it reach the memory of its domain and nothing
 * else. Address spaces are vfio_space.h's.
 */
#ifndef IRONRING_LINUX_VFIO_DEVICE_H
#define IRONRING_LINUX_VFIO_DEVICE_H

#include <stdint.h>

#include <ironring/device.h>

#include "core/transport.h"
#include "linux/pci.h"
#include "linux/vfio_space.h"

struct vfio_device {
    struct ir_transport transport; /* first */
    struct vfio_member member;
    uint64_t config;    /* where configuration space begins in the device's file */
    uint32_t interrupt; /* kind of interrupts in use: VFIO_PCI_MSIX_IRQ_INDEX, ... */
    bool connected;     /* to the caller's events */
    bool resets;        /* the kernel can reset it */
};

/* Open the device, reset, in the address space of that number: devices of one number share what is
 * mapped. *transport is null after an error, and `error` a sentence. Errors: -EBUSY, -EACCES,
 * -EPERM, -ENODEV, -ENOTSUP, -ENOMEM, -ENOSPC no usable address, -EIO, or what the kernel says. */
int ir_vfio_open(const struct ir_pci_roots *roots, const struct ir_pci_info *info, uint64_t space,
                 struct ir_transport **transport, char error[IR_ERROR_LENGTH]);

/* vfio_interrupts.c: choose the best kind of interrupt the device has, and connect it. */
int vfio_find_interrupts(struct vfio_device *device);
int vfio_interrupts(struct ir_transport *transport, const int *events, uint32_t count);
int vfio_unmask(struct ir_transport *transport);

/* vfio_device.c: as the transport's; that of vfio_interrupts.c included, which moves the pin's bit. */
int vfio_config_read(struct ir_transport *transport, uint32_t offset, uint32_t width,
                     uint32_t *value);
int vfio_config_write(struct ir_transport *transport, uint32_t offset, uint32_t width,
                      uint32_t value);

#endif
