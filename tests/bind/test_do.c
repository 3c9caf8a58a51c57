/* SPDX-License-Identifier: MIT
 *
 * Changing a binding on a machine made of files, whose kernel reacts: what is done, and that all of it
 * is taken back when a step fails.
 */
#include <errno.h>
#include <string.h>

#include "planning.h"

static struct ir_bind_result result;

static void do_plan(int expected)
{
    planning_make(0);
    assert_int_equal(ir_bind_permitted(&planning.plan), 0);
    assert_int_equal(ir_bind_do(&planning.plan, &result), expected);
    assert_int_equal(result.error, expected);
    if (expected == 0)
        assert_int_equal(result.failed, planning.plan.step_count);
}

static void assert_bound(const char *address, const char *driver, const char *override)
{
    assert_string_equal(machine_driver(address), driver);
    assert_string_equal(machine_override(address), override);
}

/* The node of a group and whose it is; no owner is -1. */
static void assert_owner(const char *address, int owner)
{
    struct ir_bind_device device;

    assert_int_equal(ir_bind_inspect(machine_roots(), address, &device), 0);
    assert_int_equal(device.group_node.exists ? (int)device.group_node.owner : -1, owner);
    ir_bind_release(&device);
}

static void device_goes_to_vfio_and_back(void **state)
{
    (void)state;
    planning_ask(IR_BIND_VFIO_PCI, MACHINE_NIC, NULL);
    do_plan(0);
    ir_bind_plan_release(&planning.plan);
    assert_bound(MACHINE_NIC, "vfio-pci", "vfio-pci");
    assert_owner(MACHINE_NIC, 0);
    planning_ask(IR_BIND_KERNEL, MACHINE_NIC, NULL);
    do_plan(0);
    ir_bind_plan_release(&planning.plan);
    assert_bound(MACHINE_NIC, "e1000e", "(null)");
    assert_owner(MACHINE_NIC, -1);
}

static void device_goes_to_uio_and_from_there_to_vfio(void **state)
{
    (void)state;
    machine_load("uio_pci_generic");
    planning_ask(IR_BIND_UIO_PCI_GENERIC, MACHINE_NIC, NULL);
    do_plan(0);
    ir_bind_plan_release(&planning.plan);
    assert_bound(MACHINE_NIC, "uio_pci_generic", "uio_pci_generic");
    planning_ask(IR_BIND_VFIO_PCI, MACHINE_NIC, NULL);
    do_plan(0);
    ir_bind_plan_release(&planning.plan);
    assert_bound(MACHINE_NIC, "vfio-pci", "vfio-pci");
}

static void whole_group_becomes_the_users(void **state)
{
    (void)state;
    planning_ask(IR_BIND_VFIO_PCI, MACHINE_SHARED, MACHINE_SHARED2);
    planning_give(MACHINE_ALICE);
    do_plan(0);
    ir_bind_plan_release(&planning.plan);
    assert_bound(MACHINE_SHARED, "vfio-pci", "vfio-pci");
    assert_bound(MACHINE_SHARED2, "vfio-pci", "vfio-pci");
    assert_owner(MACHINE_SHARED, MACHINE_ALICE);
    planning_make(0);
    assert_int_equal(planning.plan.step_count, 0); /* once more, and nothing is left to do */
    ir_bind_plan_release(&planning.plan);
}

static void users_get_the_devices_own_node_too(void **state)
{
    struct ir_bind_device device;

    (void)state;
    machine_have_device_nodes();
    planning_ask(IR_BIND_VFIO_PCI, MACHINE_NIC, NULL);
    planning_give(MACHINE_ALICE);
    do_plan(0);
    ir_bind_plan_release(&planning.plan);
    assert_int_equal(ir_bind_inspect(machine_roots(), MACHINE_NIC, &device), 0);
    assert_true(device.device_node.exists);
    assert_int_equal(device.device_node.owner, MACHINE_ALICE);
    assert_int_equal(device.group_node.owner, MACHINE_ALICE);
    ir_bind_release(&device);
    planning_ask(IR_BIND_KERNEL, MACHINE_NIC, NULL);
    do_plan(0);
    ir_bind_plan_release(&planning.plan);
    assert_bound(MACHINE_NIC, "e1000e", "(null)");
}

static void missing_own_node_is_none_to_give(void **state)
{
    (void)state;
    assert_true(machine_put("dev/iommu", "")); /* but no nodes of single devices */
    planning_ask(IR_BIND_VFIO_PCI, MACHINE_NIC, NULL);
    planning_give(MACHINE_ALICE);
    do_plan(0);
    assert_int_equal(planning.plan.steps[4].kind, IR_BIND_GIVE_DEVICE);
    ir_bind_plan_release(&planning.plan);
    assert_owner(MACHINE_NIC, MACHINE_ALICE);
}

static void failed_step_is_told(size_t step, size_t unrestored)
{
    assert_int_equal(result.failed, step);
    assert_int_equal(result.unrestored, unrestored);
    ir_bind_plan_release(&planning.plan);
}

static void override_that_cannot_be_written_changes_nothing(void **state)
{
    (void)state;
    planning_ask(IR_BIND_VFIO_PCI, MACHINE_NIC, NULL);
    machine_let_fail("0000:01:00.0/driver_override", EINVAL);
    do_plan(-EINVAL);
    failed_step_is_told(0, 0);
    assert_bound(MACHINE_NIC, "e1000e", "(null)");
}

