/* SPDX-License-Identifier: MIT
 *
 * Links, memory wires, no wire, and what is common to all wires.
 */
#include <stdlib.h>
#include <string.h>

#include "rig.h"

/* Take what was received into `frame` and lend its descriptor again. Returns the length, 0 for
 * none. */
static uint32_t next_frame(struct rig *rig, uint32_t *slot, uint8_t *frame)
{
    uint64_t hi = __atomic_load_n(&rig_rx(rig, *slot)[1], __ATOMIC_ACQUIRE);
    uint32_t length = (uint32_t)(hi >> 32 & 0xffffu);

    if ((hi & RXD_DD) == 0)
        return 0;
    memcpy(frame, rig_rx_data(rig, *slot), length);
    *slot = (*slot + 1u) % RIG_RING;
    rig_lend(rig, 1);
    return length;
}

static void a_frame_without_descriptor_keeps_the_wire_from_being_finished(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "82599,mode=step,wire=gen,count=64");
    rig_start(&rig); /* lends 63 */
    assert_int_equal(rig_step(&rig), 63);
    assert_false(ir_sim_finished(&rig.dev));
    rig_lend(&rig, 0);
    rig_write(&rig, R_RX + Q_TAIL, 0);
    rig_rx(&rig, 63)[0] = RIG_IOVA + RIG_RX_BUFFER;
    assert_int_equal(rig_step(&rig), 1);
    assert_true(ir_sim_finished(&rig.dev));
    rig_close(&rig);
}

static void a_patient_wire_loses_nothing_with_drop_en(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "82599,mode=step,wire=gen,count=64");
    rig_write(&rig, R_RX + Q_SRRCTL, 2u | 1u << 25 | SRRCTL_DROP_EN);
    rig_init(&rig);
    rig_write(&rig, R_RX + Q_BAL, RIG_IOVA + RIG_RX_RING);
    rig_write(&rig, R_RX + Q_LEN, RIG_RING * 16u);
    rig_write(&rig, R_RX + Q_DCA, 0);
    rig_enable(&rig, R_RX + Q_CONTROL);
    rig_receive(&rig, true);
    rig_lend(&rig, 10);
    assert_int_equal(rig_step(&rig), 10);
    assert_int_equal(rig_read(&rig, R_QPRDC), 0);
    rig_close(&rig);
}

static void without_a_wire_nothing_comes_and_what_is_sent_is_counted(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "82599,mode=step");
    assert_true(ir_sim_finished(&rig.dev));
    rig_start(&rig);
    rig_tx_fill(&rig, rig_frame(60), 60, 1);
    rig_tx_tail(&rig);
    assert_int_equal(rig_step(&rig), 1);
    assert_int_equal(rig_read(&rig, R_GPTC), 1);
    assert_true(ir_sim_finished(&rig.dev));
    rig_close(&rig);
}

static void a_memory_wire_takes_frames_until_it_is_full(void **state)
{
    struct rig rig;
    uint8_t frame[1024] = {0};
    uint32_t count = 0;

    (void)state;
    rig_open(&rig, "82599,mode=step,wire=memory");
    while (ir_sim_put(&rig.dev, frame, sizeof(frame)) == 0)
        count++;
    assert_int_equal(ir_sim_put(&rig.dev, frame, sizeof(frame)), -ENOBUFS);
    assert_int_equal(count, SIM_FIFO_BYTES / (1024 + 8));
    rig_start(&rig);
    assert_int_equal(rig_step(&rig), RIG_RING - 1);
    assert_int_equal(ir_sim_put(&rig.dev, frame, sizeof(frame)), 0);
    rig_close(&rig);
}

static void take_copies_no_more_than_asked_for(void **state)
{
    struct rig rig;
    uint8_t frame[16];

    (void)state;
    rig_open(&rig, "82599,mode=step,wire=memory");
    rig_start(&rig);
    rig_tx_fill(&rig, rig_frame(100), 100, 1);
    rig_tx_tail(&rig);
    (void)rig_step(&rig);
    memset(frame, 0xee, sizeof(frame));
    assert_int_equal(ir_sim_take(&rig.dev, frame, 8), 100);
    assert_int_equal(frame[7], 8);
    assert_int_equal(frame[8], 0xee);
    assert_int_equal(ir_sim_take(&rig.dev, frame, 8), 0);
    rig_close(&rig);
}

