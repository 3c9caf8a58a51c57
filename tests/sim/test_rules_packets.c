/* SPDX-License-Identifier: MIT
 *
 * Rules about descriptors and the addresses in them, each broken.
 */
#include "broken.h"

#define ARGUMENTS "82599,mode=step,wire=memory"

static void a_receive_descriptor_with_header_bit_0(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, ARGUMENTS);
    rig_start(&rig);
    rig_rx(&rig, 0)[1] = 1;
    rig_put(&rig, 60, 1);
    (void)rig_step(&rig);
    broken(&rig, SIM_RULE_RX_HEADER_BIT, "receive queue 0, slot 0: second word 0x1");
}

/* One descriptor in slot 0, sent with TXDCTL as given; nothing may reach the wire unless `sent`. */
static void check_descriptor(uint64_t hi, uint32_t control, enum sim_rule rule, bool sent)
{
    struct rig rig;
    uint8_t frame[64];

    rig_open(&rig, ARGUMENTS);
    rig_start(&rig);
    rig_write(&rig, R_TX + Q_CONTROL, control | XDCTL_ENABLE);
    rig_tx_fill(&rig, hi, 60, 1);
    rig_tx_tail(&rig);
    assert_int_equal(rig_step(&rig), sent ? 1 : 0);
    assert_int_equal(ir_sim_take(&rig.dev, frame, sizeof(frame)) != 0, sent);
    assert_int_equal(rig_read(&rig, R_TX + Q_HEAD), 1);
    broken(&rig, rule, "transmit queue 0, slot 0: descriptor 0x0000000040300000");
}

static void a_threshold_and_a_packet_without_rs(void **state)
{
    (void)state;
    check_descriptor(rig_frame(60) & ~(uint64_t)TXD_RS, 4u << 16, SIM_RULE_TX_THRESHOLD_RS, true);
}

static void a_transmit_descriptor_without_length(void **state)
{
    (void)state;
    check_descriptor(rig_frame(0), 0, SIM_RULE_TX_LENGTH_ZERO, false);
}

static void a_transmit_descriptor_of_no_type(void **state)
{
    (void)state;
    check_descriptor(rig_frame(60) ^ 2u << 20, 0, SIM_RULE_TX_TYPE, false); /* type 1 */
}

static void a_frame_longer_than_9728_bytes(void **state)
{
    (void)state;
    check_descriptor(rig_frame(9725), 0, SIM_RULE_TX_FRAME, false);
}

static void a_payload_length_that_is_not_the_packets(void **state)
{
    (void)state;
    check_descriptor(rig_frame(60) + ((uint64_t)1 << 46), 0, SIM_RULE_TX_PAYLEN, true);
}

static void a_packet_that_asks_for_segmentation(void **state)
{
    (void)state;
    check_descriptor(rig_frame(60) | 1u << 31, 0, SIM_RULE_TX_UNMODELLED, true);
}

static void a_packet_that_asks_for_a_checksum(void **state)
{
    (void)state;
    check_descriptor(rig_frame(60) | (uint64_t)1 << 40, 0, SIM_RULE_TX_UNMODELLED, true);
}

static void a_context_descriptor_within_a_packet(void **state)
{
    struct rig rig;
    uint8_t frame[64];

    (void)state;
    rig_open(&rig, ARGUMENTS);
    rig_start(&rig);
    rig_tx_fill(&rig, (rig_frame(60) & ~(uint64_t)(TXD_EOP | TXD_RS)), 60, 1);
    rig_tx_fill(&rig, 1u << 29 | 2u << 20, 0, 1);
    rig_tx_fill(&rig, rig_frame(60), 60, 1); /* belongs to the same packet */
    rig_tx_tail(&rig);
    assert_int_equal(rig_step(&rig), 0);
    assert_int_equal(ir_sim_take(&rig.dev, frame, sizeof(frame)), 0);
    assert_int_equal(rig_read(&rig, R_TX + Q_HEAD), 3);
    broken(&rig, SIM_RULE_TX_TYPE, "transmit queue 0, slot 1");
}

static void a_packet_of_41_descriptors(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, ARGUMENTS);
    rig_start(&rig);
    for (uint32_t i = 0; i < 41; i++)
        rig_tx_fill(&rig,
                    TXD_ADV | TXD_FCS | 2 | (uint64_t)(i == 40 ? 2 : 82) << 46 |
                        (i == 40 ? TXD_EOP | TXD_RS : 0),
                    2, 0);
    rig_tx_tail(&rig);
    assert_int_equal(rig_step(&rig), 1); /* the 41st stands alone */
    broken(&rig, SIM_RULE_TX_DESCRIPTORS, "transmit queue 0, slot 39");
}

