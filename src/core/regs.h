/* SPDX-License-Identifier: MIT
 *
 * Bounds-checked access to a device's registers: memory-mapped, or called: a device made of software (a
 * simulated card, or what stands before a vhost-user socket), or I/O ports, which the kernel reads and
 * writes. The check comes first and is the same for all, so a simulated card sees exactly what a real
 * one would. Nothing else in the library touches a register.
 */
#ifndef IRONRING_CORE_REGS_H
#define IRONRING_CORE_REGS_H

#include <errno.h>
#include <stdint.h>

enum ir_regs_kind {
    IR_REGS_MEMORY, /* a mapped PCI memory BAR */
    IR_REGS_SIM     /* functions that are called instead */
};

/* The register side of a device that is called. Offset and width (1, 2 or 4 bytes) have been checked. */
struct ir_regs_sim {
    uint32_t (*read)(void *card, uint32_t offset, uint32_t width);
    void (*write)(void *card, uint32_t offset, uint32_t width, uint32_t value);
};

struct ir_regs {
    enum ir_regs_kind kind;
    uint32_t size;                 /* bytes in the window */
    volatile uint8_t *memory;      /* IR_REGS_MEMORY: the window, aligned to 4 bytes */
    const struct ir_regs_sim *sim; /* IR_REGS_SIM */
    void *card;                    /* IR_REGS_SIM: first argument of the functions above */
};

/* What a read of a device that is gone answers (PCI Express: all ones). */
#define IR_REG_GONE 0xffffffffu

/* 1 when a register of `width` bytes may be accessed at `offset`: width 1, 2 or 4, offset a
 * multiple of it, and all of it in the window. */
/*@ requires \valid_read(regs);
    assigns \nothing;
    ensures \result == 1 || \result == 0;
    ensures \result == 1 <==> (width == 1 || width == 2 || width == 4) && offset % width == 0 &&
        offset + width <= regs->size;
*/
static inline uint32_t ir_reg_legal(const struct ir_regs *regs, uint32_t offset, uint32_t width)
{
    /* The last byte's offset fits 32 bits, too: the first byte's is a multiple of the width. */
    return (width == 1u || width == 2u || width == 4u) && offset % width == 0u &&
           offset + (width - 1u) < regs->size;
}

/* The accesses themselves, by kind of window, once they have been checked. They and the primitives of
 * dma.h are the whole of the library that touches a device. Assumed contract: a legal access changes
 * nothing the program can observe, and a read may answer anything (contracts/TRUSTED.md). */
#ifdef __FRAMAC__
/*@ requires \valid_read(regs);
    requires legal: (width == 1 || width == 2 || width == 4) && offset % width == 0 &&
        offset + width <= regs->size;
    assigns \nothing;
*/
uint32_t ir_reg_backend_read(const struct ir_regs *regs, uint32_t offset, uint32_t width);
/*@ requires \valid_read(regs);
    requires legal: (width == 1 || width == 2 || width == 4) && offset % width == 0 &&
        offset + width <= regs->size;
    assigns \nothing;
*/
void ir_reg_backend_write(const struct ir_regs *regs, uint32_t offset, uint32_t width,
                          uint32_t value);
#else
static inline uint32_t ir_reg_backend_read(const struct ir_regs *regs, uint32_t offset,
                                           uint32_t width)
{
    if (regs->kind == IR_REGS_MEMORY) {
        const volatile void *address = regs->memory + offset;

        if (width == 1u)
            return *(const volatile uint8_t *)address;
        if (width == 2u)
            return *(const volatile uint16_t *)address;
        return *(const volatile uint32_t *)address;
    }
    return regs->kind == IR_REGS_SIM ? regs->sim->read(regs->card, offset, width) : IR_REG_GONE;
}

static inline void ir_reg_backend_write(const struct ir_regs *regs, uint32_t offset, uint32_t width,
                                        uint32_t value)
{
    if (regs->kind == IR_REGS_MEMORY) {
        volatile void *address = regs->memory + offset;

        /* A doorbell must not overtake the descriptors it announces. */
        __atomic_thread_fence(__ATOMIC_RELEASE);
        if (width == 1u)
            *(volatile uint8_t *)address = (uint8_t)value;
        else if (width == 2u)
            *(volatile uint16_t *)address = (uint16_t)value;
        else
            *(volatile uint32_t *)address = value;
    } else if (regs->kind == IR_REGS_SIM) {
        regs->sim->write(regs->card, offset, width, value);
    }
}
#endif

/* Read or write the register of `width` bytes (1, 2 or 4) at `offset`, which must be a multiple of
 * the width and lie in the window. Returns 0, or -EINVAL without any access (and *value unchanged).
 */
/*@ requires \valid_read(regs) && \valid(value) && \separated(regs, value);
    assigns *value;
    ensures \result == 0 || \result == -22;
    ensures \result == 0 <==> (width == 1 || width == 2 || width == 4) && offset % width == 0 &&
        offset + width <= regs->size;
    ensures \result != 0 ==> *value == \old(*value);
*/
int32_t ir_reg_read(const struct ir_regs *regs, uint32_t offset, uint32_t width, uint32_t *value);
/*@ requires \valid_read(regs);
    assigns \nothing;
    ensures \result == 0 || \result == -22;
    ensures \result == 0 <==> (width == 1 || width == 2 || width == 4) && offset % width == 0 &&
        offset + width <= regs->size;
*/
int32_t ir_reg_write(const struct ir_regs *regs, uint32_t offset, uint32_t width, uint32_t value);
/* ir_reg_write in line, for doorbells: where the width is a constant, the compiler has done most of the
 * check and of the access. */
/*@ requires \valid_read(regs);
    assigns \nothing;
    ensures \result == 0 || \result == -22;
    ensures \result == 0 <==> (width == 1 || width == 2 || width == 4) && offset % width == 0 &&
        offset + width <= regs->size;
*/
static inline int32_t ir_reg_write_inline(const struct ir_regs *regs, uint32_t offset,
                                          uint32_t width, uint32_t value)
{
    if (!ir_reg_legal(regs, offset, width))
        return -EINVAL;
    ir_reg_backend_write(regs, offset, width, value);
    return 0;
}
/* Clear some bits of a register of 32, then set some. Returns 0, or -EINVAL without any access. */
/*@ requires \valid_read(regs);
    assigns \nothing;
    ensures \result == 0 || \result == -22;
    ensures \result == 0 <==> offset % 4 == 0 && offset + 4 <= regs->size;
*/
int32_t ir_reg_modify(const struct ir_regs *regs, uint32_t offset, uint32_t zeros, uint32_t ones);

#endif
