/* SPDX-License-Identifier: MIT
 *
 * Devices that are used through sysfs: their windows, ports and configuration space, what is done to
 * them when they are opened and closed, their interrupt, and refusals.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/pci.h"
#include "stage.h"

#define MEMORY_LINE "0x00000000febf0000 0x00000000febf3fff 0x0000000000040200\n"
#define PORTS_LINE  "0x000000000000c040 0x000000000000c05f 0x0000000000040101\n"
#define INSIDE_LINE "0x00000000fec00800 0x00000000fec008ff 0x0000000000040200\n"
#define NO_LINE     "0x0000000000000000 0x0000000000000000 0x0000000000000000\n"

/* The path of one of the device's files. */
static const char *path_of(const char *name)
{
    static char path[256];

    (void)snprintf(path, sizeof(path), "%s/bus/pci/devices/" CARD "/%s", stage->sysfs, name);
    return path;
}

static void put_bytes(const char *name, off_t bytes)
{
    kernel_put(stage, CARD, name, "");
    assert_int_equal(truncate(path_of(name), bytes), 0);
}

/* A virtio card from before version 1, without a driver: ports, memory, and memory inside of a page. */
static void add(void)
{
    kernel_put(stage, CARD, "vendor", "0x1af4\n");
    kernel_put(stage, CARD, "device", "0x1000\n");
    kernel_put(stage, CARD, "class", "0x020000\n");
    kernel_put(stage, CARD, "resource",
               PORTS_LINE MEMORY_LINE INSIDE_LINE NO_LINE NO_LINE NO_LINE MEMORY_LINE);
    kernel_put(stage, CARD, "enable", "");
    kernel_put(stage, CARD, "reset", "");
    put_bytes("config", 256);
    put_bytes("resource0", 32);
    put_bytes("resource1", 0x4000);
    put_bytes("resource2", 4096);
}

static void add_uio(void)
{
    char path[256];

    add();
    kernel_link(stage, CARD, "driver", "../../../../bus/pci/drivers/uio_pci_generic");
    kernel_put(stage, CARD, "uio/uio0/dev", "244:0\n");
    (void)snprintf(path, sizeof(path), "%s/uio0", stage->dev);
    assert_int_equal(mkfifo(path, 0600), 0);
}

static void expect_text(const char *name, const char *text)
{
    char found[64] = "";
    FILE *file = fopen(path_of(name), "re");

    assert_non_null(file);
    (void)!fread(found, 1, sizeof(found) - 1, file);
    assert_int_equal(fclose(file), 0);
    assert_string_equal(found, text);
}

static uint32_t command_of(struct ir_transport *transport)
{
    uint32_t command = 0;

    assert_int_equal(ir_transport_config_read(transport, PCI_COMMAND, 2, &command), 0);
    return command;
}

static void device_has_windows_and_ports(void **state)
{
    struct ir_transport *transport;
    uint32_t value = 0;

    (void)state;
    add();
    transport = stage_open(CARD, 1);
    assert_int_equal(transport->vendor, 0x1af4);
    assert_int_equal(transport->device, 0x1000);
    assert_true(transport->physical);
    assert_false(transport->translated);
    assert_int_equal(transport->vectors, 0);
    assert_int_equal(transport->bars[0].size, 32);
    assert_int_equal(transport->bars[1].size, 0x4000);
    assert_int_equal(transport->bars[2].size, 0x100);
    for (uint32_t i = 3; i < IR_BARS_MAX; i++)
        assert_int_equal(transport->bars[i].size, 0);
    for (uint32_t bar = 0; bar < 3; bar++) {
        const struct ir_regs *regs = &transport->bars[bar];

        assert_int_equal(ir_reg_write(regs, regs->size - 4, 4, 0x76543210), 0);
        assert_int_equal(ir_reg_write(regs, regs->size - 2, 1, 0xaa), 0);
        assert_int_equal(ir_reg_read(regs, regs->size - 4, 4, &value), 0);
        assert_int_equal(value, 0x76aa3210);
        assert_int_equal(ir_reg_read(regs, regs->size - 2, 2, &value), 0);
        assert_int_equal(value, 0x76aa);
        assert_int_equal(ir_reg_read(regs, regs->size, 4, &value), -EINVAL);
    }
    stage_close(transport);
}

static void port_that_is_gone_reads_all_ones(void **state)
{
    struct ir_transport *transport;
    uint32_t value = 0;

    (void)state;
    add();
    transport = stage_open(CARD, 1);
    assert_int_equal(truncate(path_of("resource0"), 0), 0);
    assert_int_equal(ir_reg_read(&transport->bars[0], 0, 4, &value), 0);
    assert_int_equal(value, 0xffffffff);
    stage_close(transport);
}

