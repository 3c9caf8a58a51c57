/* SPDX-License-Identifier: MIT
 *
 * Sentences of refusals; see refusal.h.
 */
#include "linux/refusal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const char *remedy(int result)
{
    switch (result) {
    case -EMFILE:
        return "raise the limit of open files: ulimit -n";
    case -ENOMEM:
        return "free some memory";
    default:
        return "see the log of the kernel: dmesg";
    }
}

int ir_refuse_memory(const char *address, char error[IR_ERROR_LENGTH])
{
    (void)snprintf(error, IR_ERROR_LENGTH, "%s: there is no memory for the device; free some",
                   address);
    return -ENOMEM;
}

int ir_refuse(const char *address, const char *what, int result, char error[IR_ERROR_LENGTH])
{
    (void)snprintf(error, IR_ERROR_LENGTH, "%s: %s (%s); %s", address, what, strerror(-result),
                   remedy(result));
    return result;
}

int ir_refuse_file(const char *address, const char *path, int result, char error[IR_ERROR_LENGTH])
{
    (void)snprintf(error, IR_ERROR_LENGTH, "%s: %.80s cannot be opened (%s); %s", address, path,
                   strerror(-result), remedy(result));
    return result;
}

int ir_refuse_group(const struct ir_pci_roots *roots, const struct ir_pci_info *info,
                    char error[IR_ERROR_LENGTH])
{
    char others[IR_PCI_OTHERS_LENGTH];

    ir_pci_group_others(roots, info, others);
    if (others[0] != '\0')
        (void)snprintf(
            error, IR_ERROR_LENGTH,
            "%s: the kernel uses another device of its IOMMU group %d (%s); take that as "
            "well: sudo ironring bind %.12s vfio-pci",
            info->address, info->iommu_group, others, others);
    else
        (void)snprintf(error, IR_ERROR_LENGTH,
                       "%s: the kernel uses another device of its IOMMU group %d; find it: ls -l "
                       "/sys/kernel/iommu_groups/%d/devices",
                       info->address, info->iommu_group, info->iommu_group);
    return -EBUSY;
}
