/* SPDX-License-Identifier: MIT
 *
 * Interrupts of the 82574: what raises causes, what clears and masks them, and which vector
 * interrupts when.
 */
#include <sys/eventfd.h>
#include <unistd.h>

#include "bench.h"

#define ROUTES                                                                                     \
    0x000ba98u /* receive queue 0 has vector 0, 1 has 1, transmit queue 0 has 2, 1 has 3 */

/* The link has just come up, of which there is a cause; take it. */
static void start(struct rig *rig)
{
    bench_start(rig, CARD);
    assert_int_equal(rig_read(rig, E_ICR), E_ICR_LSC | E_ICR_OTHER);
    assert_int_equal(rig_read(rig, E_ICR), 0);
}

static void a_frame_raises_causes_of_its_queue(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig);
    rig_put(&rig, 60, 1);
    assert_int_equal(rig_step(&rig), 1);
    assert_int_equal(rig_read(&rig, E_ICR), E_ICR_RXT0 | E_ICR_RXQ0);
    rig_close(&rig);
}

static void few_descriptors_raise_a_cause(void **state)
{
    struct rig rig;

    (void)state;
    bench_open(&rig, CARD);
    bench_receive(&rig, BENCH_RCTL | 1u << 8, true, RIG_RING / 4u + 2u);
    (void)rig_read(&rig, E_ICR);
    rig_put(&rig, 60, 1);
    assert_int_equal(rig_step(&rig), 1);
    assert_int_equal(rig_read(&rig, E_ICR) & E_ICR_RXDMT0, 0);
    rig_put(&rig, 60, 1);
    assert_int_equal(rig_step(&rig), 1);
    assert_int_equal(rig_read(&rig, E_ICR) & E_ICR_RXDMT0, E_ICR_RXDMT0);
    rig_close(&rig);
}

static void a_report_of_what_was_sent_raises_causes(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig);
    rig_tx_fill(&rig, bench_frame(60) & ~(uint64_t)TXD_RS, 60, 1);
    rig_tx_tail(&rig);
    assert_int_equal(rig_step(&rig), 1);
    assert_int_equal(rig_read(&rig, E_ICR), 0);
    rig_tx_fill(&rig, bench_frame(60), 60, 1);
    rig_tx_tail(&rig);
    assert_int_equal(rig_step(&rig), 1);
    assert_int_equal(rig_read(&rig, E_ICR), E_ICR_TXDW | E_ICR_TXQE | E_ICR_TXQ0);
    rig_close(&rig);
}

static void a_command_of_mdic_raises_a_cause_when_asked(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig);
    rig_write(&rig, E_MDIC, E_MDIC_READ << 26 | 1u << 21 | E_MDIC_INTERRUPT);
    assert_int_equal(rig_read(&rig, E_ICR), 0);
    rig_delay(&rig, 10);
    assert_int_equal(rig_read(&rig, E_ICR), E_ICR_MDAC | E_ICR_OTHER);
    rig_close(&rig);
}

static void the_link_raises_a_cause_both_ways(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig);
    rig_write(&rig, E_CTRL, 0);
    assert_int_equal(rig_read(&rig, E_ICR) & E_ICR_LSC, E_ICR_LSC);
    rig_write(&rig, E_CTRL, E_CTRL_SLU);
    assert_int_equal(rig_read(&rig, E_ICR) & E_ICR_LSC, E_ICR_LSC);
    rig_close(&rig);
}

static void a_read_clears_when_nothing_is_unmasked(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig);
    rig_write(&rig, E_ICS, E_ICR_RXT0);
    assert_int_equal(rig_read(&rig, E_ICR), E_ICR_RXT0);
    assert_int_equal(rig_read(&rig, E_ICR), 0);
    rig_close(&rig);
}

static void a_read_clears_when_a_cause_is_asserted(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig);
    rig_write(&rig, E_IMS, E_ICR_RXT0);
    rig_write(&rig, E_ICS, E_ICR_RXT0 | E_ICR_TXDW);
    assert_int_equal(rig_read(&rig, E_ICR), E_ICR_RXT0 | E_ICR_TXDW | E_ICR_ASSERTED);
    assert_int_equal(rig_read(&rig, E_ICR), 0);
    rig_close(&rig);
}

