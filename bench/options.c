/* SPDX-License-Identifier: MIT
 *
 * The options of options.h.
 */
#include "options.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum kind { NUMBER, FLAG, TEXT, WAY };

struct option {
    const char *name;
    enum kind kind;
    size_t field; /* its offset in struct bench_options: uint64_t, bool, const char * or enum */
    uint64_t low; /* of a number; so is the next */
    uint64_t high;
    const char *help;
};

#define STAND(field) offsetof(struct bench_options, stand.field)
#define OWN(field)   offsetof(struct bench_options, field)

static const struct option list[] = {
    {"burst", NUMBER, OWN(burst), 1, STAND_BURST_MAX, "N     packets a burst (32)"},
    {"ring", NUMBER, STAND(ring), 64, 4096, "N      descriptors of each ring (512)"},
    {"queues", NUMBER, STAND(queues), 1, STAND_QUEUES_MAX,
     "N    of each card, each way, polled in turn (1); their frames are of 256 flows"},
    {"buffers", NUMBER, STAND(buffers), 512, 65535, "N   of the pool (4096)"},
    {"size", NUMBER, STAND(size), 60, IR_FRAME_MAX, "N      bytes a frame without checksum (60)"},
    {"rate", NUMBER, STAND(rate), 0, 1000000000,
     "N      frames a second and card; 0, the default: all it can"},
    {"ms", NUMBER, OWN(ms), 0, 600000, "N        milliseconds of throughput (1000)"},
    {"repeats", NUMBER, OWN(repeats), 0, OPTIONS_REPEATS_MAX, "N   of the count of cycles (0)"},
    {"frames", NUMBER, OWN(frames), 1, 100000000, "N    whose latency is recorded (1000000)"},
    {"card", TEXT, STAND(card), 0, 0, "STRING  device string without wires (sim:82599)"},
    {"wire", TEXT, STAND(wire), 0, 0, "KIND    flood, the default, or gen"},
    {"way", WAY, STAND(way), 0, 0, "WAY      both, the default, forward, receive or send"},
    {"private", FLAG, STAND(private), 0, 0, "     a private pool: each packet is copied"},
    {"sandbox", FLAG, STAND(sandbox), 0, 0, "     in the tool's sandbox"},
    {"wait", FLAG, STAND(wait), 0, 0,
     "        sleep until the card interrupts, instead of polling"},
    {"plain", FLAG, STAND(plain), 0, 0,
     "       doorbells in memory, as a card has them, not functions"},
    {"path", TEXT, STAND(path), 0, 0, "NAME    which code of a peer runs (the fastest)"},
};

#define COUNT (sizeof(list) / sizeof(list[0]))

static void print_help(const char *name)
{
    (void)printf("usage: %s [OPTION ...]\nForwards between two simulated cards; for bench/run.\n",
                 name);
    for (size_t i = 0; i < COUNT; i++)
        (void)printf("  --%s %s\n", list[i].name, list[i].help);
}

static bool take_number(const struct option *option, const char *text, uint64_t *number)
{
    char *end = NULL;

    errno = 0;
    *number = strtoull(text, &end, 10);
    return errno == 0 && end != text && *end == '\0' && text[0] != '-' && *number >= option->low &&
           *number <= option->high;
}

static bool take_way(const char *text, enum stand_way *way)
{
    static const char *const ways[] = {"both", "forward", "receive", "send"};

    for (uint32_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        *way = (enum stand_way)i;
        if (strcmp(text, ways[i]) == 0)
            return true;
    }
    return false;
}

/* Take the value of an option that has one. Returns 0, or -1 after a message. */
static int take(const char *name, const struct option *option, const char *text,
                struct bench_options *options)
{
    uint8_t *field = (uint8_t *)options + option->field;
    bool good = text != NULL;

    if (good && option->kind == NUMBER)
        good = take_number(option, text, (uint64_t *)(void *)field);
    else if (good && option->kind == WAY)
        good = take_way(text, (enum stand_way *)(void *)field);
    else if (good)
        *(const char **)(void *)field = text;
    if (good)
        return 0;
    (void)fprintf(stderr, "%s: --%s %s: ", name, option->name, text != NULL ? text : "");
    if (option->kind == NUMBER)
        (void)fprintf(stderr, "give a number from %llu to %llu\n", (unsigned long long)option->low,
                      (unsigned long long)option->high);
    else
        (void)fprintf(stderr, "give %s\n", option->help);
    return -1;
}

static const struct option *find(const char *argument)
{
    for (size_t i = 0; i < COUNT; i++)
        if (strncmp(argument, "--", 2) == 0 && strcmp(argument + 2, list[i].name) == 0)
            return &list[i];
    return NULL;
}

int options_parse(const char *name, int argc, char **argv, struct bench_options *options)
{
    *options = (struct bench_options){
        .stand = {.name = name,
                  .card = "sim:82599",
                  .wire = "flood",
                  .size = 60,
                  .ring = 512,
                  .queues = 1,
                  .buffers = 4096},
        .burst = 32,
        .ms = 1000,
        .frames = 1000000,
    };
    for (int i = 1; i < argc; i++) {
        const struct option *option = find(argv[i]);

        if (strcmp(argv[i], "--help") == 0) {
            print_help(name);
            return 1;
        }
        if (option == NULL) {
            (void)fprintf(stderr, "%s: %s: there is no such option; see %s --help\n", name, argv[i],
                          name);
            return -1;
        }
        if (option->kind == FLAG)
            *(bool *)(void *)((uint8_t *)options + option->field) = true;
        else if (take(name, option, argv[++i], options) != 0) /* argv ends with a null pointer */
            return -1;
    }
    return 0;
}
