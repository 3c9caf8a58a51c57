/* SPDX-License-Identifier: MIT
 *
 * Which of the features that a device offers are accepted (5.1.3, 6). As few as can be: each is
 * more of the device's word to rely on.
 */
#ifndef IRONRING_VIRTIO_FEATURES_H
#define IRONRING_VIRTIO_FEATURES_H

#include <stdint.h>

#include "virtio/spec.h"

/* All that may be accepted. Not among them: what lets a device send frames that are not whole
 * (checksum and segmentation offloads), descriptor tables outside of the ring (INDIRECT_DESC), and
 * what is of no use to a driver that polls. */
#define VIRTIO_FEATURES_KNOWN                                                                      \
    (VIRTIO_NET_F_MTU | VIRTIO_NET_F_MAC | VIRTIO_NET_F_MRG_RXBUF | VIRTIO_NET_F_STATUS |          \
     VIRTIO_NET_F_CTRL_VQ | VIRTIO_NET_F_CTRL_RX | VIRTIO_NET_F_MQ | VIRTIO_NET_F_CTRL_MAC_ADDR |  \
     VIRTIO_F_ANY_LAYOUT | VIRTIO_F_EVENT_IDX | VIRTIO_F_VERSION_1 | VIRTIO_F_ACCESS_PLATFORM |    \
     VIRTIO_F_RING_PACKED | VIRTIO_F_IN_ORDER)

/*@ predicate has(integer features, integer feature) = features / feature % 2 == 1; */

/* 1 when the set has the feature, which is one bit. */
/*@ requires feature > 0;
    assigns \nothing;
    ensures \result == 0 || \result == 1;
    ensures \result == 1 <==> has(features, feature);
*/
static inline uint32_t virtio_has(uint64_t features, uint64_t feature)
{
    return (uint32_t)(features / feature % 2u);
}

/* Choose among what is offered. *accepted is what the driver writes back. Returns 0, or -ENOTSUP
 * for a modern device that does not offer VERSION_1, or -EPROTO for a set that contradicts itself
 * (5.1.3.1); *trouble says why. */
/*@ requires \valid(accepted) && \valid(trouble) && \separated(accepted, trouble);
    assigns *accepted;
    assigns *trouble \from \nothing;
    ensures \result == 0 || \result == -95 || \result == -71;
    ensures subset: \result == 0 ==> (*accepted & offered) == *accepted;
    ensures known: \result == 0 ==> (*accepted & VIRTIO_FEATURES_KNOWN) == *accepted;
    ensures version: \result == 0 && legacy == 0 ==> has(offered, VIRTIO_F_VERSION_1);
    ensures control: \result == 0 && !has(offered, VIRTIO_NET_F_CTRL_VQ) ==>
        !has(offered, VIRTIO_NET_F_CTRL_RX) && !has(offered, VIRTIO_NET_F_MQ) &&
        !has(offered, VIRTIO_NET_F_CTRL_MAC_ADDR);
    ensures legacy_half: \result == 0 && legacy != 0 ==> *accepted <= 4294967295;
*/
int virtio_choose_features(uint64_t offered, uint32_t legacy, uint64_t *accepted,
                           const char **trouble);

#endif
