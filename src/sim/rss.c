/* SPDX-License-Identifier: MIT
 *
 * Receive-side scaling (82599 section 7.1.2.8): a hash, by the driver's key, of a frame's addresses and
 * ports chooses an entry of the redirection table, and that a receive queue.
 */
#include <string.h>

#include "sim/card.h"

#define ETHERTYPE  12u
#define TYPE_VLAN  0x8100u
#define TYPE_IPV4  0x0800u
#define TYPE_IPV6  0x86ddu
#define VLAN_TAG   4u
#define TCP        6u
#define UDP        17u
#define NO_PORTS   0x100u /* no protocol's number */
#define PORTS      4u     /* bytes of both */
#define KEY_BYTES  40u
#define INPUT_MAX  36u /* two addresses of IPv6, two ports */
#define TABLE_MASK 127u

/* What a packet offers to the hash. */
struct flow {
    uint32_t version;
    uint32_t protocol;        /* of the ports, or NO_PORTS */
    const uint8_t *addresses; /* NULL: this is no IP packet */
    uint32_t address_bytes;   /* of both */
    const uint8_t *ports;
};

/* What is hashed, if the field of MRQC is set; the first one that fits. */
static const struct kind {
    uint32_t version;
    uint32_t protocol;
    uint32_t field;
    uint32_t type;
} kinds[] = {
    {4u, TCP, MRQC_TCP_IPV4, 1u}, {4u, UDP, MRQC_UDP_IPV4, 7u}, {4u, NO_PORTS, MRQC_IPV4, 2u},
    {6u, TCP, MRQC_TCP_IPV6, 3u}, {6u, UDP, MRQC_UDP_IPV6, 8u}, {6u, NO_PORTS, MRQC_IPV6, 5u},
};

static uint32_t get16(const uint8_t *at)
{
    return (uint32_t)at[0] << 8 | at[1];
}

/* The ports stand `header` bytes into the packet, if they are there. */
static void find_ports(const uint8_t *packet, uint32_t length, uint32_t header, uint32_t protocol,
                       struct flow *flow)
{
    flow->protocol = NO_PORTS;
    if ((protocol != TCP && protocol != UDP) || length < header + PORTS)
        return;
    flow->protocol = protocol;
    flow->ports = packet + header;
}

/* A fragment has no ports, not even the first one. */
static void find_ipv4(const uint8_t *packet, uint32_t length, struct flow *flow)
{
    uint32_t header = (packet[0] & 0xfu) * 4u;

    if (length < 20u || packet[0] >> 4 != 4u || header < 20u)
        return;
    flow->version = 4u;
    flow->addresses = packet + 12;
    flow->address_bytes = 8u;
    find_ports(packet, length, header, (get16(packet + 6) & 0x3fffu) != 0 ? NO_PORTS : packet[9],
               flow);
}

/* Behind an extension header, that of a fragment among them, no ports are looked for. */
static void find_ipv6(const uint8_t *packet, uint32_t length, struct flow *flow)
{
    if (length < 40u || packet[0] >> 4 != 6u)
        return;
    flow->version = 6u;
    flow->addresses = packet + 8;
    flow->address_bytes = 32u;
    find_ports(packet, length, 40u, packet[6], flow);
}

static void find_flow(const uint8_t *frame, uint32_t length, struct flow *flow)
{
    uint32_t at = ETHERTYPE;

    memset(flow, 0, sizeof(*flow));
    if (get16(frame + at) == TYPE_VLAN && length >= at + VLAN_TAG + 2u)
        at += VLAN_TAG;
    if (length <= at + 2u)
        return;
    if (get16(frame + at) == TYPE_IPV4)
        find_ipv4(frame + at + 2u, length - at - 2u, flow);
    else if (get16(frame + at) == TYPE_IPV6)
        find_ipv6(frame + at + 2u, length - at - 2u, flow);
}

static uint64_t key_byte(const struct sim_card *card, uint32_t n)
{
    return n < KEY_BYTES ? sim_get(card, R_RSSRK + n / 4u * 4u) >> n % 4u * 8u & 0xffu : 0;
}

/* Toeplitz: the exclusive or of 32 bits of the key, from bit n on, for each bit n of the input that is set. */
static uint32_t toeplitz(const struct sim_card *card, const uint8_t *input, uint32_t length)
{
    uint64_t window = 0;
    uint32_t hash = 0;

    for (uint32_t i = 0; i < 8u; i++)
        window = window << 8 | key_byte(card, i);
    for (uint32_t i = 0; i < length; i++) {
        for (uint32_t bit = 0x80u; bit != 0; bit >>= 1) {
            if ((input[i] & bit) != 0)
                hash ^= (uint32_t)(window >> 32);
            window = (window & UINT64_MAX >> 1) << 1;
        }
        window |= key_byte(card, i + 8u);
    }
    return hash;
}

/* Hash what MRQC says of such a packet, if anything. */
static void hash_flow(const struct sim_card *card, const struct flow *flow,
                      struct sim_spread *spread)
{
    uint32_t fields = sim_get(card, R_MRQC);
    uint8_t input[INPUT_MAX];
    uint32_t length = flow->address_bytes;

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        const struct kind *kind = &kinds[i];

        if (kind->version != flow->version || (fields & kind->field) == 0 ||
            (kind->protocol != NO_PORTS && kind->protocol != flow->protocol))
            continue;
        memcpy(input, flow->addresses, length);
        if (kind->protocol != NO_PORTS) {
            memcpy(input + length, flow->ports, PORTS);
            length += PORTS;
        }
        spread->type = kind->type;
        spread->hash = toeplitz(card, input, length);
        return;
    }
}

void sim_rss(const struct sim_card *card, const uint8_t *frame, uint32_t length,
             struct sim_spread *spread)
{
    struct flow flow;
    uint32_t entry;

    if ((sim_get(card, R_MRQC) & MRQC_MODE) != MRQC_RSS)
        return;
    find_flow(frame, length, &flow);
    if (flow.addresses != NULL)
        hash_flow(card, &flow, spread);
    entry = spread->hash & TABLE_MASK;
    spread->queue = sim_get(card, R_RETA + entry / 4u * 4u) >> entry % 4u * 8u & 0xfu;
    /* Else the descriptor has a checksum of fragments in this place, which this card does not make. */
    if ((sim_get(card, R_RXCSUM) & RXCSUM_PCSD) == 0) {
        spread->type = 0;
        spread->hash = 0;
    }
}

void sim_write_reta(struct sim_card *card, const struct sim_register *reg, uint32_t index,
                    uint32_t value)
{
    uint32_t offset = reg->offset + index * reg->stride;

    if ((value & RETA_RESERVED) != 0)
        sim_violate(&card->base.violations, SIM_RULE_RETA_ENTRY,
                    "RETA(%u) at 0x%05x was set to 0x%08x", index, offset, value);
    sim_set(card, offset, value);
}
