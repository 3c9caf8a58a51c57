/* SPDX-License-Identifier: MIT
 *
 * The device's configuration and its setup registers by themselves, with values and changes that no simulated
 * card has.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "virtio/virtio.h"

#define WINDOW     0x100u
#define CONFIG     0x80u /* where the device's configuration begins */
#define GENERATION 21u

/* A device that is nothing but a register window. */
static struct {
    struct ir_transport transport;
    struct virtio_dev dev;
    uint8_t bytes[WINDOW];
    uint32_t changing; /* reads after which the configuration does not change any more */
    uint32_t reads;
    uint32_t widths; /* of accesses, or-ed */
} it;

static uint32_t read_window(void *card, uint32_t offset, uint32_t width)
{
    uint32_t value = 0;

    (void)card;
    it.reads++;
    assert_true(it.reads < 10000u); /* whatever the device says, it comes to an end */
    it.widths |= width;
    if (offset == GENERATION && it.reads <= it.changing)
        it.bytes[GENERATION]++;
    for (uint32_t i = 0; i < width; i++)
        value |= (uint32_t)it.bytes[offset + i] << (8u * i);
    return value;
}

static void write_window(void *card, uint32_t offset, uint32_t width, uint32_t value)
{
    (void)card;
    for (uint32_t i = 0; i < width; i++)
        it.bytes[offset + i] = (uint8_t)(value >> (8u * i) & 0xffu);
}

static const struct ir_regs_sim window = {read_window, write_window};

static void put16(uint32_t offset, uint32_t value)
{
    it.bytes[CONFIG + offset] = (uint8_t)(value % 256u);
    it.bytes[CONFIG + offset + 1u] = (uint8_t)(value / 256u);
}

static int make(void **state)
{
    (void)state;
    memset(&it, 0, sizeof(it));
    it.transport.bars[0] = (struct ir_regs){.kind = IR_REGS_SIM, .size = WINDOW, .sim = &window};
    it.dev.base.transport = &it.transport;
    it.dev.windows = (struct virtio_windows){.common = {0, 0, 64},
                                             .notify = {0, 0x40, 0x20},
                                             .device = {0, CONFIG, 24},
                                             .notify_multiplier = 4};
    it.dev.features = VIRTIO_FEATURES_KNOWN;
    put16(8, 4);
    put16(10, 1500);
    return 0;
}

static void limits_are_those_of_the_device(void **state)
{
    static const struct {
        uint32_t pairs, pairs_max, control;
    } rows[] = {{1, 1, 2}, {64, 64, 128}, {65, 64, 130}, {0x7fff, 64, 0xfffe}};

    (void)state;
    for (size_t r = 0; r < sizeof(rows) / sizeof(rows[0]); r++) {
        put16(8, rows[r].pairs);
        assert_int_equal(virtio_config_limits(&it.dev), 0);
        assert_int_equal(it.dev.pairs_max, rows[r].pairs_max);
        assert_int_equal(it.dev.control_index, rows[r].control);
        assert_int_equal(it.dev.mtu, 1500);
    }
}

static void limits_that_are_not_legal_are_refused(void **state)
{
    static const struct {
        uint32_t offset, value;
    } rows[] = {{8, 0}, {8, 0x8000}, {8, 0x8001}, {8, 0xffff}, {10, 0}, {10, 67}};

    for (size_t r = 0; r < sizeof(rows) / sizeof(rows[0]); r++) {
        (void)make(state);
        put16(rows[r].offset, rows[r].value);
        assert_int_equal(virtio_config_limits(&it.dev), -EIO);
    }
    (void)make(state);
    put16(10, 68);
    assert_int_equal(virtio_config_limits(&it.dev), 0);
    assert_int_equal(it.dev.mtu, 68);
    put16(10, 0xffff);
    assert_int_equal(virtio_config_limits(&it.dev), 0);
    assert_int_equal(virtio_frame_max(&it.dev), IR_FRAME_MAX);
}

static void fields_that_were_not_agreed_upon_are_not_read(void **state)
{
    bool up = false;

    (void)state;
    it.dev.features = 0;
    put16(8, 0);
    put16(10, 0);
    assert_int_equal(virtio_config_limits(&it.dev), 0);
    assert_int_equal(it.dev.pairs_max, 1);
    assert_int_equal(it.dev.control_index, VIRTIO_NO_QUEUE);
    assert_int_equal(it.dev.mtu, 0);
    assert_int_equal(virtio_frame_max(&it.dev), IR_FRAME_MAX);
    assert_int_equal(virtio_config_link(&it.dev, &up), 0);
    assert_true(up);
    assert_int_equal(it.reads, 0);
}

