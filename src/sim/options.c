/* SPDX-License-Identifier: MIT
 *
 * The text after "sim:", such as "82599,rx=in.pcap,tx=out.pcap": the model, then keys and values
 * between commas (so a file name cannot have a comma). Nothing is opened here.
 *
 *   rx=FILE          receive the frames of a capture          loop=N   N times, 0 for ever
 *   tx=FILE          write what is sent to a capture
 *   wire=gen         receive generated frames: size= bytes, count= (0 endless), rate= a second
 *                    (0 as fast as they are taken), flows=, seed=
 *   wire=memory      ir_sim_put and ir_sim_take               wire=none nothing comes (default)
 *   tap=NAME         a TAP interface                          link=NAME another card with this link
 *   mode=thread|step by itself (default), or by ir_sim_step
 *   mac=, device=    address and PCI device id
 *   late=FIELD:MICROSECONDS, never=FIELD   when a field that drivers wait for changes; for several
 * fields
 *   hostile=SEED, hostile=NAME[:TIMES[:AFTER]]   lie, as drawn or in one way; for several ways
 */
#include "sim/options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEY_LENGTH 16u
#define LATE_MAX   UINT64_C(1000000000000) /* microseconds: eleven days */

struct key {
    const char *name;
    /* Take the value; false when it is not one that the key takes. */
    bool (*take)(struct sim_arguments *arguments, const char *value);
    const char *expected; /* what it takes, for people */
    const char *needs;    /* key=value or key that it depends on, or NULL */
};

bool sim_take_number(const char *text, uint64_t min, uint64_t max, uint64_t *value)
{
    char *end = NULL;
    unsigned long long number;

    if (text[0] < '0' || text[0] > '9')
        return false;
    errno = 0;
    number = strtoull(text, &end, 10);
    if (errno != 0 || *end != '\0' || number < min || number > max)
        return false;
    *value = number;
    return true;
}

static bool take_text(const char *value, char out[SIM_VALUE_LENGTH])
{
    if (value[0] == '\0' || strlen(value) >= SIM_VALUE_LENGTH)
        return false;
    (void)snprintf(out, SIM_VALUE_LENGTH, "%s", value);
    return true;
}

static bool take_rx(struct sim_arguments *arguments, const char *value)
{
    return take_text(value, arguments->rx);
}

static bool take_tx(struct sim_arguments *arguments, const char *value)
{
    return take_text(value, arguments->tx);
}

static bool take_tap(struct sim_arguments *arguments, const char *value)
{
    return take_text(value, arguments->tap);
}

static bool take_link(struct sim_arguments *arguments, const char *value)
{
    return take_text(value, arguments->link);
}

static bool take_wire(struct sim_arguments *arguments, const char *value)
{
    if (strcmp(value, "gen") == 0)
        arguments->wire = SIM_WIRE_GEN;
    else if (strcmp(value, "memory") == 0)
        arguments->wire = SIM_WIRE_MEMORY;
    else if (strcmp(value, "none") == 0)
        arguments->wire = SIM_WIRE_NONE;
    else
        return false;
    return true;
}

static bool take_loop(struct sim_arguments *arguments, const char *value)
{
    return sim_take_number(value, 0, UINT64_MAX, &arguments->loop);
}

static bool take_size(struct sim_arguments *arguments, const char *value)
{
    uint64_t size;

    if (!sim_take_number(value, SIM_GEN_SIZE_MIN, SIM_GEN_SIZE_MAX, &size))
        return false;
    arguments->gen.size = (uint32_t)size;
    return true;
}

static bool take_count(struct sim_arguments *arguments, const char *value)
{
    return sim_take_number(value, 0, UINT64_MAX, &arguments->gen.count);
}

static bool take_rate(struct sim_arguments *arguments, const char *value)
{
    return sim_take_number(value, 0, SIM_GEN_RATE_MAX, &arguments->gen.rate);
}

static bool take_flows(struct sim_arguments *arguments, const char *value)
{
    uint64_t flows;

    if (!sim_take_number(value, 1, SIM_GEN_FLOWS_MAX, &flows))
        return false;
    arguments->gen.flows = (uint32_t)flows;
    return true;
}

static bool take_seed(struct sim_arguments *arguments, const char *value)
{
    return sim_take_number(value, 0, UINT64_MAX, &arguments->gen.seed);
}

static bool take_mode(struct sim_arguments *arguments, const char *value)
{
    if (strcmp(value, "thread") != 0 && strcmp(value, "step") != 0)
        return false;
    arguments->card.thread = strcmp(value, "thread") == 0;
    return true;
}

