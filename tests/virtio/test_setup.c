/* SPDX-License-Identifier: MIT
 *
 * Setting up queues and starting the device: which sizes there are, what is refused, and devices that
 * use one direction only.
 */
#include "rig.h"

#define LENGTH 60u

static uint64_t positions(const struct ir_rxq *queue)
{
    return ((const struct virtio_rxq *)queue)->queue.ring.window.size;
}

static int set_up(struct card *card, uint32_t size)
{
    return ir_rxq_setup(card->dev, 0, size, card->pool, &card->rx);
}

/* As asked, but no more than the device allows; a legacy device leaves no choice, and a buffer takes two
 * of its descriptors when the header needs one. */
static void ring_has_the_size_that_is_asked_for_if_the_device_allows_it(void **state)
{
    static const struct {
        const char *arguments;
        uint32_t asked;
        uint32_t given;
    } rows[] = {
        {"", 64, 64},
        {"", 128, 128},
        {"", 4096, 256},
        {"queue_size=32768", 4096, 4096},
        {"queue_size=64", 256, 64},
        {"packed=on", 64, 64},
        {"packed=on,queue_size=4096", 4096, 4096},
        {"transport=legacy", 64, 256},
        {"transport=legacy,queue_size=4096", 64, 4096},
        {"transport=legacy,any_layout=off", 64, 128},
        {"transport=legacy,any_layout=off,queue_size=128", 4096, 64},
        {"transport=legacy,any_layout=off,queue_size=4096", 64, 2048},
    };

    (void)state;
    for (size_t r = 0; r < sizeof(rows) / sizeof(rows[0]); r++) {
        struct card *card = rig_open(rows[r].arguments);

        card_queues(card, rows[r].asked);
        assert_int_equal(positions(card->rx), rows[r].given);
        assert_int_equal(rig_tx_room(card->tx), rows[r].given - 1u);
        rig_run(card);
        card_works(card);
        rig_close(card);
    }
}

static void sizes_that_no_ring_can_have_are_refused(void **state)
{
    static const uint32_t sizes[] = {0, 1, 32, 63, 65, 100, 4095, 8192, 1u << 31, UINT32_MAX};
    static const char *const too_small_or_large[] = {
        "queue_size=32", "packed=on,queue_size=1", "transport=legacy,queue_size=32",
        "transport=legacy,any_layout=off,queue_size=64", "transport=legacy,queue_size=8192"};
    struct card *card = rig_open("");

    (void)state;
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        assert_int_equal(set_up(card, sizes[i]), -EINVAL);
        assert_int_equal(ir_txq_setup(card->dev, 0, sizes[i], card->pool, &card->tx), -EINVAL);
    }
    assert_int_equal(set_up(card, 64), 0);
    rig_close(card);
    for (size_t i = 0; i < sizeof(too_small_or_large) / sizeof(too_small_or_large[0]); i++) {
        card = rig_open(too_small_or_large[i]);
        assert_int_equal(set_up(card, 64), -EINVAL);
        assert_int_equal(ir_txq_setup(card->dev, 0, 64, card->pool, &card->tx), -EINVAL);
        assert_int_equal(ir_start(card->dev), -EINVAL);
        rig_close(card);
    }
}

static void queue_that_the_device_does_not_have_is_refused(void **state)
{
    struct card *card = rig_open("pairs=2");
    struct ir_rxq *rx;
    struct ir_txq *tx;

    (void)state;
    assert_int_equal(ir_rxq_setup(card->dev, 2, 64, card->pool, &rx), -EINVAL);
    assert_int_equal(ir_txq_setup(card->dev, 2, 64, card->pool, &tx), -EINVAL);
    assert_int_equal(ir_rxq_setup(card->dev, 63, 64, card->pool, &rx), -EINVAL);
    assert_int_equal(ir_rxq_setup(card->dev, 64, 64, card->pool, &rx), -EINVAL);
    assert_int_equal(ir_txq_setup(card->dev, UINT32_MAX, 64, card->pool, &tx), -EINVAL);
    assert_int_equal(ir_rxq_setup(card->dev, 1, 64, card->pool, &rx), 0);
    rig_close(card);
}

