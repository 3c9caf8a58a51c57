/* SPDX-License-Identifier: MIT
 *
 * PCI configuration space: identity, windows, and the capabilities that say where the modern
 * registers are, with the one through which they can be reached from configuration space.
 */
#include <errno.h>
#include <string.h>

#include "softdev/parts.h"

#define COMMAND_BITS 0x0407u /* those that can be written */
#define STATUS       0x06u
#define STATUS_CAPS  0x10u
#define REVISION     0x08u
#define CLASS        0x0bu
#define CACHE_LINE   0x0cu
#define BARS         0x10u
#define SUBSYSTEM    0x2cu
#define CAPABILITIES 0x34u
#define INTERRUPT    0x3cu

#define BAR_IO       0x01u
#define BAR_MEMORY64 0x0cu /* 64-bit, prefetchable */

#define SUBSYSTEM_LEGACY 0x0001u /* the type of the device: network */
#define SUBSYSTEM_MODERN 0x1100u

/* The capabilities, in their order. The last is the one that reaches the windows. */
#define CAP_COMMON     0x40u
#define CAP_NOTIFY     0x50u
#define CAP_ISR        0x64u
#define CAP_DEVICE     0x74u
#define CAP_ACCESS     0x84u
#define CAP_VENDOR     0x09u
#define CAP_BYTES      16u
#define CAP_LONG       20u /* with a multiplier, or with data */
#define ACCESS_BAR     (CAP_ACCESS + 4u)
#define ACCESS_OFFSET  (CAP_ACCESS + 8u)
#define ACCESS_LENGTH  (CAP_ACCESS + 12u)
#define ACCESS_DATA    (CAP_ACCESS + 16u)
#define ACCESS_WINDOWS 5u /* the highest BAR that can be named */

enum type { TYPE_COMMON = 1, TYPE_NOTIFY, TYPE_ISR, TYPE_DEVICE, TYPE_ACCESS };

static void put(uint8_t *space, uint32_t offset, uint32_t width, uint32_t value)
{
    for (uint32_t i = 0; i < width; i++)
        space[offset + i] = (uint8_t)(value >> (8u * i) & 0xffu);
}

static uint32_t get(const uint8_t *space, uint32_t offset, uint32_t width)
{
    uint32_t value = 0;

    for (uint32_t i = 0; i < width; i++)
        value |= (uint32_t)space[offset + i] << (8u * i);
    return value;
}

static void put_capability(uint8_t *space, uint32_t at, uint32_t next, enum type type,
                           uint32_t offset, uint32_t length)
{
    space[at] = CAP_VENDOR;
    space[at + 1u] = (uint8_t)next;
    space[at + 2u] = type == TYPE_NOTIFY || type == TYPE_ACCESS ? CAP_LONG : CAP_BYTES;
    space[at + 3u] = (uint8_t)type;
    space[at + 4u] = type == TYPE_ACCESS ? 0 : SOFT_MODERN_BAR;
    put(space, at + 8u, 4, offset);
    put(space, at + 12u, 4, length);
}

static void put_capabilities(uint8_t *space, uint32_t queues)
{
    space[STATUS] = STATUS_CAPS;
    space[CAPABILITIES] = CAP_COMMON;
    put_capability(space, CAP_COMMON, CAP_NOTIFY, TYPE_COMMON, 0, 64u);
    put_capability(space, CAP_NOTIFY, CAP_ISR, TYPE_NOTIFY, SOFT_NOTIFY_OFFSET,
                   queues * SOFT_NOTIFY_STEP);
    put(space, CAP_NOTIFY + CAP_BYTES, 4, SOFT_NOTIFY_STEP);
    put_capability(space, CAP_ISR, CAP_DEVICE, TYPE_ISR, SOFT_ISR_OFFSET, 1u);
    put_capability(space, CAP_DEVICE, CAP_ACCESS, TYPE_DEVICE, SOFT_CONFIG_OFFSET, SOFT_NET_BYTES);
    put_capability(space, CAP_ACCESS, 0, TYPE_ACCESS, 0, 0);
}

