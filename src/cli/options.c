/* SPDX-License-Identifier: MIT
 *
 * The command line: one table of options for all subcommands. What they mean is the subcommands'
 * business.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ironring/ironring.h>

#include "cli/cli.h"

enum kind { FLAG, NUMBER, POWER_OF_TWO, SECONDS, TEXT };

struct row {
    const char *name;
    char letter; /* short form, or 0 */
    enum kind kind;
    size_t field; /* offset into struct cli_settings */
    uint64_t min; /* of NUMBER and POWER_OF_TWO */
    uint64_t max;
    unsigned commands;
};

#define FIELD(name) offsetof(struct cli_settings, name)

static const struct row rows[] = {
    {"help", 'h', FLAG, FIELD(help), 0, 0, CLI_RUNNING | CLI_LIST | CLI_BIND},
    {"json", 'j', FLAG, FIELD(json), 0, 0, CLI_RUNNING | CLI_LIST | CLI_BIND},
    {"count", 'c', NUMBER, FIELD(count), 1, UINT64_MAX, CLI_RUNNING},
    {"duration", 'd', SECONDS, FIELD(duration), 0, 0, CLI_RUNNING},
    {"burst", 'b', NUMBER, FIELD(burst), 1, CLI_BURST_MAX, CLI_RUNNING},
    {"ring", 0, POWER_OF_TWO, FIELD(ring), IR_RING_SIZE_MIN, IR_RING_SIZE_MAX, CLI_RUNNING},
    {"pool", 0, NUMBER, FIELD(pool), 1, IR_POOL_BUFFERS_MAX, CLI_RUNNING},
    {"buffer", 0, POWER_OF_TWO, FIELD(buffer), IR_BUFFER_SIZE_MIN, IR_BUFFER_SIZE_MAX, CLI_RUNNING},
    {"private", 0, FLAG, FIELD(private_copies), 0, 0, CLI_RUNNING},
    {"no-sandbox", 0, FLAG, FIELD(no_sandbox), 0, 0, CLI_RUNNING},
    {"idle", 0, SECONDS, FIELD(idle), 0, 0, CLI_FWD | CLI_CAPTURE | CLI_ECHO},
    {"wait", 0, TEXT, FIELD(wait), 0, 0, CLI_FWD | CLI_CAPTURE | CLI_ECHO},
    {"touch", 0, FLAG, FIELD(touch), 0, 0, CLI_FWD},
    {"rate", 'r', NUMBER, FIELD(rate), 1, 1000000000, CLI_GEN},
    {"size", 's', NUMBER, FIELD(size), 60, IR_FRAME_MAX, CLI_GEN},
    {"flows", 0, NUMBER, FIELD(flows), 1, 65536, CLI_GEN},
    {"seed", 0, NUMBER, FIELD(seed), 0, UINT64_MAX, CLI_GEN},
    {"to", 0, TEXT, FIELD(to), 0, 0, CLI_GEN},
    {"snaplen", 's', NUMBER, FIELD(snaplen), 1, 262144, CLI_CAPTURE},
    {"format", 'f', TEXT, FIELD(format), 0, 0, CLI_CAPTURE},
    {"ip", 0, TEXT, FIELD(ip), 0, 0, CLI_ECHO},
    {"status", 0, FLAG, FIELD(status), 0, 0, CLI_BIND},
    {"user", 'u', TEXT, FIELD(user), 0, 0, CLI_BIND},
    {"yes", 'y', FLAG, FIELD(yes), 0, 0, CLI_BIND},
    {"dry-run", 'n', FLAG, FIELD(dry_run), 0, 0, CLI_BIND},
    {"force", 0, FLAG, FIELD(force), 0, 0, CLI_BIND},
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

/* Values of getopt_long for long options: beyond every character. */
#define LONG_BASE 256

/* Digits, and k, M or G for thousands, millions and milliards. */
static bool parse_number(const char *text, uint64_t *value)
{
    unsigned long long number;
    uint64_t factor = 1;
    char *end;

    if (text[0] < '0' || text[0] > '9')
        return false;
    errno = 0;
    number = strtoull(text, &end, 10);
    if (errno != 0)
        return false;
    if (*end == 'k')
        factor = 1000;
    else if (*end == 'M')
        factor = 1000000;
    else if (*end == 'G')
        factor = 1000000000;
    if (factor != 1)
        end++;
    return *end == '\0' && !__builtin_mul_overflow((uint64_t)number, factor, value);
}

static bool parse_seconds(const char *text, double *value)
{
    char *end;

    if ((text[0] < '0' || text[0] > '9') && text[0] != '.')
        return false;
    *value = strtod(text, &end);
    return end != text && *end == '\0' && isfinite(*value) && *value > 0 && *value <= 1e9;
}

static int set_number(const struct row *row, const char *text, uint64_t *field)
{
    bool power = row->kind == POWER_OF_TWO;
    uint64_t value;

    if (parse_number(text, &value) && value >= row->min && value <= row->max &&
        (!power || (value & (value - 1)) == 0)) {
        *field = value;
        return CLI_OK;
    }
    if (row->max == UINT64_MAX)
        cli_error("--%s takes a whole number from %ju on, not '%s'", row->name, (uintmax_t)row->min,
                  text);
    else
        cli_error("--%s takes a %s from %ju to %ju, not '%s'", row->name,
                  power ? "power of two" : "whole number", (uintmax_t)row->min, (uintmax_t)row->max,
                  text);
    return CLI_USAGE;
}

static int set(const struct row *row, const char *text, struct cli_settings *settings)
{
    void *field = (char *)settings + row->field;

    switch (row->kind) {
    case FLAG:
        *(bool *)field = true;
        return CLI_OK;
    case TEXT:
        *(const char **)field = text;
        return CLI_OK;
    case SECONDS:
        if (parse_seconds(text, field))
            return CLI_OK;
        cli_error("--%s takes a number of seconds greater than 0, not '%s'", row->name, text);
        return CLI_USAGE;
    case NUMBER:
    case POWER_OF_TWO:
        break;
    }
    return set_number(row, text, field);
}

/* The rows of this subcommand as getopt_long wants them. */
static void getopt_tables(unsigned command, struct option longs[ROWS + 1],
                          char shorts[2 * ROWS + 2])
{
    size_t count = 0;

    *shorts++ = ':'; /* tell a missing value from an unknown option */
    for (size_t i = 0; i < ROWS; i++) {
        bool value = rows[i].kind != FLAG;

        if ((rows[i].commands & command) == 0)
            continue;
        longs[count++] = (struct option){rows[i].name, value ? required_argument : no_argument,
                                         NULL, LONG_BASE + (int)i};
        if (rows[i].letter != 0) {
            *shorts++ = rows[i].letter;
            if (value)
                *shorts++ = ':';
        }
    }
    longs[count] = (struct option){NULL, 0, NULL, 0};
    *shorts = '\0';
}

static const struct row *find_row(unsigned command, int option)
{
    if (option >= LONG_BASE)
        return &rows[option - LONG_BASE];
    for (size_t i = 0; i < ROWS; i++) {
        if ((rows[i].commands & command) != 0 && rows[i].letter == option)
            return &rows[i];
    }
    return NULL;
}

static int count_words(const char *text)
{
    int count = *text != '\0';

    for (; *text != '\0'; text++)
        count += *text == ' ';
    return count;
}

int cli_options(const struct cli_command *command, int argc, char **argv,
                struct cli_settings *settings, char *const **operands)
{
    struct option longs[ROWS + 1];
    char shorts[2 * ROWS + 2];
    int expected = count_words(command->operands);
    int status = CLI_OK;
    int option;

    getopt_tables(command->bit, longs, shorts);
    opterr = 0;
    while (status == CLI_OK && (option = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
        const struct row *row = find_row(command->bit, option);

        if (row != NULL) {
            status = set(row, optarg, settings);
            continue;
        }
        status = CLI_USAGE;
        if (option == ':')
            cli_error("%s needs a value; see ironring %s --help", argv[optind - 1], command->name);
        else if (optopt != 0 && optopt < LONG_BASE)
            cli_error("%s has no option -%c; see ironring %s --help", command->name, optopt,
                      command->name);
        else if (optopt != 0)
            cli_error("--%s takes no value", rows[optopt - LONG_BASE].name);
        else
            cli_error("%s has no option %s; see ironring %s --help", command->name,
                      argv[optind - 1], command->name);
    }
    if (status != CLI_OK || settings->help)
        return status;
    if (argc - optind != expected && command->operands[0] != '[') {
        if (expected == 0)
            cli_error("%s takes no arguments, but '%s' was given; see ironring %s --help",
                      command->name, argv[optind], command->name);
        else
            cli_error("%s takes %d argument%s (%s), not %d; see ironring %s --help", command->name,
                      expected, expected == 1 ? "" : "s", command->operands, argc - optind,
                      command->name);
        return CLI_USAGE;
    }
    *operands = argv + optind;
    return CLI_OK;
}