static void device_without_a_driver_is_enabled_reset_and_left_as_it_was(void **state)
{
    struct ir_transport *transport;

    (void)state;
    add();
    transport = stage_open(CARD, 1);
    expect_text("enable", "1");
    expect_text("reset", "1");
    assert_int_equal(command_of(transport) & PCI_COMMAND_BUS_MASTER, 0);
    assert_int_equal(ir_pci_bus_master(transport, true), 0);
    assert_int_equal(truncate(path_of("reset"), 0), 0);
    stage_close(transport);
    expect_text("reset", "1");
    expect_text("enable", "0");
    transport = stage_open(CARD, 1);
    assert_int_equal(command_of(transport) & PCI_COMMAND_BUS_MASTER, 0);
    stage_close(transport);
}

/* As in the tool's sandbox. */
static void device_is_closed_without_opening_a_file(void **state)
{
    struct ir_transport *transport;
    struct rlimit none;
    struct rlimit before;

    (void)state;
    add();
    transport = stage_open(CARD, 1);
    assert_int_equal(truncate(path_of("reset"), 0), 0);
    assert_int_equal(prlimit(0, RLIMIT_NOFILE, NULL, &before), 0);
    none = before;
    none.rlim_cur = 0;
    assert_int_equal(prlimit(0, RLIMIT_NOFILE, &none, NULL), 0);
    stage_close(transport);
    assert_int_equal(prlimit(0, RLIMIT_NOFILE, &before, NULL), 0);
    expect_text("reset", "1");
    expect_text("enable", "0");
}

static void device_that_the_kernel_cannot_reset_is_opened_all_the_same(void **state)
{
    (void)state;
    add();
    assert_int_equal(unlink(path_of("reset")), 0);
    stage_close(stage_open(CARD, 1));
}

static void device_of_uio_is_not_enabled_again(void **state)
{
    (void)state;
    add_uio();
    stage_close(stage_open(CARD, 1));
    expect_text("enable", "");
}

static void everything_is_mapped_as_it_is(void **state)
{
    static const struct ir_dma region = {(uint8_t *)0x1000, 0x1000, 0x1000};
    struct ir_transport *transport;

    (void)state;
    add();
    transport = stage_open(CARD, 1);
    assert_int_equal(transport->ops->map(transport, &region), 0);
    assert_int_equal(transport->ops->unmap(transport, &region), 0);
    stage_close(transport);
}

/* The other end of the device's file. */
static void interrupt(void)
{
    static const uint32_t count = 1;
    char path[256];
    int file;

    (void)snprintf(path, sizeof(path), "%s/uio0", stage->dev);
    file = open(path, O_RDWR | O_CLOEXEC);
    assert_true(file >= 0);
    assert_int_equal(write(file, &count, sizeof(count)), sizeof(count));
    assert_int_equal(close(file), 0);
}

static void expect_event(int event, bool expected)
{
    struct pollfd file = {.fd = event, .events = POLLIN};
    uint64_t count;

    assert_int_equal(poll(&file, 1, expected ? 10000 : 0), expected);
    if (expected)
        assert_int_equal(read(event, &count, sizeof(count)), sizeof(count));
}

static void pin_of_a_uio_device_adds_to_the_event(void **state)
{
    int event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    struct ir_transport *transport;

    (void)state;
    add_uio();
    transport = stage_open(CARD, 1);
    assert_int_equal(transport->vectors, 1);
    assert_int_equal(transport->ops->interrupts(transport, &event, 2), -EINVAL);
    assert_int_equal(transport->ops->unmask(transport), 0);
    assert_int_equal(ir_pci_bus_master(transport, true), 0);
    assert_int_equal(command_of(transport) & PCI_COMMAND_INTX_OFF, PCI_COMMAND_INTX_OFF);
    assert_int_equal(transport->ops->interrupts(transport, &event, 1), 0);
    assert_int_equal(command_of(transport) & PCI_COMMAND_INTX_OFF, 0);
    expect_event(event, false);
    for (unsigned i = 0; i < 3; i++) {
        interrupt();
        expect_event(event, true);
        assert_int_equal(ir_transport_config_write(transport, PCI_COMMAND, 2, PCI_COMMAND_INTX_OFF),
                         0);
        assert_int_equal(transport->ops->unmask(transport), 0);
        assert_int_equal(command_of(transport) & PCI_COMMAND_INTX_OFF, 0);
    }
    assert_int_equal(transport->ops->interrupts(transport, &event, 1), 0);
    assert_int_equal(transport->ops->interrupts(transport, NULL, 0), 0);
    assert_int_equal(transport->ops->interrupts(transport, &event, 1), 0);
    stage_close(transport);
    expect_event(event, false);
    assert_int_equal(close(event), 0);
}

static void pin_that_cannot_be_opened_is_an_error(void **state)
{
    int event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    struct ir_transport *transport;

    (void)state;
    add_uio();
    transport = stage_open(CARD, 1);
    assert_int_equal(truncate(path_of("config"), 0), 0);
    assert_int_equal(transport->ops->interrupts(transport, &event, 1), -EIO);
    stage_close(transport);
    assert_int_equal(close(event), 0);
}

