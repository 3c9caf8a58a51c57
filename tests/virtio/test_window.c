/* SPDX-License-Identifier: MIT
 *
 * The walk through capabilities that no simulated card has, and access to registers in windows.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "virtio/window.h"

#define VENDOR    0x09u
#define COMMON    1u
#define NOTIFY    2u
#define ISR       3u
#define DEVICE    4u
#define PCI_CFG   5u
#define BAR_BYTES 0x4000u

/* A function that is nothing but configuration space. */
static struct {
    struct ir_transport transport; /* first */
    uint8_t space[256];
    uint32_t reads;
    uint32_t fails_at; /* offset that cannot be read, or 0 */
    struct virtio_windows windows;
    const char *trouble;
} it;

static int config_read(struct ir_transport *transport, uint32_t offset, uint32_t width,
                       uint32_t *value)
{
    (void)transport;
    assert_true(offset % width == 0 && offset + width <= sizeof(it.space));
    it.reads++;
    assert_true(it.reads < 1000u); /* whatever the bytes, the walk comes to an end */
    if (it.fails_at != 0 && offset == it.fails_at)
        return -EIO;
    *value = 0;
    for (uint32_t i = 0; i < width; i++)
        *value |= (uint32_t)it.space[offset + i] << (8u * i);
    return 0;
}

static const struct ir_transport_ops ops = {.config_read = config_read};

static void put(uint32_t at, uint32_t width, uint32_t value)
{
    for (uint32_t i = 0; i < width; i++)
        it.space[at + i] = (uint8_t)(value >> (8u * i) & 0xffu);
}

/* A capability of 20 bytes. */
static void capability(uint32_t at, uint32_t next, uint32_t type, uint32_t bar, uint32_t offset,
                       uint32_t length)
{
    put(at, 1, VENDOR);
    put(at + 1u, 1, next);
    put(at + 2u, 1, 20);
    put(at + 3u, 1, type);
    put(at + 4u, 4, bar);
    put(at + 8u, 4, offset);
    put(at + 12u, 4, length);
    put(at + 16u, 4, 4); /* the multiplier, for notifications */
}

/* As an honest device has it: common, notify, device at 0x40, 0x60, 0x80. */
static int make(void **state)
{
    (void)state;
    memset(&it, 0, sizeof(it));
    it.transport.ops = &ops;
    for (uint32_t i = 0; i < IR_BARS_MAX; i++)
        it.transport.bars[i].size = i % 2u == 0 ? BAR_BYTES : 0;
    put(0x06, 2, 0x10);
    put(0x34, 1, 0x40);
    capability(0x40, 0x60, COMMON, 4, 0, 64);
    capability(0x60, 0x80, NOTIFY, 4, 0x3000, 0x1000);
    capability(0x80, 0, DEVICE, 2, 0x2000, 0x100);
    return 0;
}

static int find(void)
{
    int result;

    it.reads = 0;
    it.trouble = NULL;
    result = virtio_find_windows(&it.transport, &it.windows, &it.trouble);
    if (result != 0)
        assert_non_null(it.trouble);
    return result;
}

static void is_found(void)
{
    assert_int_equal(find(), 0);
    assert_int_equal(it.windows.legacy, 0);
}

static void is_missing(const char *what)
{
    assert_int_equal(find(), -ENOENT);
    assert_non_null(strstr(it.trouble, what));
}

static void windows_are_where_the_capabilities_say(void **state)
{
    (void)state;
    is_found();
    assert_int_equal(it.windows.common.bar, 4);
    assert_int_equal(it.windows.common.offset, 0);
    assert_int_equal(it.windows.common.length, 64);
    assert_int_equal(it.windows.notify.bar, 4);
    assert_int_equal(it.windows.notify.offset, 0x3000);
    assert_int_equal(it.windows.notify.length, 0x1000);
    assert_int_equal(it.windows.notify_multiplier, 4);
    assert_int_equal(it.windows.device.bar, 2);
    assert_int_equal(it.windows.device.offset, 0x2000);
    assert_int_equal(it.windows.device.length, 0x100);
}

