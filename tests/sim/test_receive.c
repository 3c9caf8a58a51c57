/* SPDX-License-Identifier: MIT
 *
 * Receive rings: descriptors, frames that span them, what happens without them, sizes, VLAN tags.
 */
#include <string.h>

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

static void set_srrctl(struct rig *rig, uint32_t value)
{
    rig_write(rig, R_RX + Q_SRRCTL, value);
}

/* Reception with queue 0 as SRRCTL says, and `lent` descriptors. */
static void start(struct rig *rig, const char *arguments, uint32_t srrctl, uint32_t lent)
{
    rig_open(rig, arguments);
    rig_init(rig);
    rig_write(rig, R_RX + Q_BAL, RIG_IOVA + RIG_RX_RING);
    rig_write(rig, R_RX + Q_LEN, RIG_RING * 16u);
    set_srrctl(rig, srrctl);
    rig_write(rig, R_RX + Q_DCA, 0);
    rig_enable(rig, R_RX + Q_CONTROL);
    rig_receive(rig, true);
    if (lent != 0)
        rig_lend(rig, lent);
}

static void a_frame_arrives_in_the_first_descriptor(void **state)
{
    struct rig rig;
    uint8_t expected[100];

    (void)state;
    rig_open(&rig, ARGUMENTS);
    rig_start(&rig);
    rig_put(&rig, 100, 7);
    assert_int_equal(rig_step(&rig), 1);
    assert_int_equal(status(&rig, 0), RXD_DD | RXD_EOP);
    assert_int_equal(errors(&rig, 0), 0);
    assert_int_equal(length(&rig, 0), 100);
    rig_fill_frame(expected, sizeof(expected), 7);
    assert_memory_equal(rig_rx_data(&rig, 0), expected, sizeof(expected));
    assert_int_equal(rig_rx_data(&rig, 0)[100], 0);
    assert_int_equal(rig_read(&rig, R_RX + Q_HEAD), 1);
    assert_int_equal(status(&rig, 1), 0);
    rig_close(&rig);
}

static void frames_arrive_in_order_around_the_ring(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, ARGUMENTS);
    rig_start(&rig);
    for (uint32_t i = 0; i < 3 * RIG_RING; i++) {
        uint32_t slot = i % RIG_RING;

        rig_put(&rig, 60 + i % 50, (uint8_t)i);
        assert_int_equal(rig_step(&rig), 1);
        assert_int_equal(status(&rig, slot), RXD_DD | RXD_EOP);
        assert_int_equal(length(&rig, slot), 60 + i % 50);
        assert_int_equal(rig_rx_data(&rig, slot)[6], (uint8_t)(i + 6));
        rig_lend(&rig, 1);
    }
    assert_int_equal(rig_violations(&rig), 0);
    rig_close(&rig);
}

static void a_legacy_descriptor_keeps_its_address(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig, ARGUMENTS, 2, 4);
    rig_put(&rig, 64, 1);
    assert_int_equal(rig_step(&rig), 1);
    assert_int_equal(rig_rx(&rig, 0)[0], RIG_IOVA + RIG_RX_BUFFER);
    assert_int_equal(rig_rx(&rig, 0)[1], 64 | (uint64_t)(RXD_DD | RXD_EOP) << 32);
    assert_int_equal(rig_rx_data(&rig, 0)[6], 7);
    rig_close(&rig);
}

static void a_long_frame_spans_descriptors_with_eop_on_the_last(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig, ARGUMENTS, 1u | 1u << 25, RIG_RING - 1u);
    rig_put(&rig, 1514, 3);
    assert_int_equal(rig_step(&rig), 1);
    assert_int_equal(status(&rig, 0), RXD_DD);
    assert_int_equal(length(&rig, 0), 1024);
    assert_int_equal(status(&rig, 1), RXD_DD | RXD_EOP);
    assert_int_equal(length(&rig, 1), 1514 - 1024);
    assert_int_equal(rig_rx_data(&rig, 1)[0], (uint8_t)(3 + 1024));
    assert_int_equal(rig_read(&rig, R_RX + Q_HEAD), 2);
    rig_close(&rig);
}

