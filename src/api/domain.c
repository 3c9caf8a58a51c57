/* SPDX-License-Identifier: MIT
 *
 * Memory of a domain: anonymous pages, their device addresses, and their mapping for each device.
 */
#define _GNU_SOURCE /* MAP_ANONYMOUS, MADV_HUGEPAGE */

#include "api/domain.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* Regions of this size or more begin at a multiple of it on both sides, so that both the processor
 * and an IOMMU can translate them in large pages. */
#define LARGE_PAGE UINT64_C(0x200000)

struct region {
    struct ir_dma dma;
    bool abandoned;
    struct region *next; /* the one with the next higher device address */
};

struct member {
    struct ir_transport *transport;
    struct member *next;
};

struct ir_domain {
    pthread_mutex_t lock; /* everything below */
    struct region *regions;
    struct member *members;
    uint64_t next; /* device address to try first */
};

int ir_domain_create(struct ir_domain **domain)
{
    struct ir_domain *new;

    if (domain == NULL)
        return -EINVAL;
    new = calloc(1, sizeof(*new));
    if (new == NULL)
        return -ENOMEM;
    if (pthread_mutex_init(&new->lock, NULL) != 0) { /* for want of memory or of another resource */
        free(new);
        return -ENOMEM;
    }
    new->next = IR_DOMAIN_FIRST;
    *domain = new;
    return 0;
}

int ir_domain_destroy(struct ir_domain *domain)
{
    if (domain == NULL)
        return 0;
    pthread_mutex_lock(&domain->lock);
    for (const struct region *region = domain->regions; region != NULL; region = region->next) {
        if (!region->abandoned) {
            pthread_mutex_unlock(&domain->lock);
            return -EBUSY;
        }
    }
    if (domain->members != NULL) {
        pthread_mutex_unlock(&domain->lock);
        return -EBUSY;
    }
    while (domain->regions != NULL) {
        struct region *region = domain->regions;

        domain->regions = region->next;
        free(region);
    }
    pthread_mutex_unlock(&domain->lock);
    pthread_mutex_destroy(&domain->lock);
    free(domain);
    return 0;
}

/* `alignment` is a power of two. */
static uint64_t round_up(uint64_t value, uint64_t alignment)
{
    return (value + alignment - 1) & ~(alignment - 1);
}

/* Link before which a region of `size` bytes fits at or above *iova, with its guards, or NULL. */
static struct region **find_gap(struct ir_domain *domain, uint64_t size, uint64_t *iova)
{
    uint64_t alignment = size >= LARGE_PAGE ? LARGE_PAGE : 1;
    uint64_t at = round_up(*iova, alignment);
    struct region **link = &domain->regions;

    for (; *link != NULL; link = &(*link)->next) {
        const struct ir_dma *dma = &(*link)->dma;

        if (dma->iova >= at + size + IR_DOMAIN_GUARD)
            break;
        if (dma->iova + dma->size + IR_DOMAIN_GUARD > at)
            at = round_up(dma->iova + dma->size + IR_DOMAIN_GUARD, alignment);
    }
    if (at > IR_DOMAIN_END - size)
        return NULL;
    *iova = at;
    return link;
}

/* Give the region an address and a place in the list. `dma.size` is set. */
static int insert_region(struct ir_domain *domain, struct region *region)
{
    uint64_t size = region->dma.size;
    uint64_t iova = domain->next;
    struct region **link = find_gap(domain, size, &iova);

    if (link == NULL) {
        iova = IR_DOMAIN_FIRST;
        link = find_gap(domain, size, &iova);
    }
    if (link == NULL)
        return -ENOSPC;
    region->dma.iova = iova;
    region->next = *link;
    *link = region;
    domain->next = iova + size + IR_DOMAIN_GUARD;
    return 0;
}

static void remove_region(struct ir_domain *domain, const struct region *region)
{
    struct region **link = &domain->regions;

    while (*link != region)
        link = &(*link)->next;
    *link = region->next;
}

/* Unmap the region for each member before `end`. Returns 0, or the first refusal. */
static int unmap_members(struct ir_domain *domain, const struct member *end,
                         const struct ir_dma *dma)
{
    int result = 0;

    for (const struct member *member = domain->members; member != end; member = member->next) {
        int refused = member->transport->ops->unmap(member->transport, dma);

        if (result == 0)
            result = refused;
    }
    return result;
}

static int map_members(struct ir_domain *domain, struct region *region)
{
    for (const struct member *member = domain->members; member != NULL; member = member->next) {
        int result = member->transport->ops->map(member->transport, &region->dma);

        if (result != 0) {
            if (unmap_members(domain, member, &region->dma) != 0)
                region->abandoned = true;
            return result;
        }
    }
    return 0;
}

