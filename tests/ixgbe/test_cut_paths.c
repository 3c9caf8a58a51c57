/* SPDX-License-Identifier: MIT
 *
 * The register window is cut off after each number of accesses, or after the first access to one
 * register: whatever the driver is doing then, it stops at once, says so, and after the next reset
 * everything is as it was.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "api/domain.h"
#include "card.h"
#include "core/driver.h"
#include "ixgbe/ixgbe.h"
#include "sim/card.h"
#include "sim/sim.h"

#define LENT 63u /* buffers in a full receive ring */

#define NO_REGISTER UINT32_MAX
#define ROW_COUNTED 8u

/* The card behind the window, which is as large as it was for `left` more accesses, and until the
 * register at `offset` has been accessed. */
static struct {
    const struct ir_regs_sim *card;
    struct ir_transport *transport;
    uint32_t size;
    uint32_t left;
    uint32_t offset;
    uint32_t last; /* the register accessed last */
    uint32_t row;  /* accesses before it, each to the register before */
} cut;

/* Long tables are written register by register: after the first few nothing new can happen. */
static void count_access(uint32_t offset)
{
    cut.row = offset == cut.last + 4 ? cut.row + 1 : 0;
    cut.last = offset;
    if (cut.row < ROW_COUNTED)
        cut.left--;
    if (cut.left == 0 || offset == cut.offset)
        cut.transport->bars[0].size = 0;
}

static uint32_t read_counted(void *card, uint32_t offset, uint32_t width)
{
    count_access(offset);
    return cut.card->read(card, offset, width);
}

static void write_counted(void *card, uint32_t offset, uint32_t width, uint32_t value)
{
    count_access(offset);
    cut.card->write(card, offset, width, value);
}

static const struct ir_regs_sim counting = {read_counted, write_counted};

static void cut_after(struct ir_transport *transport, uint32_t accesses)
{
    cut.card = transport->bars[0].sim;
    cut.transport = transport;
    cut.size = transport->bars[0].size;
    cut.left = accesses;
    cut.offset = NO_REGISTER;
    cut.last = NO_REGISTER;
    cut.row = 0;
    transport->bars[0].sim = &counting;
    if (accesses == 0)
        transport->bars[0].size = 0;
}

static void cut_after_register(struct ir_transport *transport, uint32_t offset)
{
    cut_after(transport, UINT32_MAX);
    cut.offset = offset;
}

/* Whether it was cut. */
static bool mend(void)
{
    bool was_cut = cut.transport->bars[0].size == 0;

    cut.transport->bars[0].sim = cut.card;
    cut.transport->bars[0].size = cut.size;
    return was_cut;
}

static int read_stats(struct ir_dev *dev)
{
    struct ir_stats stats;

    return ir_stats(dev, &stats);
}

static int read_link(struct ir_dev *dev)
{
    struct ir_link link;

    return ir_link(dev, &link);
}

static int set_mac(struct ir_dev *dev)
{
    uint8_t mac[IR_MAC_LENGTH];

    assert_int_equal(ir_mac_get(dev, mac), 0);
    return ir_mac_set(dev, mac);
}

static int set_promiscuous(struct ir_dev *dev)
{
    return ir_promiscuous(dev, true);
}

static int set_multicast(struct ir_dev *dev)
{
    static const uint8_t group[1][IR_MAC_LENGTH] = {{0x01, 0, 0x5e, 0, 0, 1}};

    return ir_multicast(dev, group, 1);
}

/* Each cut of the operation is -EINVAL, and a device that works after a reset. */
static void each_cut_is_an_error(struct card *card, int (*operate)(struct ir_dev *))
{
    struct ir_transport *transport = card->dev->transport;
    uint32_t accesses = 0;
    bool was_cut;

    do {
        int result;

        cut_after(transport, accesses);
        result = operate(card->dev);
        was_cut = mend();
        if (was_cut && result == 0) {
            assert_true(accesses > 0); /* cut after the last access: nothing was refused */
            return;
        }
        assert_int_equal(result, was_cut ? -EINVAL : 0);
        card_audit(card, 0);
        assert_int_equal(ir_reset(card->dev), 0);
        card_audit(card, 0);
        accesses++;
    } while (was_cut);
    fail_msg("no register was accessed");
}

static void statistics_say_when_a_register_is_refused(void **state)
{
    each_cut_is_an_error(*state, read_stats);
    card_works(*state);
}

static void link_says_when_a_register_is_refused(void **state)
{
    each_cut_is_an_error(*state, read_link);
    card_works(*state);
}

static void mac_address_says_when_a_register_is_refused(void **state)
{
    each_cut_is_an_error(*state, set_mac);
    card_works(*state);
}

static void promiscuous_mode_says_when_a_register_is_refused(void **state)
{
    each_cut_is_an_error(*state, set_promiscuous);
    card_works(*state);
}

static void multicast_filter_says_when_a_register_is_refused(void **state)
{
    each_cut_is_an_error(*state, set_multicast);
    card_works(*state);
}

