/* SPDX-License-Identifier: MIT
 *
 * The choice of features.
 */
#include "virtio/features.h"

#include <errno.h>
#include <stddef.h>

/* What the control queue is needed for, or NULL when the set has nothing that needs it. */
/*@ assigns \nothing;
    ensures \result == \null ==> !has(features, VIRTIO_NET_F_CTRL_RX) && !has(features, VIRTIO_NET_F_MQ) &&
        !has(features, VIRTIO_NET_F_CTRL_MAC_ADDR);
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

int virtio_choose_features(uint64_t offered, uint32_t legacy, uint64_t *accepted,
                           const char **trouble)
{
    const char *contradiction = NULL;

    *accepted = offered & VIRTIO_FEATURES_KNOWN;
    if (legacy != 0u)
        *accepted = *accepted % 4294967296u; /* there are no others (4.1.4.10) */
    else
        *accepted = *accepted & ~VIRTIO_F_ANY_LAYOUT; /* reserved (6.3) */
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
