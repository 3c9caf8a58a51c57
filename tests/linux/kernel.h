/* SPDX-License-Identifier: MIT
 *
 * A kernel's VFIO for tests: a folder with the files that it has in /sys and /dev, devices that are
 * files with registers and configuration space, and a function that answers what programs ask of those
 * files. One at a time.
 */
#ifndef IRONRING_TESTS_LINUX_KERNEL_H
#define IRONRING_TESTS_LINUX_KERNEL_H

#include <stdbool.h>
#include <stdint.h>

#include "linux/pci.h"

#define KERNEL_ROOM         64u
#define KERNEL_MAPPINGS_MAX 16u
#define KERNEL_RANGES_MAX   32u
#define KERNEL_EVENTS_MAX   8u
#define KERNEL_BAR_AT       0x10000u /* where the first window begins in a device's file */
#define KERNEL_BAR_BYTES    0x4000u
#define KERNEL_CONFIG_AT    0u
#define KERNEL_INTERRUPTS   3u /* kinds: pin, MSI, MSI-X, as VFIO numbers them */

struct kernel_range {
    uint64_t first, last;
};

struct kernel {
    char root[KERNEL_ROOM];
    char sysfs[KERNEL_ROOM + 8];
    char dev[KERNEL_ROOM + 8];
    struct ir_pci_roots roots; /* the two */

    /* What it does. */
    unsigned long
        failing; /* this request fails with `error`, after `spared` that do not; 0 for none */
    int error;
    uint32_t spared;
    int api_version;
    bool no_type1v2;
    bool not_viable;
    bool no_reset;
    bool no_window;   /* that could be mapped */
    bool silent;      /* about ranges */
    bool false_sizes; /* what it says of itself makes no sense */
    uint32_t vectors[KERNEL_INTERRUPTS];
    struct kernel_range ranges[KERNEL_RANGES_MAX];
    uint32_t range_count;

    /* What was asked of it. */
    struct kernel_range mapped[KERNEL_MAPPINGS_MAX];
    uint32_t mapping_count;
    uint32_t map_calls;
    uint32_t resets;
    uint32_t interrupt; /* kind that is connected */
    uint32_t event_count;
    int events[KERNEL_EVENTS_MAX];
    uint32_t disconnects;
    uint32_t unmasks;
};

/* Begin anew in the folder `root`, which exists: no device, and nothing fails. */
struct kernel *kernel_begin(const char *root);

/* Add a device that is bound to vfio-pci, in IOMMU group `group`, an e1000 unless ids are changed. */
void kernel_add(struct kernel *kernel, const char *address, uint32_t group);
/* The same for iommufd; number is that of the device's file. */
void kernel_add_file(struct kernel *kernel, const char *address, uint32_t number);

/* An attribute of a device, or a link. */
void kernel_put(const struct kernel *kernel, const char *address, const char *name,
                const char *text);
void kernel_link(const struct kernel *kernel, const char *address, const char *name,
                 const char *target);
void kernel_remove(const struct kernel *kernel, const char *path);

/* Answer a request. False when it is to none of the kernel's files. */
bool kernel_ioctl(struct kernel *kernel, int file, unsigned long request, void *argument,
                  int *result);

#endif
