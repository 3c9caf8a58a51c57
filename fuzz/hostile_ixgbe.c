/* SPDX-License-Identifier: MIT
 *
 * The hostile card as an 82599: its registers that have a mind of their own, and its queues.
 */
#include "hostile_intel.h"
#include "oracle.h"

/* 82599 section 8.2.3 */
#define EICR      0x00800u
#define EIMS      0x00880u
#define EIMC      0x00888u
#define EIMS_EX0  0x00aa0u
#define EIMC_EX0  0x00ab0u
#define RDRXCTL   0x02f00u
#define DMAIDONE  (1u << 3)
#define LINKS     0x042a4u
#define LINKS_10G 0x70000000u
#define SECRXSTAT 0x08d04u
#define RAL       0x0a200u
#define EEC       0x10010u
#define EEC_ARD   (1u << 9)
#define FWSM      0x10148u

#define RXDCTL_ENABLE (1u << 25)

static uint32_t honest(struct hostile *base, uint32_t offset, uint32_t width)
{
    const struct hostile_intel *card = hostile_intel_of(base);
    uint32_t value = card->value[offset / 4u];

    (void)width;
    switch (offset) {
    case HOSTILE_INTEL_CTRL:
        return value & ~HOSTILE_INTEL_CTRL_RST;
    case HOSTILE_INTEL_STATUS:
        return hostile_intel_status(card);
    case EICR:
    case FWSM:
        return 0;
    case RDRXCTL:
        return value | DMAIDONE;
    case LINKS:
        return LINKS_10G;
    case SECRXSTAT:
        return 1u;
    case EEC:
        return EEC_ARD;
    default:
        return value;
    }
}

/* A queue is turned on: its ring must lie in memory that is mapped, and so must the word in which it
 * says how far it is. */
static void check_queue(const struct hostile_intel *card, uint32_t first)
{
    const uint32_t *word = &card->value[first / 4u];

    hostile_intel_check_ring(card, first);
    if (first >= 0x6000u) {
        uint64_t head = (word[14] & ~1u) | (uint64_t)word[15] << 32;

        if ((word[14] & 1u) != 0 && hostile_reach(&card->base, head, 4u) == NULL)
            fuzz_fail("the queue at 0x%x writes its head to 0x%llx, which is not mapped", first,
                      (unsigned long long)head);
    }
}

/* Few queues need no vector beyond the 31st. */
static void note_masks(struct hostile *card, uint32_t offset, uint32_t value)
{
    switch (offset) {
    case EIMS:
        card->unmasked |= value;
        break;
    case EIMC:
        card->unmasked &= ~(uint64_t)value;
        break;
    case EIMS_EX0:
        card->unmasked |= (uint64_t)value << 32;
        break;
    case EIMC_EX0:
        card->unmasked &= ~((uint64_t)value << 32);
        break;
    default:
        break;
    }
}

static void written(struct hostile_intel *card, uint32_t offset, uint32_t value)
{
    bool queue = (offset >= 0x1000u && offset < 0x2000u) || (offset >= 0x6000u && offset < 0x7000u);

    note_masks(&card->base, offset, value);
    if (queue && offset % 0x40u == 0x28u && (value & RXDCTL_ENABLE) != 0) {
        card->base.active = true;
        if ((card->value[offset / 4u] & RXDCTL_ENABLE) == 0)
            check_queue(card, offset - 0x28u);
    }
}

void hostile_ixgbe_begin(struct hostile_intel *card, struct input *input)
{
    static const struct hostile_intel_kind kind = {
        .card = {honest, hostile_intel_answered, hostile_intel_is_master, HOSTILE_INTEL_STATUS},
        .device = 0x10fbu,
        .address = RAL,
        .written = written,
    };

    hostile_intel_begin(card, &kind, input);
}
