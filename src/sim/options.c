/* SPDX-License-Identifier: MIT
 *
 * The text after "sim:", such as "82599,rx=in.pcap,tx=out.pcap": the kind of card, then keys and
 * values between commas (so a file name cannot have a comma). Nothing is opened here. Keys of one
 * kind of card alone are beside that; these are for all:
 *
 *   rx=FILE          receive the frames of a capture          loop=N   N times, 0 for ever
 *   tx=FILE          write what is sent to a capture
 *   wire=gen         receive generated frames: size= bytes, count= (0 endless), rate= a second
 *                    (0 as fast as they are taken), flows=, seed=
 *   wire=flood       receive frames of each flow over and over, for benchmarks; keys as above
 *   wire=memory      ir_sim_put and ir_sim_take               wire=none nothing comes (default)
 *   tap=NAME         a TAP interface                          link=NAME another card with this link
 *   mode=thread|step|served   by itself (default), by ir_sim_step, or by that in real time
 *   vectors=N       interrupt vectors: 64 (default), 1 for everything, 0 for none
 *   mac=             address
 */
#include "sim/options.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "softdev/values.h"

#define LATE_MAX UINT64_C(1000000000000) /* microseconds: eleven days */

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

static const char *const wires[] = {[SIM_WIRE_NONE] = "none",
                                    [SIM_WIRE_GEN] = "gen",
                                    [SIM_WIRE_FLOOD] = "flood",
                                    [SIM_WIRE_MEMORY] = "memory"};
#define WIRES (sizeof(wires) / sizeof(wires[0]))

static bool take_wire(struct sim_arguments *arguments, const char *value)
{
    size_t kind = 0;

    while (kind < WIRES && strcmp(value, wires[kind]) != 0)
        kind++;
    if (kind == WIRES)
        return false;
    arguments->wire = (enum sim_wire_kind)kind;
    return true;
}

static bool take_loop(struct sim_arguments *arguments, const char *value)
{
    return soft_take_number(value, 0, UINT64_MAX, &arguments->loop);
}

static bool take_size(struct sim_arguments *arguments, const char *value)
{
    uint64_t size;

    if (!soft_take_number(value, SIM_GEN_SIZE_MIN, SIM_GEN_SIZE_MAX, &size))
        return false;
    arguments->gen.size = (uint32_t)size;
    return true;
}

static bool take_count(struct sim_arguments *arguments, const char *value)
{
    return soft_take_number(value, 0, UINT64_MAX, &arguments->gen.count);
}

static bool take_rate(struct sim_arguments *arguments, const char *value)
{
    return soft_take_number(value, 0, SIM_GEN_RATE_MAX, &arguments->gen.rate);
}

static bool take_flows(struct sim_arguments *arguments, const char *value)
{
    uint64_t flows;

    if (!soft_take_number(value, 1, SIM_GEN_FLOWS_MAX, &flows))
        return false;
    arguments->gen.flows = (uint32_t)flows;
    return true;
}

static bool take_seed(struct sim_arguments *arguments, const char *value)
{
    return soft_take_number(value, 0, UINT64_MAX, &arguments->gen.seed);
}

static bool take_mode(struct sim_arguments *arguments, const char *value)
{
    if (strcmp(value, "thread") != 0 && strcmp(value, "step") != 0 && strcmp(value, "served") != 0)
        return false;
    arguments->threaded = strcmp(value, "thread") == 0;
    arguments->served = strcmp(value, "served") == 0;
    return true;
}

static bool take_vectors(struct sim_arguments *arguments, const char *value)
{
    uint64_t vectors;

    if (!soft_take_number(value, 0, IR_VECTORS_MAX, &vectors))
        return false;
    arguments->vectors = (uint32_t)vectors;
    return true;
}

bool sim_take_id(const char *text, uint16_t *id)
{
    uint32_t number = 0;

    if (strlen(text) != 4u)
        return false;
    for (uint32_t i = 0; i < 4u; i++) {
        int digit = soft_hex_digit(text[i]);

        if (digit < 0)
            return false;
        number = number * 16u + (uint32_t)digit;
    }
    *id = (uint16_t)number;
    return true;
}

