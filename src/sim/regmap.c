/* SPDX-License-Identifier: MIT
 *
 * The map of a window, and the names of what is in it; see regmap.h.
 */
#include "sim/regmap.h"

#include <stdio.h>

#include "sim/part.h"

void sim_map_fill(struct sim_word map[SIM_WORDS], const struct sim_part *part,
                  const struct sim_alias *aliases, size_t alias_count)
{
    for (size_t r = 0; r < *part->register_count; r++) {
        const struct sim_register *reg = &part->registers[r];

        for (uint32_t i = 0; i < reg->count; i++) {
            uint32_t word = (reg->offset + i * reg->stride) / 4u;

            map[word].canonical = (uint16_t)word;
            map[word].reg = (uint8_t)(r + 1u);
        }
    }
    for (uint32_t q = 0; q < part->queues; q++) {
        map[(part->queue_base(q) + Q_TAIL) / 4u].tail = (uint16_t)(q + 1u);
        map[(part->queue_base(SIM_TX + q) + Q_TAIL) / 4u].tail = (uint16_t)(SIM_TX + q + 1u);
    }
    for (size_t a = 0; a < alias_count; a++) {
        for (uint32_t i = 0; i < aliases[a].count; i++) {
            uint32_t word = (aliases[a].offset + i * aliases[a].stride) / 4u;
            uint32_t target = (aliases[a].target + i * aliases[a].target_stride) / 4u;

            map[word] = map[target];
        }
    }
}

void sim_register_name(const struct sim_part *part, uint32_t offset, char name[SIM_NAME_LENGTH])
{
    const struct sim_word *word = &part->map()[offset / 4u];
    const struct sim_register *reg;
    uint32_t number;

    if (word->reg == 0) {
        (void)snprintf(name, SIM_NAME_LENGTH, "unknown register");
        return;
    }
    reg = &part->registers[word->reg - 1u];
    number = reg->first + (word->canonical * 4u - reg->offset) / reg->stride;
    if (reg->count == 1u && reg->first == 0)
        (void)snprintf(name, SIM_NAME_LENGTH, "%s", reg->name);
    else
        (void)snprintf(name, SIM_NAME_LENGTH, "%s(%u)", reg->name, number);
}
