/* SPDX-License-Identifier: MIT
 *
 * Fuzz target mmio: register access with any offset and width, in windows of any size. Whatever
 * is legal by the rule (width 1, 2 or 4, offset a multiple of it, all of it inside) reads and
 * writes exactly those bytes; all else is -EINVAL and touches nothing.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "core/regs.h"
#include "input.h"
#include "oracle.h"

#define WINDOW_MAX 64u
#define STEPS      128u
#define UNTOUCHED  0x5aa55aa5u

/* What the simulated card saw of the access under test. */
static struct {
    uint32_t reads, writes, offset, width, value;
} seen;

static uint32_t read_seen(void *card, uint32_t offset, uint32_t width)
{
    (void)card;
    seen.reads++;
    seen.offset = offset;
    seen.width = width;
    return offset ^ width;
}

static void write_seen(void *card, uint32_t offset, uint32_t width, uint32_t value)
{
    (void)card;
    seen.writes++;
    seen.offset = offset;
    seen.width = width;
    seen.value = value;
}

static const struct ir_regs_sim card = {read_seen, write_seen};

struct access {
    uint32_t offset, width, value;
    bool write, legal;
};

/* Offsets near the window's end, and anywhere; widths that exist, and others. */
static struct access draw(struct input *input, uint32_t size)
{
    static const uint32_t widths[] = {4, 4, 2, 1, 0, 3, 8, UINT32_MAX};
    uint8_t kind = input_8(input);
    struct access access;

    access.write = (kind & 1u) != 0;
    access.width = (kind & 0x40u) != 0 ? input_32(input) : widths[kind >> 1 & 7u];
    access.offset =
        (kind & 0x80u) != 0 ? input_32(input) : (uint32_t)((uint64_t)size + input_8(input)) % 256u;
    access.value = access.write ? input_32(input) : UNTOUCHED;
    access.legal = (access.width == 1u || access.width == 2u || access.width == 4u) &&
                   access.offset % access.width == 0 &&
                   (uint64_t)access.offset + access.width <= size;
    return access;
}

/* Do it; returns what was read. */
static uint32_t perform(const struct ir_regs *regs, const struct access *access)
{
    uint32_t value = access->value;
    int result = access->write ? ir_reg_write(regs, access->offset, access->width, access->value)
                               : ir_reg_read(regs, access->offset, access->width, &value);

    if (result != (access->legal ? 0 : -EINVAL))
        fuzz_fail("%s %u bytes at 0x%x of a window of 0x%x answers %d",
                  access->write ? "writing" : "reading", access->width, access->offset, regs->size,
                  result);
    if (!access->legal && value != access->value)
        fuzz_fail("a read that was refused changed the value to 0x%x", value);
    return value;
}

/* The window is an allocation of its own, so that the sanitizer sees each byte beside it; `model`
 * has what it must hold. */
static void access_memory(const struct ir_regs *regs, const struct access *access, uint8_t *model)
{
    uint32_t value = perform(regs, access);
    uint32_t expected = 0;

    if (access->legal && access->write)
        memcpy(model + access->offset, &access->value, access->width); /* a little-endian host */
    if (access->legal && !access->write) {
        memcpy(&expected, model + access->offset, access->width);
        fuzz_equal("the value read", value, expected);
    }
    for (uint32_t i = 0; i < regs->size; i++)
        fuzz_equal("a byte of the window", regs->memory[i], model[i]);
}

static void access_card(const struct ir_regs *regs, const struct access *access)
{
    uint32_t value;

    memset(&seen, 0, sizeof(seen));
    value = perform(regs, access);
    fuzz_equal("the number of reads", seen.reads, access->legal && !access->write ? 1 : 0);
    fuzz_equal("the number of writes", seen.writes, access->legal && access->write ? 1 : 0);
    if (!access->legal)
        return;
    fuzz_equal("the offset the card sees", seen.offset, access->offset);
    fuzz_equal("the width the card sees", seen.width, access->width);
    if (access->write)
        fuzz_equal("the value the card sees", seen.value, access->value);
    else
        fuzz_equal("the value read", value, access->offset ^ access->width);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, size};
    uint8_t kind = input_8(&input);
    uint8_t model[WINDOW_MAX] = {0};
    struct ir_regs regs = {0};
    uint8_t *window = NULL;

    regs.kind = (kind & 1u) != 0 ? IR_REGS_MEMORY : IR_REGS_SIM;
    regs.size = kind >> 2;
    if (regs.kind == IR_REGS_SIM && (kind & 0x80u) != 0)
        regs.size = input_32(&input);
    regs.sim = &card;
    if (regs.kind == IR_REGS_MEMORY) {
        window = calloc(1, regs.size > 0 ? regs.size : 1u);
        if (window == NULL)
            return 0;
        regs.memory = window;
    }
    for (uint32_t i = 0; i < STEPS && input.left > 0; i++) {
        struct access access = draw(&input, regs.size);

        if (regs.kind == IR_REGS_MEMORY)
            access_memory(&regs, &access, model);
        else
            access_card(&regs, &access);
    }
    free(window);
    return 0;
}
