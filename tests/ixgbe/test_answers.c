/* SPDX-License-Identifier: MIT
 *
 * Cards whose registers answer nonsense, from before the device is opened: refused with a reason, or
 * taken at their word where nothing depends on it.
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
#include "core/pci.h"
#include "ixgbe/ixgbe.h"
#include "sim/card.h"
#include "sim/sim.h"

/* One register that answers what a test wants; the others are the simulated card's. */
static struct {
    const struct ir_regs_sim *card;
    uint32_t offset;
    uint32_t value;
} forged;

static uint32_t read_forged(void *card, uint32_t offset, uint32_t width)
{
    uint32_t value = forged.card->read(card, offset, width);

    return offset == forged.offset ? forged.value : value;
}

static void write_through(void *card, uint32_t offset, uint32_t width, uint32_t value)
{
    forged.card->write(card, offset, width, value);
}

static const struct ir_regs_sim forging = {read_forged, write_through};

static void forge(struct ir_transport *transport, uint32_t offset, uint32_t value)
{
    if (transport->bars[0].sim != &forging)
        forged.card = transport->bars[0].sim;
    forged.offset = offset;
    forged.value = value;
    transport->bars[0].sim = &forging;
}

static void be_honest(struct ir_transport *transport)
{
    transport->bars[0].sim = forged.card;
}

struct bare {
    struct ir_domain *domain;
    struct ir_transport *transport;
};

/* A simulated card that no driver has opened. */
static int make_bare(void **state)
{
    static struct bare bare;
    char error[IR_ERROR_LENGTH];

    *state = &bare;
    if (ir_domain_create(&bare.domain) != 0)
        return -1;
    if (ir_sim_open("82599,mode=step,wire=memory", &bare.transport, error) != 0)
        return -1;
    return ir_domain_attach(bare.domain, bare.transport);
}

static int drop_bare(void **state)
{
    struct bare *bare = *state;

    ir_domain_detach(bare->domain, bare->transport, true);
    bare->transport->ops->close(bare->transport);
    return ir_domain_destroy(bare->domain);
}

/* Fail unless the driver refuses the card for a reason that contains `part`. */
static void refused(struct bare *bare, int expected, const char *part)
{
    char error[IR_ERROR_LENGTH] = "";
    struct ir_dev *dev = NULL;

    assert_int_equal(ixgbe_driver.open(bare->domain, bare->transport, &dev, error), expected);
    assert_null(dev);
    assert_non_null(strstr(error, part));
}

static void card_with_a_multicast_address_is_refused(void **state)
{
    struct bare *bare = *state;

    forge(bare->transport, IXGBE_RAL(0), 0x00000001); /* multicast */
    refused(bare, -EIO, "MAC address");
}

static void card_with_an_address_of_zeros_is_refused(void **state)
{
    struct bare *bare = *state;
    char error[IR_ERROR_LENGTH];
    struct ir_transport *transport;

    /* RAH is zero but for the valid bit, and RAL is forged. */
    assert_int_equal(ir_sim_open("82599,mode=step,mac=02:00:00:00:00:00", &transport, error), 0);
    assert_int_equal(ir_domain_attach(bare->domain, transport), 0);
    forge(transport, IXGBE_RAL(0), 0);
    refused(&(struct bare){bare->domain, transport}, -EIO, "MAC address");
    ir_domain_detach(bare->domain, transport, true);
    transport->ops->close(transport);
}

static void card_whose_firmware_failed_is_refused(void **state)
{
    struct bare *bare = *state;

    forge(bare->transport, IXGBE_FWSM, 1u << 19);
    refused(bare, -EIO, "firmware");
    forge(bare->transport, IXGBE_FWSM, 1u << 24);
    refused(bare, -EIO, "firmware");
}

static void card_that_is_gone_is_refused(void **state)
{
    struct bare *bare = *state;

    forge(bare->transport, IXGBE_STATUS, IR_REG_GONE);
    refused(bare, -ENODEV, "does not answer");
}

static void card_with_a_small_window_is_refused(void **state)
{
    struct bare *bare = *state;
    uint32_t size = bare->transport->bars[0].size;

    bare->transport->bars[0].size = IXGBE_WINDOW - 4;
    refused(bare, -EIO, "window");
    bare->transport->bars[0].size = size;
}

static int refuse_config_read(struct ir_transport *transport, uint32_t offset, uint32_t width,
                              uint32_t *value)
{
    (void)transport;
    (void)offset;
    (void)width;
    (void)value;
    return -EIO;
}

static void card_without_configuration_space_is_refused(void **state)
{
    struct bare *bare = *state;
    const struct ir_transport_ops *before = bare->transport->ops;
    struct ir_transport_ops ops = *before;

    ops.config_read = refuse_config_read;
    bare->transport->ops = &ops;
    refused(bare, -EIO, "PCI command");
    bare->transport->ops = before;
}

