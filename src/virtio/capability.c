/* SPDX-License-Identifier: MIT
 *
 * The walk through a device's capabilities (virtio 4.1.4, PCI 3.0 6.7). Every pointer, length and
 * offset is the device's word: the walk has a fixed length, and a window is taken only if it lies
 * in a BAR that is there.
 */
#include "virtio/window.h"

#include <errno.h>

#define PCI_STATUS              0x06u
#define PCI_STATUS_CAPABILITIES 0x10u
#define PCI_CAPABILITIES        0x34u
#define PCI_CAPABILITY_VENDOR   0x09u
#define PCI_HEADER_BYTES        0x40u  /* capabilities come after it ... */
#define PCI_SPACE_BYTES         0x100u /* ... and before here */
#define CAPABILITIES_MAX        48u    /* as many as have room for four bytes each */

/* struct virtio_pci_cap, 4.1.4 */
#define CAP_LEN    2u
#define CAP_TYPE   3u
#define CAP_BAR    4u
#define CAP_OFFSET 8u
#define CAP_LENGTH 12u
#define CAP_NOTIFY 16u /* notify_off_multiplier */
#define CAP_BYTES  16u

#define CAP_COMMON       1u
#define CAP_NOTIFICATION 2u
#define CAP_ISR          3u
#define CAP_DEVICE       4u

/* What one capability says. */
struct capability {
    uint32_t type; /* 0: none that matters */
    uint32_t next; /* where the next one is */
    struct virtio_window window;
    uint32_t multiplier;
};

/* Read `width` bytes of configuration space. Returns what is there, or 0 when it cannot be read:
 * then *failed is set. */
/*@ requires \valid_read(transport) && \valid(failed) && \separated(transport, failed);
    requires width == 1 || width == 2 || width == 4;
    requires offset % width == 0 && offset + width <= PCI_SPACE_BYTES;
    assigns *failed;
    ensures width == 1 ==> \result <= 255;
*/
static uint32_t config(struct ir_transport *transport, uint32_t offset, uint32_t width,
                       uint32_t *failed)
{
    uint32_t value = 0;

    if (ir_transport_config_read(transport, offset, width, &value) != 0)
        *failed = 1u;
    if (width == 1u)
        return value % 256u;
    return width == 2u ? value % 65536u : value;
}

/* 1 when a window lies in a BAR that is there. */
/*@ requires \valid_read(transport) && \valid_read(window);
    assigns \nothing;
    ensures \result == 0 || \result == 1;
    ensures \result == 1 <==> window_ok(transport, window) && window->length > 0;
*/
static uint32_t acceptable(const struct ir_transport *transport, const struct virtio_window *window)
{
    uint32_t size;

    if (window->bar >= IR_BARS_MAX || window->length == 0u)
        return 0u;
    size = transport->bars[window->bar].size;
    return window->length <= size && window->offset <= size - window->length &&
           window->offset % 4u == 0u;
}

/* Read the capability at `at`. */
/*@ requires \valid_read(transport) && \valid(failed) && \valid(cap);
    requires \separated(transport, failed, cap);
    requires PCI_HEADER_BYTES <= at <= PCI_SPACE_BYTES - 4 && at % 4 == 0;
    assigns *failed, *cap;
    ensures cap->next <= 255;
*/
static void read_capability(struct ir_transport *transport, uint32_t at, struct capability *cap,
                            uint32_t *failed)
{
    uint32_t id = config(transport, at, 1u, failed);
    uint32_t length;

    cap->type = 0u;
    cap->multiplier = 0u;
    cap->window.bar = IR_BARS_MAX;
    cap->window.offset = 0u;
    cap->window.length = 0u;
    cap->next = config(transport, at + 1u, 1u, failed);
    length = config(transport, at + CAP_LEN, 1u, failed);
    if (id != PCI_CAPABILITY_VENDOR || length < CAP_BYTES || at > PCI_SPACE_BYTES - CAP_BYTES)
        return;
    cap->type = config(transport, at + CAP_TYPE, 1u, failed);
    cap->window.bar = config(transport, at + CAP_BAR, 1u, failed);
    cap->window.offset = config(transport, at + CAP_OFFSET, 4u, failed);
    cap->window.length = config(transport, at + CAP_LENGTH, 4u, failed);
    if (length >= CAP_BYTES + 4u && at <= PCI_SPACE_BYTES - CAP_BYTES - 4u)
        cap->multiplier = config(transport, at + CAP_NOTIFY, 4u, failed);
    else if (cap->type == CAP_NOTIFICATION)
        cap->type = 0u;
}

