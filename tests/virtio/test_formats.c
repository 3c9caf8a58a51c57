/* SPDX-License-Identifier: MIT
 *
 * Frames in and out, on each transport and with each format of rings: what goes in comes out, whole and
 * in order, and each buffer is in one place.
 */
#include "rig.h"

#include <stdio.h>
#include <string.h>

#define LENGTH     60u
#define BURST      32u
#define MANY       70000u /* more than a 16-bit index counts */
#define MTU        1000u
#define OUTER      18u /* bytes of a frame beyond the MTU, with a VLAN tag */
#define FLOWS      64u
#define MANY_PAIRS 4u

/* Send `count` frames from `first` in one burst, and find them on the wire. */
static void send_all(struct card *card, uint32_t first, uint32_t count, uint32_t length)
{
    struct ir_pkt pkts[BURST] = {{0}};

    for (uint32_t i = 0; i < count; i++)
        pkts[i] = card_packet(card, length, first + i);
    assert_int_equal(ir_tx(card->tx, pkts, count), count);
    card_settle(card);
    for (uint32_t i = 0; i < count; i++)
        card_expect_sent(card, length, first + i);
}

static void receive_all(struct card *card, uint32_t first, uint32_t count, uint32_t length,
                        uint32_t burst)
{
    for (uint32_t i = 0; i < count; i++)
        card_put(card, length, first + i);
    card_settle(card);
    rig_expect_all(card, first, count, length, burst);
}

static void frames_pass_whole_and_in_order(void **state)
{
    (void)state;
    for (size_t f = 0; f < rig_format_count; f++) {
        struct card *card = rig_start(rig_formats[f]);
        uint32_t tag = 0;

        for (uint32_t burst = 1; burst <= BURST; burst++) {
            receive_all(card, tag, 20u, LENGTH + burst, burst);
            send_all(card, tag, burst, LENGTH + 2u * burst);
            tag += 20u;
        }
        assert_true(ir_tx_reclaim(card->tx) == 0);
        card_audit(card, 0);
        rig_close(card);
    }
}

static void frames_of_each_length_pass(void **state)
{
    (void)state;
    for (size_t f = 0; f < rig_format_count; f++) {
        struct card *card = rig_start(rig_formats[f]);

        for (uint32_t length = IR_FRAME_MIN; length <= 1518u; length += 47u) {
            receive_all(card, length, 3u, length, 2u);
            if (length >= LENGTH)
                send_all(card, length, 3u, length);
        }
        receive_all(card, 1, 1, 1518u, 1);
        send_all(card, 1, 1, 1518u);
        rig_close(card);
    }
}

/* Through many laps of each ring, and beyond what 16 bits count. */
static void indices_wrap(void **state)
{
    static const char *const formats[] = {"",
                                          "event_idx=off",
                                          "shuffle=on",
                                          "packed=on",
                                          "packed=on,shuffle=on",
                                          "in_order=on",
                                          "transport=legacy,any_layout=off"};

    (void)state;
    for (size_t f = 0; f < sizeof(formats) / sizeof(formats[0]); f++) {
        struct card *card = rig_start(formats[f]);
        struct ir_stats stats;

        for (uint32_t tag = 0; tag < MANY; tag += 28u) {
            receive_all(card, tag, 28u, LENGTH, BURST);
            send_all(card, tag, 28u, LENGTH);
        }
        assert_int_equal(ir_stats(card->dev, &stats), 0);
        assert_int_equal(stats.rx_packets, MANY);
        assert_int_equal(stats.tx_packets, MANY);
        assert_int_equal(stats.rx_bytes, MANY * LENGTH);
        assert_int_equal(stats.tx_bytes, MANY * LENGTH);
        rig_close(card);
    }
}

