/* SPDX-License-Identifier: MIT
 *
 * Frames spread over several receive queues of the simulated card.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "card.h"
#include "flows.h"
#include "ixgbe/ixgbe.h"

#define QUEUES  8u /* so many that the pool has buffers for each ring */
#define ENTRIES (IXGBE_RETA_COUNT * IXGBE_RETA_ENTRIES)

/* A key that hashes both directions of a flow alike, because it repeats 16 bits. */
static void symmetric_key(uint8_t key[IR_RSS_KEY_LENGTH])
{
    for (uint32_t i = 0; i < IR_RSS_KEY_LENGTH; i++)
        key[i] = i % 2u == 0 ? 0x6d : 0x5a;
}

/* Set up and start so many receive queues, with that key. */
static void start(struct card *card, uint32_t queues, const uint8_t *key,
                  struct ir_rxq *rx[IXGBE_RSS_QUEUES])
{
    assert_int_equal(ir_rss_key_set(card->dev, key), 0);
    for (uint32_t q = 0; q < queues; q++)
        assert_int_equal(ir_rxq_setup(card->dev, q, 64, card->pool, &rx[q]), 0);
    card->rx = rx[0];
    assert_int_equal(ir_start(card->dev), 0);
    assert_int_equal(ir_link_wait(card->dev, 1000), 0);
}

/* Receive the frame, and say from which queue it came; fail unless from one. */
static uint32_t queue_of(struct card *card, uint32_t queues, struct ir_rxq *const *rx,
                         const uint8_t *frame, uint32_t length)
{
    uint32_t found = queues;
    struct ir_pkt pkts[2];

    assert_int_equal(ir_sim_put(card->dev, frame, length), 0);
    card_settle(card);
    for (uint32_t q = 0; q < queues; q++) {
        int count = ir_rx(rx[q], pkts, 2);

        if (count == 0)
            continue;
        assert_int_equal(count, 1);
        assert_int_equal(found, queues);
        assert_int_equal(ir_pkt_length(pkts[0]), length);
        assert_memory_equal(ir_pkt_data(card->pool, pkts[0], 0, length), frame, length);
        assert_int_equal(ir_pkt_free(card->pool, pkts[0]), 0);
        found = q;
    }
    assert_true(found < queues);
    return found;
}

static uint32_t entry(const struct card *card, uint32_t n)
{
    uint32_t value = 0;

    assert_int_equal(ixgbe_read((const struct ixgbe_dev *)card->dev, IXGBE_RETA(n / 4u), &value),
                     0);
    return value >> n % 4u * 8u & 0xffu;
}

static uint32_t mode(const struct card *card)
{
    uint32_t value = 0;

    assert_int_equal(ixgbe_read((const struct ixgbe_dev *)card->dev, IXGBE_MRQC, &value), 0);
    return value;
}

/* The hashes are those of the specification, so that the queue can be told beforehand; for 3 queues too, of
 * which some have an entry less. */
static void a_frame_comes_by_the_queue_that_its_hash_names(void **state)
{
    struct card *card = *state;
    struct ir_rxq *rx[IXGBE_RSS_QUEUES];
    uint8_t frame[FLOWS_FRAME];
    uint8_t mac[IR_MAC_LENGTH];

    assert_int_equal(ir_mac_get(card->dev, mac), 0);
    start(card, 3, flows_key, rx);
    for (uint32_t i = 0; i < FLOWS_COUNT; i++) {
        const struct flows_flow *flow = &flows[i];
        uint32_t length = flows_frame(flow, FLOWS_TCP, mac, frame);
        uint32_t by_ports = (flow->hash_with_ports & (ENTRIES - 1u)) % 3u;
        uint32_t by_addresses = (flow->hash_of_addresses & (ENTRIES - 1u)) % 3u;

        assert_int_equal(queue_of(card, 3, rx, frame, length), by_ports);
        length = flows_frame(flow, FLOWS_UDP, mac, frame);
        assert_int_equal(queue_of(card, 3, rx, frame, length), by_ports);
        length = flows_frame(flow, FLOWS_ICMP, mac, frame);
        assert_int_equal(queue_of(card, 3, rx, frame, length), by_addresses);
        assert_int_equal(queue_of(card, 3, rx, frame, length), by_addresses); /* and stays there */
    }
    card_audit(card, 0);
}