static void address_is_read_byte_by_byte(void **state)
{
    static const uint8_t address[IR_MAC_LENGTH] = {0x02, 0x34, 0x56, 0x78, 0x9a, 0xbc};
    uint8_t mac[IR_MAC_LENGTH];

    (void)state;
    memcpy(it.bytes + CONFIG, address, IR_MAC_LENGTH);
    assert_int_equal(virtio_config_mac(&it.dev, mac), 0);
    assert_memory_equal(mac, address, IR_MAC_LENGTH);
    assert_int_equal(it.widths, 1);
}

static void configuration_that_changes_is_read_again(void **state)
{
    bool up = true;

    (void)state;
    it.changing = 7;
    assert_int_equal(virtio_config_link(&it.dev, &up), 0);
    assert_false(up);
    assert_in_range(it.reads, 8, 12);
}

static void configuration_that_never_rests_is_an_error(void **state)
{
    static const uint8_t before[IR_MAC_LENGTH] = {2, 3, 4, 5, 6, 7};
    uint8_t mac[IR_MAC_LENGTH] = {2, 3, 4, 5, 6, 7};
    bool up = true;

    (void)state;
    it.changing = UINT32_MAX;
    assert_int_equal(virtio_config_link(&it.dev, &up), -EIO);
    assert_true(up); /* unchanged */
    assert_int_equal(virtio_config_limits(&it.dev), -EIO);
    assert_int_equal(virtio_config_mac(&it.dev, mac), -EIO);
    assert_memory_equal(mac, before, IR_MAC_LENGTH);
    assert_true(it.reads < 1000u);
    it.dev.windows.legacy = 1; /* it has no generation */
    assert_int_equal(virtio_config_link(&it.dev, &up), 0);
}

static void window_that_is_too_small_is_an_error(void **state)
{
    uint8_t mac[IR_MAC_LENGTH];
    bool up = true;

    (void)state;
    it.dev.windows.device.length = 5;
    assert_int_equal(virtio_config_mac(&it.dev, mac), -EINVAL);
    assert_int_equal(virtio_config_link(&it.dev, &up), -EINVAL);
    assert_int_equal(virtio_config_limits(&it.dev), -EINVAL);
    it.dev.windows.device.length = 8;
    assert_int_equal(virtio_config_mac(&it.dev, mac), 0);
    assert_int_equal(virtio_config_link(&it.dev, &up), 0);
    assert_int_equal(virtio_config_limits(&it.dev), -EINVAL);
    it.dev.windows.common.length = GENERATION;
    assert_int_equal(virtio_config_mac(&it.dev, mac), -EINVAL);
    assert_int_equal(virtio_config_link(&it.dev, &up), -EINVAL);
}

/* Where a queue is notified is in the window of notifications, whatever the device says. */
static void notifications_stay_in_their_window(void **state)
{
    static const struct {
        uint32_t multiplier, off;
        int result;
        uint32_t offset;
    } rows[] = {
        {4, 0, 0, 0x40},          {4, 7, 0, 0x5c},           {4, 8, -EIO, 0},
        {0, 65535, 0, 0x40},      {2, 15, 0, 0x5e},          {2, 16, -EIO, 0},
        {0xfffffffe, 1, -EIO, 0}, {0x10000, 65535, -EIO, 0}, {0xfffffffe, 0, 0, 0x40},
        {0x80000000, 2, -EIO, 0},
    };
    const struct virtio_rings rings = {64, 0x1122334455667000, 0x1122334455667400,
                                       0x1122334455668000, VIRTIO_NO_VECTOR};

    (void)state;
    for (size_t r = 0; r < sizeof(rows) / sizeof(rows[0]); r++) {
        uint32_t offset = 0;

        it.dev.windows.notify_multiplier = rows[r].multiplier;
        it.bytes[28] = 0;
        it.bytes[30] = (uint8_t)(rows[r].off % 256u);
        it.bytes[31] = (uint8_t)(rows[r].off / 256u);
        assert_int_equal(virtio_queue_enable(&it.dev, 3, &rings, &offset), rows[r].result);
        assert_int_equal(offset, rows[r].offset);
        assert_int_equal(it.bytes[28], rows[r].result == 0); /* queue_enable */
    }
}