/* Frames that come while all buffers are full get lost; no other does. */
static void ring_that_is_full_of_frames_is_emptied(void **state)
{
    (void)state;
    for (size_t f = 0; f < rig_format_count; f++) {
        struct card *card = rig_start(rig_formats[f]);

        for (uint32_t turn = 0; turn < 5u; turn++) {
            uint32_t lent = rig_lent(card);
            struct ir_pkt pkt;

            assert_true(lent >= BURST);
            for (uint32_t i = 0; i < lent + 20u; i++)
                card_put(card, LENGTH, i);
            card_settle(card);
            rig_expect_all(card, 0, lent, LENGTH, BURST);
            assert_int_equal(ir_rx(card->rx, &pkt, 1), 0);
        }
        card_works(card);
        rig_close(card);
    }
}

/* Fill the ring, with bursts the last of which asks for too much. */
static void fill_ring(struct card *card, uint32_t room)
{
    for (uint32_t sent = 0; sent < room;) {
        struct ir_pkt pkts[BURST];
        uint32_t fits = room - sent < BURST ? room - sent : BURST;
        uint32_t want = fits < BURST ? fits + 1u : BURST;

        for (uint32_t i = 0; i < want; i++)
            pkts[i] = card_packet(card, LENGTH, sent + i);
        assert_int_equal(ir_tx(card->tx, pkts, want), fits);
        for (uint32_t i = fits; i < want; i++)
            assert_int_equal(ir_pkt_free(card->pool, pkts[i]), 0);
        sent += fits;
        card_audit(card, 0);
    }
}

static void ring_that_is_full_takes_no_packet(void **state)
{
    (void)state;
    for (size_t f = 0; f < rig_format_count; f++) {
        struct card *card = rig_start(rig_formats[f]);
        uint32_t room = rig_tx_room(card->tx);
        struct ir_pkt pkt;

        fill_ring(card, room);
        pkt = card_packet(card, LENGTH, room);
        assert_int_equal(ir_tx(card->tx, &pkt, 1), 0);
        assert_int_equal(ir_tx_reclaim(card->tx), room);
        card_settle(card);
        assert_int_equal(ir_tx(card->tx, &pkt, 1), 1);
        card_settle(card);
        for (uint32_t i = 0; i <= room; i++)
            card_expect_sent(card, LENGTH, i);
        assert_int_equal(ir_tx_reclaim(card->tx), 0);
        rig_close(card);
    }
}

/* The application holds every buffer there is; when it lets go, the queue works again. */
static void pool_that_is_empty_stops_a_queue_until_buffers_are_back(void **state)
{
    (void)state;
    for (size_t f = 0; f < rig_format_count; f++) {
        struct card *card = rig_start(rig_formats[f]);
        struct ir_pkt held[CARD_BUFFERS];
        struct ir_pkt pkt;
        uint32_t count = 0;

        while (ir_pkt_alloc(card->pool, LENGTH, &pkt) == 0)
            held[count++] = pkt;
        for (uint32_t i = 0; count < CARD_BUFFERS; i++) {
            card_put(card, LENGTH, i);
            card_settle(card);
            assert_int_equal(ir_rx(card->rx, &held[count], 1), 1);
            count++;
        }
        card_audit(card, CARD_BUFFERS);
        card_settle(card);
        assert_int_equal(ir_rx(card->rx, &pkt, 1), 0);
        for (uint32_t i = 0; i < count; i++)
            assert_int_equal(ir_pkt_free(card->pool, held[i]), 0);
        assert_int_equal(ir_rx(card->rx, &pkt, 1), 0);
        card_audit(card, 0);
        card_works(card);
        rig_close(card);
    }
}

