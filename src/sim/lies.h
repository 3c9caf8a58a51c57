/* SPDX-License-Identifier: MIT
 *
 * When a hostile card lies. Each card has its ways to lie: modes, and registers that answer
 * nonsense. Each can be turned on by name, and the modes be drawn from a seed or a fuzzer's bytes.
 * What a lie is, the card says.
 */
#ifndef IRONRING_SIM_LIES_H
#define IRONRING_SIM_LIES_H

#include <stdbool.h>
#include <stdint.h>

#define SIM_LIES_MAX 192u /* ways to lie of one card */

/* A card's ways to lie: the modes, and after them what can only be turned on by name. */
struct sim_lie_list {
    uint32_t modes;
    const uint32_t *chances; /* of each mode: how many there are for each lie that is drawn */
    const char *(*name)(uint32_t point); /* NULL beyond the last, which is < SIM_LIES_MAX */
};

/* What a device string wants. */
struct sim_wish {
    bool on;
    uint64_t times; /* so many lies, 0 for no end ... */
    uint64_t after; /* ... after so many chances that are let pass */
};

struct sim_wishes {
    bool any;   /* any of what follows */
    bool drawn; /* each mode, by the seed */
    uint64_t seed;
    struct sim_wish wish[SIM_LIES_MAX];
};

/* Take the value of a key hostile=: a seed, or NAME, NAME:TIMES or NAME:TIMES:AFTER. False when it
 * is none, or a second seed. */
bool sim_wishes_take(struct sim_wishes *wishes, const struct sim_lie_list *list, const char *value);

/* A number below `limit`, which is not 0. */
typedef uint32_t sim_draw_fn(void *context, uint32_t limit);

struct sim_lie_point {
    bool on;
    bool drawn;    /* `wait` is drawn again after each lie */
    uint64_t wait; /* chances to let pass */
    uint64_t left; /* lies, or UINT64_MAX */
};

struct sim_lies {
    const struct sim_lie_list *list;
    sim_draw_fn *draw;
    void *context;
    uint64_t state; /* of the generator, when `draw` is the seeded one */
    struct sim_lie_point point[SIM_LIES_MAX];
};

/* Lie as is wished. What is initialised must stay where it is. */
void sim_lies_init(struct sim_lies *lies, const struct sim_lie_list *list,
                   const struct sim_wishes *wishes);
/* From now on, lie in this way; or in each mode, drawing when and how from `draw`; or not. */
void sim_lies_turn_on(struct sim_lies *lies, uint32_t point, uint64_t times, uint64_t after);
void sim_lies_draw_from(struct sim_lies *lies, sim_draw_fn *draw, void *context);
void sim_lies_turn_off(struct sim_lies *lies);

/* A chance to lie: true when the card does. */
bool sim_lies_now(struct sim_lies *lies, uint32_t point);
uint32_t sim_lies_draw(struct sim_lies *lies, uint32_t limit);
/* Any 32 bits. */
uint32_t sim_lies_word(struct sim_lies *lies);
/* What a register of 32 bits answers instead of `value`. */
uint32_t sim_lies_answer(struct sim_lies *lies, uint32_t value);

#endif
