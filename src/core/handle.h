/* SPDX-License-Identifier: MIT
 *
 * Packing and unpacking of packet handles: buffer index 15:0, grant 47:16, length 63:48.
 * Written as arithmetic, which the provers follow; compilers make shifts of it.
 */
#ifndef IRONRING_CORE_HANDLE_H
#define IRONRING_CORE_HANDLE_H

#include <stdint.h>

#include <ironring/packet.h>

#ifdef __FRAMAC__
#include "ledger.h"
#endif

#define IR_HANDLE_GRANT  65536u           /* 2^16 */
#define IR_HANDLE_LENGTH 281474976710656u /* 2^48 */

/*@ requires grant <= 4294967295 && index <= 65535 && length <= 65535;
    assigns \nothing;
    ensures pkt_grant(\result) == grant;
    ensures pkt_index(\result) == index;
    ensures pkt_size(\result) == length;
*/
static inline struct ir_pkt ir_handle_make(uint64_t grant, uint64_t index, uint64_t length)
{
    struct ir_pkt pkt;

    pkt.bits = index + grant * IR_HANDLE_GRANT + length * IR_HANDLE_LENGTH;
    return pkt;
}

/*@ assigns \nothing;
    ensures \result == pkt_grant(pkt);
*/
static inline uint32_t ir_handle_grant(struct ir_pkt pkt)
{
    return (uint32_t)(pkt.bits / IR_HANDLE_GRANT % 4294967296u);
}

/*@ assigns \nothing;
    ensures \result == pkt_index(pkt);
*/
static inline uint32_t ir_handle_index(struct ir_pkt pkt)
{
    return (uint32_t)(pkt.bits % IR_HANDLE_GRANT);
}

/*@ assigns \nothing;
    ensures \result == pkt_size(pkt);
*/
static inline uint32_t ir_handle_length(struct ir_pkt pkt)
{
    return (uint32_t)(pkt.bits / IR_HANDLE_LENGTH);
}

#endif
