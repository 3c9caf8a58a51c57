/* SPDX-License-Identifier: MIT
 *
 * The simulated IOMMU; see iommu.h. Nothing here knows what the addresses are used for.
 */
#include "softdev/iommu.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int inside(const struct ir_dma *region, uint64_t iova, uint64_t length)
{
    return iova >= region->iova && length <= region->size &&
           iova - region->iova <= region->size - length;
}

/* Number of the first region that begins above `iova`. */
static uint32_t above(const struct soft_iommu *iommu, uint64_t iova)
{
    uint32_t low = 0;
    uint32_t high = iommu->count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2u;

        if (iommu->regions[middle].iova > iova)
            high = middle;
        else
            low = middle + 1u;
    }
    return low;
}

static int grow(struct soft_iommu *iommu)
{
    uint32_t capacity = iommu->capacity == 0 ? 16u : iommu->capacity * 2u;
    struct ir_dma *regions;

    if (iommu->count < iommu->capacity)
        return 0;
    if (capacity < iommu->capacity)
        return -ENOMEM;
    regions = realloc(iommu->regions, capacity * sizeof(*regions));
    if (regions == NULL)
        return -ENOMEM;
    iommu->regions = regions;
    iommu->capacity = capacity;
    return 0;
}

int soft_iommu_map(struct soft_iommu *iommu, const struct ir_dma *region)
{
    uint32_t at = above(iommu, region->iova);
    int result;

    if (region->memory == NULL || region->size == 0 || region->size > UINT64_MAX - region->iova)
        return -EINVAL;
    if (region->iova % SOFT_PAGE != 0 || region->size % SOFT_PAGE != 0 ||
        (uintptr_t)region->memory % SOFT_PAGE != 0)
        return -EINVAL;
    if (at > 0 && iommu->regions[at - 1u].iova + iommu->regions[at - 1u].size > region->iova)
        return -EBUSY;
    if (at < iommu->count && region->iova + region->size > iommu->regions[at].iova)
        return -EBUSY;
    result = grow(iommu);
    if (result != 0)
        return result;
    memmove(&iommu->regions[at + 1u], &iommu->regions[at],
            (iommu->count - at) * sizeof(*iommu->regions));
    iommu->regions[at] = *region;
    iommu->count++;
    return 0;
}

int soft_iommu_unmap(struct soft_iommu *iommu, const struct ir_dma *region)
{
    uint32_t at = above(iommu, region->iova);

    if (at == 0 || iommu->regions[at - 1u].iova != region->iova ||
        iommu->regions[at - 1u].size != region->size)
        return -ENOENT;
    memmove(&iommu->regions[at - 1u], &iommu->regions[at],
            (iommu->count - at) * sizeof(*iommu->regions));
    iommu->count--;
    return 0;
}

void soft_iommu_release(struct soft_iommu *iommu)
{
    free(iommu->regions);
    memset(iommu, 0, sizeof(*iommu));
}

uint8_t *soft_iommu_at(const struct soft_iommu *iommu, uint32_t *hint, uint64_t iova,
                       uint64_t length)
{
    const struct ir_dma *region;

    if (*hint >= iommu->count || !inside(&iommu->regions[*hint], iova, length)) {
        uint32_t at = above(iommu, iova);

        if (at == 0 || !inside(&iommu->regions[at - 1u], iova, length))
            return NULL;
        *hint = at - 1u;
    }
    region = &iommu->regions[*hint];
    return region->memory + (iova - region->iova);
}
