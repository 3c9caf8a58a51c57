/* SPDX-License-Identifier: MIT
 *
 * What Ironring uses of the kernel's interface of iommufd and of VFIO's device files, which came
 * after Linux 6.1 and so are not in every system's headers: requests are numbers and the structures
 * that go with them, each with its own size first. Linux 6.6 has all of it.
 */
#ifndef IRONRING_LINUX_IOMMUFD_ABI_H
#define IRONRING_LINUX_IOMMUFD_ABI_H

#include <stdint.h>
#include <sys/ioctl.h>

/* Requests to /dev/iommu. */
#define IOMMUFD_ALLOC_SPACE _IO(';', 0x81) /* struct iommufd_alloc */
#define IOMMUFD_RANGES      _IO(';', 0x84) /* struct iommufd_ranges */
#define IOMMUFD_MAP         _IO(';', 0x85) /* struct iommufd_map */
#define IOMMUFD_UNMAP       _IO(';', 0x86) /* struct iommufd_unmap */

/* Requests to a device's file. */
#define IOMMUFD_DEVICE_BIND   _IO(';', 118) /* struct iommufd_bind */
#define IOMMUFD_DEVICE_ATTACH _IO(';', 119) /* struct iommufd_attach */

/* A new address space; answers its number. */
struct iommufd_alloc {
    uint32_t size;
    uint32_t flags; /* 0 */
    uint32_t space;
};

struct iommufd_range {
    uint64_t first, last; /* both included */
};

/* The addresses that devices of the space can have. Answers how many ranges there are; -EMSGSIZE
 * when there was no room for all. */
struct iommufd_ranges {
    uint32_t size;
    uint32_t space;
    uint32_t count;
    uint32_t reserved;
    uint64_t ranges;    /* where they go: address of an array of struct iommufd_range */
    uint64_t alignment; /* answer: what addresses have to be a multiple of, a page at most */
};

#define IOMMUFD_MAP_FIXED 1u /* at this address, rather than at one that the kernel chooses */
#define IOMMUFD_MAP_WRITE 2u
#define IOMMUFD_MAP_READ  4u

struct iommufd_map {
    uint32_t size;
    uint32_t flags;
    uint32_t space;
    uint32_t reserved;
    uint64_t memory; /* the program's address */
    uint64_t length;
    uint64_t iova;
};

struct iommufd_unmap {
    uint32_t size;
    uint32_t space;
    uint64_t iova;
    uint64_t length;
};

/* Let a device be used with an open /dev/iommu; answers the device's number there. */
struct iommufd_bind {
    uint32_t size;
    uint32_t flags; /* 0 */
    int32_t iommufd;
    uint32_t device;
};

/* Let a device translate its addresses in a space. */
struct iommufd_attach {
    uint32_t size;
    uint32_t flags; /* 0 */
    uint32_t space;
};

#endif
