/* SPDX-License-Identifier: MIT
 *
 * A card that lies by its registers: gone, late, of two minds about its link, or answering
 * nonsense. None of it reaches the packets.
 */
#include "life.h"

#include <stdio.h>
#include <string.h>

#include "sim/e1000e/registers.h"

#define LENGTH 100u /* of each frame */

static struct ir_domain *domain;

/* What differs from one kind of card to another. */
struct differences {
    const struct sim_part *part;
    uint32_t mbps;   /* of the link */
    uint32_t causes; /* offset of the register of interrupt causes */
};

static const struct differences *of_chosen(void)
{
    static const struct differences kinds[] = {{&sim_part_82599, 10000, R_EICR},
                                               {&sim_part_82574, 1000, E_ICR}};

    return &kinds[strcmp(card_kind(), "82574") == 0];
}

/* What ir_open says of a card with these keys, and its sentence. */
static int open_card(const char *arguments, char error[IR_ERROR_LENGTH])
{
    struct ir_dev *dev = NULL;
    char device[64];
    int result;

    (void)snprintf(device, sizeof(device), "sim:%s,mode=step,%s", card_kind(), arguments);
    assert_int_equal(ir_domain_create(&domain), 0);
    result = ir_open(domain, device, &dev, error);
    (void)ir_close(dev);
    assert_int_equal(ir_domain_destroy(domain), 0);
    return result;
}

/* Frames go through both ways, complete and in order. */
static void forwards(struct card *card, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        struct ir_pkt pkt = card_packet(card, LENGTH, i);

        card_put(card, LENGTH, i);
        assert_int_equal(ir_tx(card->tx, &pkt, 1), 1);
        for (uint32_t round = 0; ir_rx(card->rx, &pkt, 1) != 1; round++) {
            assert_true(round < 1000u);
            work(card, 1);
        }
        card_expect(card, pkt, LENGTH, i);
        for (uint32_t round = 0; ir_tx_reclaim(card->tx) != 0; round++) {
            assert_true(round < 1000u);
            work(card, 1);
        }
        card_expect_sent(card, LENGTH, i);
        card_audit(card, 0);
    }
}

static void card_that_is_gone_from_the_start_is_no_device(void **state)
{
    char error[IR_ERROR_LENGTH] = "";

    (void)state;
    assert_int_equal(open_card("hostile=gone", error), -ENODEV);
    assert_non_null(strstr(error, "does not answer"));
    assert_int_equal(open_card("hostile=gone:0:50", error), -ENODEV);
}

/* Its rings work on, as those of a card that wants to be believed dead would. */
static void card_that_goes_is_no_device_until_it_is_back(void **state)
{
    struct card *card = *state;
    struct ir_stats stats;
    struct ir_link link;
    struct ir_pkt pkt;
    uint32_t free;

    card_put(card, LENGTH, 1);
    card_settle(card);
    lie(card, SIM_HOSTILE_GONE, 0, 0);
    assert_int_equal(ir_rx(card->rx, &pkt, 1), 1);
    card_expect(card, pkt, LENGTH, 1);
    free = ir_pool_available(card->pool);
    assert_int_equal(ir_link(card->dev, &link), -ENODEV);
    assert_int_equal(ir_stats(card->dev, &stats), -ENODEV);
    assert_int_equal(ir_promiscuous(card->dev, true), -ENODEV);
    assert_int_equal(ir_reset(card->dev), -ENODEV);
    card_audit(card, 0);
    assert_int_equal(ir_pool_available(card->pool), free); /* the others wait in the rings */
    card_is_broken(card);
    be_honest(card);
    assert_int_equal(ir_reset(card->dev), 0);
    card_works(card);
}

/* At each moment between the first access and the last, for good or for a while. */
static void card_may_go_at_any_moment(void **state)
{
    uint32_t whole = 0;
    uint32_t refused = 0;

    (void)state;
    for (uint32_t after = 0; after < 30000u; after = after * 9u / 8u + 13u) {
        char arguments[64];
        struct outcome outcome;

        (void)snprintf(arguments, sizeof(arguments), "hostile=gone:0:%u", after);
        outcome = live(arguments, NULL, NULL);
        assert_true(outcome.opened == 0 || outcome.opened == -ENODEV);
        refused += outcome.opened != 0;
        (void)snprintf(arguments, sizeof(arguments), "hostile=gone:5:%u", after);
        outcome = live(arguments, NULL, NULL);
        assert_true(outcome.opened == 0 || outcome.opened == -ENODEV || outcome.opened == -EIO ||
                    outcome.opened == -ETIMEDOUT);
        whole += outcome.opened == 0 && outcome.closed == 0;
    }
    assert_true(refused > 10u && whole > 10u);
}

