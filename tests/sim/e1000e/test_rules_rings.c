/* SPDX-License-Identifier: MIT
 *
 * Rules of the 82574 about rings, each broken.
 */
#include "bench.h"
#include "broken_82574.h"

static void a_base_that_is_not_aligned(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, CARD);
    rig_write(&rig, E_RX + Q_BAL, RIG_IOVA + 8);
    assert_int_equal(rig_read(&rig, E_RX + Q_BAL), RIG_IOVA);
    broken(&rig, SIM_RULE_RING_BASE, "RDBAL(0) at 0x02800 was set to 0x40000008 (receive queue 0)");
}

static void sixteen_bytes_are_alignment_enough(void **state)
{
    struct rig rig;

    (void)state;
    bench_open(&rig, CARD);
    rig_write(&rig, E_TX + Q_BAL, RIG_IOVA + 16);
    rig_write(&rig, E_TX + Q_LEN, 128);
    rig_write(&rig, E_TCTL, E_TCTL_EN);
    assert_int_equal(rig_violations(&rig), 0);
    rig_close(&rig);
}

/* The receiver starts with a ring of so many bytes. */
static void start_with_length(uint32_t bytes, const char *text)
{
    struct rig rig;

    bench_open(&rig, CARD);
    rig_write(&rig, E_RX + Q_BAL, RIG_IOVA);
    rig_write(&rig, E_RX + Q_LEN, bytes);
    rig_write(&rig, E_RCTL, E_RCTL_EN | BENCH_RCTL);
    rig_put(&rig, 60, 1);
    assert_int_equal(rig_step(&rig), 0);
    broken(&rig, SIM_RULE_RING_LENGTH, text);
}

static void receiving_without_a_ring(void **state)
{
    (void)state;
    start_with_length(0, "RDLEN(0) at 0x02808 was set to 0x0");
}

static void a_length_that_is_no_multiple_of_128(void **state)
{
    (void)state;
    start_with_length(64, "RDLEN(0) at 0x02808 was set to 0x40");
}

static void a_ring_of_1_mib(void **state)
{
    (void)state;
    start_with_length(1u << 20, "RDLEN(0) at 0x02808 was set to 0x100000");
}

static void the_longest_ring_is_used(void **state)
{
    struct rig rig;

    (void)state;
    bench_open(&rig, CARD);
    rig_write(&rig, E_RX + Q_BAL, RIG_IOVA);
    rig_write(&rig, E_RX + Q_LEN, (1u << 20) - 128u);
    rig_write(&rig, E_RCTL, E_RCTL_EN | BENCH_RCTL);
    rig_write(&rig, E_RX + Q_TAIL, 65527);
    assert_int_equal(rig_violations(&rig), 0);
    assert_int_equal(rig_read(&rig, E_RX + Q_TAIL), 65527);
    rig_close(&rig);
}

static void changing_a_receive_ring_while_receiving(void **state)
{
    struct rig rig;

    (void)state;
    bench_start(&rig, CARD);
    rig_write(&rig, E_RX + Q_LEN, 256);
    assert_int_equal(rig_read(&rig, E_RX + Q_LEN), RIG_RING * 16u);
    broken(&rig, SIM_RULE_RING_BUSY, "RDLEN(0) at 0x02808 was set to 0x100 (receive queue 0)");
}

static void changing_a_transmit_ring_while_sending(void **state)
{
    struct rig rig;

    (void)state;
    bench_start(&rig, CARD);
    rig_write(&rig, E_TX + Q_BAH, 1);
    broken(&rig, SIM_RULE_RING_BUSY, "TDBAH(0) at 0x03804");
}

/* The bit alone does not end what is under way. */
static void changing_a_ring_as_soon_as_the_receiver_is_off(void **state)
{
    struct rig rig;

    (void)state;
    bench_start(&rig, CARD);
    rig_write(&rig, E_RCTL, 0);
    rig_write(&rig, E_RX + Q_HEAD, 0);
    broken(&rig, SIM_RULE_RING_BUSY, "RDH(0) at 0x02810");
}

static void a_ring_may_change_some_time_after_its_unit_is_off(void **state)
{
    struct rig rig;

    (void)state;
    bench_start(&rig, CARD);
    rig_write(&rig, E_RCTL, 0);
    rig_write(&rig, E_TCTL, 0);
    rig_delay(&rig, 100);
    rig_write(&rig, E_RX + Q_LEN, 128);
    rig_write(&rig, E_TX + Q_LEN, 128);
    assert_int_equal(rig_violations(&rig), 0);
    rig_close(&rig);
}