static void packets_that_cannot_be_sent_are_refused_and_stay(void **state)
{
    (void)state;
    for (size_t f = 0; f < rig_format_count; f++) {
        struct card *card = rig_start(rig_formats[f]);
        struct ir_pkt pkts[3] = {card_packet(card, LENGTH, 1), {0}, card_packet(card, LENGTH, 2)};

        assert_int_equal(ir_tx(card->tx, pkts, 3), 1);
        assert_int_equal(ir_tx(card->tx, pkts, 1), -ESTALE);
        assert_int_equal(ir_tx(card->tx, &pkts[1], 2), -ESTALE);
        assert_int_equal(ir_tx(card->tx, &pkts[2], 0), 0);
        card_audit(card, 1);
        assert_int_equal(ir_tx(card->tx, &pkts[2], 1), 1);
        card_settle(card);
        card_expect_sent(card, LENGTH, 1);
        card_expect_sent(card, LENGTH, 2);
        rig_close(card);
    }
}

static void longest_frame_is_that_of_the_mtu(void **state)
{
    static const char *const formats[] = {"mtu=1000", "mtu=1000,packed=on",
                                          "mtu=1000,transport=legacy,any_layout=off"};

    (void)state;
    for (size_t f = 0; f < sizeof(formats) / sizeof(formats[0]); f++) {
        struct card *card = rig_start(formats[f]);
        struct ir_info info;
        struct ir_pkt pkt;

        ir_info(card->dev, &info);
        assert_int_equal(info.frame_max, MTU + OUTER);
        send_all(card, 1, 1, MTU + OUTER);
        receive_all(card, 2, 1, MTU + OUTER, 1);
        pkt = card_packet(card, MTU + OUTER + 1u, 3);
        assert_int_equal(ir_tx(card->tx, &pkt, 1), -EMSGSIZE);
        assert_int_equal(ir_pkt_free(card->pool, pkt), 0);
        rig_close(card);
    }
}

static void longest_frame_without_an_mtu_is_what_a_buffer_holds(void **state)
{
    struct card *card = rig_start("");
    struct ir_info info;
    struct ir_pkt pkt = card_packet(card, 2048, 1);

    (void)state;
    ir_info(card->dev, &info);
    assert_int_equal(info.frame_min, IR_FRAME_MIN);
    assert_int_equal(info.frame_max, IR_FRAME_MAX);
    assert_int_equal(ir_tx(card->tx, &pkt, 1), 1);
    card_settle(card);
    card_expect_sent(card, 2048, 1);
    rig_close(card);
}

/* A frame of UDP over IPv4: its addresses say which queue it goes to. */
static void flow_frame(const struct card *card, uint8_t frame[LENGTH], uint32_t flow)
{
    card_frame(card, frame, LENGTH, 1);
    frame[12] = 0x08;
    frame[13] = 0;
    frame[29] = (uint8_t)flow;
}

/* Take what queue `index` has; each frame of its flows is there once. */
static uint32_t collect(struct card *card, struct ir_rxq *queue, bool seen[FLOWS])
{
    uint32_t count = 0;
    struct ir_pkt pkt;

    while (ir_rx(queue, &pkt, 1) == 1) {
        const uint8_t *data = ir_pkt_data(card->pool, pkt, 0, LENGTH);
        uint8_t frame[LENGTH];
        uint32_t flow = data[29];

        assert_true(flow < FLOWS && !seen[flow]);
        flow_frame(card, frame, flow);
        assert_memory_equal(data, frame, LENGTH);
        seen[flow] = true;
        assert_int_equal(ir_pkt_free(card->pool, pkt), 0);
        count++;
    }
    return count;
}

