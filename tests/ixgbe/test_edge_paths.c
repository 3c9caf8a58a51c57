/* SPDX-License-Identifier: MIT
 *
 * Devices in states that are rare but allowed: one that only sends, one that stops in no way it
 * should, and queues as objects before any device has them.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "card.h"
#include "ixgbe/ixgbe.h"
#include "sim/card.h"

static uint32_t read_register(struct card *card, uint32_t offset)
{
    uint32_t value = 0;

    assert_int_equal(ixgbe_read((struct ixgbe_dev *)card->dev, offset, &value), 0);
    return value;
}

static void promiscuous_mode_of_a_card_that_only_sends_leaves_its_receiver_off(void **state)
{
    struct card *card = *state;
    struct ir_pkt pkt;

    assert_int_equal(ir_txq_setup(card->dev, 0, 64, card->pool, &card->tx), 0);
    assert_int_equal(ir_start(card->dev), 0);
    assert_int_equal(ir_promiscuous(card->dev, true), 0);
    assert_true((read_register(card, IXGBE_FCTRL) & IXGBE_FCTRL_UPE) != 0);
    assert_int_equal(read_register(card, IXGBE_RXCTRL) & IXGBE_RXCTRL_RXEN, 0);
    pkt = card_packet(card, 80, 4);
    assert_int_equal(ir_tx(card->tx, &pkt, 1), 1);
    card_settle(card);
    card_expect_sent(card, 80, 4);
}

/* Neither the master disable nor the receive path's stop is confirmed; the two resets are. */
static void card_that_confirms_nothing_but_its_resets_is_reset(void **state)
{
    struct card *card = *state;
    uint64_t *late = ((struct sim_card *)card->dev->transport)->options.late;
    uint64_t master = late[SIM_FIELD_STATUS_MASTER];
    uint64_t path = late[SIM_FIELD_SECRXSTAT];

    late[SIM_FIELD_STATUS_MASTER] = SIM_NEVER;
    late[SIM_FIELD_SECRXSTAT] = SIM_NEVER;
    assert_int_equal(ir_reset(card->dev), 0);
    late[SIM_FIELD_STATUS_MASTER] = master;
    late[SIM_FIELD_SECRXSTAT] = path;
    card_queues(card, 64);
    assert_int_equal(ir_start(card->dev), 0);
    card_works(card);
}

static void failed_reset_breaks_every_queue(void **state)
{
    struct card *card = *state;
    uint64_t *late = ((struct sim_card *)card->dev->transport)->options.late;
    uint64_t eeprom = late[SIM_FIELD_EEC_ARD];
    struct ir_rxq *rx[3];
    struct ir_txq *tx[3];
    struct ir_pkt pkt = {0};

    for (uint32_t q = 0; q < 3; q++) {
        assert_int_equal(ir_rxq_setup(card->dev, q, 64, card->pool, &rx[q]), 0);
        assert_int_equal(ir_txq_setup(card->dev, q, 64, card->pool, &tx[q]), 0);
    }
    assert_int_equal(ir_start(card->dev), 0);
    late[SIM_FIELD_EEC_ARD] = SIM_NEVER;
    assert_int_equal(ir_reset(card->dev), -ETIMEDOUT);
    for (uint32_t q = 0; q < 3; q++) {
        assert_int_equal(ir_rx(rx[q], &pkt, 1), -EIO);
        assert_int_equal(ir_tx(tx[q], &pkt, 1), -EIO);
        assert_int_equal(ir_tx_reclaim(tx[q]), -EIO);
    }
    late[SIM_FIELD_EEC_ARD] = eeprom;
    assert_int_equal(ir_reset(card->dev), 0);
}

static void queue_of_an_illegal_size_is_not_made(void **state)
{
    struct card *card = *state;
    struct ixgbe_dev *dev = (struct ixgbe_dev *)card->dev;

    assert_int_equal(ixgbe_rx_create(dev, 0, 100, card->pool), -EINVAL);
    assert_int_equal(ixgbe_tx_create(dev, 0, 100, card->pool), -EINVAL);
    assert_false(dev->rx[0].set_up);
    assert_false(dev->tx[0].set_up);
    card_queues(card, 64); /* the places are free */
}

int main(void)
{
#define OPENED(test) cmocka_unit_test_setup_teardown(test, card_open, card_close)
    const struct CMUnitTest tests[] = {
        OPENED(promiscuous_mode_of_a_card_that_only_sends_leaves_its_receiver_off),
        OPENED(card_that_confirms_nothing_but_its_resets_is_reset),
        OPENED(failed_reset_breaks_every_queue),
        OPENED(queue_of_an_illegal_size_is_not_made),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
