/* SPDX-License-Identifier: MIT
 *
 * Domains: their devices, and the mapping of each region for each device. Where regions lie is
 * regions.c's.
 */
#include "api/domain.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/memory.h"
#include "api/regions.h"

struct member {
    struct ir_transport *transport;
    struct member *next;
};

struct ir_domain {
    uint64_t number;
    pthread_mutex_t lock; /* everything below */
    struct ir_regions regions;
    struct member *members;
    char why[IR_ERROR_LENGTH]; /* the last region could not be made; empty when it was */
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
    result = ir_memory_create(IR_DOMAIN_END - IR_DOMAIN_FIRST, &new->regions.file);
    if (result != 0) {
        free(new);
        return result;
    }
    if (pthread_mutex_init(&new->lock, NULL) != 0) { /* for want of memory or of another resource */
        close(new->regions.file);
        free(new);
        return -ENOMEM;
    }
    new->number = atomic_fetch_add(&created, 1u) + 1u;
    *domain = new;
    return 0;
}

/* A device, a pool or a ring is in it. */
static bool is_busy(const struct ir_domain *domain)
{
    for (const struct ir_region *region = domain->regions.first; region != NULL;
         region = region->next) {
        if (!region->abandoned)
            return true;
    }
    return domain->members != NULL;
}

int ir_domain_destroy(struct ir_domain *domain)
{
    bool busy;

    if (domain == NULL)
        return 0;
    pthread_mutex_lock(&domain->lock);
    busy = is_busy(domain);
    pthread_mutex_unlock(&domain->lock);
    if (busy)
        return -EBUSY;
    ir_regions_forget(&domain->regions);
    pthread_mutex_destroy(&domain->lock);
    close(domain->regions.file);
    free(domain);
    return 0;
}

uint64_t ir_domain_number(const struct ir_domain *domain)
{
    return domain->number;
}

/* What the device can reach; nothing when first >= end. */
static struct ir_span span_of(const struct ir_transport *transport)
{
    struct ir_span span = {IR_DOMAIN_FIRST, IR_DOMAIN_END};

    if (transport->iova_last == 0)
        return span;
    if (transport->iova_first > span.first)
        span.first = transport->iova_first;
    if (transport->iova_last < span.end)
        span.end = transport->iova_last + 1;
    return span;
}

static struct ir_span intersection(struct ir_span a, struct ir_span b)
{
    return (struct ir_span){a.first > b.first ? a.first : b.first, a.end < b.end ? a.end : b.end};
}

/* No IOMMU is before one of its devices, so that all have to know regions by the machine's addresses. */
static bool is_physical(const struct ir_domain *domain)
{
    const struct member *member = domain->members;

    while (member != NULL && !member->transport->physical)
        member = member->next;
    return member != NULL;
}

/* What all devices can reach. */
static struct ir_span common_span(const struct ir_domain *domain)
{
    struct ir_span span = {IR_DOMAIN_FIRST, IR_DOMAIN_END};