static void device_without_a_list_has_no_window(void **state)
{
    (void)state;
    put(0x06, 2, 0xffef); /* all but the bit for the list */
    is_missing("common");
    put(0x06, 2, 0x10);
    put(0x34, 1, 0);
    is_missing("common");
    put(0x34, 1, 0x3c); /* within the header, although it looks like a capability */
    put(0x3c, 2, 0x4000u | VENDOR);
    is_missing("common");
}

static void pointers_lose_their_low_bits(void **state)
{
    (void)state;
    put(0x34, 1, 0x43);
    put(0x41, 1, 0x61);
    put(0x61, 1, 0x82);
    is_found();
}

static void circles_end(void **state)
{
    (void)state;
    put(0x41, 1, 0x40);
    is_missing("notifications");
    put(0x41, 1, 0x60);
    put(0x61, 1, 0x40);
    is_missing("network configuration");
    put(0x61, 1, 0x80);
    put(0x81, 1, 0x40); /* there is nothing more to find */
    is_found();
}

static void list_that_leads_into_the_header_ends_there(void **state)
{
    (void)state;
    capability(0x10, 0x60, ISR, 4, 0x1000, 4); /* it looks as if it went on */
    put(0x41, 1, 0x10);
    is_missing("notifications");
}

/* Up to the last that has room, in any order, with others between. */
static void long_lists_are_walked_to_their_end(void **state)
{
    (void)state;
    memset(it.space + 0x40, 0, 0xc0);
    put(0x34, 1, 0xfc);
    put(0xfc, 1, 0x01);
    put(0xfd, 1, 0xec);
    put(0xec, 1, 0x11);
    put(0xed, 1, 0x40);
    capability(0x40, 0x54, ISR, 4, 0x1000, 4);
    capability(0x54, 0x68, DEVICE, 2, 0, 24);
    capability(0x68, 0x7c, PCI_CFG, 0, 0, 0);
    capability(0x7c, 0x90, NOTIFY, 0, 0x10, 2);
    capability(0x90, 0, COMMON, 4, 0x40, 56);
    is_found();
    assert_int_equal(it.windows.common.offset, 0x40);
    assert_int_equal(it.windows.notify.bar, 0);
}

static void capability_that_is_cut_off_by_the_end_is_not_read(void **state)
{
    (void)state;
    put(0x81, 1, 0xf4);
    put(0x83, 1, ISR);
    put(0xf4, 1, VENDOR);
    put(0xf6, 1, 20);
    put(0xf7, 1, DEVICE);
    is_missing("network configuration");
    capability(0xec, 0, NOTIFY, 4, 0x3000, 0x1000); /* all that fits */
    put(0x61, 1, 0xec);
    put(0xed, 1, 0x80);
    put(0x63, 1, ISR);
    put(0x83, 1, DEVICE);
    is_found();
    memset(it.space + 0xec, 0, 20);
    memmove(it.space + 0xf0, it.space + 0x60, 16); /* no room for its multiplier */
    put(0xf1, 1, 0x80);
    put(0xf3, 1, NOTIFY);
    put(0x61, 1, 0xf0);
    is_missing("notifications");
}

static void lengths_that_are_too_short_are_not_taken(void **state)
{
    (void)state;
    put(0x42, 1, 15);
    is_missing("common");
    put(0x42, 1, 16);
    is_found();
    put(0x62, 1, 19); /* without its multiplier */
    is_missing("notifications");
    put(0x62, 1, 255);
    is_found();
    put(0x4c, 4, VIRTIO_COMMON_BYTES - 1u);
    is_missing("common");
    put(0x4c, 4, VIRTIO_COMMON_BYTES);
    is_found();
    put(0x6c, 4, 1);
    is_missing("notifications");
    put(0x6c, 4, 2);
    is_found();
    put(0x8c, 4, 0);
    is_missing("network configuration");
    put(0x8c, 4, 1);
    is_found();
}

