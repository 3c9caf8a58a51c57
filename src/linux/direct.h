/* SPDX-License-Identifier: MIT
 *
 * A PCI device that is not behind VFIO: root uses it through the files that sysfs has of it, and
 * nothing translates the addresses that it reads and writes memory at. It has no kernel driver, or
 * uio_pci_generic, which adds an interrupt and, when the program dies, stops the device.
 */
#ifndef IRONRING_LINUX_DIRECT_H
#define IRONRING_LINUX_DIRECT_H

#include <pthread.h>
#include <stdbool.h>

#include <ironring/device.h>

#include "core/transport.h"
#include "linux/pci.h"

struct direct_device {
    struct ir_transport transport; /* first */
    int folder;                    /* the device's, in sysfs */
    int config;                    /* configuration space */
    int enable;                    /* its attribute, or -1 when there is nothing to enable */
    int reset;                     /* the same, or -1 when the kernel cannot reset it */
    int uio;                       /* /dev/uio*, or -1 */
    int bars[IR_BARS_MAX];         /* files of the windows that there are, the others -1 */
    bool enabled;                  /* by us */
    pthread_t thread;              /* while `connected`: waits for the pin */
    bool connected;
    int event; /* where it reports to: the caller's */
    _Atomic bool ending;
    int end; /* wakes it to see that: an eventfd */
};

/* Open the device, reset where the kernel can reset it. *transport is null after an error, and
 * `error` a sentence. Errors: -EACCES, -EPERM, -EBUSY another process has it, -ENOMEM, -EIO, or what
 * the kernel says. */
int ir_direct_open(const struct ir_pci_roots *roots, const struct ir_pci_info *info,
                   struct ir_transport **transport, char error[IR_ERROR_LENGTH]);

/* direct_interrupts.c: as the transport's. */
int direct_interrupts(struct ir_transport *transport, const int *events, uint32_t count);
int direct_unmask(struct ir_transport *transport);

/* direct.c: as the transport's. */
int direct_config_read(struct ir_transport *transport, uint32_t offset, uint32_t width,
                       uint32_t *value);
int direct_config_write(struct ir_transport *transport, uint32_t offset, uint32_t width,
                        uint32_t value);

#endif
