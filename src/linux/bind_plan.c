/* SPDX-License-Identifier: MIT
 *
 * What has to be done to change a binding, and whether it may be. Only reads.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <limits.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "linux/bind.h"
#include "linux/sysfs.h"

#define DEVICE_STEPS 5u /* of one device at most: three writes and two files to give */

const char *ir_bind_target_name(enum ir_bind_target target)
{
    static const char *const names[] = {
        [IR_BIND_VFIO_PCI] = "vfio-pci",
        [IR_BIND_UIO_PCI_GENERIC] = "uio_pci_generic",
        [IR_BIND_KERNEL] = "kernel",
    };

    return names[target];
}

/* Refuse for what the device is. `subject` and `detail` may be null. */
static int refuse(struct ir_bind_plan *plan, enum ir_bind_refusal why, const char *address,
                  const char *subject, const char *detail)
{
    plan->refusal = why;
    (void)snprintf(plan->address, sizeof(plan->address), "%.*s", (int)sizeof(plan->address) - 1,
                   address);
    (void)snprintf(plan->subject, sizeof(plan->subject), "%s", subject != NULL ? subject : "");
    (void)snprintf(plan->detail, sizeof(plan->detail), "%s", detail != NULL ? detail : "");
    return -EPERM;
}

/* The address as text, or null when it is one that only neighbours can use, or none at all. */
static const char *global_address(const struct sockaddr *address, char text[INET6_ADDRSTRLEN])
{
    if (address == NULL)
        return NULL;
    if (address->sa_family == AF_INET) {
        struct in_addr in = ((const struct sockaddr_in *)(const void *)address)->sin_addr;

        if (ntohl(in.s_addr) >> 16 == 0xa9feu) /* 169.254/16, RFC 3927 */
            return NULL;
        return inet_ntop(AF_INET, &in, text, INET6_ADDRSTRLEN);
    }
    if (address->sa_family == AF_INET6) {
        const struct in6_addr *in =
            &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;

        if (IN6_IS_ADDR_LINKLOCAL(in))
            return NULL;
        return inet_ntop(AF_INET6, in, text, INET6_ADDRSTRLEN);
    }
    return NULL;
}

/* Find an interface above `name`: a bridge or a bond that it is part of, a VLAN. Empty without one. */
static int find_upper(const char *sysfs, const char *name, char upper[IR_PCI_NAME_LENGTH])
{
    static const char prefix[] = "upper_";
    const struct dirent *entry;
    char path[PATH_MAX];
    DIR *folder;
    int status;

    upper[0] = '\0';
    (void)snprintf(path, sizeof(path), "%s/class/net/%s", sysfs, name);
    status = ir_sysfs_open_folder(AT_FDCWD, path, &folder);
    if (folder == NULL)
        return status;
    while ((entry = ir_sysfs_next_entry(folder, &status)) != NULL) {
        if (strncmp(entry->d_name, prefix, sizeof(prefix) - 1) == 0)
            (void)snprintf(upper, IR_PCI_NAME_LENGTH, "%.*s", (int)IR_PCI_NAME_LENGTH - 1,
                           entry->d_name + sizeof(prefix) - 1);
    }
    closedir(folder);
    return status;
}

/* An interface in use is one that is up and has an address that others know, or is below one that may
 * have. */
static int check_interface(struct ir_bind_plan *plan, const struct ir_bind_request *request,
                           const char *address, const struct ir_pci_interface *interface)
{
    char text[INET6_ADDRSTRLEN];
    char upper[IR_PCI_NAME_LENGTH];

    if (!interface->up)
        return 0;
    for (const struct ifaddrs *next = request->interfaces; next != NULL; next = next->ifa_next) {
        const char *global;

        if (strcmp(next->ifa_name, interface->name) != 0)
            continue;
        global = global_address(next->ifa_addr, text);
        if (global != NULL)
            return refuse(plan, IR_BIND_INTERFACE_UP, address, interface->name, global);
    }
    if (find_upper(plan->roots.sysfs, interface->name, upper) != 0)
        return refuse(plan, IR_BIND_UNREADABLE, address, NULL, NULL);
    if (upper[0] != '\0')
        return refuse(plan, IR_BIND_INTERFACE_CARRIES, address, interface->name, upper);
    return 0;
}

