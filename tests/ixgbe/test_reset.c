/* SPDX-License-Identifier: MIT
 *
 * Reset, start and close on a card that is late, that never confirms, or that is gone: the errno,
 * the time it takes, and where the buffers are afterwards.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "card.h"
#include "ixgbe/ixgbe.h"
#include "sim/card.h"

#define LENT 63u /* buffers in a full ring */

/* The longest that any call may take, in microseconds of the card's time. */
#define PATIENCE 10000000u

static struct sim_card *sim_of(struct card *card)
{
    return (struct sim_card *)card->dev->transport;
}

/* From now on the field changes that many microseconds after its cause. */
static void make_late(struct card *card, enum sim_field field, uint64_t microseconds)
{
    sim_of(card)->options.late[field] = microseconds;
}

static void make_never(struct card *card, enum sim_field field)
{
    make_late(card, field, SIM_NEVER);
}

static void make_prompt(struct card *card)
{
    memcpy(sim_of(card)->options.late, sim_field_delays, sizeof(sim_field_delays));
}

static uint64_t device_time(struct card *card)
{
    return sim_of(card)->base.clock;
}

/* Three packets with the card that it has not sent, and two received but not yet taken. */
static void leave_work_in_the_rings(struct card *card)
{
    struct ir_pkt pkt;

    card_put(card, 60, 1);
    card_put(card, 60, 2);
    card_settle(card);
    for (uint32_t i = 0; i < 3; i++) {
        pkt = card_packet(card, 60, i);
        assert_int_equal(ir_tx(card->tx, &pkt, 1), 1);
    }
}

static void reset_returns_the_buffers_and_restarts(void **state)
{
    struct card *card = *state;
    struct ir_pkt held = card_packet(card, 60, 7);

    leave_work_in_the_rings(card);
    card_audit(card, 1);
    assert_int_equal(ir_reset(card->dev), 0);
    card_audit(card, 1);
    assert_int_equal(ir_pool_available(card->pool), CARD_BUFFERS - LENT - 1);
    card_works(card);
    card_expect(card, held, 60, 7); /* the handle is still good */
}

static void reset_of_a_stopped_device_leaves_it_stopped(void **state)
{
    struct card *card = *state;

    card_queues(card, 64);
    assert_int_equal(ir_reset(card->dev), 0);
    card_is_broken(card);
    assert_int_equal(ir_start(card->dev), 0);
    card_works(card);
}

static void reset_can_be_repeated(void **state)
{
    struct card *card = *state;

    for (uint32_t i = 0; i < 20; i++) {
        assert_int_equal(ir_reset(card->dev), 0);
        card_works(card);
    }
}

static void close_returns_the_buffers_in_the_rings(void **state)
{
    leave_work_in_the_rings(*state); /* card_close counts them */
}

static void each_field_may_be_late(void **state)
{
    static const struct {
        enum sim_field field;
        uint32_t microseconds;
    } late[] = {
        {SIM_FIELD_CTRL_RST, 5000},      {SIM_FIELD_STATUS_MASTER, 50000},
        {SIM_FIELD_EEC_ARD, 500000},     {SIM_FIELD_RDRXCTL_DMAIDONE, 500000},
        {SIM_FIELD_RXDCTL_ENABLE, 5000}, {SIM_FIELD_RXDCTL_DISABLE, 5000},
        {SIM_FIELD_TXDCTL_ENABLE, 5000}, {SIM_FIELD_TXDCTL_DISABLE, 5000},
        {SIM_FIELD_SECRXSTAT, 20000},    {SIM_FIELD_LINKS_UP, 500000},
    };
    struct card *card = *state;

    for (size_t i = 0; i < sizeof(late) / sizeof(late[0]); i++) {
        make_late(card, late[i].field, late[i].microseconds);
        assert_int_equal(ir_reset(card->dev), 0);
        assert_int_equal(ir_link_wait(card->dev, 1000), 0);
        card_works(card);
        make_prompt(card);
    }
}