static void a_read_clears_nothing_when_all_causes_are_masked_but_others_are_not(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig);
    rig_write(&rig, E_IMS, E_ICR_RXT0);
    rig_write(&rig, E_ICS, E_ICR_TXDW);
    assert_int_equal(rig_read(&rig, E_ICR), E_ICR_TXDW);
    assert_int_equal(rig_read(&rig, E_ICR), E_ICR_TXDW);
    rig_write(&rig, E_ICR, E_ICR_TXDW);
    assert_int_equal(rig_read(&rig, E_ICR), 0);
    rig_close(&rig);
}

static void ims_sets_and_imc_clears_the_mask(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, CARD);
    rig_write(&rig, E_IMS, 0xf0);
    rig_write(&rig, E_IMS, 0x0f);
    assert_int_equal(rig_read(&rig, E_IMS), 0xff);
    rig_write(&rig, E_IMC, 0x3c);
    assert_int_equal(rig_read(&rig, E_IMS), 0xc3);
    assert_int_equal(rig_read(&rig, E_IMC), 0);
    assert_int_equal(rig_read(&rig, E_ICS), 0);
    rig_close(&rig);
}

static void with_iame_what_is_asserted_masks_iam_when_it_is_read(void **state)
{
    struct rig rig;

    (void)state;
    start(&rig);
    rig_write(&rig, E_CTRL_EXT, E_CTRL_EXT_ONE | E_CTRL_EXT_IAME);
    rig_write(&rig, E_IAM, E_ICR_RXT0 | E_ICR_LSC);
    rig_write(&rig, E_IMS, E_ICR_RXT0 | E_ICR_LSC | E_ICR_TXDW);
    (void)rig_read(&rig, E_ICR);
    assert_int_equal(rig_read(&rig, E_IMS), E_ICR_RXT0 | E_ICR_LSC | E_ICR_TXDW);
    rig_write(&rig, E_ICS, E_ICR_RXT0);
    (void)rig_read(&rig, E_ICR);
    assert_int_equal(rig_read(&rig, E_IMS), E_ICR_TXDW);
    rig_write(&rig, E_IMS, E_ICR_RXT0);
    rig_write(&rig, E_ICS, E_ICR_RXT0);
    rig_write(&rig, E_ICR, E_ICR_RXT0); /* so does a write */
    assert_int_equal(rig_read(&rig, E_IMS), E_ICR_TXDW);
    rig_close(&rig);
}

/* The vectors of the card, connected. */
struct wires {
    int event[E_VECTORS];
    uint32_t count;
};

static void connect_all(struct rig *rig, struct wires *wires)
{
    wires->count = rig->transport->vectors;
    for (uint32_t i = 0; i < wires->count; i++) {
        wires->event[i] = eventfd(0, EFD_NONBLOCK);
        assert_true(wires->event[i] >= 0);
    }
    assert_int_equal(rig->transport->ops->interrupts(rig->transport, wires->event, wires->count),
                     0);
}

static void disconnect(struct rig *rig, struct wires *wires)
{
    assert_int_equal(rig->transport->ops->interrupts(rig->transport, NULL, 0), 0);
    for (uint32_t i = 0; i < wires->count; i++)
        assert_int_equal(close(wires->event[i]), 0);
    rig_close(rig);
}

/* How often the vector has interrupted since it was last asked. */
static uint64_t heard(const struct wires *wires, uint32_t vector)
{
    uint64_t count = 0;

    if (read(wires->event[vector], &count, sizeof(count)) != (ssize_t)sizeof(count))
        return 0;
    return count;
}

static void start_connected(struct rig *rig, const char *arguments, struct wires *wires)
{
    bench_start(rig, arguments);
    (void)rig_read(rig, E_ICR);
    connect_all(rig, wires);
    rig_write(rig, E_IVAR, ROUTES | (E_IVAR_VALID | 4u) << 16);
}

