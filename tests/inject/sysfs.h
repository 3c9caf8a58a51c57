/* SPDX-License-Identifier: MIT
 *
 * A small sysfs with three PCI devices, two of them network cards.
 */
#ifndef IRONRING_TESTS_INJECT_SYSFS_H
#define IRONRING_TESTS_INJECT_SYSFS_H

/* Build it below `folder`/sys. */
void sysfs_build(const char *folder);

#endif
