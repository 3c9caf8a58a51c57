/* SPDX-License-Identifier: MIT
 *
 * The IOMMU of a device made of software: what memory the driver has mapped, and the only way from
 * a device address to it. Not locked here: the device's lock covers it.
 */
#ifndef IRONRING_SOFTDEV_IOMMU_H
#define IRONRING_SOFTDEV_IOMMU_H

#include <stddef.h>
#include <stdint.h>

#include "core/dma.h"

#define SOFT_PAGE ((size_t)4096)

struct soft_iommu {
    struct ir_dma *regions; /* by address, without overlap */
    uint32_t count;
    uint32_t capacity;
};

/* Errors: -EINVAL the region is empty, wraps, or is not made of whole pages (address, length and
 * memory multiples of 4 KiB, as with a real IOMMU), -EBUSY it overlaps another, -ENOMEM. */
int soft_iommu_map(struct soft_iommu *iommu, const struct ir_dma *region);
/* Errors: -ENOENT no region begins there with that length. */
int soft_iommu_unmap(struct soft_iommu *iommu, const struct ir_dma *region);
void soft_iommu_release(struct soft_iommu *iommu);

/* The memory behind the `length` bytes at device address `iova`, or NULL unless all of it lies in
 * one region. Valid until the next unmap. `hint` remembers the region between calls for like
 * addresses. */
uint8_t *soft_iommu_at(const struct soft_iommu *iommu, uint32_t *hint, uint64_t iova,
                       uint64_t length);

#endif
