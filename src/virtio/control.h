/* SPDX-License-Identifier: MIT
 *
 * The control queue (5.1.6.5): one command at a time, as a chain of two descriptors: what the
 * driver says, and one byte that the device answers.
 */
#ifndef IRONRING_VIRTIO_CONTROL_H
#define IRONRING_VIRTIO_CONTROL_H

#include <stdint.h>

#include "core/dma.h"
#include "core/transport.h"
#include "virtio/queue.h"

/* Classes and commands */
#define VIRTIO_NET_CTRL_RX              0u
#define VIRTIO_NET_CTRL_RX_PROMISC      0u
#define VIRTIO_NET_CTRL_RX_ALLMULTI     1u
#define VIRTIO_NET_CTRL_MAC             1u
#define VIRTIO_NET_CTRL_MAC_TABLE_SET   0u
#define VIRTIO_NET_CTRL_MAC_ADDR_SET    1u
#define VIRTIO_NET_CTRL_MQ              4u
#define VIRTIO_NET_CTRL_MQ_VQ_PAIRS_SET 0u

#define VIRTIO_MULTICAST_MAX 64u /* addresses in a MAC_TABLE_SET */

/* Bytes of a command: class, command, two counts of a MAC table, and its addresses. */
#define VIRTIO_CONTROL_BYTES (2u + 4u + 4u + VIRTIO_MULTICAST_MAX * IR_MAC_LENGTH)
#define VIRTIO_ACK_OK        0u
#define VIRTIO_ACK_ERROR     1u
#define VIRTIO_ACK_NONE      0xffu /* what the driver puts there before */

struct virtio_command {
    uint32_t length; /* 2 to VIRTIO_CONTROL_BYTES */
    uint8_t bytes[VIRTIO_CONTROL_BYTES];
};

struct virtio_control {
    struct ir_transport *transport;
    const struct ir_regs *notify;
    struct virtio_desc *desc;
    struct virtio_used_elem *used; /* split */
    volatile ir_device16 *avail;   /* split */
    volatile ir_device32 *driver;  /* as in struct virtio_queue */
    volatile ir_device32 *device;
    volatile ir_device8 *command; /* VIRTIO_CONTROL_BYTES, and the answer after them */
    uint64_t command_iova;
    uint64_t size;       /* descriptors: even, 2 to 32768 */
    uint64_t position;   /* packed: descriptor to use next, even; split: element to use next */
    uint64_t avail_flag; /* packed: as in struct virtio_queue */
    uint32_t notify_offset;
    uint16_t number; /* of the queue */
    uint16_t posted; /* split: commands ever given, free-running */
    uint8_t packed;
    uint8_t event_idx;
    uint8_t broken; /* no queue, or the device has not answered as it must: until a reset */
};

/*@
predicate control_ok{L}(struct virtio_control *c) =
    \valid(c) && \valid_read(c->transport) && \valid_read(c->notify) && 2 <= c->size <= 32768 &&
    c->size % 2 == 0 && c->position < c->size && \valid(c->desc + (0 .. c->size - 1)) &&
    (c->packed != 0 ==> c->position % 2 == 0) &&
    \valid(c->driver) && \valid(c->device) && \valid(c->command + (0 .. VIRTIO_CONTROL_BYTES)) &&
    (c->packed == 0 ==> \valid(c->used + (0 .. c->size - 1)) &&
        \valid(c->avail + (0 .. c->size - 1))) &&
    (c->avail_flag == VIRTQ_DESC_F_AVAIL || c->avail_flag == VIRTQ_DESC_F_USED) &&
    c->command_iova <= 18446744073709551615 - VIRTIO_CONTROL_BYTES - 1 &&
    \separated(c, c->transport, c->notify);
*/

/* Give the device a command and wait for its answer, at most a second of its time. Returns 0, -EIO
 * when it refuses or breaks the protocol, or -ETIMEDOUT. After a breach or a time-out, and while
 * there is no queue, each command is answered -EIO. */
/*@ requires control->broken != 0 || control_ok(control);
    requires \valid(control) && \valid_read(command) && \separated(control, command);
    requires 2 <= command->length <= VIRTIO_CONTROL_BYTES;
    assigns control->position, control->avail_flag, control->posted, control->broken;
    ensures \result == 0 || \result == -5 || \result == -110;
    ensures control->broken != 0 || control_ok(control);
    ensures \result == 0 || \result == -110 ==> \old(control->broken) == 0;
    ensures late: \result == -110 ==> control->broken != 0;
*/
int virtio_control_send(struct virtio_control *control, const struct virtio_command *command);

#endif
