/* SPDX-License-Identifier: MIT
 *
 * The transport of a device through sysfs: windows, configuration space and life; see direct.h.
 * The kernel's Documentation/PCI/sysfs-pci.rst says what each file is.
 */
#define _GNU_SOURCE
#include "linux/direct.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/pci.h"
#include "linux/config.h"
#include "linux/delay.h"
#include "linux/refusal.h"
#include "linux/sysfs.h"

#define RESOURCE_PORTS  0x100u /* a line of `resource` is its first and last address, and flags */
#define RESOURCE_MEMORY 0x200u
#define RESOURCE_BYTES  1024u /* the lines of all windows, and more */

static struct direct_device *device_of(struct ir_transport *transport)
{
    return (struct direct_device *)transport;
}

/* Ports are read and written by the kernel, in one access of that width: the instructions would need
 * a permission that each thread of the program has to ask for by itself. */
static uint32_t read_port(void *file, uint32_t offset, uint32_t width)
{
    uint32_t value = IR_REG_GONE;

    (void)ir_config_read(*(const int *)file, 0, offset, width, &value);
    return value;
}

static void write_port(void *file, uint32_t offset, uint32_t width, uint32_t value)
{
    (void)ir_config_write(*(const int *)file, 0, offset, width, value);
}

static const struct ir_regs_sim ports = {read_port, write_port};

/* The device reaches all memory as it is; there is nothing to map. */
static int map(struct ir_transport *transport, const struct ir_dma *region)
{
    (void)transport;
    (void)region;
    return 0;
}

int direct_config_read(struct ir_transport *transport, uint32_t offset, uint32_t width,
                       uint32_t *value)
{
    return ir_config_read(device_of(transport)->config, 0, offset, width, value);
}

/* The pin is the transport's: while its interrupt is connected, nobody switches it off. */
int direct_config_write(struct ir_transport *transport, uint32_t offset, uint32_t width,
                        uint32_t value)
{
    const struct direct_device *device = device_of(transport);

    if (offset == PCI_COMMAND && device->connected)
        value &= ~PCI_COMMAND_INTX_OFF;
    return ir_config_write(device->config, 0, offset, width, value);
}

/* Write a word to one of the device's attributes, if that is open. Errors: what the kernel says. */
static int tell(int attribute, const char *word)
{
    return attribute < 0 || pwrite(attribute, word, strlen(word), 0) >= 0 ? 0 : -errno;
}

/* An attribute that is written now and when the device is closed, when a sandbox may keep files out of
 * reach. Errors: -ENOENT there is none, or what the kernel says. */
static int open_attribute(const struct direct_device *device, const char *name, int *file)
{
    *file = openat(device->folder, name, O_WRONLY | O_CLOEXEC);
    return *file < 0 ? -errno : 0;
}

/* A window of memory may begin inside of a page, which is mapped whole. */
static uint64_t page_offset(const volatile uint8_t *memory)
{
    return (uintptr_t)memory % (uint64_t)sysconf(_SC_PAGESIZE);
}

static void close_bars(const struct direct_device *device)
{
    for (uint32_t i = 0; i < IR_BARS_MAX; i++) {
        const struct ir_regs *bar = &device->transport.bars[i];

        if (bar->size > 0 && bar->kind == IR_REGS_MEMORY)
            (void)munmap((void *)(bar->memory - page_offset(bar->memory)),
                         (size_t)(bar->size + page_offset(bar->memory)));
        if (device->bars[i] >= 0)
            close(device->bars[i]);
    }
}

/* Let go of all that is open, which may be a part of it. */
static void release(struct direct_device *device)
{
    close_bars(device);
    if (device->enabled)
        (void)tell(device->enable, "0");
    if (device->enable >= 0)
        close(device->enable);
    if (device->reset >= 0)
        close(device->reset);
    if (device->uio >= 0)
        close(device->uio);
    if (device->config >= 0)
        close(device->config);
    if (device->folder >= 0)
        close(device->folder);
    free(device);
}

static void close_device(struct ir_transport *transport)
{
    struct direct_device *device = device_of(transport);

    (void)tell(device->reset, "1");
    (void)direct_interrupts(transport, NULL, 0);
    (void)ir_pci_bus_master(transport, false);
    release(device);
}

static const struct ir_transport_ops ops = {
    .map = map,
    .unmap = map,
    .config_read = direct_config_read,
    .config_write = direct_config_write,
    .interrupts = direct_interrupts,
    .unmask = direct_unmask,
    .delay = ir_delay,
    .close = close_device,
};

/* The window of memory in the file, whose first address is `start`. */
static int map_window(int file, uint64_t start, uint32_t size, struct ir_regs *bar)
{
    uint64_t before = start % (uint64_t)sysconf(_SC_PAGESIZE);
    uint8_t *window =
        mmap(NULL, (size_t)(before + size), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);

    if (window == MAP_FAILED)
        return -errno;
    *bar = (struct ir_regs){.kind = IR_REGS_MEMORY, .size = size, .memory = window + before};
    return 0;
}

static int open_bar(struct direct_device *device, uint32_t index, const uint64_t line[3])
{
    struct ir_regs *bar = &device->transport.bars[index];
    uint64_t size = line[1] - line[0] + 1;
    char name[sizeof("resource0")];

    if (line[1] <= line[0] || size > UINT32_MAX ||
        (line[2] & (RESOURCE_PORTS | RESOURCE_MEMORY)) == 0)
        return 0;
    (void)snprintf(name, sizeof(name), "resource%u", index % 10u);
    device->bars[index] = openat(device->folder, name, O_RDWR | O_SYNC | O_CLOEXEC);
    if (device->bars[index] < 0)
        return -errno;
    /* Not for others at the same time; a lock of this file, which is root's, is nobody else's. */
    if (flock(device->bars[index], LOCK_EX | LOCK_NB) != 0)
        return errno == EWOULDBLOCK ? -EBUSY : -errno;
    if ((line[2] & RESOURCE_MEMORY) != 0)
        return map_window(device->bars[index], line[0], (uint32_t)size, bar);
    *bar = (struct ir_regs){
        .kind = IR_REGS_SIM, .size = (uint32_t)size, .sim = &ports, .card = &device->bars[index]};
    return 0;
}

