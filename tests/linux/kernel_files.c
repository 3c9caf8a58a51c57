/* SPDX-License-Identifier: MIT
 *
 * The files of the kernel that is told of in kernel.h.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/vfio.h>

#include "kernel.h"

static struct kernel the_kernel;

static void require(bool condition, const char *what)
{
    if (condition)
        return;
    perror(what);
    abort(); /* a test that cannot set its stage */
}

static void make_folders(const char *path)
{
    char part[PATH_MAX];

    for (size_t i = 1; path[i] != '\0'; i++) {
        if (path[i] != '/')
            continue;
        (void)snprintf(part, sizeof(part), "%.*s", (int)i, path);
        require(mkdir(part, 0755) == 0 || errno == EEXIST, part);
    }
}

static void write_file(const char *path, const char *text)
{
    FILE *file;

    make_folders(path);
    file = fopen(path, "we");
    require(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0, path);
}

static const char *path_of(const struct kernel *kernel, const char *address, const char *name)
{
    static char path[PATH_MAX];

    (void)snprintf(path, sizeof(path), "%s/bus/pci/devices/%s/%s", kernel->sysfs, address, name);
    return path;
}

void kernel_put(const struct kernel *kernel, const char *address, const char *name,
                const char *text)
{
    write_file(path_of(kernel, address, name), text);
}

void kernel_link(const struct kernel *kernel, const char *address, const char *name,
                 const char *target)
{
    const char *path = path_of(kernel, address, name);

    make_folders(path);
    (void)unlink(path);
    require(symlink(target, path) == 0, path);
}

void kernel_remove(const struct kernel *kernel, const char *path)
{
    char full[PATH_MAX];

    (void)snprintf(full, sizeof(full), "%s/%s", kernel->root, path);
    require(remove(full) == 0, full);
}

struct kernel *kernel_begin(const char *root)
{
    struct kernel *kernel = &the_kernel;
    char path[PATH_MAX];

    memset(kernel, 0, sizeof(*kernel));
    (void)snprintf(kernel->root, sizeof(kernel->root), "%s", root);
    (void)snprintf(kernel->sysfs, sizeof(kernel->sysfs), "%s/sys", root);
    (void)snprintf(kernel->dev, sizeof(kernel->dev), "%s/dev", root);
    kernel->roots = (struct ir_pci_roots){kernel->sysfs, kernel->dev};
    kernel->api_version = VFIO_API_VERSION;
    kernel->vectors[VFIO_PCI_MSIX_IRQ_INDEX] = 4;
    kernel->ranges[0] = (struct kernel_range){0, 0xfedfffff};
    kernel->ranges[1] = (struct kernel_range){0xfef00000, (UINT64_C(1) << 39) - 1};
    kernel->range_count = 2;
    (void)snprintf(path, sizeof(path), "%s/vfio/vfio", kernel->dev);
    write_file(path, "");
    return kernel;
}

/* A file with configuration space and one window. */
static void make_device(const struct kernel *kernel, const char *address)
{
    static const char ids[] = "\x86\x80\xfb\x10";
    char path[PATH_MAX];
    FILE *file;

    (void)snprintf(path, sizeof(path), "%s/devices/%s", kernel->root, address);
    write_file(path, "");
    file = fopen(path, "r+e");
    require(file != NULL && fwrite(ids, 1, 4, file) == 4 && fclose(file) == 0 &&
                truncate(path, KERNEL_BAR_AT + KERNEL_BAR_BYTES) == 0,
            path);
}

void kernel_add(struct kernel *kernel, const char *address, uint32_t group)
{
    char path[PATH_MAX];
    char target[PATH_MAX];

    kernel_put(kernel, address, "vendor", "0x8086\n");
    kernel_put(kernel, address, "device", "0x10fb\n");
    kernel_put(kernel, address, "class", "0x020000\n");
    kernel_link(kernel, address, "driver", "../../../../bus/pci/drivers/vfio-pci");
    (void)snprintf(target, sizeof(target), "../../../../kernel/iommu_groups/%u", group);
    kernel_link(kernel, address, "iommu_group", target);
    (void)snprintf(path, sizeof(path), "%s/kernel/iommu_groups/%u/devices/%s", kernel->sysfs, group,
                   address);
    make_folders(path);
    (void)snprintf(target, sizeof(target), "../../../../bus/pci/devices/%s", address);
    require(symlink(target, path) == 0, path);
    (void)snprintf(path, sizeof(path), "%s/vfio/%u", kernel->dev, group);
    write_file(path, "");
    make_device(kernel, address);
}

void kernel_add_file(struct kernel *kernel, const char *address, uint32_t number)
{
    char path[PATH_MAX];
    char target[PATH_MAX];
    char name[64];

    (void)snprintf(name, sizeof(name), "vfio-dev/vfio%u/dev", number);
    kernel_put(kernel, address, name, "511:0\n");
    (void)snprintf(target, sizeof(target), "../../../devices/%s", address);
    (void)snprintf(path, sizeof(path), "%s/vfio/devices/vfio%u", kernel->dev, number);
    make_folders(path);
    require(symlink(target, path) == 0, path);
    (void)snprintf(path, sizeof(path), "%s/iommu", kernel->dev);
    write_file(path, "");
}
