/* SPDX-License-Identifier: MIT
 *
 * What ironring bind shows: how devices are bound, who may open them, and what is missing for a user
 * who is not root.
 */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "cli/bind.h"
#include "cli/json.h"

#define RECORD_LENGTH 4096u /* of a user or group in the database */

const char *cli_bind_user_name(uid_t user, char name[CLI_USER_LENGTH])
{
    char record[RECORD_LENGTH];
    struct passwd entry;
    struct passwd *found = NULL;

    if (getpwuid_r(user, &entry, record, sizeof(record), &found) == 0 && found != NULL)
        (void)snprintf(name, CLI_USER_LENGTH, "%.*s", (int)CLI_USER_LENGTH - 1, entry.pw_name);
    else
        (void)snprintf(name, CLI_USER_LENGTH, "%u", user);
    return name;
}

/* The group's name, or the number when there is none. */
static const char *group_name(gid_t group, char name[CLI_USER_LENGTH])
{
    char record[RECORD_LENGTH];
    struct group entry;
    struct group *found = NULL;

    if (getgrgid_r(group, &entry, record, sizeof(record), &found) == 0 && found != NULL)
        (void)snprintf(name, CLI_USER_LENGTH, "%.*s", (int)CLI_USER_LENGTH - 1, entry.gr_name);
    else
        (void)snprintf(name, CLI_USER_LENGTH, "%u", group);
    return name;
}

/* The first member of the group that keeps programs from getting it, or null. */
static const struct ir_bind_member *find_blocking(const struct ir_bind_device *device)
{
    for (size_t i = 0; i < device->member_count; i++) {
        if (!ir_pci_viable(device->members[i].driver, device->members[i].class_code))
            return &device->members[i];
    }
    return NULL;
}

/* What is missing to open the device without root, as a clause that continues "no, ". False when
 * nothing is; then the clause says who may open it. */
static bool find_missing(const struct ir_bind_device *device, char clause[IR_ERROR_LENGTH])
{
    const struct ir_bind_node *node = &device->group_node;
    const struct ir_bind_member *member = find_blocking(device);
    char name[CLI_USER_LENGTH];

    if (device->info.iommu_group < 0) {
        (void)snprintf(clause, IR_ERROR_LENGTH, "it is in no IOMMU group");
    } else if (strcmp(device->info.driver, "vfio-pci") != 0) {
        (void)snprintf(clause, IR_ERROR_LENGTH, "it is %s%s",
                       device->info.driver[0] != '\0' ? "bound to " : "not bound to vfio-pci",
                       device->info.driver);
    } else if (member != NULL) {
        (void)snprintf(clause, IR_ERROR_LENGTH, "%s of its group is bound to %s", member->name,
                       member->driver);
    } else if (!node->exists) {
        (void)snprintf(clause, IR_ERROR_LENGTH, "there is no %.200s", node->path);
    } else if ((node->mode & 0006u) == 0006u) {
        (void)snprintf(clause, IR_ERROR_LENGTH, "anyone");
        return false;
    } else if (node->owner != 0 && (node->mode & 0600u) == 0600u) {
        (void)snprintf(clause, IR_ERROR_LENGTH, "%s", cli_bind_user_name(node->owner, name));
        return false;
    } else if (node->group != 0 && (node->mode & 0060u) == 0060u) {
        (void)snprintf(clause, IR_ERROR_LENGTH, "members of group %s",
                       group_name(node->group, name));
        return false;
    } else {
        (void)snprintf(clause, IR_ERROR_LENGTH, "%.200s is only root's", node->path);
    }
    return true;
}

static const char *or_dash(const char *text)
{
    return text[0] != '\0' ? text : "-";
}

static void print_row(const struct ir_bind_device *device)
{
    const struct ir_bind_node *node = &device->group_node;
    char clause[IR_ERROR_LENGTH];
    char name[CLI_USER_LENGTH] = "-";
    char group[16] = "-";
    char mode[8] = "-";
    bool missing = find_missing(device, clause);

    if (device->info.iommu_group >= 0)
        (void)snprintf(group, sizeof(group), "%d", device->info.iommu_group);
    if (node->exists) {
        (void)snprintf(mode, sizeof(mode), "%04o", node->mode & 07777u);
        (void)cli_bind_user_name(node->owner, name);
    }
    printf("%-12s  %-15s  %-15s  %-5s  %-14s  %-8s  %-4s  %s%s\n", device->info.address,
           or_dash(device->info.driver), or_dash(device->override), group,
           node->exists ? node->path : "-", name, mode, missing ? "no, " : "yes: ", clause);
    for (size_t i = 0; i < device->member_count; i++)
        printf("  with %s (%s)\n", device->members[i].name,
               device->members[i].driver[0] != '\0' ? device->members[i].driver : "no driver");
}

static void print_json_text(const char *text)
{
    if (text[0] != '\0')
        cli_json_string(stdout, text);
    else
        printf("null");
}

static void print_json_node(const struct ir_bind_node *node)
{
    char name[CLI_USER_LENGTH];

    if (!node->exists) {
        printf("null");
        return;
    }
    printf("{\"path\":");
    cli_json_string(stdout, node->path);
    printf(",\"owner\":");
    cli_json_string(stdout, cli_bind_user_name(node->owner, name));
    printf(",\"uid\":%u,\"gid\":%u,\"mode\":\"%04o\"}", node->owner, node->group,
           node->mode & 07777u);
}