static void device_that_is_open_is_refused(void **state)
{
    struct ir_transport *transport;

    (void)state;
    add();
    transport = stage_open(CARD, 1);
    stage_refuses(CARD, -EBUSY,
                  "0000:03:00.0: it is in use by another process; find that and end it: fuser -v "
                  "/sys/bus/pci/devices/0000:03:00.0/resource*");
    stage_close(transport);
    stage_close(stage_open(CARD, 1));
}

static void device_behind_the_iommu_is_refused_without_vfio(void **state)
{
    (void)state;
    add();
    kernel_add(stage, OTHER, 17); /* for the folder of the group */
    kernel_link(stage, CARD, "iommu_group", "../../../../kernel/iommu_groups/17");
    kernel_put(stage, CARD, "iommu_group/type", "DMA-FQ\n");
    stage_close(stage_open(CARD, 1)); /* virtio: whether it is behind it is for the driver to see */
    kernel_put(stage, CARD, "vendor", "0x8086\n");
    kernel_put(stage, CARD, "device", "0x10fb\n");
    stage_refuses(
        CARD, -EBUSY,
        "0000:03:00.0 reaches memory through the IOMMU, which lets it reach none yet; use "
        "VFIO: sudo ironring bind 0000:03:00.0 vfio-pci");
    kernel_put(stage, CARD, "iommu_group/type", "identity\n");
    stage_close(stage_open(CARD, 1));
}

static void user_who_is_not_root_is_refused(void **state)
{
    (void)state;
    add();
    stage_lock("/config", EACCES);
    stage_refuses(
        CARD, -EACCES,
        "0000:03:00.0 is for root only, as no IOMMU is before it; run the command as root");
    kernel_link(stage, CARD, "iommu_group", "../../../../kernel/iommu_groups/17");
    stage_refuses(
        CARD, -EACCES,
        "0000:03:00.0 is for root only without VFIO; let root give it to you: sudo ironring "
        "bind --user $(id -un) 0000:03:00.0 vfio-pci");
}

static void files_that_do_not_open_are_told(void **state)
{
    static const char locked_down[] =
        "0000:03:00.0: its registers cannot be opened (Operation not permitted): without VFIO a "
        "device is for root only, and not even that under the kernel's lockdown; use VFIO: sudo "
        "ironring bind 0000:03:00.0 vfio-pci";

    (void)state;
    add_uio();
    stage_no_mmap(EPERM);
    stage_refuses(CARD, -EPERM, locked_down);
    stage_no_mmap(0);
    stage_lock_open("/uio0", EMFILE);
    stage_refuses(CARD, -EMFILE,
                  "0000:03:00.0: its file for interrupts cannot be opened (Too many open files); "
                  "raise the limit of open files: ulimit -n");
    stage_lock(NULL, 0);
    assert_int_equal(unlink(path_of("resource1")), 0);
    stage_refuses(
        CARD, -ENOENT,
        "0000:03:00.0: its registers cannot be opened (No such file or directory); see the "
        "log of the kernel: dmesg");
    assert_int_equal(unlink(path_of("resource")), 0);
    stage_refuses(
        CARD, -ENOENT,
        "0000:03:00.0: its registers cannot be opened (No such file or directory); see the "
        "log of the kernel: dmesg");
}

static void device_that_cannot_be_set_up_is_told(void **state)
{
    (void)state;
    add();
    assert_int_equal(truncate(path_of("config"), 0), 0);
    stage_refuses(
        CARD, -EIO,
        "0000:03:00.0: it cannot be stopped from reading and writing memory (Input/output "
        "error); see the log of the kernel: dmesg");
    assert_int_equal(unlink(path_of("enable")), 0);
    stage_refuses(CARD, -ENOENT,
                  "0000:03:00.0: it cannot be enabled (No such file or directory); see the log of "
                  "the kernel: dmesg");
    put_bytes("config", 256);
    kernel_put(stage, CARD, "enable", "");
    assert_int_equal(unlink(path_of("reset")), 0);
    assert_int_equal(mkdir(path_of("reset"), 0700), 0);
    stage_refuses(CARD, -EISDIR,
                  "0000:03:00.0: it cannot be reset (Is a directory); see the log of the kernel: "
                  "dmesg");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_begin, stage_end)
    const struct CMUnitTest tests[] = {
        TEST(device_has_windows_and_ports),
        TEST(port_that_is_gone_reads_all_ones),
        TEST(device_without_a_driver_is_enabled_reset_and_left_as_it_was),
        TEST(device_is_closed_without_opening_a_file),
        TEST(device_that_the_kernel_cannot_reset_is_opened_all_the_same),
        TEST(device_of_uio_is_not_enabled_again),
        TEST(everything_is_mapped_as_it_is),
        TEST(pin_of_a_uio_device_adds_to_the_event),
        TEST(pin_that_cannot_be_opened_is_an_error),
        TEST(device_that_is_open_is_refused),
        TEST(device_behind_the_iommu_is_refused_without_vfio),
        TEST(user_who_is_not_root_is_refused),
        TEST(files_that_do_not_open_are_told),
        TEST(device_that_cannot_be_set_up_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
