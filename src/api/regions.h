/* SPDX-License-Identifier: MIT
 *
 * The regions of a domain: their device addresses and their memory. Most lie in the domain's file at
 * their device address less IR_DOMAIN_FIRST (memory.h); those of a domain with a device that no IOMMU
 * is before lie in huge pages, and have the machine's own addresses (hugepages.h). Devices are not
 * known here. Not locked: the domain is.
 */
#ifndef IRONRING_API_REGIONS_H
#define IRONRING_API_REGIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "api/hugepages.h"
#include "core/dma.h"

struct ir_block {
    struct ir_hugepages pages;
    uint32_t users; /* regions in it; one that was abandoned never goes */
    struct ir_block *next;
};

struct ir_region {
    struct ir_dma dma;
    struct ir_block *block; /* null for one in the domain's file */
    bool abandoned;
    struct ir_region *next; /* the one with the next higher device address */
};

struct ir_regions {
    int file; /* the memory of regions without a block */
    struct ir_region *first;
    struct ir_block *blocks;
    uint64_t next; /* device address to try first */
};

/* Device addresses, the end not included. */
struct ir_span {
    uint64_t first, end;
};

/* Make a region of `size` bytes, whole pages, with zeroed memory: in `span`, or in huge pages when
 * `physical`. Errors: -ENOSPC no address left in the span, -ENOMEM, and as ir_hugepages_take with its
 * sentence in `why`. */
int ir_regions_make(struct ir_regions *regions, uint64_t size, struct ir_span span, bool physical,
                    struct ir_region **region, char why[IR_ERROR_LENGTH]);

/* Give a region and its memory back. */
void ir_regions_release(struct ir_regions *regions, struct ir_region *region);

/* The one at that device address, or null. */
struct ir_region *ir_regions_find(const struct ir_regions *regions, uint64_t iova);

/* Forget what was abandoned; its memory stays. There is nothing else. */
void ir_regions_forget(struct ir_regions *regions);

#endif