static void each_queue_pair_moves_frames(void **state)
{
    static const char *const formats[] = {
        "pairs=4", "pairs=4,packed=on,queue_size=64", "pairs=4,transport=legacy,queue_size=64",
        "pairs=4,transport=legacy,any_layout=off,shuffle=on,queue_size=128", "pairs=8,in_order=on"};

    (void)state;
    for (size_t f = 0; f < sizeof(formats) / sizeof(formats[0]); f++) {
        struct card *card = rig_open(formats[f]);
        struct ir_rxq *rx[MANY_PAIRS];
        struct ir_txq *tx[MANY_PAIRS];
        bool seen[FLOWS] = {false};
        uint32_t total = 0;

        for (uint32_t q = 0; q < MANY_PAIRS; q++) {
            assert_int_equal(ir_rxq_setup(card->dev, q, 64, card->pool, &rx[q]), 0);
            assert_int_equal(ir_txq_setup(card->dev, q, 64, card->pool, &tx[q]), 0);
        }
        rig_run(card);
        for (uint32_t flow = 0; flow < FLOWS; flow++) {
            uint8_t frame[LENGTH];

            flow_frame(card, frame, flow);
            assert_int_equal(ir_sim_put(card->dev, frame, LENGTH), 0);
        }
        card_settle(card);
        for (uint32_t q = 0; q < MANY_PAIRS; q++) {
            uint32_t count = collect(card, rx[q], seen);

            assert_in_range(count, 1, FLOWS / 2u);
            total += count;
        }
        assert_int_equal(total, FLOWS);
        for (uint32_t q = 0; q < 3u * MANY_PAIRS; q++) {
            struct ir_pkt pkt = card_packet(card, LENGTH, q);

            assert_int_equal(ir_tx(tx[q % MANY_PAIRS], &pkt, 1), 1);
            card_settle(card);
            card_expect_sent(card, LENGTH, q);
        }
        card_audit(card, 0);
        rig_close(card);
    }
}

/* The formats are what they say. */
static void features_are_those_of_the_format(void **state)
{
    static const struct {
        const char *arguments;
        uint64_t with;
        uint64_t without;
    } rows[] = {
        {"", VIRTIO_F_VERSION_1 | VIRTIO_F_ACCESS_PLATFORM | VIRTIO_NET_F_MRG_RXBUF,
         VIRTIO_F_RING_PACKED | VIRTIO_F_IN_ORDER | VIRTIO_F_ANY_LAYOUT | VIRTIO_NET_F_MQ},
        {"packed=on,in_order=on,pairs=2",
         VIRTIO_F_RING_PACKED | VIRTIO_F_IN_ORDER | VIRTIO_NET_F_MQ, VIRTIO_NET_F_MTU},
        {"transport=transitional,mtu=1500", VIRTIO_F_VERSION_1 | VIRTIO_NET_F_MTU,
         VIRTIO_F_ANY_LAYOUT},
        {"transport=legacy", VIRTIO_F_ANY_LAYOUT, VIRTIO_F_VERSION_1},
        {"transport=legacy,any_layout=off,control=off", VIRTIO_NET_F_MAC,
         VIRTIO_F_ANY_LAYOUT | VIRTIO_NET_F_CTRL_VQ | VIRTIO_NET_F_CTRL_RX},
    };

    (void)state;
    for (size_t r = 0; r < sizeof(rows) / sizeof(rows[0]); r++) {
        struct card *card = rig_start(rows[r].arguments);

        assert_int_equal(rig_driver(card)->features & rows[r].with, rows[r].with);
        assert_int_equal(rig_driver(card)->features & rows[r].without, 0);
        rig_close(card);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(features_are_those_of_the_format),
        cmocka_unit_test(frames_pass_whole_and_in_order),
        cmocka_unit_test(frames_of_each_length_pass),
        cmocka_unit_test(indices_wrap),
        cmocka_unit_test(ring_that_is_full_of_frames_is_emptied),
        cmocka_unit_test(ring_that_is_full_takes_no_packet),
        cmocka_unit_test(pool_that_is_empty_stops_a_queue_until_buffers_are_back),
        cmocka_unit_test(packets_that_cannot_be_sent_are_refused_and_stay),
        cmocka_unit_test(longest_frame_is_that_of_the_mtu),
        cmocka_unit_test(longest_frame_without_an_mtu_is_what_a_buffer_holds),
        cmocka_unit_test(each_queue_pair_moves_frames),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
