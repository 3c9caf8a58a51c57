/* SPDX-License-Identifier: MIT
 *
 * Life of a pool: its memory, its number among the pools of the process, and the rings attached to
 * it.
 */
#include "api/pool.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "api/domain.h"
#include "api/memory.h"
#include "api/private.h"
#include "core/pool.h"

#define BITMAP_WORDS (IR_POOL_INDICES / 64u)

struct attached {
    const struct ir_ring *ring;
    struct attached *next;
};

/* What stands around each pool. */
struct record {
    struct ir_pool pool; /* first: pools are handed out by its address */
    struct ir_domain *domain;
    struct ir_dma memory;
    struct attached *rings;
    bool is_private;             /* `memory` is known to no domain, and `rings` stays null */
    struct ir_private *queues;   /* of a private pool */
    uint32_t number;             /* 1 to 63 */
    bool any_lost;               /* a bit in `lost` is set */
    uint64_t lost[BITMAP_WORDS]; /* buffers that a device kept */
};

/* Bit n is set while a pool has the number n; 0 is nobody's, so that no grant is zero. */
static _Atomic uint64_t numbers_in_use = 1;

/* Returns a number from 1 to 63, or 0 when all are taken. */
static uint32_t take_number(void)
{
    for (uint32_t number = 1; number <= IR_POOL_NUMBER_MAX; number++) {
        uint64_t bit = UINT64_C(1) << number;

        if ((atomic_fetch_or(&numbers_in_use, bit) & bit) == 0)
            return number;
    }
    return 0;
}

static void release_number(uint32_t number)
{
    (void)atomic_fetch_and(&numbers_in_use, ~(UINT64_C(1) << number));
}

/* True when the bit was clear before. */
static bool set_bit(uint64_t bitmap[BITMAP_WORDS], uint64_t index)
{
    uint64_t bit = UINT64_C(1) << (index % 64);
    bool was_clear = (bitmap[index / 64] & bit) == 0;

    bitmap[index / 64] |= bit;
    return was_clear;
}

static struct record *record_of(struct ir_pool *pool)
{
    return (struct record *)pool;
}

static const struct record *const_record_of(const struct ir_pool *pool)
{
    return (const struct record *)pool;
}

/* Memory of that size for the pool. */
static int allocate(struct record *record, uint64_t size)
{
    if (!record->is_private)
        return ir_domain_alloc(record->domain, size, &record->memory);
    record->memory.memory = ir_memory_private(size);
    record->memory.size = size; /* at device address 0, where nothing is ever mapped */
    return record->memory.memory == NULL ? -ENOMEM : 0;
}

static void release(struct record *record)
{
    if (record->is_private)
        ir_memory_private_free(record->memory.memory, record->memory.size);
    else if (record->any_lost)
        ir_domain_abandon(record->domain, &record->memory);
    else
        ir_domain_free(record->domain, &record->memory);
}

static int create(struct ir_domain *domain, uint32_t count, uint32_t buffer_size, bool is_private,
                  struct ir_pool **pool)
{
    struct record *record;
    int result;

    if (domain == NULL || pool == NULL || count == 0 || count > IR_POOL_BUFFERS_MAX)
        return -EINVAL;
    if (buffer_size < IR_BUFFER_SIZE_MIN || buffer_size > IR_BUFFER_SIZE_MAX ||
        (buffer_size & (buffer_size - 1)) != 0)
        return -EINVAL;

    record = calloc(1, sizeof(*record));
    if (record == NULL)
        return -ENOMEM;
    record->domain = domain;
    record->is_private = is_private;
    record->number = take_number();
    if (record->number == 0) {
        result = -ENOSPC;
        goto free_record;
    }
    result = allocate(record, (uint64_t)count * (IR_POOL_HEADROOM + buffer_size));
    if (result != 0)
        goto free_number;
    result = ir_pool_init(&record->pool, record->memory.memory, record->memory.iova, count,
                          buffer_size, record->number);
    if (result != 0)
        goto free_memory;
    *pool = &record->pool;
    return 0;

free_memory:
    release(record);
free_number:
    release_number(record->number);
free_record:
    free(record);
    return result;
}

int ir_pool_create(struct ir_domain *domain, uint32_t count, uint32_t buffer_size,
                   struct ir_pool **pool)
{
    return create(domain, count, buffer_size, false, pool);
}

int ir_pool_create_private(struct ir_domain *domain, uint32_t count, uint32_t buffer_size,
                           struct ir_pool **pool)
{
    return create(domain, count, buffer_size, true, pool);
}

int ir_pool_destroy(struct ir_pool *pool)
{
    struct record *record;

    if (pool == NULL)
        return 0;
    record = record_of(pool);
    if (record->rings != NULL || record->queues != NULL)
        return -EBUSY;
    release(record);
    release_number(record->number);
    free(record);
    return 0;
}

uint32_t ir_pool_available(const struct ir_pool *pool)
{
    return pool == NULL ? 0 : (uint32_t)pool->free_count;
}

