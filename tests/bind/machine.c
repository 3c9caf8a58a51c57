/* SPDX-License-Identifier: MIT
 *
 * The files of the machine, and what its kernel does when one is written: drivers/base and
 * drivers/pci/pci-driver.c in Linux.
 */
#define _GNU_SOURCE
#include "machine.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../inject/inject.h"

#define ROOM 512u

/* Devices as the kernel finds them. */
static const struct device {
    const char *address;
    const char *class_code;
    const char *native; /* its driver, or an empty string */
    int group;          /* -1 for none */
    const char *folder; /* what its driver makes: where the interface is; or null */
    const char *interface;
} devices[] = {
    {MACHINE_NIC, "0x020000", "e1000e", 5, "net", "eth0"},
    {MACHINE_SHARED, "0x020000", "virtio-pci", 3, "virtio1", "eth3"},
    {MACHINE_SHARED2, "0x020000", "e1000", 3, "net", "eth1"},
    {MACHINE_VIRTIO, "0x020000", "virtio-pci", 6, "virtio0", "eth2"},
    {"0000:00:03.0", "0x060400", "", 3, NULL, NULL},
    {MACHINE_DISK, "0x010802", "nvme", 7, NULL, NULL},
    {MACHINE_ALONE, "0x020000", "ixgbe", -1, "net", "eth4"},
};
#define DEVICES (sizeof(devices) / sizeof(devices[0]))

static const char *const loaded[] = {"e1000e", "e1000", "virtio-pci", "nvme", "ixgbe", "vfio-pci"};

static struct {
    char folder[128];
    char sysfs[ROOM];
    char dev[ROOM];
    char proc[ROOM];
    struct ir_bind_roots roots;
    bool device_nodes;
    const char *refuses;
    const char *failing;
    int error;
    unsigned writes;
} machine;

/* Where it lies on the machine that the tests run on. */
__attribute__((format(printf, 2, 3))) static const char *place(char path[PATH_MAX],
                                                               const char *format, ...)
{
    int length = snprintf(path, PATH_MAX, "%s/", machine.folder);
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(path + length, PATH_MAX - (size_t)length, format, arguments);
    va_end(arguments);
    return path;
}

/* Put the text together in `text`, and return it. */
__attribute__((format(printf, 2, 3))) static const char *form(char text[ROOM], const char *format,
                                                              ...)
{
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(text, ROOM, format, arguments);
    va_end(arguments);
    return text;
}

static void make_folders(const char *path)
{
    char part[PATH_MAX];

    for (size_t i = 1; path[i] != '\0'; i++) {
        if (path[i] != '/')
            continue;
        (void)snprintf(part, sizeof(part), "%.*s", (int)i, path);
        (void)mkdir(part, 0755); /* most are there; what needs one fails without it */
    }
}

bool machine_put(const char *path, const char *text)
{
    char whole[PATH_MAX];
    FILE *file;

    make_folders(place(whole, "%s", path));
    file = fopen(whole, "we");
    return file != NULL && fprintf(file, "%s\n", text) > 0 && fclose(file) == 0;
}

bool machine_link(const char *path, const char *target)
{
    char whole[PATH_MAX];

    make_folders(place(whole, "%s", path));
    return symlink(target, whole) == 0;
}

bool machine_remove(const char *path)
{
    char whole[PATH_MAX];

    return remove(place(whole, "%s", path)) == 0;
}

bool machine_exists(const char *path)
{
    char whole[PATH_MAX];
    struct stat status;

    return lstat(place(whole, "%s", path), &status) == 0;
}

void machine_load(const char *driver)
{
    char path[ROOM];

    (void)machine_put(form(path, "sys/bus/pci/drivers/%s/bind", driver), "");
    (void)machine_put(form(path, "sys/bus/pci/drivers/%s/unbind", driver), "");
}

void machine_unload(const char *driver)
{
    char path[ROOM];

    (void)machine_remove(form(path, "sys/bus/pci/drivers/%s/bind", driver));
    (void)machine_remove(form(path, "sys/bus/pci/drivers/%s/unbind", driver));
    (void)machine_remove(form(path, "sys/bus/pci/drivers/%s", driver));
}

void machine_have_device_nodes(void)
{
    machine.device_nodes = true;
    (void)machine_put("dev/iommu", "");
}

void machine_let_refuse(const char *driver)
{
    machine.refuses = driver;
}

void machine_let_fail(const char *file, int error)
{
    machine.failing = file;
    machine.error = error;
}

unsigned machine_writes(void)
{
    return machine.writes;
}

const struct ir_bind_roots *machine_roots(void)
{
    return &machine.roots;
}