static bool take_mac(struct sim_arguments *arguments, const char *value)
{
    arguments->mac_given = true;
    return soft_take_mac(value, arguments->mac);
}

/* Number of the field with this name of `length` characters, or `count`. A card need not have all
 * of them. */
static uint32_t find_field(const char *name, size_t length, const char *const *names,
                           uint32_t count)
{
    uint32_t field = 0;

    while (field < count && (names[field] == NULL || strlen(names[field]) != length ||
                             strncmp(names[field], name, length) != 0))
        field++;
    return field;
}

bool sim_take_late(const char *text, const char *const *names, uint32_t count, uint64_t *late)
{
    const char *colon = strchr(text, ':');
    uint32_t field;

    if (colon == NULL)
        return false;
    field = find_field(text, (size_t)(colon - text), names, count);
    return field < count && soft_take_number(colon + 1, 0, LATE_MAX, &late[field]);
}

bool sim_take_never(const char *text, const char *const *names, uint32_t count, uint64_t *late)
{
    uint32_t field = find_field(text, strlen(text), names, count);

    if (field >= count)
        return false;
    late[field] = SIM_NEVER;
    return true;
}

/* Keys that all cards have. */
static const struct sim_key keys[] = {
    {"rx", take_rx, "the name of a capture file", NULL, false},
    {"tx", take_tx, "the name of a capture file", NULL, false},
    {"loop", take_loop, "a number, 0 for ever", "rx", false},
    {"wire", take_wire, "none, gen, flood or memory", NULL, false},
    {"size", take_size, "60 to 9724 bytes", "wire=gen or wire=flood", false},
    {"count", take_count, "a number of frames, 0 for endless", "wire=gen or wire=flood", false},
    {"rate", take_rate, "frames a second up to 1000000000, 0 for no limit",
     "wire=gen or wire=flood", false},
    {"flows", take_flows, "1 to 65536", "wire=gen or wire=flood", false},
    {"seed", take_seed, "a number", "wire=gen or wire=flood", false},
    {"tap", take_tap, "the name of an interface", NULL, false},
    {"link", take_link, "a name that two cards share", NULL, false},
    {"mode", take_mode, "thread, step or served", NULL, false},
    {"vectors", take_vectors, "0 to 64 interrupt vectors", NULL, false},
    {"mac", take_mac, "a unicast address such as 02:00:00:00:00:01", NULL, false},
};

#define COMMON   (sizeof(keys) / sizeof(keys[0]))
#define KEYS_MAX (COMMON + SIM_KEYS_MAX)

/* Key number `i` of a card: those of all, then those of its kind; NULL beyond the last. */
static const struct sim_key *key_at(const struct sim_kind *kind, size_t i)
{
    if (i < COMMON)
        return &keys[i];
    return i - COMMON < kind->key_count ? &kind->keys[i - COMMON] : NULL;
}

/* Number of the key with this name of `length` characters, or KEYS_MAX. */
static size_t find_key(const struct sim_kind *kind, const char *name, size_t length)
{
    const struct sim_key *key;

    for (size_t i = 0; (key = key_at(kind, i)) != NULL; i++)
        if (strlen(key->name) == length && strncmp(key->name, name, length) == 0)
            return i;
    return KEYS_MAX;
}

/* "no key ..." with all keys that there are. */
static void report_unknown(const struct sim_kind *kind, const char *name, size_t length,
                           char error[IR_ERROR_LENGTH])
{
    const struct sim_key *key;
    int used =
        snprintf(error, IR_ERROR_LENGTH, "there is no key \"%.*s\"; use one of", (int)length, name);

    for (size_t i = 0; (key = key_at(kind, i)) != NULL; i++)
        if (used > 0 && used < (int)IR_ERROR_LENGTH)
            used += snprintf(error + used, IR_ERROR_LENGTH - (size_t)used, " %s", key->name);
}