static void print_json(const struct ir_bind_device *device)
{
    char clause[IR_ERROR_LENGTH];
    bool missing = find_missing(device, clause);

    printf("{\"address\":\"%s\",\"driver\":", device->info.address);
    print_json_text(device->info.driver);
    printf(",\"driver_override\":");
    print_json_text(device->override);
    printf(",\"iommu_group\":");
    if (device->info.iommu_group >= 0)
        printf("%d", device->info.iommu_group);
    else
        printf("null");
    printf(",\"members\":[");
    for (size_t i = 0; i < device->member_count; i++) {
        printf("%s{\"name\":", i == 0 ? "" : ",");
        cli_json_string(stdout, device->members[i].name);
        printf(",\"driver\":");
        print_json_text(device->members[i].driver);
        printf(",\"viable\":%s}",
               ir_pci_viable(device->members[i].driver, device->members[i].class_code) ? "true"
                                                                                       : "false");
    }
    printf("],\"group_node\":");
    print_json_node(&device->group_node);
    printf(",\"device_node\":");
    print_json_node(&device->device_node);
    printf(",\"without_root\":%s,\"users\":", missing ? "false" : "true");
    print_json_text(missing ? "" : clause);
    printf(",\"reason\":");
    print_json_text(missing ? clause : "");
    printf("}");
}

static int say_unreadable(const char *address, int error)
{
    if (error == -ENODEV)
        cli_error("there is no PCI device %s; 'ironring list' shows the network cards", address);
    else
        cli_error("%s/bus/pci/devices/%s cannot be read: %s", cli_bind_roots.sysfs, address,
                  strerror(-error));
    return CLI_FAILED;
}

/* Inspect and print the devices one by one. Those that nobody asked for may be gone meanwhile. */
static int print_devices(const struct cli_settings *settings, bool asked,
                         char (*addresses)[IR_PCI_ADDRESS_LENGTH], size_t count)
{
    const char *separator = "";
    int status = CLI_OK;

    for (size_t i = 0; status == CLI_OK && i < count; i++) {
        struct ir_bind_device device;
        int error = ir_bind_inspect(&cli_bind_roots, addresses[i], &device);

        if (error == 0 && settings->json) {
            printf("%s", separator);
            print_json(&device);
            separator = ",";
        } else if (error == 0) {
            print_row(&device);
        } else if (error != -ENODEV || asked) {
            status = say_unreadable(addresses[i], error);
        }
        ir_bind_release(&device);
    }
    return status;
}

static int print_all(const struct cli_settings *settings, bool asked,
                     char (*addresses)[IR_PCI_ADDRESS_LENGTH], size_t count)
{
    struct rlimit limit = {.rlim_cur = RLIM_INFINITY};
    bool limited;
    int status;

    (void)getrlimit(RLIMIT_MEMLOCK, &limit);
    limited = limit.rlim_cur != RLIM_INFINITY;
    if (settings->json) {
        printf("{\"devices\":[");
        status = print_devices(settings, asked, addresses, count);
        printf("],\"memory_lock_limit\":");
        if (limited)
            printf("%ju}\n", (uintmax_t)limit.rlim_cur);
        else
            printf("null}\n");
        return status;
    }
    if (count == 0) {
        puts("This machine has no PCI network cards. Simulated ones need none: sim:82599");
        return CLI_OK;
    }
    printf("%-12s  %-15s  %-15s  %-5s  %-14s  %-8s  %-4s  %s\n", "ADDRESS", "DRIVER",
           "DRIVER_OVERRIDE", "IOMMU", "NODE", "OWNER", "MODE", "WITHOUT ROOT");
    status = print_devices(settings, asked, addresses, count);
    if (limited && limit.rlim_cur / 1024 < CLI_MEMLOCK_KB)
        printf(
            "The memory-lock limit here is %ju kB, and the defaults of fwd need up to %u kB; see "
            "'ironring bind --help'\n",
            (uintmax_t)limit.rlim_cur / 1024, CLI_MEMLOCK_KB);
    return status;
}

int cli_bind_status(const struct cli_settings *settings, char (*addresses)[IR_PCI_ADDRESS_LENGTH],
                    size_t count)
{
    char(*found)[IR_PCI_ADDRESS_LENGTH];
    struct ir_pci_info *list;
    int status = CLI_FAILED;
    int listed;

    if (count > 0)
        return print_all(settings, true, addresses, count);
    listed = ir_pci_list(cli_bind_roots.sysfs, &list);
    if (listed == -ENOENT)
        listed = 0;
    if (listed < 0) {
        cli_error("the PCI devices in %s cannot be read: %s", cli_bind_roots.sysfs,
                  strerror(-listed));
        return CLI_FAILED;
    }
    found = calloc((size_t)listed + 1, sizeof(*found));
    if (found == NULL) {
        cli_error("the PCI devices cannot be listed: %s", strerror(ENOMEM));
        goto out;
    }
    for (int i = 0; i < listed; i++)
        memcpy(found[i], list[i].address, sizeof(found[i]));
    status = print_all(settings, false, found, (size_t)listed);
out:
    free(found);
    free(list);
    return status;
}
