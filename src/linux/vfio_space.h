/* SPDX-License-Identifier: MIT
 *
 * Address spaces of VFIO: what the devices of one domain reach through the IOMMU. A packet goes from
 * one device to another without a copy, so all devices of a domain share one address space, and a
 * region is mapped once for all of them. There are two ways to have one: a container of groups
 * (vfio_group.c), and iommufd (vfio_iommufd.c). What a device does with its registers and interrupts
 * is in vfio_device.c.
 */
#ifndef IRONRING_LINUX_VFIO_SPACE_H
#define IRONRING_LINUX_VFIO_SPACE_H

#include <stdint.h>

#include <ironring/device.h>

#include "core/dma.h"
#include "linux/pci.h"

#define VFIO_MEMBERS_MAX 64u /* devices of one address space: a bit each */

struct vfio_space;
struct vfio_way;

/* Device addresses, both ends included; none when last < first. */
struct vfio_span {
    uint64_t first, last;
};

/* A group of devices that the IOMMU cannot tell apart; used by the devices of one space. */
struct vfio_group {
    int32_t number;
    int file;
    uint32_t users; /* members */
    struct vfio_group *next;
};

/* A device in a space. Owned by the device; its address stays. */
struct vfio_member {
    char address[IR_PCI_ADDRESS_LENGTH];
    int file;       /* the device's: registers, configuration space, interrupts */
    uint32_t index; /* its bit among the members, < VFIO_MEMBERS_MAX */
    struct vfio_space *space;
    struct vfio_group *group; /* null with iommufd */
    struct vfio_member *next;
};

struct vfio_mapping {
    uint64_t iova, size;
    uint64_t holders; /* members that want it mapped; never 0 */
    struct vfio_mapping *next;
};

struct vfio_space {
    uint64_t number; /* of the domain */
    const struct vfio_way *way;
    int file;      /* container or iommufd */
    uint32_t ioas; /* iommufd: its number there */
    struct vfio_member *members;
    struct vfio_mapping *mappings;
    struct vfio_group *groups;
    struct vfio_space *next;
};

/* What the two ways differ in. Each error of `open` and `attach` comes with a sentence in `error`, and
 * leaves nothing open. */
struct vfio_way {
    /* Whether this user may open the device's files. Errors: -ENOENT there are none, -EACCES; `clause`
     * may say so then, as what follows the address in a sentence. */
    int (*look)(const struct ir_pci_roots *roots, const struct ir_pci_info *info,
                char clause[IR_ERROR_LENGTH]);
    /* Open space->file. The first device to join will be `info`. */
    int (*open)(struct vfio_space *space, const struct ir_pci_roots *roots,
                const struct ir_pci_info *info, char error[IR_ERROR_LENGTH]);
    /* Open member->file and let the device translate its addresses in the space. */
    int (*attach)(struct vfio_space *space, const struct ir_pci_roots *roots,
                  const struct ir_pci_info *info, struct vfio_member *member,
                  char error[IR_ERROR_LENGTH]);
    /* Let go of what else `attach` opened; member->file has been closed. */
    void (*detach)(struct vfio_space *space, struct vfio_member *member);
    /* Offer the addresses that the IOMMU translates for all members to *span, which is (0, 0) when
     * the kernel does not say. */
    int (*addresses)(const struct vfio_space *space, struct vfio_span *span);
    int (*map)(const struct vfio_space *space, const struct ir_dma *region);
    int (*unmap)(const struct vfio_space *space, uint64_t iova, uint64_t size);
};

extern const struct vfio_way vfio_group_way;   /* /dev/vfio/NUMBER */
extern const struct vfio_way vfio_iommufd_way; /* /dev/iommu */

/* Keep in *best the larger one of it and of the part of first..last that regions may lie in. */
void vfio_span_offer(struct vfio_span *best, uint64_t first, uint64_t last);

/* Let the device become a member of the space of that number, which is made for the first one, and
 * say which addresses regions may have. Errors, with a sentence in `error` and nothing left open:
 * -EBUSY, -EACCES, -EPERM, -ENODEV, -ENOTSUP, -ENOMEM, -ENOSPC no usable address, or what the kernel
 * says. */
int vfio_space_join(uint64_t number, const struct ir_pci_roots *roots,
                    const struct ir_pci_info *info, struct vfio_member *member,
                    struct vfio_span *span, char error[IR_ERROR_LENGTH]);

/* Whether VFIO has files for the device that this user may open. Errors, with what follows the address
 * in a sentence: -ENOENT, -EACCES. */
int vfio_space_look(const struct ir_pci_roots *roots, const struct ir_pci_info *info,
                    char clause[IR_ERROR_LENGTH]);

/* Close the device's file, by which the kernel stops the device, and take back what is still mapped
 * for it alone; the space goes with its last member. */
void vfio_space_leave(struct vfio_member *member);

/* As the transport's map and unmap. -ENOMEM also says that the limit of locked memory is reached. */
int vfio_space_map(struct vfio_member *member, const struct ir_dma *region);
/* When the limit of locked memory is why the region is not mapped, say so in `error`. */
void vfio_space_explain(struct vfio_member *member, const struct ir_dma *region,
                        char error[IR_ERROR_LENGTH]);
int vfio_space_unmap(struct vfio_member *member, const struct ir_dma *region);

#endif
