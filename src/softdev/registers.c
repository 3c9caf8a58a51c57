/* SPDX-License-Identifier: MIT
 *
 * Which registers there are, and where.
 */
#include "softdev/parts.h"

#define LEGACY_CONFIG 20u /* without MSI-X, which this device does not have */

static const struct {
    const char *name;
    uint32_t offset;
    uint32_t width;
    bool writable;
} registers[SOFT_R_COUNT] = {
#define SOFT_REGISTER_ROW(id, name, offset, width, writable)                                       \
    [SOFT_R_##id] = {(name), (offset), (width), (writable)},
    SOFT_REGISTERS(SOFT_REGISTER_ROW) SOFT_LEGACY_REGISTERS(SOFT_REGISTER_ROW)
#undef SOFT_REGISTER_ROW
        [SOFT_R_ISR] = {"isr_status", SOFT_ISR_OFFSET, 1, false},
    [SOFT_R_CONFIG] = {"the device's configuration", SOFT_CONFIG_OFFSET, 0, false},
    [SOFT_R_NOTIFY] = {"a notification", SOFT_NOTIFY_OFFSET, 2, true},
};

static bool within(uint32_t offset, uint32_t from, uint32_t length)
{
    return offset >= from && offset - from < length;
}

/* The register among those from `first` up to `end` that has a byte at `offset`. */
static enum soft_register search(uint32_t first, uint32_t end, uint32_t offset)
{
    for (uint32_t reg = first; reg < end; reg++)
        if (within(offset, registers[reg].offset, registers[reg].width))
            return (enum soft_register)reg;
    return SOFT_R_COUNT;
}

enum soft_register soft_find(enum soft_window window, uint32_t offset)
{
    if (window == SOFT_LEGACY) {
        if (within(offset, LEGACY_CONFIG, SOFT_NET_BYTES))
            return SOFT_R_CONFIG;
        return search(SOFT_R_L_DEVICE_FEATURE, SOFT_R_ISR, offset);
    }
    if (within(offset, SOFT_NOTIFY_OFFSET, SOFT_QUEUES_MAX * SOFT_NOTIFY_STEP))
        return SOFT_R_NOTIFY;
    if (within(offset, SOFT_CONFIG_OFFSET, SOFT_NET_BYTES))
        return SOFT_R_CONFIG;
    if (offset == SOFT_ISR_OFFSET)
        return SOFT_R_ISR;
    return search(0, SOFT_R_L_DEVICE_FEATURE, offset);
}

const char *soft_register_name(enum soft_register reg)
{
    return reg < SOFT_R_COUNT ? registers[reg].name : "no register";
}

uint32_t soft_register_offset(enum soft_register reg)
{
    return registers[reg].offset;
}

uint32_t soft_register_width(enum soft_register reg)
{
    return registers[reg].width;
}

bool soft_register_writable(enum soft_register reg)
{
    return registers[reg].writable;
}

uint32_t soft_config_start(enum soft_window window)
{
    return window == SOFT_LEGACY ? LEGACY_CONFIG : SOFT_CONFIG_OFFSET;
}

uint32_t soft_config_width(uint32_t offset)
{
    switch (offset) {
    case SOFT_NET_STATUS:
    case SOFT_NET_PAIRS:
    case SOFT_NET_MTU:
    case SOFT_NET_RSS_LENGTH:
        return 2u;
    case SOFT_NET_SPEED:
    case SOFT_NET_HASHES:
        return 4u;
    case SOFT_NET_DUPLEX:
    case SOFT_NET_RSS_KEY:
        return 1u;
    default:
        return offset < SOFT_NET_STATUS ? 1u : 0; /* a byte of the address */
    }
}
