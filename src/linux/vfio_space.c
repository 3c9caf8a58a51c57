/* SPDX-License-Identifier: MIT
 *
 * The table of address spaces, their members and what is mapped; see vfio_space.h. One lock for all:
 * nothing here is called while packets move.
 */
#define _GNU_SOURCE
#include "linux/vfio_space.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "api/domain.h"
#include "linux/refusal.h"

#define ROOM_FOR_RINGS 0x100000u /* bytes */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* everything below */
static struct vfio_space *spaces;

void vfio_span_offer(struct vfio_span *best, uint64_t first, uint64_t last)
{
    if (first < IR_DOMAIN_FIRST)
        first = IR_DOMAIN_FIRST;
    if (last >= IR_DOMAIN_END)
        last = IR_DOMAIN_END - 1;
    if (first > last || (best->last >= best->first && last - first <= best->last - best->first))
        return;
    best->first = first;
    best->last = last;
}

static struct vfio_space *find_space(uint64_t number)
{
    struct vfio_space *space = spaces;

    while (space != NULL && space->number != number)
        space = space->next;
    return space;
}

/* By groups where both ways are open: they need nothing of a newer kernel. *status and `clause` are as
 * the way's look answers. */
static const struct vfio_way *choose_way(const struct ir_pci_roots *roots,
                                         const struct ir_pci_info *info, int *status,
                                         char clause[IR_ERROR_LENGTH])
{
    char other[IR_ERROR_LENGTH] = "";
    int device;

    *status = vfio_group_way.look(roots, info, clause);
    if (*status == 0)
        return &vfio_group_way;
    device = vfio_iommufd_way.look(roots, info, other);
    if (device == 0 || (*status == -ENOENT && device != -ENOENT)) {
        *status = device;
        memcpy(clause, other, sizeof(other));
        return &vfio_iommufd_way;
    }
    return &vfio_group_way;
}

int vfio_space_look(const struct ir_pci_roots *roots, const struct ir_pci_info *info,
                    char clause[IR_ERROR_LENGTH])
{
    int status;

    (void)choose_way(roots, info, &status, clause);
    return status;
}

/* Null after an error, which is in *result. */
static struct vfio_space *make_space(uint64_t number, const struct ir_pci_roots *roots,
                                     const struct ir_pci_info *info, int *result,
                                     char error[IR_ERROR_LENGTH])
{
    struct vfio_space *space = calloc(1, sizeof(*space));
    char clause[IR_ERROR_LENGTH];
    int status;

    if (space == NULL) {
        *result = ir_refuse_memory(info->address, error);
        return NULL;
    }
    space->number = number;
    space->way = choose_way(roots, info, &status, clause); /* one that is not open says why */
    *result = space->way->open(space, roots, info, error);
    if (*result != 0) {
        free(space);
        return NULL;
    }
    space->next = spaces;
    spaces = space;
    return space;
}

/* Once the last member is gone; what was mapped has been taken back. */
static void drop_space(struct vfio_space *space)
{
    struct vfio_space **link = &spaces;

    if (space->members != NULL)
        return;
    while (*link != space)
        link = &(*link)->next;
    *link = space->next;
    close(space->file);
    free(space);
}

/* The lowest number that no member has, or VFIO_MEMBERS_MAX. */
static uint32_t free_index(const struct vfio_space *space)
{
    uint64_t taken = 0;
    uint32_t index = 0;

    for (const struct vfio_member *member = space->members; member != NULL; member = member->next)
        taken |= UINT64_C(1) << member->index;
    while (index < VFIO_MEMBERS_MAX && (taken >> index & 1u) != 0)
        index++;
    return index;
}

static bool is_member(const struct vfio_space *space, const char *address)
{
    for (const struct vfio_member *member = space->members; member != NULL; member = member->next) {
        if (strcmp(member->address, address) == 0)
            return true;
    }
    return false;
}

/* Ask which addresses there are now that the device has been attached. */
static int read_span(const struct vfio_space *space, const char *address, struct vfio_span *span,
                     char error[IR_ERROR_LENGTH])
{
    int result;

    *span = (struct vfio_span){1, 0};
    result = space->way->addresses(space, span);
    if (result != 0)
        return ir_refuse(address, "the IOMMU does not say which addresses it translates", result,
                         error);
    if (span->last >= span->first)
        return 0;
    (void)snprintf(error, IR_ERROR_LENGTH,
                   "%s: the IOMMU translates no addresses from 4 GiB to 512 GiB for it; use it in "
                   "another machine",
                   address);
    return -ENOSPC;
}

static int join(struct vfio_space *space, const struct ir_pci_roots *roots,
                const struct ir_pci_info *info, struct vfio_member *member, struct vfio_span *span,
                char error[IR_ERROR_LENGTH])
{
    int result;

    member->index = free_index(space);
    if (is_member(space, info->address) || member->index == VFIO_MEMBERS_MAX) {
        (void)snprintf(error, IR_ERROR_LENGTH, "%s: this program %s; close %s first", info->address,
                       member->index == VFIO_MEMBERS_MAX ? "has 64 devices open in this domain"
                                                         : "has opened it already",
                       member->index == VFIO_MEMBERS_MAX ? "one" : "it");
        return -EBUSY;
    }
    result = space->way->attach(space, roots, info, member, error);
    if (result != 0)
        return result;
    result = read_span(space, info->address, span, error);
    if (result != 0) {
        close(member->file);
        space->way->detach(space, member);
        return result;
    }
    member->space = space;
    member->next = space->members;
    space->members = member;
    return 0;
}

