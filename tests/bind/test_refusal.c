/* SPDX-License-Identifier: MIT
 *
 * When a binding may not be changed, on a machine made of files. Nothing is written.
 */
#include <errno.h>
#include <stdio.h>

#include "planning.h"

static void assert_refused(enum ir_bind_refusal why, const char *address, const char *subject,
                           const char *detail)
{
    planning_make(-EPERM);
    assert_int_equal(planning.plan.refusal, why);
    assert_string_equal(planning.plan.address, address);
    assert_string_equal(planning.plan.subject, subject);
    assert_string_equal(planning.plan.detail, detail);
    assert_int_equal(planning.plan.step_count, 0);
    ir_bind_plan_release(&planning.plan);
}

static void absent_device_is_refused(void **state)
{
    (void)state;
    planning_ask(IR_BIND_VFIO_PCI, MACHINE_NIC, "0000:09:00.0");
    assert_refused(IR_BIND_NO_DEVICE, "0000:09:00.0", "", "");
}

static void device_that_is_no_network_device_is_refused(void **state)
{
    (void)state;
    planning_ask(IR_BIND_VFIO_PCI, MACHINE_DISK, NULL);
    assert_refused(IR_BIND_NOT_NETWORK, MACHINE_DISK, "", "");
}

static void what_cannot_be_read_is_refused(void **state)
{
    (void)state;
    planning_ask(IR_BIND_VFIO_PCI, MACHINE_NIC, NULL);
    assert_true(machine_put("sys/bus/pci/devices/0000:01:00.0/class", "what"));
    assert_refused(IR_BIND_UNREADABLE, MACHINE_NIC, "", "");
    assert_true(machine_put("sys/bus/pci/devices/0000:01:00.0/class", "0x020000"));
    assert_true(machine_remove("sys/bus/pci/devices/0000:01:00.0/iommu_group"));
    assert_true(machine_link("sys/bus/pci/devices/0000:01:00.0/iommu_group", "../../groups/99"));
    assert_refused(IR_BIND_UNREADABLE, MACHINE_NIC, "", "");
}

static void kernel_without_driver_override_is_refused(void **state)
{
    (void)state;
    assert_true(machine_remove("sys/bus/pci/devices/0000:01:00.0/driver_override"));
    planning_ask(IR_BIND_VFIO_PCI, MACHINE_NIC, NULL);
    assert_refused(IR_BIND_NO_OVERRIDE, MACHINE_NIC, "", "");
}

static void driver_that_is_not_loaded_is_refused(void **state)
{
    (void)state;
    planning_ask(IR_BIND_UIO_PCI_GENERIC, MACHINE_NIC, NULL);
    assert_refused(IR_BIND_NOT_LOADED, MACHINE_NIC, "uio_pci_generic", "");
    machine_unload("vfio-pci");
    planning_ask(IR_BIND_VFIO_PCI, MACHINE_NIC, NULL);
    assert_refused(IR_BIND_NOT_LOADED, MACHINE_NIC, "vfio-pci", "");
}

static void device_without_a_group_is_refused(void **state)
{
    (void)state;
    planning_ask(IR_BIND_VFIO_PCI, MACHINE_ALONE, NULL);
    assert_refused(IR_BIND_NO_IOMMU, MACHINE_ALONE, "", "");
}

static void group_that_the_kernel_uses_in_part_is_refused(void **state)
{
    (void)state;
    planning_ask(IR_BIND_VFIO_PCI, MACHINE_SHARED, NULL);
    planning_make(-EPERM);
    assert_int_equal(planning.plan.refusal, IR_BIND_GROUP_SHARED);
    assert_string_equal(planning.plan.address, MACHINE_SHARED);
    assert_int_equal(planning.plan.devices[0].member_count, 2);
    assert_string_equal(planning.plan.devices[0].members[0].name, "0000:00:03.0");
    assert_false(
        ir_bind_blocks(&planning.plan, &planning.plan.devices[0].members[0])); /* the bridge */
    assert_string_equal(planning.plan.devices[0].members[1].name, MACHINE_SHARED2);
    assert_string_equal(planning.plan.devices[0].members[1].driver, "e1000");
    assert_true(ir_bind_blocks(&planning.plan, &planning.plan.devices[0].members[1]));
    ir_bind_plan_release(&planning.plan);
    planning.request.force = true;
    planning_make(0);
    assert_int_equal(planning.plan.step_count, 3);
    ir_bind_plan_release(&planning.plan);
}

