/* SPDX-License-Identifier: MIT
 *
 * Why a binding is not changed, and what to do about it: a sentence for each reason.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cli/bind.h"

#define SENTENCE_LENGTH 1024u

/* Append to the sentence what fits. */
__attribute__((format(printf, 2, 3))) static void append(char sentence[SENTENCE_LENGTH],
                                                         const char *format, ...)
{
    size_t length = strlen(sentence);
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(sentence + length, SENTENCE_LENGTH - length, format, arguments);
    va_end(arguments);
}

/* The device that the plan refuses: it has been looked at. */
static const struct ir_bind_device *refused(const struct ir_bind_plan *plan)
{
    size_t i = 0;

    while (strcmp(plan->devices[i].info.address, plan->address) != 0)
        i++;
    return &plan->devices[i];
}

/* Which devices of the group are in the way. They can be bound with the others if they are network
 * devices too. */
static void say_group_shared(const struct ir_bind_plan *plan)
{
    const struct ir_bind_device *device = refused(plan);
    char others[SENTENCE_LENGTH] = "";
    char command[SENTENCE_LENGTH] = "bind them together: sudo ironring bind";
    bool network = true;

    for (size_t i = 0; i < plan->device_count; i++)
        append(command, " %s", plan->devices[i].info.address);
    for (size_t i = 0; i < device->member_count; i++) {
        const struct ir_bind_member *member = &device->members[i];

        if (!ir_bind_blocks(plan, member))
            continue;
        append(others, "%s%s (%s)", others[0] != '\0' ? ", " : "", member->name, member->driver);
        append(command, " %s", member->name);
        network = network && member->class_code >> 16 == IR_PCI_CLASS_NETWORK;
    }
    append(command, " vfio-pci");
    cli_error(
        "IOMMU group %d of %s also has %s, and no program gets the group while the kernel uses "
        "part of it; %s",
        device->info.iommu_group, plan->address, others,
        network ? command : "put the card into another slot, or unbind the others by hand");
}

static void say_held(const struct ir_bind_plan *plan)
{
    const struct ir_bind_process *holder = &plan->holder;

    if (holder->pid == 0)
        cli_error("%s is in use by a program: the kernel says that %s is open; end it first",
                  plan->address, refused(plan)->group_node.path);
    else
        cli_error("%s is in use by %s (process %d); end that first: sudo kill %d", plan->address,
                  holder->name[0] != '\0' ? holder->name : "a program", (int)holder->pid,
                  (int)holder->pid);
}

/* An interface in use can be taken down, or taken in any case. */
static void say_interface(const struct ir_bind_plan *plan)
{
    switch (plan->refusal) {
    case IR_BIND_INTERFACE_UP:
        cli_error("%s is in use: its interface %s is up and has the address %s; when nothing needs "
                  "it, sudo ip link set %s down, or add --force",
                  plan->address, plan->subject, plan->detail, plan->subject);
        break;
    case IR_BIND_INTERFACE_CARRIES:
        cli_error("%s is in use: its interface %s is up and carries %s; when nothing needs it, "
                  "sudo ip link set %s down, or add --force",
                  plan->address, plan->subject, plan->detail, plan->subject);
        break;
    case IR_BIND_INTERFACE_HIDDEN:
        cli_error(
            "%s may be in use: its driver %s shows no interface here, and one may be in another "
            "network namespace (ip netns list); when it is not in use, add --force",
            plan->address, plan->subject);
        break;
    default:
        cli_error("%s may be in use: it has more interfaces than are looked at (ls "
                  "%s/bus/pci/devices/%s/net); when none is in use, add --force",
                  plan->address, plan->roots.sysfs, plan->address);
        break;
    }
}

void cli_bind_say_refusal(const struct ir_bind_plan *plan)
{
    switch (plan->refusal) {
    case IR_BIND_NOT_REFUSED:
        break;
    case IR_BIND_NO_DEVICE:
        cli_error("there is no PCI device %s; 'ironring list' shows the network cards",
                  plan->address);
        break;
    case IR_BIND_UNREADABLE:
        cli_error(
            "%s is left alone, because not all can be read that says whether it is in use: look "
            "into %s/bus/pci/devices/%s, or try it as root",
            plan->address, plan->roots.sysfs, plan->address);
        break;
    case IR_BIND_NOT_NETWORK:
        cli_error("%s is no network device (PCI class %06x), and bind changes only those; "
                  "'ironring list' shows them",
                  plan->address, refused(plan)->info.class_code);
        break;
    case IR_BIND_NO_OVERRIDE:
        cli_error(
            "%s/bus/pci/devices/%s/driver_override is missing: this kernel is older than Linux "
            "3.16 (uname -r); boot a newer one",
            plan->roots.sysfs, plan->address);
        break;
    case IR_BIND_NOT_LOADED:
        cli_error("the kernel has not loaded %s; do so first: sudo modprobe %s", plan->subject,
                  plan->subject);
        break;
    case IR_BIND_NO_IOMMU:
        cli_error("%s is in no IOMMU group, as when the IOMMU is off; switch it on in the firmware "
                  "(VT-d, AMD-Vi), and on Intel add intel_iommu=on to the kernel's parameters "
                  "(GRUB_CMDLINE_LINUX in /etc/default/grub, then sudo update-grub and reboot)",
                  plan->address);
        break;
    case IR_BIND_HELD:
        say_held(plan);
        break;
    case IR_BIND_INTERFACE_UP:
    case IR_BIND_INTERFACE_CARRIES:
    case IR_BIND_INTERFACE_HIDDEN:
    case IR_BIND_INTERFACES_MANY:
        say_interface(plan);
        break;
    case IR_BIND_GROUP_SHARED:
        say_group_shared(plan);
        break;
    }
}
