/* SPDX-License-Identifier: MIT
 *
 * Rules about rings and their tails, each broken, and what the card does instead of what it
 * was told.
 */
#include "broken.h"

#define ARGUMENTS "82599,mode=step,wire=memory"

static void a_ring_that_is_not_aligned(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, ARGUMENTS);
    rig_write(&rig, R_RX + 3 * Q_STRIDE + Q_BAL, RIG_IOVA + 64);
    assert_int_equal(rig_read(&rig, R_RX + 3 * Q_STRIDE + Q_BAL), RIG_IOVA);
    broken(&rig, SIM_RULE_RING_BASE, "RDBAL(3) at 0x010c0 was set to 0x40000040 (receive queue 3)");
}

/* Enable transmit queue 2 with a ring of this length: it must not run. */
static void check_length(uint32_t bytes)
{
    uint32_t base = R_TX + 2 * Q_STRIDE;
    struct rig rig;

    rig_open(&rig, ARGUMENTS);
    rig_write(&rig, base + Q_BAL, RIG_IOVA);
    rig_write(&rig, base + Q_LEN, bytes);
    rig_write(&rig, base + Q_CONTROL, XDCTL_ENABLE);
    rig_delay(&rig, UINT32_MAX);
    assert_int_equal(rig_read(&rig, base + Q_CONTROL) & XDCTL_ENABLE, 0);
    broken(&rig, SIM_RULE_RING_LENGTH, "TDLEN(2) at 0x06088");
}

static void a_ring_without_length(void **state)
{
    (void)state;
    check_length(0);
}

static void a_ring_of_half_a_cache_line(void **state)
{
    (void)state;
    check_length(64 + 128);
}

static void a_ring_of_more_than_128_kib(void **state)
{
    (void)state;
    check_length((128u << 10) + 128u);
}

static void a_ring_of_128_kib_is_allowed(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, ARGUMENTS);
    rig_write(&rig, R_TX + Q_BAL, RIG_IOVA);
    rig_write(&rig, R_TX + Q_LEN, 128u << 10);
    rig_enable(&rig, R_TX + Q_CONTROL);
    assert_int_equal(rig_violations(&rig), 0);
    rig_close(&rig);
}

/* Write a register of a ring of a running queue: nothing may change. */
static void check_busy(uint32_t offset, const char *name)
{
    struct rig rig;
    uint32_t old;

    rig_open(&rig, ARGUMENTS);
    rig_start(&rig);
    old = rig_read(&rig, offset);
    rig_write(&rig, offset, old + 128u);
    assert_int_equal(rig_read(&rig, offset), old);
    broken(&rig, SIM_RULE_RING_BUSY, name);
}

#define BUSY_TEST(test, offset, name)                                                              \
    static void test(void **state)                                                                 \
    {                                                                                              \
        (void)state;                                                                               \
        check_busy(offset, name);                                                                  \
    }
BUSY_TEST(rdbal_of_a_running_queue, R_RX + Q_BAL, "RDBAL(0) at 0x01000")
BUSY_TEST(rdbah_of_a_running_queue, R_RX + Q_BAH, "RDBAH(0) at 0x01004")
BUSY_TEST(rdlen_of_a_running_queue, R_RX + Q_LEN, "RDLEN(0) at 0x01008")
BUSY_TEST(rdh_of_a_running_queue, R_RX + Q_HEAD, "RDH(0) at 0x01010")
BUSY_TEST(srrctl_of_a_running_queue, R_RX + Q_SRRCTL, "SRRCTL(0) at 0x01014")
BUSY_TEST(tdbal_of_a_running_queue, R_TX + Q_BAL, "TDBAL(0) at 0x06000")
BUSY_TEST(tdbah_of_a_running_queue, R_TX + Q_BAH, "TDBAH(0) at 0x06004")
BUSY_TEST(tdlen_of_a_running_queue, R_TX + Q_LEN, "TDLEN(0) at 0x06008")
BUSY_TEST(tdh_of_a_running_queue, R_TX + Q_HEAD, "TDH(0) at 0x06010")
BUSY_TEST(tdwbal_of_a_running_queue, R_TX + Q_TDWBAL, "TDWBAL(0) at 0x06038")
BUSY_TEST(tdwbah_of_a_running_queue, R_TX + Q_TDWBAH, "TDWBAH(0) at 0x0603c")
BUSY_TEST(srrctl_of_a_running_queue_by_its_alias, 0x02100u, "SRRCTL(0) at 0x01014")

