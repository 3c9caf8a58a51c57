/* SPDX-License-Identifier: MIT
 *
 * The PHY on the chip, as far as it matters: its registers belong to the driver or to the firmware (section
 * 4.6, EXTCNF_CTRL), and a driver before this one may have turned it off, as Linux does when an
 * interface goes down. Everything else is negotiated without anybody's help.
 */
#include <errno.h>

#include "e1000e/e1000e.h"

#define LIMIT_OWN  20000u  /* microseconds; Linux asks ten times, 2 ms apart */
#define LIMIT_MDIC 100000u /* a transfer takes 64 us */

int e1000e_phy_own(struct e1000e_dev *dev, bool *owned)
{
    int result = e1000e_modify(dev, E1000E_EXTCNF_CTRL, 0, E1000E_EXTCNF_CTRL_MDIO_SW);

    /* The bit stays 0 while it is the firmware's turn. */
    if (result == 0)
        result = e1000e_wait_until(dev, E1000E_EXTCNF_CTRL, E1000E_EXTCNF_CTRL_MDIO_SW,
                                   E1000E_EXTCNF_CTRL_MDIO_SW, LIMIT_OWN,
                                   "the card's firmware keeps the PHY (EXTCNF_CTRL)");
    *owned = result == 0;
    return result == -ETIMEDOUT ? 0 : result;
}

int e1000e_phy_release(struct e1000e_dev *dev)
{
    return e1000e_modify(dev, E1000E_EXTCNF_CTRL, E1000E_EXTCNF_CTRL_MDIO_SW, 0);
}

/* One transfer over MDIO (10.2.2, MDIC). */
/*@ requires dev_window(dev) && card.resetting == 0 && command < E1000E_MDIC_READY;
    requires \valid(answer) && \separated(answer, dev, dev->base.transport);
    assigns card, *answer;
    assigns dev->trouble \from \nothing;
    ensures wait_answer(\result);
    ensures card_same{Pre, Post};
    ensures \result == 0 ==> *answer <= 65535;
*/
static int transfer(struct e1000e_dev *dev, uint32_t command, uint32_t *answer)
{
    int result = e1000e_write(dev, E1000E_MDIC, command + E1000E_MDIC_PHY);

    *answer = 0;
    if (result == 0)
        result = e1000e_wait_until(dev, E1000E_MDIC, E1000E_MDIC_READY, E1000E_MDIC_READY,
                                   LIMIT_MDIC, "the card's PHY does not answer (MDIC)");
    if (result == 0)
        result = e1000e_read(dev, E1000E_MDIC, answer);
    *answer %= 65536u;
    return result;
}

/*@ requires dev_window(dev) && card.resetting == 0;
    assigns card;
    assigns dev->trouble \from \nothing;
    ensures wait_answer(\result);
    ensures card_same{Pre, Post};
*/
static int power_up(struct e1000e_dev *dev)
{
    uint32_t control;
    uint32_t done;
    int result =
        transfer(dev, E1000E_MDIC_READ + E1000E_MDIC_REGISTER(E1000E_PHY_CONTROL), &control);

    if (result != 0 || (control & E1000E_PHY_CONTROL_OFF) == 0)
        return result;
    control = E1000E_PHY_CONTROL_AUTO + E1000E_PHY_CONTROL_RESTART;
    return transfer(dev, E1000E_MDIC_WRITE + E1000E_MDIC_REGISTER(E1000E_PHY_CONTROL) + control,
                    &done);
}

int e1000e_phy_wake(struct e1000e_dev *dev)
{
    bool owned;
    int result = e1000e_phy_own(dev, &owned);
    int released;

    if (result != 0 || !owned)
        return result;
    result = power_up(dev);
    released = e1000e_phy_release(dev);
    return result != 0 ? result : released;
}
