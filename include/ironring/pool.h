/* SPDX-License-Identifier: MIT
 *
 * Packet pools: a fixed number of equal buffers in one DMA mapping, and the record of who holds
 * them. A pool and the queues attached to it belong to one thread. Several queues of a device can each have
 * a thread and a pool of their own.
 */
#ifndef IRONRING_POOL_H
#define IRONRING_POOL_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct ir_domain;

#define IR_POOL_INDICES     65536u /* a buffer index has 16 bits ... */
#define IR_POOL_BUFFERS_MAX 65535u /* ... and the last one is no buffer's */
#define IR_BUFFER_SIZE_MIN  2048u  /* a buffer size is a power of two ... */
#define IR_BUFFER_SIZE_MAX  16384u /* ... up to what SRRCTL.BSIZEPACKET can say */
#define IR_POOL_HEADROOM    64u    /* bytes before each buffer, for a header of virtio's */

/* The record of a pool. Its fields are private to the library: they stand here only so that
 * ir_pkt_data can be inline. `holder` has an entry for each possible index, so that no index needs a
 * check: one comparison with a whole handle tells whether the application holds it. `stack` is the
 * only memory of its type: the proofs rely on it. */
struct ir_pool {
    uint64_t holder[IR_POOL_INDICES]; /* handle that holds the buffer; of none while nobody does */
    uint8_t *data;                    /* first byte of buffer 0 */
    uint64_t iova;                    /* device address of buffer 0 */
    uint64_t count;                   /* buffers, 1 to 65535 */
    uint64_t buffer_size;             /* bytes a buffer */
    uint64_t stride;      /* from one buffer to the next: buffer_size + IR_POOL_HEADROOM */
    uint64_t free_count;  /* the first free_count entries of `stack` are the free buffers */
    uint64_t grant_first; /* this pool's own range of grant numbers, never zero ... */
    uint64_t grant_last;  /* ... and disjoint from any other pool's in the process */
    uint64_t grant_next;  /* the next number to give, at most one past the last */
    uint16_t stack[IR_POOL_INDICES]; /* free buffers, the most recently freed last */
};

/* Make a pool of `count` buffers (1 to 65535) of `buffer_size` bytes (2048, 4096, 8192 or 16384),
 * mapped for each device of the domain, those opened later included. At most 63 pools exist in a
 * process at a time: a pool's number is part of its handles, which is how a foreign handle is
 * recognised. Errors: -EINVAL, -ENOMEM, -ENOSPC too many pools or no device address left. */
int ir_pool_create(struct ir_domain *domain, uint32_t count, uint32_t buffer_size,
                   struct ir_pool **pool);

/* As ir_pool_create, but in memory that no device can reach. A queue that is set up on such a pool works
 * as any other; under its ring is a small pool of its own, which counts as one of the 63, and each packet
 * is copied across once, before the application gets it or after the application gave it up. So whatever a
 * device writes to a buffer after it has returned it, nobody sees: what has been checked stays as it was.
 * ir_pool_audit looks at those pools too. Errors as above. */
int ir_pool_create_private(struct ir_domain *domain, uint32_t count, uint32_t buffer_size,
                           struct ir_pool **pool);

/* Release the pool and its memory. All its queues must be closed before; packets still held by the
 * application die with it. Null is allowed. Errors: -EBUSY a queue still uses the pool. */
int ir_pool_destroy(struct ir_pool *pool);

/* Number of buffers that are free now. */
uint32_t ir_pool_available(const struct ir_pool *pool);

/* Check, buffer by buffer, that each is in exactly one place: the free stack, one slot of one
 * attached queue, or the application. Slow; for tests and post-mortems. Returns the number of
 * buffers the application holds, or -EIO when the books do not balance. */
int ir_pool_audit(const struct ir_pool *pool);

#ifdef __cplusplus
}
#endif

#endif
