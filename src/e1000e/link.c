/* SPDX-License-Identifier: MIT
 *
 * The link: started once, then only observed.
 */
#include "e1000e/e1000e.h"

/* Speed and duplex are what the PHY negotiates. */
int e1000e_link_start(struct e1000e_dev *dev)
{
    return e1000e_modify(dev, E1000E_CTRL,
                         E1000E_CTRL_FRCSPD + E1000E_CTRL_FRCDPLX + E1000E_CTRL_RESERVED +
                             E1000E_CTRL_VME,
                         E1000E_CTRL_SLU);
}

int e1000e_link(struct e1000e_dev *dev, struct ir_link *link)
{
    uint32_t status;
    int result = e1000e_present(dev);

    if (result == 0)
        result = e1000e_read(dev, E1000E_STATUS, &status);
    if (result != 0)
        return result;
    link->up = (status & E1000E_STATUS_LU) != 0;
    link->speed_mbps = 0;
    if (!link->up)
        return 0;
    switch (E1000E_STATUS_SPEED(status)) {
    case 0:
        link->speed_mbps = 10;
        break;
    case 1:
        link->speed_mbps = 100;
        break;
    default:
        link->speed_mbps = 1000;
        break;
    }
    return 0;
}
