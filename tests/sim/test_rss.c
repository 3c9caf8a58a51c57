/* SPDX-License-Identifier: MIT
 *
 * Receive-side scaling of the simulated 82599: what is hashed, and which queue a frame goes to.
 */
#include <string.h>

#include "flows.h"
#include "rig.h"

#define ALL_FIELDS                                                                                 \
    (MRQC_TCP_IPV4 | MRQC_IPV4 | MRQC_IPV6 | MRQC_TCP_IPV6 | MRQC_UDP_IPV4 | MRQC_UDP_IPV6)
#define BROADCAST (const uint8_t *)"\xff\xff\xff\xff\xff\xff"

/* RSS types, as descriptors have them. */
enum { NONE, TCP_IPV4, IPV4, TCP_IPV6, IPV6 = 5, UDP_IPV4 = 7, UDP_IPV6 };

/* The card with a receive queue, and all 128 entries of the table for it, but that the hash is told. */
static void start(struct rig *rig, uint32_t fields)
{
    rig_open(rig, "82599,mode=step,wire=memory");
    rig_start(rig);
    rig_receive(rig, false);
    for (uint32_t i = 0; i < 10u; i++) {
        const uint8_t *key = flows_key + (size_t)4 * i;

        rig_write(rig, R_RSSRK + 4u * i,
                  key[0] | (uint32_t)key[1] << 8 | (uint32_t)key[2] << 16 | (uint32_t)key[3] << 24);
    }
    rig_write(rig, R_RXCSUM, RXCSUM_PCSD);
    rig_write(rig, R_MRQC, MRQC_RSS | fields);
    rig_receive(rig, true);
}

/* Receive the frame into the slot, and see what the card says of it. */
static void says(struct rig *rig, uint32_t slot, const uint8_t *frame, uint32_t length,
                 uint32_t type, uint32_t hash)
{
    assert_int_equal(ir_sim_put(&rig->dev, frame, length), 0);
    assert_int_equal(rig_step(rig), 1);
    assert_int_equal(rig_rx(rig, slot)[0], type | (uint64_t)hash << 32);
}

static void published_hashes_are_made(void **state)
{
    struct rig rig;
    uint8_t frame[FLOWS_FRAME];
    uint32_t slot = 0;

    (void)state;
    start(&rig, ALL_FIELDS);
    for (uint32_t i = 0; i < FLOWS_COUNT; i++) {
        const struct flows_flow *flow = &flows[i];
        bool ipv6 = flows_is_ipv6(flow);
        uint32_t length = flows_frame(flow, FLOWS_TCP, BROADCAST, frame);

        says(&rig, slot++, frame, length, ipv6 ? TCP_IPV6 : TCP_IPV4, flow->hash_with_ports);
        length = flows_frame(flow, FLOWS_UDP, BROADCAST, frame);
        says(&rig, slot++, frame, length, ipv6 ? UDP_IPV6 : UDP_IPV4, flow->hash_with_ports);
        length = flows_frame(flow, FLOWS_ICMP, BROADCAST, frame);
        says(&rig, slot++, frame, length, ipv6 ? IPV6 : IPV4, flow->hash_of_addresses);
    }
    assert_int_equal(rig_violations(&rig), 0);
    rig_close(&rig);
}

/* Each protocol falls back to the addresses, and without these to nothing. */
static void only_what_mrqc_names_is_hashed(void **state)
{
    static const struct {
        uint32_t fields;
        uint8_t protocol;
        uint32_t type[2]; /* IPv4, IPv6 */
    } rows[] = {
        {ALL_FIELDS & ~(MRQC_TCP_IPV4 | MRQC_TCP_IPV6), FLOWS_TCP, {IPV4, IPV6}},
        {ALL_FIELDS & ~(MRQC_UDP_IPV4 | MRQC_UDP_IPV6), FLOWS_UDP, {IPV4, IPV6}},
        {ALL_FIELDS & ~(MRQC_IPV4 | MRQC_IPV6), FLOWS_ICMP, {NONE, NONE}},
        {ALL_FIELDS & ~(MRQC_IPV4 | MRQC_IPV6), FLOWS_TCP, {TCP_IPV4, TCP_IPV6}},
        {MRQC_IPV4, FLOWS_TCP, {IPV4, NONE}},
        {MRQC_IPV6, FLOWS_TCP, {NONE, IPV6}},
        {MRQC_TCP_IPV4, FLOWS_UDP, {NONE, NONE}},
        {0, FLOWS_TCP, {NONE, NONE}},
    };
    uint8_t frame[FLOWS_FRAME];

    (void)state;
    for (size_t r = 0; r < sizeof(rows) / sizeof(rows[0]); r++) {
        struct rig rig;

        start(&rig, rows[r].fields);
        for (uint32_t i = 0; i < 2u; i++) {
            const struct flows_flow *flow = &flows[i == 0 ? 0 : 7];
            uint32_t length = flows_frame(flow, rows[r].protocol, BROADCAST, frame);
            uint32_t type = rows[r].type[i];
            uint32_t hash = type == NONE                   ? 0
                            : type == IPV4 || type == IPV6 ? flow->hash_of_addresses
                                                           : flow->hash_with_ports;

            says(&rig, i, frame, length, type, hash);
        }
        rig_close(&rig);
    }
}

