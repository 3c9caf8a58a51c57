/* SPDX-License-Identifier: MIT
 *
 * The hostile card's lies about registers and configuration space, and what makes it lie; see
 * hostile.h. Those about rings are in hostile_ring.c.
 */
#include "sim/virtio/hostile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define GONE_MAX     2000u /* accesses, when drawn */
#define LINK_DOWN_US 500u  /* at most */
#define EVERY_CAUSE  0xffu
#define CAP_POINTER  0x34u
#define CAP_NEXT     1u /* bytes into a capability */
#define CAP_OFFSET   8u
#define CAP_END      16u

static const char *const names[SIM_VIRTIO_LIE_COUNT] = {
#define SIM_VIRTIO_LIE_NAME(id, name, chances, text) [SIM_VIRTIO_LIE_##id] = (name),
    SIM_VIRTIO_MODES(SIM_VIRTIO_LIE_NAME)
#undef SIM_VIRTIO_LIE_NAME
};

/* Chances for each lie, on average. */
static const uint32_t chances_per_lie[SIM_VIRTIO_LIE_COUNT] = {
#define SIM_VIRTIO_LIE_CHANCES(id, name, chances, text) [SIM_VIRTIO_LIE_##id] = (chances),
    SIM_VIRTIO_MODES(SIM_VIRTIO_LIE_CHANCES)
#undef SIM_VIRTIO_LIE_CHANCES
};

static const char *point_name(uint32_t point)
{
    if (point < SIM_VIRTIO_LIE_COUNT)
        return names[point];
    point -= SIM_VIRTIO_LIE_COUNT;
    return point < SOFT_R_COUNT ? soft_register_name((enum soft_register)point) : NULL;
}

const struct sim_lie_list sim_virtio_lies = {
    .modes = SIM_VIRTIO_LIE_COUNT,
    .chances = chances_per_lie,
    .name = point_name,
};

_Static_assert((uint32_t)SIM_VIRTIO_LIE_COUNT + (uint32_t)SOFT_R_COUNT < SIM_LIES_MAX,
               "each register needs a place among those that can lie");

bool sim_virtio_lie(struct sim_virtio *card, uint32_t point)
{
    return sim_lies_now(&card->hostile->lies, point);
}

static int make_hostile(struct sim_virtio *card)
{
    struct sim_virtio_hostile *hostile;

    if (card->hostile != NULL)
        return 0;
    hostile = calloc(1, sizeof(*hostile));
    if (hostile == NULL)
        return -ENOMEM;
    sim_lies_init(&hostile->lies, &sim_virtio_lies, &card->options.hostile);
    card->hostile = hostile;
    return 0;
}

int sim_virtio_hostile_create(struct sim_virtio *card)
{
    return card->options.hostile.any ? make_hostile(card) : 0;
}

int sim_virtio_turn_on(struct sim_virtio *card, uint32_t point, uint64_t times, uint64_t after)
{
    int result;

    sim_lock(&card->base);
    result = make_hostile(card);
    if (result == 0)
        sim_lies_turn_on(&card->hostile->lies, point, times, after);
    sim_unlock(&card->base);
    return result;
}

int sim_virtio_draw_from(struct sim_virtio *card, sim_draw_fn *draw, void *context)
{
    int result;

    sim_lock(&card->base);
    result = make_hostile(card);
    if (result == 0)
        sim_lies_draw_from(&card->hostile->lies, draw, context);
    sim_unlock(&card->base);
    return result;
}

void sim_virtio_turn_off(struct sim_virtio *card)
{
    sim_lock(&card->base);
    if (card->hostile != NULL) {
        sim_lies_turn_off(&card->hostile->lies);
        sim_virtio_restore(card, true);
        card->hostile->gone = 0;
    }
    sim_unlock(&card->base);
}

void sim_virtio_hostile_reset(struct sim_virtio *card)
{
    struct sim_virtio_hostile *hostile = card->hostile;

    memset(hostile->silent, 0, sizeof(hostile->silent));
    memset(hostile->scribble, 0, sizeof(hostile->scribble));
    /* Buffers are not forgotten: a hostile card may write to them even now. */
    sim_excuse_nothing(&card->base.violations);
    if (hostile->mistrusted)
        sim_excuse(&card->base.violations, SIM_EXCUSED_ALL);
}

/* --- Lies about registers --- */

bool sim_virtio_gone(struct sim_virtio *card, bool write)
{
    struct sim_virtio_hostile *hostile = card->hostile;

    if (write)
        sim_virtio_flip(card);
    if (hostile->gone > 0)
        hostile->gone--;
    else if (!sim_virtio_lie(card, SIM_VIRTIO_LIE_GONE))
        return false;
    else if (hostile->lies.point[SIM_VIRTIO_LIE_GONE].drawn)
        hostile->gone = sim_lies_draw(&hostile->lies, GONE_MAX);
    sim_excuse(&card->base.violations, SIM_EXCUSED_ALL);
    return true;
}

static bool is_status(enum soft_register reg)
{
    return reg == SOFT_R_DEVICE_STATUS || reg == SOFT_R_L_DEVICE_STATUS;
}

static bool is_isr(enum soft_register reg)
{
    return reg == SOFT_R_ISR || reg == SOFT_R_L_ISR;
}