/* The master disable has been confirmed, so the buffers are safe although the reset is not done. */
static void failed_reset_returns_the_buffers_once_the_card_has_stopped(void **state)
{
    static const enum sim_field fields[] = {
        SIM_FIELD_CTRL_RST,
        SIM_FIELD_EEC_ARD,
        SIM_FIELD_RDRXCTL_DMAIDONE,
    };
    struct card *card = *state;

    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        uint64_t begin = device_time(card);

        leave_work_in_the_rings(card);
        make_never(card, fields[i]);
        assert_int_equal(ir_reset(card->dev), -ETIMEDOUT);
        assert_true(device_time(card) - begin < PATIENCE);
        assert_int_equal(ir_pool_available(card->pool), CARD_BUFFERS);
        card_audit(card, 0);
        card_is_broken(card);
        assert_int_equal(ir_start(card->dev), -EIO);
        assert_int_equal(ir_reset(card->dev), -ETIMEDOUT);
        make_prompt(card);
        /* A reset that never ends is not ended by making the next ones prompt. */
        sim_of(card)->reset_at = device_time(card);
        assert_int_equal(ir_reset(card->dev), 0);
        card_works(card);
    }
}

static void reset_without_master_disable_flushes_and_succeeds(void **state)
{
    struct card *card = *state;

    leave_work_in_the_rings(card);
    make_never(card, SIM_FIELD_STATUS_MASTER);
    assert_int_equal(ir_reset(card->dev), 0);
    card_audit(card, 0);
    card_works(card);
}

static void receive_queue_that_does_not_stop_is_reset_all_the_same(void **state)
{
    struct card *card = *state;

    make_never(card, SIM_FIELD_RXDCTL_DISABLE);
    assert_int_equal(ir_reset(card->dev), 0);
    card_works(card);
}

/* Nothing says that the card has stopped: it may still write, so the buffers stay where they are.
 */
static void buffers_stay_in_the_rings_of_a_card_that_does_not_stop(void **state)
{
    struct card *card = *state;

    leave_work_in_the_rings(card);
    make_never(card, SIM_FIELD_STATUS_MASTER);
    make_never(card, SIM_FIELD_CTRL_RST);
    assert_int_equal(ir_reset(card->dev), -ETIMEDOUT);
    assert_int_equal(ir_pool_available(card->pool), CARD_BUFFERS - LENT - 3);
    card_audit(card, 0);
    card_is_broken(card);
    assert_int_equal(ir_pool_destroy(card->pool), -EBUSY);
    make_prompt(card);
    sim_of(card)->reset_at = device_time(card);
    assert_int_equal(ir_reset(card->dev), 0);
    assert_int_equal(ir_pool_available(card->pool), CARD_BUFFERS - LENT);
    card_works(card);
}

static void closing_a_card_that_does_not_stop_gives_its_buffers_up(void **state)
{
    struct card *card = *state;

    leave_work_in_the_rings(card);
    make_never(card, SIM_FIELD_STATUS_MASTER);
    make_never(card, SIM_FIELD_CTRL_RST);
    assert_int_equal(ir_close(card->dev), -ETIMEDOUT);
    assert_int_equal(ir_pool_available(card->pool), CARD_BUFFERS - LENT - 3);
    card_audit(card, 0);
    assert_int_equal(ir_pool_destroy(card->pool), 0);
    assert_int_equal(ir_domain_destroy(card->domain), 0);
    card_open(state); /* something for the teardown to close */
}

static void closing_a_card_that_has_stopped_but_not_reset_succeeds(void **state)
{
    struct card *card = *state;

    leave_work_in_the_rings(card);
    make_never(card, SIM_FIELD_CTRL_RST);
    assert_int_equal(ir_close(card->dev), 0);
    assert_int_equal(ir_pool_available(card->pool), CARD_BUFFERS);
    assert_int_equal(ir_open(card->domain, CARD_DEVICE, &card->dev, NULL), 0);
}

static void queue_that_does_not_start_leaves_the_device_stopped(void **state)
{
    static const enum sim_field fields[] = {
        SIM_FIELD_RXDCTL_ENABLE,
        SIM_FIELD_TXDCTL_ENABLE,
    };
    struct card *card = *state;

    card_queues(card, 64);
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        uint64_t begin = device_time(card);

        make_never(card, fields[i]);
        assert_int_equal(ir_start(card->dev), -ETIMEDOUT);
        assert_true(device_time(card) - begin < PATIENCE);
        assert_int_equal(ir_pool_available(card->pool), CARD_BUFFERS);
        card_is_broken(card);
        make_prompt(card);
    }
    assert_int_equal(ir_start(card->dev), 0);
    card_works(card);
}