int vfio_space_join(uint64_t number, const struct ir_pci_roots *roots,
                    const struct ir_pci_info *info, struct vfio_member *member,
                    struct vfio_span *span, char error[IR_ERROR_LENGTH])
{
    struct vfio_space *space;
    int result = 0;

    memset(member, 0, sizeof(*member));
    memcpy(member->address, info->address, sizeof(member->address));
    (void)pthread_mutex_lock(&lock);
    space = find_space(number);
    if (space == NULL)
        space = make_space(number, roots, info, &result, error);
    if (space != NULL) {
        result = join(space, roots, info, member, span, error);
        if (result != 0)
            drop_space(space);
    }
    (void)pthread_mutex_unlock(&lock);
    return result;
}

/* No member holds the mapping that *link names any more. The kernel takes back what it gave. */
static int take_back(struct vfio_space *space, struct vfio_mapping **link)
{
    struct vfio_mapping *mapping = *link;
    int result = space->way->unmap(space, mapping->iova, mapping->size);

    *link = mapping->next;
    free(mapping);
    return result;
}

void vfio_space_leave(struct vfio_member *member)
{
    struct vfio_space *space = member->space;
    struct vfio_member **place = &space->members;
    uint64_t bit = UINT64_C(1) << member->index;

    (void)pthread_mutex_lock(&lock);
    while (*place != member)
        place = &(*place)->next;
    *place = member->next;
    close(member->file);
    for (struct vfio_mapping **link = &space->mappings; *link != NULL;) {
        (*link)->holders &= ~bit;
        if ((*link)->holders == 0)
            (void)take_back(space, link);
        else
            link = &(*link)->next;
    }
    space->way->detach(space, member);
    drop_space(space);
    (void)pthread_mutex_unlock(&lock);
}

/* Link that names the mapping of the region, or the null at the end of the list. */
static struct vfio_mapping **find_mapping(struct vfio_space *space, const struct ir_dma *region)
{
    struct vfio_mapping **link = &space->mappings;

    while (*link != NULL && ((*link)->iova != region->iova || (*link)->size != region->size))
        link = &(*link)->next;
    return link;
}

static int map(struct vfio_space *space, uint64_t bit, const struct ir_dma *region)
{
    struct vfio_mapping *mapping = *find_mapping(space, region);
    int result;

    if (mapping != NULL) {
        mapping->holders |= bit;
        return 0;
    }
    mapping = calloc(1, sizeof(*mapping));
    if (mapping == NULL)
        return -ENOMEM;
    result = space->way->map(space, region);
    if (result != 0) {
        free(mapping);
        return result == -EEXIST ? -EBUSY : result;
    }
    *mapping = (struct vfio_mapping){region->iova, region->size, bit, space->mappings};
    space->mappings = mapping; /* no leak, as -fanalyzer has it: the list owns it */
    return 0;
}

int vfio_space_map(struct vfio_member *member, const struct ir_dma *region)
{
    int result;

    (void)pthread_mutex_lock(&lock);
    result = map(member->space, UINT64_C(1) << member->index, region);
    (void)pthread_mutex_unlock(&lock);
    return result;
}

int vfio_space_unmap(struct vfio_member *member, const struct ir_dma *region)
{
    uint64_t bit = UINT64_C(1) << member->index;
    struct vfio_mapping **link;
    int result = -ENOENT;

    (void)pthread_mutex_lock(&lock);
    link = find_mapping(member->space, region);
    if (*link != NULL && ((*link)->holders & bit) != 0) {
        (*link)->holders &= ~bit;
        result = (*link)->holders == 0 ? take_back(member->space, link) : 0;
    }
    (void)pthread_mutex_unlock(&lock);
    return result;
}

/* All that is mapped, the region and some room for rings, as a round number of KiB. */
static uint64_t locked_kib(const struct vfio_space *space, const struct ir_dma *region)
{
    uint64_t bytes = region->size + ROOM_FOR_RINGS;

    for (const struct vfio_mapping *mapping = space->mappings; mapping != NULL;
         mapping = mapping->next)
        bytes += mapping->size;
    return (bytes + ROOM_FOR_RINGS - 1) / ROOM_FOR_RINGS * (ROOM_FOR_RINGS / 1024);
}

void vfio_space_explain(struct vfio_member *member, const struct ir_dma *region,
                        char error[IR_ERROR_LENGTH])
{
    struct rlimit limit;
    uint64_t needed;

    (void)pthread_mutex_lock(&lock);
    needed = locked_kib(member->space, region);
    (void)pthread_mutex_unlock(&lock);
    if (getrlimit(RLIMIT_MEMLOCK, &limit) != 0 || limit.rlim_cur / 1024 >= needed)
        return;
    if (limit.rlim_max / 1024 >= needed)
        (void)snprintf(error, IR_ERROR_LENGTH,
                       "the limit of locked memory, %" PRIu64
                       " KiB, is too low for packets and rings; raise it: ulimit -l %" PRIu64,
                       (uint64_t)limit.rlim_cur / 1024, needed);
    else
        (void)snprintf(error, IR_ERROR_LENGTH,
                       "the limit of locked memory, %" PRIu64
                       " KiB, is too low for packets and rings; let root raise it for this shell: "
                       "sudo prlimit --pid $$ --memlock=%" PRIu64,
                       (uint64_t)limit.rlim_cur / 1024, needed * 1024);
}