static void a_frame_without_ip_comes_by_the_first_queue(void **state)
{
    struct card *card = *state;
    struct ir_rxq *rx[IXGBE_RSS_QUEUES];
    uint8_t frame[60];

    start(card, QUEUES, flows_key, rx);
    for (uint32_t tag = 0; tag < 40u; tag++) {
        card_frame(card, frame, sizeof(frame), tag);
        assert_int_equal(queue_of(card, QUEUES, rx, frame, sizeof(frame)), 0);
    }
}

/* Whatever their number: each queue in turn, and none that is not there. */
static void the_table_names_each_queue_as_often_as_any_other(void **state)
{
    struct card *card = *state;
    struct ir_rxq *rx;

    assert_int_equal(ixgbe_rss_start((struct ixgbe_dev *)card->dev), 0);
    assert_int_equal(mode(card), 0);
    for (uint32_t queues = 1; queues <= IXGBE_RSS_QUEUES; queues++) {
        assert_int_equal(ir_rxq_setup(card->dev, queues - 1u, 64, card->pool, &rx), 0);
        assert_int_equal(ixgbe_rss_start((struct ixgbe_dev *)card->dev), 0);
        if (queues == 1u) {
            assert_int_equal(mode(card), 0);
            continue;
        }
        assert_int_equal(mode(card), 0xf30001 & ~(3u << 18));
        for (uint32_t n = 0; n < ENTRIES; n++)
            assert_int_equal(entry(card, n), n % queues);
    }
    card_no_violation(card);
}

/* Flows that differ in one port only. */
static void many_flows_keep_all_queues_busy(void **state)
{
    struct card *card = *state;
    struct ir_rxq *rx[IXGBE_RSS_QUEUES];
    struct flows_flow flow = flows[0];
    uint32_t count[IXGBE_RSS_QUEUES] = {0};
    uint8_t frame[FLOWS_FRAME];
    uint8_t mac[IR_MAC_LENGTH];

    assert_int_equal(ir_mac_get(card->dev, mac), 0);
    start(card, 4, flows_key, rx);
    for (uint32_t port = 1000; port < 1400; port++) {
        uint32_t length;

        flow.source_port = (uint16_t)port;
        length = flows_frame(&flow, FLOWS_UDP, mac, frame);
        count[queue_of(card, 4, rx, frame, length)]++;
    }
    for (uint32_t q = 0; q < 4u; q++)
        assert_in_range(count[q], 50, 150);
}

static void a_key_that_repeats_itself_joins_both_directions(void **state)
{
    struct card *card = *state;
    struct ir_rxq *rx[IXGBE_RSS_QUEUES];
    uint8_t key[IR_RSS_KEY_LENGTH];
    uint8_t frame[FLOWS_FRAME];
    uint8_t mac[IR_MAC_LENGTH];
    uint32_t used = 0;

    symmetric_key(key);
    assert_int_equal(ir_mac_get(card->dev, mac), 0);
    start(card, QUEUES, key, rx);
    for (uint32_t i = 0; i < FLOWS_COUNT; i++) {
        uint32_t length = flows_frame(&flows[i], FLOWS_TCP, mac, frame);
        uint32_t there = queue_of(card, QUEUES, rx, frame, length);

        length = flows_answer(&flows[i], FLOWS_TCP, mac, frame);
        assert_int_equal(queue_of(card, QUEUES, rx, frame, length), there);
        used |= 1u << there;
    }
    assert_true((used & (used - 1u)) != 0); /* not all by the same */
}

static void keys_are_random_until_one_is_set(void **state)
{
    struct card *card = *state;
    static const uint8_t zero[IR_RSS_KEY_LENGTH] = {0};
    uint8_t first[IR_RSS_KEY_LENGTH] = {0};
    uint8_t second[IR_RSS_KEY_LENGTH] = {0};

    assert_int_equal(ir_rss_key_get(card->dev, first), 0);
    assert_memory_not_equal(first, zero, sizeof(zero));
    assert_int_equal(ir_close(card->dev), 0);
    assert_int_equal(ir_open(card->domain, CARD_DEVICE, &card->dev, NULL), 0);
    assert_int_equal(ir_rss_key_get(card->dev, second), 0);
    assert_memory_not_equal(first, second, sizeof(first));
    assert_int_equal(ir_rss_key_set(card->dev, flows_key), 0);
    assert_int_equal(ir_rss_key_get(card->dev, second), 0);
    assert_memory_equal(second, flows_key, sizeof(second));
}

