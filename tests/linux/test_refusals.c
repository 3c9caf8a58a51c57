/* SPDX-License-Identifier: MIT
 *
 * Why a device behind VFIO cannot be opened, and what each refusal says: the thing, the reason and the
 * remedy. Nothing stays open after one.
 */
#include <string.h>

#include <linux/vfio.h>

#include "linux/iommufd_abi.h"
#include "stage.h"

static void add_by_group(void)
{
    kernel_add(stage, CARD, 17);
}

static void add_by_file(void)
{
    kernel_add(stage, CARD, 17);
    kernel_add_file(stage, CARD, 0);
    kernel_remove(stage, "dev/vfio/17");
}

/* A file that is refused: first as it looks from outside, then, when that was no longer true, by the
 * kernel as it is opened. */
static void files_of_others_are_refused(void **state)
{
    static const char of_root[] = "0000:03:00.0 is not yours to open (%s/dev/vfio/17); let root "
                                  "give it to you: sudo ironring "
                                  "bind --user $(id -un) 0000:03:00.0 vfio-pci";

    (void)state;
    add_by_group();
    stage_lock("/dev/vfio/17", EACCES);
    stage_refuses(CARD, -EACCES, of_root);
    stage_lock_open("/dev/vfio/17", EACCES);
    stage_refuses(CARD, -EACCES, of_root);
}

static void group_of_another_process_is_refused(void **state)
{
    (void)state;
    add_by_group();
    stage_lock_open("/dev/vfio/17", EBUSY);
    stage_refuses(
        CARD, -EBUSY,
        "0000:03:00.0: its IOMMU group is in use by another process; find that and end it: "
        "fuser -v %s/dev/vfio/17");
}

static void missing_files_are_told(void **state)
{
    (void)state;
    add_by_group();
    stage_lock_open("/dev/vfio/vfio", ENOENT);
    stage_refuses(CARD, -ENOENT,
                  "0000:03:00.0: there is no %s/dev/vfio/vfio; load the module: sudo modprobe "
                  "vfio-pci");
    stage_lock_open("/dev/vfio/17", ENOENT);
    stage_refuses(CARD, -ENOENT,
                  "0000:03:00.0 has no file %s/dev/vfio/17; bind it again: sudo ironring bind "
                  "0000:03:00.0 vfio-pci");
    stage_lock(NULL, 0);
    kernel_remove(stage, "dev/vfio/17");
    stage_refuses(CARD, -ENODEV,
                  "0000:03:00.0 has no file %s/dev/vfio/17; bind it again: sudo ironring bind "
                  "0000:03:00.0 vfio-pci");
}

static void container_that_cannot_be_opened_is_told(void **state)
{
    (void)state;
    add_by_group();
    stage_lock_open("/dev/vfio/vfio", EACCES);
    stage_refuses(
        CARD, -EACCES,
        "0000:03:00.0: you may not open %s/dev/vfio/vfio; let everyone, as the kernel means "
        "it: sudo chmod 0666 %s/dev/vfio/vfio");
    stage_lock_open("/dev/vfio/vfio", EMFILE);
    stage_refuses(
        CARD, -EMFILE,
        "0000:03:00.0: %s/dev/vfio/vfio cannot be opened (Too many open files); raise the "
        "limit of open files: ulimit -n");
    stage_lock_open("/dev/vfio/17", ENOMEM);
    stage_refuses(
        CARD, -ENOMEM,
        "0000:03:00.0: %s/dev/vfio/17 cannot be opened (Cannot allocate memory); free some "
        "memory");
}

static void kernel_without_the_right_iommu_is_refused(void **state)
{
    static const char sentence[] =
        "0000:03:00.0: the kernel's VFIO has no IOMMU of type 1 version 2; load its module: sudo "
        "modprobe vfio_iommu_type1";

    (void)state;
    add_by_group();
    stage->no_type1v2 = true;
    stage_refuses(CARD, -ENOTSUP, sentence);
    stage->no_type1v2 = false;
    stage->api_version = 1;
    stage_refuses(CARD, -ENOTSUP, sentence);
}

static void group_that_the_kernel_uses_in_part_is_refused(void **state)
{
    (void)state;
    add_by_group();
    kernel_add(stage, "0000:03:00.1", 17);
    kernel_link(stage, "0000:03:00.1", "driver", "../../../../bus/pci/drivers/e1000e");
    kernel_add(stage, "0000:00:1c.0", 17);
    kernel_put(stage, "0000:00:1c.0", "class", "0x060400\n");
    kernel_link(stage, "0000:00:1c.0", "driver", "../../../../bus/pci/drivers/pcieport");
    kernel_add(stage, "0000:03:00.2", 17);
    stage->not_viable = true;
    stage_refuses(CARD, -EBUSY,
                  "0000:03:00.0: the kernel uses another device of its IOMMU group 17 "
                  "(0000:03:00.1); take that as well: sudo ironring bind 0000:03:00.1 vfio-pci");
}

