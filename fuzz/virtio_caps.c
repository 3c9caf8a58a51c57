/* SPDX-License-Identifier: MIT
 *
 * Fuzz target virtio-caps: 256 bytes of configuration space and BARs of any size. What the driver takes for
 * its windows is what a reading of the bytes by the specification gives (4.1.4), lies in BARs that
 * are there, and is all that is accessed through it afterwards.
 */
#include <errno.h>
#include <stdbool.h>

#include "input.h"
#include "oracle.h"
#include "virtio/window.h"

#define SPACE_BYTES 256u
#define READS_MAX   (2u + 48u * 8u) /* a list as long as there is room for, whatever it says */
#define ACCESSES    16u
#define NEVER       UINT32_MAX

static struct {
    struct ir_transport transport; /* first */
    uint8_t space[SPACE_BYTES];
    uint32_t reads;
    uint32_t fails_at; /* read of configuration space that fails, or NEVER */
    /* What an access may reach: */
    uint32_t bar, first, past;
    uint32_t accesses;
} world;

static int config_read(struct ir_transport *transport, uint32_t offset, uint32_t width,
                       uint32_t *value)
{
    (void)transport;
    if ((width != 1u && width != 2u && width != 4u) || offset % width != 0 ||
        offset + width > SPACE_BYTES)
        fuzz_fail("%u bytes at 0x%x of configuration space are read", width, offset);
    if (++world.reads > READS_MAX)
        fuzz_fail("configuration space is read %u times", world.reads);
    if (world.reads == world.fails_at)
        return -EIO;
    *value = 0;
    memcpy(value, world.space + offset, width);
    return 0;
}

static const struct ir_transport_ops ops = {.config_read = config_read};

static void check_access(const void *bar, uint32_t offset, uint32_t width)
{
    if (bar != &world.transport.bars[world.bar] || offset < world.first ||
        offset + width > world.past)
        fuzz_fail("%u bytes at 0x%x are accessed, outside of the window", width, offset);
    world.accesses++;
}

static uint32_t read_register(void *bar, uint32_t offset, uint32_t width)
{
    check_access(bar, offset, width);
    return offset;
}

static void write_register(void *bar, uint32_t offset, uint32_t width, uint32_t value)
{
    (void)value;
    check_access(bar, offset, width);
}

static const struct ir_regs_sim registers = {read_register, write_register};

static uint32_t space_32(uint32_t at)
{
    return world.space[at] | (uint32_t)world.space[at + 1u] << 8 |
           (uint32_t)world.space[at + 2u] << 16 | (uint32_t)world.space[at + 3u] << 24;
}

/* Whether the capability is a window that can be used at all: in a BAR, and aligned. */
static bool usable(uint32_t at, uint32_t least)
{
    uint64_t offset = space_32(at + 8u);
    uint64_t length = space_32(at + 12u);
    uint32_t bar = world.space[at + 4u];

    return bar < IR_BARS_MAX && length >= least && offset % 4u == 0 &&
           offset + length <= world.transport.bars[bar].size;
}

static void found(struct virtio_window *window, uint32_t at)
{
    if (window->length != 0)
        return;
    window->bar = world.space[at + 4u];
    window->offset = space_32(at + 8u);
    window->length = space_32(at + 12u);
}

/* One vendor capability: the first that is good for something is the one. */
static void expect_capability(uint32_t at, struct virtio_windows *windows)
{
    uint32_t length = world.space[at + 2u];
    bool notify = length >= 20u && at + 20u <= SPACE_BYTES;

    if (world.space[at] != 9u || length < 16u || at + 16u > SPACE_BYTES)
        return;
    if (world.space[at + 3u] == 1u && usable(at, VIRTIO_COMMON_BYTES))
        found(&windows->common, at);
    if (world.space[at + 3u] == 4u && usable(at, 1u))
        found(&windows->device, at);
    if (world.space[at + 3u] == 2u && notify && usable(at, 2u) && space_32(at + 16u) % 2u == 0 &&
        windows->notify.length == 0) {
        found(&windows->notify, at);
        windows->notify_multiplier = space_32(at + 16u);
    }
}

