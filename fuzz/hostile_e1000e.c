/* SPDX-License-Identifier: MIT
 *
 * The hostile card as an 82574: its registers that have a mind of their own, and its two units, receiver
 * and transmitter, each with the ring that it uses while it is on.
 */
#include <ironring/pool.h>

#include "hostile_intel.h"
#include "oracle.h"

/* 82574 section 10.2 */
#define STATUS_LINK    0x82u /* up, 1000 Mbit/s */
#define EEC            0x00010u
#define EEC_AUTO_RD    (1u << 9)
#define MDIC           0x00020u
#define MDIC_READY     (1u << 28)
#define ICR            0x000c0u
#define IMS            0x000d0u
#define IMC            0x000d8u
#define RCTL           0x00100u
#define RCTL_DTYP      (3u << 10) /* not 0: descriptors of another layout */
#define RCTL_BSIZE     (3u << 16) /* 0: buffers of 2 KiB, without BSEX and FLXBUF */
#define RCTL_BSEX      (1u << 25)
#define RCTL_FLXBUF    (0xfu << 27)
#define TCTL           0x00400u
#define UNIT_EN        (1u << 1) /* in both of them */
#define RFCTL          0x05008u
#define RFCTL_EXTEN    (1u << 15)
#define RDBAL          0x02800u
#define TDBAL          0x03800u
#define RING_REGISTERS 0x14u /* bytes: address, its high half, bytes, none, head */
#define RAL            0x05400u

static uint32_t honest(struct hostile *base, uint32_t offset, uint32_t width)
{
    const struct hostile_intel *card = hostile_intel_of(base);
    uint32_t value = card->value[offset / 4u];

    (void)width;
    switch (offset) {
    case HOSTILE_INTEL_CTRL:
        return value & ~HOSTILE_INTEL_CTRL_RST;
    case HOSTILE_INTEL_STATUS:
        return hostile_intel_status(card) | STATUS_LINK;
    case EEC:
        return EEC_AUTO_RD;
    case MDIC:
        return value | MDIC_READY;
    case ICR:
        return 0;
    default:
        return value;
    }
}

/* What the receiver may write goes by its settings, whatever descriptors say: into buffers of 2 KiB,
 * which is the pool's, and back into descriptors of the layout that the driver knows. */
static void check_format(const struct hostile_intel *card, uint32_t value)
{
    _Static_assert(IR_BUFFER_SIZE_MIN == 2048u, "buffers are as large as the pool's");
    if ((value & (RCTL_DTYP | RCTL_BSIZE | RCTL_BSEX | RCTL_FLXBUF)) != 0)
        fuzz_fail("the receiver is on with RCTL 0x%x, which is not for buffers of 2 KiB", value);
    if ((card->value[RFCTL / 4u] & RFCTL_EXTEN) == 0)
        fuzz_fail("the receiver is on, and not for extended descriptors");
}

/* A unit's control register is written. */
static void note_unit(struct hostile_intel *card, uint32_t unit, uint32_t value, uint32_t ring)
{
    if ((value & UNIT_EN) == 0)
        return;
    card->base.active = true;
    if (unit == RCTL)
        check_format(card, value);
    if ((card->value[unit / 4u] & UNIT_EN) == 0)
        hostile_intel_check_ring(card, ring);
}

/* A ring stays where it is while its unit is on. */
static void check_moved(const struct hostile_intel *card, uint32_t unit, uint32_t ring,
                        uint32_t offset)
{
    if (offset >= ring && offset < ring + RING_REGISTERS && (card->value[unit / 4u] & UNIT_EN) != 0)
        fuzz_fail("the driver writes 0x%x while the ring is in use", offset);
}

static void written(struct hostile_intel *card, uint32_t offset, uint32_t value)
{
    check_moved(card, RCTL, RDBAL, offset);
    check_moved(card, TCTL, TDBAL, offset);
    switch (offset) {
    case RCTL:
        note_unit(card, RCTL, value, RDBAL);
        break;
    case TCTL:
        note_unit(card, TCTL, value, TDBAL);
        break;
    case IMS:
        card->base.unmasked |= value;
        break;
    case IMC:
        card->base.unmasked &= ~(uint64_t)value;
        break;
    default:
        break;
    }
}

void hostile_e1000e_begin(struct hostile_intel *card, struct input *input)
{
    static const struct hostile_intel_kind kind = {
        .card = {honest, hostile_intel_answered, hostile_intel_is_master, HOSTILE_INTEL_STATUS},
        .device = 0x10d3u,
        .address = RAL,
        .written = written,
    };

    hostile_intel_begin(card, &kind, input);
}