static void receive_one(struct rig *rig)
{
    rig_put(rig, 60, 1);
    assert_int_equal(rig_step(rig), 1);
}

static void each_cause_interrupts_by_its_vector(void **state)
{
    struct wires wires;
    struct rig rig;

    (void)state;
    start_connected(&rig, CARD, &wires);
    rig_write(&rig, E_IMS, E_ICR_QUEUES | E_ICR_LSC);
    receive_one(&rig);
    assert_int_equal(heard(&wires, 0), 1);
    rig_tx_fill(&rig, bench_frame(60), 60, 1);
    rig_tx_tail(&rig);
    (void)rig_step(&rig);
    assert_int_equal(heard(&wires, 2), 1);
    rig_write(&rig, E_CTRL, 0); /* the link goes down */
    (void)rig_step(&rig);
    assert_int_equal(heard(&wires, 4), 1);
    for (uint32_t i = 0; i < E_VECTORS; i++)
        assert_int_equal(heard(&wires, i), 0);
    disconnect(&rig, &wires);
}

static void a_cause_that_is_masked_interrupts_once_it_is_not(void **state)
{
    struct wires wires;
    struct rig rig;

    (void)state;
    start_connected(&rig, CARD, &wires);
    receive_one(&rig);
    assert_int_equal(heard(&wires, 0), 0);
    rig_write(&rig, E_IMS, E_ICR_RXQ0);
    assert_int_equal(heard(&wires, 0), 1);
    rig_write(&rig, E_IMC, E_ICR_RXQ0);
    receive_one(&rig);
    assert_int_equal(heard(&wires, 0), 0);
    disconnect(&rig, &wires);
}

static void a_cause_interrupts_once_until_it_is_cleared(void **state)
{
    struct wires wires;
    struct rig rig;

    (void)state;
    start_connected(&rig, CARD, &wires);
    rig_write(&rig, E_IMS, E_ICR_RXQ0);
    receive_one(&rig);
    receive_one(&rig);
    assert_int_equal(heard(&wires, 0), 1);
    rig_write(&rig, E_ICR, E_ICR_RXQ0);
    receive_one(&rig);
    assert_int_equal(heard(&wires, 0), 1);
    disconnect(&rig, &wires);
}

static void eiac_clears_and_masks_what_has_interrupted(void **state)
{
    struct wires wires;
    struct rig rig;

    (void)state;
    start_connected(&rig, CARD, &wires);
    rig_write(&rig, E_EIAC, E_ICR_RXQ0);
    rig_write(&rig, E_IMS, E_ICR_RXQ0 | E_ICR_TXQ0);
    receive_one(&rig);
    assert_int_equal(heard(&wires, 0), 1);
    assert_int_equal(rig_read(&rig, E_IMS), E_ICR_TXQ0);
    assert_int_equal(rig_read(&rig, E_ICR), E_ICR_RXT0); /* which nothing unmasks */
    receive_one(&rig);
    assert_int_equal(heard(&wires, 0), 0);
    rig_write(&rig, E_IMS, E_ICR_RXQ0);
    assert_int_equal(heard(&wires, 0), 1);
    disconnect(&rig, &wires);
}

static void eitr_keeps_interrupts_apart(void **state)
{
    struct wires wires;
    struct rig rig;

    (void)state;
    start_connected(&rig, CARD, &wires);
    rig_write(&rig, E_EITR, 391); /* 100 microseconds */
    rig_write(&rig, E_EIAC, E_ICR_RXQ0);
    for (uint32_t i = 0; i < 2; i++) {
        rig_write(&rig, E_IMS, E_ICR_RXQ0);
        receive_one(&rig);
        assert_int_equal(heard(&wires, 0), i == 0);
    }
    rig_delay(&rig, 80);
    assert_int_equal(heard(&wires, 0), 0);
    rig_delay(&rig, 30);
    assert_int_equal(heard(&wires, 0), 1);
    disconnect(&rig, &wires);
}

