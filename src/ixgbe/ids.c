/* SPDX-License-Identifier: MIT
 *
 * Which PCI functions the driver takes: physical functions of the 82599. Virtual functions have
 * another register layout; X540 and later need steps that this driver does not have.
 */
#include "ixgbe/ixgbe.h"

#define VENDOR_INTEL 0x8086u

bool ixgbe_supports(uint16_t vendor, uint16_t device)
{
    if (vendor != VENDOR_INTEL)
        return false;
    switch (device) {
    case 0x10f7: /* KX4 */
    case 0x10f8: /* combined backplane */
    case 0x10f9: /* CX4 */
    case 0x10fb: /* SFI/SFP+ */
    case 0x10fc: /* XAUI/BX4 */
    case 0x1507: /* SFP+, embedded module */
    case 0x1514: /* KX4, mezzanine */
    case 0x1517: /* KR */
    case 0x151c: /* 10GBASE-T */
    case 0x1529: /* SFP+, FCoE */
    case 0x152a: /* backplane, FCoE */
    case 0x154a: /* SFP+, four ports */
    case 0x154d: /* SFP+, second source */
    case 0x154f: /* LS */
    case 0x1557: /* SFP+, one port */
    case 0x1558: /* QSFP+ */
        return true;
    default:
        return false;
    }
}