static void a_ring_whose_tail_lies_outside(void **state)
{
    struct rig rig;

    (void)state;
    bench_open(&rig, CARD);
    bench_rx_ring(&rig);
    rig_write(&rig, E_RX + Q_TAIL, RIG_RING - 1u);
    rig_write(&rig, E_RX + Q_LEN, 128);
    rig_write(&rig, E_RCTL, E_RCTL_EN | BENCH_RCTL);
    broken(&rig, SIM_RULE_RING_HEAD, "receive queue 0 has head 0 and tail 63, ring of 8");
}

static void a_tail_outside_of_a_ring_that_runs(void **state)
{
    struct rig rig;

    (void)state;
    bench_start(&rig, CARD);
    rig_write(&rig, E_TX + Q_TAIL, RIG_RING);
    broken(&rig, SIM_RULE_TAIL_RANGE,
           "TDT(0) at 0x03818 was set to 0x40 (transmit queue 0), ring of 64");
}

static void a_tail_outside_of_a_ring_that_does_not_run_yet(void **state)
{
    struct rig rig;

    (void)state;
    bench_open(&rig, CARD);
    bench_rx_ring(&rig);
    rig_write(&rig, E_RX + Q_TAIL, RIG_RING);
    assert_int_equal(rig_read(&rig, E_RX + Q_TAIL), 0);
    broken(&rig, SIM_RULE_TAIL_RANGE,
           "RDT(0) at 0x02818 was set to 0x40 (receive queue 0), ring of 64");
}

static void a_ring_may_be_filled_before_its_unit_starts(void **state)
{
    struct rig rig;

    (void)state;
    bench_open(&rig, CARD);
    bench_rx_ring(&rig);
    rig_lend(&rig, 4);
    rig_write(&rig, E_RFCTL, E_RFCTL_EXTEN);
    rig_write(&rig, E_RCTL, E_RCTL_EN | BENCH_RCTL);
    rig_put(&rig, 60, 1);
    assert_int_equal(rig_step(&rig), 1);
    assert_int_equal(rig_violations(&rig), 0);
    rig_close(&rig);
}

static void lending_the_whole_ring(void **state)
{
    struct rig rig;

    (void)state;
    bench_start(&rig, CARD);
    rig_lend(&rig, 1);
    broken(&rig, SIM_RULE_TAIL_OVERRUN, "RDT(0) at 0x02818 was set to 0x0");
}

static void buffers_of_a_size_that_is_reserved(void **state)
{
    struct rig rig;

    (void)state;
    bench_open(&rig, CARD);
    bench_receive(&rig, BENCH_RCTL | E_RCTL_BSEX, true, 0);
    broken(&rig, SIM_RULE_RX_BUFFER_SIZE, "RCTL at 0x00100 is 0x0600801a as reception starts");
}

static void descriptors_that_split_packets(void **state)
{
    struct rig rig;

    (void)state;
    bench_open(&rig, CARD);
    bench_receive(&rig, BENCH_RCTL | 1u << 10, true, 0);
    broken(&rig, SIM_RULE_RX_DESCRIPTOR_TYPE, "RCTL at 0x00100 is 0x0400841a as reception starts");
}

static void every_rule_about_rings_has_been_broken(void **state)
{
    (void)state;
    broken_all_82574(BY_RINGS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_base_that_is_not_aligned),
        cmocka_unit_test(sixteen_bytes_are_alignment_enough),
        cmocka_unit_test(receiving_without_a_ring),
        cmocka_unit_test(a_length_that_is_no_multiple_of_128),
        cmocka_unit_test(a_ring_of_1_mib),
        cmocka_unit_test(the_longest_ring_is_used),
        cmocka_unit_test(changing_a_receive_ring_while_receiving),
        cmocka_unit_test(changing_a_transmit_ring_while_sending),
        cmocka_unit_test(changing_a_ring_as_soon_as_the_receiver_is_off),
        cmocka_unit_test(a_ring_may_change_some_time_after_its_unit_is_off),
        cmocka_unit_test(a_ring_whose_tail_lies_outside),
        cmocka_unit_test(a_tail_outside_of_a_ring_that_runs),
        cmocka_unit_test(a_tail_outside_of_a_ring_that_does_not_run_yet),
        cmocka_unit_test(a_ring_may_be_filled_before_its_unit_starts),
        cmocka_unit_test(lending_the_whole_ring),
        cmocka_unit_test(buffers_of_a_size_that_is_reserved),
        cmocka_unit_test(descriptors_that_split_packets),
        cmocka_unit_test(every_rule_about_rings_has_been_broken),
    };

    return RIG_MAIN(tests);
}
