/* SPDX-License-Identifier: MIT
 *
 * The accesses to registers, once regs.c has checked them. This file and the primitives of dma.h
 * are the whole of the library that touches a device; both are named in contracts/TRUSTED.md.
 */
#include "core/regs.h"

static uint32_t memory_read(const volatile uint8_t *address, uint32_t width)
{
    if (width == 1u)
        return *address;
    if (width == 2u)
        return *(const volatile uint16_t *)(const volatile void *)address;
    return *(const volatile uint32_t *)(const volatile void *)address;
}

static void memory_write(volatile uint8_t *address, uint32_t width, uint32_t value)
{
    /* A doorbell must not overtake the descriptors it announces. */
    __atomic_thread_fence(__ATOMIC_RELEASE);
    if (width == 1u)
        *address = (uint8_t)value;
    else if (width == 2u)
        *(volatile uint16_t *)(volatile void *)address = (uint16_t)value;
    else
        *(volatile uint32_t *)(volatile void *)address = value;
}

uint32_t ir_reg_backend_read(const struct ir_regs *regs, uint32_t offset, uint32_t width)
{
    switch (regs->kind) {
    case IR_REGS_MEMORY:
        return memory_read(regs->memory + offset, width);
    case IR_REGS_SIM:
        return regs->sim->read(regs->card, offset, width);
    }
    return IR_REG_GONE;
}

void ir_reg_backend_write(const struct ir_regs *regs, uint32_t offset, uint32_t width,
                          uint32_t value)
{
    switch (regs->kind) {
    case IR_REGS_MEMORY:
        memory_write(regs->memory + offset, width, value);
        break;
    case IR_REGS_SIM:
        regs->sim->write(regs->card, offset, width, value);
        break;
    }
}
