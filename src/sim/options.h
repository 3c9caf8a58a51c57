/* SPDX-License-Identifier: MIT
 *
 * What a device string of a simulated card says, before anything is opened.
 */
#ifndef IRONRING_SIM_OPTIONS_H
#define IRONRING_SIM_OPTIONS_H

#include "sim/card.h"

#define SIM_VALUE_LENGTH 1024u

enum sim_wire_kind { SIM_WIRE_NONE, SIM_WIRE_GEN, SIM_WIRE_MEMORY };

struct sim_arguments {
    struct sim_options card;
    char rx[SIM_VALUE_LENGTH]; /* empty when not given; so are the next three */
    char tx[SIM_VALUE_LENGTH];
    char tap[SIM_VALUE_LENGTH];
    char link[SIM_VALUE_LENGTH];
    enum sim_wire_kind wire;
    uint64_t loop;
    struct sim_gen_options gen; /* without its address */
    bool mac_given;             /* else the card gets one of its own */
};

/* A decimal number from `min` to `max`, and nothing else. */
bool sim_take_number(const char *text, uint64_t min, uint64_t max, uint64_t *value);

/* Read the text, with a sentence in `error` when it cannot be done. Errors: -EINVAL. */
int sim_arguments_parse(const char *text, struct sim_arguments *arguments,
                        char error[IR_ERROR_LENGTH]);

#endif
