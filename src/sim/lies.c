/* SPDX-License-Identifier: MIT
 *
 * When a hostile card lies; see lies.h.
 */
#include "sim/lies.h"

#include <string.h>

#include "sim/options.h"
#include "sim/random.h"
#include "softdev/values.h"

#define NO_END UINT64_MAX

/* --- What a device string wants --- */

/* TIMES or TIMES:AFTER. */
static bool take_times(char *text, struct sim_wish *wish)
{
    char *colon = strchr(text, ':');

    if (colon != NULL) {
        *colon = '\0';
        if (!soft_take_number(colon + 1, 0, UINT64_MAX - 1u, &wish->after))
            return false;
    }
    return soft_take_number(text, 0, UINT64_MAX - 1u, &wish->times);
}

bool sim_wishes_take(struct sim_wishes *wishes, const struct sim_lie_list *list, const char *value)
{
    struct sim_wish wish = {.on = true};
    char name[SIM_VALUE_LENGTH];
    bool found = false;
    char *colon;

    wishes->any = true;
    if (value[0] >= '0' && value[0] <= '9') {
        bool first = !wishes->drawn;

        wishes->drawn = true;
        return first && soft_take_number(value, 0, UINT64_MAX, &wishes->seed);
    }
    if (strlen(value) >= sizeof(name))
        return false;
    memcpy(name, value, strlen(value) + 1u);
    colon = strchr(name, ':');
    if (colon != NULL) {
        *colon = '\0';
        if (!take_times(colon + 1, &wish))
            return false;
    }
    /* Several registers may have one name. */
    for (uint32_t i = 0; i < SIM_LIES_MAX && list->name(i) != NULL; i++) {
        if (strcmp(name, list->name(i)) == 0) {
            wishes->wish[i] = wish;
            found = true;
        }
    }
    return found;
}

/* --- When to lie --- */

/* The generator of a seed. */
static uint32_t draw_seeded(void *context, uint32_t limit)
{
    return (uint32_t)(sim_random(context) >> 32) % limit;
}

uint32_t sim_lies_draw(struct sim_lies *lies, uint32_t limit)
{
    uint32_t drawn = lies->draw(lies->context, limit);

    return drawn < limit ? drawn : drawn % limit;
}

uint32_t sim_lies_word(struct sim_lies *lies)
{
    uint32_t high = sim_lies_draw(lies, 65536u);

    return high << 16 | sim_lies_draw(lies, 65536u);
}

uint32_t sim_lies_answer(struct sim_lies *lies, uint32_t value)
{
    switch (sim_lies_draw(lies, 4)) {
    case 0:
        return UINT32_MAX;
    case 1:
        return 0;
    case 2:
        return value ^ UINT32_C(1) << sim_lies_draw(lies, 32);
    default:
        return sim_lies_word(lies);
    }
}

static uint64_t draw_wait(struct sim_lies *lies, uint32_t mode)
{
    return sim_lies_draw(lies, 2u * lies->list->chances[mode]);
}

bool sim_lies_now(struct sim_lies *lies, uint32_t point)
{
    struct sim_lie_point *at = &lies->point[point];

    if (!at->on)
        return false;
    if (at->wait > 0) {
        at->wait--;
        return false;
    }
    if (at->drawn)
        at->wait = draw_wait(lies, point);
    else if (at->left != NO_END && --at->left == 0)
        at->on = false;
    return true;
}

void sim_lies_turn_on(struct sim_lies *lies, uint32_t point, uint64_t times, uint64_t after)
{
    lies->point[point] = (struct sim_lie_point){
        .on = true,
        .wait = after,
        .left = times == 0 ? NO_END : times,
    };
}

static void draw_all(struct sim_lies *lies)
{
    for (uint32_t mode = 0; mode < lies->list->modes; mode++)
        lies->point[mode] = (struct sim_lie_point){
            .on = true,
            .drawn = true,
            .wait = draw_wait(lies, mode),
        };
}

void sim_lies_init(struct sim_lies *lies, const struct sim_lie_list *list,
                   const struct sim_wishes *wishes)
{
    memset(lies, 0, sizeof(*lies));
    lies->list = list;
    lies->draw = draw_seeded;
    lies->context = &lies->state;
    lies->state = wishes->seed;
    if (wishes->drawn)
        draw_all(lies);
    for (uint32_t i = 0; i < SIM_LIES_MAX; i++)
        if (wishes->wish[i].on)
            sim_lies_turn_on(lies, i, wishes->wish[i].times, wishes->wish[i].after);
}

void sim_lies_draw_from(struct sim_lies *lies, sim_draw_fn *draw, void *context)
{
    lies->draw = draw;
    lies->context = context;
    draw_all(lies);
}

void sim_lies_turn_off(struct sim_lies *lies)
{
    for (uint32_t i = 0; i < SIM_LIES_MAX; i++)
        lies->point[i].on = false;
}
