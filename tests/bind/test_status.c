/* SPDX-License-Identifier: MIT
 *
 * What ironring bind shows of a machine made of files, as a table and as JSON.
 */
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "../inject/inject.h"
#include "fixture.h"
#include "terminal.h"

static void status_shows_what_is_missing(void **state)
{
    char node[128];

    (void)state;
    assert_int_equal(terminal_run("", NULL), 0);
    assert_string_equal(terminal_err(), "");
    assert_string_equal(
        terminal_out(),
        "ADDRESS       DRIVER           DRIVER_OVERRIDE  IOMMU  NODE            OWNER     MODE  "
        "WITHOUT ROOT\n"
        "0000:01:00.0  e1000e           -                5      -               -         -     "
        "no, it is bound to e1000e\n"
        "0000:02:00.0  virtio-pci       -                6      -               -         -     "
        "no, it is bound to virtio-pci\n"
        "0000:03:01.0  virtio-pci       -                3      -               -         -     "
        "no, it is bound to virtio-pci\n"
        "  with 0000:00:03.0 (no driver)\n"
        "  with 0000:03:02.0 (e1000)\n"
        "0000:03:02.0  e1000            -                3      -               -         -     "
        "no, it is bound to e1000\n"
        "  with 0000:00:03.0 (no driver)\n"
        "  with 0000:03:01.0 (virtio-pci)\n"
        "0000:05:00.0  ixgbe            -                -      -               -         -     "
        "no, it is in no IOMMU group\n");
    assert_int_equal(terminal_run("01:00.0 vfio-pci --yes", NULL), 0);
    assert_int_equal(terminal_run("--status 01:00.0", NULL), 0);
    assert_non_null(strstr(terminal_out(),
                           "/dev/vfio/5     root      0600  no, /dev/vfio/5 is only "
                           "root's\n"));
    (void)snprintf(node, sizeof(node), "%s/dev/vfio/5", fixture_folder());
    inject_own(node, MACHINE_ALICE, 0);
    assert_int_equal(terminal_run("--status 01:00.0", NULL), 0);
    assert_non_null(strstr(terminal_out(), "/dev/vfio/5     alice     0600  yes: alice\n"));
    assert_true(machine_remove("dev/vfio/5"));
    assert_int_equal(terminal_run("--status 01:00.0", NULL), 0);
    assert_non_null(strstr(terminal_out(), "no, there is no /dev/vfio/5\n"));
    assert_int_equal(terminal_run("03:01.0 vfio-pci --yes --force", NULL), 0);
    assert_int_equal(terminal_run("--status 03:01.0", NULL), 0);
    assert_non_null(strstr(terminal_out(), "no, 0000:03:02.0 of its group is bound to e1000\n"));
}

static void owners_of_the_node_are_told(void **state)
{
    char node[128];

    (void)state;
    assert_int_equal(terminal_run("01:00.0 vfio-pci --yes", NULL), 0);
    (void)snprintf(node, sizeof(node), "%s/dev/vfio/5", fixture_folder());
    inject_own(node, 4711, 0); /* nobody has this number */
    assert_int_equal(terminal_run("--status 01:00.0", NULL), 0);
    assert_non_null(strstr(terminal_out(), "/dev/vfio/5     4711      0600  yes: 4711\n"));
    inject_own(node, 0, 104);
    assert_int_equal(chmod(node, 0660), 0);
    assert_int_equal(terminal_run("--status 01:00.0", NULL), 0);
    assert_non_null(strstr(terminal_out(), "root      0660  yes: members of group vfio\n"));
    inject_own(node, 0, 4711);
    assert_int_equal(terminal_run("--status 01:00.0", NULL), 0);
    assert_non_null(strstr(terminal_out(), "root      0660  yes: members of group 4711\n"));
    assert_int_equal(chmod(node, 0666), 0);
    assert_int_equal(terminal_run("--status 01:00.0", NULL), 0);
    assert_non_null(strstr(terminal_out(), "root      0666  yes: anyone\n"));
}

