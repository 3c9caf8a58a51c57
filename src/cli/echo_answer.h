/* SPDX-License-Identifier: MIT
 *
 * Turning an ARP request or an ICMP echo request into its answer, in place.
 */
#ifndef IRONRING_CLI_ECHO_ANSWER_H
#define IRONRING_CLI_ECHO_ANSWER_H

#include <stdbool.h>
#include <stdint.h>

#include <ironring/ironring.h>

/* Whose requests are answered. */
struct echo_host {
    uint8_t mac[IR_MAC_LENGTH];
    uint32_t ip; /* 10.0.0.2 is 0x0a000002 */
};

/* Make *pkt the answer to itself, if it is a request to this host: ARP for its address, or an ICMP
 * echo request in an unfragmented IPv4 packet without options whose header checksum and lengths are
 * right. Returns whether *pkt is to be sent; when not it is unchanged. */
bool echo_answer(struct ir_pool *pool, const struct echo_host *host, struct ir_pkt *pkt);

#endif
