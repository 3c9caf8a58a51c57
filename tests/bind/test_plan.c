/* SPDX-License-Identifier: MIT
 *
 * What has to be done to change a binding, in each situation, on a machine made of files. Nothing is
 * written.
 */
#include <stdio.h>
#include <string.h>

#include "../inject/inject.h"
#include "planning.h"

/* The steps, one a line as "kind path < text", with paths below the machine's folder. */
static void assert_steps(const char *expected)
{
    static const char *const kinds[] = {"write", "probe", "give", "give"};
    char steps[4096] = "";
    size_t length = 0;

    planning_make(0);
    for (size_t i = 0; i < planning.plan.step_count; i++) {
        const struct ir_bind_step *step = &planning.plan.steps[i];
        const char *path =
            step->path[0] != '\0' ? step->path + strlen(fixture_folder()) + 1 : "later";

        length += (size_t)snprintf(steps + length, sizeof(steps) - length, "%s %s < '%s'\n",
                                   kinds[step->kind], path, step->text);
    }
    assert_string_equal(steps, expected);
    ir_bind_plan_release(&planning.plan);
}

static void from_the_kernels_driver_to_vfio(void **state)
{
    (void)state;
    planning_ask(IR_BIND_VFIO_PCI, MACHINE_NIC, NULL);
    assert_steps("write sys/bus/pci/devices/0000:01:00.0/driver_override < 'vfio-pci'\n"
                 "write sys/bus/pci/drivers/e1000e/unbind < '0000:01:00.0'\n"
                 "probe sys/bus/pci/drivers_probe < '0000:01:00.0'\n");
}

static void user_gets_the_groups_node(void **state)
{
    (void)state;
    planning_ask(IR_BIND_VFIO_PCI, MACHINE_NIC, MACHINE_VIRTIO);
    planning_give(MACHINE_ALICE);
    assert_steps("write sys/bus/pci/devices/0000:01:00.0/driver_override < 'vfio-pci'\n"
                 "write sys/bus/pci/drivers/e1000e/unbind < '0000:01:00.0'\n"
                 "probe sys/bus/pci/drivers_probe < '0000:01:00.0'\n"
                 "write sys/bus/pci/devices/0000:02:00.0/driver_override < 'vfio-pci'\n"
                 "write sys/bus/pci/drivers/virtio-pci/unbind < '0000:02:00.0'\n"
                 "probe sys/bus/pci/drivers_probe < '0000:02:00.0'\n"
                 "give dev/vfio/5 < ''\n"
                 "give dev/vfio/6 < ''\n");
}

static void user_gets_the_devices_own_node_where_there_are_some(void **state)
{
    (void)state;
    machine_have_device_nodes();
    planning_ask(IR_BIND_VFIO_PCI, MACHINE_NIC, NULL);
    planning_give(MACHINE_ALICE);
    assert_steps("write sys/bus/pci/devices/0000:01:00.0/driver_override < 'vfio-pci'\n"
                 "write sys/bus/pci/drivers/e1000e/unbind < '0000:01:00.0'\n"
                 "probe sys/bus/pci/drivers_probe < '0000:01:00.0'\n"
                 "give dev/vfio/5 < ''\n"
                 "give later < ''\n");
}

static void what_is_bound_is_only_given(void **state)
{
    char path[128];

    (void)state;
    planning_bind_to_vfio(MACHINE_NIC);
    assert_true(machine_put("dev/vfio/5", ""));
    (void)snprintf(path, sizeof(path), "%s/dev/vfio/5", fixture_folder());
    inject_own(path, 0, 0);
    planning_ask(IR_BIND_VFIO_PCI, MACHINE_NIC, NULL);
    assert_steps("");
    planning_give(MACHINE_ALICE);
    assert_steps("give dev/vfio/5 < ''\n");
    inject_own(path, MACHINE_ALICE, 0);
    assert_steps("");
    planning_give(0);
    assert_steps("give dev/vfio/5 < ''\n");
}