static void low_limit_of_locked_memory_is_told(void **state)
{
    struct rlimit before;
    struct rlimit low;

    (void)state;
    assert_int_equal(getrlimit(RLIMIT_MEMLOCK, &before), 0);
    low = before;
    low.rlim_cur = 65536;
    assert_int_equal(setrlimit(RLIMIT_MEMLOCK, &low), 0);
    assert_int_equal(terminal_run("--status 01:00.0", NULL), 0);
    assert_non_null(strstr(terminal_out(),
                           "\nThe memory-lock limit here is 64 kB, and the defaults of "
                           "fwd need up to 8192 kB; see 'ironring bind --help'\n"));
    assert_int_equal(setrlimit(RLIMIT_MEMLOCK, &before), 0);
}

static void machine_without_network_cards_has_nothing_to_show(void **state)
{
    char from[128];
    char to[128];

    (void)state;
    (void)snprintf(from, sizeof(from), "%s/sys/bus/pci/devices", fixture_folder());
    (void)snprintf(to, sizeof(to), "%s/sys/bus/pci/gone", fixture_folder());
    assert_int_equal(rename(from, to), 0);
    assert_int_equal(terminal_run("", NULL), 0);
    assert_string_equal(terminal_out(),
                        "This machine has no PCI network cards. Simulated ones need "
                        "none: sim:82599\n");
}

static void status_is_told_as_json(void **state)
{
    (void)state;
    machine_have_device_nodes();
    assert_int_equal(terminal_run("01:00.0 vfio-pci --yes --user alice", NULL), 0);
    assert_int_equal(terminal_run("--json --status 01:00.0 03:01.0 05:00.0", NULL), 0);
    assert_ptr_equal(
        strstr(
            terminal_out(),
            "{\"devices\":[{\"address\":\"0000:01:00.0\",\"driver\":\"vfio-pci\","
            "\"driver_override\":\"vfio-pci\",\"iommu_group\":5,\"members\":[],"
            "\"group_node\":{\"path\":\"/dev/vfio/5\",\"owner\":\"alice\",\"uid\":1000,"
            "\"gid\":0,\"mode\":\"0600\"},\"device_node\":{\"path\":\"/dev/vfio/devices/vfio0\","
            "\"owner\":\"alice\",\"uid\":1000,\"gid\":0,\"mode\":\"0600\"},"
            "\"without_root\":true,\"users\":\"alice\",\"reason\":null},"
            "{\"address\":\"0000:03:01.0\",\"driver\":\"virtio-pci\",\"driver_override\":null,"
            "\"iommu_group\":3,\"members\":[{\"name\":\"0000:00:03.0\",\"driver\":null,"
            "\"viable\":true},{\"name\":\"0000:03:02.0\",\"driver\":\"e1000\",\"viable\":false}],"
            "\"group_node\":null,\"device_node\":null,\"without_root\":false,\"users\":null,"
            "\"reason\":\"it is bound to virtio-pci\"},"
            "{\"address\":\"0000:05:00.0\",\"driver\":\"ixgbe\",\"driver_override\":null,"
            "\"iommu_group\":null,\"members\":[],\"group_node\":null,\"device_node\":null,"
            "\"without_root\":false,\"users\":null,\"reason\":\"it is in no IOMMU group\"}],"
            "\"memory_lock_limit\":"),
        terminal_out());
}

static void status_of_an_absent_or_unreadable_device_fails(void **state)
{
    (void)state;
    assert_int_equal(terminal_run("--status 09:00.0", NULL), 1);
    assert_string_equal(terminal_err(), "ironring: there is no PCI device 0000:09:00.0; 'ironring "
                                        "list' shows the network cards\n");
    assert_true(machine_put("sys/bus/pci/devices/0000:02:00.0/vendor", "what"));
    assert_int_equal(terminal_run("--status 02:00.0", NULL), 1);
    assert_string_equal(terminal_err(),
                        "ironring: /sys/bus/pci/devices/0000:02:00.0 cannot be read: "
                        "Input/output error\n");
    assert_int_equal(terminal_run("--status", NULL), 1);
    assert_string_equal(terminal_err(), "ironring: the PCI devices in /sys cannot be read: "
                                        "Input/output error\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(status_shows_what_is_missing),
        TEST(owners_of_the_node_are_told),
        TEST(low_limit_of_locked_memory_is_told),
        TEST(machine_without_network_cards_has_nothing_to_show),
        TEST(status_is_told_as_json),
        TEST(status_of_an_absent_or_unreadable_device_fails),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