/* Take the window when it is the first acceptable one of its type. */
/*@ requires \valid_read(transport) && \valid_read(cap) && \valid(windows);
    requires \separated(transport, windows) && \separated(cap, windows);
    requires windows->common.length != 0 ==> window_ok(transport, &windows->common) &&
        windows->common.length >= VIRTIO_COMMON_BYTES;
    requires windows->notify.length != 0 ==> window_ok(transport, &windows->notify) &&
        windows->notify.length >= 2 && windows->notify_multiplier % 2 == 0;
    requires windows->device.length != 0 ==> window_ok(transport, &windows->device);
    requires windows->isr.length != 0 ==> window_ok(transport, &windows->isr);
    assigns windows->common, windows->notify, windows->device, windows->isr,
        windows->notify_multiplier;
    ensures windows->common.length != 0 ==> window_ok(transport, &windows->common) &&
        windows->common.length >= VIRTIO_COMMON_BYTES;
    ensures windows->notify.length != 0 ==> window_ok(transport, &windows->notify) &&
        windows->notify.length >= 2 && windows->notify_multiplier % 2 == 0;
    ensures windows->device.length != 0 ==> window_ok(transport, &windows->device);
    ensures windows->isr.length != 0 ==> window_ok(transport, &windows->isr);
    ensures first: \old(windows->common.length) != 0 ==>
        windows->common.length == \old(windows->common.length);
*/
static void take_window(const struct ir_transport *transport, const struct capability *cap,
                        struct virtio_windows *windows)
{
    if (!acceptable(transport, &cap->window))
        return;
    if (cap->type == CAP_COMMON && windows->common.length == 0u &&
        cap->window.length >= VIRTIO_COMMON_BYTES) {
        windows->common = cap->window;
    } else if (cap->type == CAP_NOTIFICATION && windows->notify.length == 0u &&
               cap->window.length >= 2u && cap->multiplier % 2u == 0u) {
        windows->notify = cap->window;
        windows->notify_multiplier = cap->multiplier;
    } else if (cap->type == CAP_DEVICE && windows->device.length == 0u) {
        windows->device = cap->window;
    } else if (cap->type == CAP_ISR && windows->isr.length == 0u) {
        windows->isr = cap->window;
    }
}

/* Walk the list. */
/*@ requires \valid_read(transport) && \valid(windows) && \valid(failed);
    requires \separated(transport, windows, failed);
    requires windows->common.length == 0 && windows->notify.length == 0 &&
        windows->device.length == 0 && windows->isr.length == 0;
    assigns windows->common, windows->notify, windows->device, windows->isr,
        windows->notify_multiplier, *failed;
    ensures windows->common.length != 0 ==> window_ok(transport, &windows->common) &&
        windows->common.length >= VIRTIO_COMMON_BYTES;
    ensures windows->notify.length != 0 ==> window_ok(transport, &windows->notify) &&
        windows->notify.length >= 2 && windows->notify_multiplier % 2 == 0;
    ensures windows->device.length != 0 ==> window_ok(transport, &windows->device);
    ensures windows->isr.length != 0 ==> window_ok(transport, &windows->isr);
*/
static void walk(struct ir_transport *transport, struct virtio_windows *windows, uint32_t *failed)
{
    uint32_t at = config(transport, PCI_CAPABILITIES, 1u, failed) / 4u * 4u;

    /*@ loop invariant 0 <= left <= CAPABILITIES_MAX;
        loop invariant at <= 255 && at % 4 == 0;
        loop invariant windows->common.length != 0 ==> window_ok(transport, &windows->common) &&
            windows->common.length >= VIRTIO_COMMON_BYTES;
        loop invariant windows->notify.length != 0 ==> window_ok(transport, &windows->notify) &&
            windows->notify.length >= 2 && windows->notify_multiplier % 2 == 0;
        loop invariant windows->device.length != 0 ==> window_ok(transport, &windows->device);
        loop invariant windows->isr.length != 0 ==> window_ok(transport, &windows->isr);
        loop assigns left, at, *failed, windows->common, windows->notify, windows->device,
            windows->isr, windows->notify_multiplier;
        loop variant left;
    */
    for (uint32_t left = CAPABILITIES_MAX; left > 0u; left--) {
        struct capability cap;

        if (at < PCI_HEADER_BYTES)
            return;
        read_capability(transport, at, &cap, failed);
        take_window(transport, &cap, windows);
        at = cap.next / 4u * 4u;
    }
}

int virtio_find_windows(struct ir_transport *transport, struct virtio_windows *windows,
                        const char **trouble)
{
    const struct virtio_window none = {0, 0, 0};
    uint32_t failed = 0u;

    windows->legacy = 0u;
    windows->common = none;
    windows->notify = none;
    windows->device = none;
    windows->isr = none;
    windows->notify_multiplier = 0u;
    if (config(transport, PCI_STATUS, 2u, &failed) / PCI_STATUS_CAPABILITIES % 2u != 0u)
        walk(transport, windows, &failed);
    if (failed != 0u) {
        *trouble = "its configuration space cannot be read";
        return -EIO;
    }
    *trouble = "it has no capability for a common configuration that lies in a BAR";
    if (windows->common.length == 0u)
        return -ENOENT;
    *trouble = "it has no capability for notifications that lie in a BAR";
    if (windows->notify.length == 0u)
        return -ENOENT;
    *trouble = "it has no capability for a network configuration that lies in a BAR";
    return windows->device.length == 0u ? -ENOENT : 0;
}
