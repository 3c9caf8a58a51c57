/* SPDX-License-Identifier: MIT
 *
 * The function as a whole: power on, reset, and what the device does to what the driver sees.
 * Each access is first judged here, whatever register it goes to.
 */
#include <string.h>

#include "softdev/parts.h"

void soft_init(struct soft_function *function, const struct soft_options *options,
               const struct soft_ops *ops, void *context)
{
    memset(function, 0, sizeof(*function));
    function->options = *options;
    function->ops = ops;
    function->context = context;
    soft_space_init(function);
    soft_reset(function);
    soft_reset_done(function);
    function->reset_unread = false;
}

void soft_reset(struct soft_function *function)
{
    function->resetting = true;
    function->reset_unread = true;
    function->unread = false;
    function->accepted = 0;
    function->device_select = 0;
    function->driver_select = 0;
    function->queue_select = 0;
    function->isr = 0;
    function->line_masked = false;
    function->config_vector = SOFT_NO_VECTOR;
    for (uint32_t i = 0; i < function->options.queues; i++) {
        struct soft_queue *queue = &function->queue[i];

        atomic_store(&queue->enabled, false);
        queue->offered = function->options.size;
        queue->size = queue->offered;
        queue->vector = SOFT_NO_VECTOR;
        queue->desc = 0;
        queue->driver = 0;
        queue->device = 0;
    }
}

void soft_reset_done(struct soft_function *function)
{
    function->resetting = false;
    atomic_store(&function->status, 0);
}

struct soft_queue *soft_selected(struct soft_function *function)
{
    struct soft_queue *queue;

    if (function->queue_select >= function->options.queues)
        return NULL;
    queue = &function->queue[function->queue_select];
    return queue->offered == 0 ? NULL : queue;
}

uint32_t soft_config_get(struct soft_function *function, uint32_t offset, uint32_t width)
{
    uint32_t value = 0;

    for (uint32_t i = 0; i < width && offset + i < SOFT_NET_BYTES; i++)
        value |= (uint32_t)function->config[offset + i] << (8u * i);
    return value;
}

void soft_set_config(struct soft_function *function, uint32_t offset, uint32_t width,
                     uint64_t value)
{
    for (uint32_t i = 0; i < width && offset + i < SOFT_NET_BYTES; i++)
        function->config[offset + i] = (uint8_t)(value >> (8u * i) & 0xffu);
    function->generation = (uint8_t)((function->generation + 1u) & 0xffu);
    soft_config_interrupt(function);
}

void soft_needs_reset(struct soft_function *function)
{
    (void)atomic_fetch_or(&function->status, (uint8_t)SOFT_NEEDS_RESET);
    soft_config_interrupt(function);
}

bool soft_running(const struct soft_function *function)
{
    return (atomic_load(&function->status) & (SOFT_DRIVER_OK | SOFT_NEEDS_RESET)) == SOFT_DRIVER_OK;
}

uint64_t soft_features(const struct soft_function *function)
{
    return function->accepted;
}

uint32_t soft_net_header(uint64_t features)
{
    return (features & (SOFT_F_VERSION_1 | SOFT_F_MRG_RXBUF)) != 0 ? SOFT_NET_HEADER
                                                                   : SOFT_NET_HEADER_L;
}

static bool decoded(const struct soft_function *function, enum soft_window window)
{
    bool there = window == SOFT_MODERN ? function->options.modern : function->options.legacy;
    uint8_t bit = window == SOFT_MODERN ? SOFT_COMMAND_MEMORY : SOFT_COMMAND_IO;

    return there && (function->space[SOFT_COMMAND] & bit) != 0;
}

/* The register at `offset`, unless the access breaks a rule: then SOFT_R_COUNT. */
static enum soft_register judge(struct soft_function *function, enum soft_window window,
                                uint32_t offset, uint32_t width, bool write)
{
    enum soft_register reg = soft_find(window, offset);
    enum soft_rule rule;

    if (reg == SOFT_R_COUNT)
        rule = SOFT_RULE_REGISTER_UNKNOWN;
    else if (reg == SOFT_R_CONFIG
                 ? window == SOFT_MODERN &&
                       width != soft_config_width(offset - soft_config_start(window))
                 : width != soft_register_width(reg) ||
                       (reg != SOFT_R_NOTIFY && offset != soft_register_offset(reg)))
        rule = SOFT_RULE_REGISTER_WIDTH;
    else if (write && reg == SOFT_R_CONFIG && window == SOFT_MODERN)
        rule = SOFT_RULE_CONFIG_WRITE;
    else if (write && reg != SOFT_R_CONFIG && !soft_register_writable(reg))
        rule = SOFT_RULE_REGISTER_READ_ONLY;
    else
        return reg;
    soft_breach(function->ops->breach, function->context, rule,
                "%s at 0x%04x of the %s window was %s as %u bytes", soft_register_name(reg), offset,
                window == SOFT_MODERN ? "modern" : "legacy", write ? "written" : "read", width);
    return SOFT_R_COUNT;
}

