/* SPDX-License-Identifier: MIT
 *
 * PCI devices read from made-up sysfs trees: each reason why one cannot be opened, and its
 * sentence.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "linux/pci.h"

#define CARD     "0000:03:00.0"
#define ETHERNET "0x020000"

static char sysfs[64];
static const struct ir_pci_roots roots = {sysfs, sysfs};

/* Where `name` of the device at `address` lies. */
static const char *path_of(const char *address, const char *name)
{
    static char path[PATH_MAX];

    (void)snprintf(path, sizeof(path), "%s/bus/pci/devices/%s/%s", sysfs, address, name);
    return path;
}

static void make_folders(const char *path)
{
    char part[PATH_MAX];

    for (size_t i = 1; i < strlen(path); i++) {
        if (path[i] != '/')
            continue;
        (void)snprintf(part, sizeof(part), "%.*s", (int)i, path);
        if (mkdir(part, 0755) != 0)
            assert_int_equal(errno, EEXIST);
    }
}

static void put(const char *address, const char *name, const char *content)
{
    FILE *file;

    make_folders(path_of(address, name));
    file = fopen(path_of(address, name), "w");
    assert_non_null(file);
    assert_true(fprintf(file, "%s\n", content) > 0);
    assert_int_equal(fclose(file), 0);
}

static void put_link(const char *address, const char *name, const char *target)
{
    make_folders(path_of(address, name));
    assert_int_equal(symlink(target, path_of(address, name)), 0);
}

static void put_card(const char *address, const char *class_code, const char *vendor,
                     const char *device)
{
    put(address, "class", class_code);
    put(address, "vendor", vendor);
    put(address, "device", device);
}

static int make_sysfs(void **state)
{
    (void)state;
    (void)snprintf(sysfs, sizeof(sysfs), "/tmp/ironring-sysfs-XXXXXX");
    return mkdtemp(sysfs) != NULL ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
    (void)status;
    (void)kind;
    (void)walk;
    return remove(path);
}

