/* SPDX-License-Identifier: MIT
 *
 * The link: started once, then only observed.
 */
#include "ixgbe/ixgbe.h"

/* The EEPROM has chosen the link mode that suits the board. It is kept (ixy forces serial 10G,
 * which suits SFP+ boards only) and negotiated afresh. */
int ixgbe_link_start(struct ixgbe_dev *dev)
{
    return ixgbe_modify(dev, IXGBE_AUTOC, 0, IXGBE_AUTOC_RESTART);
}

int ixgbe_link(struct ixgbe_dev *dev, struct ir_link *link)
{
    uint32_t links;
    int result = ixgbe_read(dev, IXGBE_LINKS, &links);

    if (result == 0 && links == IR_REG_GONE)
        result = ixgbe_present(dev);
    if (result != 0)
        return result;
    link->up = (links & IXGBE_LINKS_UP) != 0;
    link->speed_mbps = 0;
    if (!link->up)
        return 0;
    switch (IXGBE_LINKS_SPEED(links)) {
    case IXGBE_LINKS_SPEED_10G:
        link->speed_mbps = 10000;
        break;
    case IXGBE_LINKS_SPEED_1G:
        link->speed_mbps = 1000;
        break;
    case IXGBE_LINKS_SPEED_100M:
        link->speed_mbps = 100;
        break;
    default: /* reserved: no link that could be used */
        link->up = false;
        break;
    }
    return 0;
}
