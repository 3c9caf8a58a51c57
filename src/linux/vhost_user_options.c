/* SPDX-License-Identifier: MIT
 *
 * Device strings of vhost-user; see vhost_user_options.h.
 */
#include "linux/vhost_user_options.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/compiler.h"
#include "softdev/layout.h"
#include "softdev/values.h"
#include "virtio/vhost_user_message.h"

#define VALUE_LENGTH 32u

struct key {
    const char *name;
    /* Take the value; false when it is not one that the key takes. */
    bool (*take)(struct vu_options *options, const char *value);
    const char *expected; /* what it takes, for people */
};

static bool take_number(const char *text, uint32_t max, uint32_t *value)
{
    uint64_t number;

    if (!soft_take_number(text, 1, max, &number))
        return false;
    *value = (uint32_t)number;
    return true;
}

static bool take_feature(struct vu_options *options, const char *value, uint64_t feature)
{
    bool on;

    if (!soft_take_switch(value, &on))
        return false;
    options->forbidden &= ~feature;
    if (on)
        options->required |= feature;
    else
        options->forbidden |= feature;
    return true;
}

static bool take_server(struct vu_options *options, const char *value)
{
    return soft_take_switch(value, &options->server);
}

static bool take_queues(struct vu_options *options, const char *value)
{
    return take_number(value, VHOST_USER_PAIRS_MAX, &options->queues);
}

static bool take_mrg_rxbuf(struct vu_options *options, const char *value)
{
    return take_feature(options, value, SOFT_F_MRG_RXBUF);
}

static bool take_in_order(struct vu_options *options, const char *value)
{
    return take_feature(options, value, SOFT_F_IN_ORDER);
}

static bool take_packed(struct vu_options *options, const char *value)
{
    return take_feature(options, value, SOFT_F_RING_PACKED);
}

static bool take_timeout(struct vu_options *options, const char *value)
{
    return take_number(value, VU_TIMEOUT_MAX_MS, &options->timeout_ms);
}

static bool take_mac(struct vu_options *options, const char *value)
{
    return soft_take_mac(value, options->mac);
}

static const struct key keys[] = {
    {"server", take_server, "on or off"},
    {"queues", take_queues, "1 to 64 pairs of queues"},
    {"mrg_rxbuf", take_mrg_rxbuf, "on or off"},
    {"in_order", take_in_order, "on or off"},
    {"packed", take_packed, "on or off"},
    {"mac", take_mac, "a unicast address such as 02:00:00:00:00:01"},
    {"timeout_ms", take_timeout, "1 to 600000 milliseconds"},
};

#define KEYS (sizeof(keys) / sizeof(keys[0]))

/* One "key=value" of `length` characters. */
static int take_argument(struct vu_options *options, const char *text, size_t length,
                         bool seen[KEYS], char error[IR_ERROR_LENGTH])
{
    char value[VALUE_LENGTH] = "";
    const char *equals = memchr(text, '=', length);
    size_t name_length = equals == NULL ? length : (size_t)(equals - text);
    size_t key = 0;

    while (key < KEYS && (strlen(keys[key].name) != name_length ||
                          strncmp(keys[key].name, text, name_length) != 0))
        key++;
    if (key == KEYS) {
        (void)snprintf(error, IR_ERROR_LENGTH,
                       "vhost-user:%.80s: there is no key \"%.*s\"; use one of server queues "
                       "mrg_rxbuf in_order packed mac timeout_ms",
                       options->path, name_length < 40u ? (int)name_length : 40, text);
        return -EINVAL;
    }
    if (seen[key]) {
        (void)snprintf(error, IR_ERROR_LENGTH,
                       "vhost-user:%.107s: the key %s is given twice; give it once", options->path,
                       keys[key].name);
        return -EINVAL;
    }
    seen[key] = true;
    if (equals != NULL && length - name_length - 1u < sizeof(value)) {
        memcpy(value, equals + 1, length - name_length - 1u);
        if (keys[key].take(options, value))
            return 0;
    }
    (void)snprintf(error, IR_ERROR_LENGTH, "vhost-user:%.107s: %s=%s: give %s", options->path,
                   keys[key].name, value, keys[key].expected);
    return -EINVAL;
}

/* An address that the same path always gets: locally administered, and a hash (FNV-1a, which is
 * defined modulo 2^32). */
IR_WRAPS static void make_mac(struct vu_options *options)
{
    uint32_t hash = 2166136261u;

    for (const char *letter = options->path; *letter != '\0'; letter++)
        hash = (hash ^ (uint8_t)*letter) * 16777619u;
    options->mac[0] = 0x02;
    options->mac[1] = 0x1a; /* with the next, the vendor of virtio */
    options->mac[2] = 0xf4;
    for (uint32_t i = 3; i < IR_MAC_LENGTH; i++)
        options->mac[i] = (uint8_t)(hash >> (8u * (i - 3u)) & 0xffu);
}

static int take_path(struct vu_options *options, const char *text, size_t length,
                     char error[IR_ERROR_LENGTH])
{
    if (length == 0) {
        (void)snprintf(error, IR_ERROR_LENGTH,
                       "\"vhost-user:\" names no socket; give its path, as in "
                       "vhost-user:/run/x.sock");
        return -EINVAL;
    }
    if (length >= sizeof(options->path)) {
        (void)snprintf(error, IR_ERROR_LENGTH,
                       "vhost-user:%.60s...: the path has %zu characters, and that of a socket at "
                       "most %u; use a shorter one, such as a relative one",
                       text, length, VU_PATH_LENGTH - 1u);
        return -EINVAL;
    }
    memcpy(options->path, text, length);
    return 0;
}

int vu_options_parse(const char *text, struct vu_options *options, char error[IR_ERROR_LENGTH])
{
    bool seen[KEYS] = {false};
    size_t length = strcspn(text, ",");
    int result;

    memset(options, 0, sizeof(*options));
    options->queues = 1;
    options->timeout_ms = 1000;
    options->forbidden = SOFT_F_RING_PACKED;
    result = take_path(options, text, length, error);
    if (result != 0)
        return result;
    make_mac(options);
    while (text[length] == ',') {
        text += length + 1u;
        length = strcspn(text, ",");
        result = take_argument(options, text, length, seen, error);
        if (result != 0)
            return result;
    }
    return 0;
}