static int remove_sysfs(void **state)
{
    (void)state;
    return nftw(sysfs, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void assert_refused(const char *address, int status, const char *sentence)
{
    char error[IR_ERROR_LENGTH] = "";
    struct ir_transport untouched = {0};
    struct ir_transport *transport = &untouched;

    assert_int_equal(ir_pci_open_at(&roots, address, 1, &transport, error), status);
    assert_null(transport);
    assert_string_equal(error, sentence);
    assert_int_equal(ir_pci_open_at(&roots, address, 1, &transport, NULL), status);
}

static void addresses_are_parsed_and_written_in_full(void **state)
{
    char address[IR_PCI_ADDRESS_LENGTH];

    (void)state;
    assert_true(ir_pci_address("0000:03:00.0", address));
    assert_string_equal(address, "0000:03:00.0");
    assert_true(ir_pci_address("AbCd:fF:1F.7", address));
    assert_string_equal(address, "abcd:ff:1f.7");
    assert_true(ir_pci_address("3b:00.1", address));
    assert_string_equal(address, "0000:3b:00.1");
}

static void what_is_no_address_is_refused(void **state)
{
    static const char *const bad[] = {"",
                                      "eth0",
                                      "0000:03:00",
                                      "0000:03:00.8",
                                      "0000:03:20.0",
                                      "0000:03:00.0x",
                                      "0000-03:00.0",
                                      "000g:03:00.0",
                                      "0000:0x:00.0",
                                      "0000:03:0x.0",
                                      "0000:03 00.0",
                                      "0000:03:00,0",
                                      "../../../../",
                                      "03:00.9",
                                      "3:00.0"};
    char address[IR_PCI_ADDRESS_LENGTH] = "unchanged";

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_false(ir_pci_address(bad[i], address));
        assert_string_equal(address, "unchanged");
    }
    assert_refused(
        "eth0", -EINVAL,
        "'eth0' is not a PCI address; give one such as 0000:03:00.0, or a simulated card "
        "such as sim:82599");
}

static void very_long_address_is_cut_in_the_sentence(void **state)
{
    char address[1000];
    char error[IR_ERROR_LENGTH];
    struct ir_transport *transport;

    (void)state;
    memset(address, 'x', sizeof(address) - 1);
    address[sizeof(address) - 1] = '\0';
    assert_int_equal(ir_pci_open_at(&roots, address, 1, &transport, error), -EINVAL);
    assert_true(strlen(error) < IR_ERROR_LENGTH);
    assert_non_null(strstr(error, "such as sim:82599"));
}

static void absent_device_is_refused(void **state)
{
    (void)state;
    assert_refused(CARD, -ENODEV,
                   "there is no PCI device 0000:03:00.0; 'ironring list' shows the network cards");
}

static void device_that_is_no_ethernet_card_is_refused(void **state)
{
    (void)state;
    put_card(CARD, "0x010802", "0x8086", "0x0953");
    assert_refused(CARD, -ENOTSUP,
                   "0000:03:00.0 is not an Ethernet card (PCI class 010802); use a simulated card: "
                   "sim:82599");
}

static void card_whose_interface_is_up_is_refused(void **state)
{
    (void)state;
    put_card(CARD, ETHERNET, "0x8086", "0x10fb");
    put_link(CARD, "driver", "../../../../bus/pci/drivers/ixgbe");
    put_link(CARD, "iommu_group", "../../../../kernel/iommu_groups/17");
    put(CARD, "net/enp3s0/flags", "0x1003");
    assert_refused(
        CARD, -EBUSY,
        "0000:03:00.0 is in use by the kernel driver ixgbe, whose interface enp3s0 is "
        "up; take both down: sudo ip link set enp3s0 down && sudo ironring bind 0000:03:00.0 "
        "vfio-pci");
}

static void interface_on_top_of_another_device_is_found(void **state)
{
    struct ir_pci_info info;

    (void)state;
    put_card(CARD, ETHERNET, "0x1af4", "0x1041");
    put_link(CARD, "driver", "../../../../bus/pci/drivers/virtio-pci");
    put(CARD, "virtio0/net/eth0/flags", "0x1002");
    assert_int_equal(ir_pci_inspect(sysfs, CARD, &info), 0);
    assert_int_equal(info.interface_count, 1);
    assert_string_equal(info.interfaces[0].name, "eth0");
    assert_false(info.interfaces[0].up);
    put(CARD, "virtio0/net/eth0/flags", "0x1003");
    assert_refused(
        CARD, -EBUSY,
        "0000:03:00.0 is in use by the kernel driver virtio-pci, whose interface eth0 is "
        "up; take both down: sudo ip link set eth0 down && sudo ironring bind 0000:03:00.0 "
        "uio_pci_generic");
}

static void card_of_a_kernel_driver_is_refused_with_its_interface_down(void **state)
{
    (void)state;
    put_card(CARD, ETHERNET, "0x8086", "0x10fb");
    put_link(CARD, "driver", "../../../../bus/pci/drivers/ixgbe");
    put(CARD, "net/enp3s0/flags", "0x1002");
    assert_refused(CARD, -EBUSY,
                   "0000:03:00.0 is in use by the kernel driver ixgbe; take it from there: sudo "
                   "ironring bind 0000:03:00.0 uio_pci_generic");
    put_link(CARD, "iommu_group", "../../../../kernel/iommu_groups/17");
    assert_refused(CARD, -EBUSY,
                   "0000:03:00.0 is in use by the kernel driver ixgbe; take it from there: sudo "
                   "ironring bind 0000:03:00.0 vfio-pci");
}

static void card_without_ironring_driver_is_refused(void **state)
{
    (void)state;
    put_card(CARD, ETHERNET, "0x10ec", "0x8168");
    put_link(CARD, "driver", "../../../../bus/pci/drivers/vfio-pci");
    assert_refused(CARD, -ENOTSUP,
                   "0000:03:00.0 has no Ironring driver (PCI id 10ec:8168); use a simulated card: "
                   "sim:82599");
}

static void card_behind_no_iommu_is_refused_by_vfio(void **state)
{
    (void)state;
    put_card(CARD, ETHERNET, "0x8086", "0x10fb");
    put_link(CARD, "driver", "../../../../bus/pci/drivers/vfio-pci");
    assert_refused(
        CARD, -ENOTSUP,
        "0000:03:00.0 is behind no IOMMU; switch that on (VT-d or AMD-Vi in the firmware, "
        "intel_iommu=on for the kernel), or do without as root: ironring bind "
        "0000:03:00.0 uio_pci_generic");
}

static void unreadable_attributes_are_an_error(void **state)
{
    static const char *const bad[] = {"", "what", "0x12345", "0x80860x", "-1"};
    struct ir_pci_info info;

    (void)state;
    put_card(CARD, ETHERNET, "0x8086", "0x10fb");
    assert_int_equal(ir_pci_inspect(sysfs, CARD, &info), 0);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        put(CARD, "vendor", bad[i]);
        assert_int_equal(ir_pci_inspect(sysfs, CARD, &info), -EIO);
    }
    assert_int_equal(remove(path_of(CARD, "vendor")), 0);
    assert_int_equal(ir_pci_inspect(sysfs, CARD, &info), -EIO);
}