/* One "key=value" of `length` characters. */
static int take_argument(struct sim_arguments *arguments, const char *text, size_t length,
                         bool seen[KEYS_MAX], char error[IR_ERROR_LENGTH])
{
    char value[SIM_VALUE_LENGTH] = "";
    const char *equals = memchr(text, '=', length);
    size_t name_length = equals == NULL ? length : (size_t)(equals - text);
    size_t number = find_key(arguments->kind, text, name_length);
    const struct sim_key *key = key_at(arguments->kind, number);

    if (key == NULL) {
        report_unknown(arguments->kind, text, name_length < 40u ? name_length : 40u, error);
        return -EINVAL;
    }
    if (seen[number] && !key->repeats) {
        (void)snprintf(error, IR_ERROR_LENGTH, "the key %s is given twice; give it once",
                       key->name);
        return -EINVAL;
    }
    seen[number] = true;
    if (equals != NULL && length - name_length - 1u < sizeof(value)) {
        memcpy(value, equals + 1, length - name_length - 1u);
        if (key->take(arguments, value))
            return 0;
    }
    (void)snprintf(error, IR_ERROR_LENGTH, "%s=%.60s: give %s", key->name, value, key->expected);
    return -EINVAL;
}

/* Whether what a key depends on is given. */
static bool need_met(const struct sim_arguments *arguments, const struct sim_key *key)
{
    char wire[32];

    if (key->needs == NULL)
        return true;
    if (strcmp(key->needs, "rx") == 0)
        return arguments->rx[0] != '\0';
    (void)snprintf(wire, sizeof(wire), "wire=%s", wires[arguments->wire]);
    return strstr(key->needs, wire) != NULL;
}

/* Whether keys that go together are given together, and keys that exclude each other are not. */
static int check_together(const struct sim_arguments *arguments, const bool seen[KEYS_MAX],
                          char error[IR_ERROR_LENGTH])
{
    static const char *const sources[] = {"rx", "wire", "tap", "link"};
    const char *source = NULL;
    bool both_ways = arguments->tap[0] != '\0' || arguments->link[0] != '\0' ||
                     arguments->wire == SIM_WIRE_MEMORY || arguments->wire == SIM_WIRE_FLOOD;

    for (size_t i = 0; i < COMMON; i++) {
        if (seen[i] && !need_met(arguments, &keys[i])) {
            (void)snprintf(error, IR_ERROR_LENGTH, "%s= means nothing without %s; add that",
                           keys[i].name, keys[i].needs);
            return -EINVAL;
        }
    }
    for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
        if (!seen[find_key(arguments->kind, sources[i], strlen(sources[i]))])
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

/* The kind of card with this name of `length` characters, or NULL. */
static const struct sim_kind *find_kind(const char *name, size_t length)
{
    static const struct sim_kind *const kinds[] = {&sim_kind_82599, &sim_kind_82574,
                                                   &sim_kind_virtio};

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (strlen(kinds[i]->name) == length && strncmp(kinds[i]->name, name, length) == 0)
            return kinds[i];
    return NULL;
}

static void set_defaults(struct sim_arguments *arguments, const struct sim_kind *kind)
{
    memset(arguments, 0, sizeof(*arguments));
    arguments->kind = kind;
    arguments->threaded = true;
    arguments->vectors = IR_VECTORS_MAX;
    arguments->loop = 1u;
    arguments->gen.size = SIM_GEN_SIZE_MIN;
    arguments->gen.flows = 1u;
    kind->defaults(arguments);
}

int sim_arguments_parse(const char *text, struct sim_arguments *arguments,
                        char error[IR_ERROR_LENGTH])
{
    bool seen[KEYS_MAX] = {false};
    size_t length = strcspn(text, ",");
    const struct sim_kind *kind = find_kind(text, length);

    if (kind == NULL) {
        (void)snprintf(error, IR_ERROR_LENGTH,
                       "\"%.*s\" is no simulated device; use 82599, 82574 or virtio, as in "
                       "sim:82599,rx=in.pcap,tx=out.pcap",
                       length < 40u ? (int)length : 40, text);
        return -EINVAL;
    }
    set_defaults(arguments, kind);
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
