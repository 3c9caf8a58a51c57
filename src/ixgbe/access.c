/* SPDX-License-Identifier: MIT
 *
 * Access to registers, 32 bits each.
 */
#include <errno.h>

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
    int result = ir_reg_modify(&dev->base.transport->bars[0], offset, zeros, ones);

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

/* Say so when the device is gone. */
/*@ requires \valid(dev);
    assigns dev->trouble \from \nothing;
    ensures \result == result;
*/
static int note_absence(struct ixgbe_dev *dev, int result)
{
    if (result == -ENODEV)
        dev->trouble = "the card does not answer (all registers read as ones)";
    return result;
}

int ixgbe_present(struct ixgbe_dev *dev)
{
    return note_absence(dev, ir_wait_present(dev->base.transport, IXGBE_STATUS));
}

int ixgbe_wait_until(struct ixgbe_dev *dev, uint32_t offset, uint32_t mask, uint32_t value,
                     uint32_t limit, const char *trouble)
{
    int result = ir_wait_until(dev->base.transport, offset, mask, value, limit, IXGBE_STATUS);

    if (result == -ETIMEDOUT)
        dev->trouble = trouble;
    if (result != 0)
        return note_absence(dev, result);
    /*@ ghost ixgbe_card_see(offset, mask, value, result); */
    return 0;
}