static void sent_frames_that_nobody_takes_are_lost_at_last(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "82599,mode=step,wire=memory");
    rig_start(&rig);
    for (uint32_t i = 0; i < 2000; i++) {
        rig_tx_fill(&rig, rig_frame(1500), 1500, 1);
        rig_tx_tail(&rig);
        assert_int_equal(rig_step(&rig), 1);
    }
    rig_close(&rig);
}

static void a_link_carries_frames_both_ways(void **state)
{
    struct rig a;
    struct rig b;
    uint8_t frame[RIG_BUFFER] = {0};
    uint32_t slot = 0;

    (void)state;
    rig_open(&a, "82599,mode=step,link=both");
    rig_open(&b, "82599,mode=step,link=both");
    rig_start(&a);
    rig_start(&b);
    rig_tx_fill(&a, rig_frame(70), 70, 0x20);
    rig_tx_tail(&a);
    assert_int_equal(rig_step(&a), 1);
    assert_int_equal(rig_step(&b), 1);
    assert_int_equal(next_frame(&b, &slot, frame), 70);
    assert_int_equal(frame[0], 0x20);
    slot = 0;
    rig_tx_fill(&b, rig_frame(80), 80, 0x30);
    rig_tx_tail(&b);
    assert_int_equal(rig_step(&b), 1);
    assert_int_equal(rig_step(&a), 1);
    assert_int_equal(next_frame(&a, &slot, frame), 80);
    assert_int_equal(frame[0], 0x30);
    assert_false(ir_sim_finished(&a.dev));
    rig_close(&b);
    rig_close(&a);
}

static void links_of_different_names_are_apart(void **state)
{
    struct rig a;
    struct rig b;

    (void)state;
    rig_open(&a, "82599,mode=step,link=one");
    rig_open(&b, "82599,mode=step,link=two");
    rig_start(&a);
    rig_start(&b);
    rig_tx_fill(&a, rig_frame(70), 70, 0x20);
    rig_tx_tail(&a);
    assert_int_equal(rig_step(&a), 1);
    assert_int_equal(rig_step(&b), 0);
    rig_close(&b);
    rig_close(&a);
}

static void a_link_has_two_ends(void **state)
{
    struct ir_transport *transport;
    char error[IR_ERROR_LENGTH];
    struct rig a;
    struct rig b;
    struct rig c;

    (void)state;
    rig_open(&a, "82599,mode=step,link=full");
    rig_open(&b, "82599,mode=step,link=full");
    assert_int_equal(ir_sim_open("82599,mode=step,link=full", &transport, error), -EBUSY);
    assert_non_null(strstr(error, "link=full: both ends of this link are taken"));
    rig_close(&a);
    rig_open(&c, "82599,mode=step,link=full"); /* the end that is free again */
    rig_close(&c);
    rig_close(&b);
}

static void a_link_needs_a_name_of_reasonable_length(void **state)
{
    struct ir_transport *transport;
    char error[IR_ERROR_LENGTH];

    (void)state;
    assert_int_equal(ir_sim_open("82599,link=abcdefghijabcdefghijabcdefghij12", &transport, error),
                     -EINVAL);
    assert_non_null(strstr(error, "has 1 to 31 characters"));
}

static void frames_sent_to_an_empty_end_do_not_arrive_later(void **state)
{
    struct rig a;
    struct rig b;

    (void)state;
    rig_open(&a, "82599,mode=step,link=early");
    rig_start(&a);
    rig_tx_fill(&a, rig_frame(70), 70, 0x20);
    rig_tx_tail(&a);
    assert_int_equal(rig_step(&a), 1);
    rig_open(&b, "82599,mode=step,link=early");
    rig_start(&b);
    assert_int_equal(rig_step(&b), 0);
    rig_close(&b);
    rig_close(&a);
}

