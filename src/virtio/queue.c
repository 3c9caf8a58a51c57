/* SPDX-License-Identifier: MIT
 *
 * What virtqueues of both directions do besides moving buffers.
 */
#include "virtio/queue.h"

/* 1 when a status says that the device needs a reset, or is not there. */
/*@ assigns \nothing;
    ensures \result == 0 || \result == 1;
    ensures status == VIRTIO_STATUS_GONE ==> \result == 1;
    ensures status / VIRTIO_STATUS_NEEDS_RESET % 2 == 1 ==> \result == 1;
*/
static uint32_t status_is_bad(uint32_t status)
{
    return status / VIRTIO_STATUS_NEEDS_RESET % 2u != 0u;
}

void virtio_idle(struct virtio_queue *queue)
{
    uint32_t status = 0;

    if (queue->idle < VIRTIO_IDLE_MAX) {
        queue->idle = queue->idle + 1u;
        return;
    }
    queue->idle = 0;
    if (ir_reg_read(queue->common, queue->status_offset, 1u, &status) != 0 || status_is_bad(status))
        queue->broken = 1u;
}
