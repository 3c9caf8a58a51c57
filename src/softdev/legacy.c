/* SPDX-License-Identifier: MIT
 *
 * The registers of legacy drivers (virtio 1.3, section 4.1.4.10): one I/O window, rings in one
 * piece whose place is a page number, features of 32 bits.
 */
#include <stddef.h>

#include "softdev/parts.h"

#define LAST_PAGE UINT32_MAX

static uint64_t align_up(uint64_t value)
{
    return (value + SOFT_LEGACY_PAGE - 1u) / SOFT_LEGACY_PAGE * SOFT_LEGACY_PAGE;
}

uint32_t soft_legacy_read(struct soft_function *function, enum soft_register reg)
{
    const struct soft_queue *queue = soft_selected(function);

    switch (reg) {
    case SOFT_R_L_DEVICE_FEATURE:
        return (uint32_t)(function->options.features & UINT32_MAX);
    case SOFT_R_L_DRIVER_FEATURE:
        return (uint32_t)(function->accepted & UINT32_MAX);
    case SOFT_R_L_QUEUE_PFN:
        return queue == NULL ? 0 : (uint32_t)(queue->desc / SOFT_LEGACY_PAGE & LAST_PAGE);
    case SOFT_R_L_QUEUE_SIZE:
        return queue == NULL ? 0 : queue->offered;
    case SOFT_R_L_QUEUE_SELECT:
        return function->queue_select;
    case SOFT_R_L_DEVICE_STATUS:
        return soft_status_read(function);
    case SOFT_R_L_ISR:
        return soft_isr_read(function);
    default:
        return 0; /* the notification register */
    }
}

static void place_queue(struct soft_function *function, uint32_t page)
{
    struct soft_queue *queue = soft_selected(function);
    uint8_t status = atomic_load(&function->status);
    enum soft_rule rule;

    if (queue == NULL)
        rule = SOFT_RULE_QUEUE_SELECT;
    else if (page != 0 && atomic_load(&queue->enabled))
        rule = SOFT_RULE_QUEUE_BUSY;
    else if (page != 0 && (status & (SOFT_DRIVER | SOFT_DRIVER_OK)) != SOFT_DRIVER)
        rule = SOFT_RULE_QUEUE_TIME;
    else {
        queue->size = queue->offered;
        queue->desc = (uint64_t)page * SOFT_LEGACY_PAGE;
        queue->driver = queue->desc + (uint64_t)SOFT_DESC_BYTES * queue->size;
        queue->device = align_up(queue->driver + 6u + 2u * (uint64_t)queue->size);
        atomic_store(&queue->enabled, page != 0);
        function->ops->queue(function->context, function->queue_select, page != 0);
        return;
    }
    soft_breach(function->ops->breach, function->context, rule, "page 0x%x was given to queue %u",
                page, function->queue_select);
}

void soft_legacy_config_write(struct soft_function *function, uint32_t offset, uint32_t width,
                              uint32_t value)
{
    /* Before there was a command for it, a driver set the device's address here. */
    if (offset + width > SOFT_NET_STATUS || (function->accepted & SOFT_F_CTRL_MAC_ADDR) != 0) {
        soft_breach(function->ops->breach, function->context, SOFT_RULE_CONFIG_WRITE,
                    "byte %u, 0x%x", offset, value);
        return;
    }
    for (uint32_t i = 0; i < width; i++)
        function->config[SOFT_NET_MAC + offset + i] = (uint8_t)(value >> (8u * i) & 0xffu);
}

void soft_legacy_write(struct soft_function *function, enum soft_register reg, uint32_t value)
{
    if (reg == SOFT_R_L_DRIVER_FEATURE)
        soft_features_write(function, 0, value, true);
    else if (reg == SOFT_R_L_QUEUE_PFN)
        place_queue(function, value);
    else if (reg == SOFT_R_L_QUEUE_SELECT)
        function->queue_select = (uint16_t)value;
}
