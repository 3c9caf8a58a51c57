/* SPDX-License-Identifier: MIT
 *
 * Flows whose Toeplitz hashes are published, and frames of them.
 */
#ifndef IRONRING_TESTS_SIM_FLOWS_H
#define IRONRING_TESTS_SIM_FLOWS_H

#include <stdbool.h>
#include <stdint.h>

#include <ironring/device.h>

#define FLOWS_COUNT  8u
#define FLOWS_FRAME  128u /* bytes of the longest frame made here */
#define FLOWS_ICMP   1u
#define FLOWS_TCP    6u
#define FLOWS_UDP    17u
#define FLOWS_HEADER 14u /* of Ethernet */

struct flows_flow {
    const char *source; /* an address of IPv4, or with colons of IPv6 */
    const char *destination;
    uint16_t source_port;
    uint16_t destination_port;
    uint32_t hash_of_addresses; /* by flows_key */
    uint32_t hash_with_ports;
};

/* The verification suite of Microsoft's specification of RSS. */
extern const uint8_t flows_key[IR_RSS_KEY_LENGTH];
extern const struct flows_flow flows[FLOWS_COUNT];

bool flows_is_ipv6(const struct flows_flow *flow);
/* Write a frame of the flow for this Ethernet address, with that protocol. Returns its length. */
uint32_t flows_frame(const struct flows_flow *flow, uint8_t protocol, const uint8_t *mac,
                     uint8_t frame[FLOWS_FRAME]);
/* The same in the other direction. */
uint32_t flows_answer(const struct flows_flow *flow, uint8_t protocol, const uint8_t *mac,
                      uint8_t frame[FLOWS_FRAME]);

#endif