/* Zeroed pages, large ones where the kernel has them. NULL when there are none. */
static uint8_t *get_memory(uint64_t size)
{
    uint64_t extra = size >= LARGE_PAGE ? LARGE_PAGE : 0; /* to choose an aligned start from */
    uint64_t before;
    uint8_t *memory;
    void *pages = mmap(NULL, (size_t)(size + extra), PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (pages == MAP_FAILED)
        return NULL;
    memory = pages;
    if (extra == 0)
        return memory;
    before = round_up((uintptr_t)memory, LARGE_PAGE) - (uintptr_t)memory;
    /* Giving the ends back can fail only for want of kernel memory; then they stay unused. */
    if (before > 0)
        (void)munmap(memory, (size_t)before);
    if (before < extra)
        (void)munmap(memory + before + size, (size_t)(extra - before));
    (void)madvise(memory + before, (size_t)size, MADV_HUGEPAGE); /* a wish */
    return memory + before;
}

static void release_memory(const struct ir_dma *dma)
{
    (void)munmap(dma->memory, (size_t)dma->size); /* a whole mapping of ours: cannot fail */
}

int ir_domain_alloc(struct ir_domain *domain, uint64_t size, struct ir_dma *out)
{
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    struct region *region;
    bool unused = true;
    int result;

    if (size == 0)
        return -EINVAL;
    if (size > IR_DOMAIN_END - IR_DOMAIN_FIRST - page)
        return -ENOSPC;
    size = round_up(size, page);
    region = calloc(1, sizeof(*region));
    if (region == NULL)
        return -ENOMEM;
    region->dma.memory = get_memory(size);
    if (region->dma.memory == NULL) {
        free(region);
        return -ENOMEM;
    }
    region->dma.size = size;

    pthread_mutex_lock(&domain->lock);
    result = insert_region(domain, region);
    if (result == 0) {
        result = map_members(domain, region);
        unused = result != 0 && !region->abandoned;
        if (result == 0)
            *out = region->dma;
        else if (unused)
            remove_region(domain, region);
    }
    pthread_mutex_unlock(&domain->lock);
    if (unused) {
        release_memory(&region->dma);
        free(region);
    }
    return result;
}

static struct region *find_region(struct ir_domain *domain, const struct ir_dma *dma)
{
    struct region *region = domain->regions;

    while (region != NULL && region->dma.iova != dma->iova)
        region = region->next;
    return region;
}

void ir_domain_free(struct ir_domain *domain, const struct ir_dma *dma)
{
    struct region *region;
    bool released = false;

    if (dma->size == 0)
        return;
    pthread_mutex_lock(&domain->lock);
    region = find_region(domain, dma);
    if (region != NULL && !region->abandoned) {
        released = unmap_members(domain, NULL, &region->dma) == 0;
        if (released)
            remove_region(domain, region);
        else
            region->abandoned = true;
    }
    pthread_mutex_unlock(&domain->lock);
    if (released) {
        release_memory(&region->dma);
        free(region);
    }
}

void ir_domain_abandon(struct ir_domain *domain, const struct ir_dma *dma)
{
    struct region *region;

    if (dma->size == 0)
        return;
    pthread_mutex_lock(&domain->lock);
    region = find_region(domain, dma);
    if (region != NULL)
        region->abandoned = true;
    pthread_mutex_unlock(&domain->lock);
}

/* Take each region before `end` back from the device. */
static void unmap_regions(struct ir_domain *domain, const struct region *end,
                          struct ir_transport *transport)
{
    for (struct region *region = domain->regions; region != end; region = region->next) {
        if (!region->abandoned && transport->ops->unmap(transport, &region->dma) != 0)
            region->abandoned = true;
    }
}

int ir_domain_attach(struct ir_domain *domain, struct ir_transport *transport)
{
    struct member *member = calloc(1, sizeof(*member));
    int result = 0;

    if (member == NULL)
        return -ENOMEM;
    member->transport = transport;
    pthread_mutex_lock(&domain->lock);
    for (struct region *region = domain->regions; region != NULL; region = region->next) {
        if (region->abandoned)
            continue;
        result = transport->ops->map(transport, &region->dma);
        if (result != 0) {
            unmap_regions(domain, region, transport);
            break;
        }
    }
    if (result == 0) {
        member->next = domain->members;
        domain->members = member;
    }
    pthread_mutex_unlock(&domain->lock);
    if (result != 0)
        free(member);
    return result;
}

void ir_domain_detach(struct ir_domain *domain, struct ir_transport *transport, bool unmap)
{
    struct member **link;
    struct member *member;

    pthread_mutex_lock(&domain->lock);
    link = &domain->members;
    while (*link != NULL && (*link)->transport != transport)
        link = &(*link)->next;
    member = *link;
    if (member != NULL) {
        if (unmap)
            unmap_regions(domain, NULL, transport);
        *link = member->next;
    }
    pthread_mutex_unlock(&domain->lock);
    free(member);
}
