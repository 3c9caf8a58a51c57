/* SPDX-License-Identifier: MIT
 *
 * What a driver needs from whatever its device sits behind: registers, configuration space, DMA
 * mappings, interrupts and time. src/linux and src/sim implement it; drivers and core never ask which one it
 * is.
 */
#ifndef IRONRING_CORE_TRANSPORT_H
#define IRONRING_CORE_TRANSPORT_H

#include <stdbool.h>
#include <stdint.h>

#include <ironring/device.h>

#include "core/dma.h"
#include "core/regs.h"

#define IR_BARS_MAX 6u /* base address registers of a PCI function */

struct ir_transport;

struct ir_transport_ops {
    /* May be null: for a device that is another process and has to map the memory itself. All
     * regions lie in the file `file`, each at the offset region->iova - first. Called before map;
     * the descriptor is the transport's to use until the last region is unmapped. */
    void (*share)(struct ir_transport *transport, int file, uint64_t first);
    /* Let the device reach the region at region->iova. Errors: -ENOMEM, -EINVAL, -EBUSY overlap. */
    int (*map)(struct ir_transport *transport, const struct ir_dma *region);
    /* May be null. Say in one sentence why map answered `result` for the region, and what can be done
     * about it; leave `error` as it is when there is nothing to add. */
    void (*explain)(struct ir_transport *transport, const struct ir_dma *region, int result,
                    char error[IR_ERROR_LENGTH]);
    /* Take that back; the device must have stopped using it. Errors: -ENOENT never mapped. */
    int (*unmap)(struct ir_transport *transport, const struct ir_dma *region);
    /* PCI configuration space; width 1, 2 or 4, offset a multiple of it. Errors: -EINVAL, -EIO. */
    int (*config_read)(struct ir_transport *transport, uint32_t offset, uint32_t width,
                       uint32_t *value);
    int (*config_write)(struct ir_transport *transport, uint32_t offset, uint32_t width,
                        uint32_t value);
    /* May be null when `vectors` is 0. Let vector i add 1 to the eventfd events[i], for i < count, in
     * place of whatever was connected before; count 0 disconnects all. The descriptors are borrowed
     * until then. Errors: -EINVAL more than `vectors`, or what the system says. */
    int (*interrupts)(struct ir_transport *transport, const int *events, uint32_t count);
    /* May be null: for vectors that the system masks as it delivers one (INTx), let the next come. */
    int (*unmask)(struct ir_transport *transport);
    /* Let at least that much of the device's time pass. */
    void (*delay)(struct ir_transport *transport, uint32_t microseconds);
    /* Release the device and the transport itself. */
    void (*close)(struct ir_transport *transport);
};

struct ir_transport {
    const struct ir_transport_ops *ops;
    struct ir_regs bars[IR_BARS_MAX]; /* register windows; one that is absent has size 0 */
    uint16_t vendor;                  /* PCI ids, from configuration space */
    uint16_t device;
    uint32_t vectors; /* interrupt vectors: many (MSI-X), 1 for everything (MSI, INTx), or 0 */
    /* Device addresses that regions may have, both ends included; the last is 0 when any will do. */
    uint64_t iova_first, iova_last;
    bool physical;   /* nothing translates device addresses: they are the machine's own */
    bool translated; /* an IOMMU does: a device that went around it would reach other memory */
};

/* The same as functions. Assumed contracts: nothing of the program changes meanwhile, and what a
 * device's configuration space answers is arbitrary (contracts/TRUSTED.md). */
#ifdef __FRAMAC__
/*@ requires \valid_read(transport);
    assigns \nothing;
*/
void ir_transport_delay(struct ir_transport *transport, uint32_t microseconds);
/*@ requires \valid_read(transport) && \valid(value) && \separated(transport, value);
    requires width == 1 || width == 2 || width == 4;
    requires offset % width == 0 && offset + width <= 4096;
    assigns *value;
    ensures \result <= 0;
*/
int ir_transport_config_read(struct ir_transport *transport, uint32_t offset, uint32_t width,
                             uint32_t *value);
/*@ requires \valid_read(transport);
    requires width == 1 || width == 2 || width == 4;
    requires offset % width == 0 && offset + width <= 4096;
    assigns \nothing;
    ensures \result <= 0;
*/
int ir_transport_config_write(struct ir_transport *transport, uint32_t offset, uint32_t width,
                              uint32_t value);
#else
static inline void ir_transport_delay(struct ir_transport *transport, uint32_t microseconds)
{
    transport->ops->delay(transport, microseconds);
}

static inline int ir_transport_config_read(struct ir_transport *transport, uint32_t offset,
                                           uint32_t width, uint32_t *value)
{
    return transport->ops->config_read(transport, offset, width, value);
}

static inline int ir_transport_config_write(struct ir_transport *transport, uint32_t offset,
                                            uint32_t width, uint32_t value)
{
    return transport->ops->config_write(transport, offset, width, value);
}
#endif

#endif
