/* SPDX-License-Identifier: MIT
 *
 * Checked translation from a place in a region to the address the device uses for it.
 */
#include "core/dma.h"

#include <errno.h>

int32_t ir_dma_iova(const struct ir_dma *region, uint64_t offset, uint64_t length, uint64_t *iova)
{
    if (offset > region->size || length > region->size - offset)
        return -EINVAL;
    *iova = region->iova + offset;
    return 0;
}
