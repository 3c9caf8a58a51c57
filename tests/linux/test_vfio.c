/* SPDX-License-Identifier: MIT
 *
 * Devices behind VFIO: what they offer, what is mapped for them, their interrupts, and their end. All of
 * it both by groups and by iommufd where these differ.
 */
#include <stdio.h>
#include <string.h>

#include <linux/vfio.h>

#include "api/domain.h"
#include "core/pci.h"
#include "stage.h"

#define SPACE 7u

static const struct ir_dma first_region = {(uint8_t *)0x1000, 0x100000000, 0x2000};
static const struct ir_dma second_region = {(uint8_t *)0x9000, 0x100020000, 0x1000};

/* How a test's devices are reached; each test runs once for each. */
static bool by_files;

static void add(const char *address, uint32_t group)
{
    kernel_add(stage, address, group);
    if (!by_files)
        return;
    kernel_add_file(stage, address, (uint32_t)(address[6] - '0')); /* 3 or 4 */
    stage_lock("/dev/vfio/17", EACCES);
}

static int begin_by_group(void **state)
{
    by_files = false;
    return stage_begin(state);
}

static int begin_by_file(void **state)
{
    by_files = true;
    return stage_begin(state);
}

static void device_has_its_registers_and_configuration(void **state)
{
    struct ir_transport *transport;
    uint32_t value = 0;

    (void)state;
    add(CARD, 17);
    transport = stage_open(CARD, SPACE);
    assert_int_equal(transport->vendor, 0x8086);
    assert_int_equal(transport->device, 0x10fb);
    assert_int_equal(transport->bars[0].size, KERNEL_BAR_BYTES);
    assert_int_equal(transport->bars[1].size, 0);
    assert_true(transport->translated);
    assert_false(transport->physical);
    assert_int_equal(ir_reg_write(&transport->bars[0], 0x3ffc, 4, 0x12345678), 0);
    assert_int_equal(ir_reg_read(&transport->bars[0], 0x3ffc, 4, &value), 0);
    assert_int_equal(value, 0x12345678);
    assert_int_equal(ir_reg_read(&transport->bars[0], 0x4000, 4, &value), -EINVAL);
    assert_int_equal(ir_transport_config_write(transport, 0x10, 4, 0xfedcba98), 0);
    assert_int_equal(ir_transport_config_read(transport, 0x12, 2, &value), 0);
    assert_int_equal(value, 0xfedc);
    assert_int_equal(ir_transport_config_read(transport, 0x11, 2, &value), -EINVAL);
    assert_int_equal(ir_transport_config_read(transport, 4096, 4, &value), -EINVAL);
    assert_int_equal(ir_transport_config_write(transport, 0, 3, 0), -EINVAL);
    stage_close(transport);
}

static void device_is_reset_when_opened_and_when_closed(void **state)
{
    struct ir_transport *transport;
    uint32_t command = 0;

    (void)state;
    add(CARD, 17);
    transport = stage_open(CARD, SPACE);
    assert_int_equal(stage->resets, 1);
    assert_int_equal(ir_pci_bus_master(transport, true), 0);
    stage_close(transport);
    assert_int_equal(stage->resets, 2);
    transport = stage_open(CARD, SPACE);
    assert_int_equal(ir_transport_config_read(transport, PCI_COMMAND, 2, &command), 0);
    assert_int_equal(command & PCI_COMMAND_BUS_MASTER, 0);
    stage_close(transport);
}

static void device_that_cannot_be_reset_is_opened_all_the_same(void **state)
{
    (void)state;
    add(CARD, 17);
    stage->no_reset = true;
    stage_close(stage_open(CARD, SPACE));
    assert_int_equal(stage->resets, 0);
    stage->no_reset = false;
    stage->failing = VFIO_DEVICE_RESET;
    stage->error = ENOTTY; /* it was wrong about that */
    stage_close(stage_open(CARD, SPACE));
}

static void reset_is_tried_again_while_the_kernel_is_busy(void **state)
{
    (void)state;
    add(CARD, 17);
    stage->failing = VFIO_DEVICE_RESET;
    stage->error = EAGAIN;
    stage_refuses(
        CARD, -EAGAIN,
        "0000:03:00.0: it cannot be reset (Resource temporarily unavailable); see the log "
        "of the kernel: dmesg");
    stage->failing = 0;
    stage_close(stage_open(CARD, SPACE));
}

static void window_that_cannot_be_mapped_is_left_out(void **state)
{
    struct ir_transport *transport;

    (void)state;
    add(CARD, 17);
    stage->no_window = true;
    transport = stage_open(CARD, SPACE);
    assert_int_equal(transport->bars[0].size, 0);
    stage_close(transport);
}

