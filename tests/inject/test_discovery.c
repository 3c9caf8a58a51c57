/* SPDX-License-Identifier: MIT
 *
 * PCI discovery while sysfs cannot be read: the answer is complete, or an error. A device that the kernel
 * uses never looks free because something could not be read.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <ironring/ironring.h>

#include "engine.h"
#include "linux/pci.h"
#include "sysfs.h"

static void check_list(const struct ir_pci_info *list, int count, const struct inject_plan *plan)
{
    /* Flags that cannot be read count as "up": the interface is left alone. */
    bool guessed = plan->kind == INJECT_OPEN || plan->kind == INJECT_READ;

    require(count == 2, "%d cards are listed", count);
    require(strcmp(list[0].address, "0000:03:00.0") == 0 && list[0].vendor == 0x8086 &&
                list[0].device == 0x10fb && strcmp(list[0].driver, "ixgbe") == 0 &&
                list[0].iommu_group == 7 && list[0].interface_count == 1 &&
                strcmp(list[0].interfaces[0].name, "eth9") == 0 &&
                (!list[0].interfaces[0].up || (guessed && inject_fired() > 0)),
            "the first card is described wrong");
    require(strcmp(list[1].address, "0000:04:00.0") == 0 && list[1].vendor == 0x1af4 &&
                list[1].device == 0x1041 && strcmp(list[1].driver, "virtio-pci") == 0 &&
                list[1].iommu_group == -1 && list[1].interface_count == 1 &&
                strcmp(list[1].interfaces[0].name, "ens4") == 0 && list[1].interfaces[0].up,
            "the second card is described wrong");
}

static void list_cards(const void *subject, const struct inject_plan *plan)
{
    struct ir_pci_info *list;
    int count;

    (void)subject;
    sysfs_build(engine_folder());
    inject_arm(plan);
    count = ir_pci_list(IR_SYSFS, &list);
    if (inject_fired() > 0 && plan->error == ENOENT) {
        /* What sysfs says is not there may have been unplugged: nothing is left to be checked. */
        require(count <= 2, "more cards than there are: %d", count);
    } else if (count >= 0) {
        check_list(list, count, plan);
    } else {
        require(inject_fired() > 0 && list == NULL, "no list without a reason: %d", count);
        require(count == -ENOMEM || count == -EIO, "ir_pci_list: %d is not documented", count);
    }
    free(list);
}

static void open_card(const void *subject, const struct inject_plan *plan)
{
    char sentence[IR_ERROR_LENGTH] = "";
    struct ir_domain *domain = NULL;
    struct ir_dev *dev = NULL;
    int result;

    sysfs_build(engine_folder());
    require(ir_domain_create(&domain) == 0, "no domain");
    inject_arm(plan);
    result = ir_open(domain, subject, &dev, sentence);
    require(result < 0 && dev == NULL, "a card was opened that cannot be: %d", result);
    require(strstr(sentence, subject) != NULL, "the sentence does not name the card: %s", sentence);
    if (inject_fired() == 0)
        require(result == -EBUSY, "a card that the kernel uses is not busy: %d", result);
    else
        require(result == -EBUSY || result == -EIO || (result == -ENODEV && plan->error == ENOENT),
                "ir_open: %d is not the reason", result);
    require(ir_domain_destroy(domain) == 0, "ir_domain_destroy");
}

int main(int argc, char **argv)
{
    static const struct scenario scenarios[] = {
        {"a_list_of_the_cards", NULL, list_cards},
        {"opening_a_card_of_the_kernel", "0000:03:00.0", open_card},
        {"opening_a_card_with_an_interface_that_is_up", "0000:04:00.0", open_card},
    };

    return engine_run(scenarios, sizeof(scenarios) / sizeof(scenarios[0]), argc, argv);
}