static void group_whose_other_devices_are_not_known_is_refused(void **state)
{
    (void)state;
    add_by_group();
    stage->not_viable = true;
    stage_refuses(CARD, -EBUSY,
                  "0000:03:00.0: the kernel uses another device of its IOMMU group 17; find it: ls "
                  "-l /sys/kernel/iommu_groups/17/devices");
}

struct failure {
    unsigned long request;
    int error;
    int result;
    uint32_t spared;
    const char *sentence;
};

static void check_failures(const struct failure *failures, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        stage->failing = failures[i].request;
        stage->error = failures[i].error;
        stage->spared = failures[i].spared;
        stage_refuses(CARD, failures[i].result, failures[i].sentence);
    }
    stage->failing = 0;
    stage_close(stage_open(CARD, 1)); /* nothing of them has stayed */
}

static void whatever_a_group_refuses_is_told(void **state)
{
    static const struct failure failures[] = {
        {VFIO_GROUP_GET_STATUS, EIO, -EIO, 0,
         "0000:03:00.0: the state of its IOMMU group cannot be read (Input/output error); see the "
         "log of the kernel: dmesg"},
        {VFIO_GROUP_SET_CONTAINER, EINVAL, -EINVAL, 0,
         "0000:03:00.0: the IOMMU does not take it (Invalid argument); open it before packet pools "
         "are made, or in a domain of its own"},
        {VFIO_GROUP_SET_CONTAINER, EBUSY, -EBUSY, 0,
         "0000:03:00.0: the IOMMU does not take it (Device or resource busy); open it in the "
         "domain "
         "of the other devices of its IOMMU group"},
        {VFIO_SET_IOMMU, EPERM, -EPERM, 0,
         "0000:03:00.0: the IOMMU does not take it (the IOMMU does not remap interrupts, so the "
         "device could forge any); accept that: echo 1 | sudo tee /sys/module/vfio_iommu_type1/"
         "parameters/allow_unsafe_interrupts"},
        {VFIO_SET_IOMMU, ENODEV, -ENODEV, 0,
         "0000:03:00.0: the IOMMU does not take it (No such device); see the log of the kernel: "
         "dmesg"},
        {VFIO_GROUP_GET_DEVICE_FD, ENODEV, -ENODEV, 0,
         "0000:03:00.0: the kernel does not open it (No such device); see the log of the kernel: "
         "dmesg"},
        {VFIO_IOMMU_GET_INFO, EINVAL, -EINVAL, 0,
         "0000:03:00.0: the IOMMU does not say which addresses it translates (Invalid argument); "
         "see "
         "the log of the kernel: dmesg"},
        {VFIO_IOMMU_GET_INFO, ENOMEM, -ENOMEM, 1,
         "0000:03:00.0: the IOMMU does not say which addresses it translates (Cannot allocate "
         "memory); free some memory"},
    };

    (void)state;
    add_by_group();
    check_failures(failures, sizeof(failures) / sizeof(failures[0]));
}

static void whatever_a_device_refuses_is_told(void **state)
{
    static const struct failure failures[] = {
        {VFIO_DEVICE_GET_INFO, EIO, -EIO, 0,
         "0000:03:00.0: the kernel does not describe it (Input/output error); see the log of the "
         "kernel: dmesg"},
        {VFIO_DEVICE_RESET, EIO, -EIO, 0,
         "0000:03:00.0: it cannot be reset (Input/output error); see the log of the kernel: dmesg"},
        {VFIO_DEVICE_GET_REGION_INFO, EIO, -EIO, 0,
         "0000:03:00.0: its configuration space cannot be read (Input/output error); see the log "
         "of "
         "the kernel: dmesg"},
        {VFIO_DEVICE_GET_IRQ_INFO, EIO, -EIO, 0,
         "0000:03:00.0: its interrupts cannot be found (Input/output error); see the log of the "
         "kernel: dmesg"},
        {VFIO_DEVICE_GET_REGION_INFO, EIO, -EIO, 2,
         "0000:03:00.0: its registers cannot be mapped (Input/output error); see the log of the "
         "kernel: dmesg"},
    };

    (void)state;
    add_by_group();
    check_failures(failures, sizeof(failures) / sizeof(failures[0]));
    stage_no_mmap(ENOMEM);
    stage_refuses(
        CARD, -ENOMEM,
        "0000:03:00.0: its registers cannot be mapped (Cannot allocate memory); free some "
        "memory");
}

static void iommu_that_translates_only_low_addresses_is_refused(void **state)
{
    (void)state;
    add_by_group();
    stage->range_count = 1;
    stage_refuses(
        CARD, -ENOSPC,
        "0000:03:00.0: the IOMMU translates no addresses from 4 GiB to 512 GiB for it; use "
        "it in another machine");
    stage->false_sizes = true;
    stage_refuses(
        CARD, -EIO,
        "0000:03:00.0: the IOMMU does not say which addresses it translates (Input/output "
        "error); see the log of the kernel: dmesg");
}