uint32_t soft_read(struct soft_function *function, enum soft_window window, uint32_t offset,
                   uint32_t width)
{
    enum soft_register reg;

    if (!decoded(function, window))
        return IR_REG_GONE;
    reg = judge(function, window, offset, width, false);
    if (reg == SOFT_R_COUNT)
        return IR_REG_GONE;
    if (reg == SOFT_R_CONFIG)
        return soft_config_get(function, offset - soft_config_start(window), width);
    return window == SOFT_MODERN ? soft_modern_read(function, reg)
                                 : soft_legacy_read(function, reg);
}

static void write_status(struct soft_function *function, uint8_t value, bool legacy)
{
    if (value != 0) {
        soft_status_write(function, value, legacy);
        return;
    }
    soft_reset(function);
    if (function->ops->reset(function->context))
        soft_reset_done(function);
}

void soft_write(struct soft_function *function, enum soft_window window, uint32_t offset,
                uint32_t width, uint32_t value)
{
    bool legacy = window == SOFT_LEGACY;
    enum soft_register reg;
    bool is_status;

    if (!decoded(function, window) || soft_notify(function, window, offset, width, value))
        return;
    reg = judge(function, window, offset, width, true);
    is_status = reg == SOFT_R_DEVICE_STATUS || reg == SOFT_R_L_DEVICE_STATUS;
    if (reg == SOFT_R_COUNT)
        return;
    /* A legacy device is reset by the write alone. */
    if ((function->resetting || (!legacy && function->reset_unread)) &&
        !(is_status && value == 0)) {
        soft_breach(function->ops->breach, function->context, SOFT_RULE_RESET_PENDING,
                    "%s was written, 0x%x", soft_register_name(reg), value);
        function->reset_unread = false; /* one reset, one sentence */
        if (function->resetting)
            return;
    }
    if (is_status)
        write_status(function, (uint8_t)value, legacy);
    else if (reg == SOFT_R_CONFIG)
        soft_legacy_config_write(function, offset - soft_config_start(window), width, value);
    else if (legacy)
        soft_legacy_write(function, reg, value);
    else
        soft_modern_write(function, reg, value);
}

bool soft_notify(struct soft_function *function, enum soft_window window, uint32_t offset,
                 uint32_t width, uint32_t value)
{
    enum soft_register reg = soft_find(window, offset);
    uint32_t queue = value;
    enum soft_rule rule;

    if (width != 2u || (reg != SOFT_R_NOTIFY && reg != SOFT_R_L_NOTIFY) ||
        (reg == SOFT_R_NOTIFY && offset % SOFT_NOTIFY_STEP != 0))
        return false;
    if (reg == SOFT_R_NOTIFY)
        queue = (offset - SOFT_NOTIFY_OFFSET) / SOFT_NOTIFY_STEP;
    if ((atomic_load(&function->status) & SOFT_DRIVER_OK) == 0) {
        rule = SOFT_RULE_NOTIFY_EARLY;
    } else if (queue >= function->options.queues || queue != value ||
               !atomic_load(&function->queue[queue].enabled)) {
        rule = SOFT_RULE_NOTIFY_QUEUE;
    } else {
        if (soft_running(function))
            function->ops->notified(function->context, (uint16_t)queue);
        return true;
    }
    soft_breach(function->ops->breach, function->context, rule, "0x%x was written at 0x%04x", value,
                offset);
    return true;
}

void soft_plug(const struct soft_function *function, struct ir_transport *transport,
               const struct ir_regs_sim *modern, const struct ir_regs_sim *legacy, void *context)
{
    struct ir_regs *bar = &transport->bars[SOFT_MODERN_BAR];

    transport->vendor = SOFT_VENDOR;
    transport->device = function->options.device;
    if (function->options.modern)
        *bar = (struct ir_regs){
            .kind = IR_REGS_SIM, .size = SOFT_MODERN_BYTES, .sim = modern, .card = context};
    bar = &transport->bars[SOFT_LEGACY_BAR];
    if (function->options.legacy)
        *bar = (struct ir_regs){
            .kind = IR_REGS_SIM, .size = SOFT_LEGACY_BYTES, .sim = legacy, .card = context};
}
