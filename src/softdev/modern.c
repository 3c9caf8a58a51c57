/* SPDX-License-Identifier: MIT
 *
 * The common configuration of the modern registers (virtio 1.3, section 4.1.4.3).
 */
#include <stddef.h>

#include "softdev/parts.h"

#define ALIGN_DESC         16u
#define ALIGN_DRIVER_SPLIT 2u
#define ALIGN_EVENT        4u
#define ALIGN_DEVICE       4u

static uint32_t low(uint64_t value)
{
    return (uint32_t)(value & UINT32_MAX);
}

static uint32_t high(uint64_t value)
{
    return (uint32_t)(value >> 32);
}

static uint32_t read_queue(struct soft_function *function, enum soft_register reg)
{
    const struct soft_queue *queue = soft_selected(function);

    if (queue == NULL)
        return reg == SOFT_R_QUEUE_VECTOR ? SOFT_NO_VECTOR : 0;
    switch (reg) {
    case SOFT_R_QUEUE_SIZE:
        return queue->size;
    case SOFT_R_QUEUE_VECTOR:
        return soft_vector_read(function, queue->vector);
    case SOFT_R_QUEUE_ENABLE:
        return atomic_load(&queue->enabled) ? 1u : 0;
    case SOFT_R_QUEUE_NOTIFY_OFF:
    case SOFT_R_NOTIFY_DATA:
        return function->queue_select;
    case SOFT_R_QUEUE_DESC:
        return low(queue->desc);
    case SOFT_R_QUEUE_DESC_HIGH:
        return high(queue->desc);
    case SOFT_R_QUEUE_DRIVER:
        return low(queue->driver);
    case SOFT_R_QUEUE_DRIVER_HIGH:
        return high(queue->driver);
    case SOFT_R_QUEUE_DEVICE:
        return low(queue->device);
    case SOFT_R_QUEUE_DEVICE_HIGH:
        return high(queue->device);
    default:
        return 0; /* what this device does not have: queue_reset, an administration queue */
    }
}

uint32_t soft_modern_read(struct soft_function *function, enum soft_register reg)
{
    switch (reg) {
    case SOFT_R_DEVICE_FEATURE_SELECT:
        return function->device_select;
    case SOFT_R_DEVICE_FEATURE:
        if (function->device_select > 1u)
            return 0;
        return low(function->options.features >> (32u * function->device_select));
    case SOFT_R_DRIVER_FEATURE_SELECT:
        return function->driver_select;
    case SOFT_R_DRIVER_FEATURE:
        if (function->driver_select > 1u)
            return 0;
        return low(function->accepted >> (32u * function->driver_select));
    case SOFT_R_CONFIG_VECTOR:
        return soft_vector_read(function, function->config_vector);
    case SOFT_R_NUM_QUEUES:
        return function->options.queues;
    case SOFT_R_DEVICE_STATUS:
        return soft_status_read(function);
    case SOFT_R_CONFIG_GENERATION:
        return function->generation;
    case SOFT_R_QUEUE_SELECT:
        return function->queue_select;
    case SOFT_R_ISR:
        return soft_isr_read(function);
    default:
        return read_queue(function, reg);
    }
}

static void breach(struct soft_function *function, enum soft_rule rule, enum soft_register reg,
                   uint32_t value)
{
    soft_breach(function->ops->breach, function->context, rule, "%s of queue %u was written, 0x%x",
                soft_register_name(reg), function->queue_select, value);
}

static bool packed(const struct soft_function *function)
{
    return (function->accepted & SOFT_F_RING_PACKED) != 0;
}

static void write_size(struct soft_function *function, struct soft_queue *queue, uint32_t value)
{
    if (value == 0 || value > queue->offered || (!packed(function) && (value & (value - 1u)) != 0))
        breach(function, SOFT_RULE_QUEUE_SIZE, SOFT_R_QUEUE_SIZE, value);
    else
        queue->size = (uint16_t)value;
}