static void regions_may_lie_in_the_largest_range_from_4_gib_on(void **state)
{
    static const struct {
        struct kernel_range ranges[3];
        uint64_t first, last;
    } rows[] = {
        {{{0, 0xfedfffff}, {0xfef00000, 0x7fffffffff}}, 0x100000000, 0x7fffffffff},
        {{{0, 0xffff}, {0x100000000, 0x1ffffffff}, {0x300000000, 0x5ffffffff}},
         0x300000000,
         0x5ffffffff},
        {{{0x200000000, 0x6ffffffff}, {0x700001000, 0x7fffffff0}}, 0x200000000, 0x6ffffffff},
        {{{0, UINT64_MAX}}, IR_DOMAIN_FIRST, IR_DOMAIN_END - 1},
    };

    (void)state;
    add(CARD, 17);
    for (size_t r = 0; r < sizeof(rows) / sizeof(rows[0]); r++) {
        struct ir_transport *transport;

        memcpy(stage->ranges, rows[r].ranges, sizeof(rows[r].ranges));
        stage->range_count = 3;
        transport = stage_open(CARD, SPACE);
        assert_int_equal(transport->iova_first, rows[r].first);
        assert_int_equal(transport->iova_last, rows[r].last);
        stage_close(transport);
    }
    for (uint32_t i = 0; i < KERNEL_RANGES_MAX; i++) /* more than are expected at first */
        stage->ranges[i] =
            (struct kernel_range){0x100000000 + i * 0x1000, 0x1000007ff + i * 0x1000};
    stage->range_count = KERNEL_RANGES_MAX;
    stage_close(stage_open(CARD, SPACE));
}

static void kernel_that_does_not_tell_ranges_has_any_address(void **state)
{
    struct ir_transport *transport;

    (void)state;
    add(CARD, 17);
    stage->silent = true;
    transport = stage_open(CARD, SPACE);
    assert_int_equal(transport->iova_last, 0);
    stage_close(transport);
}

static int map(struct ir_transport *transport, const struct ir_dma *region)
{
    return transport->ops->map(transport, region);
}

static int unmap(struct ir_transport *transport, const struct ir_dma *region)
{
    return transport->ops->unmap(transport, region);
}

static void region_is_mapped_once_for_all_devices_of_a_domain(void **state)
{
    struct ir_transport *card;
    struct ir_transport *other;

    (void)state;
    add(CARD, 17);
    add(OTHER, 17);
    card = stage_open(CARD, SPACE);
    other = stage_open(OTHER, SPACE);
    assert_int_equal(map(card, &first_region), 0);
    assert_int_equal(map(other, &first_region), 0);
    assert_int_equal(stage->map_calls, 1);
    assert_int_equal(stage->mapped[0].first, first_region.iova);
    assert_int_equal(stage->mapped[0].last, first_region.iova + first_region.size - 1);
    assert_int_equal(unmap(card, &first_region), 0);
    assert_int_equal(unmap(card, &first_region), -ENOENT);
    assert_int_equal(stage->mapping_count, 1);
    assert_int_equal(unmap(other, &first_region), 0);
    assert_int_equal(stage->mapping_count, 0);
    stage_close(other);
    stage_close(card);
}

static void device_that_goes_takes_its_mappings_along(void **state)
{
    struct ir_transport *card;
    struct ir_transport *other;

    (void)state;
    add(CARD, 17);
    add(OTHER, 17);
    card = stage_open(CARD, SPACE);
    other = stage_open(OTHER, SPACE);
    assert_int_equal(map(card, &first_region), 0);
    assert_int_equal(map(card, &second_region), 0);
    assert_int_equal(map(other, &second_region), 0);
    stage_close(card);
    assert_int_equal(stage->mapping_count, 1);
    assert_int_equal(stage->mapped[0].first, second_region.iova);
    stage_close(other);
    assert_int_equal(stage->mapping_count, 0);
}

static void mapping_that_the_kernel_refuses_is_an_error(void **state)
{
    static const struct ir_dma overlapping = {(uint8_t *)0x1000, 0x100001000, 0x1000};
    struct ir_transport *card;
    char error[IR_ERROR_LENGTH] = "as it was";

    (void)state;
    add(CARD, 17);
    card = stage_open(CARD, SPACE);
    assert_int_equal(map(card, &first_region), 0);
    assert_int_equal(map(card, &overlapping), -EBUSY);
    card->ops->explain(card, &overlapping, -EBUSY, error);
    assert_string_equal(error, "as it was");
    assert_int_equal(unmap(card, &overlapping), -ENOENT);
    stage_close(card);
}