static void queue_is_described_by_its_addresses(void **state)
{
    static const uint8_t expected[] = {
        3,    0,    64,   0,    0xff, 0xff, 1,    0,    2,    0,    0x00, 0x70,
        0x66, 0x55, 0x44, 0x33, 0x22, 0x11, 0x00, 0x74, 0x66, 0x55, 0x44, 0x33,
        0x22, 0x11, 0x00, 0x80, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11,
    };
    const struct virtio_rings rings = {64, 0x1122334455667000, 0x1122334455667400,
                                       0x1122334455668000, VIRTIO_NO_VECTOR};
    uint32_t offset;

    (void)state;
    it.bytes[30] = 2;
    assert_int_equal(virtio_queue_enable(&it.dev, 3, &rings, &offset), 0);
    assert_int_equal(offset, 0x48);
    assert_memory_equal(it.bytes + 22, expected, sizeof(expected));
}

static void legacy_queue_is_described_by_its_page(void **state)
{
    struct virtio_rings rings = {256, 0x123456789000, 0, 0, VIRTIO_NO_VECTOR};
    uint32_t offset = 0;

    (void)state;
    it.dev.windows.legacy = 1;
    it.dev.windows.notify = (struct virtio_window){0, VIRTIO_LEGACY_NOTIFY, 2};
    assert_int_equal(virtio_queue_enable(&it.dev, 3, &rings, &offset), -EINVAL); /* too high */
    assert_int_equal(it.bytes[8], 0);
    rings.desc = 0x7f0003000;
    assert_int_equal(virtio_queue_enable(&it.dev, 3, &rings, &offset), 0);
    assert_int_equal(offset, VIRTIO_LEGACY_NOTIFY);
    assert_int_equal(it.bytes[14], 3);
    assert_int_equal(it.bytes[8] | it.bytes[9] << 8 | it.bytes[10] << 16, 0x7f0003);
}

static void features_are_halves(void **state)
{
    uint64_t features = 0;

    (void)state;
    memcpy(it.bytes + 4, "\x78\x56\x34\x12", 4); /* the same for both */
    assert_int_equal(virtio_get_features(&it.dev, &features), 0);
    assert_int_equal(features, 0x1234567812345678);
    assert_int_equal(virtio_set_features(&it.dev, 0xaabbccdd11223344), 0);
    assert_int_equal(it.bytes[8], 1);
    assert_memory_equal(it.bytes + 12, "\xdd\xcc\xbb\xaa", 4);
    it.dev.windows.legacy = 1;
    memcpy(it.bytes, "\x44\x33\x22\x11", 4);
    assert_int_equal(virtio_get_features(&it.dev, &features), 0);
    assert_int_equal(features, 0x11223344);
    assert_int_equal(virtio_set_features(&it.dev, 0x55667788), 0);
    assert_memory_equal(it.bytes + 4, "\x88\x77\x66\x55", 4);
}

static void window_that_ends_before_a_register_is_an_error(void **state)
{
    const struct virtio_rings rings = {64, 0x1000, 0x2000, 0x3000, VIRTIO_NO_VECTOR};

    (void)state;
    for (uint32_t length = 0; length < VIRTIO_COMMON_BYTES; length++) {
        uint64_t features;
        uint32_t value;

        it.dev.windows.common.length = length;
        assert_int_equal(virtio_queue_enable(&it.dev, 0, &rings, &value), -EINVAL);
        assert_int_equal(virtio_get_features(&it.dev, &features), length < 8u ? -EINVAL : 0);
        assert_int_equal(virtio_set_features(&it.dev, 0), length < 16u ? -EINVAL : 0);
        assert_int_equal(virtio_get_status(&it.dev, &value), length < 21u ? -EINVAL : 0);
        assert_int_equal(virtio_set_status(&it.dev, 0), length < 21u ? -EINVAL : 0);
        assert_int_equal(virtio_queue_size(&it.dev, 0, &value), length < 26u ? -EINVAL : 0);
    }
}

int main(void)
{
#define MADE(test) cmocka_unit_test_setup(test, make)
    const struct CMUnitTest tests[] = {
        MADE(limits_are_those_of_the_device),
        MADE(limits_that_are_not_legal_are_refused),
        MADE(fields_that_were_not_agreed_upon_are_not_read),
        MADE(address_is_read_byte_by_byte),
        MADE(configuration_that_changes_is_read_again),
        MADE(configuration_that_never_rests_is_an_error),
        MADE(window_that_is_too_small_is_an_error),
        MADE(notifications_stay_in_their_window),
        MADE(queue_is_described_by_its_addresses),
        MADE(legacy_queue_is_described_by_its_page),
        MADE(features_are_halves),
        MADE(window_that_ends_before_a_register_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
