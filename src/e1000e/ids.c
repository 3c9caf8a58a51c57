/* SPDX-License-Identifier: MIT
 *
 * Which PCI functions the driver takes: the 82574. Others that Linux drives with the driver of this name
 * have another PHY, other errata and other semaphores.
 */
#include "e1000e/e1000e.h"

#define VENDOR_INTEL 0x8086u
#define DEVICE_82574 0x10d3u

bool e1000e_supports(uint16_t vendor, uint16_t device)
{
    return vendor == VENDOR_INTEL && device == DEVICE_82574;
}
