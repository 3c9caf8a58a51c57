/* SPDX-License-Identifier: MIT */
#include "flows.h"

#include <arpa/inet.h>
#include <string.h>

const uint8_t flows_key[IR_RSS_KEY_LENGTH] = {
    0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41, 0x67, 0x25, 0x3d, 0x43, 0xa3,
    0x8f, 0xb0, 0xd0, 0xca, 0x2b, 0xcb, 0xae, 0x7b, 0x30, 0xb4, 0x77, 0xcb, 0x2d, 0xa3,
    0x80, 0x30, 0xf2, 0x0c, 0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac, 0x01, 0xfa,
};

const struct flows_flow flows[FLOWS_COUNT] = {
    {"66.9.149.187", "161.142.100.80", 2794, 1766, 0x323e8fc2u, 0x51ccc178u},
    {"199.92.111.2", "65.69.140.83", 14230, 4739, 0xd718262au, 0xc626b0eau},
    {"24.19.198.95", "12.22.207.184", 12898, 38024, 0xd2d0a5deu, 0x5c2b394au},
    {"38.27.205.30", "209.142.163.6", 48228, 2217, 0x82989176u, 0xafc7327fu},
    {"153.39.163.191", "202.188.127.2", 44251, 1303, 0x5d1809c5u, 0x10e828a2u},
    {"3ffe:2501:200:1fff::7", "3ffe:2501:200:3::1", 2794, 1766, 0x2cc18cd5u, 0x40207d3du},
    {"3ffe:501:8::260:97ff:fe40:efab", "ff02::1", 14230, 4739, 0x0f0c461cu, 0xdde51bbfu},
    {"3ffe:1900:4545:3:200:f8ff:fe21:67cf", "fe80::200:f8ff:fe21:67cf", 44251, 38024, 0x4b61e985u,
     0x02d1feefu},
};

static void put16(uint8_t *at, uint32_t value)
{
    at[0] = (uint8_t)(value >> 8 & 0xffu);
    at[1] = (uint8_t)(value & 0xffu);
}

bool flows_is_ipv6(const struct flows_flow *flow)
{
    return strchr(flow->source, ':') != NULL;
}

/* The header of the network layer; returns its length. */
static uint32_t put_addresses(const struct flows_flow *flow, uint8_t protocol, uint8_t *packet)
{
    bool long_ones = flows_is_ipv6(flow);
    int family = long_ones ? AF_INET6 : AF_INET;
    uint32_t first = long_ones ? 8u : 12u, size = long_ones ? 16u : 4u;

    packet[0] = long_ones ? 0x60u : 0x45u;
    put16(packet + (long_ones ? 4 : 2), long_ones ? 20u : 40u);
    packet[long_ones ? 6 : 9] = protocol;
    packet[long_ones ? 7 : 8] = 64u;
    if (inet_pton(family, flow->source, packet + first) != 1 ||
        inet_pton(family, flow->destination, packet + first + size) != 1)
        return 0;
    return first + 2u * size;
}

uint32_t flows_frame(const struct flows_flow *flow, uint8_t protocol, const uint8_t *mac,
                     uint8_t frame[FLOWS_FRAME])
{
    uint32_t at = FLOWS_HEADER;

    memset(frame, 0, FLOWS_FRAME);
    memcpy(frame, mac, IR_MAC_LENGTH);
    frame[6] = 2u;
    put16(frame + 12, flows_is_ipv6(flow) ? 0x86ddu : 0x0800u);
    at += put_addresses(flow, protocol, frame + at);
    put16(frame + at, flow->source_port);
    put16(frame + at + 2u, flow->destination_port);
    return at + 20u < 60u ? 60u : at + 20u;
}

uint32_t flows_answer(const struct flows_flow *flow, uint8_t protocol, const uint8_t *mac,
                      uint8_t frame[FLOWS_FRAME])
{
    struct flows_flow back = {
        flow->destination, flow->source, flow->destination_port, flow->source_port, 0, 0};

    return flows_frame(&back, protocol, mac, frame);
}