/* The queues of both directions of a flow. */
static void both_queues(struct card *card, struct ir_rxq *const *rx, uint32_t queues[2])
{
    uint8_t frame[FLOWS_FRAME];
    uint8_t mac[IR_MAC_LENGTH];
    uint32_t length;

    assert_int_equal(ir_mac_get(card->dev, mac), 0);
    length = flows_frame(&flows[1], FLOWS_TCP, mac, frame);
    queues[0] = queue_of(card, QUEUES, rx, frame, length);
    length = flows_answer(&flows[1], FLOWS_TCP, mac, frame);
    queues[1] = queue_of(card, QUEUES, rx, frame, length);
}

static void reset(struct card *card)
{
    assert_int_equal(ir_reset(card->dev), 0);
    assert_int_equal(ir_link_wait(card->dev, 1000), 0);
}

/* The card is told when it is started, and again after each reset. */
static void a_key_holds_from_the_next_reset_on(void **state)
{
    struct card *card = *state;
    struct ir_rxq *rx[IXGBE_RSS_QUEUES];
    uint8_t key[IR_RSS_KEY_LENGTH];
    uint32_t first[2];
    uint32_t later[2];

    symmetric_key(key);
    start(card, QUEUES, flows_key, rx);
    both_queues(card, rx, first);
    assert_int_equal(first[0], flows[1].hash_with_ports % QUEUES);
    assert_int_not_equal(first[0], first[1]);
    assert_int_equal(ir_rss_key_set(card->dev, key), 0);
    both_queues(card, rx, later);
    assert_memory_equal(later, first, sizeof(first));
    reset(card);
    both_queues(card, rx, later);
    assert_int_equal(later[0], later[1]);
    assert_int_equal(ir_rss_key_set(card->dev, flows_key), 0);
    reset(card);
    both_queues(card, rx, later);
    assert_memory_equal(later, first, sizeof(first));
}

static void a_key_needs_a_place(void **state)
{
    struct card *card = *state;
    uint8_t key[IR_RSS_KEY_LENGTH] = {0};

    assert_int_equal(ir_rss_key_get(NULL, key), -EINVAL);
    assert_int_equal(ir_rss_key_get(card->dev, NULL), -EINVAL);
    assert_int_equal(ir_rss_key_set(NULL, key), -EINVAL);
    assert_int_equal(ir_rss_key_set(card->dev, NULL), -EINVAL);
}

/* Devices that have one receive queue, or choose by themselves. */
static void other_devices_have_no_key(void **state)
{
    static const char *const devices[] = {"sim:82574,mode=step,wire=memory",
                                          "sim:virtio,mode=step,wire=memory,pairs=4"};

    (void)state;
    for (size_t i = 0; i < sizeof(devices) / sizeof(devices[0]); i++) {
        uint8_t key[IR_RSS_KEY_LENGTH] = {0};
        void *other = NULL;

        assert_int_equal(card_open_device(&other, devices[i]), 0);
        assert_int_equal(ir_rss_key_get(((struct card *)other)->dev, key), -ENOTSUP);
        assert_int_equal(ir_rss_key_set(((struct card *)other)->dev, key), -ENOTSUP);
        assert_int_equal(card_close(&other), 0);
    }
}

int main(void)
{
#define OPENED(test) cmocka_unit_test_setup_teardown(test, card_open, card_close)
    const struct CMUnitTest tests[] = {
        OPENED(a_frame_comes_by_the_queue_that_its_hash_names),
        OPENED(a_frame_without_ip_comes_by_the_first_queue),
        OPENED(the_table_names_each_queue_as_often_as_any_other),
        OPENED(many_flows_keep_all_queues_busy),
        OPENED(a_key_that_repeats_itself_joins_both_directions),
        OPENED(keys_are_random_until_one_is_set),
        OPENED(a_key_holds_from_the_next_reset_on),
        OPENED(a_key_needs_a_place),
        cmocka_unit_test(other_devices_have_no_key),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
