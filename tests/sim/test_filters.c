/* SPDX-License-Identifier: MIT
 *
 * Which frames pass: addresses, multicast table, VLAN table.
 */
#include <string.h>

#include "rig.h"

static const uint8_t own[IR_MAC_LENGTH] = {0x02, 0x11, 0x22, 0x33, 0x44, 0x55};
static const uint8_t other[IR_MAC_LENGTH] = {0x02, 0x11, 0x22, 0x33, 0x44, 0x56};
static const uint8_t broadcast[IR_MAC_LENGTH] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
static const uint8_t multicast[IR_MAC_LENGTH] = {0x01, 0x00, 0x5e, 0x00, 0x12, 0x34};

static void start(struct rig *rig, uint32_t fctrl)
{
    rig_open(rig, "82599,mode=step,wire=memory,mac=02:11:22:33:44:55");
    rig_start(rig);
    rig_receive(rig, false);
    rig_write(rig, R_FCTRL, fctrl);
    rig_receive(rig, true);
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
    start(&rig, FCTRL_BAM);
    assert_int_equal(received(&rig, broadcast), 1);
    assert_int_equal(received(&rig, multicast), 0);
    assert_int_equal(received(&rig, other), 0);
    rig_close(&rig);
}

static void mpe_lets_multicast_pass(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig, FCTRL_MPE);
    assert_int_equal(received(&rig, multicast), 1);
    assert_int_equal(received(&rig, other), 0);
    rig_close(&rig);
}

static void upe_lets_unicast_pass(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig, FCTRL_UPE);
    assert_int_equal(received(&rig, other), 1);
    assert_int_equal(received(&rig, multicast), 0);
    rig_close(&rig);
}

static void an_address_without_av_matches_nothing(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig, 0);
    rig_write(&rig, R_RAL + 4, rig_read(&rig, R_RAL + 4) & ~RAH_AV);
    assert_int_equal(received(&rig, own), 0);
    rig_close(&rig);
}

static void any_of_the_128_addresses_matches(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig, 0);
    rig_write(&rig, R_RAL + 8 * 127, 0x33221102);
    rig_write(&rig, R_RAL + 8 * 127 + 4, 0x80005644);
    assert_int_equal(received(&rig, other), 1);
    rig_close(&rig);
}

/* Bits 47:36 of 01:00:5e:00:12:34: 0x341. */
static void the_multicast_table_matches_twelve_bits(void **state)
{
    struct rig rig;
    uint8_t neighbour[IR_MAC_LENGTH];

    (void)state;
    start(&rig, 0);
    memcpy(neighbour, multicast, sizeof(neighbour));
    neighbour[5] = 0x35;
    rig_write(&rig, R_MTA + 4 * (0x341 / 32), 1u << (0x341 % 32));
    assert_int_equal(received(&rig, multicast), 0);
    rig_write(&rig, R_MCSTCTRL, MCSTCTRL_MFE);
    assert_int_equal(received(&rig, multicast), 1);
    assert_int_equal(received(&rig, neighbour), 0);
    rig_close(&rig);
}

/* With MO = 3 bits 43:32: 0x412. */
static void mo_chooses_other_bits_of_the_address(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig, 0);
    rig_write(&rig, R_MTA + 4 * (0x412 / 32), 1u << (0x412 % 32));
    rig_write(&rig, R_MCSTCTRL, MCSTCTRL_MFE);
    assert_int_equal(received(&rig, multicast), 0);
    rig_write(&rig, R_MCSTCTRL, MCSTCTRL_MFE | 3u);
    assert_int_equal(received(&rig, multicast), 1);
    rig_close(&rig);
}

static void with_vfe_only_known_vlans_pass(void **state)
{
    struct rig rig;
    uint8_t frame[64] = {0};

    (void)state;
    start(&rig, 0);
    memcpy(frame, own, sizeof(own));
    frame[12] = 0x81;
    frame[14] = 0x20; /* priority 1 */
    frame[15] = 0x41; /* VLAN 65 */
    rig_write(&rig, R_VLNCTRL, 0x8100 | VLNCTRL_VFE);
    assert_int_equal(ir_sim_put(&rig.dev, frame, sizeof(frame)), 0);
    assert_int_equal(rig_step(&rig), 0);
    rig_write(&rig, R_VFTA + 4 * 2, 1u << 1);
    assert_int_equal(ir_sim_put(&rig.dev, frame, sizeof(frame)), 0);
    assert_int_equal(rig_step(&rig), 1);
    assert_int_equal(received(&rig, own), 1);
    rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_default_only_the_own_address_passes),
        cmocka_unit_test(bam_lets_broadcast_pass),
        cmocka_unit_test(mpe_lets_multicast_pass),
        cmocka_unit_test(upe_lets_unicast_pass),
        cmocka_unit_test(an_address_without_av_matches_nothing),
        cmocka_unit_test(any_of_the_128_addresses_matches),
        cmocka_unit_test(the_multicast_table_matches_twelve_bits),
        cmocka_unit_test(mo_chooses_other_bits_of_the_address),
        cmocka_unit_test(with_vfe_only_known_vlans_pass),
    };

    return RIG_MAIN(tests);
}
