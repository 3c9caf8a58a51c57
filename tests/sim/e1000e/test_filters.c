/* SPDX-License-Identifier: MIT
 *
 * Which frames pass the 82574: addresses, multicast table, VLAN table.
 */
#include <string.h>

#include "bench.h"

static const uint8_t own[IR_MAC_LENGTH] = {0x02, 0x11, 0x22, 0x33, 0x44, 0x55};
static const uint8_t other[IR_MAC_LENGTH] = {0x02, 0x11, 0x22, 0x33, 0x44, 0x56};
static const uint8_t broadcast[IR_MAC_LENGTH] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
static const uint8_t multicast[IR_MAC_LENGTH] = {0x01, 0x00, 0x5e, 0x00, 0x12, 0x34};

static void start(struct rig *rig, uint32_t rctl)
{
    bench_open(rig, CARD ",mac=02:11:22:33:44:55");
    bench_receive(rig, E_RCTL_SECRC | rctl, true, RIG_RING - 1u);
}

/* Whether a frame to this address is received. */
static int received(struct rig *rig, const uint8_t *mac)
{
    uint8_t frame[60] = {0};

    memcpy(frame, mac, IR_MAC_LENGTH);
    assert_int_equal(ir_sim_put(&rig->dev, frame, sizeof(frame)), 0);
    return rig_step(rig);
}

static void by_default_only_the_own_address_passes(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig, 0);
    assert_int_equal(received(&rig, own), 1);
    assert_int_equal(received(&rig, other), 0);
    assert_int_equal(received(&rig, broadcast), 0);
    assert_int_equal(received(&rig, multicast), 0);
    rig_close(&rig);
}

static void bam_lets_broadcast_pass(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig, E_RCTL_BAM);
    assert_int_equal(received(&rig, broadcast), 1);
    assert_int_equal(received(&rig, multicast), 0);
    assert_int_equal(received(&rig, other), 0);
    rig_close(&rig);
}

static void mpe_lets_multicast_pass(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig, E_RCTL_MPE);
    assert_int_equal(received(&rig, multicast), 1);
    assert_int_equal(received(&rig, other), 0);
    rig_close(&rig);
}

static void upe_lets_unicast_pass(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig, E_RCTL_UPE);
    assert_int_equal(received(&rig, other), 1);
    assert_int_equal(received(&rig, multicast), 0);
    rig_close(&rig);
}

static void the_last_of_16_addresses_passes(void **state)
{
    struct rig rig;
    uint32_t last = E_RAL + 8u * (E_RAR_COUNT - 1u);

    (void)state;
    start(&rig, 0);
    rig_write(&rig, last, 0x33221102);
    rig_write(&rig, last + 4, 0x5644);
    assert_int_equal(received(&rig, other), 0); /* without AV it is none */
    rig_write(&rig, last + 4, 0x5644 | E_RAH_AV);
    assert_int_equal(received(&rig, other), 1);
    rig_write(&rig, last + 4, 0x5644 | E_RAH_AV | 1u << 16);
    assert_int_equal(received(&rig, other), 0); /* that is one for the source */
    rig_close(&rig);
}

/* MO names 12 bits of the last two bytes, which here are 0x3412. */
static void the_multicast_table_is_in_use_always(void **state)
{
    static const uint32_t vectors[] = {0x341, 0x682, 0xd04, 0x412};

    (void)state;
    for (uint32_t mo = 0; mo < 4; mo++) {
        uint32_t word = E_MTA + 4u * (vectors[mo] / 32u);
        struct rig rig;

        start(&rig, mo << 12);
        assert_int_equal(received(&rig, multicast), 0);
        rig_write(&rig, word, 1u << vectors[mo] % 32u);
        assert_int_equal(received(&rig, multicast), 1);
        assert_int_equal(received(&rig, broadcast), 0);
        rig_close(&rig);
    }
}

static void vfe_takes_only_tags_of_the_table(void **state)
{
    struct rig rig;
    uint8_t frame[60] = {0x02, 0x11, 0x22, 0x33, 0x44, 0x55, 0, 0, 0, 0, 0, 0, 0x81, 0, 0x01, 0x23};

    (void)state;
    start(&rig, E_RCTL_VFE);
    assert_int_equal(received(&rig, own), 1); /* it has no tag */
    assert_int_equal(ir_sim_put(&rig.dev, frame, sizeof(frame)), 0);
    assert_int_equal(rig_step(&rig), 0);
    rig_write(&rig, E_VFTA + 4u * (0x123 / 32u), 1u << 0x123 % 32u);
    assert_int_equal(ir_sim_put(&rig.dev, frame, sizeof(frame)), 0);
    assert_int_equal(rig_step(&rig), 1);
    rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_default_only_the_own_address_passes),
        cmocka_unit_test(bam_lets_broadcast_pass),
        cmocka_unit_test(mpe_lets_multicast_pass),
        cmocka_unit_test(upe_lets_unicast_pass),
        cmocka_unit_test(the_last_of_16_addresses_passes),
        cmocka_unit_test(the_multicast_table_is_in_use_always),
        cmocka_unit_test(vfe_takes_only_tags_of_the_table),
    };

    return RIG_MAIN(tests);
}