static void iommufd_that_is_not_this_users_is_refused(void **state)
{
    (void)state;
    add_by_file();
    stage_lock("/vfio0", EACCES);
    stage_refuses(
        CARD, -EACCES,
        "0000:03:00.0 is not yours to open (%s/dev/vfio/devices/vfio0); let root give that "
        "to you: sudo chown $(id -un) %s/dev/vfio/devices/vfio0");
    stage_lock("/dev/iommu", EACCES);
    stage_refuses(
        CARD, -EACCES,
        "0000:03:00.0 is not yours to open (%s/dev/iommu); let root give that to you: sudo "
        "chown $(id -un) %s/dev/iommu");
    stage_lock_open("/vfio0", EACCES);
    stage_refuses(
        CARD, -EACCES,
        "0000:03:00.0 is not yours to open (%s/dev/vfio/devices/vfio0); let root give that "
        "to you: sudo chown $(id -un) %s/dev/vfio/devices/vfio0");
    stage_lock_open("/dev/iommu", EMFILE);
    stage_refuses(
        CARD, -EMFILE,
        "0000:03:00.0: %s/dev/iommu cannot be opened (Too many open files); raise the limit "
        "of open files: ulimit -n");
}

static void whatever_iommufd_refuses_is_told(void **state)
{
    static const struct failure failures[] = {
        {IOMMUFD_ALLOC_SPACE, ENOMEM, -ENOMEM, 0,
         "0000:03:00.0: iommufd gives no address space (Cannot allocate memory); free some memory"},
        {IOMMUFD_DEVICE_BIND, EINVAL, -EBUSY, 0,
         "0000:03:00.0: it is in use by another process; find that and end it: fuser -v "
         "%s/dev/vfio/devices/vfio0"},
        {IOMMUFD_DEVICE_BIND, ENODEV, -ENODEV, 0,
         "0000:03:00.0: iommufd does not take it (No such device); see the log of the kernel: "
         "dmesg"},
        {IOMMUFD_DEVICE_ATTACH, EINVAL, -EINVAL, 0,
         "0000:03:00.0: the IOMMU does not take it into the domain (Invalid argument); open it "
         "before "
         "packet pools are made, or in a domain of its own"},
        {IOMMUFD_DEVICE_ATTACH, ENOMEM, -ENOMEM, 0,
         "0000:03:00.0: the IOMMU does not take it (Cannot allocate memory); free some memory"},
        {IOMMUFD_RANGES, EIO, -EIO, 0,
         "0000:03:00.0: the IOMMU does not say which addresses it translates (Input/output error); "
         "see the log of the kernel: dmesg"},
    };

    (void)state;
    add_by_file();
    check_failures(failures, sizeof(failures) / sizeof(failures[0]));
    stage->false_sizes = true;
    stage_refuses(CARD, -EMSGSIZE,
                  "0000:03:00.0: the IOMMU does not say which addresses it translates (Message too "
                  "long); see the log of the kernel: dmesg");
}

static void iommufd_names_what_the_kernel_uses_of_a_group(void **state)
{
    (void)state;
    add_by_file();
    kernel_add(stage, "0000:03:00.1", 17);
    kernel_remove(stage, "dev/vfio/17");
    kernel_link(stage, "0000:03:00.1", "driver", "../../../../bus/pci/drivers/e1000e");
    stage->failing = IOMMUFD_DEVICE_BIND;
    stage->error = EBUSY;
    stage_refuses(CARD, -EBUSY,
                  "0000:03:00.0: the kernel uses another device of its IOMMU group 17 "
                  "(0000:03:00.1); take that as well: sudo ironring bind 0000:03:00.1 vfio-pci");
}

/* A domain has one kind of address space. */
static void device_without_a_file_of_its_own_does_not_join_iommufd(void **state)
{
    struct ir_transport *first;

    (void)state;
    add_by_file();
    kernel_add(stage, OTHER, 18);
    first = stage_open(CARD, 1);
    stage_refuses(
        OTHER, -ENOTSUP,
        "0000:04:00.0: VFIO has no file for the device alone, as for others of its domain; "
        "open it in a domain of its own");
    stage_close(first);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_begin, stage_end)
    const struct CMUnitTest tests[] = {
        TEST(files_of_others_are_refused),
        TEST(group_of_another_process_is_refused),
        TEST(missing_files_are_told),
        TEST(container_that_cannot_be_opened_is_told),
        TEST(kernel_without_the_right_iommu_is_refused),
        TEST(group_that_the_kernel_uses_in_part_is_refused),
        TEST(group_whose_other_devices_are_not_known_is_refused),
        TEST(whatever_a_group_refuses_is_told),
        TEST(whatever_a_device_refuses_is_told),
        TEST(iommu_that_translates_only_low_addresses_is_refused),
        TEST(iommufd_that_is_not_this_users_is_refused),
        TEST(whatever_iommufd_refuses_is_told),
        TEST(iommufd_names_what_the_kernel_uses_of_a_group),
        TEST(device_without_a_file_of_its_own_does_not_join_iommufd),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
