/* SPDX-License-Identifier: MIT
 *
 * The data path's public entry: check the arguments, call the driver. As thin as can be, because it
 * is passed once a burst. A driver moves no more packets than a ring or a pool has, so their count fits the
 * result, however many are asked for.
 */
#include <errno.h>
#include <stddef.h>

#include "core/driver.h"

int ir_rx(struct ir_rxq *queue, struct ir_pkt *pkts, uint32_t max)
{
    if (queue == NULL || (pkts == NULL && max > 0))
        return -EINVAL;
    return queue->burst(queue, pkts, max);
}

int ir_tx(struct ir_txq *queue, const struct ir_pkt *pkts, uint32_t count)
{
    if (queue == NULL || (pkts == NULL && count > 0))
        return -EINVAL;
    return queue->burst(queue, pkts, count);
}

int ir_tx_reclaim(struct ir_txq *queue)
{
    return queue == NULL ? -EINVAL : queue->reclaim(queue);
}

void ir_rxq_drops(const struct ir_rxq *queue, struct ir_rxq_drops *drops)
{
    if (queue != NULL && drops != NULL)
        queue->drops(queue, drops);
}
