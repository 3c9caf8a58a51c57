/* SPDX-License-Identifier: MIT
 *
 * What hostile cards of each kind have in common. Beneath what the input makes of one there is an
 * honest card, just good enough for the driver to come up on, so that inputs can get deep with few bytes.
 */
#include "hostile.h"

#include <errno.h>

#include "oracle.h"

/* All that the driver may wait for in one call: two resets with 128 queues that do not stop, an
 * EEPROM and a DMA engine that do not get ready, and queues that do not start. */
#define CALL_US_MAX       12000000u
#define CALL_ACCESSES_MAX 2500000u

/* Waits take most of the time of an input: after so many microseconds of them, the next call finds an
 * honest card. */
#define PATIENCE_US 3000000u

/* Answer the same from now on. */
static uint32_t stick(struct hostile *card, uint32_t place, uint32_t value)
{
    uint32_t i = card->sticky_count % HOSTILE_STICKY;

    card->sticky[i].place = place;
    card->sticky[i].value = value;
    card->sticky_count = i + 1u;
    return value;
}

static uint32_t draw(struct hostile *card, uint32_t place, uint32_t width)
{
    uint32_t good = card->kind->honest(card, place, width);
    uint8_t kind = input_8(card->input);
    uint32_t bits = 8u * width;

    if (kind < 0x80u) {
        card->honest_reads = kind * 16u;
        return good;
    }
    card->lied = true;
    switch (kind & 0xfu) {
    case 0:
        return IR_REG_GONE;
    case 1:
        return 0;
    case 2:
        return input_32(card->input);
    case 3:
    case 4:
        return good ^ 1u << (input_8(card->input) % bits);
    case 5:
        return ~good;
    case 6:
        return stick(card, place, good);
    case 7:
        return stick(card, place, good ^ 1u << (input_8(card->input) % bits));
    case 8:
        return stick(card, place, IR_REG_GONE);
    case 9:
        return stick(card, place, input_32(card->input));
    case 10: /* gone for good */
        (void)stick(card, card->kind->presence, IR_REG_GONE);
        return IR_REG_GONE;
    case 11: /* repentance */
        card->sticky_count = 0;
        memset(card->sticky, 0xff, sizeof(card->sticky));
        return good;
    default:
        hostile_scribble(card);
        return good;
    }
}

void hostile_access(struct hostile *card, uint32_t place)
{
    if (card->closed)
        fuzz_fail("the driver accesses the register at 0x%x of a card that was closed", place);
    if (card->accesses++ > CALL_ACCESSES_MAX)
        fuzz_fail("the driver has accessed registers %llu times in one call, last at 0x%x",
                  (unsigned long long)card->accesses, place);
}

static uint32_t choose(struct hostile *card, uint32_t place, uint32_t width)
{
    for (uint32_t i = 0; i < HOSTILE_STICKY && card->sticky_count > 0 && !card->tamed; i++) {
        if (card->sticky[i].place == place)
            return card->sticky[i].value;
    }
    if (card->honest_reads > 0) {
        card->honest_reads--;
        return card->kind->honest(card, place, width);
    }
    if (card->input->left == 0 || card->tamed)
        return card->kind->honest(card, place, width);
    return draw(card, place, width);
}

uint32_t hostile_answer(struct hostile *card, uint32_t place, uint32_t width)
{
    uint32_t value = choose(card, place, width) & IR_REG_GONE >> (32u - 8u * width);

    card->kind->answered(card, place, value);
    return value;
}

void hostile_confirm(struct hostile *card)
{
    card->active = false;
    card->confirmed = true;
}

uint8_t *hostile_reach(const struct hostile *card, uint64_t iova, uint64_t length)
{
    for (uint32_t i = 0; i < card->region_count; i++) {
        const struct ir_dma *region = &card->region[i];

        if (iova >= region->iova && length <= region->size &&
            iova - region->iova <= region->size - length)
            return region->memory + (iova - region->iova);
    }
    return NULL;
}

int hostile_map(struct ir_transport *transport, const struct ir_dma *region)
{
    struct hostile *card = hostile_of(transport);

    if (card->region_count == HOSTILE_REGIONS)
        return -ENOMEM;
    card->region[card->region_count++] = *region;
    return 0;
}

int hostile_unmap(struct ir_transport *transport, const struct ir_dma *region)
{
    struct hostile *card = hostile_of(transport);

    for (uint32_t i = 0; i < card->region_count; i++) {
        if (card->region[i].iova == region->iova && card->region[i].size == region->size) {
            if (card->active)
                fuzz_fail("0x%llx, %llu bytes, is taken from a card that did not say it stopped",
                          (unsigned long long)region->iova, (unsigned long long)region->size);
            card->region[i] = card->region[--card->region_count];
            return 0;
        }
    }
    fuzz_fail("0x%llx, %llu bytes, is unmapped and was never mapped",
              (unsigned long long)region->iova, (unsigned long long)region->size);
}

void hostile_delay(struct ir_transport *transport, uint32_t microseconds)
{
    hostile_of(transport)->clock += microseconds;
}

void hostile_close(struct ir_transport *transport)
{
    hostile_of(transport)->closed = true;
}

void hostile_init(struct hostile *card, const struct hostile_kind *kind, struct input *input)
{
    memset(card, 0, sizeof(*card));
    memset(card->sticky, 0xff, sizeof(card->sticky)); /* places that do not exist */
    card->kind = kind;
    card->input = input;
}

void hostile_call(struct hostile *card)
{
    card->accesses = 0;
    card->confirmed = false;
    card->clock_before = card->clock;
    card->tamed = card->clock > PATIENCE_US;
}

void hostile_returned(const struct hostile *card, const char *what, uint64_t extra_us)
{
    if (card->clock - card->clock_before > CALL_US_MAX + extra_us)
        fuzz_fail("%s let %llu microseconds pass", what,
                  (unsigned long long)(card->clock - card->clock_before));
}

void hostile_scribble(struct hostile *card)
{
    const struct ir_dma *region;
    uint32_t offset;
    uint32_t length;

    if (card->region_count == 0)
        return;
    card->lied = true;
    region = &card->region[input_below(card->input, card->region_count)];
    offset = input_16(card->input) % (uint32_t)region->size;
    length = 1u + input_8(card->input) % 64u;
    if (length > region->size - offset)
        length = (uint32_t)(region->size - offset);
    input_copy(card->input, region->memory + offset, length);
}
