/* SPDX-License-Identifier: MIT
 *
 * One request and one plan at a time.
 */
#include "planning.h"

#include <stdio.h>
#include <string.h>

struct planning planning;

void planning_ask(enum ir_bind_target target, const char *first, const char *second)
{
    const char *const given[] = {first, second};

    memset(&planning.request, 0, sizeof(planning.request));
    planning.request.addresses = planning.addresses;
    planning.request.target = target;
    for (size_t i = 0; i < 2 && given[i] != NULL; i++) {
        (void)snprintf(planning.addresses[i], IR_PCI_ADDRESS_LENGTH, "%s", given[i]);
        planning.request.count++;
    }
}

void planning_give(uid_t user)
{
    planning.request.give = true;
    planning.request.user = user;
}

void planning_make(int expected)
{
    unsigned before = machine_writes();

    assert_int_equal(ir_bind_plan(machine_roots(), &planning.request, &planning.plan), expected);
    assert_int_equal(machine_writes(), before);
}

void planning_bind_to_vfio(const char *address)
{
    char path[128];

    (void)snprintf(path, sizeof(path), "sys/bus/pci/devices/%s/driver", address);
    (void)machine_remove(path);
    assert_true(machine_link(path, "../../../../bus/pci/drivers/vfio-pci"));
    (void)snprintf(path, sizeof(path), "sys/bus/pci/devices/%s/driver_override", address);
    assert_true(machine_put(path, "vfio-pci"));
}