static void an_end_can_be_plugged_in_again(void **state)
{
    struct rig a;
    struct rig b;

    (void)state;
    rig_open(&a, "82599,mode=step,link=again");
    rig_start(&a);
    for (uint8_t i = 0; i < 3; i++) {
        rig_open(&b, "82599,mode=step,link=again");
        rig_start(&b);
        for (uint8_t k = 0; k < 2; k++) {
            rig_tx_fill(&a, rig_frame(70), 70, (uint8_t)(2 * (i + k)));
            rig_tx_tail(&a);
            assert_int_equal(rig_step(&a), 1);
            assert_int_equal(rig_step(&b), 1);
            assert_int_equal(rig_rx_data(&b, k)[0], 2 * (i + k));
        }
        rig_close(&b);
    }
    rig_close(&a);
}

static void a_frame_that_waits_is_gone_with_its_card(void **state)
{
    struct rig a;
    struct rig b;

    (void)state;
    rig_open(&a, "82599,mode=step,link=waits");
    rig_start(&a);
    rig_open(&b, "82599,mode=step,link=waits");
    rig_init(&b);
    rig_rx_queue(&b, 0);
    rig_receive(&b, true); /* but nothing is lent */
    rig_tx_fill(&a, rig_frame(70), 70, 2);
    rig_tx_tail(&a);
    assert_int_equal(rig_step(&a), 1);
    assert_int_equal(rig_step(&b), 0);
    rig_close(&b);
    rig_open(&b, "82599,mode=step,link=waits");
    rig_start(&b);
    rig_tx_fill(&a, rig_frame(80), 80, 4);
    rig_tx_tail(&a);
    assert_int_equal(rig_step(&a), 1);
    assert_int_equal(rig_step(&b), 1);
    assert_int_equal(rig_rx_data(&b, 0)[0], 4);
    rig_close(&b);
    rig_close(&a);
}

static void a_port_that_does_not_keep_up_misses_frames(void **state)
{
    struct rig a;
    struct rig b;
    uint32_t capacity = SIM_FIFO_BYTES / (1500 + 4 + 8); /* 1500 is no multiple of 8 */

    (void)state;
    rig_open(&a, "82599,mode=step,link=slow");
    rig_open(&b, "82599,mode=step,link=slow");
    rig_start(&a);
    rig_start(&b);
    for (uint32_t i = 0; i < capacity + 10; i++) {
        rig_tx_fill(&a, rig_frame(1500), 1500, 0x20);
        rig_tx_tail(&a);
        assert_int_equal(rig_step(&a), 1);
    }
    assert_int_equal(rig_step(&b), RIG_RING - 1);
    assert_int_equal(rig_read(&b, R_MPC), 10);
    rig_close(&b);
    rig_close(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_frame_without_descriptor_keeps_the_wire_from_being_finished),
        cmocka_unit_test(a_patient_wire_loses_nothing_with_drop_en),
        cmocka_unit_test(without_a_wire_nothing_comes_and_what_is_sent_is_counted),
        cmocka_unit_test(a_memory_wire_takes_frames_until_it_is_full),
        cmocka_unit_test(take_copies_no_more_than_asked_for),
        cmocka_unit_test(sent_frames_that_nobody_takes_are_lost_at_last),
        cmocka_unit_test(a_link_carries_frames_both_ways),
        cmocka_unit_test(links_of_different_names_are_apart),
        cmocka_unit_test(a_link_has_two_ends),
        cmocka_unit_test(a_link_needs_a_name_of_reasonable_length),
        cmocka_unit_test(frames_sent_to_an_empty_end_do_not_arrive_later),
        cmocka_unit_test(an_end_can_be_plugged_in_again),
        cmocka_unit_test(a_frame_that_waits_is_gone_with_its_card),
        cmocka_unit_test(a_port_that_does_not_keep_up_misses_frames),
    };

    return RIG_MAIN(tests);
}