static void a_fragment_has_no_ports(void **state)
{
    struct rig rig;
    uint8_t frame[FLOWS_FRAME];
    uint32_t length;

    (void)state;
    start(&rig, ALL_FIELDS);
    length = flows_frame(&flows[0], FLOWS_UDP, BROADCAST, frame);
    frame[FLOWS_HEADER + 6] = 0x20u; /* more fragments */
    says(&rig, 0, frame, length, IPV4, flows[0].hash_of_addresses);
    frame[FLOWS_HEADER + 6] = 0;
    frame[FLOWS_HEADER + 7] = 1u; /* at offset 8 */
    says(&rig, 1, frame, length, IPV4, flows[0].hash_of_addresses);
    frame[FLOWS_HEADER + 7] = 0;
    frame[FLOWS_HEADER + 6] = 0x40u; /* do not fragment */
    says(&rig, 2, frame, length, UDP_IPV4, flows[0].hash_with_ports);
    length = flows_frame(&flows[5], 44u, BROADCAST, frame); /* a fragment header */
    says(&rig, 3, frame, length, IPV6, flows[5].hash_of_addresses);
    rig_close(&rig);
}

static void options_and_a_vlan_tag_are_skipped(void **state)
{
    struct rig rig;
    uint8_t frame[FLOWS_FRAME];
    uint8_t *packet = frame + FLOWS_HEADER;
    uint32_t length;

    (void)state;
    start(&rig, ALL_FIELDS);
    length = flows_frame(&flows[0], FLOWS_TCP, BROADCAST, frame);
    packet[0] = 0x46u;
    memcpy(packet + 24, packet + 20, 4);
    memset(packet + 20, 0x5a, 4);
    says(&rig, 0, frame, length, TCP_IPV4, flows[0].hash_with_ports);
    memmove(frame + 16, frame + 12, sizeof(frame) - 16u);
    memcpy(frame + 12, "\x81\x00\x00\x07", 4);
    says(&rig, 1, frame, length + 4u, TCP_IPV4, flows[0].hash_with_ports);
    rig_close(&rig);
}

/* Frames that say they are IP and are not, or end too early: each is received, and nothing behind its end is
 * looked at. */
static void what_is_no_whole_packet_is_not_hashed(void **state)
{
    struct rig rig;
    uint8_t frame[FLOWS_FRAME];
    uint32_t length;

    (void)state;
    start(&rig, ALL_FIELDS);
    length = flows_frame(&flows[0], FLOWS_TCP, BROADCAST, frame);
    frame[FLOWS_HEADER] = 0x65u; /* version 6 under the type of IPv4 */
    says(&rig, 0, frame, length, NONE, 0);
    frame[FLOWS_HEADER] = 0x44u; /* a header of 16 bytes */
    says(&rig, 1, frame, length, NONE, 0);
    frame[FLOWS_HEADER] = 0x4fu; /* a header that ends with the frame */
    says(&rig, 2, frame, FLOWS_HEADER + 60u, IPV4, flows[0].hash_of_addresses);
    length = flows_frame(&flows[5], FLOWS_TCP, BROADCAST, frame);
    frame[FLOWS_HEADER] = 0x45u;
    says(&rig, 3, frame, length, NONE, 0);
    memset(frame + 12, 0xff, 2); /* no IP at all */
    says(&rig, 4, frame, length, NONE, 0);
    rig_close(&rig);
}

