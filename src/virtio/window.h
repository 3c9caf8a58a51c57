/* SPDX-License-Identifier: MIT
 *
 * Where a virtio PCI device keeps its registers: windows into its BARs, which its capabilities name
 * (4.1.4). What a capability says is checked before anything is accessed through it.
 */
#ifndef IRONRING_VIRTIO_WINDOW_H
#define IRONRING_VIRTIO_WINDOW_H

#include <stdint.h>

#include "core/transport.h"

struct virtio_window {
    uint32_t bar;    /* 0 to 5 */
    uint32_t offset; /* into the BAR */
    uint32_t length; /* bytes; 0: the device has no such window */
};

struct virtio_windows {
    uint32_t legacy; /* 1: `common` is the whole of the legacy registers, the others are unused */
    struct virtio_window common;
    struct virtio_window notify;
    struct virtio_window device;
    struct virtio_window isr;   /* length 0 when there is none */
    uint32_t notify_multiplier; /* bytes between the queues' places in `notify`; 0 or even */
};

#define VIRTIO_COMMON_BYTES  56u /* up to queue_device, as virtio 1.0 has it */
#define VIRTIO_LEGACY_NOTIFY 16u
#define VIRTIO_LEGACY_BYTES  20u /* up to the device's configuration */

/* Offset of the device status in the common window. */
#define VIRTIO_COMMON_STATUS 20u
#define VIRTIO_LEGACY_STATUS 18u
#define VIRTIO_LEGACY_ISR    19u
/*@ requires \valid_read(windows);
    assigns \nothing;
    ensures \result == (windows->legacy != 0 ? VIRTIO_LEGACY_STATUS : VIRTIO_COMMON_STATUS);
*/
static inline uint32_t virtio_status_offset(const struct virtio_windows *windows)
{
    return windows->legacy != 0u ? VIRTIO_LEGACY_STATUS : VIRTIO_COMMON_STATUS;
}

/*@
// The window lies in its BAR, and is aligned as its registers are.
predicate window_ok{L}(struct ir_transport *t, struct virtio_window *w) =
    w->bar < IR_BARS_MAX && w->offset + w->length <= t->bars[w->bar].size && w->offset % 4 == 0;
*/

/* Find the windows of a modern device in its configuration space. Returns 0, or -ENOENT when one
 * that is needed is missing, -EIO when configuration space cannot be read, and *trouble says
 * which. */
/*@ requires \valid_read(transport) && \valid(windows) && \valid(trouble);
    requires \separated(transport, windows, trouble);
    assigns *windows;
    assigns *trouble \from \nothing;
    ensures \result == 0 || \result == -2 || \result == -5;
    ensures common: \result == 0 ==> window_ok(transport, &windows->common) &&
        windows->common.length >= VIRTIO_COMMON_BYTES;
    ensures notify: \result == 0 ==> window_ok(transport, &windows->notify) &&
        windows->notify.length >= 2 && windows->notify_multiplier % 2 == 0;
    ensures device: \result == 0 ==> window_ok(transport, &windows->device);
    ensures isr: \result == 0 ==> windows->isr.length == 0 || window_ok(transport, &windows->isr);
    ensures modern: \result == 0 ==> windows->legacy == 0;
*/
int virtio_find_windows(struct ir_transport *transport, struct virtio_windows *windows,
                        const char **trouble);

/* Access the register of `width` bytes at `offset` of a window. Errors: -EINVAL it does not lie in
 * it, and nothing is accessed. */
/*@ requires \valid_read(transport) && \valid_read(window) && \valid(value);
    requires \separated(value, transport, window);
    assigns *value;
    ensures \result == 0 || \result == -22;
    ensures inside: \result == 0 ==> \old(window->bar) < IR_BARS_MAX &&
        offset + width <= \old(window->length);
    ensures place: \result == 0 ==> (\old(window->offset) + offset) % width == 0 &&
        \old(window->offset) + offset + width <= transport->bars[\old(window->bar)].size;
    ensures \result != 0 ==> *value == \old(*value);
*/
int virtio_read(const struct ir_transport *transport, const struct virtio_window *window,
                uint32_t offset, uint32_t width, uint32_t *value);
/*@ requires \valid_read(transport) && \valid_read(window);
    assigns \nothing;
    ensures \result == 0 || \result == -22;
    ensures inside: \result == 0 ==> window->bar < IR_BARS_MAX && offset + width <= window->length;
    ensures place: \result == 0 ==> (window->offset + offset) % width == 0 &&
        window->offset + offset + width <= transport->bars[window->bar].size;
*/
int virtio_write(const struct ir_transport *transport, const struct virtio_window *window,
                 uint32_t offset, uint32_t width, uint32_t value);

#endif