const char *machine_driver(const char *address)
{
    static char target[PATH_MAX];
    char path[PATH_MAX];
    ssize_t length =
        readlink(place(path, "sys/bus/pci/devices/%s/driver", address), target, sizeof(target) - 1);

    target[length > 0 ? length : 0] = '\0';
    return strrchr(target, '/') != NULL ? strrchr(target, '/') + 1 : target;
}

const char *machine_override(const char *address)
{
    static char text[ROOM];
    char path[PATH_MAX];
    FILE *file = fopen(place(path, "sys/bus/pci/devices/%s/driver_override", address), "re");

    text[0] = '\0';
    if (file == NULL)
        return text;
    if (fgets(text, sizeof(text), file) != NULL)
        text[strcspn(text, "\n")] = '\0';
    (void)fclose(file); /* only read */
    return text;
}

static const struct device *find(const char *address)
{
    for (size_t i = 0; i < DEVICES; i++) {
        if (strncmp(devices[i].address, address, strlen(devices[i].address)) == 0)
            return &devices[i];
    }
    return NULL;
}

/* What the native driver makes is hidden while it does not have the device. */
static void show_interface(const struct device *device, bool show)
{
    char path[PATH_MAX];
    char hidden[PATH_MAX];

    if (device->folder == NULL)
        return;
    (void)place(path, "sys/bus/pci/devices/%s/%s", device->address, device->folder);
    (void)place(hidden, "sys/bus/pci/devices/%s/.%s", device->address, device->folder);
    (void)rename(show ? hidden : path, show ? path : hidden);
}

static void show_node(const char *path, bool show)
{
    char whole[PATH_MAX];

    if (!show) {
        (void)machine_remove(path);
        return;
    }
    (void)machine_put(path, "");
    inject_own(place(whole, "%s", path), 0, 0);
    (void)chmod(whole, 0600);
}

/* The files of a device that vfio-pci has: those of its group are there as long as one has it. */
static void show_nodes(const struct device *device, bool show)
{
    char path[ROOM];
    bool others = false;

    for (size_t i = 0; i < DEVICES; i++)
        others = others || (&devices[i] != device && devices[i].group == device->group &&
                            strcmp(machine_driver(devices[i].address), "vfio-pci") == 0);
    if (!others)
        show_node(form(path, "dev/vfio/%d", device->group), show);
    if (!machine.device_nodes)
        return;
    (void)form(path, "sys/bus/pci/devices/%s/vfio-dev/vfio%td", device->address, device - devices);
    (void)(show ? machine_put(path, "") : machine_remove(path));
    show_node(form(path, "dev/vfio/devices/vfio%td", device - devices), show);
}

static int attach(const struct device *device, const char *driver)
{
    char path[PATH_MAX];
    char target[ROOM];
    struct stat status;

    if (machine_driver(device->address)[0] != '\0')
        return -EBUSY;
    if (driver[0] == '\0' || stat(place(path, "sys/bus/pci/drivers/%s", driver), &status) != 0 ||
        (machine.refuses != NULL && strcmp(machine.refuses, driver) == 0))
        return -ENODEV;
    if (symlink(form(target, "../../../../bus/pci/drivers/%s", driver),
                place(path, "sys/bus/pci/devices/%s/driver", device->address)) != 0)
        return -EIO;
    if (strcmp(driver, "vfio-pci") == 0)
        show_nodes(device, true);
    else if (strcmp(driver, device->native) == 0)
        show_interface(device, true);
    return 0;
}

static int detach(const struct device *device, const char *driver)
{
    char path[PATH_MAX];

    if (strcmp(machine_driver(device->address), driver) != 0)
        return -ENODEV;
    (void)remove(place(path, "sys/bus/pci/devices/%s/driver", device->address));
    if (strcmp(driver, "vfio-pci") == 0)
        show_nodes(device, false);
    else if (strcmp(driver, device->native) == 0)
        show_interface(device, false);
    return 0;
}

/* The driver that takes the device: the one its override names, or its own. */
static const char *matching(const struct device *device)
{
    const char *override = machine_override(device->address);

    return strcmp(override, "(null)") == 0 ? device->native : override;
}

/* Part `count` of the path from its end, 0 for the last one. */
static void get_part(const char *path, unsigned count, char part[ROOM])
{
    const char *end = path + strlen(path);
    const char *begin = end;

    for (unsigned i = 0; begin > path; begin--) {
        if (begin[-1] != '/')
            continue;
        if (i++ == count)
            break;
        end = begin - 1;
    }
    (void)snprintf(part, ROOM, "%.*s", (int)(end - begin), begin);
}