static void a_ring_of_a_queue_that_does_not_run_yet(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, ARGUMENTS);
    rig_write(&rig, R_TX + Q_BAL, RIG_IOVA);
    rig_write(&rig, R_TX + Q_LEN, 1024);
    rig_write(&rig, R_TX + Q_CONTROL, XDCTL_ENABLE);
    rig_write(&rig, R_TX + Q_LEN, 128);
    assert_int_equal(rig_read(&rig, R_TX + Q_LEN), 1024);
    broken(&rig, SIM_RULE_RING_BUSY, "TDLEN(0) at 0x06008");
}

static void a_tail_left_outside_a_smaller_ring(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, ARGUMENTS);
    rig_start(&rig);
    rig_write(&rig, R_RX + Q_CONTROL, 0);
    rig_delay(&rig, 100);
    assert_int_equal(rig_read(&rig, R_RX + Q_CONTROL), 0);
    rig_write(&rig, R_RX + Q_LEN, 512);
    rig_write(&rig, R_RX + Q_CONTROL, XDCTL_ENABLE);
    broken(&rig, SIM_RULE_RING_HEAD, "receive queue 0 has head 0 and tail 63, ring of 32");
}

static void a_head_outside_the_ring(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, ARGUMENTS);
    rig_write(&rig, R_TX + Q_BAL, RIG_IOVA);
    rig_write(&rig, R_TX + Q_LEN, 1024);
    rig_write(&rig, R_TX + Q_HEAD, 64);
    rig_write(&rig, R_TX + Q_CONTROL, XDCTL_ENABLE);
    broken(&rig, SIM_RULE_RING_HEAD, "transmit queue 0 has head 64 and tail 0, ring of 64");
}

static void a_tail_outside_the_ring(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, ARGUMENTS);
    rig_start(&rig);
    rig_write(&rig, R_TX + Q_TAIL, 64);
    assert_int_equal(rig_read(&rig, R_TX + Q_TAIL), 0);
    broken(&rig, SIM_RULE_TAIL_RANGE,
           "TDT(0) at 0x06018 was set to 0x40 (transmit queue 0), ring of 64");
}

static void a_tail_of_a_queue_that_is_off(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, ARGUMENTS);
    rig_write(&rig, R_RX + Q_TAIL, 0); /* harmless */
    rig_write(&rig, R_RX + Q_TAIL, 8);
    assert_int_equal(rig_read(&rig, R_RX + Q_TAIL), 0);
    broken(&rig, SIM_RULE_TAIL_EARLY, "RDT(0) at 0x01018 was set to 0x8");
}

static void a_tail_of_a_queue_that_does_not_run_yet(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, ARGUMENTS);
    rig_write(&rig, R_TX + Q_BAL, RIG_IOVA);
    rig_write(&rig, R_TX + Q_LEN, 1024);
    rig_write(&rig, R_TX + Q_CONTROL, XDCTL_ENABLE);
    rig_write(&rig, R_TX + Q_TAIL, 0);
    broken(&rig, SIM_RULE_TAIL_EARLY, "TDT(0)");
}

static void lending_a_whole_ring(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, ARGUMENTS);
    rig_start(&rig);
    assert_int_equal(rig_read(&rig, R_RX + Q_TAIL), 63);
    rig_write(&rig, R_RX + Q_TAIL, 0);
    assert_int_equal(rig_read(&rig, R_RX + Q_TAIL), 63);
    broken(&rig, SIM_RULE_TAIL_OVERRUN, "tail was 63, head is 0, ring of 64");
}

