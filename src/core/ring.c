/* SPDX-License-Identifier: MIT
 *
 * Ring set-up.
 */
#include "core/ring.h"

#include <errno.h>

int32_t ir_ring_init(struct ir_ring *ring, uint64_t size)
{
    if (!ir_ring_size_legal(size))
        return -EINVAL;
    ring->size = size;
    ring->head = 0u;
    ring->tail = 0u;
    return 0;
}