static void enable(struct soft_function *function, struct soft_queue *queue, uint32_t value)
{
    uint32_t driver_align = packed(function) ? ALIGN_EVENT : ALIGN_DRIVER_SPLIT;

    if (value != 1u) {
        breach(function, SOFT_RULE_QUEUE_DISABLE, SOFT_R_QUEUE_ENABLE, value);
        return;
    }
    if (queue->desc % ALIGN_DESC != 0 || queue->driver % driver_align != 0 ||
        queue->device % ALIGN_DEVICE != 0) {
        soft_breach(function->ops->breach, function->context, SOFT_RULE_QUEUE_ALIGN,
                    "queue %u: 0x%llx, 0x%llx and 0x%llx", function->queue_select,
                    (unsigned long long)queue->desc, (unsigned long long)queue->driver,
                    (unsigned long long)queue->device);
        return;
    }
    atomic_store(&queue->enabled, true);
    function->ops->queue(function->context, function->queue_select, true);
}

/* Whether the fields of the selected queue may be written now. */
static bool queue_open(struct soft_function *function, const struct soft_queue *queue,
                       enum soft_register reg, uint32_t value)
{
    uint8_t status = atomic_load(&function->status);
    enum soft_rule rule;

    if (queue == NULL)
        rule = SOFT_RULE_QUEUE_SELECT;
    else if (atomic_load(&queue->enabled))
        rule = SOFT_RULE_QUEUE_BUSY;
    else if ((status & (SOFT_FEATURES_OK | SOFT_DRIVER_OK)) != SOFT_FEATURES_OK)
        rule = SOFT_RULE_QUEUE_TIME;
    else
        return true;
    breach(function, rule, reg, value);
    return false;
}

static void set_low(uint64_t *field, uint32_t value)
{
    *field = (*field & ~(uint64_t)UINT32_MAX) | value;
}

static void set_high(uint64_t *field, uint32_t value)
{
    *field = (*field & UINT32_MAX) | (uint64_t)value << 32;
}

static void write_queue(struct soft_function *function, enum soft_register reg, uint32_t value)
{
    struct soft_queue *queue = soft_selected(function);

    if (!queue_open(function, queue, reg, value))
        return;
    if (function->unread) {
        breach(function, SOFT_RULE_FEATURE_UNREAD, reg, value);
        function->unread = false;
    }
    switch (reg) {
    case SOFT_R_QUEUE_SIZE:
        write_size(function, queue, value);
        break;
    case SOFT_R_QUEUE_ENABLE:
        enable(function, queue, value);
        break;
    case SOFT_R_QUEUE_DESC:
        set_low(&queue->desc, value);
        break;
    case SOFT_R_QUEUE_DESC_HIGH:
        set_high(&queue->desc, value);
        break;
    case SOFT_R_QUEUE_DRIVER:
        set_low(&queue->driver, value);
        break;
    case SOFT_R_QUEUE_DRIVER_HIGH:
        set_high(&queue->driver, value);
        break;
    case SOFT_R_QUEUE_DEVICE:
        set_low(&queue->device, value);
        break;
    case SOFT_R_QUEUE_DEVICE_HIGH:
        set_high(&queue->device, value);
        break;
    default:
        soft_vector_write(function, &queue->vector, reg, value);
        break;
    }
}

void soft_modern_write(struct soft_function *function, enum soft_register reg, uint32_t value)
{
    switch (reg) {
    case SOFT_R_DEVICE_FEATURE_SELECT:
        function->device_select = value;
        break;
    case SOFT_R_DRIVER_FEATURE_SELECT:
        function->driver_select = value;
        break;
    case SOFT_R_DRIVER_FEATURE:
        soft_features_write(function, function->driver_select, value, false);
        break;
    case SOFT_R_CONFIG_VECTOR:
        soft_vector_write(function, &function->config_vector, reg, value);
        break;
    case SOFT_R_QUEUE_SELECT:
        function->queue_select = (uint16_t)value;
        break;
    default:
        write_queue(function, reg, value);
        break;
    }
}