static void everything_sysfs_says_is_read(void **state)
{
    struct ir_pci_info info;

    (void)state;
    put_card(CARD, ETHERNET, "0x8086", "0x10fb");
    put_link(CARD, "driver", "../../../../bus/pci/drivers/vfio-pci");
    put_link(CARD, "iommu_group", "../../../../kernel/iommu_groups/17");
    assert_int_equal(ir_pci_inspect(sysfs, CARD, &info), 0);
    assert_string_equal(info.address, CARD);
    assert_int_equal(info.vendor, 0x8086);
    assert_int_equal(info.device, 0x10fb);
    assert_int_equal(info.class_code, 0x020000);
    assert_string_equal(info.driver, "vfio-pci");
    assert_int_equal(info.iommu_group, 17);
    assert_false(info.translated);
    assert_false(info.resettable);
    put(CARD, "reset", "");
    assert_int_equal(ir_pci_inspect(sysfs, CARD, &info), 0);
    assert_true(info.resettable);
    assert_int_equal(info.interface_count, 0);
}

static void more_interfaces_than_are_kept_do_no_harm(void **state)
{
    char name[64];
    struct ir_pci_info info;

    (void)state;
    put_card(CARD, ETHERNET, "0x8086", "0x10fb");
    for (unsigned i = 0; i < 3 * IR_PCI_INTERFACES_MAX; i++) {
        (void)snprintf(name, sizeof(name), "net/eth%u/flags", i);
        put(CARD, name, "0x1002");
    }
    assert_int_equal(ir_pci_inspect(sysfs, CARD, &info), 0);
    assert_int_equal(info.interface_count, IR_PCI_INTERFACES_MAX);
    assert_int_equal(info.iommu_group, -1);
    assert_string_equal(info.driver, "");
}

static void network_cards_are_listed_by_address(void **state)
{
    struct ir_pci_info *list;
    char address[IR_PCI_ADDRESS_LENGTH];

    (void)state;
    for (unsigned i = 20; i > 0; i--) { /* more than the list begins with */
        (void)snprintf(address, sizeof(address), "0000:%02x:00.0", i);
        put_card(address, i % 2 == 0 ? ETHERNET : "0x028000", "0x8086", "0x10fb");
    }
    put_card("0000:30:00.0", "0x010802", "0x8086", "0x0953");
    put("not-an-address", "class", ETHERNET);
    assert_int_equal(ir_pci_list(sysfs, &list), 20);
    for (unsigned i = 1; i <= 20; i++) {
        (void)snprintf(address, sizeof(address), "0000:%02x:00.0", i);
        assert_string_equal(list[i - 1].address, address);
    }
    free(list);
}

static void machine_without_pci_has_nothing_to_list(void **state)
{
    struct ir_pci_info *list;

    (void)state;
    assert_int_equal(ir_pci_list(sysfs, &list), -ENOENT);
    assert_null(list);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_sysfs, remove_sysfs)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(addresses_are_parsed_and_written_in_full),
        TEST(what_is_no_address_is_refused),
        TEST(very_long_address_is_cut_in_the_sentence),
        TEST(absent_device_is_refused),
        TEST(device_that_is_no_ethernet_card_is_refused),
        TEST(card_whose_interface_is_up_is_refused),
        TEST(interface_on_top_of_another_device_is_found),
        TEST(card_of_a_kernel_driver_is_refused_with_its_interface_down),
        TEST(card_without_ironring_driver_is_refused),
        TEST(card_behind_no_iommu_is_refused_by_vfio),
        TEST(unreadable_attributes_are_an_error),
        TEST(everything_sysfs_says_is_read),
        TEST(more_interfaces_than_are_kept_do_no_harm),
        TEST(network_cards_are_listed_by_address),
        TEST(machine_without_pci_has_nothing_to_list),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
