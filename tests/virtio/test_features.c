/* SPDX-License-Identifier: MIT
 *
 * Which features are accepted of those that a device offers, and which sets contradict themselves.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "virtio/features.h"

#define CONTROLLED (VIRTIO_NET_F_CTRL_RX | VIRTIO_NET_F_MQ | VIRTIO_NET_F_CTRL_MAC_ADDR)

static const uint64_t controlled[] = {VIRTIO_NET_F_CTRL_RX, VIRTIO_NET_F_MQ,
                                      VIRTIO_NET_F_CTRL_MAC_ADDR};

static int choose(uint64_t offered, uint32_t legacy, uint64_t *accepted, const char **trouble)
{
    *accepted = UINT64_MAX;
    *trouble = NULL;
    return virtio_choose_features(offered, legacy, accepted, trouble);
}

static void each_bit_by_itself_is_accepted_if_it_is_known(void **state)
{
    (void)state;
    for (uint32_t bit = 0; bit < 64u; bit++) {
        uint64_t feature = VIRTIO_F_BIT(bit);
        uint64_t known = feature & VIRTIO_FEATURES_KNOWN;
        uint64_t accepted;
        const char *trouble;

        if ((feature & CONTROLLED) != 0)
            continue;
        assert_int_equal(choose(feature | VIRTIO_F_VERSION_1, 0, &accepted, &trouble), 0);
        assert_int_equal(accepted, (known & ~VIRTIO_F_ANY_LAYOUT) | VIRTIO_F_VERSION_1);
        assert_int_equal(choose(feature, 1, &accepted, &trouble), 0);
        assert_int_equal(accepted, bit < 32u ? known : 0);
        assert_null(trouble);
    }
}

static void what_is_of_no_use_or_lets_frames_be_incomplete_is_never_accepted(void **state)
{
    static const uint32_t never[] = {0,  1,  2,  7,  8,  9,  10, 11, 12, 13, 14, 19, 20, 21, 24,
                                     28, 36, 37, 38, 39, 40, 41, 43, 53, 57, 59, 60, 61, 62, 63};
    uint64_t accepted;
    const char *trouble;

    (void)state;
    assert_int_equal(choose(UINT64_MAX, 0, &accepted, &trouble), 0);
    for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++)
        assert_int_equal(accepted & VIRTIO_F_BIT(never[i]), 0);
    assert_int_equal(accepted, VIRTIO_FEATURES_KNOWN & ~VIRTIO_F_ANY_LAYOUT);
    assert_int_equal(choose(UINT64_MAX, 1, &accepted, &trouble), 0);
    assert_int_equal(accepted, VIRTIO_FEATURES_KNOWN & UINT32_MAX);
}

static void modern_device_must_offer_version_1(void **state)
{
    uint64_t accepted;
    const char *trouble;

    (void)state;
    assert_int_equal(choose(0, 0, &accepted, &trouble), -ENOTSUP);
    assert_non_null(strstr(trouble, "VERSION_1"));
    assert_int_equal(choose(~VIRTIO_F_VERSION_1, 0, &accepted, &trouble), -ENOTSUP);
    assert_int_equal(choose(~VIRTIO_F_VERSION_1, 1, &accepted, &trouble), 0);
    assert_int_equal(choose(0, 1, &accepted, &trouble), 0);
    assert_int_equal(accepted, 0);
}

static void what_needs_the_control_queue_must_come_with_it(void **state)
{
    static const char *const names[] = {"CTRL_RX", "MQ", "CTRL_MAC_ADDR"};

    (void)state;
    for (uint32_t legacy = 0; legacy < 2u; legacy++) {
        uint64_t base = legacy != 0 ? 0 : VIRTIO_F_VERSION_1;

        for (size_t i = 0; i < sizeof(controlled) / sizeof(controlled[0]); i++) {
            uint64_t with = base | controlled[i] | VIRTIO_NET_F_CTRL_VQ;
            uint64_t accepted;
            const char *trouble;

            assert_int_equal(choose(base | controlled[i], legacy, &accepted, &trouble), -EPROTO);
            assert_non_null(strstr(trouble, names[i]));
            assert_int_equal(choose(with, legacy, &accepted, &trouble), 0);
            assert_int_equal(accepted, with);
        }
    }
}

static void one_bit_is_found_among_all(void **state)
{
    (void)state;
    for (uint32_t bit = 0; bit < 64u; bit++) {
        assert_int_equal(virtio_has(VIRTIO_F_BIT(bit), VIRTIO_F_BIT(bit)), 1);
        assert_int_equal(virtio_has(~VIRTIO_F_BIT(bit), VIRTIO_F_BIT(bit)), 0);
        assert_int_equal(virtio_has(UINT64_MAX, VIRTIO_F_BIT(bit)), 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_bit_by_itself_is_accepted_if_it_is_known),
        cmocka_unit_test(what_is_of_no_use_or_lets_frames_be_incomplete_is_never_accepted),
        cmocka_unit_test(modern_device_must_offer_version_1),
        cmocka_unit_test(what_needs_the_control_queue_must_come_with_it),
        cmocka_unit_test(one_bit_is_found_among_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
