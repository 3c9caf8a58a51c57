/* SPDX-License-Identifier: MIT
 *
 * What a device string of a simulated card says, before anything is opened.
 */
#ifndef IRONRING_SIM_OPTIONS_H
#define IRONRING_SIM_OPTIONS_H

#include "sim/card.h"
#include "sim/virtio/options.h"

#define SIM_VALUE_LENGTH 1024u

enum sim_wire_kind { SIM_WIRE_NONE, SIM_WIRE_GEN, SIM_WIRE_FLOOD, SIM_WIRE_MEMORY };

/* A key of a device string. */
struct sim_key {
    const char *name;
    /* Take the value; false when it is not one that the key takes. */
    bool (*take)(struct sim_arguments *arguments, const char *value);
    const char *expected; /* what it takes, for people */
    const char *needs;    /* what it depends on, key=value or key, or NULL */
    bool repeats;         /* may be given several times */
};

#define SIM_KEYS_MAX   24u /* of one kind of card */
#define SIM_MAC_PREFIX 4u  /* bytes of an address that tell of its kind */

/* A kind of card. */
struct sim_kind {
    const char *name;
    const struct sim_key *keys; /* those that others do not have */
    size_t key_count;
    uint8_t mac[SIM_MAC_PREFIX]; /* how its addresses begin when none is given */
    const struct sim_part *part; /* of Intel's cards, else NULL */
    /* Set what is the kind's own, zero so far, for a card without keys. */
    void (*defaults)(struct sim_arguments *arguments);
    /* Make a card that is not running yet. The wires become its in any case. Errors: -ENOMEM. */
    int (*create)(const struct sim_arguments *arguments, struct sim_wire *source,
                  struct sim_wire *sink, struct sim_device **device);
};

extern const struct sim_kind sim_kind_82599;
extern const struct sim_kind sim_kind_82574;
extern const struct sim_kind sim_kind_virtio;

struct sim_arguments {
    const struct sim_kind *kind;
    struct sim_options card; /* for an 82599 or 82574 */
    struct sim_virtio_options virtio;
    bool threaded;
    bool served;      /* see struct sim_device */
    uint32_t vectors; /* of interrupts, <= IR_VECTORS_MAX */
    uint8_t mac[IR_MAC_LENGTH];
    char rx[SIM_VALUE_LENGTH]; /* empty when not given; so are the next three */
    char tx[SIM_VALUE_LENGTH];
    char tap[SIM_VALUE_LENGTH];
    char link[SIM_VALUE_LENGTH];
    enum sim_wire_kind wire;
    uint64_t loop;
    struct sim_gen_options gen; /* without its address */
    bool mac_given;             /* else the card gets one of its own */
};

/* Four hexadecimal digits, and nothing else. */
bool sim_take_id(const char *text, uint16_t *id);

/* FIELD:MICROSECONDS, or FIELD, of `count` fields with these names: when it changes, or never. */
bool sim_take_late(const char *text, const char *const *names, uint32_t count, uint64_t *late);
bool sim_take_never(const char *text, const char *const *names, uint32_t count, uint64_t *late);

/* card_options.c: keys of Intel's cards, by the part of arguments->kind, and what else their kinds have in
 * common. */
bool sim_card_take_device(struct sim_arguments *arguments, const char *value);
bool sim_card_take_late(struct sim_arguments *arguments, const char *value);
bool sim_card_take_never(struct sim_arguments *arguments, const char *value);
bool sim_card_take_hostile(struct sim_arguments *arguments, const char *value);
void sim_card_defaults(struct sim_arguments *arguments);

/* Read the text, with a sentence in `error` when it cannot be done. Errors: -EINVAL. */
int sim_arguments_parse(const char *text, struct sim_arguments *arguments,
                        char error[IR_ERROR_LENGTH]);

#endif
