/* SPDX-License-Identifier: MIT
 *
 * Which driver a PCI network device is bound to, and who may open it: what there is, what has to be
 * done to change it, doing that, and taking it back when a step fails. Planning only reads, so that
 * a plan can be shown before anything happens. The root folders are parameters so that each
 * situation can be tested on any machine. Nothing here prints.
 */
#ifndef IRONRING_LINUX_BIND_H
#define IRONRING_LINUX_BIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "linux/pci.h"

#define IR_DEV  "/dev"
#define IR_PROC "/proc"

#define IR_BIND_PATH_LENGTH 256u

struct ifaddrs; /* <ifaddrs.h> */

/* Each has at most 100 characters, so that every path fits. */
struct ir_bind_roots {
    const char *sysfs;
    const char *dev;
    const char *proc;
};

/* A file in /dev. */
struct ir_bind_node {
    char path[IR_BIND_PATH_LENGTH]; /* empty when the device has none */
    bool exists;                    /* only then the rest counts */
    uid_t owner;
    gid_t group;
    mode_t mode; /* permissions only */
};

/* Another device of an IOMMU group. */
struct ir_bind_member {
    char name[IR_PCI_NAME_LENGTH]; /* its address when it is a PCI device */
    char driver[IR_PCI_NAME_LENGTH];
    uint32_t class_code; /* 0 when it is no PCI device */
};

struct ir_bind_device {
    struct ir_pci_info info;
    bool overridable;                  /* the kernel knows driver_override */
    char override[IR_PCI_NAME_LENGTH]; /* the driver it names, or empty */
    struct ir_bind_node group_node;    /* /dev/vfio/N, for its IOMMU group */
    struct ir_bind_node device_node;   /* /dev/vfio/devices/vfioN, where the kernel has it */
    struct ir_bind_member *members;    /* of its group, without itself, by name */
    size_t member_count;
};

/* Read all of it. `address` is as ir_pci_address writes it. To be released even after an error.
 * Errors: -ENODEV no such device, -ENOMEM, -EIO something is not as the kernel writes it, or cannot be
 * read: what is not known must not look unused. */
int ir_bind_inspect(const struct ir_bind_roots *roots, const char *address,
                    struct ir_bind_device *device);
void ir_bind_release(struct ir_bind_device *device);

/* Whether the driver holds devices for a program in user space. */
bool ir_bind_for_user_space(const char *driver);

/* A running program. */
struct ir_bind_process {
    pid_t pid; /* 0 when it is not known which one it is */
    char name[IR_PCI_NAME_LENGTH];
};

/* Whether a program has the device open: its group, its own node, or its registers. Only root sees
 * the files of all programs. Returns 1 and the program, or 0. Errors: -EIO it cannot be found out. */
int ir_bind_holder(const struct ir_bind_roots *roots, const struct ir_bind_device *device,
                   struct ir_bind_process *holder);

/* --- Planning --- */

enum ir_bind_target { IR_BIND_VFIO_PCI, IR_BIND_UIO_PCI_GENERIC, IR_BIND_KERNEL };

/* The driver's name, or "kernel". */
const char *ir_bind_target_name(enum ir_bind_target target);

/* Whether a device that has this driver, or none when it is empty, is bound as wanted. */
bool ir_bind_is_bound(enum ir_bind_target target, const char *driver);

struct ir_bind_request {
    char (*addresses)[IR_PCI_ADDRESS_LENGTH]; /* only read; one given twice counts once */
    size_t count;
    enum ir_bind_target target;
    bool give; /* to `user`; only with IR_BIND_VFIO_PCI */
    uid_t user;
    bool force;                       /* even if interfaces are in use and groups not viable */
    const struct ifaddrs *interfaces; /* what getifaddrs says; null when that does not matter */
};

/* Why a plan cannot be made. */
enum ir_bind_refusal {
    IR_BIND_NOT_REFUSED,
    IR_BIND_NO_DEVICE,
    IR_BIND_UNREADABLE,        /* see ir_bind_inspect and ir_bind_holder */
    IR_BIND_NOT_NETWORK,       /* PCI class is not 02 */
    IR_BIND_NO_OVERRIDE,       /* kernel older than 3.16 */
    IR_BIND_NOT_LOADED,        /* the kernel does not have the driver to bind to */
    IR_BIND_NO_IOMMU,          /* the device is in no IOMMU group */
    IR_BIND_HELD,              /* a program has it open: unbinding would wait for it */
    IR_BIND_INTERFACE_UP,      /* `subject` is up and has the address `detail` */
    IR_BIND_INTERFACE_CARRIES, /* `subject` is up and below the interface `detail` */
    IR_BIND_INTERFACE_HIDDEN,  /* its driver, `subject`, shows none */
    IR_BIND_INTERFACES_MANY,   /* more than are looked at */
    IR_BIND_GROUP_SHARED,      /* members would leave the group not viable: ir_bind_blocks */
};

enum ir_bind_step_kind {
    IR_BIND_WRITE, /* `text` and a newline to the file at `path` */
    IR_BIND_PROBE, /* the same, and the device must have its driver after it */
    IR_BIND_GIVE_GROUP,
    IR_BIND_GIVE_DEVICE, /* `path` is empty as long as the node has no name */
};

struct ir_bind_step {
    enum ir_bind_step_kind kind;
    size_t device; /* index into the plan's devices */
    char path[IR_BIND_PATH_LENGTH];
    char text[IR_PCI_NAME_LENGTH];
};

struct ir_bind_plan {
    struct ir_bind_roots roots;
    enum ir_bind_target target;
    uid_t user;
    struct ir_bind_device *devices; /* as they were when the plan was made */
    size_t device_count;
    struct ir_bind_step *steps; /* none when everything is as wanted */
    size_t step_count;

    enum ir_bind_refusal refusal; /* why there is no plan, and what it is about */
    char address[IR_PCI_ADDRESS_LENGTH];
    char subject[IR_PCI_NAME_LENGTH];
    char detail[IR_PCI_NAME_LENGTH];
    struct ir_bind_process holder;
};

/* Find out what has to be done, and whether it may be. The plan is to be released in any case.
 * Errors: -ENOMEM, -EPERM the plan says why not. */
int ir_bind_plan(const struct ir_bind_roots *roots, const struct ir_bind_request *request,
                 struct ir_bind_plan *plan);
void ir_bind_plan_release(struct ir_bind_plan *plan);

/* Whether the member, not being part of the plan, would keep programs from its group: ir_pci_viable. */
bool ir_bind_blocks(const struct ir_bind_plan *plan, const struct ir_bind_member *member);

/* Whether the caller may take the plan's steps. Errors: -EACCES, -EROFS, and what access(2) says. */
int ir_bind_permitted(const struct ir_bind_plan *plan);

/* --- Doing --- */

struct ir_bind_result {
    size_t failed; /* index of the step that failed, or the number of steps */
    int error;     /* of that step: a negative errno, -ENXIO the device did not get its driver */
    size_t unrestored; /* devices that are not as they were before, after a failure */
};

/* Take the steps one by one. When one fails, take back those before it. Returns 0 or result->error. */
int ir_bind_do(const struct ir_bind_plan *plan, struct ir_bind_result *result);

#endif
