/* SPDX-License-Identifier: MIT
 *
 * Rules of the 82574 about descriptors and packets, each broken.
 */
#include "bench.h"
#include "broken_82574.h"

/* Send one packet whose descriptor has this second word. */
static void send(uint64_t second, uint32_t length, int sent, enum sim_rule rule, const char *text)
{
    struct rig rig;

    bench_start(&rig, CARD);
    rig_tx_fill(&rig, second, length, 1);
    rig_tx_tail(&rig);
    assert_int_equal(rig_step(&rig), sent);
    assert_int_equal(rig_read(&rig, E_TX + Q_HEAD), 1);
    broken(&rig, rule, text);
}

static void bit_0_of_a_second_word(void **state)
{
    struct rig rig;

    (void)state;
    bench_start(&rig, CARD);
    rig_rx(&rig, 0)[1] = 1;
    rig_put(&rig, 60, 1);
    assert_int_equal(rig_step(&rig), 1);
    broken(&rig, SIM_RULE_RX_HEADER_BIT, "receive queue 0, slot 0: second word 0x1");
}

/* In the oldest format that bit is nothing but the last of the length that the card writes. */
static void legacy_descriptors_may_have_any_second_word(void **state)
{
    struct rig rig;

    (void)state;
    bench_open(&rig, CARD);
    bench_receive(&rig, BENCH_RCTL, false, 2);
    rig_rx(&rig, 0)[1] = 1;
    rig_put(&rig, 60, 1);
    assert_int_equal(rig_step(&rig), 1);
    assert_int_equal(rig_violations(&rig), 0);
    rig_close(&rig);
}

static void a_descriptor_without_length(void **state)
{
    (void)state;
    send(bench_frame(0), 0, 0, SIM_RULE_TX_LENGTH_ZERO, "transmit queue 0, slot 0");
}

static void a_descriptor_of_no_type(void **state)
{
    (void)state;
    send((bench_frame(60) & ~UINT64_C(0xf00000)) | 3u << 20, 60, 0, SIM_RULE_TX_TYPE,
         "descriptor 0x0000000040300000 0x000000002b30003c");
}

static void a_packet_without_end(void **state)
{
    struct rig rig;

    (void)state;
    bench_open(&rig, CARD);
    rig_write(&rig, E_TX + Q_BAL, RIG_IOVA + RIG_TX_RING);
    rig_write(&rig, E_TX + Q_LEN, 128u * 16u);
    rig_write(&rig, E_TCTL, E_TCTL_EN);
    for (uint32_t i = 0; i < 65; i++) {
        rig_tx(&rig, i)[0] = RIG_IOVA + RIG_TX_BUFFER;
        rig_tx(&rig, i)[1] = TXD_EXTENDED | TXD_FCS | 2u;
    }
    rig_write(&rig, E_TX + Q_TAIL, 65);
    assert_int_equal(rig_step(&rig), 0);
    broken(&rig, SIM_RULE_TX_DESCRIPTORS, "transmit queue 0, slot 63");
}

static void a_frame_beyond_9234_bytes(void **state)
{
    (void)state;
    send(bench_frame(9231), 2048, 0, SIM_RULE_TX_FRAME, "transmit queue 0, slot 0");
}

static void a_frame_without_checksum(void **state)
{
    (void)state;
    send(bench_frame(60) & ~(uint64_t)TXD_FCS, 60, 1, SIM_RULE_TX_CHECKSUM, "0x000000002910003c");
}

static void segmentation(void **state)
{
    (void)state;
    send(bench_frame(60) | 1u << 26, 60, 1, SIM_RULE_TX_UNMODELLED, "0x000000002f10003c");
}

static void a_vlan_tag_to_insert(void **state)
{
    (void)state;
    send(bench_frame(60) | 1u << 30, 60, 1, SIM_RULE_TX_UNMODELLED, "0x000000006b10003c");
}

static void a_checksum_to_insert(void **state)
{
    (void)state;
    send(60u | TXD_EOP | TXD_FCS | TXD_RS | 1u << 26, 60, 1, SIM_RULE_TX_UNMODELLED,
         "0x000000000f00003c");
}

static void checksums_by_option(void **state)
{
    (void)state;
    send(bench_frame(60) | UINT64_C(1) << 40, 60, 1, SIM_RULE_TX_UNMODELLED, "0x000001002b10003c");
}

static void a_packet_that_is_not_mapped(void **state)
{
    struct rig rig;

    (void)state;
    bench_start(&rig, CARD);
    rig_tx_fill(&rig, bench_frame(60), 60, 1);
    rig_tx(&rig, 0)[0] = 0x1000;
    rig_tx_tail(&rig);
    assert_int_equal(rig_step(&rig), 0);
    broken(&rig, SIM_RULE_DMA_UNMAPPED, "transmit queue 0, slot 0: 60 bytes at 0x1000");
}

static void a_buffer_of_which_the_last_byte_is_not_mapped(void **state)
{
    struct rig rig;

    (void)state;
    bench_start(&rig, CARD);
    rig_rx(&rig, 0)[0] = RIG_IOVA + RIG_BYTES - RIG_BUFFER + 1u;
    rig_put(&rig, 60, 1);
    assert_int_equal(rig_step(&rig), 1);
    broken(&rig, SIM_RULE_DMA_UNMAPPED, "receive queue 0, slot 0: buffer of 2048 bytes");
}

static void a_ring_that_is_not_mapped(void **state)
{
    struct rig rig;

    (void)state;
    bench_open(&rig, CARD);
    rig_write(&rig, E_TX + Q_BAL, 0x1000);
    rig_write(&rig, E_TX + Q_LEN, 128);
    rig_write(&rig, E_TCTL, E_TCTL_EN);
    broken(&rig, SIM_RULE_DMA_UNMAPPED,
           "the ring of transmit queue 0, 128 bytes at 0x1000, as it is enabled");
}

static void every_rule_about_packets_has_been_broken(void **state)
{
    (void)state;
    broken_all_82574(BY_PACKETS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bit_0_of_a_second_word),
        cmocka_unit_test(legacy_descriptors_may_have_any_second_word),
        cmocka_unit_test(a_descriptor_without_length),
        cmocka_unit_test(a_descriptor_of_no_type),
        cmocka_unit_test(a_packet_without_end),
        cmocka_unit_test(a_frame_beyond_9234_bytes),
        cmocka_unit_test(a_frame_without_checksum),
        cmocka_unit_test(segmentation),
        cmocka_unit_test(a_vlan_tag_to_insert),
        cmocka_unit_test(a_checksum_to_insert),
        cmocka_unit_test(checksums_by_option),
        cmocka_unit_test(a_packet_that_is_not_mapped),
        cmocka_unit_test(a_buffer_of_which_the_last_byte_is_not_mapped),
        cmocka_unit_test(a_ring_that_is_not_mapped),
        cmocka_unit_test(every_rule_about_packets_has_been_broken),
    };

    return RIG_MAIN(tests);
}
