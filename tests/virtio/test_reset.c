/* SPDX-License-Identifier: MIT
 *
 * Reset, close, and devices that want to be reset, that never confirm, or that are gone: the errno, the
 * time it takes, and where the buffers are afterwards.
 */
#include "rig.h"

#define LENGTH 60u

/* The longest that any call may take, in microseconds of the card's time. */
#define PATIENCE 3000000u

/* Three packets with the card that it has not sent, and two received but not yet taken. */
static void leave_work_in_the_rings(struct card *card)
{
    card_put(card, LENGTH, 1);
    card_put(card, LENGTH, 2);
    card_settle(card);
    for (uint32_t i = 0; i < 3u; i++) {
        struct ir_pkt pkt = card_packet(card, LENGTH, i);

        assert_int_equal(ir_tx(card->tx, &pkt, 1), 1);
    }
}

static void works_again(struct card *card)
{
    assert_int_equal(ir_link_wait(card->dev, 10), 0);
    card_works(card);
}

static uint32_t lent_to_both(const struct card *card)
{
    const struct virtio_txq *txq = (const struct virtio_txq *)card->tx;

    return rig_lent(card) + (uint32_t)ir_ring_used(&txq->queue.ring.window);
}

static void reset_returns_the_buffers_and_restarts(void **state)
{
    (void)state;
    for (size_t f = 0; f < rig_format_count; f++) {
        struct card *card = rig_start(rig_formats[f]);
        struct ir_pkt held = card_packet(card, LENGTH, 7);

        for (uint32_t i = 0; i < 10u; i++) {
            leave_work_in_the_rings(card);
            card_audit(card, 1);
            assert_int_equal(ir_reset(card->dev), 0);
            card_audit(card, 1);
            assert_int_equal(ir_pool_available(card->pool), CARD_BUFFERS - lent_to_both(card) - 1u);
            works_again(card);
        }
        card_expect(card, held, LENGTH, 7); /* the handle is still good */
        rig_close(card);
    }
}

static void reset_of_a_stopped_device_leaves_it_stopped(void **state)
{
    struct card *card = rig_open("");

    (void)state;
    assert_int_equal(ir_reset(card->dev), 0);
    card_queues(card, 64);
    assert_int_equal(ir_reset(card->dev), 0);
    card_is_broken(card);
    assert_int_equal(ir_pool_available(card->pool), CARD_BUFFERS);
    rig_run(card);
    card_works(card);
    rig_close(card);
}

static void close_returns_the_buffers_in_the_rings(void **state)
{
    (void)state;
    for (size_t f = 0; f < rig_format_count; f++) {
        struct card *card = rig_start(rig_formats[f]);

        leave_work_in_the_rings(card);
        rig_close(card);
    }
}

static void device_that_needs_a_reset_is_found_out_by_polling(void **state)
{
    (void)state;
    for (size_t f = 0; f < rig_format_count; f++) {
        struct card *card = rig_start(rig_formats[f]);
        struct ir_pkt pkt;

        assert_int_equal(rig_idle(card), 0);
        soft_needs_reset(&rig_sim(card)->function);
        assert_int_equal(ir_rx(card->rx, &pkt, 1), 0);
        assert_int_equal(rig_idle(card), -EIO);
        assert_int_equal(ir_rx(card->rx, &pkt, 1), -EIO);
        card_audit(card, 0);
        assert_int_equal(ir_reset(card->dev), 0);
        works_again(card);
        rig_close(card);
    }
}

static void sender_finds_out_too(void **state)
{
    struct card *card = rig_start("");
    struct ir_pkt pkt = card_packet(card, LENGTH, 1);
    int left = 1;

    (void)state;
    soft_needs_reset(&rig_sim(card)->function);
    assert_int_equal(ir_tx(card->tx, &pkt, 1), 1);
    for (uint32_t i = 0; i < VIRTIO_IDLE_MAX; i++)
        assert_int_equal(ir_tx_reclaim(card->tx), 1);
    for (uint32_t i = 0; i < 2u && left >= 0; i++)
        left = ir_tx_reclaim(card->tx);
    assert_int_equal(left, -EIO);
    assert_int_equal(ir_reset(card->dev), 0);
    works_again(card);
    rig_close(card);
}

static void needs_a_reset_at_once(void *context)
{
    struct sim_virtio *card = context;

    soft_needs_reset(&card->function);
}

/* Before anyone waits for its packets. */
static void device_that_needs_a_reset_at_once_does_not_start(void **state)
{
    (void)state;
    for (size_t f = 0; f < rig_format_count; f++) {
        struct card *card = rig_start(rig_formats[f]);
        struct soft_function *function = &rig_sim(card)->function;
        const struct soft_ops *honest = function->ops;
        struct soft_ops other = *honest;

        other.started = needs_a_reset_at_once;
        function->ops = &other;
        assert_int_equal(ir_reset(card->dev), -EIO);
        card_is_broken(card);
        card_audit(card, 0);
        function->ops = honest;
        assert_int_equal(ir_reset(card->dev), 0);
        works_again(card);
        rig_close(card);
    }
}

