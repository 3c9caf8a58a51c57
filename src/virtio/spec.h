/* SPDX-License-Identifier: MIT
 *
 * Numbers of the virtio specification (1.2) that the driver uses, by the names they have there. The
 * sections are its sections.
 */
#ifndef IRONRING_VIRTIO_SPEC_H
#define IRONRING_VIRTIO_SPEC_H

/* PCI identity, 4.1.2 */
#define VIRTIO_PCI_VENDOR           0x1af4u
#define VIRTIO_PCI_NET_TRANSITIONAL 0x1000u
#define VIRTIO_PCI_NET              0x1041u

/* Device status, 2.1 */
#define VIRTIO_STATUS_ACKNOWLEDGE 0x01u
#define VIRTIO_STATUS_DRIVER      0x02u
#define VIRTIO_STATUS_DRIVER_OK   0x04u
#define VIRTIO_STATUS_FEATURES_OK 0x08u
#define VIRTIO_STATUS_NEEDS_RESET 0x40u
#define VIRTIO_STATUS_FAILED      0x80u
#define VIRTIO_STATUS_GONE        0xffu /* what a device that is no longer there reads as */

/* Feature bits, 5.1.3 and 6 */
#define VIRTIO_F_BIT(n)            (1ull << (n))
#define VIRTIO_NET_F_MTU           VIRTIO_F_BIT(3)
#define VIRTIO_NET_F_MAC           VIRTIO_F_BIT(5)
#define VIRTIO_NET_F_MRG_RXBUF     VIRTIO_F_BIT(15)
#define VIRTIO_NET_F_STATUS        VIRTIO_F_BIT(16)
#define VIRTIO_NET_F_CTRL_VQ       VIRTIO_F_BIT(17)
#define VIRTIO_NET_F_CTRL_RX       VIRTIO_F_BIT(18)
#define VIRTIO_NET_F_MQ            VIRTIO_F_BIT(22)
#define VIRTIO_NET_F_CTRL_MAC_ADDR VIRTIO_F_BIT(23)
#define VIRTIO_F_ANY_LAYOUT        VIRTIO_F_BIT(27) /* legacy; the others have it always */
#define VIRTIO_F_EVENT_IDX         VIRTIO_F_BIT(29)
#define VIRTIO_F_VERSION_1         VIRTIO_F_BIT(32)
#define VIRTIO_F_ACCESS_PLATFORM   VIRTIO_F_BIT(33)
#define VIRTIO_F_RING_PACKED       VIRTIO_F_BIT(34)
#define VIRTIO_F_IN_ORDER          VIRTIO_F_BIT(35)

/* Descriptors, 2.7.5 and 2.8.13: flags */
#define VIRTQ_DESC_F_NEXT  1u
#define VIRTQ_DESC_F_WRITE 2u
#define VIRTQ_DESC_F_AVAIL 0x0080u /* packed */
#define VIRTQ_DESC_F_USED  0x8000u /* packed */

/* Event suppression: flags of the split rings (2.7.7, 2.7.10), and of the packed ones' structures
 * (2.8.14) */
#define VIRTQ_AVAIL_F_NO_INTERRUPT 1u
#define VIRTQ_USED_F_NO_NOTIFY     1u
#define VIRTQ_EVENT_F_ENABLE       0u
#define VIRTQ_EVENT_F_DISABLE      1u
#define VIRTQ_EVENT_F_DESC         2u

/* Network header, 5.1.6 */
#define VIRTIO_NET_HDR_BYTES        12u
#define VIRTIO_NET_HDR_LEGACY_BYTES 10u /* legacy without MRG_RXBUF */

#endif