static int hex_digit(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    return digit >= 'A' && digit <= 'F' ? digit - 'A' + 10 : -1;
}

/* Six pairs of digits between colons; not all zero, and no group address. */
static bool take_mac(struct sim_arguments *arguments, const char *value)
{
    uint8_t *mac = arguments->card.mac;
    uint32_t any = 0;

    if (strlen(value) != 3u * IR_MAC_LENGTH - 1u)
        return false;
    for (size_t i = 0; i < IR_MAC_LENGTH; i++) {
        int high = hex_digit(value[3u * i]);
        int low = hex_digit(value[3u * i + 1u]);

        if (high < 0 || low < 0 || (i + 1u < IR_MAC_LENGTH && value[3u * i + 2u] != ':'))
            return false;
        mac[i] = (uint8_t)(high * 16 + low);
        any |= mac[i];
    }
    arguments->mac_given = true;
    return any != 0 && (mac[0] & 1u) == 0;
}

static bool take_device(struct sim_arguments *arguments, const char *value)
{
    uint32_t device = 0;

    if (strlen(value) != 4u)
        return false;
    for (uint32_t i = 0; i < 4u; i++) {
        int digit = hex_digit(value[i]);

        if (digit < 0)
            return false;
        device = device * 16u + (uint32_t)digit;
    }
    arguments->card.device = (uint16_t)device;
    return true;
}

/* Number of the field with this name of `length` characters, or SIM_FIELD_COUNT. */
static uint32_t find_field(const char *name, size_t length)
{
    uint32_t field = 0;

    while (field < SIM_FIELD_COUNT && (strlen(sim_field_names[field]) != length ||
                                       strncmp(sim_field_names[field], name, length) != 0))
        field++;
    return field;
}

static bool take_late(struct sim_arguments *arguments, const char *value)
{
    const char *colon = strchr(value, ':');
    uint32_t field;

    if (colon == NULL)
        return false;
    field = find_field(value, (size_t)(colon - value));
    return field < SIM_FIELD_COUNT &&
           sim_take_number(colon + 1, 0, LATE_MAX, &arguments->card.late[field]);
}

static bool take_never(struct sim_arguments *arguments, const char *value)
{
    uint32_t field = find_field(value, strlen(value));

    if (field >= SIM_FIELD_COUNT)
        return false;
    arguments->card.late[field] = SIM_NEVER;
    return true;
}

static bool take_hostile(struct sim_arguments *arguments, const char *value)
{
    return sim_hostile_take(&arguments->card.hostile, value);
}

#define FIELD_NAME(id, name, late) " " name
#define FIELDS                     SIM_FIELDS(FIELD_NAME)

#define MODE_NAME(id, name, chances, text) " " name
#define MODES                              SIM_HOSTILE_MODES(MODE_NAME)

static const struct key keys[] = {
    {"rx", take_rx, "the name of a capture file", NULL},
    {"loop", take_loop, "a number, 0 for ever", "rx"},
    {"tx", take_tx, "the name of a capture file", NULL},
    {"wire", take_wire, "none, gen or memory", NULL},
    {"size", take_size, "60 to 9724 bytes", "wire=gen"},
    {"count", take_count, "a number of frames, 0 for endless", "wire=gen"},
    {"rate", take_rate, "frames a second up to 1000000000, 0 for no limit", "wire=gen"},
    {"flows", take_flows, "1 to 65536", "wire=gen"},
    {"seed", take_seed, "a number", "wire=gen"},
    {"tap", take_tap, "the name of an interface", NULL},
    {"link", take_link, "a name that two cards share", NULL},
    {"mode", take_mode, "thread or step", NULL},
    {"mac", take_mac, "a unicast address such as 02:00:00:00:00:01", NULL},
    {"device", take_device, "four hexadecimal digits such as 10fb", NULL},
    {"late", take_late, "FIELD:MICROSECONDS, with FIELD of" FIELDS, NULL},
    {"never", take_never, "one of" FIELDS, NULL},
    {"hostile", take_hostile, "one seed, or NAME[:TIMES[:AFTER]], with NAME a register or of" MODES,
     NULL},
};

#define KEYS (sizeof(keys) / sizeof(keys[0]))

static size_t find_key(const char *name, size_t length)
{
    size_t i = 0;

    while (i < KEYS && (strlen(keys[i].name) != length || strncmp(keys[i].name, name, length) != 0))
        i++;
    return i;
}