static void queue_is_set_up_once_and_while_stopped(void **state)
{
    struct card *card = rig_open("pairs=2");
    struct ir_rxq *rx = NULL;
    struct ir_txq *tx = NULL;

    (void)state;
    card_queues(card, 64);
    assert_int_equal(ir_rxq_setup(card->dev, 0, 64, card->pool, &rx), -EBUSY);
    assert_int_equal(ir_txq_setup(card->dev, 0, 64, card->pool, &tx), -EBUSY);
    rig_run(card);
    assert_int_equal(ir_rxq_setup(card->dev, 1, 64, card->pool, &rx), -EBUSY);
    assert_int_equal(ir_txq_setup(card->dev, 1, 64, card->pool, &tx), -EBUSY);
    assert_null(rx);
    assert_null(tx);
    card_works(card);
    rig_close(card);
}

static void pool_of_another_domain_is_refused(void **state)
{
    struct card *card = rig_open("");
    struct ir_domain *domain;
    struct ir_pool *pool;

    (void)state;
    assert_int_equal(ir_domain_create(&domain), 0);
    assert_int_equal(ir_pool_create(domain, 64, 2048, &pool), 0);
    assert_int_equal(ir_rxq_setup(card->dev, 0, 64, pool, &card->rx), -EINVAL);
    assert_int_equal(ir_txq_setup(card->dev, 0, 64, pool, &card->tx), -EINVAL);
    assert_int_equal(ir_pool_destroy(pool), 0);
    assert_int_equal(ir_domain_destroy(domain), 0);
    rig_close(card);
}

static void gap_between_queues_is_refused_until_it_is_filled(void **state)
{
    struct card *card = rig_open("pairs=4");
    struct ir_rxq *rx;
    struct ir_txq *tx;

    (void)state;
    assert_int_equal(ir_start(card->dev), -EINVAL); /* no queue at all */
    assert_int_equal(ir_rxq_setup(card->dev, 1, 64, card->pool, &rx), 0);
    assert_int_equal(ir_start(card->dev), -EINVAL);
    assert_int_equal(ir_txq_setup(card->dev, 0, 64, card->pool, &card->tx), 0);
    assert_int_equal(ir_start(card->dev), -EINVAL); /* still a gap in the other direction */
    assert_int_equal(ir_rxq_setup(card->dev, 0, 64, card->pool, &card->rx), 0);
    assert_int_equal(ir_txq_setup(card->dev, 3, 64, card->pool, &tx), 0);
    assert_int_equal(ir_start(card->dev), -EINVAL);
    assert_int_equal(ir_txq_setup(card->dev, 2, 64, card->pool, &tx), 0);
    assert_int_equal(ir_txq_setup(card->dev, 1, 64, card->pool, &tx), 0);
    card_is_broken(card);
    rig_run(card);
    assert_int_equal(rig_sim(card)->control.pairs, 4);
    card_audit(card, 0);
    rig_close(card);
}

static void queues_of_a_device_that_is_not_started_are_broken(void **state)
{
    struct card *card = rig_open("");

    (void)state;
    card_queues(card, 64);
    card_is_broken(card);
    rig_run(card);
    card_works(card);
    rig_close(card);
}

static void device_starts_once(void **state)
{
    struct card *card = rig_start("");

    (void)state;
    assert_int_equal(ir_start(card->dev), -EBUSY);
    card_works(card);
    assert_int_equal(ir_reset(card->dev), 0);
    assert_int_equal(ir_start(card->dev), -EBUSY);
    card_works(card);
    rig_close(card);
}

/* The device wants both queues of a pair: the other one has no buffer. */
static void device_may_only_receive(void **state)
{
    (void)state;
    for (size_t f = 0; f < rig_format_count; f++) {
        struct card *card = rig_open(rig_formats[f]);

        assert_int_equal(set_up(card, 64), 0);
        rig_run(card);
        for (uint32_t i = 0; i < 200u; i++) {
            card_put(card, LENGTH, i);
            card_settle(card);
            rig_expect_all(card, i, 1, LENGTH, 1);
        }
        assert_int_equal(ir_reset(card->dev), 0);
        assert_int_equal(ir_link_wait(card->dev, 10), 0);
        card_put(card, LENGTH, 1);
        card_settle(card);
        rig_expect_all(card, 1, 1, LENGTH, 1);
        rig_close(card);
    }
}

