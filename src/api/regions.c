/* SPDX-License-Identifier: MIT
 *
 * Where regions lie; see regions.h.
 */
#include "api/regions.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/domain.h"
#include "api/memory.h"

/* `alignment` is a power of two. */
static uint64_t round_up(uint64_t value, uint64_t alignment)
{
    return (value + alignment - 1) & ~(alignment - 1);
}

/* Link before which a region of `size` bytes fits at or above *iova and below `end`, with `guard` bytes
 * on both sides, or NULL. */
static struct ir_region **find_gap(struct ir_regions *regions, uint64_t size, uint64_t guard,
                                   uint64_t end, uint64_t *iova)
{
    uint64_t alignment = size >= IR_LARGE_PAGE ? IR_LARGE_PAGE : (uint64_t)sysconf(_SC_PAGESIZE);
    uint64_t at = round_up(*iova, alignment);
    struct ir_region **link = &regions->first;

    for (; *link != NULL; link = &(*link)->next) {
        const struct ir_dma *dma = &(*link)->dma;

        if (dma->iova >= at + size + guard)
            break;
        if (dma->iova + dma->size + guard > at)
            at = round_up(dma->iova + dma->size + guard, alignment);
    }
    if (end < size || at > end - size)
        return NULL;
    *iova = at;
    return link;
}

static void insert(struct ir_region **link, struct ir_region *region)
{
    region->next = *link;
    *link = region;
}

static void take_out(struct ir_regions *regions, const struct ir_region *region)
{
    struct ir_region **link = &regions->first;

    while (*link != region)
        link = &(*link)->next;
    *link = region->next;
}

/* An address in the span, and memory there. Device addresses ascend. */
static int place_in_file(struct ir_regions *regions, struct ir_span span, struct ir_region *region)
{
    struct ir_dma *dma = &region->dma;
    uint64_t iova = regions->next > span.first ? regions->next : span.first;
    struct ir_region **link = find_gap(regions, dma->size, IR_DOMAIN_GUARD, span.end, &iova);

    if (link == NULL) {
        iova = span.first;
        link = find_gap(regions, dma->size, IR_DOMAIN_GUARD, span.end, &iova);
    }
    if (link == NULL)
        return -ENOSPC;
    dma->iova = iova;
    dma->memory = ir_memory_map(regions->file, iova - IR_DOMAIN_FIRST, dma->size);
    if (dma->memory == NULL)
        return -ENOMEM;
    insert(link, region);
    regions->next = iova + dma->size + IR_DOMAIN_GUARD;
    return 0;
}

/* Take a place in a block of huge pages that has one. There are no guards: without an IOMMU nothing
 * keeps a device from what is beside a region. */
static bool place_in_block(struct ir_regions *regions, struct ir_region *region)
{
    struct ir_dma *dma = &region->dma;

    for (struct ir_block *block = regions->blocks; block != NULL; block = block->next) {
        uint64_t start = block->pages.physical;
        uint64_t iova = start;
        struct ir_region **link = find_gap(regions, dma->size, 0, start + block->pages.size, &iova);

        if (link == NULL)
            continue;
        dma->iova = iova;
        dma->memory = block->pages.memory + (iova - start);
        memset(dma->memory, 0, (size_t)dma->size); /* of one that was here before */
        region->block = block;
        block->users++;
        insert(link, region);
        return true;
    }
    return false;
}

static int place_in_pages(struct ir_regions *regions, struct ir_region *region,
                          char why[IR_ERROR_LENGTH])
{
    struct ir_block *block;
    int result;

    if (place_in_block(regions, region))
        return 0;
    block = calloc(1, sizeof(*block));
    if (block == NULL)
        return -ENOMEM;
    result = ir_hugepages_take(region->dma.size, &block->pages, why);
    if (result != 0) {
        free(block);
        return result;
    }
    block->next = regions->blocks;
    regions->blocks = block;
    return place_in_block(regions, region) ? 0 : -ENOSPC; /* the block is new: there is room */
}

int ir_regions_make(struct ir_regions *regions, uint64_t size, struct ir_span span, bool physical,
                    struct ir_region **region, char why[IR_ERROR_LENGTH])
{
    struct ir_region *new = calloc(1, sizeof(*new));
    int result;

    if (new == NULL)
        return -ENOMEM;
    new->dma.size = size;
    result = physical ? place_in_pages(regions, new, why) : place_in_file(regions, span, new);
    if (result != 0) {
        free(new);
        return result;
    }
    *region = new;
    return 0;
}

/* Give a block that no region uses back. */
static void leave_block(struct ir_regions *regions, struct ir_block *block)
{
    struct ir_block **link = &regions->blocks;

    block->users--;
    if (block->users > 0)
        return;
    while (*link != block)
        link = &(*link)->next;
    *link = block->next;
    ir_hugepages_return(&block->pages);
    free(block);
}

void ir_regions_release(struct ir_regions *regions, struct ir_region *region)
{
    take_out(regions, region);
    if (region->block != NULL)
        leave_block(regions, region->block);
    else
        ir_memory_unmap(regions->file, region->dma.iova - IR_DOMAIN_FIRST, region->dma.size,
                        region->dma.memory);
    free(region);
}

struct ir_region *ir_regions_find(const struct ir_regions *regions, uint64_t iova)
{
    struct ir_region *region = regions->first;

    while (region != NULL && region->dma.iova != iova)
        region = region->next;
    return region;
}

void ir_regions_forget(struct ir_regions *regions)
{
    while (regions->first != NULL) {
        struct ir_region *region = regions->first;

        regions->first = region->next;
        free(region);
    }
    while (regions->blocks != NULL) {
        struct ir_block *block = regions->blocks;

        regions->blocks = block->next;
        free(block);
    }
}