static void a_threshold_shortens_packets(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, ARGUMENTS);
    rig_start(&rig);
    rig_write(&rig, R_TX + Q_CONTROL, 38u << 16 | XDCTL_ENABLE);
    for (uint32_t i = 0; i < 2; i++)
        rig_tx_fill(&rig, TXD_ADV | TXD_FCS | 60 | (uint64_t)180 << 46, 60, 0);
    rig_tx_tail(&rig);
    assert_int_equal(rig_step(&rig), 0);
    broken(&rig, SIM_RULE_TX_DESCRIPTORS, "transmit queue 0, slot 1");
}

static void a_frame_without_its_checksum(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, ARGUMENTS);
    rig_start(&rig);
    rig_write(&rig, R_HLREG0, rig_read(&rig, R_HLREG0) & ~HLREG0_TXCRCEN);
    rig_tx_fill(&rig, rig_frame(60) & ~(uint64_t)TXD_FCS, 60, 1);
    rig_tx_tail(&rig);
    (void)rig_step(&rig);
    broken(&rig, SIM_RULE_TX_CHECKSUM, "transmit queue 0, slot 0");
}

static void a_receive_buffer_that_reaches_past_its_mapping(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, ARGUMENTS);
    rig_start(&rig);
    rig_rx(&rig, 0)[0] = RIG_IOVA + RIG_BYTES - 2047u;
    rig_put(&rig, 60, 1);
    (void)rig_step(&rig);
    assert_int_equal(rig.memory.memory[RIG_BYTES - 2047u], 0); /* nothing was touched */
    broken(&rig, SIM_RULE_DMA_UNMAPPED,
           "receive queue 0, slot 0: buffer of 2048 bytes at 0x407ff801");
}

static void a_transmit_buffer_outside_each_mapping(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, ARGUMENTS);
    rig_start(&rig);
    rig_tx_fill(&rig, rig_frame(60), 60, 1);
    rig_tx(&rig, 0)[0] = RIG_IOVA - 1u;
    rig_tx_tail(&rig);
    assert_int_equal(rig_step(&rig), 0);
    broken(&rig, SIM_RULE_DMA_UNMAPPED, "transmit queue 0, slot 0: 60 bytes at 0x3fffffff");
}

static void a_head_write_back_outside_each_mapping(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, ARGUMENTS);
    rig_init(&rig);
    rig_write(&rig, R_TX + Q_DCA, 0);
    rig_write(&rig, R_TX + Q_TDWBAL, TDWBAL_ENABLE);
    rig_write(&rig, R_TX + Q_TDWBAH, 7);
    rig_tx_queue(&rig, 0);
    rig_tx_fill(&rig, rig_frame(60), 60, 1);
    rig_tx_tail(&rig);
    (void)rig_step(&rig);
    broken(&rig, SIM_RULE_DMA_UNMAPPED, "transmit queue 0: head write-back to 0x700000000");
}

static void every_rule_of_this_program_has_been_broken(void **state)
{
    (void)state;
    broken_all(BY_PACKETS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_receive_descriptor_with_header_bit_0),
        cmocka_unit_test(a_threshold_and_a_packet_without_rs),
        cmocka_unit_test(a_transmit_descriptor_without_length),
        cmocka_unit_test(a_transmit_descriptor_of_no_type),
        cmocka_unit_test(a_frame_longer_than_9728_bytes),
        cmocka_unit_test(a_payload_length_that_is_not_the_packets),
        cmocka_unit_test(a_packet_that_asks_for_segmentation),
        cmocka_unit_test(a_packet_that_asks_for_a_checksum),
        cmocka_unit_test(a_context_descriptor_within_a_packet),
        cmocka_unit_test(a_packet_of_41_descriptors),
        cmocka_unit_test(a_threshold_shortens_packets),
        cmocka_unit_test(a_frame_without_its_checksum),
        cmocka_unit_test(a_receive_buffer_that_reaches_past_its_mapping),
        cmocka_unit_test(a_transmit_buffer_outside_each_mapping),
        cmocka_unit_test(a_head_write_back_outside_each_mapping),
        cmocka_unit_test(every_rule_of_this_program_has_been_broken),
    };

    return RIG_MAIN(tests);
}
