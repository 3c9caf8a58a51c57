/* SPDX-License-Identifier: MIT
 *
 * Reading the attributes, links and folders that sysfs is made of. What they mean does not belong
 * here. Each folder is an open descriptor, so that all that is read of a device is of the same one.
 */
#ifndef IRONRING_LINUX_SYSFS_H
#define IRONRING_LINUX_SYSFS_H

#include <dirent.h>
#include <stddef.h>
#include <stdint.h>

/* The attribute `name` of `folder`, cut to `size` bytes with the terminating null. Errors: -ENOENT
 * there is no such attribute, -EIO it cannot be read. */
int ir_sysfs_content(int folder, const char *name, char *text, size_t size);

/* The first line of it, without its end. */
int ir_sysfs_text(int folder, const char *name, char *text, size_t size);

/* Read the number in the attribute `name` of `folder`: hexadecimal with 0x, or decimal.
 * Errors: -EIO it cannot be read, is no number, or is above `max`; then *value is unchanged. */
int ir_sysfs_number(int folder, const char *name, uint32_t max, uint32_t *value);

/* The last part of where the link `name` of `folder` points to, cut to `size` bytes, or an empty
 * string without one. A link that cannot be read is an error, -EIO: a device in use must not look
 * free. */
int ir_sysfs_link_name(int folder, const char *name, char *target, size_t size);

/* Open the folder `name` of `parent`; *folder is null without an error when there is none, and the
 * caller's to close otherwise. Errors: -EIO. */
int ir_sysfs_open_folder(int parent, const char *name, DIR **folder);

/* The next entry, or null at the end of the folder, or null and -EIO in *status. */
const struct dirent *ir_sysfs_next_entry(DIR *folder, int *status);

#endif
