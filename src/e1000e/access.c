/* SPDX-License-Identifier: MIT
 *
 * Access to registers, 32 bits each.
 */
#include <errno.h>

#include "e1000e/e1000e.h"

int e1000e_read(const struct e1000e_dev *dev, uint32_t offset, uint32_t *value)
{
    return ir_reg_read(&dev->base.transport->bars[0], offset, 4, value);
}

int e1000e_write(const struct e1000e_dev *dev, uint32_t offset, uint32_t value)
{
    return ir_reg_write(&dev->base.transport->bars[0], offset, 4, value);
}

uint32_t e1000e_receive_format(const struct e1000e_dev *dev)
{
    uint32_t size = E1000E_RCTL_SIZE_16K;

    if (dev->rx.buffer_size == 2048u)
        size = E1000E_RCTL_SIZE_2K;
    else if (dev->rx.buffer_size == 4096u)
        size = E1000E_RCTL_SIZE_4K;
    else if (dev->rx.buffer_size == 8192u)
        size = E1000E_RCTL_SIZE_8K;
    return E1000E_RCTL_BAM + E1000E_RCTL_SECRC + E1000E_RCTL_LPE + size;
}

/* Bits that are the driver's alone to set, whatever the card answers: otherwise one that answers
 * nonsense would be reset, started without rings or given larger buffers than there are, as it is
 * asked for something else. */
/*@ requires \valid_read(dev);
    assigns \nothing;
*/
static uint32_t own_bits(const struct e1000e_dev *dev, uint32_t offset)
{
    bool runs = dev->state == E1000E_STARTED;

    if (offset == E1000E_CTRL)
        return E1000E_CTRL_RST + E1000E_CTRL_PHY_RST;
    if (offset == E1000E_RCTL)
        return E1000E_RCTL_FORMAT | (runs && dev->rx.set_up ? 0 : E1000E_RCTL_EN);
    return offset == E1000E_TCTL && !(runs && dev->tx.set_up) ? E1000E_TCTL_EN : 0;
}

int e1000e_modify(const struct e1000e_dev *dev, uint32_t offset, uint32_t zeros, uint32_t ones)
{
    bool shapes = offset == E1000E_RCTL && dev->rx.set_up;
    uint32_t format = shapes ? e1000e_receive_format(dev) : 0;
    int result = ir_reg_modify(&dev->base.transport->bars[0], offset, zeros | own_bits(dev, offset),
                               ones | format);

    if (result != 0)
        return result;
    /*@ ghost e1000e_card_modify(offset, zeros, ones); */
    return 0;
}

int e1000e_fill(const struct e1000e_dev *dev, uint32_t first, uint32_t count, uint32_t value)
{
    /*@ loop invariant 0 <= i <= count;
        loop assigns i;
        loop variant count - i;
    */
    for (uint32_t i = 0; i < count; i++) {
        int result;

        /*@ assert legal: write_legal(first + 4 * i, value); */
        result = e1000e_write(dev, first + 4 * i, value);
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
static int note_absence(struct e1000e_dev *dev, int result)
{
    if (result == -ENODEV)
        dev->trouble = "the card does not answer (all registers read as ones)";
    return result;
}

int e1000e_present(struct e1000e_dev *dev)
{
    return note_absence(dev, ir_wait_present(dev->base.transport, E1000E_STATUS));
}

int e1000e_wait_until(struct e1000e_dev *dev, uint32_t offset, uint32_t mask, uint32_t value,
                      uint32_t limit, const char *trouble)
{
    int result = ir_wait_until(dev->base.transport, offset, mask, value, limit, E1000E_STATUS);

    if (result == -ETIMEDOUT)
        dev->trouble = trouble;
    if (result != 0)
        return note_absence(dev, result);
    /*@ ghost e1000e_card_see(offset, mask, value, result); */
    return 0;
}
