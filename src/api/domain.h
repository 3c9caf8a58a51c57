/* SPDX-License-Identifier: MIT
 *
 * Domains: memory that a set of devices can reach under the same device addresses. Each region is
 * mapped for each device of the domain, whichever came first. Packets and descriptors are not known
 * here. Every function locks the domain, so its devices and pools may be set up by different
 * threads.
 */
#ifndef IRONRING_API_DOMAIN_H
#define IRONRING_API_DOMAIN_H

#include <stdbool.h>
#include <stdint.h>

#include <ironring/device.h>

#include "core/dma.h"
#include "core/transport.h"

/* Device addresses handed out: above everything a PC reserves below 4 GiB (among it the interrupt
 * window at fee00000), and within the 39 bits that each IOMMU translates. */
#define IR_DOMAIN_FIRST 0x100000000u
#define IR_DOMAIN_END   0x8000000000u
/* Never mapped between two regions: more than a device can overrun a buffer or descriptor by. */
#define IR_DOMAIN_GUARD 0x10000u

/* A number of the domain's own, never 0 and never used again in the process: what keeps something for
 * each domain finds it by this. */
uint64_t ir_domain_number(const struct ir_domain *domain);

/* Zeroed memory of at least `size` bytes, rounded up to pages; both addresses are page-aligned. The
 * domain keeps it until ir_domain_free. Device addresses ascend, so that one is used again as late
 * as possible. Errors (*out unchanged, nothing mapped): -EINVAL size 0, -ENOMEM, -ENOSPC no device
 * address left, -EPERM, or what a device's map or the system answered; ir_domain_why has a sentence
 * then. */
/*@ requires \valid(out);
    assigns *out;
    ensures \result <= 0;
    ensures \result == 0 ==> out->iova % 4096 == 0 && out->size >= size &&
        out->iova + out->size <= 18446744073709551615;
*/
int ir_domain_alloc(struct ir_domain *domain, uint64_t size, struct ir_dma *out);

/* Give a region of ir_domain_alloc back. No device may use it any more. A region that a device's
 * unmap refuses to take back is abandoned, as below. A region of size 0 is ignored. */
/*@ requires \valid_read(region);
    assigns \nothing;
*/
void ir_domain_free(struct ir_domain *domain, const struct ir_dma *region);

/* Give up a region that a device may still write: its memory stays allocated and mapped for as long
 * as the process lives, and its device addresses are not used again by this domain. */
/*@ requires \valid_read(region);
    assigns \nothing;
*/
void ir_domain_abandon(struct ir_domain *domain, const struct ir_dma *region);

/* Let a device reach each region of the domain, now and later; regions lie where all devices can
 * reach them. The transport is borrowed until ir_domain_detach. Errors (nothing stays mapped):
 * -ENOMEM, -ENOSPC a region lies where it cannot reach, or none could lie where all can, -EXDEV no IOMMU
 * is before it and there are regions elsewhere than in huge pages or a device that shares its memory
 * with a process, or it is such a device and the others are the reason, or what its map answered. */
int ir_domain_attach(struct ir_domain *domain, struct ir_transport *transport);

/* Forget the device. Its mappings are taken back when `unmap` is true; they stay for a device that
 * may still be at work. */
void ir_domain_detach(struct ir_domain *domain, struct ir_transport *transport, bool unmap);

#endif
