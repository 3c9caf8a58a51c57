/* SPDX-License-Identifier: MIT
 *
 * Memory shared with a device. A region has two addresses, the program's and the device's; the only
 * way from one to the other is the checked translation below. Device-visible words are read and
 * written through the primitives at the end, and through nothing else in the library.
 */
#ifndef IRONRING_CORE_DMA_H
#define IRONRING_CORE_DMA_H

#include <stdint.h>

#ifdef __FRAMAC__
#include "ledger.h"
#endif

/* ThreadSanitizer knows atomic accesses only; the simulated card's thread is the device then. */
#if defined(__SANITIZE_THREAD__)
#define IR_DMA_ATOMIC
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define IR_DMA_ATOMIC
#endif
#endif

/* Memory that devices can reach. Owned by a domain. iova + size does not wrap. */
struct ir_dma {
    uint8_t *memory; /* as the program sees it */
    uint64_t iova;   /* as the device sees it */
    uint64_t size;   /* bytes */
};

/* Device address of the `length` bytes at `offset` into the region.
 * Returns 0, or -EINVAL when the range does not lie within it (then *iova is unchanged). */
/*@ requires \valid_read(region) && \valid(iova) && \separated(region, iova);
    requires region->iova + region->size <= 18446744073709551615;
    assigns *iova;
    ensures \result == 0 || \result == -22;
    ensures \result == 0 <==> offset + length <= region->size;
    ensures confined: \result == 0 ==> region->iova <= *iova == region->iova + offset &&
        *iova + length <= region->iova + region->size;
    ensures \result != 0 ==> *iova == \old(*iova);
*/
int32_t ir_dma_iova(const struct ir_dma *region, uint64_t offset, uint64_t length, uint64_t *iova);

/* A word that the device reads or writes. A type of its own, so that the compiler knows that no
 * store to one changes the library's private state. */
typedef unsigned long long ir_device64;
typedef uint32_t ir_device32;
typedef uint16_t ir_device16;
typedef uint8_t ir_device8;

/* Read a device-visible word, once. The device may have written anything, at any time: to the
 * provers a volatile read has an unknown value. */
/*@ requires \valid_read(word);
    assigns \nothing;
*/
static inline uint64_t ir_dma_load64(volatile ir_device64 *word)
{
#ifdef IR_DMA_ATOMIC
    return __atomic_load_n(word, __ATOMIC_ACQUIRE);
#else
    return *word;
#endif
}

/*@ requires \valid_read(word);
    assigns \nothing;
*/
static inline uint32_t ir_dma_load32(volatile ir_device32 *word)
{
#ifdef IR_DMA_ATOMIC
    return __atomic_load_n(word, __ATOMIC_ACQUIRE);
#else
    return *word;
#endif
}

/*@ requires \valid_read(word);
    assigns \nothing;
*/
static inline uint16_t ir_dma_load16(volatile ir_device16 *word)
{
#ifdef IR_DMA_ATOMIC
    return __atomic_load_n(word, __ATOMIC_ACQUIRE);
#else
    return *word;
#endif
}

/*@ requires \valid_read(word);
    assigns \nothing;
*/
static inline uint8_t ir_dma_load8(volatile ir_device8 *word)
{
#ifdef IR_DMA_ATOMIC
    return __atomic_load_n(word, __ATOMIC_ACQUIRE);
#else
    return *word;
#endif
}

/* From here on, what the device wrote before the words read so far is visible. */
/*@ assigns \nothing; */
static inline void ir_dma_acquire(void)
{
#ifndef __FRAMAC__
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
#endif
}

/* What was written before is visible to the device before what is written after. */
/*@ assigns \nothing; */
static inline void ir_dma_release(void)
{
#ifndef __FRAMAC__
    __atomic_thread_fence(__ATOMIC_RELEASE);
#endif
}

/* The same, and what is read after is not older than that: between telling a device of work, and
 * asking whether it wants to be woken. */
/*@ assigns \nothing; */
static inline void ir_dma_fence(void)
{
#ifndef __FRAMAC__
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
#endif
}

/* Write a device-visible word that is not an address. Assumed contract: device memory is disjoint
 * from each object of the program and each read of it is arbitrary, so a store has no effect the
 * program could observe (contracts/TRUSTED.md). The device sees it when the tail register tells it
 * to look. */
#ifdef __FRAMAC__
/*@ requires \valid(word);
    assigns \nothing;
*/
void ir_dma_store64(volatile ir_device64 *word, uint64_t value);
/*@ requires \valid(word);
    assigns \nothing;
*/
void ir_dma_store32(volatile ir_device32 *word, uint32_t value);
/*@ requires \valid(word);
    assigns \nothing;
*/
void ir_dma_store16(volatile ir_device16 *word, uint16_t value);
/*@ requires \valid(word);
    assigns \nothing;
*/
void ir_dma_store8(volatile ir_device8 *word, uint8_t value);
#else
static inline void ir_dma_store64(volatile ir_device64 *word, uint64_t value)
{
#ifdef IR_DMA_ATOMIC
    __atomic_store_n(word, value, __ATOMIC_RELEASE);
#else
    *word = value;
#endif
}

static inline void ir_dma_store32(volatile ir_device32 *word, uint32_t value)
{
#ifdef IR_DMA_ATOMIC
    __atomic_store_n(word, value, __ATOMIC_RELEASE);
#else
    *word = value;
#endif
}

static inline void ir_dma_store16(volatile ir_device16 *word, uint16_t value)
{
#ifdef IR_DMA_ATOMIC
    __atomic_store_n(word, value, __ATOMIC_RELEASE);
#else
    *word = value;
#endif
}

static inline void ir_dma_store8(volatile ir_device8 *word, uint8_t value)
{
#ifdef IR_DMA_ATOMIC
    __atomic_store_n(word, value, __ATOMIC_RELEASE);
#else
    *word = value;
#endif
}
#endif

/* Give the device the address of buffer `index`, in the descriptor of the slot it lies in. The
 * precondition is the confinement property: each address in a descriptor comes from here
 * [DMA_UNMAPPED]. `ring` is the address word of the first descriptor; descriptors have two words. */
#ifdef __FRAMAC__
/*@ requires \valid(word);
    requires confined: index < pool->count && address == pool->iova + index * pool->stride &&
        address + pool->stride <= pool->iova + pool->count * pool->stride;
    requires lent: PLACE_RING <= tag <= l->place[index];
    requires in_its_slot: word == ring + 2 * (l->place[index] - tag);
    assigns \nothing;
*/
void ir_dma_store_address(volatile ir_device64 *word, uint64_t address)
    /*@ ghost (struct ir_pool *pool, struct ledger \ghost *l, uint32_t index, int64_t tag,
               volatile ir_device64 *ring) */
    ;
#else
static inline void ir_dma_store_address(volatile ir_device64 *word, uint64_t address)
{
    ir_dma_store64(word, address);
}
#endif

/* Tell the device in bits 15:0 of a descriptor's second word how much of a buffer it may read. */
#ifdef __FRAMAC__
/*@ requires \valid(word);
    requires confined: value % 65536 <= pool->buffer_size;
    assigns \nothing;
*/
void ir_dma_store_length(volatile ir_device64 *word, uint64_t value)
    /*@ ghost (struct ir_pool *pool) */;
#else
static inline void ir_dma_store_length(volatile ir_device64 *word, uint64_t value)
{
    ir_dma_store64(word, value);
}
#endif

#endif
