/* SPDX-License-Identifier: MIT
 *
 * PCI configuration space as a part of a file, which is how both VFIO and sysfs show it.
 */
#ifndef IRONRING_LINUX_CONFIG_H
#define IRONRING_LINUX_CONFIG_H

#include <stdint.h>

/* As a transport's config_read and config_write; configuration space begins at `start` of the file.
 * Errors: -EINVAL width or offset, -EIO the kernel does not read or write all of it. */
int ir_config_read(int file, uint64_t start, uint32_t offset, uint32_t width, uint32_t *value);
int ir_config_write(int file, uint64_t start, uint32_t offset, uint32_t width, uint32_t value);

#endif
