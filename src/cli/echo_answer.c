/* SPDX-License-Identifier: MIT
 *
 * The answers of ironring echo. Everything in a packet is the sender's claim and is checked first.
 */
#include "cli/echo_answer.h"

#include <string.h>

/* Ethernet */
#define ETHERNET_LENGTH 14u
#define TYPE_IPV4       0x0800u
#define TYPE_ARP        0x0806u

/* ARP for IPv4 over Ethernet (RFC 826); offsets into the frame */
#define ARP_END        42u
#define ARP_HARDWARE   14u /* type 1, protocol 0800, lengths 6 and 4, then the operation */
#define ARP_OPERATION  20u
#define ARP_SENDER_MAC 22u
#define ARP_SENDER_IP  28u
#define ARP_TARGET_MAC 32u
#define ARP_TARGET_IP  38u
#define ARP_REQUEST    1u
#define ARP_REPLY      2u

/* IPv4 (RFC 791) */
#define IP_VERSION     14u
#define IP_LENGTH      16u
#define IP_FRAGMENT    20u
#define IP_TTL         22u /* and the protocol after it */
#define IP_CHECKSUM    24u
#define IP_SOURCE      26u
#define IP_DESTINATION 30u
#define IP_END         34u
#define IP_HEADER      20u
#define PROTOCOL_ICMP  1u
#define ANSWER_TTL     64u

/* ICMP echo (RFC 792) */
#define ICMP_TYPE     34u
#define ICMP_CHECKSUM 36u
#define ICMP_HEADER   8u
#define ECHO_REQUEST  8u

static uint32_t get16(const uint8_t *at)
{
    return (uint32_t)at[0] << 8 | at[1];
}

static uint32_t get32(const uint8_t *at)
{
    return get16(at) << 16 | get16(at + 2);
}

static void put16(uint8_t *at, uint32_t value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static void put32(uint8_t *at, uint32_t value)
{
    put16(at, value >> 16);
    put16(at + 2, value & 0xffff);
}

/* Change the 16-bit word at `word` to `value` and mend the checksum over it (RFC 1624). */
static void change16(uint8_t *word, uint8_t *checksum, uint32_t value)
{
    uint32_t sum = (~get16(checksum) & 0xffff) + (~get16(word) & 0xffff) + value;

    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    put16(checksum, ~sum & 0xffff);
    put16(word, value);
}

static bool is_unicast(const uint8_t mac[IR_MAC_LENGTH])
{
    return (mac[0] & 1) == 0;
}

/* Not an address that a host can have: 0/8, 127/8, multicast and beyond, or our own. */
static bool is_peer(const struct echo_host *host, uint32_t ip)
{
    return ip >> 24 != 0 && ip >> 24 != 127 && ip >> 28 < 14 && ip != host->ip;
}

static void turn_around(const struct echo_host *host, uint8_t *frame)
{
    memcpy(frame, frame + IR_MAC_LENGTH, IR_MAC_LENGTH);
    memcpy(frame + IR_MAC_LENGTH, host->mac, IR_MAC_LENGTH);
}

static bool answer_arp(struct ir_pool *pool, const struct echo_host *host, struct ir_pkt *pkt)
{
    static const uint8_t request[] = {0, 1, 0x08, 0, IR_MAC_LENGTH, 4, 0, ARP_REQUEST};
    uint8_t *frame = ir_pkt_data(pool, *pkt, 0, ARP_END);

    if (frame == NULL || memcmp(frame + ARP_HARDWARE, request, sizeof(request)) != 0 ||
        get32(frame + ARP_TARGET_IP) != host->ip || !is_unicast(frame + ARP_SENDER_MAC))
        return false;
    /* a sender that has no address yet probes with 0.0.0.0 (RFC 5227) and is answered too */
    if (get32(frame + ARP_SENDER_IP) != 0 && !is_peer(host, get32(frame + ARP_SENDER_IP)))
        return false;
    if (ir_pkt_set_length(pool, pkt, ARP_END) != 0)
        return false;
    turn_around(host, frame);
    put16(frame + ARP_OPERATION, ARP_REPLY);
    memcpy(frame + ARP_TARGET_MAC, frame + ARP_SENDER_MAC, IR_MAC_LENGTH + 4);
    memcpy(frame + ARP_SENDER_MAC, host->mac, IR_MAC_LENGTH);
    put32(frame + ARP_SENDER_IP, host->ip);
    return true;
}

static bool ip_header_is_right(const uint8_t *frame)
{
    uint32_t sum = 0;

    for (uint32_t i = IP_VERSION; i < IP_END; i += 2)
        sum += get16(frame + i);
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    return sum == 0xffff;
}

static bool answer_ping(struct ir_pool *pool, const struct echo_host *host, struct ir_pkt *pkt)
{
    uint32_t held = ir_pkt_length(*pkt);
    uint8_t *frame = ir_pkt_data(pool, *pkt, 0, held);
    uint32_t length;
    uint32_t source;

    if (frame == NULL || held < IP_END + ICMP_HEADER || frame[IP_VERSION] != 0x45 ||
        !ip_header_is_right(frame))
        return false;
    length = get16(frame + IP_LENGTH);
    source = get32(frame + IP_SOURCE);
    if (length < IP_HEADER + ICMP_HEADER || length > held - ETHERNET_LENGTH ||
        (get16(frame + IP_FRAGMENT) & 0xbfff) != 0 || /* all but "don't fragment" */
        frame[IP_TTL + 1] != PROTOCOL_ICMP || get32(frame + IP_DESTINATION) != host->ip ||
        !is_peer(host, source) || !is_unicast(frame + IR_MAC_LENGTH) ||
        memcmp(frame, host->mac, IR_MAC_LENGTH) != 0)
        return false;
    if (frame[ICMP_TYPE] != ECHO_REQUEST || frame[ICMP_TYPE + 1] != 0)
        return false;
    if (ir_pkt_set_length(pool, pkt, ETHERNET_LENGTH + length) != 0)
        return false;
    turn_around(host, frame);
    /* exchanging the addresses does not change the checksum */
    put32(frame + IP_SOURCE, host->ip);
    put32(frame + IP_DESTINATION, source);
    change16(frame + IP_TTL, frame + IP_CHECKSUM, ANSWER_TTL << 8 | PROTOCOL_ICMP);
    change16(frame + ICMP_TYPE, frame + ICMP_CHECKSUM, 0);
    return true;
}

bool echo_answer(struct ir_pool *pool, const struct echo_host *host, struct ir_pkt *pkt)
{
    uint16_t type;

    if (ir_pkt_read16(pool, *pkt, ETHERNET_LENGTH - 2, &type) != 0)
        return false;
    if (type == TYPE_ARP)
        return answer_arp(pool, host, pkt);
    if (type == TYPE_IPV4)
        return answer_ping(pool, host, pkt);
    return false;
}
