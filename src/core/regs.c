/* SPDX-License-Identifier: MIT
 *
 * Register access out of line, for set-up, where each register is named once.
 */
#include "core/regs.h"

int32_t ir_reg_read(const struct ir_regs *regs, uint32_t offset, uint32_t width, uint32_t *value)
{
    if (!ir_reg_legal(regs, offset, width))
        return -EINVAL;
    *value = ir_reg_backend_read(regs, offset, width);
    return 0;
}

int32_t ir_reg_write(const struct ir_regs *regs, uint32_t offset, uint32_t width, uint32_t value)
{
    return ir_reg_write_inline(regs, offset, width, value);
}

int32_t ir_reg_modify(const struct ir_regs *regs, uint32_t offset, uint32_t zeros, uint32_t ones)
{
    uint32_t value;
    int32_t result = ir_reg_read(regs, offset, 4, &value);

    return result != 0 ? result : ir_reg_write(regs, offset, 4, (value & ~zeros) | ones);
}