/* 1 MiB is added for rings, and the sum is a whole number of MiB. */
static void limit_of_locked_memory_is_told_with_the_number_needed(void **state)
{
    static const struct ir_dma large = {(uint8_t *)0x1000, 0x140000000, 0x300000};
    static const struct {
        uint64_t soft, hard; /* KiB */
        const char *sentence;
    } rows[] = {{5120, 5120, "as it was"},
                {64, 5120,
                 "the limit of locked memory, 64 KiB, is too low for packets and rings; raise it: "
                 "ulimit -l 5120"},
                {5119, 5119,
                 "the limit of locked memory, 5119 KiB, is too low for packets and rings; let root "
                 "raise it for this shell: sudo prlimit --pid $$ --memlock=5242880"}};
    struct ir_transport *card;

    (void)state;
    add(CARD, 17);
    card = stage_open(CARD, SPACE);
    assert_int_equal(map(card, &first_region), 0);
    for (size_t r = 0; r < sizeof(rows) / sizeof(rows[0]); r++) {
        char error[IR_ERROR_LENGTH] = "as it was";

        stage_limit(rows[r].soft * 1024, rows[r].hard * 1024);
        card->ops->explain(card, &large, -ENOMEM, error);
        assert_string_equal(error, rows[r].sentence);
    }
    stage_close(card);
}

static void device_in_another_domain_has_a_space_of_its_own(void **state)
{
    struct ir_transport *card;
    struct ir_transport *other;

    (void)state;
    add(CARD, 17);
    add(OTHER, 18);
    card = stage_open(CARD, SPACE);
    other = stage_open(OTHER, SPACE + 1);
    assert_int_equal(map(card, &first_region), 0);
    assert_int_equal(unmap(other, &first_region), -ENOENT);
    stage_close(card);
    stage_close(other);
}

static void device_is_opened_once(void **state)
{
    struct ir_transport *card;
    struct ir_transport *again;
    char error[IR_ERROR_LENGTH];

    (void)state;
    add(CARD, 17);
    card = stage_open(CARD, SPACE);
    assert_int_equal(ir_pci_open_at(&stage->roots, CARD, SPACE, &again, error), -EBUSY);
    assert_string_equal(error, "0000:03:00.0: this program has opened it already; close it first");
    stage_close(card);
    stage_close(stage_open(CARD, SPACE));
}

static void domain_has_64_devices_at_most(void **state)
{
    struct ir_transport *cards[65];
    char error[IR_ERROR_LENGTH];
    char address[IR_PCI_ADDRESS_LENGTH];

    (void)state;
    for (unsigned i = 0; i < 65; i++) {
        (void)snprintf(address, sizeof(address), "0000:%02x:00.0", i);
        kernel_add(stage, address, 17); /* a file each would be more than may be open */
        if (i < 64)
            cards[i] = stage_open(address, SPACE);
    }
    assert_int_equal(ir_pci_open_at(&stage->roots, address, SPACE, &cards[64], error), -EBUSY);
    assert_string_equal(error, "0000:40:00.0: this program has 64 devices open in this domain; "
                               "close one first");
    stage_close(cards[5]);
    cards[5] = stage_open(address, SPACE);
    for (unsigned i = 0; i < 64; i++)
        stage_close(cards[i]);
}

int main(void)
{
#define BY_GROUP(test) cmocka_unit_test_setup_teardown(test, begin_by_group, stage_end)
#define BY_FILE(test)                                                                              \
    {                                                                                              \
#test " (iommufd)", test, begin_by_file, stage_end, NULL                                   \
    }
#define BOTH(test) BY_GROUP(test), BY_FILE(test)
    const struct CMUnitTest tests[] = {
        BOTH(device_has_its_registers_and_configuration),
        BOTH(device_is_reset_when_opened_and_when_closed),
        BOTH(device_that_cannot_be_reset_is_opened_all_the_same),
        BOTH(reset_is_tried_again_while_the_kernel_is_busy),
        BOTH(window_that_cannot_be_mapped_is_left_out),
        BOTH(regions_may_lie_in_the_largest_range_from_4_gib_on),
        BY_GROUP(kernel_that_does_not_tell_ranges_has_any_address),
        BOTH(region_is_mapped_once_for_all_devices_of_a_domain),
        BOTH(device_that_goes_takes_its_mappings_along),
        BOTH(mapping_that_the_kernel_refuses_is_an_error),
        BY_GROUP(limit_of_locked_memory_is_told_with_the_number_needed),
        BY_GROUP(device_in_another_domain_has_a_space_of_its_own),
        BOTH(device_is_opened_once),
        BY_GROUP(domain_has_64_devices_at_most),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
