/* SPDX-License-Identifier: MIT
 *
 * Memory that a device reaches without an IOMMU: huge pages of the kernel (hugetlb), which stay where
 * they are, in a run that has no gap in the machine's own addresses either. Telling these addresses
 * takes root (CAP_SYS_ADMIN).
 */
#ifndef IRONRING_API_HUGEPAGES_H
#define IRONRING_API_HUGEPAGES_H

#include <stdint.h>

#include <ironring/device.h>

struct ir_hugepages {
    uint8_t *memory;   /* zeroed; a multiple of IR_LARGE_PAGE, as are the next two */
    uint64_t physical; /* the machine's address of it */
    uint64_t size;
};

/* Take at least `size` bytes, in pages of 2 MiB or, where no run of those is free, of 1 GiB. While it
 * looks for a run, this takes pages that it does not keep. Errors, with a sentence in `why`: -ENOMEM
 * too few pages are free or they do not follow each other, -EPERM not told the addresses, or what
 * memfd_create(2), fallocate(2), mmap(2) and open(2) say. */
int ir_hugepages_take(uint64_t size, struct ir_hugepages *pages, char why[IR_ERROR_LENGTH]);

/* Give all of it back. */
void ir_hugepages_return(const struct ir_hugepages *pages);

#endif
