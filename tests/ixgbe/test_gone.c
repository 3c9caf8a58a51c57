/* SPDX-License-Identifier: MIT
 *
 * A card that is gone: all its registers read as ones. Calls say so, and its buffers wait for it.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "card.h"
#include "core/driver.h"

#define LENT 63u /* buffers in a full ring */

static uint32_t read_ones(void *card, uint32_t offset, uint32_t width)
{
    (void)card;
    (void)offset;
    (void)width;
    return IR_REG_GONE;
}

static void write_nothing(void *card, uint32_t offset, uint32_t width, uint32_t value)
{
    (void)card;
    (void)offset;
    (void)width;
    (void)value;
}

static const struct ir_regs_sim gone = {read_ones, write_nothing};

static void card_that_is_gone_is_no_device(void **state)
{
    struct card *card = *state;
    const struct ir_regs_sim *registers = card->dev->transport->bars[0].sim;
    static const uint8_t mac[IR_MAC_LENGTH] = {0x02, 0, 0, 0, 0, 9};
    struct ir_stats stats;
    struct ir_link link;

    card->dev->transport->bars[0].sim = &gone;
    assert_int_equal(ir_link(card->dev, &link), -ENODEV);
    assert_int_equal(ir_link_wait(card->dev, 100), -ENODEV);
    assert_int_equal(ir_stats(card->dev, &stats), -ENODEV);
    assert_int_equal(ir_promiscuous(card->dev, true), -ENODEV);
    assert_int_equal(ir_multicast(card->dev, NULL, 0), -ENODEV);
    assert_int_equal(ir_mac_set(card->dev, mac), -ENODEV);
    assert_int_equal(ir_reset(card->dev), -ENODEV);
    assert_int_equal(ir_pool_available(card->pool), CARD_BUFFERS - LENT);
    card_audit(card, 0);
    card_is_broken(card);
    card->dev->transport->bars[0].sim = registers;
    assert_int_equal(ir_reset(card->dev), 0);
    card_works(card);
}

static void card_that_is_gone_cannot_be_started(void **state)
{
    struct card *card = *state;
    const struct ir_regs_sim *registers = card->dev->transport->bars[0].sim;

    card_queues(card, 64);
    card->dev->transport->bars[0].sim = &gone;
    assert_int_equal(ir_start(card->dev), -ENODEV);
    card_audit(card, 0);
    card->dev->transport->bars[0].sim = registers;
    assert_int_equal(ir_reset(card->dev), 0);
    assert_int_equal(ir_start(card->dev), 0);
    card_works(card);
}

static void closing_a_card_that_is_gone_gives_its_buffers_up(void **state)
{
    struct card *card = *state;

    card->dev->transport->bars[0].sim = &gone;
    assert_int_equal(ir_close(card->dev), -ENODEV);
    assert_int_equal(ir_pool_available(card->pool), CARD_BUFFERS - LENT);
    card_audit(card, 0);
    assert_int_equal(ir_pool_destroy(card->pool), 0);
    assert_int_equal(ir_domain_destroy(card->domain), 0);
    card_open(state); /* something for the teardown to close */
}

int main(void)
{
#define STARTED(test) cmocka_unit_test_setup_teardown(test, card_start, card_close)
#define OPENED(test)  cmocka_unit_test_setup_teardown(test, card_open, card_close)
    const struct CMUnitTest tests[] = {
        STARTED(card_that_is_gone_is_no_device),
        OPENED(card_that_is_gone_cannot_be_started),
        STARTED(closing_a_card_that_is_gone_gives_its_buffers_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