static void refused_card_is_no_longer_a_bus_master(void **state)
{
    struct bare *bare = *state;
    uint32_t command;

    forge(bare->transport, IXGBE_FWSM, 1u << 19);
    refused(bare, -EIO, "firmware");
    assert_int_equal(bare->transport->ops->config_read(bare->transport, PCI_COMMAND, 2, &command),
                     0);
    assert_int_equal(command & PCI_COMMAND_BUS_MASTER, 0);
}

static void opened_card_is_a_bus_master_without_interrupts_by_pin(void **state)
{
    struct card *card = *state;
    struct ir_transport *transport = card->dev->transport;
    uint32_t command;

    assert_int_equal(transport->ops->config_read(transport, PCI_COMMAND, 2, &command), 0);
    assert_int_equal(command & (PCI_COMMAND_MEMORY | PCI_COMMAND_BUS_MASTER | PCI_COMMAND_INTX_OFF),
                     PCI_COMMAND_MEMORY | PCI_COMMAND_BUS_MASTER | PCI_COMMAND_INTX_OFF);
}

static void link_speed_is_decoded(void **state)
{
    static const struct {
        uint32_t links;
        struct ir_link link;
    } cases[] = {
        {0x70000000, {true, 10000}}, {0x60000000, {true, 1000}},
        {0x50000000, {true, 100}},   {0x40000000, {false, 0}}, /* a speed that does not exist */
        {0x30000000, {false, 0}},    {0x00000000, {false, 0}},
    };
    struct card *card = *state;
    struct ir_link link;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        forge(card->dev->transport, IXGBE_LINKS, cases[i].links);
        assert_int_equal(ir_link(card->dev, &link), 0);
        assert_int_equal(link.up, cases[i].link.up);
        assert_int_equal(link.speed_mbps, cases[i].link.speed_mbps);
    }
    be_honest(card->dev->transport);
}

/* All ones in LINKS alone: not a card that is gone, and bits 30 to 28 mean what they always do. */
static void link_register_of_all_ones_is_a_link_while_the_card_is_there(void **state)
{
    struct card *card = *state;
    struct ir_link link;

    forge(card->dev->transport, IXGBE_LINKS, IR_REG_GONE);
    assert_int_equal(ir_link(card->dev, &link), 0);
    assert_true(link.up);
    be_honest(card->dev->transport);
}

static void counters_of_all_ones_are_added_without_harm(void **state)
{
    static const uint32_t offsets[] = {IXGBE_QPRC(0), IXGBE_QBRC_L(0), IXGBE_QBRC_H(0),
                                       IXGBE_GPTC,    IXGBE_GOTCH,     IXGBE_MPC(7)};
    struct card *card = *state;
    struct ir_stats stats;

    for (size_t i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++) {
        forge(card->dev->transport, offsets[i], IR_REG_GONE);
        assert_int_equal(ir_stats(card->dev, &stats), 0);
    }
    be_honest(card->dev->transport);
    assert_int_equal(ir_stats(card->dev, &stats), 0);
    assert_true(stats.rx_packets == UINT32_MAX);
    /* A pair holds 36 bits, whatever the upper register says. */
    assert_true(stats.rx_bytes == UINT64_C(0xfffffffff) - UINT64_C(4) * UINT32_MAX);
    assert_true(stats.tx_packets == UINT32_MAX);
    assert_true(stats.rx_missed == UINT32_MAX);
}

static void settings_made_while_the_device_is_down_are_applied_by_the_reset(void **state)
{
    static const uint8_t mac[IR_MAC_LENGTH] = {0x02, 1, 2, 3, 4, 5};
    static const uint8_t groups[1][IR_MAC_LENGTH] = {{0x33, 0x33, 0, 0, 0, 1}};
    struct card *card = *state;
    uint32_t value;

    forge(card->dev->transport, IXGBE_FWSM, 1u << 19);
    assert_int_equal(ir_reset(card->dev), -EIO);
    be_honest(card->dev->transport);
    assert_int_equal(ir_mac_set(card->dev, mac), 0);
    assert_int_equal(ir_promiscuous(card->dev, true), 0);
    assert_int_equal(ir_multicast(card->dev, groups, 1), 0);
    assert_int_equal(ir_reset(card->dev), 0);
    assert_int_equal(ixgbe_read((struct ixgbe_dev *)card->dev, IXGBE_RAL(0), &value), 0);
    assert_int_equal(value, 0x03020102);
    assert_int_equal(ixgbe_read((struct ixgbe_dev *)card->dev, IXGBE_FCTRL, &value), 0);
    assert_true((value & IXGBE_FCTRL_UPE) != 0);
    assert_int_equal(ixgbe_read((struct ixgbe_dev *)card->dev, IXGBE_MTA(0), &value), 0);
    assert_int_equal(value, 1u << 16);
}

/* --- a card that answers at random --- */

static uint64_t chance;

/* xorshift: the same answers for the same seed. */
static uint32_t next_chance(void)
{
    chance ^= chance << 13;
    chance ^= chance >> 7;
    chance ^= chance << 17;
    return (uint32_t)(chance >> 32);
}