    for (const struct member *member = domain->members; member != NULL; member = member->next)
        span = intersection(span, span_of(member->transport));
    return span;
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

static int map_members(struct ir_domain *domain, struct ir_region *region)
{
    for (const struct member *member = domain->members; member != NULL; member = member->next) {
        struct ir_transport *transport = member->transport;
        int result = transport->ops->map(transport, &region->dma);

        if (result != 0) {
            if (transport->ops->explain != NULL)
                transport->ops->explain(transport, &region->dma, result, domain->why);
            if (unmap_members(domain, member, &region->dma) != 0)
                region->abandoned = true;
            return result;
        }
    }
    return 0;
}

/* Make a region, and let each device reach it. It is gone after an error, unless a device keeps it. */
static int make_region(struct ir_domain *domain, uint64_t size, struct ir_dma *out)
{
    struct ir_region *region = NULL;
    int result = ir_regions_make(&domain->regions, size, common_span(domain), is_physical(domain),
                                 &region, domain->why);

    if (result != 0)
        return result;
    result = map_members(domain, region);
    if (result == 0)
        *out = region->dma;
    else if (!region->abandoned)
        ir_regions_release(&domain->regions, region);
    return result;
}

int ir_domain_alloc(struct ir_domain *domain, uint64_t size, struct ir_dma *out)
{
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    int result;

    if (size == 0)
        return -EINVAL;
    if (size > IR_DOMAIN_END - IR_DOMAIN_FIRST - page)
        return -ENOSPC;
    pthread_mutex_lock(&domain->lock);
    domain->why[0] = '\0';
    result = make_region(domain, (size + page - 1) / page * page, out);
    pthread_mutex_unlock(&domain->lock);
    return result;
}

void ir_domain_why(struct ir_domain *domain, char error[IR_ERROR_LENGTH])
{
    if (domain == NULL || error == NULL)
        return;
    pthread_mutex_lock(&domain->lock);
    memcpy(error, domain->why, sizeof(domain->why));
    pthread_mutex_unlock(&domain->lock);
}

void ir_domain_free(struct ir_domain *domain, const struct ir_dma *dma)
{
    struct ir_region *region;

    if (dma->size == 0)
        return;
    pthread_mutex_lock(&domain->lock);
    region = ir_regions_find(&domain->regions, dma->iova);
    if (region != NULL && !region->abandoned) {
        if (unmap_members(domain, NULL, &region->dma) == 0)
            ir_regions_release(&domain->regions, region);
        else
            region->abandoned = true;
    }
    pthread_mutex_unlock(&domain->lock);
}

void ir_domain_abandon(struct ir_domain *domain, const struct ir_dma *dma)
{
    struct ir_region *region;

    if (dma->size == 0)
        return;
    pthread_mutex_lock(&domain->lock);
    region = ir_regions_find(&domain->regions, dma->iova);
    if (region != NULL)
        region->abandoned = true;
    pthread_mutex_unlock(&domain->lock);
}

/* Take each region before `end` back from the device. */
static void unmap_regions(struct ir_domain *domain, const struct ir_region *end,
                          struct ir_transport *transport)
{
    for (struct ir_region *region = domain->regions.first; region != end; region = region->next) {
        if (!region->abandoned && transport->ops->unmap(transport, &region->dma) != 0)
            region->abandoned = true;
    }
}

/* Let the device reach each region, or none. */
static int map_regions(struct ir_domain *domain, struct ir_transport *transport)
{
    for (struct ir_region *region = domain->regions.first; region != NULL; region = region->next) {
        int result = region->abandoned ? 0 : transport->ops->map(transport, &region->dma);

        if (result != 0) {
            unmap_regions(domain, region, transport);
            return result;
        }
    }
    return 0;
}

/* Memory is of one kind: huge pages, or a file that can be shared with another process. */
static int check_kind(const struct ir_domain *domain, const struct ir_transport *transport)
{
    bool shares = transport->ops->share != NULL;

    for (const struct member *member = domain->members; member != NULL; member = member->next) {
        if ((transport->physical && member->transport->ops->share != NULL) ||
            (shares && member->transport->physical))
            return -EXDEV;
    }
    for (const struct ir_region *region = domain->regions.first; region != NULL;
         region = region->next) {
        if (!region->abandoned &&
            ((transport->physical && region->block == NULL) || (shares && region->block != NULL)))
            return -EXDEV;
    }
    return 0;
}

/* Each region lies where the device can reach it, and others could. Those that have the machine's own
 * addresses are for its map to judge. */
static int check_span(const struct ir_domain *domain, const struct ir_transport *transport)
{
    struct ir_span own = span_of(transport);
    struct ir_span all = intersection(own, common_span(domain));

    if (all.first >= all.end)
        return -ENOSPC;
    for (const struct ir_region *region = domain->regions.first; region != NULL;
         region = region->next) {
        if (!region->abandoned && region->block == NULL &&
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
        transport->ops->share(transport, domain->regions.file, IR_DOMAIN_FIRST);
    pthread_mutex_lock(&domain->lock);
    result = check_kind(domain, transport);
    if (result == 0)
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
