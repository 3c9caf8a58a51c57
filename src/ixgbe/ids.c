/* SPDX-License-Identifier: MIT
 *
 * Which PCI functions the driver takes: physical functions of the 82599. Virtual functions have
 * another register layout; X540 and later need steps that this driver does not have.
 */
#include <stddef.h>

#include "ixgbe/ixgbe.h"

#define VENDOR_INTEL 0x8086u

static const uint16_t ids_82599[] = {
    0x10f7, /* KX4 */
    0x10f8, /* combined backplane */
    0x10f9, /* CX4 */
    0x10fb, /* SFI/SFP+ */
    0x10fc, /* XAUI/BX4 */
    0x1507, /* SFP+, embedded module */
    0x1514, /* KX4, mezzanine */
    0x1517, /* KR */
    0x151c, /* 10GBASE-T */
    0x1529, /* SFP+, FCoE */
    0x152a, /* backplane, FCoE */
    0x154a, /* SFP+, four ports */
    0x154d, /* SFP+, second source */
    0x154f, /* LS */
    0x1557, /* SFP+, one port */
    0x1558, /* QSFP+ */
};

bool ixgbe_supports(uint16_t vendor, uint16_t device)
{
    if (vendor != VENDOR_INTEL)
        return false;
    for (size_t i = 0; i < sizeof(ids_82599) / sizeof(ids_82599[0]); i++) {
        if (ids_82599[i] == device)
            return true;
    }
    return false;
}