/* One answer in eight is not the card's own. */
static uint32_t read_at_random(void *card, uint32_t offset, uint32_t width)
{
    uint32_t value = forged.card->read(card, offset, width);

    switch (next_chance() % 64) {
    case 0:
        return IR_REG_GONE;
    case 1:
    case 2:
        return 0;
    case 3:
    case 4:
    case 5:
        return next_chance();
    case 6:
    case 7:
        return value ^ (UINT32_C(1) << (next_chance() % 32));
    default:
        return value;
    }
}

static const struct ir_regs_sim answering_at_random = {read_at_random, write_through};

/* Whatever comes of it, each buffer is somewhere, and the time it takes has a limit. */
static void use_device(struct ir_dev *dev, struct ir_pool *pool)
{
    struct ir_rxq *rx;
    struct ir_txq *tx;
    struct ir_pkt pkts[4];
    struct ir_stats stats;
    struct ir_link link;

    assert_int_equal(ir_rxq_setup(dev, 0, 64, pool, &rx), 0);
    assert_int_equal(ir_txq_setup(dev, 0, 64, pool, &tx), 0);
    for (uint32_t round = 0; round < 4; round++) {
        if (ir_start(dev) == 0 || round > 0) {
            for (uint32_t i = 0; i < 4; i++) {
                int got;

                (void)ir_sim_step(dev);
                got = ir_rx(rx, pkts, 4);
                for (int k = 0; k < got; k++) {
                    if (ir_tx(tx, &pkts[k], 1) != 1)
                        assert_int_equal(ir_pkt_free(pool, pkts[k]), 0);
                }
            }
            (void)ir_promiscuous(dev, round % 2 == 0);
            (void)ir_stats(dev, &stats);
            (void)ir_link(dev, &link);
        }
        assert_int_equal(ir_pool_audit(pool), 0);
        (void)ir_reset(dev);
        assert_int_equal(ir_pool_audit(pool), 0);
    }
}

static void card_that_answers_at_random_costs_no_buffer_and_little_time(void **state)
{
    uint32_t opened = 0;

    (void)state;
    for (uint64_t seed = 1; seed <= 150; seed++) {
        char error[IR_ERROR_LENGTH] = "";
        struct ir_transport *transport;
        struct ir_domain *domain;
        struct ir_pool *pool;
        struct ir_dev *dev;

        chance = seed * UINT64_C(0x9e3779b97f4a7c15);
        assert_int_equal(ir_domain_create(&domain), 0);
        assert_int_equal(ir_pool_create(domain, 256, 2048, &pool), 0);
        assert_int_equal(ir_sim_open("82599,mode=step,wire=gen,count=20", &transport, error), 0);
        assert_int_equal(ir_domain_attach(domain, transport), 0);
        forge(transport, 0, 0);
        transport->bars[0].sim = &answering_at_random;
        if (ixgbe_driver.open(domain, transport, &dev, error) == 0) {
            opened++;
            use_device(dev, pool);
            (void)dev->ops->close(dev);
        } else {
            assert_true(error[0] != '\0');
        }
        assert_true(((struct sim_card *)transport)->base.clock < UINT64_C(120) * 1000000);
        assert_int_equal(ir_pool_audit(pool), 0);
        ir_domain_detach(domain, transport, true);
        transport->ops->close(transport);
        assert_int_equal(ir_pool_destroy(pool), 0);
        assert_int_equal(ir_domain_destroy(domain), 0);
    }
    assert_in_range(opened, 1, 149); /* it has seen both */
}

static void only_physical_functions_of_the_82599_are_supported(void **state)
{
    (void)state;
    assert_true(ixgbe_supports(0x8086, 0x10fb));
    assert_true(ixgbe_supports(0x8086, 0x1558));
    assert_false(ixgbe_supports(0x8086, 0x10ed)); /* virtual function */
    assert_false(ixgbe_supports(0x8086, 0x1528)); /* X540 */
    assert_false(ixgbe_supports(0x10ec, 0x10fb)); /* another vendor */
}

int main(void)
{
#define BARE(test)    cmocka_unit_test_setup_teardown(test, make_bare, drop_bare)
#define STARTED(test) cmocka_unit_test_setup_teardown(test, card_start, card_close)
    const struct CMUnitTest tests[] = {
        BARE(card_with_a_multicast_address_is_refused),
        BARE(card_with_an_address_of_zeros_is_refused),
        BARE(card_whose_firmware_failed_is_refused),
        BARE(card_that_is_gone_is_refused),
        BARE(card_with_a_small_window_is_refused),
        BARE(card_without_configuration_space_is_refused),
        BARE(refused_card_is_no_longer_a_bus_master),
        STARTED(opened_card_is_a_bus_master_without_interrupts_by_pin),
        STARTED(link_speed_is_decoded),
        STARTED(link_register_of_all_ones_is_a_link_while_the_card_is_there),
        STARTED(counters_of_all_ones_are_added_without_harm),
        STARTED(settings_made_while_the_device_is_down_are_applied_by_the_reset),
        cmocka_unit_test(card_that_answers_at_random_costs_no_buffer_and_little_time),
        cmocka_unit_test(only_physical_functions_of_the_82599_are_supported),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
