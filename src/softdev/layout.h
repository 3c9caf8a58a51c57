/* SPDX-License-Identifier: MIT
 *
 * The numbers of the virtio specification, as the device's side needs them (virtio 1.3, sections 2,
 * 4.1 and 5.1).
 */
#ifndef IRONRING_SOFTDEV_LAYOUT_H
#define IRONRING_SOFTDEV_LAYOUT_H

#include <stdint.h>

#define SOFT_VENDOR        0x1af4u
#define SOFT_DEVICE_MODERN 0x1041u
#define SOFT_DEVICE_LEGACY 0x1000u /* of a transitional device as well */

/* device_status */
#define SOFT_ACKNOWLEDGE 0x01u
#define SOFT_DRIVER      0x02u
#define SOFT_DRIVER_OK   0x04u
#define SOFT_FEATURES_OK 0x08u
#define SOFT_NEEDS_RESET 0x40u
#define SOFT_FAILED      0x80u

/* Interrupt status */
#define SOFT_ISR_QUEUE  0x01u
#define SOFT_ISR_CONFIG 0x02u

#define SOFT_NO_VECTOR 0xffffu

/* Features */
#define SOFT_F_CSUM            (UINT64_C(1) << 0)
#define SOFT_F_MTU             (UINT64_C(1) << 3)
#define SOFT_F_MAC             (UINT64_C(1) << 5)
#define SOFT_F_MRG_RXBUF       (UINT64_C(1) << 15)
#define SOFT_F_STATUS          (UINT64_C(1) << 16)
#define SOFT_F_CTRL_VQ         (UINT64_C(1) << 17)
#define SOFT_F_CTRL_RX         (UINT64_C(1) << 18)
#define SOFT_F_CTRL_VLAN       (UINT64_C(1) << 19)
#define SOFT_F_CTRL_RX_EXTRA   (UINT64_C(1) << 20)
#define SOFT_F_GUEST_ANNOUNCE  (UINT64_C(1) << 21)
#define SOFT_F_MQ              (UINT64_C(1) << 22)
#define SOFT_F_CTRL_MAC_ADDR   (UINT64_C(1) << 23)
#define SOFT_F_ANY_LAYOUT      (UINT64_C(1) << 27)
#define SOFT_F_INDIRECT        (UINT64_C(1) << 28)
#define SOFT_F_EVENT_IDX       (UINT64_C(1) << 29)
#define SOFT_F_VERSION_1       (UINT64_C(1) << 32)
#define SOFT_F_ACCESS_PLATFORM (UINT64_C(1) << 33)
#define SOFT_F_RING_PACKED     (UINT64_C(1) << 34)
#define SOFT_F_IN_ORDER        (UINT64_C(1) << 35)
#define SOFT_F_SPEED_DUPLEX    (UINT64_C(1) << 63)

/* Device configuration of a network device */
#define SOFT_NET_MAC        0u
#define SOFT_NET_STATUS     6u
#define SOFT_NET_PAIRS      8u
#define SOFT_NET_MTU        10u
#define SOFT_NET_SPEED      12u
#define SOFT_NET_DUPLEX     16u
#define SOFT_NET_RSS_KEY    17u
#define SOFT_NET_RSS_LENGTH 18u
#define SOFT_NET_HASHES     20u
#define SOFT_NET_BYTES      24u
#define SOFT_NET_LINK_UP    1u /* of its status */
#define SOFT_NET_HEADER     12u
#define SOFT_NET_HEADER_L   10u /* legacy without MRG_RXBUF */
#define SOFT_NET_BUFFERS    10u /* offset of num_buffers in the header */

/* Rings */
#define SOFT_RING_MAX       32768u
#define SOFT_DESC_BYTES     16u
#define SOFT_DESC_NEXT      0x0001u
#define SOFT_DESC_WRITE     0x0002u
#define SOFT_DESC_INDIRECT  0x0004u
#define SOFT_DESC_AVAIL     0x0080u /* packed rings only, as is the next */
#define SOFT_DESC_USED      0x8000u
#define SOFT_NO_INTERRUPT   0x0001u /* flags of the available ring */
#define SOFT_NO_NOTIFY      0x0001u /* flags of the used ring */
#define SOFT_EVENT_ENABLE   0u      /* packed: flags of an event suppression structure */
#define SOFT_EVENT_DISABLE  1u
#define SOFT_EVENT_SPECIFIC 2u
#define SOFT_LEGACY_PAGE    4096u /* unit of a legacy ring's place; its used ring begins one */

/* Control queue: class and command */
#define SOFT_CTRL_RX          0u
#define SOFT_CTRL_RX_PROMISC  0u
#define SOFT_CTRL_RX_ALLMULTI 1u
#define SOFT_CTRL_MAC         1u
#define SOFT_CTRL_MAC_TABLE   0u
#define SOFT_CTRL_MAC_ADDR    1u
#define SOFT_CTRL_MQ          4u
#define SOFT_CTRL_MQ_PAIRS    0u
#define SOFT_CTRL_ACK_OK      0u
#define SOFT_CTRL_ACK_ERROR   1u

#endif