static void windows_must_lie_in_a_bar_that_is_there(void **state)
{
    static const struct {
        uint32_t bar, offset, length;
        bool fits;
    } rows[] = {
        {4, 0, BAR_BYTES, true},
        {4, 0, BAR_BYTES + 1u, false},
        {4, 4, BAR_BYTES, false},
        {4, BAR_BYTES - 64u, 64, true},
        {4, BAR_BYTES - 60u, 64, false},
        {4, BAR_BYTES, 64, false},
        {4, UINT32_MAX - 63u, 64, false}, /* the sum is 0 */
        {4, 64, UINT32_MAX - 63u, false},
        {4, UINT32_MAX - 3u, UINT32_MAX, false},
        {4, 2, 64, false}, /* not aligned */
        {4, 1, 64, false},
        {4, 8, 64, true},
        {3, 0, 64, false}, /* absent */
        {6, 0, 64, false}, /* reserved */
        {7, 0, 64, false},
        {255, 0, 64, false},
    };

    (void)state;
    for (size_t r = 0; r < sizeof(rows) / sizeof(rows[0]); r++) {
        capability(0x40, 0x60, COMMON, rows[r].bar, rows[r].offset, rows[r].length);
        assert_int_equal(find(), rows[r].fits ? 0 : -ENOENT);
        capability(0x40, 0x60, COMMON, 4, 0, 64);
        capability(0x80, 0, DEVICE, rows[r].bar, rows[r].offset, rows[r].length);
        assert_int_equal(find(), rows[r].fits ? 0 : -ENOENT);
        capability(0x80, 0, DEVICE, 2, 0x2000, 0x100);
    }
}

static void first_that_is_acceptable_is_taken(void **state)
{
    (void)state;
    put(0x81, 1, 0xa0);
    capability(0xa0, 0xb4, COMMON, 2, 0x100, 64);
    capability(0xb4, 0xc8, NOTIFY, 2, 0x200, 64);
    capability(0xc8, 0, DEVICE, 4, 0x300, 64);
    is_found();
    assert_int_equal(it.windows.common.bar, 4);
    assert_int_equal(it.windows.notify.offset, 0x3000);
    assert_int_equal(it.windows.device.bar, 2);
    put(0x44, 1, 6);
    put(0x70, 4, 3);
    put(0x88, 4, 0xfffff000);
    is_found();
    assert_int_equal(it.windows.common.offset, 0x100);
    assert_int_equal(it.windows.notify.offset, 0x200);
    assert_int_equal(it.windows.device.offset, 0x300);
}

static void multiplier_must_be_even(void **state)
{
    static const uint32_t odd[] = {1, 3, 0x10001, UINT32_MAX};
    static const uint32_t even[] = {0, 2, 4, 6, 4096, 0xfffffffe};

    (void)state;
    for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
        put(0x70, 4, odd[i]);
        is_missing("notifications");
    }
    for (size_t i = 0; i < sizeof(even) / sizeof(even[0]); i++) {
        put(0x70, 4, even[i]);
        is_found();
        assert_int_equal(it.windows.notify_multiplier, even[i]);
    }
}

static void space_that_cannot_be_read_is_an_error(void **state)
{
    static const uint32_t offsets[] = {0x06, 0x34, 0x40, 0x41, 0x42, 0x43, 0x44, 0x48, 0x4c, 0x70};

    (void)state;
    for (size_t i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++) {
        it.fails_at = offsets[i];
        assert_int_equal(find(), -EIO);
    }
}

static void space_of_ones_has_no_window(void **state)
{
    (void)state;
    memset(it.space, 0xff, sizeof(it.space));
    is_missing("common");
}