static void moving_a_tail_past_the_head(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, ARGUMENTS);
    rig_start(&rig);
    rig_tx_fill(&rig, rig_frame(60), 60, 0);
    rig_tx_fill(&rig, rig_frame(60), 60, 0);
    rig_tx_tail(&rig);
    assert_int_equal(rig_step(&rig), 2);
    rig_write(&rig, R_TX + Q_TAIL, 10);
    rig_write(&rig, R_TX + Q_TAIL, 5); /* 59 more than the 8 lent */
    broken(&rig, SIM_RULE_TAIL_OVERRUN, "tail was 10, head is 2, ring of 64");
}

/* Enable receive queue 0 with this SRRCTL: it must not run. */
static void check_srrctl(uint32_t value, enum sim_rule rule)
{
    struct rig rig;

    rig_open(&rig, ARGUMENTS);
    rig_write(&rig, R_RX + Q_DCA, 0);
    rig_write(&rig, R_RX + Q_BAL, RIG_IOVA);
    rig_write(&rig, R_RX + Q_LEN, 1024);
    rig_write(&rig, R_RX + Q_SRRCTL, value);
    rig_write(&rig, R_RX + Q_CONTROL, XDCTL_ENABLE);
    rig_delay(&rig, UINT32_MAX);
    assert_int_equal(rig_read(&rig, R_RX + Q_CONTROL), 0);
    broken(&rig, rule, "SRRCTL(0) at 0x01014");
}

static void buffers_of_no_size(void **state)
{
    (void)state;
    check_srrctl(0, SIM_RULE_RX_BUFFER_SIZE);
}

static void buffers_of_17_kib(void **state)
{
    (void)state;
    check_srrctl(17, SIM_RULE_RX_BUFFER_SIZE);
}

static void split_receive_descriptors(void **state)
{
    (void)state;
    check_srrctl(2u | 2u << 25, SIM_RULE_RX_DESCRIPTOR_TYPE);
}

static void a_write_back_address_that_is_not_aligned(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, ARGUMENTS);
    rig_write(&rig, R_TX + Q_TDWBAL, (RIG_IOVA + 8u) | TDWBAL_ENABLE);
    broken(&rig, SIM_RULE_TX_WRITEBACK_ALIGN, "TDWBAL(0) at 0x06038");
}

/* Transmit queue 0 with head write-back, this DCA_TXCTRL and TXDCTL. */
static void enable_writeback(struct rig *rig, uint32_t dca, uint32_t control)
{
    rig_open(rig, ARGUMENTS);
    rig_write(rig, R_TX + Q_DCA, dca);
    rig_write(rig, R_TX + Q_BAL, RIG_IOVA);
    rig_write(rig, R_TX + Q_LEN, 1024);
    rig_write(rig, R_TX + Q_TDWBAL, (RIG_IOVA + RIG_HEAD) | TDWBAL_ENABLE);
    rig_write(rig, R_TX + Q_CONTROL, control | XDCTL_ENABLE);
}

static void a_write_back_threshold_with_head_write_back(void **state)
{
    struct rig rig;

    (void)state;
    enable_writeback(&rig, 0, 4u << 16);
    broken(&rig, SIM_RULE_TX_WRITEBACK_THRESHOLD, "TXDCTL(0) at 0x06028");
}

static void relaxed_ordering_with_head_write_back(void **state)
{
    struct rig rig;

    (void)state;
    enable_writeback(&rig, DCA_TX_RELAXED, 0);
    broken(&rig, SIM_RULE_TX_WRITEBACK_ORDER, "DCA_TXCTRL(0) at 0x0600c");
}

static void disabling_a_transmit_queue_with_packets_in_it(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, ARGUMENTS);
    rig_start(&rig);
    rig_tx_fill(&rig, rig_frame(60), 60, 1);
    rig_tx_tail(&rig);
    rig_write(&rig, R_TX + Q_CONTROL, 0);
    broken(&rig, SIM_RULE_TX_DISABLE_BUSY, "transmit queue 0 had head 0 and tail 1");
}