/* Fields that differ may be given in several late= and never=, and a card may lie in many ways. */
static bool may_repeat(size_t key)
{
    return keys[key].take == take_late || keys[key].take == take_never ||
           keys[key].take == take_hostile;
}

/* One "key=value" of `length` characters. */
static int take_argument(struct sim_arguments *arguments, const char *text, size_t length,
                         bool seen[KEYS], char error[IR_ERROR_LENGTH])
{
    char value[SIM_VALUE_LENGTH] = "";
    const char *equals = memchr(text, '=', length);
    size_t name_length = equals == NULL ? length : (size_t)(equals - text);
    int shown = name_length < 40u ? (int)name_length : 40;
    size_t key = find_key(text, name_length);

    if (key == KEYS) {
        (void)snprintf(
            error, IR_ERROR_LENGTH,
            "a simulated card has no key \"%.*s\"; use one of rx tx loop wire size count "
            "rate flows seed tap link mode mac device late never hostile",
            shown, text);
        return -EINVAL;
    }
    if (seen[key] && !may_repeat(key)) {
        (void)snprintf(error, IR_ERROR_LENGTH, "the key %s is given twice; give it once",
                       keys[key].name);
        return -EINVAL;
    }
    seen[key] = true;
    if (equals != NULL && length - name_length - 1u < sizeof(value)) {
        memcpy(value, equals + 1, length - name_length - 1u);
        if (keys[key].take(arguments, value))
            return 0;
    }
    (void)snprintf(error, IR_ERROR_LENGTH, "%s=%.60s: give %s", keys[key].name, value,
                   keys[key].expected);
    return -EINVAL;
}

/* Whether keys that go together are given together, and keys that exclude each other are not. */
static int check_together(const struct sim_arguments *arguments, const bool seen[KEYS],
                          char error[IR_ERROR_LENGTH])
{
    static const char *const sources[] = {"rx", "wire", "tap", "link"};
    const char *source = NULL;
    bool both_ways = arguments->tap[0] != '\0' || arguments->link[0] != '\0' ||
                     arguments->wire == SIM_WIRE_MEMORY;

    for (size_t i = 0; i < KEYS; i++) {
        bool met = keys[i].needs == NULL ||
                   (strcmp(keys[i].needs, "rx") == 0 ? arguments->rx[0] != '\0'
                                                     : arguments->wire == SIM_WIRE_GEN);

        if (seen[i] && !met) {
            (void)snprintf(error, IR_ERROR_LENGTH, "%s= means nothing without %s; add that",
                           keys[i].name, keys[i].needs);
            return -EINVAL;
        }
    }
    for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
        if (!seen[find_key(sources[i], strlen(sources[i]))])
            continue;
        if (source != NULL) {
            (void)snprintf(error, IR_ERROR_LENGTH,
                           "a card has one wire, so %s= and %s= exclude each other; leave one out",
                           source, sources[i]);
            return -EINVAL;
        }
        source = sources[i];
    }
    if (both_ways && arguments->tx[0] != '\0') {
        (void)snprintf(
            error, IR_ERROR_LENGTH,
            "what is sent goes to the wire of %s=, so tx= cannot be given as well; leave "
            "one out",
            source);
        return -EINVAL;
    }
    return 0;
}

static void set_defaults(struct sim_arguments *arguments)
{
    memset(arguments, 0, sizeof(*arguments));
    arguments->card.device = 0x10f7u;
    arguments->card.thread = true;
    memcpy(arguments->card.late, sim_field_delays, sizeof(arguments->card.late));
    arguments->loop = 1u;
    arguments->gen.size = SIM_GEN_SIZE_MIN;
    arguments->gen.flows = 1u;
}

int sim_arguments_parse(const char *text, struct sim_arguments *arguments,
                        char error[IR_ERROR_LENGTH])
{
    bool seen[KEYS] = {false};
    size_t length = strcspn(text, ",");

    set_defaults(arguments);
    if (length != 5u || strncmp(text, "82599", length) != 0) {
        (void)snprintf(error, IR_ERROR_LENGTH,
                       "\"%.*s\" is no simulated device; use 82599, as in "
                       "sim:82599,rx=in.pcap,tx=out.pcap",
                       length < 40u ? (int)length : 40, text);
        return -EINVAL;
    }
    while (text[length] == ',') {
        int result;

        text += length + 1u;
        length = strcspn(text, ",");
        result = take_argument(arguments, text, length, seen, error);
        if (result != 0)
            return result;
    }
    return check_together(arguments, seen, error);
}