struct ir_domain *ir_pool_domain(const struct ir_pool *pool)
{
    return const_record_of(pool)->domain;
}

bool ir_pool_is_private(const struct ir_pool *pool)
{
    return const_record_of(pool)->is_private;
}

struct ir_private **ir_pool_private_queues(struct ir_pool *pool)
{
    return &record_of(pool)->queues;
}

int ir_pool_attach(struct ir_pool *pool, const struct ir_ring *ring)
{
    struct record *record = record_of(pool);
    struct attached *entry = malloc(sizeof(*entry));

    if (entry == NULL)
        return -ENOMEM;
    entry->ring = ring;
    entry->next = record->rings;
    record->rings = entry;
    return 0;
}

void ir_pool_detach(struct ir_pool *pool, const struct ir_ring *ring)
{
    struct attached **link = &record_of(pool)->rings;
    struct attached *entry;

    while (*link != NULL && (*link)->ring != ring)
        link = &(*link)->next;
    entry = *link;
    if (entry != NULL)
        *link = entry->next;
    free(entry);
}

void ir_pool_abandon(struct ir_pool *pool, const struct ir_ring *ring)
{
    struct record *record = record_of(pool);
    uint64_t slot = ring->head;

    for (uint64_t i = 0; i < ir_ring_used(ring); i++) {
        (void)set_bit(record->lost, ring->slot[slot]);
        record->any_lost = true;
        slot = ir_ring_next(slot, ring->size);
    }
    ir_pool_detach(pool, ring);
}

/* Mark the buffers in the ring's window. False when one is marked already or does not exist. */
static bool audit_ring(const struct ir_pool *pool, const struct ir_ring *ring,
                       uint64_t seen[BITMAP_WORDS], uint64_t *total)
{
    uint64_t slot = ring->head;

    if (ring->size > IR_RING_SIZE_MAX || ring->head >= ring->size || ring->tail >= ring->size)
        return false;
    for (uint64_t i = 0; i < ir_ring_used(ring); i++) {
        if (ring->slot[slot] >= pool->count || !set_bit(seen, ring->slot[slot]))
            return false;
        slot = ir_ring_next(slot, ring->size);
    }
    *total += ir_ring_used(ring);
    return slot == ring->tail;
}

/* Whether the word may be the handle that holds buffer `index`. */
static bool is_handle_of(const struct ir_pool *pool, struct ir_pkt holder, uint64_t index)
{
    return ir_handle_index(holder) == index && ir_pool_fits(pool, ir_handle_length(holder)) &&
           ir_handle_grant(holder) >= pool->grant_first &&
           ir_handle_grant(holder) <= pool->grant_last;
}

/* Mark the buffers that are lost, and those that have a handle, which are counted. False when one is both, is
 * marked already or does not exist, or when its handle is another's. Most buffers are neither, so 64 are looked
 * at together. */
static bool audit_held(const struct ir_pool *pool, const struct record *record,
                       uint64_t seen[BITMAP_WORDS], uint64_t *total, int *held)
{
    for (uint64_t word = 0; word < BITMAP_WORDS; word++) {
        uint64_t index = word * 64;
        uint64_t end = index + 64;
        const uint64_t *holder = pool->holder + index;

        if (record->lost[word] == 0 && holder[0] == IR_POOL_NOBODY && end <= IR_POOL_BUFFERS_MAX &&
            memcmp(holder, holder + 1, 63 * sizeof(*holder)) == 0)
            index = end;
        for (; index < end; index++) {
            struct ir_pkt pkt = {pool->holder[index]};
            bool lost = (record->lost[word] >> (index % 64) & 1) != 0;
            bool granted = pkt.bits != (index < IR_POOL_BUFFERS_MAX ? IR_POOL_NOBODY : 0);

            if (!lost && !granted)
                continue;
            if ((lost && granted) || index >= pool->count || !set_bit(seen, index))
                return false;
            if (granted && !is_handle_of(pool, pkt, index))
                return false;
            (*total)++;
            *held += granted ? 1 : 0;
        }
    }
    return true;
}

int ir_pool_audit(const struct ir_pool *pool)
{
    uint64_t seen[BITMAP_WORDS] = {0};
    uint64_t total = 0; /* bits set in `seen` */
    int held = 0;
    const struct record *record;

    if (pool == NULL)
        return -EINVAL;
    record = const_record_of(pool);
    if (pool->free_count > pool->count)
        return -EIO;
    for (uint64_t i = 0; i < pool->free_count; i++) {
        if (pool->stack[i] >= pool->count || !set_bit(seen, pool->stack[i]))
            return -EIO;
    }
    total = pool->free_count;
    for (const struct attached *entry = record->rings; entry != NULL; entry = entry->next) {
        if (!audit_ring(pool, entry->ring, seen, &total))
            return -EIO;
    }
    if (!audit_held(pool, record, seen, &total, &held))
        return -EIO;
    return total == pool->count && ir_private_audit(record->queues) ? held : -EIO;
}
