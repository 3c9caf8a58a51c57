/* SPDX-License-Identifier: MIT
 *
 * PCI configuration space: who the card is, where its registers are, and what can be written.
 */
#include "rig.h"

#define CAP_POINTER 0x34u

static uint32_t space(const struct rig *rig, uint32_t offset, uint32_t width)
{
    uint32_t value = 0;

    assert_int_equal(rig->transport->ops->config_read(rig->transport, offset, width, &value), 0);
    return value;
}

/* Place of the capability of this type, or 0. */
static uint32_t find_capability(const struct rig *rig, uint32_t type)
{
    uint32_t at = space(rig, CAP_POINTER, 1);

    while (at != 0 && space(rig, at + 3u, 1) != type) {
        assert_int_equal(space(rig, at, 1), 0x09);
        at = space(rig, at + 1u, 1);
    }
    return at;
}

static void the_identity_says_what_the_card_is(void **state)
{
    static const struct {
        const char *arguments;
        uint32_t device;
        uint32_t revision;
        uint32_t modern;
        uint32_t legacy;
    } cards[] = {
        {"", 0x1041u, 1, SOFT_MODERN_BYTES, 0},
        {"transport=legacy", 0x1000u, 0, 0, SOFT_LEGACY_BYTES},
        {"transport=transitional", 0x1000u, 0, SOFT_MODERN_BYTES, SOFT_LEGACY_BYTES},
        {"device=1af5", 0x1af5u, 1, SOFT_MODERN_BYTES, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cards) / sizeof(cards[0]); i++) {
        struct rig rig;

        rig_open(&rig, cards[i].arguments);
        assert_int_equal(space(&rig, 0, 2), 0x1af4);
        assert_int_equal(space(&rig, 2, 2), cards[i].device);
        assert_int_equal(rig.transport->vendor, 0x1af4);
        assert_int_equal(rig.transport->device, cards[i].device);
        assert_int_equal(space(&rig, 8, 1), cards[i].revision);
        assert_int_equal(space(&rig, 10, 2), 0x0200);
        assert_int_equal(rig.transport->bars[4].size, cards[i].modern);
        assert_int_equal(rig.transport->bars[0].size, cards[i].legacy);
        assert_int_equal(space(&rig, CAP_POINTER, 1) != 0, cards[i].modern != 0);
        rig_close(&rig);
    }
}

static void the_capabilities_lie_in_their_window(void **state)
{
    static const uint32_t least[5] = {0, 60, 14, 1, 24};
    struct rig rig;

    (void)state;
    rig_open(&rig, "pairs=3");
    for (uint32_t type = 1; type <= 4u; type++) {
        uint32_t at = find_capability(&rig, type);

        assert_int_not_equal(at, 0);
        assert_int_equal(space(&rig, at + 4u, 1), 4);
        assert_true(space(&rig, at + 12u, 4) >= least[type]);
        assert_true(space(&rig, at + 8u, 4) + space(&rig, at + 12u, 4) <= SOFT_MODERN_BYTES);
    }
    assert_int_equal(space(&rig, find_capability(&rig, 2) + 16u, 4), SOFT_NOTIFY_STEP);
    rig_close(&rig);
}

static void registers_can_be_reached_from_configuration_space(void **state)
{
    const struct ir_transport_ops *ops;
    struct rig rig;
    uint32_t at;

    (void)state;
    rig_open(&rig, "");
    ops = rig.transport->ops;
    at = find_capability(&rig, 5);
    assert_int_not_equal(at, 0);
    assert_int_equal(ops->config_write(rig.transport, at + 4u, 1, 4), 0);
    assert_int_equal(ops->config_write(rig.transport, at + 8u, 4, R_STATUS), 0);
    assert_int_equal(ops->config_write(rig.transport, at + 12u, 4, 1), 0);
    assert_int_equal(ops->config_write(rig.transport, at + 16u, 1, SOFT_ACKNOWLEDGE), 0);
    assert_int_equal(rig_status(&rig), SOFT_ACKNOWLEDGE);
    assert_int_equal(space(&rig, at + 16u, 1), SOFT_ACKNOWLEDGE);
    /* Another width than was asked for, a window that is not there, a place beyond it. */
    assert_int_equal(space(&rig, at + 16u, 4), 0);
    assert_int_equal(ops->config_write(rig.transport, at + 4u, 1, 0), 0);
    assert_int_equal(space(&rig, at + 16u, 1), 0);
    assert_int_equal(ops->config_write(rig.transport, at + 4u, 1, 4), 0);
    assert_int_equal(ops->config_write(rig.transport, at + 8u, 4, UINT32_MAX), 0);
    assert_int_equal(space(&rig, at + 16u, 1), 0);
    assert_int_equal(rig_violations(&rig), 0);
    rig_close(&rig);
}

static void configuration_space_is_read_only_but_for_a_few_bits(void **state)
{
    struct rig rig;
    uint32_t value;

    (void)state;
    rig_open(&rig, "");
    for (uint32_t offset = 0; offset < 64u; offset += 4)
        assert_int_equal(rig.transport->ops->config_write(rig.transport, offset, 4, UINT32_MAX), 0);
    assert_int_equal(space(&rig, 0, 4), 0x10411af4);
    assert_int_equal(space(&rig, 4, 4), 0x00100407);
    assert_int_equal(space(&rig, 0x20, 4), 0x0c);
    assert_int_equal(rig.transport->ops->config_read(rig.transport, 255, 2, &value), -EINVAL);
    assert_int_equal(rig.transport->ops->config_read(rig.transport, 256, 1, &value), -EINVAL);
    assert_int_equal(rig.transport->ops->config_read(rig.transport, 0, 3, &value), -EINVAL);
    assert_int_equal(rig.transport->ops->config_write(rig.transport, 2, 4, 0), -EINVAL);
    rig_close(&rig);
}

static void a_window_that_is_not_decoded_answers_all_ones(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "");
    assert_int_equal(rig.transport->ops->config_write(rig.transport, 4, 2, 4), 0);
    rig_write(&rig, R_STATUS, 1, SOFT_ACKNOWLEDGE);
    assert_int_equal(rig_read(&rig, R_DEVICE_FEATURE, 4), IR_REG_GONE);
    assert_int_equal(rig.transport->ops->config_write(rig.transport, 4, 2, 2), 0);
    assert_int_equal(rig_status(&rig), 0);
    rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_identity_says_what_the_card_is),
        cmocka_unit_test(the_capabilities_lie_in_their_window),
        cmocka_unit_test(registers_can_be_reached_from_configuration_space),
        cmocka_unit_test(configuration_space_is_read_only_but_for_a_few_bits),
        cmocka_unit_test(a_window_that_is_not_decoded_answers_all_ones),
    };

    return RIG_MAIN(tests);
}