/* What it has received by then is delivered all the same. */
static void frames_before_that_are_not_lost(void **state)
{
    struct card *card = rig_start("");

    (void)state;
    card_put(card, LENGTH, 5);
    card_settle(card);
    soft_needs_reset(&rig_sim(card)->function);
    rig_expect_all(card, 5, 1, LENGTH, 1);
    assert_int_equal(rig_idle(card), -EIO);
    assert_int_equal(ir_reset(card->dev), 0);
    works_again(card);
    rig_close(card);
}

static void reset_may_take_its_time(void **state)
{
    static const uint64_t times[] = {0, 1, 9, 1000, 100000, 999000};
    struct card *card = rig_start("");

    (void)state;
    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        uint64_t begin = rig_time(card);

        rig_sim(card)->options.late[SIM_VIRTIO_RESET] = times[i];
        leave_work_in_the_rings(card);
        assert_int_equal(ir_reset(card->dev), 0);
        assert_in_range(rig_time(card) - begin, times[i], times[i] + 2000u);
        works_again(card);
    }
    rig_close(card);
}

/* The device may still write to the buffers: they stay where they are. */
static void buffers_stay_with_a_device_that_does_not_confirm(void **state)
{
    (void)state;
    for (size_t f = 0; f < rig_format_count; f++) {
        struct card *card = rig_start(rig_formats[f]);
        uint64_t begin = rig_time(card);
        uint32_t lent;

        leave_work_in_the_rings(card);
        lent = lent_to_both(card);
        rig_sim(card)->options.late[SIM_VIRTIO_RESET] = SIM_NEVER;
        assert_int_equal(ir_reset(card->dev), -ETIMEDOUT);
        assert_true(rig_time(card) - begin < PATIENCE);
        assert_int_equal(ir_pool_available(card->pool), CARD_BUFFERS - lent);
        card_audit(card, 0);
        card_is_broken(card);
        assert_int_equal(ir_start(card->dev), -EIO);
        assert_int_equal(ir_reset(card->dev), -ETIMEDOUT);
        assert_int_equal(ir_pool_destroy(card->pool), -EBUSY);
        rig_sim(card)->options.late[SIM_VIRTIO_RESET] = 5;
        rig_sim(card)->reset_at = rig_time(card);
        assert_int_equal(ir_reset(card->dev), 0);
        works_again(card);
        rig_close(card);
    }
}

static void closing_a_device_that_does_not_confirm_gives_its_buffers_up(void **state)
{
    (void)state;
    for (size_t f = 0; f < rig_format_count; f++) {
        struct card *card = rig_start(rig_formats[f]);
        uint32_t lent;

        leave_work_in_the_rings(card);
        lent = lent_to_both(card);
        rig_sim(card)->options.late[SIM_VIRTIO_RESET] = SIM_NEVER;
        assert_int_equal(ir_close(card->dev), -ETIMEDOUT);
        assert_int_equal(ir_pool_available(card->pool), CARD_BUFFERS - lent);
        card_audit(card, 0);
        assert_int_equal(ir_pool_destroy(card->pool), 0);
        assert_int_equal(ir_domain_destroy(card->domain), 0);
    }
}

static void device_that_was_never_started_closes_even_when_it_is_gone(void **state)
{
    struct card *card = rig_open("");

    (void)state;
    card_queues(card, 64);
    rig_lie(card, SIM_VIRTIO_LIE_GONE, 0, 0);
    assert_int_equal(ir_close(card->dev), 0);
    assert_int_equal(ir_pool_available(card->pool), CARD_BUFFERS);
    assert_int_equal(ir_pool_destroy(card->pool), 0);
    assert_int_equal(ir_domain_destroy(card->domain), 0);
}

static void device_that_goes_is_no_device_until_it_is_back(void **state)
{
    static const char *const formats[] = {"", "packed=on", "transport=legacy"};

    (void)state;
    for (size_t f = 0; f < sizeof(formats) / sizeof(formats[0]); f++) {
        struct card *card = rig_start(formats[f]);
        struct ir_link link;
        uint32_t lent;

        card_put(card, LENGTH, 1);
        card_settle(card);
        rig_lie(card, SIM_VIRTIO_LIE_GONE, 0, 0);
        rig_expect_all(card, 1, 1, LENGTH, 1);
        assert_int_equal(ir_link(card->dev, &link), -ENODEV);
        assert_int_equal(ir_link_wait(card->dev, 1), -ENODEV);
        assert_int_equal(rig_idle(card), -EIO);
        assert_true(ir_promiscuous(card->dev, true) < 0);
        lent = lent_to_both(card);
        assert_int_equal(ir_reset(card->dev), -ENODEV);
        card_audit(card, 0);
        assert_int_equal(lent_to_both(card), lent); /* they wait in the rings */
        card_is_broken(card);
        rig_be_honest(card);
        assert_int_equal(ir_reset(card->dev), 0);
        works_again(card);
        rig_close(card);
    }
}

