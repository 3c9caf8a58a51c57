/* SPDX-License-Identifier: MIT
 *
 * Register access: the check. The accesses that follow it are in regs_backend.c.
 */
#include "core/regs.h"

#include <errno.h>

int32_t ir_reg_read(const struct ir_regs *regs, uint32_t offset, uint32_t width, uint32_t *value)
{
    if (!ir_reg_legal(regs, offset, width))
        return -EINVAL;
    *value = ir_reg_backend_read(regs, offset, width);
    return 0;
}

int32_t ir_reg_write(const struct ir_regs *regs, uint32_t offset, uint32_t width, uint32_t value)
{
    if (!ir_reg_legal(regs, offset, width))
        return -EINVAL;
    ir_reg_backend_write(regs, offset, width, value);
    return 0;
}

int32_t ir_reg_modify(const struct ir_regs *regs, uint32_t offset, uint32_t zeros, uint32_t ones)
{
    uint32_t value;
    int32_t result = ir_reg_read(regs, offset, 4, &value);

    return result != 0 ? result : ir_reg_write(regs, offset, 4, (value & ~zeros) | ones);
}
