/* SPDX-License-Identifier: MIT
 *
 * A machine made of files, in a folder of its own: its PCI devices in sysfs, /dev/vfio and /proc as far
 * as binding looks at them, and the kernel, which reacts to what is written. Calls reach it through the
 * shims of tests/inject.
 *
 *   0000:01:00.0  e1000e      group 5, interface eth0
 *   0000:02:00.0  virtio-pci  group 6, interface eth2 of virtio0
 *   0000:03:01.0  virtio-pci  group 3, interface eth3 of virtio1
 *   0000:03:02.0  e1000       group 3, interface eth1
 *   0000:00:03.0  a bridge    group 3
 *   0000:04:00.0  nvme        group 7, no network device
 *   0000:05:00.0  ixgbe       no group, interface eth4
 *
 * vfio-pci is loaded, uio_pci_generic is not; no interface is up.
 */
#ifndef IRONRING_TESTS_BIND_MACHINE_H
#define IRONRING_TESTS_BIND_MACHINE_H

#include <stdbool.h>
#include <stddef.h>

#include "linux/bind.h"

#define MACHINE_NIC     "0000:01:00.0"
#define MACHINE_VIRTIO  "0000:02:00.0"
#define MACHINE_SHARED  "0000:03:01.0"
#define MACHINE_SHARED2 "0000:03:02.0"
#define MACHINE_DISK    "0000:04:00.0"
#define MACHINE_ALONE   "0000:05:00.0"

#define MACHINE_ALICE 1000u

#define MACHINE_ALL 100u /* devices */

/* Build it in an empty folder with the first `count` of MACHINE_NIC, MACHINE_SHARED, MACHINE_SHARED2 and
 * the others, and let its kernel react. False when something cannot be made. */
bool machine_build(const char *folder, size_t count);
/* The folders of the machine that was built last. */
const struct ir_bind_roots *machine_roots(void);

/* --- What may differ from the above; `path` begins with "sys/", "dev/" or "proc/" --- */

/* Write the file, with the folders that it needs. */
bool machine_put(const char *path, const char *text);
bool machine_link(const char *path, const char *target);
bool machine_remove(const char *path);
bool machine_exists(const char *path);

void machine_load(const char *driver);
void machine_unload(const char *driver);
/* The kernel has nodes for single devices, as with iommufd. */
void machine_have_device_nodes(void);
/* A driver that takes no device; null ends that. */
void machine_let_refuse(const char *driver);
/* A file of sysfs, the end of its path, whose writing fails; null ends that. */
void machine_let_fail(const char *file, int error);

/* The driver that the device at `address` is bound to, or an empty string. */
const char *machine_driver(const char *address);
/* What its driver_override says, "(null)" for nothing. */
const char *machine_override(const char *address);
/* How many texts the kernel has taken. */
unsigned machine_writes(void);

#endif
