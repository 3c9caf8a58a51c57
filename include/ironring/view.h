/* SPDX-License-Identifier: MIT
 *
 * The checked view of a packet's bytes, inline because it stands in every application's inner loop.
 */
#ifndef IRONRING_VIEW_H
#define IRONRING_VIEW_H

#include <stddef.h>

#include <ironring/packet.h>
#include <ironring/pool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What the proofs show, told to the compiler. */
#if defined(__GNUC__) && !defined(__FRAMAC__)
#define IR_PROVED(condition) ((condition) ? (void)0 : __builtin_unreachable())
#else
#define IR_PROVED(condition) ((void)0)
#endif

/* The vocabulary of the contracts. */
/*@
logic integer pkt_index(struct ir_pkt pkt) = pkt.bits % 65536;
logic integer pkt_grant(struct ir_pkt pkt) = pkt.bits / 65536 % 4294967296;
logic integer pkt_size(struct ir_pkt pkt) = pkt.bits / 281474976710656;

predicate pool_shape{L}(struct ir_pool *p) =
    0 < p->count <= 65535 && p->free_count <= p->count &&
    (p->buffer_size == 2048 || p->buffer_size == 4096 || p->buffer_size == 8192 ||
     p->buffer_size == 16384) &&
    p->stride == p->buffer_size + IR_POOL_HEADROOM && IR_POOL_HEADROOM <= p->iova &&
    0 < p->grant_first <= p->grant_next <= p->grant_last + 1 <= 4294967296 &&
    p->grant_last - p->grant_first >= 65535;

// The device addresses of the buffers do not wrap: the last one's end is iova + count * stride -
// IR_POOL_HEADROOM <= 2^64 - 1, written by cases so that it is linear.
predicate pool_span{L}(struct ir_pool *p) =
    (p->buffer_size == 2048 ==> p->iova + p->count * 2112 <= 18446744073709551679) &&
    (p->buffer_size == 4096 ==> p->iova + p->count * 4160 <= 18446744073709551679) &&
    (p->buffer_size == 8192 ==> p->iova + p->count * 8256 <= 18446744073709551679) &&
    (p->buffer_size == 16384 ==> p->iova + p->count * 16448 <= 18446744073709551679);

// The application holds the packet.
predicate held{L}(struct ir_pool *p, struct ir_pkt pkt) =
    p->holder[pkt_index(pkt)] == pkt.bits;

// A length that a frame in one of the pool's buffers can have: that of each packet.
predicate frame_fits{L}(struct ir_pool *p, integer length) =
    IR_FRAME_MIN <= length <= p->buffer_size && length <= IR_FRAME_MAX;

// What a view needs of the pool; implied by the invariants of a pool with mapped memory.
predicate pool_readable{L}(struct ir_pool *p) =
    \valid_read(p) && pool_shape(p) &&
    \valid(p->data + (0 .. p->count * p->stride - IR_POOL_HEADROOM - 1)) &&
    (\forall integer b; 0 <= b < 65536 ==> p->holder[b] % 65536 == b ==>
        b < p->count && frame_fits(p, p->holder[b] / 281474976710656));

// Byte `offset` of the packet.
logic integer packet_byte{L}(struct ir_pool *p, struct ir_pkt pkt, integer offset) =
    p->data[pkt_index(pkt) * p->stride + offset];
*/

/* Bytes in the packet. */
/*@ assigns \nothing;
    ensures \result == pkt_size(pkt);
*/
static inline uint32_t ir_pkt_length(struct ir_pkt pkt)
{
    return (uint32_t)(pkt.bits / 281474976710656u); /* 2^48 */
}

/* See packet.h. One comparison rejects a handle that is stale, forged, foreign or used before. */
/*@ requires pool_readable(pool);
    assigns \result \from pool, *pool, pkt, offset, length;
    ensures granted: \result != \null <==> held(pool, pkt) && offset + length <= pkt_size(pkt);
    ensures inside: \result != \null ==>
        \result == pool->data + (pkt_index(pkt) * pool->stride + offset) &&
        \valid(\result + (0 .. length - 1)) && offset + length <= pool->buffer_size;
*/
static inline uint8_t *ir_pkt_data(const struct ir_pool *pool, struct ir_pkt pkt, uint32_t offset,
                                   uint32_t length)
{
    uint32_t index = (uint32_t)(pkt.bits % 65536u); /* 2^16 */
    uint64_t end = (uint64_t)offset + length;

    if (pool->holder[index] != pkt.bits || end > 65535u || end * 281474976710656u > pkt.bits)
        return NULL;
    /*@ assert index < pool->count; */
    /*@ assert pool->data != \null; */
    IR_PROVED(pool->data != NULL);
    /*@ assert (index + 1) * pool->stride <= pool->count * pool->stride; */
    return pool->data + (index * pool->stride + offset);
}

#ifdef __cplusplus
}
#endif

#endif