static void a_single_vector_tells_of_everything(void **state)
{
    struct wires wires;
    struct rig rig;

    (void)state;
    start_connected(&rig, CARD ",vectors=1", &wires);
    rig_write(&rig, E_IMS, E_ICR_RXT0 | E_ICR_TXDW | E_ICR_LSC);
    receive_one(&rig);
    assert_int_equal(heard(&wires, 0), 1);
    assert_int_equal(rig_read(&rig, E_ICR) & E_ICR_ASSERTED, E_ICR_ASSERTED);
    rig_write(&rig, E_ITR, 391);
    rig_tx_fill(&rig, bench_frame(60), 60, 1);
    rig_tx_tail(&rig);
    (void)rig_step(&rig);
    assert_int_equal(heard(&wires, 0), 1);
    (void)rig_read(&rig, E_ICR);
    receive_one(&rig);
    assert_int_equal(heard(&wires, 0), 0);
    rig_delay(&rig, 110);
    assert_int_equal(heard(&wires, 0), 1);
    disconnect(&rig, &wires);
}

static void a_card_without_vectors_interrupts_nobody(void **state)
{
    struct rig rig;

    (void)state;
    bench_start(&rig, CARD ",vectors=0");
    rig_write(&rig, E_IMS, E_ICR_RXT0);
    receive_one(&rig);
    assert_int_equal(rig_read(&rig, E_ICR) & E_ICR_RXT0, E_ICR_RXT0);
    rig_close(&rig);
}

static void a_hostile_card_interrupts_without_end_or_never(void **state)
{
    struct wires wires;
    struct rig rig;

    (void)state;
    start_connected(&rig, CARD ",hostile=irq.storm", &wires);
    for (uint32_t i = 0; i < 20; i++)
        (void)rig_step(&rig);
    for (uint32_t i = 0; i < E_VECTORS; i++)
        assert_int_equal(heard(&wires, i), 20);
    disconnect(&rig, &wires);

    start_connected(&rig, CARD ",hostile=irq.lost", &wires);
    rig_write(&rig, E_IMS, E_ICR_QUEUES);
    receive_one(&rig);
    assert_int_equal(heard(&wires, 0), 0);
    disconnect(&rig, &wires);

    start_connected(&rig, CARD ",hostile=irq.wrong:1", &wires);
    rig_write(&rig, E_IMS, E_ICR_RXQ0);
    (void)rig_step(&rig);
    assert_int_equal(heard(&wires, 0), 0);
    assert_int_equal(heard(&wires, 1), 1);
    disconnect(&rig, &wires);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_frame_raises_causes_of_its_queue),
        cmocka_unit_test(few_descriptors_raise_a_cause),
        cmocka_unit_test(a_report_of_what_was_sent_raises_causes),
        cmocka_unit_test(a_command_of_mdic_raises_a_cause_when_asked),
        cmocka_unit_test(the_link_raises_a_cause_both_ways),
        cmocka_unit_test(a_read_clears_when_nothing_is_unmasked),
        cmocka_unit_test(a_read_clears_when_a_cause_is_asserted),
        cmocka_unit_test(a_read_clears_nothing_when_all_causes_are_masked_but_others_are_not),
        cmocka_unit_test(ims_sets_and_imc_clears_the_mask),
        cmocka_unit_test(with_iame_what_is_asserted_masks_iam_when_it_is_read),
        cmocka_unit_test(each_cause_interrupts_by_its_vector),
        cmocka_unit_test(a_cause_that_is_masked_interrupts_once_it_is_not),
        cmocka_unit_test(a_cause_interrupts_once_until_it_is_cleared),
        cmocka_unit_test(eiac_clears_and_masks_what_has_interrupted),
        cmocka_unit_test(eitr_keeps_interrupts_apart),
        cmocka_unit_test(a_single_vector_tells_of_everything),
        cmocka_unit_test(a_card_without_vectors_interrupts_nobody),
        cmocka_unit_test(a_hostile_card_interrupts_without_end_or_never),
    };

    return RIG_MAIN(tests);
}
