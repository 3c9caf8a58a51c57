/* SPDX-License-Identifier: MIT
 *
 * Access to the registers of a virtio PCI device, inside of windows that were checked.
 */
#include "virtio/window.h"

#include <errno.h>

/*@ requires \valid_read(window);
    assigns \nothing;
    ensures \result == 0 || \result == 1;
    ensures \result == 1 <==> window->bar < IR_BARS_MAX && offset + width <= window->length &&
        window->offset + offset <= 4294967295;
*/
static uint32_t in_window(const struct virtio_window *window, uint32_t offset, uint32_t width)
{
    return window->bar < IR_BARS_MAX && (uint64_t)offset + width <= window->length &&
           offset <= UINT32_MAX - window->offset;
}

int virtio_read(const struct ir_transport *transport, const struct virtio_window *window,
                uint32_t offset, uint32_t width, uint32_t *value)
{
    if (!in_window(window, offset, width))
        return -EINVAL;
    return ir_reg_read(&transport->bars[window->bar], window->offset + offset, width, value);
}

int virtio_write(const struct ir_transport *transport, const struct virtio_window *window,
                 uint32_t offset, uint32_t width, uint32_t value)
{
    if (!in_window(window, offset, width))
        return -EINVAL;
    return ir_reg_write(&transport->bars[window->bar], window->offset + offset, width, value);
}
