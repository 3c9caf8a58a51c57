/* SPDX-License-Identifier: MIT
 *
 * Frames that are received otherwise than as they came: too short, too long, with checksum,
 * without tag.
 */
#include "rig.h"

#define ARGUMENTS "82599,mode=step,wire=memory"

/* Advanced write-back. */
static uint32_t status(const struct rig *rig, uint32_t slot)
{
    return (uint32_t)(rig_rx(rig, slot)[1] & 0xfffffu);
}

static uint32_t errors(const struct rig *rig, uint32_t slot)
{
    return (uint32_t)(rig_rx(rig, slot)[1] & 0xfff00000u);
}

static uint32_t length(const struct rig *rig, uint32_t slot)
{
    return (uint32_t)(rig_rx(rig, slot)[1] >> 32 & 0xffffu);
}

static void a_runt_is_counted_and_not_received(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, ARGUMENTS);
    rig_start(&rig);
    rig_put(&rig, 59, 1);
    rig_put(&rig, 13, 1);
    assert_int_equal(rig_step(&rig), 0);
    assert_int_equal(rig_read(&rig, R_RUC), 2);
    assert_int_equal(rig_read(&rig, R_GPRC), 0);
    rig_close(&rig);
}

static void with_sbp_a_runt_is_received_with_its_error(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, ARGUMENTS);
    rig_start(&rig);
    rig_receive(&rig, false);
    rig_write(&rig, R_FCTRL, rig_read(&rig, R_FCTRL) | FCTRL_SBP);
    rig_receive(&rig, true);
    rig_put(&rig, 59, 1);
    assert_int_equal(rig_step(&rig), 1);
    assert_int_equal(errors(&rig, 0), 1u << 29);
    assert_int_equal(length(&rig, 0), 59);
    assert_int_equal(rig_read(&rig, R_RUC), 1);
    assert_int_equal(rig_read(&rig, R_GPRC), 0);
    rig_close(&rig);
}

static void a_legacy_descriptor_has_the_error_in_its_own_place(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, ARGUMENTS);
    rig_init(&rig);
    rig_write(&rig, R_FCTRL, rig_read(&rig, R_FCTRL) | FCTRL_SBP);
    rig_write(&rig, R_RX + Q_BAL, RIG_IOVA + RIG_RX_RING);
    rig_write(&rig, R_RX + Q_LEN, RIG_RING * 16u);
    rig_write(&rig, R_RX + Q_SRRCTL, 2);
    rig_write(&rig, R_RX + Q_DCA, 0);
    rig_enable(&rig, R_RX + Q_CONTROL);
    rig_receive(&rig, true);
    rig_lend(&rig, 1);
    rig_put(&rig, 59, 1);
    assert_int_equal(rig_step(&rig), 1);
    /* Errors in bits 47:40, as the upper eight of the twelve of an advanced descriptor. */
    assert_int_equal(rig_rx(&rig, 0)[1], 59 | (uint64_t)3 << 32 | (uint64_t)1 << 45);
    rig_close(&rig);
}

static void a_frame_longer_than_1518_bytes_is_oversize(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, ARGUMENTS);
    rig_start(&rig);
    rig_put(&rig, 1514, 1);
    rig_put(&rig, 1515, 1);
    assert_int_equal(rig_step(&rig), 1);
    assert_int_equal(rig_read(&rig, R_ROC), 1);
    rig_close(&rig);
}

static void with_jumboen_maxfrs_is_the_limit(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, ARGUMENTS);
    rig_start(&rig);
    rig_write(&rig, R_HLREG0, rig_read(&rig, R_HLREG0) | HLREG0_JUMBOEN);
    rig_write(&rig, R_MAXFRS, 4000u << 16);
    rig_put(&rig, 3996, 1);
    rig_put(&rig, 3997, 1);
    assert_int_equal(rig_step(&rig), 1);
    assert_int_equal(rig_read(&rig, R_ROC), 1);
    rig_close(&rig);
}