static void whole_group_is_taken_and_given_once(void **state)
{
    (void)state;
    planning_ask(IR_BIND_VFIO_PCI, MACHINE_SHARED, MACHINE_SHARED2);
    planning_give(MACHINE_ALICE);
    planning_make(0);
    assert_int_equal(planning.plan.step_count, 7);
    assert_int_equal(planning.plan.steps[6].kind, IR_BIND_GIVE_GROUP);
    ir_bind_plan_release(&planning.plan);
}

static void interface_that_is_down_is_no_obstacle(void **state)
{
    (void)state;
    planning_ask(IR_BIND_VFIO_PCI, MACHINE_NIC, NULL);
    planning.request.interfaces = fixture_interface("eth0", "192.0.2.1");
    planning_make(0);
    ir_bind_plan_release(&planning.plan);
}

static void interface_with_an_address_is_refused(void **state)
{
    (void)state;
    fixture_up("0000:01:00.0/net/eth0");
    planning_ask(IR_BIND_VFIO_PCI, MACHINE_NIC, NULL);
    planning.request.interfaces = fixture_interface("eth0", "192.0.2.1");
    assert_refused(IR_BIND_INTERFACE_UP, MACHINE_NIC, "eth0", "192.0.2.1");
    planning.request.interfaces = fixture_interface("eth0", "2001:db8::1");
    assert_refused(IR_BIND_INTERFACE_UP, MACHINE_NIC, "eth0", "2001:db8::1");
    planning.request.force = true;
    planning_make(0);
    ir_bind_plan_release(&planning.plan);
}

static void addresses_of_the_link_and_of_others_are_no_obstacle(void **state)
{
    (void)state;
    fixture_up("0000:01:00.0/net/eth0");
    planning_ask(IR_BIND_VFIO_PCI, MACHINE_NIC, NULL);
    planning.request.interfaces = fixture_interface("eth0", "fe80::1");
    planning_make(0);
    ir_bind_plan_release(&planning.plan);
    planning.request.interfaces = fixture_interface("eth0", "169.254.7.8");
    planning_make(0);
    ir_bind_plan_release(&planning.plan);
    planning.request.interfaces = fixture_interface("eth01", "192.0.2.1");
    planning_make(0);
    ir_bind_plan_release(&planning.plan);
}

static void interface_below_another_is_refused(void **state)
{
    (void)state;
    fixture_up("0000:02:00.0/virtio0/net/eth2");
    assert_true(machine_link("sys/class/net/eth2/upper_br0", "../br0"));
    planning_ask(IR_BIND_VFIO_PCI, MACHINE_VIRTIO, NULL);
    assert_refused(IR_BIND_INTERFACE_CARRIES, MACHINE_VIRTIO, "eth2", "br0");
    planning.request.force = true;
    planning_make(0);
    ir_bind_plan_release(&planning.plan);
}

static void driver_without_a_visible_interface_is_refused(void **state)
{
    (void)state;
    assert_true(machine_remove("sys/bus/pci/devices/0000:01:00.0/net/eth0/flags") &&
                machine_remove("sys/bus/pci/devices/0000:01:00.0/net/eth0") &&
                machine_remove("sys/bus/pci/devices/0000:01:00.0/net"));
    planning_ask(IR_BIND_VFIO_PCI, MACHINE_NIC, NULL);
    assert_refused(IR_BIND_INTERFACE_HIDDEN, MACHINE_NIC, "e1000e", "");
    planning.request.force = true;
    planning_make(0);
    ir_bind_plan_release(&planning.plan);
}

static void more_interfaces_than_are_looked_at_are_refused(void **state)
{
    char path[128];

    (void)state;
    for (unsigned i = 0; i < IR_PCI_INTERFACES_MAX; i++) {
        (void)snprintf(path, sizeof(path), "sys/bus/pci/devices/0000:01:00.0/net/p%u/flags", i);
        assert_true(machine_put(path, "0x1002"));
    }
    planning_ask(IR_BIND_VFIO_PCI, MACHINE_NIC, NULL);
    assert_refused(IR_BIND_INTERFACES_MANY, MACHINE_NIC, "", "");
}