static void own_node_that_has_a_name_is_given_by_it(void **state)
{
    char path[128];

    (void)state;
    planning_bind_to_vfio(MACHINE_NIC);
    assert_true(machine_put("dev/vfio/5", ""));
    assert_true(machine_put("dev/vfio/devices/vfio0", ""));
    assert_true(machine_put("sys/bus/pci/devices/0000:01:00.0/vfio-dev/vfio0/power", ""));
    (void)snprintf(path, sizeof(path), "%s/dev/vfio/5", fixture_folder());
    inject_own(path, MACHINE_ALICE, 0);
    (void)snprintf(path, sizeof(path), "%s/dev/vfio/devices/vfio0", fixture_folder());
    inject_own(path, 0, 0);
    planning_ask(IR_BIND_VFIO_PCI, MACHINE_NIC, NULL);
    planning_give(MACHINE_ALICE);
    assert_steps("give dev/vfio/devices/vfio0 < ''\n");
    inject_own(path, MACHINE_ALICE, 0);
    assert_steps("");
}

static void back_to_the_kernels_driver(void **state)
{
    (void)state;
    planning_bind_to_vfio(MACHINE_NIC);
    planning_ask(IR_BIND_KERNEL, MACHINE_NIC, MACHINE_VIRTIO);
    assert_steps("write sys/bus/pci/devices/0000:01:00.0/driver_override < ''\n"
                 "write sys/bus/pci/drivers/vfio-pci/unbind < '0000:01:00.0'\n"
                 "probe sys/bus/pci/drivers_probe < '0000:01:00.0'\n");
}

static void device_without_a_driver_is_not_unbound(void **state)
{
    (void)state;
    assert_true(machine_remove("sys/bus/pci/devices/0000:01:00.0/driver"));
    planning_ask(IR_BIND_VFIO_PCI, MACHINE_NIC, NULL);
    assert_steps("write sys/bus/pci/devices/0000:01:00.0/driver_override < 'vfio-pci'\n"
                 "probe sys/bus/pci/drivers_probe < '0000:01:00.0'\n");
    planning_ask(IR_BIND_KERNEL, MACHINE_NIC, NULL);
    assert_steps("probe sys/bus/pci/drivers_probe < '0000:01:00.0'\n");
}

static void uio_needs_no_group(void **state)
{
    (void)state;
    machine_load("uio_pci_generic");
    planning_ask(IR_BIND_UIO_PCI_GENERIC, MACHINE_ALONE, MACHINE_SHARED);
    assert_steps("write sys/bus/pci/devices/0000:05:00.0/driver_override < 'uio_pci_generic'\n"
                 "write sys/bus/pci/drivers/ixgbe/unbind < '0000:05:00.0'\n"
                 "probe sys/bus/pci/drivers_probe < '0000:05:00.0'\n"
                 "write sys/bus/pci/devices/0000:03:01.0/driver_override < 'uio_pci_generic'\n"
                 "write sys/bus/pci/drivers/virtio-pci/unbind < '0000:03:01.0'\n"
                 "probe sys/bus/pci/drivers_probe < '0000:03:01.0'\n");
}

static void device_given_twice_counts_once(void **state)
{
    (void)state;
    planning_ask(IR_BIND_VFIO_PCI, MACHINE_NIC, MACHINE_NIC);
    planning_make(0);
    assert_int_equal(planning.plan.device_count, 1);
    assert_int_equal(planning.plan.step_count, 3);
    ir_bind_plan_release(&planning.plan);
}

static void drivers_that_leave_a_group_viable(void **state)
{
    (void)state;
    assert_true(ir_pci_viable("", 0x020000));
    assert_true(ir_pci_viable("vfio-pci", 0x020000));
    assert_true(ir_pci_viable("mlx5_vfio_pci", 0x020000));
    assert_true(ir_pci_viable("pci-stub", 0x020000));
    assert_true(ir_pci_viable("pcieport", 0x060400));
    assert_false(ir_pci_viable("ixgbe", 0x020000));
    assert_false(ir_pci_viable("uio_pci_generic", 0x020000));
    assert_false(ir_pci_viable("lpc_ich", 0x060100)); /* a bridge to another kind of bus */
    assert_false(ir_pci_viable("serial8250", 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(from_the_kernels_driver_to_vfio),
        TEST(user_gets_the_groups_node),
        TEST(user_gets_the_devices_own_node_where_there_are_some),
        TEST(what_is_bound_is_only_given),
        TEST(own_node_that_has_a_name_is_given_by_it),
        TEST(back_to_the_kernels_driver),
        TEST(device_without_a_driver_is_not_unbound),
        TEST(uio_needs_no_group),
        TEST(device_given_twice_counts_once),
        TEST(drivers_that_leave_a_group_viable),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
