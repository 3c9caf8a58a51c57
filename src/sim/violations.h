/* SPDX-License-Identifier: MIT
 *
 * The record of what a driver did that it must not do to a card. What the rules are is the card's:
 * rules.h for the 82599, softdev/rules.h for virtio.
 */
#ifndef IRONRING_SIM_VIOLATIONS_H
#define IRONRING_SIM_VIOLATIONS_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* A card's rules, by their numbers. */
struct sim_rulebook {
    /* The rule as the first half of a sentence. */
    const char *(*text)(uint32_t rule);
    /* Whether a driver breaks the rule when it believes what a register says. */
    bool (*follows_from_registers)(uint32_t rule);
};

/* What is not held against the driver, because the card has lied to it since the last reset. */
enum sim_excused {
    SIM_EXCUSED_NOTHING,
    SIM_EXCUSED_REGISTERS, /* a register lied: writes that follow from that */
    SIM_EXCUSED_ALL        /* a write was lost: the card is not set up as the driver believes */
};

#define SIM_SENTENCES       64u
#define SIM_SENTENCE_LENGTH 256u

struct sim_violations {
    const struct sim_rulebook *rules;
    pthread_mutex_t lock;     /* for `kept` and `sentence` */
    _Atomic uint32_t excused; /* enum sim_excused */
    _Atomic uint64_t count;   /* all, kept or not */
    uint32_t kept;            /* <= SIM_SENTENCES */
    char sentence[SIM_SENTENCES][SIM_SENTENCE_LENGTH];
};

/* Errors: -ENOMEM. */
int sim_violations_init(struct sim_violations *violations, const struct sim_rulebook *rules);
void sim_violations_destroy(struct sim_violations *violations);

/* Record that the rule was broken, unless that is excused; the rest says where. Any thread may call
 * it. */
__attribute__((format(printf, 3, 4))) void sim_violate(struct sim_violations *violations,
                                                       uint32_t rule, const char *format, ...);

/* Sentence number `index`, or NULL. Never changes once it is there. */
const char *sim_violation(struct sim_violations *violations, uint64_t index);

/* The card has lied: from now on that much is not held against the driver, or nothing again. */
void sim_excuse(struct sim_violations *violations, enum sim_excused what);
void sim_excuse_nothing(struct sim_violations *violations);

#endif
