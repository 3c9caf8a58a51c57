/* SPDX-License-Identifier: MIT
 *
 * The memory of a domain: one anonymous file, so that it can be shared with a device that is another
 * process. The file has its full size from the beginning, costs only what is touched, and is sealed:
 * whoever gets its descriptor cannot shrink it under our feet. Offsets and sizes are whole pages.
 */
#ifndef IRONRING_API_MEMORY_H
#define IRONRING_API_MEMORY_H

#include <stdint.h>

/* Regions of this size or more begin at a multiple of it, in memory and in the file, so that both
 * the processor and an IOMMU can translate them in large pages. */
#define IR_LARGE_PAGE UINT64_C(0x200000)

/* Make the file; close(2) gives it back. Errors: -EFBIG the limit of file sizes (ulimit -f) is below
 * `size`, or what memfd_create, ftruncate and fcntl answer, such as -EMFILE and -ENOMEM. */
int ir_memory_create(uint64_t size, int *file);

/* Zeroed memory: `size` bytes of the file from `offset` on, which nobody uses. A region of
 * IR_LARGE_PAGE or more starts at a multiple of it, as its offset has to. Null when there is none. */
uint8_t *ir_memory_map(int file, uint64_t offset, uint64_t size);

/* Give that back. */
void ir_memory_unmap(int file, uint64_t offset, uint64_t size, uint8_t *memory);

/* Address space without memory, for mappings to take the place of: `size` bytes from a multiple of
 * `alignment` on, a power of two of at least a page. Null when there is none. */
uint8_t *ir_memory_reserve(uint64_t size, uint64_t alignment);

/* Zeroed memory that lies in no file, so that there is nothing to share with a device. Null when there
 * is none. */
uint8_t *ir_memory_private(uint64_t size);
void ir_memory_private_free(uint8_t *memory, uint64_t size);

#endif