static void device_may_only_send(void **state)
{
    (void)state;
    for (size_t f = 0; f < rig_format_count; f++) {
        struct card *card = rig_open(rig_formats[f]);

        assert_int_equal(ir_txq_setup(card->dev, 0, 64, card->pool, &card->tx), 0);
        rig_run(card);
        for (uint32_t i = 0; i < 200u; i++) {
            struct ir_pkt pkt = card_packet(card, LENGTH, i);

            card_put(card, LENGTH, i); /* there is no buffer for it */
            assert_int_equal(ir_tx(card->tx, &pkt, 1), 1);
            card_settle(card);
            card_expect_sent(card, LENGTH, i);
        }
        rig_close(card);
    }
}

static void directions_may_have_different_numbers_of_queues(void **state)
{
    struct card *card = rig_open("pairs=8");
    struct ir_txq *tx[3];

    (void)state;
    assert_int_equal(set_up(card, 64), 0);
    for (uint32_t q = 0; q < 3u; q++)
        assert_int_equal(ir_txq_setup(card->dev, q, 64, card->pool, &tx[q]), 0);
    card->tx = tx[0];
    rig_run(card);
    assert_int_equal(rig_sim(card)->control.pairs, 3);
    for (uint32_t q = 0; q < 3u; q++) {
        struct ir_pkt pkt = card_packet(card, LENGTH, q);

        assert_int_equal(ir_tx(tx[q], &pkt, 1), 1);
        card_settle(card);
        card_expect_sent(card, LENGTH, q);
    }
    assert_int_equal(ir_reset(card->dev), 0);
    assert_int_equal(rig_sim(card)->control.pairs, 3);
    rig_close(card);
}

static void device_that_answers_no_command_does_not_start(void **state)
{
    struct card *card = rig_open("never=control");
    uint64_t begin = rig_time(card);

    (void)state;
    card_queues(card, 64);
    assert_int_equal(ir_start(card->dev), -ETIMEDOUT);
    assert_in_range(rig_time(card) - begin, 1000000u, 3000000u);
    assert_int_equal(ir_pool_available(card->pool), CARD_BUFFERS);
    card_is_broken(card);
    rig_sim(card)->options.late[SIM_VIRTIO_CONTROL] = 20;
    rig_run(card);
    card_works(card);
    rig_close(card);
}

static void queue_of_a_device_that_did_not_come_back_is_refused(void **state)
{
    struct card *card = rig_open("pairs=2");
    struct ir_rxq *rx;
    struct ir_txq *tx;

    (void)state;
    card_queues(card, 64);
    rig_run(card);
    rig_sim(card)->options.late[SIM_VIRTIO_RESET] = SIM_NEVER;
    assert_int_equal(ir_reset(card->dev), -ETIMEDOUT);
    assert_int_equal(ir_rxq_setup(card->dev, 1, 64, card->pool, &rx), -EIO);
    assert_int_equal(ir_txq_setup(card->dev, 1, 64, card->pool, &tx), -EIO);
    rig_sim(card)->options.late[SIM_VIRTIO_RESET] = 5;
    rig_sim(card)->reset_at = rig_time(card);
    assert_int_equal(ir_reset(card->dev), 0);
    card_works(card);
    rig_close(card);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ring_has_the_size_that_is_asked_for_if_the_device_allows_it),
        cmocka_unit_test(sizes_that_no_ring_can_have_are_refused),
        cmocka_unit_test(queue_that_the_device_does_not_have_is_refused),
        cmocka_unit_test(queue_is_set_up_once_and_while_stopped),
        cmocka_unit_test(pool_of_another_domain_is_refused),
        cmocka_unit_test(gap_between_queues_is_refused_until_it_is_filled),
        cmocka_unit_test(queues_of_a_device_that_is_not_started_are_broken),
        cmocka_unit_test(device_starts_once),
        cmocka_unit_test(device_may_only_receive),
        cmocka_unit_test(device_may_only_send),
        cmocka_unit_test(directions_may_have_different_numbers_of_queues),
        cmocka_unit_test(device_that_answers_no_command_does_not_start),
        cmocka_unit_test(queue_of_a_device_that_did_not_come_back_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