static void no_frame_above_9728_bytes_is_received(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, ARGUMENTS);
    rig_start(&rig);
    rig_write(&rig, R_HLREG0, rig_read(&rig, R_HLREG0) | HLREG0_JUMBOEN);
    rig_write(&rig, R_MAXFRS, 0xffffu << 16);
    rig_put(&rig, 9724, 1);
    rig_put(&rig, 9725, 1);
    rig_put(&rig, SIM_FRAME_MAX, 1);
    assert_int_equal(rig_step(&rig), 1);
    assert_int_equal(rig_read(&rig, R_ROC), 2);
    rig_close(&rig);
}

static void without_crc_stripping_the_checksum_follows_the_frame(void **state)
{
    struct rig rig;
    const uint8_t *data;

    (void)state;
    rig_open(&rig, ARGUMENTS);
    rig_start(&rig);
    rig_receive(&rig, false);
    rig_write(&rig, R_HLREG0, rig_read(&rig, R_HLREG0) & ~HLREG0_RXCRCSTRP);
    rig_write(&rig, R_RDRXCTL, RDRXCTL_ONES);
    rig_receive(&rig, true);
    rig_put(&rig, 60, 0);
    assert_int_equal(rig_step(&rig), 1);
    assert_int_equal(length(&rig, 0), 64);
    /* CRC-32 of the frame, from an independent implementation (zlib), low byte first. */
    data = rig_rx_data(&rig, 0);
    assert_int_equal((uint32_t)data[60] | (uint32_t)data[61] << 8 | (uint32_t)data[62] << 16 |
                         (uint32_t)data[63] << 24,
                     0xff5a3e8eu);
    assert_int_equal(rig_violations(&rig), 0);
    rig_close(&rig);
}

static void put_tagged(struct rig *rig)
{
    uint8_t frame[68];

    rig_fill_frame(frame, sizeof(frame), 0);
    frame[12] = 0x81;
    frame[13] = 0x00;
    frame[14] = 0x01;
    frame[15] = 0x23;
    assert_int_equal(ir_sim_put(&rig->dev, frame, sizeof(frame)), 0);
}

static void a_vlan_tag_stays_in_the_frame(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, ARGUMENTS);
    rig_start(&rig);
    put_tagged(&rig);
    assert_int_equal(rig_step(&rig), 1);
    assert_int_equal(status(&rig, 0), RXD_DD | RXD_EOP);
    assert_int_equal(length(&rig, 0), 68);
    assert_int_equal(rig_rx_data(&rig, 0)[12], 0x81);
    rig_close(&rig);
}

static void with_vme_the_tag_moves_to_the_descriptor(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, ARGUMENTS);
    rig_start(&rig);
    rig_write(&rig, R_RX + Q_CONTROL, XDCTL_ENABLE | RXDCTL_VME);
    put_tagged(&rig);
    assert_int_equal(rig_step(&rig), 1);
    assert_int_equal(status(&rig, 0), RXD_DD | RXD_EOP | RXD_VP);
    assert_int_equal(length(&rig, 0), 64);
    assert_int_equal(rig_rx(&rig, 0)[1] >> 48, 0x0123);
    assert_int_equal(rig_rx_data(&rig, 0)[11], 11);
    assert_int_equal(rig_rx_data(&rig, 0)[12], 16);
    rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_runt_is_counted_and_not_received),
        cmocka_unit_test(with_sbp_a_runt_is_received_with_its_error),
        cmocka_unit_test(a_legacy_descriptor_has_the_error_in_its_own_place),
        cmocka_unit_test(a_frame_longer_than_1518_bytes_is_oversize),
        cmocka_unit_test(with_jumboen_maxfrs_is_the_limit),
        cmocka_unit_test(no_frame_above_9728_bytes_is_received),
        cmocka_unit_test(without_crc_stripping_the_checksum_follows_the_frame),
        cmocka_unit_test(a_vlan_tag_stays_in_the_frame),
        cmocka_unit_test(with_vme_the_tag_moves_to_the_descriptor),
    };

    return RIG_MAIN(tests);
}