/* A list may be longer than there is room for only when it goes round in a circle. */
static void expect_windows(struct virtio_windows *windows)
{
    uint32_t at = world.space[0x34] & 0xfcu;

    memset(windows, 0, sizeof(*windows));
    if ((world.space[6] & 0x10u) == 0)
        return;
    for (uint32_t i = 0; i < (SPACE_BYTES - 0x40u) / 4u && at >= 0x40u; i++) {
        expect_capability(at, windows);
        at = world.space[at + 1u] & 0xfcu;
    }
}

static void compare(const char *name, const struct virtio_window *window,
                    const struct virtio_window *expected)
{
    if (window->length != expected->length)
        fuzz_fail("the %s window has %u bytes, and should have %u", name, window->length,
                  expected->length);
    if (window->length == 0)
        return;
    if (window->bar != expected->bar || window->offset != expected->offset)
        fuzz_fail("the %s window is at 0x%x of BAR %u, and should be at 0x%x of BAR %u", name,
                  window->offset, window->bar, expected->offset, expected->bar);
    if (window->bar >= IR_BARS_MAX ||
        (uint64_t)window->offset + window->length > world.transport.bars[window->bar].size)
        fuzz_fail("the %s window is not in BAR %u", name, window->bar);
}

/* Accesses anywhere: those in the window reach it, and no other reaches anything. */
static void access_window(struct input *input, const struct virtio_window *window)
{
    uint32_t offset = input_8(input) < 0xc0u ? input_8(input) : input_32(input);
    uint32_t width = 1u << input_below(input, 3);
    uint32_t value = input_8(input);
    bool inside = (uint64_t)offset + width <= window->length &&
                  ((uint64_t)window->offset + offset) % width == 0;
    int expected = inside ? 0 : -EINVAL;

    world.bar = window->bar;
    world.first = window->offset;
    world.past = window->offset + window->length;
    world.accesses = 0;
    fuzz_equal("virtio_write", virtio_write(&world.transport, window, offset, width, value),
               expected);
    fuzz_equal("virtio_read", virtio_read(&world.transport, window, offset, width, &value),
               expected);
    fuzz_equal("the number of accesses", world.accesses, inside ? 2 : 0);
    if (inside)
        fuzz_equal("what was read", value, window->offset + offset);
}

static void prepare(struct input *input)
{
    static const uint32_t sizes[] = {0,        1,           16,          0x38,
                                     0x1000,   0x4000,      0x8000,      0x10000,
                                     0x100000, 0x80000000u, 0xfffffffcu, 0xffffffffu};

    for (uint32_t i = 0; i < IR_BARS_MAX; i++) {
        struct ir_regs *bar = &world.transport.bars[i];
        uint8_t kind = input_8(input);

        bar->kind = IR_REGS_SIM;
        bar->size =
            kind < 0xf0u ? sizes[kind % (sizeof(sizes) / sizeof(sizes[0]))] : input_32(input);
        bar->sim = &registers;
        bar->card = bar;
    }
    world.transport.ops = &ops;
    world.reads = 0;
    world.fails_at = input_8(input);
    if (world.fails_at == 0)
        world.fails_at = NEVER;
    input_copy(input, world.space, sizeof(world.space));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, size};
    struct virtio_windows windows;
    struct virtio_windows expected;
    const char *trouble = NULL;
    int result;

    memset(&windows, 0xa5, sizeof(windows));
    prepare(&input);
    result = virtio_find_windows(&world.transport, &windows, &trouble);
    if (world.reads >= world.fails_at) {
        fuzz_equal("the answer when configuration space cannot be read", result, -EIO);
        return 0;
    }
    expect_windows(&expected);
    compare("common", &windows.common, &expected.common);
    compare("notification", &windows.notify, &expected.notify);
    compare("device", &windows.device, &expected.device);
    fuzz_equal("the multiplier of notifications", windows.notify_multiplier,
               expected.notify_multiplier);
    fuzz_equal("whether the device is a legacy one", windows.legacy, 0);
    fuzz_equal("the answer of virtio_find_windows", result,
               expected.common.length != 0 && expected.notify.length != 0 &&
                       expected.device.length != 0
                   ? 0
                   : -ENOENT);
    if (trouble == NULL)
        fuzz_fail("there is no reason");
    for (uint32_t i = 0; i < ACCESSES && input.left > 0 && result == 0; i++) {
        access_window(&input, &windows.common);
        access_window(&input, &windows.notify);
        access_window(&input, &windows.device);
    }
    return 0;
}
