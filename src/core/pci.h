/* SPDX-License-Identifier: MIT
 *
 * The part of PCI configuration space that is the same for each device.
 */
#ifndef IRONRING_CORE_PCI_H
#define IRONRING_CORE_PCI_H

#include <stdbool.h>

#include "core/transport.h"

#define PCI_COMMAND            0x04u
#define PCI_COMMAND_IO         0x0001u
#define PCI_COMMAND_MEMORY     0x0002u
#define PCI_COMMAND_BUS_MASTER 0x0004u
#define PCI_COMMAND_INTX_OFF   0x0400u

/* Let the device answer in its BARs and read and write memory, without interrupts by pin; or stop it
 * from reading and writing (PCI 3.0, 6.2.2). Errors: what the access to configuration space answers. */
/*@ requires \valid_read(transport);
    assigns \nothing;
    ensures \result <= 0;
*/
int ir_pci_bus_master(struct ir_transport *transport, bool on);

#endif
