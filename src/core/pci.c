/* SPDX-License-Identifier: MIT
 *
 * The command register of a PCI function.
 */
#include "core/pci.h"

int ir_pci_bus_master(struct ir_transport *transport, bool on)
{
    uint32_t command;
    int result = ir_transport_config_read(transport, PCI_COMMAND, 2, &command);

    if (result != 0)
        return result;
    if (on)
        command |=
            PCI_COMMAND_IO | PCI_COMMAND_MEMORY | PCI_COMMAND_BUS_MASTER | PCI_COMMAND_INTX_OFF;
    else
        command &= ~PCI_COMMAND_BUS_MASTER;
    return ir_transport_config_write(transport, PCI_COMMAND, 2, command & 0xffffu);
}