static void a_frame_of_exactly_one_buffer_takes_one_descriptor(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig, ARGUMENTS, 1u | 1u << 25, 1);
    rig_put(&rig, 1024, 0);
    assert_int_equal(rig_step(&rig), 1);
    assert_int_equal(status(&rig, 0), RXD_DD | RXD_EOP);
    assert_int_equal(rig_read(&rig, R_RX + Q_HEAD), 1);
    rig_close(&rig);
}

static void without_a_descriptor_a_frame_waits(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig, ARGUMENTS, 2u | 1u << 25, 0);
    rig_put(&rig, 60, 1);
    assert_int_equal(rig_step(&rig), 0);
    assert_int_equal(rig_read(&rig, R_QPRDC), 0);
    rig_lend(&rig, 1);
    assert_int_equal(rig_step(&rig), 1);
    assert_int_equal(length(&rig, 0), 60);
    rig_close(&rig);
}

static void without_a_descriptor_and_with_drop_en_a_frame_is_dropped(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig, ARGUMENTS, 2u | 1u << 25 | SRRCTL_DROP_EN, 1);
    rig_put(&rig, 60, 1);
    rig_put(&rig, 61, 2);
    assert_int_equal(rig_step(&rig), 1);
    assert_int_equal(rig_read(&rig, R_QPRDC), 1);
    assert_int_equal(rig_read(&rig, R_QPRC), 1);
    rig_lend(&rig, 1);
    assert_int_equal(rig_step(&rig), 0);
    rig_close(&rig);
}

static void a_frame_that_needs_more_descriptors_than_are_lent_waits_for_all(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig, ARGUMENTS, 1u | 1u << 25, 1);
    rig_put(&rig, 1514, 1);
    assert_int_equal(rig_step(&rig), 0);
    assert_int_equal(status(&rig, 0), 0);
    rig_lend(&rig, 1);
    assert_int_equal(rig_step(&rig), 1);
    rig_close(&rig);
}

static void the_card_stops_before_the_tail(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig, ARGUMENTS, 2u | 1u << 25, 3);
    for (uint8_t i = 0; i < 5; i++)
        rig_put(&rig, 60, i);
    assert_int_equal(rig_step(&rig), 3);
    assert_int_equal(rig_read(&rig, R_RX + Q_HEAD), rig_read(&rig, R_RX + Q_TAIL));
    assert_int_equal(rig_step(&rig), 0);
    rig_close(&rig);
}

static void a_frame_waits_while_reception_is_off(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, ARGUMENTS);
    rig_start(&rig);
    rig_receive(&rig, false);
    rig_put(&rig, 60, 1);
    assert_int_equal(rig_step(&rig), 0);
    rig_receive(&rig, true);
    assert_int_equal(rig_step(&rig), 1);
    rig_close(&rig);
}

static void a_frame_waits_while_secrxctrl_holds_it_back(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, ARGUMENTS);
    rig_start(&rig);
    rig_write(&rig, R_SECRXCTRL, SECRXCTRL_RX_DIS);
    rig_put(&rig, 60, 1);
    assert_int_equal(rig_step(&rig), 0);
    rig_write(&rig, R_SECRXCTRL, 0);
    assert_int_equal(rig_step(&rig), 1);
    rig_close(&rig);
}

static void a_frame_waits_while_the_link_is_down(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig, ARGUMENTS ",never=links.up", 2u | 1u << 25, 4);
    rig_put(&rig, 60, 1);
    assert_int_equal(rig_step(&rig), 0);
    rig_close(&rig);
}

