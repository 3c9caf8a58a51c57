/* SPDX-License-Identifier: MIT
 *
 * Whether a running program has a device open, and which one: the kernel says that a group is in use,
 * and /proc who has which files open.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "linux/bind.h"
#include "linux/sysfs.h"

/* How the names of a device's files begin or go on. */
struct files {
    char uio[IR_BIND_PATH_LENGTH];      /* or empty */
    char registers[IR_PCI_NAME_LENGTH]; /* part of the path in sysfs */
    const struct ir_bind_device *device;
};

/* Whether the group's file is the device's: not while a kernel driver has the device, and other ones
 * of the group are used through the file. */
static bool group_counts(const struct ir_bind_device *device)
{
    return device->group_node.exists &&
           (device->info.driver[0] == '\0' || strcmp(device->info.driver, "vfio-pci") == 0);
}

/* A group can be open once at a time; devices taken out of it keep it open (vfio_group_fops_open and
 * _release in the kernel). An answer other than that one tells nothing. */
static bool group_in_use(const struct ir_bind_device *device)
{
    int file;

    if (!group_counts(device))
        return false;
    file = open(device->group_node.path, O_RDWR | O_CLOEXEC);
    if (file < 0)
        return errno == EBUSY;
    close(file);
    return false;
}

/* Find the device's file in /dev when uio_pci_generic has it. */
static int find_uio(const struct ir_bind_roots *roots, struct files *files)
{
    const struct dirent *entry;
    char path[PATH_MAX];
    DIR *names;
    int status;

    (void)snprintf(path, sizeof(path), "%s/bus/pci/devices/%s/uio", roots->sysfs,
                   files->device->info.address);
    status = ir_sysfs_open_folder(AT_FDCWD, path, &names);
    if (names == NULL)
        return status;
    while ((entry = ir_sysfs_next_entry(names, &status)) != NULL) {
        if (entry->d_name[0] != '.')
            (void)snprintf(files->uio, sizeof(files->uio), "%.100s/%.100s", roots->dev,
                           entry->d_name);
    }
    closedir(names);
    return status;
}

static bool is_of_device(const struct files *files, const char *path)
{
    const struct ir_bind_device *device = files->device;

    return (group_counts(device) && strcmp(path, device->group_node.path) == 0) ||
           (device->device_node.exists && strcmp(path, device->device_node.path) == 0) ||
           (files->uio[0] != '\0' && strcmp(path, files->uio) == 0) ||
           strstr(path, files->registers) != NULL;
}

static bool has_ended(int error)
{
    return error == ENOENT || error == ESRCH;
}

/* As ir_sysfs_next_entry; the files of a process that ends meanwhile end too. */
static const struct dirent *next_file(DIR *folder, int *status)
{
    const struct dirent *entry;

    errno = 0;
    entry = readdir(folder);
    if (entry == NULL && errno != 0 && !has_ended(errno))
        *status = -EIO;
    return entry;
}

/* Whether one of the open files of the process, the folder `name` of `proc`, is one of the device's.
 * What ends meanwhile, or may not be looked at, has none. */
static int has_open(int proc, const char *name, const struct files *files)
{
    const struct dirent *entry;
    char path[PATH_MAX];
    int status = 0;
    bool found = false;
    DIR *folder;
    int file;

    (void)snprintf(path, sizeof(path), "%.20s/fd", name);
    file = openat(proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (file < 0)
        return has_ended(errno) || errno == EACCES ? 0 : -EIO;
    folder = fdopendir(file);
    if (folder == NULL) {
        close(file);
        return -EIO;
    }
    while (!found && (entry = next_file(folder, &status)) != NULL) {
        ssize_t length = readlinkat(file, entry->d_name, path, sizeof(path) - 1);

        if (length < 0)
            continue; /* "." and "..", and what has been closed meanwhile */
        path[length] = '\0';
        found = is_of_device(files, path);
    }
    closedir(folder);
    return found ? 1 : status;
}

int ir_bind_holder(const struct ir_bind_roots *roots, const struct ir_bind_device *device,
                   struct ir_bind_process *holder)
{
    struct files files = {.device = device};
    const struct dirent *entry;
    char path[IR_BIND_PATH_LENGTH];
    int found = 0;
    int status;
    DIR *proc;

    memset(holder, 0, sizeof(*holder));
    (void)snprintf(files.registers, sizeof(files.registers), "/%s/resource", device->info.address);
    status = find_uio(roots, &files);
    if (status != 0)
        return status;
    status = ir_sysfs_open_folder(AT_FDCWD, roots->proc, &proc);
    if (proc == NULL)
        return status != 0 ? status : group_in_use(device);
    while (found == 0 && (entry = ir_sysfs_next_entry(proc, &status)) != NULL) {
        if (entry->d_name[0] < '0' || entry->d_name[0] > '9')
            continue;
        found = has_open(dirfd(proc), entry->d_name, &files);
        if (found <= 0)
            continue;
        holder->pid = (pid_t)strtol(entry->d_name, NULL, 10);
        (void)snprintf(path, sizeof(path), "%.20s/comm", entry->d_name);
        if (ir_sysfs_text(dirfd(proc), path, holder->name, sizeof(holder->name)) != 0)
            holder->name[0] = '\0'; /* it has just ended, or has no name */
    }
    closedir(proc);
    if (found != 0 || status != 0)
        return found != 0 ? found : status;
    return group_in_use(device);
}