static void restart_that_fails_after_a_reset_can_be_repeated(void **state)
{
    struct card *card = *state;

    make_never(card, SIM_FIELD_RXDCTL_ENABLE);
    assert_int_equal(ir_reset(card->dev), -ETIMEDOUT);
    assert_int_equal(ir_pool_available(card->pool), CARD_BUFFERS);
    card_is_broken(card);
    make_prompt(card);
    assert_int_equal(ir_reset(card->dev), 0); /* still wanted: it starts */
    card_works(card);
}

static void receive_path_that_does_not_drain_fails_the_start(void **state)
{
    struct card *card = *state;

    card_queues(card, 64);
    make_never(card, SIM_FIELD_SECRXSTAT);
    assert_int_equal(ir_start(card->dev), -ETIMEDOUT);
    assert_int_equal(ir_pool_available(card->pool), CARD_BUFFERS);
    make_prompt(card);
    assert_int_equal(ir_start(card->dev), 0);
    card_works(card);
}

static void promiscuous_mode_that_cannot_be_set_leaves_reception_on(void **state)
{
    struct card *card = *state;

    make_never(card, SIM_FIELD_SECRXSTAT);
    assert_int_equal(ir_promiscuous(card->dev, true), -ETIMEDOUT);
    make_prompt(card);
    card_works(card);
}

static void link_comes_up_late_and_is_waited_for(void **state)
{
    struct card *card = *state;
    struct ir_link link;

    make_late(card, SIM_FIELD_LINKS_UP, 30000);
    assert_int_equal(ir_reset(card->dev), 0);
    assert_int_equal(ir_link(card->dev, &link), 0);
    assert_false(link.up);
    assert_int_equal(link.speed_mbps, 0);
    assert_int_equal(ir_link_wait(card->dev, 0), -ETIMEDOUT);
    assert_int_equal(ir_link_wait(card->dev, 5), -ETIMEDOUT);
    assert_int_equal(ir_link_wait(card->dev, 100), 0);
    assert_int_equal(ir_link(card->dev, &link), 0);
    assert_true(link.up);
    assert_int_equal(link.speed_mbps, 10000);
}

static void link_that_never_comes_up_is_waited_for_no_longer_than_asked(void **state)
{
    struct card *card = *state;
    uint64_t begin;

    make_never(card, SIM_FIELD_LINKS_UP);
    assert_int_equal(ir_reset(card->dev), 0);
    begin = device_time(card);
    assert_int_equal(ir_link_wait(card->dev, 1234), -ETIMEDOUT);
    assert_in_range(device_time(card) - begin, 1234000, 1235000);
}

int main(void)
{
#define STARTED(test) cmocka_unit_test_setup_teardown(test, card_start, card_close)
#define OPENED(test)  cmocka_unit_test_setup_teardown(test, card_open, card_close)
    const struct CMUnitTest tests[] = {
        STARTED(reset_returns_the_buffers_and_restarts),
        OPENED(reset_of_a_stopped_device_leaves_it_stopped),
        STARTED(reset_can_be_repeated),
        STARTED(close_returns_the_buffers_in_the_rings),
        STARTED(each_field_may_be_late),
        STARTED(failed_reset_returns_the_buffers_once_the_card_has_stopped),
        STARTED(reset_without_master_disable_flushes_and_succeeds),
        STARTED(receive_queue_that_does_not_stop_is_reset_all_the_same),
        STARTED(buffers_stay_in_the_rings_of_a_card_that_does_not_stop),
        STARTED(closing_a_card_that_does_not_stop_gives_its_buffers_up),
        STARTED(closing_a_card_that_has_stopped_but_not_reset_succeeds),
        OPENED(queue_that_does_not_start_leaves_the_device_stopped),
        STARTED(restart_that_fails_after_a_reset_can_be_repeated),
        OPENED(receive_path_that_does_not_drain_fails_the_start),
        STARTED(promiscuous_mode_that_cannot_be_set_leaves_reception_on),
        STARTED(link_comes_up_late_and_is_waited_for),
        STARTED(link_that_never_comes_up_is_waited_for_no_longer_than_asked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
