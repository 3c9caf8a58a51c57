/* SPDX-License-Identifier: MIT
 *
 * Interrupts of a VFIO device: each vector adds to an eventfd. MSI-X has a vector for each purpose;
 * MSI is used with one, since a device may have fewer than it asks for; INTx is a level, which the
 * kernel masks as it delivers it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include <linux/vfio.h>

#include "core/pci.h"
#include "linux/vfio_device.h"

static struct vfio_device *device_of(struct ir_transport *transport)
{
    return (struct vfio_device *)transport;
}

int vfio_find_interrupts(struct vfio_device *device)
{
    static const uint32_t kinds[] = {VFIO_PCI_MSIX_IRQ_INDEX, VFIO_PCI_MSI_IRQ_INDEX,
                                     VFIO_PCI_INTX_IRQ_INDEX};

    device->transport.vectors = 0;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        struct vfio_irq_info info = {.argsz = sizeof(info), .index = kinds[i]};

        if (ioctl(device->member.file, VFIO_DEVICE_GET_IRQ_INFO, &info) != 0)
            return -errno;
        if (info.count == 0 || (info.flags & VFIO_IRQ_INFO_EVENTFD) == 0)
            continue;
        device->interrupt = kinds[i];
        device->transport.vectors = kinds[i] == VFIO_PCI_MSIX_IRQ_INDEX ? info.count : 1u;
        break;
    }
    return 0;
}

/* A request without events: let nothing come any more, or let the next one come. */
static int act(const struct vfio_device *device, uint32_t action, uint32_t count)
{
    struct vfio_irq_set request = {
        .argsz = sizeof(request),
        .flags = VFIO_IRQ_SET_DATA_NONE | action,
        .index = device->interrupt,
        .count = count,
    };

    return ioctl(device->member.file, VFIO_DEVICE_SET_IRQS, &request) == 0 ? 0 : -errno;
}

static int disconnect(struct vfio_device *device)
{
    int result;

    if (!device->connected)
        return 0;
    result = act(device, VFIO_IRQ_SET_ACTION_TRIGGER, 0);
    device->connected = result != 0;
    return result;
}

static int connect_events(struct vfio_device *device, const int *events, uint32_t count)
{
    size_t size = sizeof(struct vfio_irq_set) + count * sizeof(*events);
    struct vfio_irq_set *request = calloc(1, size);
    int result = 0;

    if (request == NULL)
        return -ENOMEM;
    request->argsz = (uint32_t)size;
    request->flags = VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER;
    request->index = device->interrupt;
    request->count = count;
    memcpy(request->data, events, count * sizeof(*events));
    if (ioctl(device->member.file, VFIO_DEVICE_SET_IRQS, request) != 0)
        result = -errno;
    free(request);
    device->connected = result == 0;
    return result;
}

/* Drivers switch the pin off with bus mastering on (core/pci.h); it is this one that is wanted. */
static int open_pin(struct ir_transport *transport)
{
    uint32_t command;
    int result = vfio_config_read(transport, PCI_COMMAND, 2, &command);

    return result == 0 ? vfio_config_write(transport, PCI_COMMAND, 2, command) : result;
}

int vfio_interrupts(struct ir_transport *transport, const int *events, uint32_t count)
{
    struct vfio_device *device = device_of(transport);
    int result;

    if (count > transport->vectors)
        return -EINVAL;
    result = disconnect(device); /* a set of vectors cannot grow while it is in use */
    if (result != 0 || count == 0)
        return result;
    result = connect_events(device, events, count);
    if (result == 0 && device->interrupt == VFIO_PCI_INTX_IRQ_INDEX) {
        result = open_pin(transport);
        if (result != 0)
            (void)disconnect(device);
    }
    return result;
}

int vfio_unmask(struct ir_transport *transport)
{
    struct vfio_device *device = device_of(transport);

    if (!device->connected || device->interrupt != VFIO_PCI_INTX_IRQ_INDEX)
        return 0;
    return act(device, VFIO_IRQ_SET_ACTION_UNMASK, 1);
}