static void closing_a_device_that_is_gone_gives_its_buffers_up(void **state)
{
    struct card *card = rig_start("pairs=3");
    uint32_t lent = lent_to_both(card);

    (void)state;
    rig_lie(card, SIM_VIRTIO_LIE_GONE, 0, 0);
    assert_int_equal(ir_close(card->dev), -ENODEV);
    assert_int_equal(ir_pool_available(card->pool), CARD_BUFFERS - lent);
    card_audit(card, 0);
    assert_int_equal(ir_pool_destroy(card->pool), 0);
    assert_int_equal(ir_domain_destroy(card->domain), 0);
}

static void link_is_what_the_device_says(void **state)
{
    static const char *const formats[] = {"late=link:30000", "late=link:30000,transport=legacy"};

    (void)state;
    for (size_t f = 0; f < sizeof(formats) / sizeof(formats[0]); f++) {
        struct card *card = rig_open(formats[f]);
        struct ir_link link;
        uint64_t begin;

        assert_int_equal(ir_link(card->dev, &link), 0);
        assert_false(link.up);
        assert_int_equal(link.speed_mbps, 0);
        assert_int_equal(ir_link_wait(card->dev, 0), -ETIMEDOUT);
        assert_int_equal(ir_link_wait(card->dev, 5), -ETIMEDOUT);
        assert_int_equal(ir_link_wait(card->dev, 100), 0);
        card_queues(card, 64);
        rig_run(card);
        assert_int_equal(ir_link(card->dev, &link), 0);
        assert_true(link.up);
        card_works(card);
        rig_sim(card)->link_at = rig_time(card) + 2000u;
        assert_int_equal(ir_link(card->dev, &link), 0);
        assert_false(link.up);
        begin = rig_time(card);
        assert_int_equal(ir_link_wait(card->dev, 1000), 0);
        assert_in_range(rig_time(card) - begin, 1000u, 20000u);
        card_works(card);
        rig_close(card);
    }
}

/* The queues are laid out for what it said at first. */
static void device_that_comes_back_another_is_refused(void **state)
{
    static const struct {
        uint32_t offset;
        uint16_t value;
    } changes[] = {{SOFT_NET_PAIRS, 1}, {SOFT_NET_PAIRS, 3}, {SOFT_NET_PAIRS, 5},
                   {SOFT_NET_PAIRS, 0}, {SOFT_NET_MTU, 100}, {SOFT_NET_MTU, 67}};
    struct card *card = rig_open("pairs=4,mtu=1500");
    struct soft_function *function = &rig_sim(card)->function;
    struct ir_rxq *second;

    (void)state;
    card_queues(card, 64);
    assert_int_equal(ir_rxq_setup(card->dev, 1, 64, card->pool, &second), 0);
    rig_run(card);
    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        soft_set_config(function, changes[i].offset, 2, changes[i].value);
        assert_int_equal(ir_reset(card->dev), -EIO);
        assert_int_equal(ir_pool_available(card->pool), CARD_BUFFERS);
        card_is_broken(card);
        soft_set_config(function, SOFT_NET_PAIRS, 2, 4);
        soft_set_config(function, SOFT_NET_MTU, 2, 1500);
        assert_int_equal(ir_reset(card->dev), 0);
        works_again(card);
    }
    function->options.features &= ~SOFT_F_STATUS;
    assert_int_equal(ir_reset(card->dev), -EIO);
    function->options.features |= SOFT_F_STATUS | SOFT_F_INDIRECT;
    assert_int_equal(ir_reset(card->dev), 0); /* more is no harm */
    function->options.size = 32;
    assert_int_equal(ir_reset(card->dev), -EIO);
    assert_int_equal(ir_pool_available(card->pool), CARD_BUFFERS);
    function->options.size = 1024;
    assert_int_equal(ir_reset(card->dev), 0);
    works_again(card);
    rig_close(card);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reset_returns_the_buffers_and_restarts),
        cmocka_unit_test(reset_of_a_stopped_device_leaves_it_stopped),
        cmocka_unit_test(close_returns_the_buffers_in_the_rings),
        cmocka_unit_test(device_that_needs_a_reset_is_found_out_by_polling),
        cmocka_unit_test(sender_finds_out_too),
        cmocka_unit_test(device_that_needs_a_reset_at_once_does_not_start),
        cmocka_unit_test(frames_before_that_are_not_lost),
        cmocka_unit_test(reset_may_take_its_time),
        cmocka_unit_test(buffers_stay_with_a_device_that_does_not_confirm),
        cmocka_unit_test(closing_a_device_that_does_not_confirm_gives_its_buffers_up),
        cmocka_unit_test(device_that_was_never_started_closes_even_when_it_is_gone),
        cmocka_unit_test(device_that_goes_is_no_device_until_it_is_back),
        cmocka_unit_test(closing_a_device_that_is_gone_gives_its_buffers_up),
        cmocka_unit_test(device_that_comes_back_another_is_refused),
        cmocka_unit_test(link_is_what_the_device_says),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
