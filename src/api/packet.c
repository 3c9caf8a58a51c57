/* SPDX-License-Identifier: MIT
 *
 * Public packet functions that change who holds a buffer: null checks, then core.
 */
#include <errno.h>
#include <stddef.h>

#include <ironring/packet.h>

#include "core/pool.h"

int ir_pkt_alloc(struct ir_pool *pool, uint32_t length, struct ir_pkt *pkt)
{
    if (pool == NULL || pkt == NULL)
        return -EINVAL;
    return ir_pool_take(pool, length, pkt);
}

int ir_pkt_free(struct ir_pool *pool, struct ir_pkt pkt)
{
    if (pool == NULL)
        return -EINVAL;
    return ir_pool_return(pool, pkt);
}