static void held_by(const char *name, int pid)
{
    planning_make(-EPERM);
    assert_int_equal(planning.plan.refusal, IR_BIND_HELD);
    assert_int_equal(planning.plan.holder.pid, pid);
    assert_string_equal(planning.plan.holder.name, name);
    ir_bind_plan_release(&planning.plan);
}

static void device_whose_group_a_program_has_open_is_refused(void **state)
{
    (void)state;
    planning_bind_to_vfio(MACHINE_NIC);
    assert_true(machine_put("dev/vfio/5", ""));
    planning_ask(IR_BIND_KERNEL, MACHINE_NIC, NULL);
    fixture_open(4711, "forwarder", "dev/vfio/6"); /* another one's */
    planning_make(0);
    ir_bind_plan_release(&planning.plan);
    fixture_open(4712, "generator", "dev/vfio/5");
    held_by("generator", 4712);
}

static void device_whose_own_node_a_program_has_open_is_refused(void **state)
{
    (void)state;
    planning_bind_to_vfio(MACHINE_NIC);
    assert_true(machine_put("dev/vfio/devices/vfio0", ""));
    assert_true(machine_put("sys/bus/pci/devices/0000:01:00.0/vfio-dev/vfio0/power", ""));
    fixture_open(4711, "forwarder", "dev/vfio/devices/vfio0");
    planning_ask(IR_BIND_KERNEL, MACHINE_NIC, NULL);
    held_by("forwarder", 4711);
}

static void device_that_a_program_uses_through_uio_is_refused(void **state)
{
    (void)state;
    assert_true(machine_put("sys/bus/pci/devices/0000:01:00.0/uio/uio0/name", "uio_pci_generic"));
    fixture_open(4711, "forwarder", "dev/uio0");
    planning_ask(IR_BIND_VFIO_PCI, MACHINE_NIC, NULL);
    held_by("forwarder", 4711);
}

static void device_whose_registers_a_program_has_open_is_refused(void **state)
{
    (void)state;
    assert_true(machine_remove("sys/bus/pci/devices/0000:01:00.0/driver"));
    fixture_open(4711, "forwarder", "sys/devices/pci0000:00/0000:00:01.0/0000:01:00.0/config");
    planning_ask(IR_BIND_VFIO_PCI, MACHINE_NIC, NULL);
    planning_make(0); /* as lspci reads it */
    ir_bind_plan_release(&planning.plan);
    fixture_open(4712, "generator", "sys/devices/pci0000:00/0000:00:01.0/0000:01:00.0/resource0");
    held_by("generator", 4712);
}

static void group_in_use_is_no_obstacle_to_a_device_of_a_kernel_driver(void **state)
{
    (void)state;
    planning_bind_to_vfio(MACHINE_SHARED2);
    assert_true(machine_put("dev/vfio/3", ""));
    fixture_open(4711, "forwarder", "dev/vfio/3");
    planning_ask(IR_BIND_VFIO_PCI, MACHINE_SHARED, NULL);
    planning_make(0);
    ir_bind_plan_release(&planning.plan);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(absent_device_is_refused),
        TEST(device_that_is_no_network_device_is_refused),
        TEST(what_cannot_be_read_is_refused),
        TEST(kernel_without_driver_override_is_refused),
        TEST(driver_that_is_not_loaded_is_refused),
        TEST(device_without_a_group_is_refused),
        TEST(group_that_the_kernel_uses_in_part_is_refused),
        TEST(whole_group_is_taken_and_given_once),
        TEST(interface_that_is_down_is_no_obstacle),
        TEST(interface_with_an_address_is_refused),
        TEST(addresses_of_the_link_and_of_others_are_no_obstacle),
        TEST(interface_below_another_is_refused),
        TEST(driver_without_a_visible_interface_is_refused),
        TEST(more_interfaces_than_are_looked_at_are_refused),
        TEST(device_whose_group_a_program_has_open_is_refused),
        TEST(device_whose_own_node_a_program_has_open_is_refused),
        TEST(device_that_a_program_uses_through_uio_is_refused),
        TEST(device_whose_registers_a_program_has_open_is_refused),
        TEST(group_in_use_is_no_obstacle_to_a_device_of_a_kernel_driver),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
