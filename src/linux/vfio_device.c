/* SPDX-License-Identifier: MIT
 *
 * The transport of a VFIO device: windows, configuration space and life.
 */
#define _GNU_SOURCE
#include "linux/vfio_device.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/vfio.h>

#include "core/pci.h"
#include "linux/config.h"
#include "linux/delay.h"
#include "linux/refusal.h"

#define RESET_TRIES    20u /* while another part of the kernel holds the device */
#define RESET_PAUSE_US 10000u

static struct vfio_device *device_of(struct ir_transport *transport)
{
    return (struct vfio_device *)transport;
}

static int map(struct ir_transport *transport, const struct ir_dma *region)
{
    return vfio_space_map(&device_of(transport)->member, region);
}

static void explain(struct ir_transport *transport, const struct ir_dma *region, int result,
                    char error[IR_ERROR_LENGTH])
{
    if (result == -ENOMEM)
        vfio_space_explain(&device_of(transport)->member, region, error);
}

static int unmap(struct ir_transport *transport, const struct ir_dma *region)
{
    return vfio_space_unmap(&device_of(transport)->member, region);
}

int vfio_config_read(struct ir_transport *transport, uint32_t offset, uint32_t width,
                     uint32_t *value)
{
    const struct vfio_device *device = device_of(transport);

    return ir_config_read(device->member.file, device->config, offset, width, value);
}

/* The pin is the transport's: while its interrupt is connected, nobody switches it off. */
int vfio_config_write(struct ir_transport *transport, uint32_t offset, uint32_t width,
                      uint32_t value)
{
    const struct vfio_device *device = device_of(transport);

    if (offset == PCI_COMMAND && device->connected && device->interrupt == VFIO_PCI_INTX_IRQ_INDEX)
        value &= ~PCI_COMMAND_INTX_OFF;
    return ir_config_write(device->member.file, device->config, offset, width, value);
}

/* Errors: -ENOTTY the kernel has no way to reset this one, or what it says. */
static int reset(struct vfio_device *device)
{
    int result = device->resets ? -EAGAIN : -ENOTTY;

    for (unsigned tries = 0; result == -EAGAIN && tries < RESET_TRIES; tries++) {
        if (tries > 0)
            ir_delay(&device->transport, RESET_PAUSE_US);
        result = ioctl(device->member.file, VFIO_DEVICE_RESET) == 0 ? 0 : -errno;
    }
    return result;
}

static void unmap_bars(struct vfio_device *device)
{
    for (uint32_t i = 0; i < IR_BARS_MAX; i++) {
        const struct ir_regs *bar = &device->transport.bars[i];

        if (bar->size > 0)
            (void)munmap((void *)bar->memory, bar->size);
    }
}

/* The reset comes first: a device whose interrupts are taken away while it still has one to deliver
 * may not be ready for that. */
static void close_device(struct ir_transport *transport)
{
    struct vfio_device *device = device_of(transport);

    (void)reset(device);
    (void)vfio_interrupts(transport, NULL, 0);
    (void)ir_pci_bus_master(transport, false);
    unmap_bars(device);
    vfio_space_leave(&device->member);
    free(device);
}

static const struct ir_transport_ops ops = {
    .map = map,
    .explain = explain,
    .unmap = unmap,
    .config_read = vfio_config_read,
    .config_write = vfio_config_write,
    .interrupts = vfio_interrupts,
    .unmask = vfio_unmask,
    .delay = ir_delay,
    .close = close_device,
};

/* Map a window; ports and what cannot be mapped are left out, and so have size 0. */
static int map_bar(struct vfio_device *device, uint32_t index)
{
    struct vfio_region_info info = {.argsz = sizeof(info), .index = index};
    const uint32_t needed =
        VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE | VFIO_REGION_INFO_FLAG_MMAP;
    void *window;

    if (ioctl(device->member.file, VFIO_DEVICE_GET_REGION_INFO, &info) != 0)
        return -errno;
    if (info.size == 0 || info.size > UINT32_MAX || (info.flags & needed) != needed)
        return 0;
    window = mmap(NULL, (size_t)info.size, PROT_READ | PROT_WRITE, MAP_SHARED, device->member.file,
                  (off_t)info.offset);
    if (window == MAP_FAILED)
        return -errno;
    device->transport.bars[index] =
        (struct ir_regs){.kind = IR_REGS_MEMORY, .size = (uint32_t)info.size, .memory = window};
    return 0;
}

static int map_bars(struct vfio_device *device)
{
    int result = 0;

    for (uint32_t i = 0; i < IR_BARS_MAX && result == 0; i++)
        result = map_bar(device, VFIO_PCI_BAR0_REGION_INDEX + i);
    if (result != 0)
        unmap_bars(device);
    return result;
}

/* Where configuration space is, and who made the device. */
static int read_identity(struct vfio_device *device)
{
    struct vfio_region_info info = {.argsz = sizeof(info), .index = VFIO_PCI_CONFIG_REGION_INDEX};
    uint32_t ids = 0;
    int result;

    if (ioctl(device->member.file, VFIO_DEVICE_GET_REGION_INFO, &info) != 0)
        return -errno;
    device->config = info.offset;
    result = vfio_config_read(&device->transport, 0, 4, &ids);
    device->transport.vendor = (uint16_t)(ids & 0xffffu);
    device->transport.device = (uint16_t)(ids >> 16);
    return result;
}

/* Everything that is asked of the device's file. *step names what failed. */
static int set_up(struct vfio_device *device, const char **step)
{
    struct vfio_device_info info = {.argsz = sizeof(info)};
    int result = 0;

    *step = "the kernel does not describe it";
    if (ioctl(device->member.file, VFIO_DEVICE_GET_INFO, &info) != 0)
        return -errno;
    device->resets = (info.flags & VFIO_DEVICE_FLAGS_RESET) != 0;
    *step = "it cannot be reset";
    result = reset(device);
    if (result != 0 && result != -ENOTTY)
        return result;
    *step = "its configuration space cannot be read";
    result = read_identity(device);
    if (result != 0)
        return result;
    *step = "its interrupts cannot be found";
    result = vfio_find_interrupts(device);
    if (result != 0)
        return result;
    *step = "its registers cannot be mapped";
    return map_bars(device);
}

int ir_vfio_open(const struct ir_pci_roots *roots, const struct ir_pci_info *info, uint64_t space,
                 struct ir_transport **transport, char error[IR_ERROR_LENGTH])
{
    struct vfio_device *device = calloc(1, sizeof(*device));
    struct vfio_span span;
    const char *step;
    int result;

    *transport = NULL;
    if (device == NULL)
        return ir_refuse_memory(info->address, error);
    result = vfio_space_join(space, roots, info, &device->member, &span, error);
    if (result != 0) {
        free(device);
        return result;
    }
    device->transport.ops = &ops;
    device->transport.translated = true;
    device->transport.iova_first = span.first;
    device->transport.iova_last = span.last;
    result = set_up(device, &step);
    if (result != 0) {
        vfio_space_leave(&device->member);
        free(device);
        return ir_refuse(info->address, step, result, error);
    }
    *transport = &device->transport;
    return 0;
}