static void each_cut_of_a_start_leaves_the_queues_broken(struct card *card)
{
    uint32_t accesses = 0;
    int result;

    do {
        cut_after(card->dev->transport, accesses);
        result = ir_start(card->dev);
        (void)mend();
        if (result != 0) {
            assert_int_equal(result, -EINVAL);
            card_audit(card, 0);
            card_is_broken(card);
            assert_int_equal(ir_start(card->dev), -EIO); /* it is down until a reset */
            assert_int_equal(ir_reset(card->dev), 0);
            assert_int_equal(ir_pool_available(card->pool), CARD_BUFFERS);
        }
        accesses++;
    } while (result != 0);
    assert_true(accesses > 20);
    card_works(card);
}

static void start_that_is_refused_a_register_leaves_the_queues_broken(void **state)
{
    card_queues(*state, 64);
    each_cut_of_a_start_leaves_the_queues_broken(*state);
}

/* Frames are spread over several. */
static void so_does_that_of_several_queues(void **state)
{
    struct card *card = *state;
    struct ir_rxq *second;

    card_queues(card, 64);
    assert_int_equal(ir_rxq_setup(card->dev, 1, 64, card->pool, &second), 0);
    each_cut_of_a_start_leaves_the_queues_broken(card);
}

static void reset_that_is_refused_a_register_loses_no_buffer(void **state)
{
    struct card *card = *state;
    uint32_t accesses = 0;
    int result;

    do {
        cut_after(card->dev->transport, accesses);
        result = ir_reset(card->dev);
        (void)mend();
        card_audit(card, 0);
        if (result != 0) {
            assert_int_equal(result, -EINVAL);
            card_is_broken(card);
        }
        assert_int_equal(ir_reset(card->dev), 0);
        assert_int_equal(ir_pool_available(card->pool), CARD_BUFFERS - LENT);
        accesses++;
    } while (result != 0);
    assert_true(accesses > 100);
    card_works(card);
}

/* The second way to stop a card, for one whose requests never complete. Nothing has confirmed then
 * that it has stopped, so the buffers stay where they are. */
static void flush_that_is_refused_a_register_keeps_the_buffers_in_the_rings(void **state)
{
    static const uint32_t registers[] = {IXGBE_HLREG0, IXGBE_SECRXCTRL, IXGBE_SECRXSTAT,
                                         IXGBE_GCR_EXT};
    struct card *card = *state;
    struct ir_transport *transport = card->dev->transport;
    uint64_t *late = ((struct sim_card *)transport)->options.late;
    uint64_t before = late[SIM_FIELD_STATUS_MASTER];

    for (size_t i = 0; i < sizeof(registers) / sizeof(registers[0]); i++) {
        late[SIM_FIELD_STATUS_MASTER] = SIM_NEVER;
        cut_after_register(transport, registers[i]);
        assert_int_equal(ir_reset(card->dev), -EINVAL);
        assert_true(mend());
        assert_int_equal(ir_pool_available(card->pool), CARD_BUFFERS - LENT);
        card_audit(card, 0);
        card_is_broken(card);
        late[SIM_FIELD_STATUS_MASTER] = before;
        assert_int_equal(ir_reset(card->dev), 0);
        card_works(card);
    }
}

static void card_that_is_refused_a_register_cannot_be_opened(void **state)
{
    uint32_t accesses = 0;
    int result;

    (void)state;
    do {
        char error[IR_ERROR_LENGTH] = "";
        struct ir_transport *transport;
        struct ir_domain *domain;
        struct ir_dev *dev = NULL;

        assert_int_equal(ir_domain_create(&domain), 0);
        assert_int_equal(ir_sim_open("82599,mode=step,wire=memory", &transport, error), 0);
        assert_int_equal(ir_domain_attach(domain, transport), 0);
        cut_after(transport, accesses + 1); /* with no window at all it is another error */
        result = ixgbe_driver.open(domain, transport, &dev, error);
        (void)mend();
        if (result == 0) {
            assert_int_equal(dev->ops->close(dev), 0);
        } else {
            assert_int_equal(result, -EINVAL);
            assert_null(dev);
            assert_string_equal(error, "a register cannot be accessed");
        }
        ir_domain_detach(domain, transport, true);
        transport->ops->close(transport);
        assert_int_equal(ir_domain_destroy(domain), 0);
        accesses++;
    } while (result != 0);
    assert_true(accesses > 100);
}

int main(void)
{
#define STARTED(test) cmocka_unit_test_setup_teardown(test, card_start, card_close)
#define OPENED(test)  cmocka_unit_test_setup_teardown(test, card_open, card_close)
    const struct CMUnitTest tests[] = {
        STARTED(statistics_say_when_a_register_is_refused),
        STARTED(link_says_when_a_register_is_refused),
        STARTED(mac_address_says_when_a_register_is_refused),
        STARTED(promiscuous_mode_says_when_a_register_is_refused),
        STARTED(multicast_filter_says_when_a_register_is_refused),
        OPENED(start_that_is_refused_a_register_leaves_the_queues_broken),
        OPENED(so_does_that_of_several_queues),
        STARTED(reset_that_is_refused_a_register_loses_no_buffer),
        STARTED(flush_that_is_refused_a_register_keeps_the_buffers_in_the_rings),
        cmocka_unit_test(card_that_is_refused_a_register_cannot_be_opened),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
