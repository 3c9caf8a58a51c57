/* SPDX-License-Identifier: MIT
 *
 * Regions of a domain: their device addresses, and their mapping for each device. The memory itself
 * is memory.c's: a region lies in the domain's file at its device address less IR_DOMAIN_FIRST.
 */
#include "api/domain.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "api/memory.h"

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
    uint64_t number;
    int file;             /* the memory of all regions */
    pthread_mutex_t lock; /* everything below */
    struct region *regions;
    struct member *members;
    uint64_t next; /* device address to try first */
};

/* Device addresses, the end not included. */
struct span {
    uint64_t first, end;
};

int ir_domain_create(struct ir_domain **domain)
{
    static _Atomic uint64_t created;
    struct ir_domain *new;
    int result;

    if (domain == NULL)
        return -EINVAL;
    new = calloc(1, sizeof(*new));
    if (new == NULL)
        return -ENOMEM;
    result = ir_memory_create(IR_DOMAIN_END - IR_DOMAIN_FIRST, &new->file);
    if (result != 0) {
        free(new);
        return result;
    }
    if (pthread_mutex_init(&new->lock, NULL) != 0) { /* for want of memory or of another resource */
        close(new->file);
        free(new);
        return -ENOMEM;
    }
    new->number = atomic_fetch_add(&created, 1u) + 1u;
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
    close(domain->file);
    free(domain);
    return 0;
}

uint64_t ir_domain_number(const struct ir_domain *domain)
{
    return domain->number;
}

/* What the device can reach; nothing when first >= end. */
static struct span span_of(const struct ir_transport *transport)
{
    struct span span = {IR_DOMAIN_FIRST, IR_DOMAIN_END};

    if (transport->iova_last == 0)
        return span;
    if (transport->iova_first > span.first)
        span.first = transport->iova_first;
    if (transport->iova_last < span.end)
        span.end = transport->iova_last + 1;
    return span;
}

static struct span intersection(struct span a, struct span b)
{
    return (struct span){a.first > b.first ? a.first : b.first, a.end < b.end ? a.end : b.end};
}

/* What all devices can reach. */
static struct span common_span(const struct ir_domain *domain)
{
    struct span span = {IR_DOMAIN_FIRST, IR_DOMAIN_END};

    for (const struct member *member = domain->members; member != NULL; member = member->next)
        span = intersection(span, span_of(member->transport));
    return span;
}

/* `alignment` is a power of two. */
static uint64_t round_up(uint64_t value, uint64_t alignment)
{
    return (value + alignment - 1) & ~(alignment - 1);
}

/* Link before which a region of `size` bytes fits at or above *iova and below `end`, with its guards,
 * or NULL. */
static struct region **find_gap(struct ir_domain *domain, uint64_t size, uint64_t end,
                                uint64_t *iova)
{
    uint64_t alignment = size >= IR_LARGE_PAGE ? IR_LARGE_PAGE : (uint64_t)sysconf(_SC_PAGESIZE);
    uint64_t at = round_up(*iova, alignment);
    struct region **link = &domain->regions;

    for (; *link != NULL; link = &(*link)->next) {
        const struct ir_dma *dma = &(*link)->dma;

        if (dma->iova >= at + size + IR_DOMAIN_GUARD)
            break;
        if (dma->iova + dma->size + IR_DOMAIN_GUARD > at)
            at = round_up(dma->iova + dma->size + IR_DOMAIN_GUARD, alignment);
    }
    if (end < size || at > end - size)
        return NULL;
    *iova = at;
    return link;
}

/* Give the region an address and a place in the list. `dma.size` is set. */
static int insert_region(struct ir_domain *domain, struct region *region)
{
    struct span span = common_span(domain);
    uint64_t size = region->dma.size;
    uint64_t iova = domain->next > span.first ? domain->next : span.first;
    struct region **link = find_gap(domain, size, span.end, &iova);

    if (link == NULL) {
        iova = span.first;
        link = find_gap(domain, size, span.end, &iova);
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

static void release_region(struct ir_domain *domain, struct region *region)
{
    ir_memory_unmap(domain->file, region->dma.iova - IR_DOMAIN_FIRST, region->dma.size,
                    region->dma.memory);
    remove_region(domain, region);
    free(region);
}

/* Give the region, which the list takes, an address, memory and a mapping for each device. It is
 * gone after an error, unless a device keeps it. */
static int place_region(struct ir_domain *domain, struct region *region)
{
    int result = insert_region(domain, region);

    if (result != 0) {
        free(region);
        return result;
    }
    region->dma.memory =
        ir_memory_map(domain->file, region->dma.iova - IR_DOMAIN_FIRST, region->dma.size);
    if (region->dma.memory == NULL) {
        remove_region(domain, region);
        free(region);
        return -ENOMEM;
    }
    result = map_members(domain, region);
    if (result != 0 && !region->abandoned)
        release_region(domain, region);
    return result;
}

int ir_domain_alloc(struct ir_domain *domain, uint64_t size, struct ir_dma *out)
{
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    struct region *region;
    int result;

    if (size == 0)
        return -EINVAL;
    if (size > IR_DOMAIN_END - IR_DOMAIN_FIRST - page)
        return -ENOSPC;
    region = calloc(1, sizeof(*region));
    if (region == NULL)
        return -ENOMEM;
    region->dma.size = round_up(size, page);
    pthread_mutex_lock(&domain->lock);
    result = place_region(domain, region);
    if (result == 0)
        *out = region->dma;
    pthread_mutex_unlock(&domain->lock);
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

    if (dma->size == 0)
        return;
    pthread_mutex_lock(&domain->lock);
    region = find_region(domain, dma);
    if (region != NULL && !region->abandoned) {
        if (unmap_members(domain, NULL, &region->dma) == 0)
            release_region(domain, region);
        else
            region->abandoned = true;
    }
    pthread_mutex_unlock(&domain->lock);
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

/* Let the device reach each region, or none. */
static int map_regions(struct ir_domain *domain, struct ir_transport *transport)
{
    for (struct region *region = domain->regions; region != NULL; region = region->next) {
        int result = region->abandoned ? 0 : transport->ops->map(transport, &region->dma);

        if (result != 0) {
            unmap_regions(domain, region, transport);
            return result;
        }
    }
    return 0;
}

/* Each region lies where the device can reach it, and others could. */
static int check_span(const struct ir_domain *domain, const struct ir_transport *transport)
{
    struct span own = span_of(transport);
    struct span all = intersection(own, common_span(domain));

    if (all.first >= all.end)
        return -ENOSPC;
    for (const struct region *region = domain->regions; region != NULL; region = region->next) {
        if (!region->abandoned &&
            (region->dma.iova < own.first || region->dma.iova + region->dma.size > own.end))
            return -ENOSPC;
    }
    return 0;
}

int ir_domain_attach(struct ir_domain *domain, struct ir_transport *transport)
{
    struct member *member = calloc(1, sizeof(*member));
    int result;

    if (member == NULL)
        return -ENOMEM;
    member->transport = transport;
    if (transport->ops->share != NULL)
        transport->ops->share(transport, domain->file, IR_DOMAIN_FIRST);
    pthread_mutex_lock(&domain->lock);
    result = check_span(domain, transport);
    if (result == 0)
        result = map_regions(domain, transport);
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
