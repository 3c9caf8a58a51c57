/* SPDX-License-Identifier: MIT
 *
 * Access to registers, 32 bits each, and the one way to wait for one.
 */
#include <errno.h>

#include "core/wait.h"
#include "ixgbe/ixgbe.h"

int ixgbe_read(const struct ixgbe_dev *dev, uint32_t offset, uint32_t *value)
{
    return ir_reg_read(&dev->base.transport->bars[0], offset, 4, value);
}

int ixgbe_write(const struct ixgbe_dev *dev, uint32_t offset, uint32_t value)
{
    return ir_reg_write(&dev->base.transport->bars[0], offset, 4, value);
}

int ixgbe_modify(const struct ixgbe_dev *dev, uint32_t offset, uint32_t zeros, uint32_t ones)
{
    const struct ir_regs *regs = &dev->base.transport->bars[0];
    uint32_t value;
    int result = ir_reg_read(regs, offset, 4, &value);

    if (result == 0)
        result = ir_reg_write(regs, offset, 4, (value & ~zeros) | ones);
    if (result != 0)
        return result;
    /*@ ghost ixgbe_card_modify(offset, zeros, ones); */
    return 0;
}

int ixgbe_fill(const struct ixgbe_dev *dev, uint32_t first, uint32_t count, uint32_t value)
{
    /*@ loop invariant 0 <= i <= count;
        loop assigns i;
        loop variant count - i;
    */
    for (uint32_t i = 0; i < count; i++) {
        int result;

        /*@ assert legal: write_legal(first + 4 * i, value); */
        result = ixgbe_write(dev, first + 4 * i, value);
        if (result != 0)
            return result;
    }
    return 0;
}

int ixgbe_present(struct ixgbe_dev *dev)
{
    uint32_t status;
    int result = ixgbe_read(dev, IXGBE_STATUS, &status);

    if (result == 0 && status == IR_REG_GONE) {
        dev->trouble = "the card does not answer (all registers read as ones)";
        result = -ENODEV;
    }
    return result;
}

int ixgbe_wait_until(struct ixgbe_dev *dev, uint32_t offset, uint32_t mask, uint32_t value,
                     uint32_t limit, const char *trouble)
{
    uint32_t waited = 0;

    /*@ loop invariant waited <= limit;
        loop assigns waited, dev->trouble;
        loop variant limit - waited;
    */
    for (;;) {
        uint32_t now;
        uint32_t pause;
        int result = ixgbe_read(dev, offset, &now);

        if (result == 0 && now == IR_REG_GONE)
            result = ixgbe_present(dev);
        if (result != 0)
            return result;
        if ((now & mask) == value) {
            /*@ ghost ixgbe_card_see(offset, mask, value); */
            return 0;
        }
        if (waited >= limit) {
            dev->trouble = trouble;
            return -ETIMEDOUT;
        }
        pause = ir_wait_pause(waited, limit);
        ir_transport_delay(dev->base.transport, pause);
        waited += pause;
    }
}