void soft_space_init(struct soft_function *function)
{
    const struct soft_options *options = &function->options;
    uint8_t *space = function->space;

    memset(space, 0, SOFT_SPACE_BYTES);
    put(space, 0, 2, SOFT_VENDOR);
    put(space, 2, 2, options->device);
    space[REVISION] = options->legacy ? 0 : 1;
    space[CLASS] = 0x02u; /* network, Ethernet */
    put(space, SUBSYSTEM, 2, SOFT_VENDOR);
    put(space, SUBSYSTEM + 2u, 2, options->legacy ? SUBSYSTEM_LEGACY : SUBSYSTEM_MODERN);
    if (options->legacy) {
        space[SOFT_COMMAND] = (uint8_t)(space[SOFT_COMMAND] | SOFT_COMMAND_IO);
        space[BARS + 4u * SOFT_LEGACY_BAR] = BAR_IO;
    }
    if (options->modern) {
        space[SOFT_COMMAND] = (uint8_t)(space[SOFT_COMMAND] | SOFT_COMMAND_MEMORY);
        space[BARS + 4u * SOFT_MODERN_BAR] = BAR_MEMORY64;
        put_capabilities(space, options->queues);
    }
}

/* Bits of the byte at `offset` that can be written. */
static uint8_t writable(const struct soft_function *function, uint32_t offset)
{
    if (offset == SOFT_COMMAND)
        return COMMAND_BITS & 0xffu;
    if (offset == SOFT_COMMAND + 1u)
        return COMMAND_BITS >> 8;
    if (offset == CACHE_LINE || offset == INTERRUPT)
        return 0xffu;
    if (function->options.modern &&
        (offset == ACCESS_BAR || (offset >= ACCESS_OFFSET && offset < ACCESS_DATA)))
        return 0xffu;
    return 0;
}

/* Whether an access to configuration space is one to a register, and to which. */
static bool through(const struct soft_function *function, uint32_t offset, uint32_t width,
                    enum soft_window *window, uint32_t *at)
{
    const uint8_t *space = function->space;
    uint32_t bytes;

    if (!function->options.modern || offset != ACCESS_DATA || width != get(space, ACCESS_LENGTH, 4))
        return false;
    *at = get(space, ACCESS_OFFSET, 4);
    *window = space[ACCESS_BAR] == SOFT_MODERN_BAR ? SOFT_MODERN : SOFT_LEGACY;
    if (*window == SOFT_LEGACY &&
        (!function->options.legacy || space[ACCESS_BAR] != SOFT_LEGACY_BAR))
        return false;
    bytes = *window == SOFT_MODERN ? SOFT_MODERN_BYTES : SOFT_LEGACY_BYTES;
    return *at % width == 0 && *at <= bytes - width;
}

static bool legal(uint32_t offset, uint32_t width)
{
    return (width == 1u || width == 2u || width == 4u) && offset % width == 0 &&
           offset <= SOFT_SPACE_BYTES - width;
}

int soft_config_read(struct soft_function *function, uint32_t offset, uint32_t width,
                     uint32_t *value)
{
    enum soft_window window;
    uint32_t at;

    if (!legal(offset, width))
        return -EINVAL;
    if (through(function, offset, width, &window, &at))
        *value = soft_read(function, window, at, width);
    else
        *value = get(function->space, offset, width);
    return 0;
}

int soft_config_write(struct soft_function *function, uint32_t offset, uint32_t width,
                      uint32_t value)
{
    enum soft_window window;
    uint32_t at;

    if (!legal(offset, width))
        return -EINVAL;
    if (through(function, offset, width, &window, &at)) {
        soft_write(function, window, at, width, value);
        return 0;
    }
    for (uint32_t i = 0; i < width; i++) {
        uint8_t mask = writable(function, offset + i);
        uint8_t byte = (uint8_t)(value >> (8u * i) & 0xffu);

        function->space[offset + i] =
            (uint8_t)((function->space[offset + i] & (uint8_t)~mask) | (byte & mask));
    }
    return 0;
}

bool soft_dma_allowed(const struct soft_function *function)
{
    return (function->space[SOFT_COMMAND] & SOFT_COMMAND_MASTER) != 0;
}