static void a_queue_that_is_being_disabled_still_takes_frames(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, ARGUMENTS);
    rig_start(&rig);
    rig_write(&rig, R_RX + Q_CONTROL, 0);
    rig_put(&rig, 60, 1);
    assert_int_equal(rig_step(&rig), 1);
    rig_delay(&rig, 100);
    assert_int_equal(rig_read(&rig, R_RX + Q_CONTROL), 0);
    rig_put(&rig, 60, 2);
    assert_int_equal(rig_step(&rig), 0);
    rig_close(&rig);
}

static void a_received_frame_raises_the_cause_of_its_queue(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, ARGUMENTS);
    rig_start(&rig);
    rig_write(&rig, R_IVAR, 0x80u | 3u);
    (void)rig_read(&rig, R_EICR);
    rig_put(&rig, 60, 1);
    (void)rig_step(&rig);
    assert_int_equal(rig_read(&rig, R_EICR), 1u << 3);
    rig_close(&rig);
}

static void in_loopback_what_is_sent_comes_back(void **state)
{
    struct rig rig;
    uint8_t frame[64];

    (void)state;
    rig_open(&rig, ARGUMENTS);
    rig_start(&rig);
    rig_write(&rig, R_HLREG0, rig_read(&rig, R_HLREG0) | HLREG0_LPBK);
    rig_tx_fill(&rig, rig_frame(64), 64, 9);
    rig_tx_tail(&rig);
    assert_int_equal(rig_step(&rig), 2);
    assert_int_equal(length(&rig, 0), 64);
    assert_int_equal(rig_rx_data(&rig, 0)[0], 9);
    assert_int_equal(ir_sim_take(&rig.dev, frame, sizeof(frame)), 0);
    rig_close(&rig);
}

static void in_loopback_the_wire_is_not_received(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, ARGUMENTS);
    rig_start(&rig);
    rig_write(&rig, R_HLREG0, rig_read(&rig, R_HLREG0) | HLREG0_LPBK);
    rig_put(&rig, 60, 1);
    assert_int_equal(rig_step(&rig), 0);
    rig_close(&rig);
}

static void a_step_of_a_wire_that_is_only_filtered_ends(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "82599,mode=step,wire=gen,mac=02:00:00:00:00:09");
    rig_start(&rig);
    rig_receive(&rig, false);
    rig_write(&rig, R_FCTRL, 0);
    rig_write(&rig, R_RAL + 4, 0);
    rig_receive(&rig, true);
    assert_int_equal(rig_step(&rig), 0);
    assert_true(rig_read(&rig, R_TPR) > 0);
    rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_frame_arrives_in_the_first_descriptor),
        cmocka_unit_test(frames_arrive_in_order_around_the_ring),
        cmocka_unit_test(a_legacy_descriptor_keeps_its_address),
        cmocka_unit_test(a_long_frame_spans_descriptors_with_eop_on_the_last),
        cmocka_unit_test(a_frame_of_exactly_one_buffer_takes_one_descriptor),
        cmocka_unit_test(without_a_descriptor_a_frame_waits),
        cmocka_unit_test(without_a_descriptor_and_with_drop_en_a_frame_is_dropped),
        cmocka_unit_test(a_frame_that_needs_more_descriptors_than_are_lent_waits_for_all),
        cmocka_unit_test(the_card_stops_before_the_tail),
        cmocka_unit_test(a_frame_waits_while_reception_is_off),
        cmocka_unit_test(a_frame_waits_while_secrxctrl_holds_it_back),
        cmocka_unit_test(a_frame_waits_while_the_link_is_down),
        cmocka_unit_test(a_queue_that_is_being_disabled_still_takes_frames),
        cmocka_unit_test(a_received_frame_raises_the_cause_of_its_queue),
        cmocka_unit_test(in_loopback_what_is_sent_comes_back),
        cmocka_unit_test(in_loopback_the_wire_is_not_received),
        cmocka_unit_test(a_step_of_a_wire_that_is_only_filtered_ends),
    };

    return RIG_MAIN(tests);
}
