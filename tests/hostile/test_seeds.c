/* SPDX-License-Identifier: MIT
 *
 * Cards that lie in every way they know, as drawn from a seed or from bytes; and whether those that
 * draw the same do the same.
 */
#include "life.h"

#include <stdio.h>
#include <string.h>

#define SEEDS  300u
#define INPUTS 100u

static void add(struct outcome *sum, const struct outcome *one)
{
    sum->received += one->received;
    sum->sent += one->sent;
    sum->breaches += one->breaches;
    sum->recovered += one->recovered;
    sum->failed += one->failed;
}

/* Everything has happened to some card, and most have worked. */
static void all_was_seen(const struct outcome *sum, uint32_t refused, uint32_t lives)
{
    print_message("%u lives: %u refused at open, %u packets received, %u sent, %u breaches, %u "
                  "resets, %u failed\n",
                  lives, refused, sum->received, sum->sent, sum->breaches, sum->recovered,
                  sum->failed);
    assert_in_range(refused, 1, lives / 2u);
    assert_true(sum->received > lives && sum->sent > lives);
    assert_true(sum->breaches > 0 && sum->recovered > lives && sum->failed > 0);
}

static void no_seed_makes_the_driver_misbehave(void **state)
{
    struct outcome sum = {0};
    uint32_t refused = 0;

    (void)state;
    for (uint32_t seed = 0; seed < SEEDS; seed++) {
        char arguments[32];
        struct outcome one;

        (void)snprintf(arguments, sizeof(arguments), "hostile=%u", seed);
        one = live(arguments, NULL, NULL);
        refused += one.opened != 0;
        add(&sum, &one);
    }
    all_was_seen(&sum, refused, SEEDS);
}

static void a_seed_can_be_repeated(void **state)
{
    (void)state;
    for (uint32_t seed = 0; seed < 10u; seed++) {
        char arguments[32];
        struct outcome first;
        struct outcome second;

        (void)snprintf(arguments, sizeof(arguments), "hostile=%u", seed);
        first = live(arguments, NULL, NULL);
        second = live(arguments, NULL, NULL);
        assert_memory_equal(&first, &second, sizeof(first));
    }
}

/* Bytes as a fuzzer gives them: when they end, the card lies no more. */
struct bytes {
    uint8_t byte[512];
    uint32_t next;
};

static uint32_t draw_bytes(void *context, uint32_t limit)
{
    struct bytes *bytes = context;
    uint32_t value = 0;

    for (uint32_t left = limit - 1u; left > 0; left >>= 8) {
        if (bytes->next == sizeof(bytes->byte))
            return limit - 1u; /* the longest wait */
        value = value << 8 | bytes->byte[bytes->next++];
    }
    return value % limit;
}

static void fill(struct bytes *bytes, uint32_t input)
{
    uint32_t state = input * 2654435761u + 1u;

    bytes->next = 0;
    for (size_t i = 0; i < sizeof(bytes->byte); i++) {
        state = state * 1664525u + 1013904223u;
        bytes->byte[i] = (uint8_t)(state >> 24);
    }
}

static void no_bytes_of_a_fuzzer_make_the_driver_misbehave(void **state)
{
    struct outcome sum = {0};
    uint32_t refused = 0;
    uint32_t used = 0;

    (void)state;
    for (uint32_t input = 0; input < INPUTS; input++) {
        struct bytes bytes;
        struct outcome one;

        fill(&bytes, input);
        one = live("mac=02:00:00:00:00:01", draw_bytes, &bytes);
        used += bytes.next;
        refused += one.opened != 0;
        add(&sum, &one);
    }
    all_was_seen(&sum, refused, INPUTS);
    assert_true(used > INPUTS * 50u);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_seed_makes_the_driver_misbehave),
        cmocka_unit_test(a_seed_can_be_repeated),
        cmocka_unit_test(no_bytes_of_a_fuzzer_make_the_driver_misbehave),
    };

    card_choose(argc, argv);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