/* No interface of a device that a kernel driver has may be in use. */
static int check_interfaces(struct ir_bind_plan *plan, const struct ir_bind_request *request,
                            const struct ir_pci_info *info)
{
    int status = 0;

    if (request->force || info->driver[0] == '\0' || ir_bind_for_user_space(info->driver))
        return 0;
    /* sysfs shows only those of the network namespace it is mounted in */
    if (info->interface_count == 0)
        return refuse(plan, IR_BIND_INTERFACE_HIDDEN, info->address, info->driver, NULL);
    if (info->interface_count == IR_PCI_INTERFACES_MAX)
        return refuse(plan, IR_BIND_INTERFACES_MANY, info->address, NULL, NULL);
    for (uint32_t i = 0; status == 0 && i < info->interface_count; i++)
        status = check_interface(plan, request, info->address, &info->interfaces[i]);
    return status;
}

static bool is_loaded(const char *sysfs, const char *driver)
{
    char path[PATH_MAX];
    struct stat status;

    (void)snprintf(path, sizeof(path), "%s/bus/pci/drivers/%s", sysfs, driver);
    return stat(path, &status) == 0;
}

/* Whether the device has the driver that is wanted. */
bool ir_bind_is_bound(enum ir_bind_target target, const char *driver)
{
    if (target == IR_BIND_KERNEL)
        return driver[0] != '\0' && !ir_bind_for_user_space(driver);
    return strcmp(driver, ir_bind_target_name(target)) == 0;
}

/* Whether the device may be bound to another driver. */
static int check_device(struct ir_bind_plan *plan, const struct ir_bind_request *request,
                        const struct ir_bind_device *device)
{
    const char *address = device->info.address;
    const char *driver = ir_bind_target_name(request->target);
    int status;

    if (!device->overridable)
        return refuse(plan, IR_BIND_NO_OVERRIDE, address, NULL, NULL);
    if (request->target == IR_BIND_VFIO_PCI && device->info.iommu_group < 0)
        return refuse(plan, IR_BIND_NO_IOMMU, address, NULL, NULL);
    if (request->target != IR_BIND_KERNEL && !is_loaded(plan->roots.sysfs, driver))
        return refuse(plan, IR_BIND_NOT_LOADED, address, driver, NULL);
    status = check_interfaces(plan, request, &device->info);
    if (status != 0)
        return status;
    status = ir_bind_holder(&plan->roots, device, &plan->holder);
    if (status != 0)
        return refuse(plan, status > 0 ? IR_BIND_HELD : IR_BIND_UNREADABLE, address, NULL, NULL);
    return 0;
}

/* Add a step for the device; there is room for DEVICE_STEPS of each. */
__attribute__((format(printf, 5, 6))) static void add_step(struct ir_bind_plan *plan, size_t device,
                                                           enum ir_bind_step_kind kind,
                                                           const char *text, const char *format,
                                                           ...)
{
    struct ir_bind_step *step = &plan->steps[plan->step_count++];
    va_list arguments;

    step->kind = kind;
    step->device = device;
    (void)snprintf(step->text, sizeof(step->text), "%s", text);
    va_start(arguments, format);
    (void)vsnprintf(step->path, sizeof(step->path), format, arguments);
    va_end(arguments);
}

/* The steps from the driver that the device has to the one that is wanted. The override says which one
 * the probe takes; without it, the one that fits the device. */
static void add_binding(struct ir_bind_plan *plan, size_t index)
{
    const struct ir_bind_device *device = &plan->devices[index];
    const char *sysfs = plan->roots.sysfs;
    const char *address = device->info.address;
    const char *override = plan->target == IR_BIND_KERNEL ? "" : ir_bind_target_name(plan->target);

    if (ir_bind_is_bound(plan->target, device->info.driver))
        return;
    if (strcmp(device->override, override) != 0)
        add_step(plan, index, IR_BIND_WRITE, override, "%s/bus/pci/devices/%s/driver_override",
                 sysfs, address);
    if (device->info.driver[0] != '\0')
        add_step(plan, index, IR_BIND_WRITE, address, "%s/bus/pci/drivers/%s/unbind", sysfs,
                 device->info.driver);
    add_step(plan, index, IR_BIND_PROBE, address, "%s/bus/pci/drivers_probe", sysfs);
}

static bool is_given(const struct ir_bind_plan *plan, const char *path)
{
    for (size_t i = 0; i < plan->step_count; i++) {
        if (plan->steps[i].kind == IR_BIND_GIVE_GROUP && strcmp(plan->steps[i].path, path) == 0)
            return true;
    }
    return false;
}

static bool is_foreign(const struct ir_bind_node *node, uid_t user)
{
    return !node->exists || node->owner != user;
}