static int react_to(const char *path, const char *text)
{
    const struct device *device = find(text);
    char name[ROOM];
    char folder[ROOM];

    get_part(path, 0, name);
    get_part(path, 1, folder);
    if (strcmp(name, "driver_override") == 0) {
        char file[ROOM];
        char value[ROOM];

        (void)form(file, "sys/bus/pci/devices/%s/driver_override", folder);
        (void)form(value, "%.*s", (int)strcspn(text, "\n"), text);
        return machine_put(file, value[0] != '\0' ? value : "(null)") ? 0 : -EIO;
    }
    if (device == NULL)
        return -ENODEV;
    if (strcmp(name, "unbind") == 0)
        return detach(device, folder);
    if (strcmp(name, "bind") == 0)
        return strcmp(matching(device), folder) == 0 ? attach(device, folder) : -ENODEV;
    (void)attach(device, matching(device)); /* a probe that finds nothing is none that fails */
    return 0;
}

/* What is written to sysfs ends with a newline, as echo writes it. */
static int react(const char *path, const char *text)
{
    int status;

    if (strncmp(path, machine.sysfs, strlen(machine.sysfs)) != 0)
        return 0;
    machine.writes++;
    if (text[0] == '\0' || text[strlen(text) - 1] != '\n')
        return -EINVAL;
    if (machine.failing != NULL && strlen(path) >= strlen(machine.failing) &&
        strcmp(path + strlen(path) - strlen(machine.failing), machine.failing) == 0)
        return -machine.error;
    status = react_to(path, text);
    return status == 0 ? 1 : status;
}

static bool build_interface(const struct device *device)
{
    bool below = strcmp(device->folder, "net") != 0; /* of a device on top of this one */
    char path[ROOM];

    return machine_put(form(path, "sys/bus/pci/devices/%s/%s%s/%s/flags", device->address,
                            device->folder, below ? "/net" : "", device->interface),
                       "0x1002") &&
           machine_put(form(path, "sys/class/net/%s/mtu", device->interface), "1500");
}

static bool build_group(const struct device *device)
{
    char path[ROOM];
    char target[ROOM];

    return machine_link(form(path, "sys/bus/pci/devices/%s/iommu_group", device->address),
                        form(target, "../../../../kernel/iommu_groups/%d", device->group)) &&
           machine_put(form(path, "sys/kernel/iommu_groups/%d/type", device->group), "DMA-FQ") &&
           machine_link(
               form(path, "sys/kernel/iommu_groups/%d/devices/%s", device->group, device->address),
               form(target, "../../../../bus/pci/devices/%s", device->address));
}

/* All that sysfs has of one device. */
static bool build_device(const struct device *device)
{
    const char *address = device->address;
    char path[ROOM];
    char target[ROOM];

    return machine_put(form(path, "sys/bus/pci/devices/%s/class", address), device->class_code) &&
           machine_put(form(path, "sys/bus/pci/devices/%s/vendor", address), "0x8086") &&
           machine_put(form(path, "sys/bus/pci/devices/%s/device", address), "0x10d3") &&
           machine_put(form(path, "sys/bus/pci/devices/%s/driver_override", address), "(null)") &&
           (device->native[0] == '\0' ||
            machine_link(form(path, "sys/bus/pci/devices/%s/driver", address),
                         form(target, "../../../../bus/pci/drivers/%s", device->native))) &&
           (device->folder == NULL || build_interface(device)) &&
           (device->group < 0 || build_group(device));
}

bool machine_build(const char *folder, size_t count)
{
    bool good;

    memset(&machine, 0, sizeof(machine));
    (void)snprintf(machine.folder, sizeof(machine.folder), "%s", folder);
    (void)snprintf(machine.sysfs, sizeof(machine.sysfs), "%s/sys", folder);
    (void)snprintf(machine.dev, sizeof(machine.dev), "%s/dev", folder);
    (void)snprintf(machine.proc, sizeof(machine.proc), "%s/proc", folder);
    machine.roots = (struct ir_bind_roots){machine.sysfs, machine.dev, machine.proc};
    good = machine_put("dev/vfio/vfio", "") && machine_put("sys/bus/pci/drivers_probe", "") &&
           machine_put("proc/uptime", "1.0") && machine_put("proc/1/comm", "init") &&
           machine_link("proc/1/fd/0", "/dev/null");
    for (size_t i = 0; i < sizeof(loaded) / sizeof(loaded[0]); i++)
        machine_load(loaded[i]);
    for (size_t i = 0; i < DEVICES && i < count; i++)
        good = good && build_device(&devices[i]);
    inject_on_write(react);
    return good;
}
