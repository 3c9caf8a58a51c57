/* SPDX-License-Identifier: MIT
 *
 * Interrupts of the function (virtio 1.3, sections 4.1.4.5, 4.1.5.1 and 4.1.5.3): by the vectors that the
 * driver has chosen for queues and configuration (MSI-X), or by a line that is up until the causes are
 * read (INTx), and masked by who delivers it until it is unmasked.
 */
#include <stddef.h>

#include "softdev/parts.h"

static bool has_vectors(const struct soft_function *function)
{
    return function->options.modern && function->options.vectors > 1u;
}

static void deliver(struct soft_function *function, uint16_t vector)
{
    if (function->ops->interrupt != NULL)
        function->ops->interrupt(function->context, vector);
}

static void raise_line(struct soft_function *function)
{
    if (function->isr == 0 || function->line_masked)
        return;
    function->line_masked = true;
    deliver(function, 0);
}

static void raise(struct soft_function *function, uint8_t cause, uint16_t vector)
{
    function->isr |= cause;
    if (!has_vectors(function))
        raise_line(function);
    else if (vector != SOFT_NO_VECTOR)
        deliver(function, vector);
}

void soft_interrupt(struct soft_function *function, uint16_t queue)
{
    raise(function, SOFT_ISR_QUEUE, function->queue[queue].vector);
}

void soft_config_interrupt(struct soft_function *function)
{
    if ((atomic_load(&function->status) & SOFT_DRIVER_OK) != 0)
        raise(function, SOFT_ISR_CONFIG, function->config_vector);
}

void soft_unmask(struct soft_function *function)
{
    function->line_masked = false;
    if (!has_vectors(function))
        raise_line(function);
}

uint8_t soft_isr_read(struct soft_function *function)
{
    uint8_t isr = function->isr;

    function->isr = 0;
    return isr;
}

uint16_t soft_vector_read(const struct soft_function *function, uint16_t vector)
{
    return has_vectors(function) ? vector : SOFT_NO_VECTOR;
}

void soft_vector_write(struct soft_function *function, uint16_t *vector, enum soft_register reg,
                       uint32_t value)
{
    uint32_t vectors = function->options.vectors;

    *vector = value < vectors ? (uint16_t)value : SOFT_NO_VECTOR;
    if (value != *vector)
        soft_breach(function->ops->breach, function->context, SOFT_RULE_INTERRUPT_VECTOR,
                    "%s of queue %u was written, %u of %u", soft_register_name(reg),
                    function->queue_select, value, vectors);
}