/* Whether the kernel has nodes of single devices, which only programs that use iommufd can open. */
static bool has_device_nodes(const char *dev)
{
    char path[PATH_MAX];
    struct stat status;

    (void)snprintf(path, sizeof(path), "%s/iommu", dev);
    return stat(path, &status) == 0;
}

/* The steps that let the user open the device, once it is bound. */
static void add_giving(struct ir_bind_plan *plan, size_t index)
{
    const struct ir_bind_node *group = &plan->devices[index].group_node;
    const struct ir_bind_node *own = &plan->devices[index].device_node;

    if (is_foreign(group, plan->user) && !is_given(plan, group->path))
        add_step(plan, index, IR_BIND_GIVE_GROUP, "", "%s", group->path);
    if (is_foreign(own, plan->user) && (own->exists || has_device_nodes(plan->roots.dev)))
        add_step(plan, index, IR_BIND_GIVE_DEVICE, "", "%s", own->exists ? own->path : "");
}

static bool is_planned(const struct ir_bind_plan *plan, const char *address)
{
    for (size_t i = 0; i < plan->device_count; i++) {
        if (strcmp(plan->devices[i].info.address, address) == 0)
            return true;
    }
    return false;
}

bool ir_bind_blocks(const struct ir_bind_plan *plan, const struct ir_bind_member *member)
{
    return !ir_pci_viable(member->driver, member->class_code) && !is_planned(plan, member->name);
}

/* Look at one device and decide whether its binding may change. */
static int take_device(struct ir_bind_plan *plan, const struct ir_bind_request *request,
                       const char *address)
{
    struct ir_bind_device *device = &plan->devices[plan->device_count];
    int status;

    if (is_planned(plan, address))
        return 0;
    plan->device_count++; /* to be released from now on */
    status = ir_bind_inspect(&plan->roots, address, device);
    if (status == -ENOMEM)
        return status;
    if (status != 0)
        return refuse(plan, status == -ENODEV ? IR_BIND_NO_DEVICE : IR_BIND_UNREADABLE, address,
                      NULL, NULL);
    if (device->info.class_code >> 16 != IR_PCI_CLASS_NETWORK)
        return refuse(plan, IR_BIND_NOT_NETWORK, address, NULL, NULL);
    if (ir_bind_is_bound(request->target, device->info.driver))
        return 0;
    return check_device(plan, request, device);
}

/* Each group must be viable once all devices of the plan are bound. */
static int check_groups(struct ir_bind_plan *plan)
{
    for (size_t i = 0; i < plan->device_count; i++) {
        const struct ir_bind_device *device = &plan->devices[i];

        for (size_t m = 0; m < device->member_count; m++) {
            if (ir_bind_blocks(plan, &device->members[m]))
                return refuse(plan, IR_BIND_GROUP_SHARED, device->info.address, NULL, NULL);
        }
    }
    return 0;
}

int ir_bind_plan(const struct ir_bind_roots *roots, const struct ir_bind_request *request,
                 struct ir_bind_plan *plan)
{
    int status = 0;

    memset(plan, 0, sizeof(*plan));
    plan->roots = *roots;
    plan->target = request->target;
    plan->user = request->user;
    plan->devices = calloc(request->count, sizeof(*plan->devices));
    plan->steps = calloc(request->count * DEVICE_STEPS, sizeof(*plan->steps));
    if (plan->devices == NULL || plan->steps == NULL)
        return -ENOMEM;
    for (size_t i = 0; status == 0 && i < request->count; i++)
        status = take_device(plan, request, request->addresses[i]);
    if (status == 0 && request->target == IR_BIND_VFIO_PCI && !request->force)
        status = check_groups(plan);
    if (status != 0)
        return status;
    for (size_t i = 0; i < plan->device_count; i++)
        add_binding(plan, i);
    for (size_t i = 0; request->give && i < plan->device_count; i++)
        add_giving(plan, i);
    return 0;
}

void ir_bind_plan_release(struct ir_bind_plan *plan)
{
    for (size_t i = 0; plan->devices != NULL && i < plan->device_count; i++)
        ir_bind_release(&plan->devices[i]);
    free(plan->devices);
    free(plan->steps);
    memset(plan, 0, sizeof(*plan));
}

int ir_bind_permitted(const struct ir_bind_plan *plan)
{
    for (size_t i = 0; i < plan->step_count; i++) {
        const char *path = plan->steps[i].path;

        /* nodes may come into being on the way */
        if (path[0] != '\0' && faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) != 0 && errno != ENOENT)
            return -errno;
    }
    return 0;
}
