/* SPDX-License-Identifier: MIT
 *
 * Numbers in configuration space, which has its least significant byte first.
 */
#define _GNU_SOURCE
#include "linux/config.h"

#include <errno.h>
#include <stdbool.h>
#include <unistd.h>

#define SPACE_BYTES 4096u

static bool is_legal(uint32_t offset, uint32_t width)
{
    return (width == 1u || width == 2u || width == 4u) && offset % width == 0u &&
           offset < SPACE_BYTES;
}

int ir_config_read(int file, uint64_t start, uint32_t offset, uint32_t width, uint32_t *value)
{
    uint8_t bytes[4] = {0};

    if (!is_legal(offset, width))
        return -EINVAL;
    if (pread(file, bytes, width, (off_t)(start + offset)) != (ssize_t)width)
        return -EIO;
    *value =
        bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
    return 0;
}

int ir_config_write(int file, uint64_t start, uint32_t offset, uint32_t width, uint32_t value)
{
    const uint8_t bytes[4] = {(uint8_t)(value & 0xffu), (uint8_t)(value >> 8 & 0xffu),
                              (uint8_t)(value >> 16 & 0xffu), (uint8_t)(value >> 24)};

    if (!is_legal(offset, width))
        return -EINVAL;
    return pwrite(file, bytes, width, (off_t)(start + offset)) == (ssize_t)width ? 0 : -EIO;
}