/* Whatever the bytes: the walk ends, and what it takes lies in a BAR. */
static void no_bytes_lead_outside(void **state)
{
    uint64_t random = 1;
    uint32_t found = 0;

    for (uint32_t round = 0; round < 20000u; round++) {
        (void)make(state);
        for (uint32_t i = 0; i < round % 20u; i++) {
            random = random * 6364136223846793005u + 1442695040888963407u;
            it.space[0x40u + (random >> 40) % 0x60u] = (uint8_t)(random >> 56);
        }
        if (find() == 0) {
            const struct virtio_window *windows[] = {&it.windows.common, &it.windows.notify,
                                                     &it.windows.device};

            found++;
            for (size_t w = 0; w < 3u; w++) {
                assert_true(windows[w]->bar < IR_BARS_MAX && windows[w]->length > 0);
                assert_true((uint64_t)windows[w]->offset + windows[w]->length <=
                            it.transport.bars[windows[w]->bar].size);
            }
        }
    }
    assert_true(found > 1000u);
}

/* --- Access --- */

static uint32_t accesses;

static uint32_t read_word(void *card, uint32_t offset, uint32_t width)
{
    (void)card;
    (void)width;
    accesses++;
    return offset;
}

static void write_word(void *card, uint32_t offset, uint32_t width, uint32_t value)
{
    (void)card;
    (void)width;
    assert_int_equal(offset, value);
    accesses++;
}

static void access_stays_in_its_window(void **state)
{
    static const struct ir_regs_sim window = {read_word, write_word};
    static const struct {
        struct virtio_window window;
        uint32_t offset, width;
        int result;
    } rows[] = {
        {{4, 0x100, 8}, 0, 4, 0},
        {{4, 0x100, 8}, 4, 4, 0},
        {{4, 0x100, 8}, 7, 1, 0},
        {{4, 0x100, 8}, 6, 2, 0},
        {{4, 0x100, 8}, 8, 1, -EINVAL},
        {{4, 0x100, 8}, 7, 2, -EINVAL},
        {{4, 0x100, 8}, UINT32_MAX, 1, -EINVAL},
        {{4, 0x100, 8}, UINT32_MAX - 0xffu, 1, -EINVAL},
        {{4, 0x100, 0}, 0, 1, -EINVAL},
        {{6, 0x100, 8}, 0, 1, -EINVAL},
        {{UINT32_MAX, 0x100, 8}, 0, 1, -EINVAL},
        {{4, 0x102, 8}, 0, 4, -EINVAL}, /* not aligned in the BAR */
        {{4, BAR_BYTES, 8}, 0, 1, -EINVAL},
        {{4, UINT32_MAX, UINT32_MAX}, 8, 1, -EINVAL},
        {{3, 0, 8}, 0, 1, -EINVAL}, /* no such BAR */
    };

    (void)state;
    it.transport.bars[4].kind = IR_REGS_SIM;
    it.transport.bars[4].sim = &window;
    for (size_t r = 0; r < sizeof(rows) / sizeof(rows[0]); r++) {
        const struct virtio_window *at = &rows[r].window;
        uint32_t value = 77;

        accesses = 0;
        assert_int_equal(virtio_read(&it.transport, at, rows[r].offset, rows[r].width, &value),
                         rows[r].result);
        assert_int_equal(value, rows[r].result == 0 ? at->offset + rows[r].offset : 77);
        assert_int_equal(virtio_write(&it.transport, at, rows[r].offset, rows[r].width, value),
                         rows[r].result);
        assert_int_equal(accesses, rows[r].result == 0 ? 2 : 0);
    }
}

int main(void)
{
#define MADE(test) cmocka_unit_test_setup(test, make)
    const struct CMUnitTest tests[] = {
        MADE(windows_are_where_the_capabilities_say),
        MADE(device_without_a_list_has_no_window),
        MADE(pointers_lose_their_low_bits),
        MADE(circles_end),
        MADE(list_that_leads_into_the_header_ends_there),
        MADE(long_lists_are_walked_to_their_end),
        MADE(capability_that_is_cut_off_by_the_end_is_not_read),
        MADE(lengths_that_are_too_short_are_not_taken),
        MADE(windows_must_lie_in_a_bar_that_is_there),
        MADE(first_that_is_acceptable_is_taken),
        MADE(multiplier_must_be_even),
        MADE(space_that_cannot_be_read_is_an_error),
        MADE(space_of_ones_has_no_window),
        MADE(no_bytes_lead_outside),
        MADE(access_stays_in_its_window),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