static void a_ring_that_is_not_mapped(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, ARGUMENTS);
    rig_write(&rig, R_TX + Q_BAL, RIG_IOVA + RIG_BYTES - 512u);
    rig_write(&rig, R_TX + Q_LEN, 1024);
    rig_write(&rig, R_TX + Q_CONTROL, XDCTL_ENABLE);
    rig_delay(&rig, 1000);
    assert_int_equal(rig_read(&rig, R_TX + Q_CONTROL), 0);
    broken(&rig, SIM_RULE_DMA_UNMAPPED, "the ring of transmit queue 0, 1024 bytes at 0x407ffe00");
}

static void a_ring_that_is_unmapped_while_it_runs(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, ARGUMENTS);
    rig_start(&rig);
    assert_int_equal(rig.transport->ops->unmap(rig.transport, &rig.memory), 0);
    rig_put(&rig, 60, 1);
    for (uint32_t i = 0; i < 3; i++) /* recorded once, not at each attempt */
        assert_int_equal(rig_step(&rig), 0);
    broken(&rig, SIM_RULE_DMA_UNMAPPED, "the ring of receive queue 0, 1024 bytes at 0x40000000");
}

static void every_rule_of_this_program_has_been_broken(void **state)
{
    (void)state;
    broken_all(BY_RINGS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_ring_that_is_not_aligned),
        cmocka_unit_test(a_ring_without_length),
        cmocka_unit_test(a_ring_of_half_a_cache_line),
        cmocka_unit_test(a_ring_of_more_than_128_kib),
        cmocka_unit_test(a_ring_of_128_kib_is_allowed),
        cmocka_unit_test(rdbal_of_a_running_queue),
        cmocka_unit_test(rdbah_of_a_running_queue),
        cmocka_unit_test(rdlen_of_a_running_queue),
        cmocka_unit_test(rdh_of_a_running_queue),
        cmocka_unit_test(srrctl_of_a_running_queue),
        cmocka_unit_test(tdbal_of_a_running_queue),
        cmocka_unit_test(tdbah_of_a_running_queue),
        cmocka_unit_test(tdlen_of_a_running_queue),
        cmocka_unit_test(tdh_of_a_running_queue),
        cmocka_unit_test(tdwbal_of_a_running_queue),
        cmocka_unit_test(tdwbah_of_a_running_queue),
        cmocka_unit_test(srrctl_of_a_running_queue_by_its_alias),
        cmocka_unit_test(a_head_outside_the_ring),
        cmocka_unit_test(a_ring_of_a_queue_that_does_not_run_yet),
        cmocka_unit_test(a_tail_left_outside_a_smaller_ring),
        cmocka_unit_test(a_tail_outside_the_ring),
        cmocka_unit_test(a_tail_of_a_queue_that_is_off),
        cmocka_unit_test(a_tail_of_a_queue_that_does_not_run_yet),
        cmocka_unit_test(lending_a_whole_ring),
        cmocka_unit_test(moving_a_tail_past_the_head),
        cmocka_unit_test(buffers_of_no_size),
        cmocka_unit_test(buffers_of_17_kib),
        cmocka_unit_test(split_receive_descriptors),
        cmocka_unit_test(a_write_back_address_that_is_not_aligned),
        cmocka_unit_test(a_write_back_threshold_with_head_write_back),
        cmocka_unit_test(relaxed_ordering_with_head_write_back),
        cmocka_unit_test(disabling_a_transmit_queue_with_packets_in_it),
        cmocka_unit_test(a_ring_that_is_not_mapped),
        cmocka_unit_test(a_ring_that_is_unmapped_while_it_runs),
        cmocka_unit_test(every_rule_of_this_program_has_been_broken),
    };

    return RIG_MAIN(tests);
}