/* Runts are received where bad frames are. */
static void a_frame_that_ends_in_its_headers_is_not_hashed(void **state)
{
    static const uint32_t lengths[] = {14, 16, 17, 18, 19, 33, 37};
    struct rig rig;
    uint8_t frame[FLOWS_FRAME];
    uint32_t slot = 0;

    (void)state;
    start(&rig, ALL_FIELDS);
    rig_receive(&rig, false);
    rig_write(&rig, R_FCTRL, FCTRL_SBP | FCTRL_BAM);
    rig_receive(&rig, true);
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        (void)flows_frame(&flows[0], FLOWS_TCP, BROADCAST, frame);
        if (lengths[i] < 34u) {
            says(&rig, slot++, frame, lengths[i], NONE, 0);
            memcpy(frame + 12, "\x81\x00\x00\x07\x08\x00", 6);
            says(&rig, slot++, frame, lengths[i], NONE, 0);
        } else {
            says(&rig, slot++, frame, lengths[i], IPV4, flows[0].hash_of_addresses);
        }
    }
    (void)flows_frame(&flows[5], FLOWS_TCP, BROADCAST, frame);
    says(&rig, slot++, frame, FLOWS_HEADER + 39u, NONE, 0);
    says(&rig, slot++, frame, FLOWS_HEADER + 43u, IPV6, flows[5].hash_of_addresses);
    rig_close(&rig);
}

/* Without PCSD the place of the hash is the checksum's, and without RSS nothing is hashed. */
static void the_hash_is_told_only_where_it_is_asked_for(void **state)
{
    struct rig rig;
    uint8_t frame[FLOWS_FRAME];
    uint32_t length = flows_frame(&flows[0], FLOWS_TCP, BROADCAST, frame);

    (void)state;
    start(&rig, ALL_FIELDS);
    rig_write(&rig, R_RXCSUM, 0);
    says(&rig, 0, frame, length, NONE, 0);
    rig_receive(&rig, false);
    rig_write(&rig, R_RXCSUM, RXCSUM_PCSD);
    rig_write(&rig, R_MRQC, ALL_FIELDS);
    rig_receive(&rig, true);
    says(&rig, 1, frame, length, NONE, 0);
    rig_close(&rig);
}

/* The seven low bits of the hash choose the entry, and that the queue, where PCSD is off too. */
static void the_table_names_the_queue(void **state)
{
    uint8_t frame[FLOWS_FRAME];

    (void)state;
    for (uint32_t i = 0; i < FLOWS_COUNT; i++) {
        uint32_t entry = flows[i].hash_with_ports & 127u;
        uint32_t length = flows_frame(&flows[i], FLOWS_TCP, BROADCAST, frame);
        struct rig rig;

        start(&rig, ALL_FIELDS);
        if (i % 2u != 0)
            rig_write(&rig, R_RXCSUM, 0);
        rig_rx_queue(&rig, 15u);
        rig_write(&rig, sim_queue_base(15) + Q_TAIL, 8);
        rig_write(&rig, R_RETA + entry / 4u * 4u, 15u << entry % 4u * 8u);
        assert_int_equal(ir_sim_put(&rig.dev, frame, length), 0);
        assert_int_equal(rig_step(&rig), 1);
        assert_int_equal(rig_read(&rig, sim_queue_base(15) + Q_HEAD), 1);
        assert_int_equal(rig_read(&rig, sim_queue_base(0) + Q_HEAD), 0);
        /* Any other entry leads to queue 0. */
        rig_write(&rig, R_RETA + entry / 4u * 4u, 0x0f0f0f0fu - (15u << entry % 4u * 8u));
        assert_int_equal(ir_sim_put(&rig.dev, frame, length), 0);
        assert_int_equal(rig_step(&rig), 1);
        assert_int_equal(rig_read(&rig, sim_queue_base(0) + Q_HEAD), 1);
        rig_close(&rig);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_hashes_are_made),
        cmocka_unit_test(only_what_mrqc_names_is_hashed),
        cmocka_unit_test(a_fragment_has_no_ports),
        cmocka_unit_test(options_and_a_vlan_tag_are_skipped),
        cmocka_unit_test(what_is_no_whole_packet_is_not_hashed),
        cmocka_unit_test(a_frame_that_ends_in_its_headers_is_not_hashed),
        cmocka_unit_test(the_hash_is_told_only_where_it_is_asked_for),
        cmocka_unit_test(the_table_names_the_queue),
    };

    return RIG_MAIN(tests);
}