/* From now on the driver acts on something that is not so. */
static void excuse(struct sim_virtio *card, enum soft_register reg)
{
    bool passing = is_status(reg) || is_isr(reg) || reg == SOFT_R_CONFIG_GENERATION;

    sim_excuse(&card->base.violations, passing ? SIM_EXCUSED_REGISTERS : SIM_EXCUSED_ALL);
    if (reg == SOFT_R_CONFIG || reg == SOFT_R_NUM_QUEUES)
        card->hostile->mistrusted = true;
}

static uint32_t clip(uint32_t value, uint32_t width)
{
    return width == 4u ? value : value & ((UINT32_C(1) << (8u * width)) - 1u);
}

/* Whether one of the modes for this very register lies, and what it says then. */
static bool special(struct sim_virtio *card, enum soft_register reg, uint32_t *value)
{
    struct sim_lies *lies = &card->hostile->lies;

    if (is_status(reg) && (*value & SOFT_FEATURES_OK) != 0 &&
        sim_virtio_lie(card, SIM_VIRTIO_LIE_FEATURES_OK))
        *value &= ~SOFT_FEATURES_OK;
    else if (reg == SOFT_R_CONFIG_GENERATION && sim_virtio_lie(card, SIM_VIRTIO_LIE_GENERATION))
        *value = sim_lies_draw(lies, 256u);
    else if (is_isr(reg) && sim_virtio_lie(card, SIM_VIRTIO_LIE_ISR))
        *value = EVERY_CAUSE;
    else if (reg == SOFT_R_CONFIG && sim_virtio_lie(card, SIM_VIRTIO_LIE_CONFIG))
        *value = sim_lies_answer(lies, *value);
    else
        return false;
    return true;
}

uint32_t sim_virtio_answer(struct sim_virtio *card, enum soft_register reg, uint32_t width,
                           uint32_t value)
{
    bool lies = reg < SOFT_R_COUNT && special(card, reg, &value);
    bool named = reg < SOFT_R_COUNT && sim_virtio_lie(card, (uint32_t)SIM_VIRTIO_LIE_COUNT + reg);

    if (sim_virtio_lie(card, SIM_VIRTIO_LIE_REGISTER) || named) {
        value = sim_lies_answer(&card->hostile->lies, value);
        lies = true;
    }
    if (lies)
        excuse(card, reg);
    return clip(value, width);
}

/* How far into a capability the byte at `offset` is, or CAP_END beyond all. */
static uint32_t into_capability(const struct sim_virtio *card, uint32_t offset)
{
    const uint8_t *space = card->function.space;

    for (uint32_t at = space[CAP_POINTER]; at != 0; at = space[at + CAP_NEXT])
        if (offset >= at && offset - at < CAP_END)
            return offset - at;
    return CAP_END;
}

/* What the byte of a capability answers. */
static uint8_t space_byte(struct sim_virtio *card, uint32_t offset, uint8_t byte)
{
    struct sim_lies *lies = &card->hostile->lies;
    uint32_t into = into_capability(card, offset);

    if (into == CAP_END)
        return byte;
    if (into == CAP_NEXT && sim_virtio_lie(card, SIM_VIRTIO_LIE_CAP_LOOP))
        return card->function.space[CAP_POINTER];
    if (into >= CAP_OFFSET && sim_virtio_lie(card, SIM_VIRTIO_LIE_CAP_RANGE))
        return (uint8_t)(0xffu - sim_lies_draw(lies, 16u));
    if (sim_virtio_lie(card, SIM_VIRTIO_LIE_CAP_RANDOM))
        return (uint8_t)sim_lies_draw(lies, 256u);
    return byte;
}

uint32_t sim_virtio_space(struct sim_virtio *card, uint32_t offset, uint32_t width, uint32_t value)
{
    uint32_t told = 0;

    if (sim_virtio_gone(card, false)) {
        card->hostile->mistrusted = true;
        return clip(UINT32_MAX, width);
    }
    for (uint32_t i = 0; i < width; i++)
        told |= (uint32_t)space_byte(card, offset + i, (uint8_t)(value >> (8u * i) & 0xffu))
                << (8u * i);
    if (told != value) {
        card->hostile->mistrusted = true;
        sim_excuse(&card->base.violations, SIM_EXCUSED_ALL);
    }
    return told;
}

/* --- Others --- */

uint8_t sim_virtio_ack(struct sim_virtio *card, uint8_t answer)
{
    if (sim_virtio_lie(card, SIM_VIRTIO_LIE_ACK_WRONG))
        return (uint8_t)(2u + sim_lies_draw(&card->hostile->lies, 254u));
    if (sim_virtio_lie(card, SIM_VIRTIO_LIE_ACK_ERROR))
        return SOFT_CTRL_ACK_ERROR;
    return answer;
}

void sim_virtio_before_round(struct sim_virtio *card)
{
    sim_virtio_restore(card, false);
    if (soft_running(&card->function) && sim_virtio_lie(card, SIM_VIRTIO_LIE_NEEDS_RESET))
        soft_needs_reset(&card->function);
}

void sim_virtio_after_round(struct sim_virtio *card)
{
    uint64_t now = sim_now(&card->base);

    sim_virtio_flip(card);
    if (soft_dma_allowed(&card->function))
        sim_virtio_scribble(card);
    if (now >= card->link_at && sim_virtio_lie(card, SIM_VIRTIO_LIE_LINK))
        card->link_at = now + 1u + sim_lies_draw(&card->hostile->lies, LINK_DOWN_US);
    if (card->base.events != 0 && sim_virtio_lie(card, SIM_VIRTIO_LIE_IRQ_STORM))
        for (uint32_t vector = 0; vector < card->base.events; vector++)
            sim_device_interrupt(&card->base, vector);
}
