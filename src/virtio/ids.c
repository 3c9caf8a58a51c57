/* SPDX-License-Identifier: MIT
 *
 * The PCI ids that the driver is for.
 */
#include "virtio/spec.h"
#include "virtio/virtio.h"

bool virtio_supports(uint16_t vendor, uint16_t device)
{
    return vendor == VIRTIO_PCI_VENDOR &&
           (device == VIRTIO_PCI_NET || device == VIRTIO_PCI_NET_TRANSITIONAL);
}
