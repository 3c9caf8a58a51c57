/* SPDX-License-Identifier: MIT
 *
 * Taking the steps of a plan, and taking them back when one fails. Each step is judged by what can be
 * read after it: a probe that finds no driver, or one that does not want the device, reports success.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "linux/bind.h"
#include "linux/sysfs.h"

#define KEEP_GROUP ((gid_t)-1)

/* Write the text and a newline, as echo does, in one call: that is how sysfs takes it. */
static int write_line(const char *path, const char *text)
{
    char line[IR_PCI_NAME_LENGTH + 1];
    int length = snprintf(line, sizeof(line), "%s\n", text);
    ssize_t written;
    int status = 0;
    int file = open(path, O_WRONLY | O_CLOEXEC);

    if (file < 0)
        return -errno;
    written = write(file, line, (size_t)length);
    if (written != length)
        status = written < 0 ? -errno : -EIO;
    close(file);
    return status;
}

static int read_driver(const char *sysfs, const char *address, char driver[IR_PCI_NAME_LENGTH])
{
    char path[PATH_MAX];

    (void)snprintf(path, sizeof(path), "%s/bus/pci/devices/%s/driver", sysfs, address);
    return ir_sysfs_link_name(AT_FDCWD, path, driver, IR_PCI_NAME_LENGTH);
}

static int probe(const struct ir_bind_plan *plan, const struct ir_bind_step *step)
{
    char driver[IR_PCI_NAME_LENGTH];
    int status = write_line(step->path, step->text);

    if (status == 0)
        status = read_driver(plan->roots.sysfs, step->text, driver);
    if (status == 0 && !ir_bind_is_bound(plan->target, driver))
        status = -ENXIO;
    return status;
}

static int give(const char *path, uid_t user)
{
    struct stat status;

    if (chown(path, user, KEEP_GROUP) != 0 || stat(path, &status) != 0)
        return -errno;
    return status.st_uid == user ? 0 : -EIO;
}

/* The node that the kernel has made for the device itself, if it makes such nodes. */
static int give_device(const struct ir_bind_plan *plan, size_t index)
{
    struct ir_bind_device now;
    int status = ir_bind_inspect(&plan->roots, plan->devices[index].info.address, &now);

    if (status == 0 && now.device_node.exists)
        status = give(now.device_node.path, plan->user);
    ir_bind_release(&now);
    return status;
}

static int take_step(const struct ir_bind_plan *plan, const struct ir_bind_step *step)
{
    switch (step->kind) {
    case IR_BIND_WRITE:
        return write_line(step->path, step->text);
    case IR_BIND_PROBE:
        return probe(plan, step);
    case IR_BIND_GIVE_GROUP:
        return give(step->path, plan->user);
    case IR_BIND_GIVE_DEVICE:
        break;
    }
    return give_device(plan, step->device);
}

/* Give a node that there was back to its owner; one that has come into being goes with the binding. */
static int give_back(const struct ir_bind_node *before)
{
    struct stat status;

    if (!before->exists || stat(before->path, &status) != 0 || status.st_uid == before->owner)
        return 0;
    return give(before->path, before->owner);
}

static int write_driver(const char *sysfs, const char *driver, const char *name,
                        const char *address)
{
    char path[PATH_MAX];

    (void)snprintf(path, sizeof(path), "%s/bus/pci/drivers/%s/%s", sysfs, driver, name);
    return write_line(path, address);
}

/* Bind the device to the driver it had before, or to none. The override comes first: without it, its
 * driver would not take it. What comes of each write is read at the end. */
static int bind_back(const struct ir_bind_roots *roots, const struct ir_bind_device *before)
{
    const char *address = before->info.address;
    struct ir_bind_device now;
    char path[PATH_MAX];
    int status = ir_bind_inspect(roots, address, &now);

    if (status != 0)
        goto out;
    if (strcmp(now.override, before->override) != 0) {
        (void)snprintf(path, sizeof(path), "%s/bus/pci/devices/%s/driver_override", roots->sysfs,
                       address);
        (void)write_line(path, before->override);
    }
    if (strcmp(now.info.driver, before->info.driver) != 0) {
        if (now.info.driver[0] != '\0')
            (void)write_driver(roots->sysfs, now.info.driver, "unbind", address);
        if (before->info.driver[0] != '\0')
            (void)write_driver(roots->sysfs, before->info.driver, "bind", address);
    }
    ir_bind_release(&now);
    status = ir_bind_inspect(roots, address, &now);
    if (status == 0 && (strcmp(now.override, before->override) != 0 ||
                        strcmp(now.info.driver, before->info.driver) != 0))
        status = -EIO;
out:
    ir_bind_release(&now);
    return status;
}

/* Whether one of the first `count` steps is about the device, and of this kind or one before it. */
static bool has_step(const struct ir_bind_plan *plan, size_t count, size_t device,
                     enum ir_bind_step_kind last)
{
    for (size_t i = 0; i < count; i++) {
        if (plan->steps[i].device == device && plan->steps[i].kind <= last)
            return true;
    }
    return false;
}

/* Take back the first `count` steps. Returns the number of devices that are not as they were. */
static size_t undo(const struct ir_bind_plan *plan, size_t count)
{
    size_t unrestored = 0;

    for (size_t i = plan->device_count; i > 0; i--) {
        const struct ir_bind_device *before = &plan->devices[i - 1];
        int status = 0;

        if (!has_step(plan, count, i - 1, IR_BIND_GIVE_DEVICE))
            continue;
        if (has_step(plan, count, i - 1, IR_BIND_PROBE))
            status = bind_back(&plan->roots, before);
        if (give_back(&before->group_node) != 0 || give_back(&before->device_node) != 0)
            status = -EIO;
        unrestored += status != 0;
    }
    return unrestored;
}

int ir_bind_do(const struct ir_bind_plan *plan, struct ir_bind_result *result)
{
    memset(result, 0, sizeof(*result));
    for (result->failed = 0; result->failed < plan->step_count; result->failed++) {
        result->error = take_step(plan, &plan->steps[result->failed]);
        if (result->error == 0)
            continue;
        result->unrestored = undo(plan, result->failed + 1);
        return result->error;
    }
    return 0;
}
