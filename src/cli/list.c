/* SPDX-License-Identifier: MIT
 *
 * ironring list: the network cards of this machine, and whether Ironring can take them.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/json.h"
#include "linux/pci.h"

static void print_json(const struct ir_pci_info *list, int count)
{
    char clause[IR_ERROR_LENGTH];

    printf("{\"devices\":[");
    for (int i = 0; i < count; i++) {
        const struct ir_pci_info *info = &list[i];
        int obstacle = ir_pci_obstacle(&ir_pci_machine, info, clause);

        printf("%s{\"address\":\"%s\",\"vendor\":\"%04x\",\"device\":\"%04x\",\"class\":\"%06x\","
               "\"kernel_driver\":",
               i == 0 ? "" : ",", info->address, info->vendor, info->device, info->class_code);
        if (info->driver[0] != '\0')
            cli_json_string(stdout, info->driver);
        else
            printf("null");
        printf(",\"iommu_group\":");
        if (info->iommu_group >= 0)
            printf("%d", info->iommu_group);
        else
            printf("null");
        printf(",\"interfaces\":[");
        for (uint32_t n = 0; n < info->interface_count; n++) {
            printf("%s{\"name\":", n == 0 ? "" : ",");
            cli_json_string(stdout, info->interfaces[n].name);
            printf(",\"up\":%s}", info->interfaces[n].up ? "true" : "false");
        }
        printf("],\"resettable\":%s,\"usable\":%s,\"reason\":", info->resettable ? "true" : "false",
               obstacle == 0 ? "true" : "false");
        cli_json_string(stdout, obstacle == 0 ? "" : clause);
        printf("}");
    }
    printf("]}\n");
}

static void print_row(const struct ir_pci_info *info)
{
    char clause[IR_ERROR_LENGTH];
    char group[16] = "-";
    int obstacle = ir_pci_obstacle(&ir_pci_machine, info, clause);

    if (info->iommu_group >= 0)
        (void)snprintf(group, sizeof(group), "%d", info->iommu_group);
    printf("%-12s  %04x:%04x  %-13s  %-5s  %-15s  %s%s\n", info->address, info->vendor,
           info->device, info->driver[0] != '\0' ? info->driver : "-", group,
           info->interface_count > 0 ? info->interfaces[0].name : "-",
           obstacle == 0 ? "yes" : "no, it ", obstacle == 0 ? "" : clause);
}

static int run_list(const struct cli_command *command, const struct cli_settings *settings,
                    char *const *operands)
{
    struct ir_pci_info *list;
    int count = ir_pci_list(IR_SYSFS, &list);

    (void)command;
    (void)operands;
    if (count == -ENOENT)
        count = 0;
    if (count < 0) {
        cli_error("the PCI devices in %s cannot be read: %s", IR_SYSFS, strerror(-count));
        return CLI_FAILED;
    }
    if (settings->json) {
        print_json(list, count);
    } else if (count == 0) {
        puts("This machine has no PCI network cards. Simulated ones need none: sim:82599");
    } else {
        printf("%-12s  %-9s  %-13s  %-5s  %-15s  %s\n", "ADDRESS", "ID", "KERNEL DRIVER", "IOMMU",
               "INTERFACE", "USABLE");
        for (int i = 0; i < count; i++)
            print_row(&list[i]);
    }
    free(list);
    return CLI_OK;
}

const struct cli_command cli_list = {
    .name = "list",
    .bit = CLI_LIST,
    .operands = "",
    .summary = "show the network cards of this machine",
    .help = "Show the PCI network cards of this machine: address, vendor and device id, kernel "
            "driver,\n"
            "IOMMU group, network interface, and whether Ironring can take the card or why not.\n\n"
            "Options:\n"
            "  -j, --json          print one JSON object\n"
            "  -h, --help          print this help\n"
            "\nExamples:\n"
            "    ironring list\n"
            "    ironring list --json | jq '.devices[].address'\n",
    .run = run_list,
};