static void driver_that_does_not_let_go_keeps_the_device(void **state)
{
    (void)state;
    planning_ask(IR_BIND_VFIO_PCI, MACHINE_NIC, NULL);
    machine_let_fail("e1000e/unbind", EBUSY);
    do_plan(-EBUSY);
    failed_step_is_told(1, 0);
    assert_bound(MACHINE_NIC, "e1000e", "(null)");
}

static void device_that_vfio_refuses_goes_back(void **state)
{
    (void)state;
    planning_ask(IR_BIND_VFIO_PCI, MACHINE_VIRTIO, NULL);
    machine_let_refuse("vfio-pci");
    do_plan(-ENXIO);
    failed_step_is_told(2, 0);
    assert_bound(MACHINE_VIRTIO, "virtio-pci", "(null)");
    assert_true(machine_exists("sys/bus/pci/devices/0000:02:00.0/virtio0/net/eth2"));
}

static void device_without_a_driver_goes_back_to_none(void **state)
{
    (void)state;
    assert_true(machine_remove("sys/bus/pci/devices/0000:01:00.0/driver"));
    planning_ask(IR_BIND_VFIO_PCI, MACHINE_NIC, NULL);
    planning_give(MACHINE_ALICE);
    planning_make(0);
    /* the kernel makes no node: the last step fails */
    (void)strcpy(planning.plan.steps[2].path, "/nowhere/vfio/5");
    assert_int_equal(ir_bind_do(&planning.plan, &result), -ENOENT);
    failed_step_is_told(2, 0);
    assert_bound(MACHINE_NIC, "", "(null)");
    assert_owner(MACHINE_NIC, -1);
}

static void device_that_no_kernel_driver_takes_goes_back_to_vfio(void **state)
{
    (void)state;
    planning_ask(IR_BIND_VFIO_PCI, MACHINE_NIC, NULL);
    do_plan(0);
    ir_bind_plan_release(&planning.plan);
    machine_unload("e1000e");
    planning_ask(IR_BIND_KERNEL, MACHINE_NIC, NULL);
    do_plan(-ENXIO);
    failed_step_is_told(2, 0);
    assert_bound(MACHINE_NIC, "vfio-pci", "vfio-pci");
}

static void all_devices_go_back_when_the_last_one_fails(void **state)
{
    (void)state;
    planning_ask(IR_BIND_VFIO_PCI, MACHINE_NIC, MACHINE_VIRTIO);
    planning_give(MACHINE_ALICE);
    machine_let_fail("virtio-pci/unbind", EBUSY);
    do_plan(-EBUSY);
    failed_step_is_told(4, 0);
    assert_bound(MACHINE_NIC, "e1000e", "(null)");
    assert_bound(MACHINE_VIRTIO, "virtio-pci", "(null)");
}

static void given_node_goes_back_to_its_owner(void **state)
{
    (void)state;
    planning_ask(IR_BIND_VFIO_PCI, MACHINE_NIC, NULL);
    do_plan(0);
    ir_bind_plan_release(&planning.plan);
    planning_ask(IR_BIND_VFIO_PCI, MACHINE_NIC, MACHINE_VIRTIO);
    planning_give(MACHINE_ALICE);
    planning_make(0);
    assert_int_equal(planning.plan.steps[4].kind, IR_BIND_GIVE_GROUP);
    (void)strcpy(planning.plan.steps[4].path, "/nowhere/vfio/6");
    assert_int_equal(ir_bind_do(&planning.plan, &result), -ENOENT);
    failed_step_is_told(4, 0);
    assert_bound(MACHINE_NIC, "vfio-pci", "vfio-pci");
    assert_owner(MACHINE_NIC, 0);
    assert_bound(MACHINE_VIRTIO, "virtio-pci", "(null)");
}

static void device_that_cannot_go_back_is_counted(void **state)
{
    (void)state;
    planning_ask(IR_BIND_VFIO_PCI, MACHINE_NIC, NULL);
    machine_let_refuse("vfio-pci");
    machine_let_fail("e1000e/bind", EIO);
    do_plan(-ENXIO);
    failed_step_is_told(2, 1);
    assert_bound(MACHINE_NIC, "", "(null)");
}

static void device_that_is_gone_is_counted(void **state)
{
    (void)state;
    planning_ask(IR_BIND_VFIO_PCI, MACHINE_NIC, NULL);
    planning_make(0);
    assert_true(machine_remove("sys/bus/pci/devices/0000:01:00.0/class"));
    machine_let_fail("e1000e/unbind", ENODEV);
    assert_int_equal(ir_bind_do(&planning.plan, &result), -ENODEV);
    failed_step_is_told(1, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(device_goes_to_vfio_and_back),
        TEST(device_goes_to_uio_and_from_there_to_vfio),
        TEST(whole_group_becomes_the_users),
        TEST(users_get_the_devices_own_node_too),
        TEST(missing_own_node_is_none_to_give),
        TEST(override_that_cannot_be_written_changes_nothing),
        TEST(driver_that_does_not_let_go_keeps_the_device),
        TEST(device_that_vfio_refuses_goes_back),
        TEST(device_without_a_driver_goes_back_to_none),
        TEST(device_that_no_kernel_driver_takes_goes_back_to_vfio),
        TEST(all_devices_go_back_when_the_last_one_fails),
        TEST(given_node_goes_back_to_its_owner),
        TEST(device_that_cannot_go_back_is_counted),
        TEST(device_that_is_gone_is_counted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