/* One field a minute late, each in turn: some call times out, and a reset after that succeeds. */
static void field_that_is_late_costs_a_call(void **state)
{
    uint32_t refused = 0;
    uint32_t failed = 0;

    (void)state;
    for (uint32_t after = 0; after < 60u; after++) {
        char arguments[64];
        struct outcome outcome;

        (void)snprintf(arguments, sizeof(arguments), "hostile=field:1:%u", after);
        outcome = live(arguments, NULL, NULL);
        assert_true(outcome.opened == 0 || outcome.opened == -ETIMEDOUT);
        refused += outcome.opened != 0;
        failed += outcome.failed;
        assert_true(outcome.opened != 0 || (outcome.recovered > 0 && outcome.received > 0));
    }
    assert_true(refused > 0 && failed > 0);
}

static void fields_that_are_all_late_refuse_the_card(void **state)
{
    char error[IR_ERROR_LENGTH] = "";

    (void)state;
    assert_int_equal(open_card("hostile=field", error), -ETIMEDOUT);
    assert_true(error[0] != '\0');
}

static void link_that_flaps_delays_frames_and_loses_none(void **state)
{
    struct card *card = *state;
    uint32_t down = 0;

    lie(card, SIM_HOSTILE_LINK, 0, 0);
    forwards(card, 200);
    for (uint32_t i = 0; i < 200; i++) {
        struct ir_link link;

        work(card, 1);
        assert_int_equal(ir_link(card->dev, &link), 0);
        assert_int_equal(link.speed_mbps, link.up ? of_chosen()->mbps : 0);
        down += !link.up;
        assert_int_equal(ir_link_wait(card->dev, 20), 0); /* never down for long */
    }
    assert_true(down > 100u);
}

static uint32_t read_register(struct card *card, uint32_t offset)
{
    uint32_t value = 0;

    assert_int_equal(ir_reg_read(&card->dev->transport->bars[0], offset, 4, &value), 0);
    return value;
}

static void storm_of_interrupts_changes_nothing(void **state)
{
    struct card *card = *state;

    lie(card, SIM_HOSTILE_EICR, 0, 0);
    for (uint32_t i = 0; i < 100; i++) {
        assert_int_equal(read_register(card, of_chosen()->causes), 0x7fffffff);
        forwards(card, 1);
    }
    assert_int_equal(ir_reset(card->dev), 0);
    forwards(card, 10);
}

static void statistics_that_jump_are_only_figures(void **state)
{
    struct card *card = *state;
    struct ir_stats before = {0};
    struct ir_stats stats;

    lie(card, SIM_HOSTILE_COUNTER, 0, 0);
    for (uint32_t i = 0; i < 300; i++) {
        assert_int_equal(ir_stats(card->dev, &stats), 0);
        assert_true(stats.rx_packets >= before.rx_packets && stats.tx_packets >= before.tx_packets);
        assert_int_equal(stats.rx_dropped, 0); /* the driver's own */
        before = stats;
        forwards(card, 1);
    }
    assert_true(stats.rx_packets > UINT32_MAX);
    assert_int_equal(ir_reset(card->dev), 0);
    forwards(card, 10);
}

/* Each register of the card, by its name: always, and now and then. */
static void no_register_can_make_the_driver_misbehave(void **state)
{
    struct outcome sum = {0};
    uint32_t refused = 0;

    (void)state;
    for (size_t row = 0; row < *of_chosen()->part->register_count; row++) {
        static const char *const when[] = {"", ":1", ":3:20"};

        for (size_t i = 0; i < sizeof(when) / sizeof(when[0]); i++) {
            char arguments[64];
            struct outcome outcome;

            (void)snprintf(arguments, sizeof(arguments), "hostile=%s%s",
                           of_chosen()->part->registers[row].name, when[i]);
            outcome = live(arguments, NULL, NULL);
            refused += outcome.opened != 0;
            sum.recovered += outcome.recovered;
            sum.failed += outcome.failed;
        }
    }
    assert_true(refused > 0 && sum.recovered > 0 && sum.failed > 0);
}

/* Any register, so often that hardly a card comes up. */
static void registers_that_all_lie_lose_no_buffer(void **state)
{
    (void)state;
    for (uint32_t after = 0; after < 3000u; after += 100u) {
        char arguments[64];

        (void)snprintf(arguments, sizeof(arguments), "hostile=register:0:%u", after);
        (void)live(arguments, NULL, NULL);
        (void)snprintf(arguments, sizeof(arguments), "hostile=register:20:%u", after);
        (void)live(arguments, NULL, NULL);
    }
}

int main(int argc, char **argv)
{
#define STARTED(test) cmocka_unit_test_setup_teardown(test, card_start, card_close)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(card_that_is_gone_from_the_start_is_no_device),
        STARTED(card_that_goes_is_no_device_until_it_is_back),
        cmocka_unit_test(card_may_go_at_any_moment),
        cmocka_unit_test(field_that_is_late_costs_a_call),
        cmocka_unit_test(fields_that_are_all_late_refuse_the_card),
        STARTED(link_that_flaps_delays_frames_and_loses_none),
        STARTED(storm_of_interrupts_changes_nothing),
        STARTED(statistics_that_jump_are_only_figures),
        cmocka_unit_test(no_register_can_make_the_driver_misbehave),
        cmocka_unit_test(registers_that_all_lie_lose_no_buffer),
    };

    card_choose(argc, argv);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
