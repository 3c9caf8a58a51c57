/* SPDX-License-Identifier: MIT
 *
 * The choice of features.
 */
#include "virtio/features.h"

#include <errno.h>
#include <stddef.h>

/* What the control queue is needed for, or NULL when the set has nothing that needs it. */
/*@ assigns \result \from features;
    ensures \result == \null ==> !has(features, VIRTIO_NET_F_CTRL_RX) &&
        !has(features, VIRTIO_NET_F_MQ) && !has(features, VIRTIO_NET_F_CTRL_MAC_ADDR);
*/
static const char *needs_control(uint64_t features)
{
    if (virtio_has(features, VIRTIO_NET_F_CTRL_RX))
        return "it offers CTRL_RX without CTRL_VQ, which contradicts itself";
    if (virtio_has(features, VIRTIO_NET_F_MQ))
        return "it offers MQ without CTRL_VQ, which contradicts itself";
    if (virtio_has(features, VIRTIO_NET_F_CTRL_MAC_ADDR))
        return "it offers CTRL_MAC_ADDR without CTRL_VQ, which contradicts itself";
    return NULL;
}

/* What is accepted of an offer. A legacy device has no other features than those of bits 31:0
 * (4.1.4.10); ANY_LAYOUT is reserved in a modern one (6.3). */
/*@ assigns \nothing;
    ensures subset: (\result & offered) == \result;
    ensures known: (\result & VIRTIO_FEATURES_KNOWN) == \result;
    ensures legacy_half: legacy != 0 ==> \result <= 4294967295;
*/
static uint64_t acceptable(uint64_t offered, uint32_t legacy)
{
    if (legacy != 0u)
        return offered & (VIRTIO_FEATURES_KNOWN & 0xffffffffu);
    return offered & (VIRTIO_FEATURES_KNOWN & ~VIRTIO_F_ANY_LAYOUT);
}

int virtio_choose_features(uint64_t offered, uint32_t legacy, uint64_t *accepted,
                           const char **trouble)
{
    const char *contradiction = NULL;

    *accepted = acceptable(offered, legacy);
    if (legacy == 0u && !virtio_has(offered, VIRTIO_F_VERSION_1)) {
        *trouble = "it is a modern device and does not offer VERSION_1";
        return -ENOTSUP;
    }
    if (!virtio_has(offered, VIRTIO_NET_F_CTRL_VQ))
        contradiction = needs_control(offered);
    if (contradiction != NULL) {
        *trouble = contradiction;
        return -EPROTO;
    }
    return 0;
}