static int open_bars(struct direct_device *device)
{
    char text[RESOURCE_BYTES];
    char *next = text;
    int result = ir_sysfs_content(device->folder, "resource", text, sizeof(text));

    if (result != 0)
        return result;
    for (uint32_t i = 0; i < IR_BARS_MAX && result == 0; i++) {
        uint64_t line[3];

        for (uint32_t n = 0; n < 3; n++)
            line[n] = strtoull(next, &next, 16);
        result = open_bar(device, i, line);
    }
    return result;
}

/* A device that nobody has is not even enabled; one that uio_pci_generic has is. */
static int enable(struct direct_device *device, const struct ir_pci_info *info)
{
    int result = info->driver[0] == '\0' ? open_attribute(device, "enable", &device->enable) : 0;

    if (result == 0)
        result = tell(device->enable, "1");
    device->enabled = device->enable >= 0 && result == 0;
    return result;
}

/* A device that the kernel cannot reset has no such attribute; its driver has to do with that. */
static int reset(struct direct_device *device)
{
    int result = open_attribute(device, "reset", &device->reset);

    if (result == 0)
        result = tell(device->reset, "1");
    return result == -ENOENT ? 0 : result;
}

/* The device's file in /dev when it is bound to uio_pci_generic. */
static int open_uio(struct direct_device *device, const struct ir_pci_roots *roots)
{
    char path[IR_PCI_PATH_LENGTH] = "";
    const struct dirent *entry;
    DIR *folder;
    int result = ir_sysfs_open_folder(device->folder, "uio", &folder);

    if (folder == NULL)
        return result;
    while ((entry = ir_sysfs_next_entry(folder, &result)) != NULL) {
        if (entry->d_name[0] != '.')
            (void)snprintf(path, sizeof(path), "%.100s/%.100s", roots->dev, entry->d_name);
    }
    closedir(folder);
    if (result != 0 || path[0] == '\0')
        return result;
    device->uio = open(path, O_RDWR | O_CLOEXEC);
    if (device->uio < 0)
        return -errno;
    device->transport.vectors = 1;
    return 0;
}

/* In this order: nothing is done to a device that another process has. *step names what failed. */
static int set_up(struct direct_device *device, const struct ir_pci_roots *roots,
                  const struct ir_pci_info *info, const char **step)
{
    int result;

    *step = "its registers cannot be opened";
    result = open_bars(device);
    if (result != 0)
        return result;
    *step = "it cannot be enabled";
    result = enable(device, info);
    if (result != 0)
        return result;
    *step = "it cannot be stopped from reading and writing memory";
    result = ir_pci_bus_master(&device->transport, false);
    if (result != 0)
        return result;
    *step = "it cannot be reset";
    result = reset(device);
    if (result != 0)
        return result;
    *step = "its file for interrupts cannot be opened";
    return open_uio(device, roots);
}

static int refuse(const char *address, const char *step, int result, char error[IR_ERROR_LENGTH])
{
    if (result == -EBUSY)
        (void)snprintf(
            error, IR_ERROR_LENGTH,
            "%s: it is in use by another process; find that and end it: fuser -v " IR_SYSFS
            "/bus/pci/devices/%s/resource*",
            address, address);
    else if (result == -EACCES || result == -EPERM)
        (void)snprintf(
            error, IR_ERROR_LENGTH,
            "%s: %s (%s): without VFIO a device is for root only, and not even that under "
            "the kernel's lockdown; use VFIO: sudo ironring bind %s vfio-pci",
            address, step, strerror(-result), address);
    else
        return ir_refuse(address, step, result, error);
    return result;
}

/* The folder and configuration space, which everything else needs. */
static int open_files(struct direct_device *device, const struct ir_pci_roots *roots,
                      const struct ir_pci_info *info)
{
    char path[IR_PCI_PATH_LENGTH];

    (void)snprintf(path, sizeof(path), "%.100s/bus/pci/devices/%s", roots->sysfs, info->address);
    device->folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (device->folder < 0)
        return -errno;
    device->config = openat(device->folder, "config", O_RDWR | O_CLOEXEC);
    return device->config < 0 ? -errno : 0;
}

int ir_direct_open(const struct ir_pci_roots *roots, const struct ir_pci_info *info,
                   struct ir_transport **transport, char error[IR_ERROR_LENGTH])
{
    struct direct_device *device = calloc(1, sizeof(*device));
    const char *step = "its configuration space cannot be opened";
    int result;

    *transport = NULL;
    if (device == NULL)
        return ir_refuse_memory(info->address, error);
    device->transport = (struct ir_transport){
        .ops = &ops, .vendor = info->vendor, .device = info->device, .physical = true};
    device->folder = device->config = device->enable = device->reset = device->uio = -1;
    for (uint32_t i = 0; i < IR_BARS_MAX; i++)
        device->bars[i] = -1;
    result = open_files(device, roots, info);
    if (result == 0)
        result = set_up(device, roots, info, &step);
    if (result != 0) {
        release(device);
        return refuse(info->address, step, result, error);
    }
    *transport = &device->transport;
    return 0;
}
