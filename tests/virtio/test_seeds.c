/* SPDX-License-Identifier: MIT
 *
 * The whole life of the driver on virtio cards that lie in every way they know, as drawn from a seed, on
 * each transport and with each format of rings; and with each register that lies by itself.
 */
#include "life.h"

#include <stdio.h>
#include <stdlib.h>

#include "sim/virtio/hostile.h"
#include "virtio/virtio.h"

#define SEEDS       30u /* of each format */
#define QUICK_SEEDS 12u /* with TESTS_QUICK in the environment, after they have all been tried */

static const char *const formats[] = {
    "pairs=1",
    "event_idx=off,mrg_rxbuf=off",
    "shuffle=on",
    "in_order=on",
    "packed=on",
    "packed=on,event_idx=off",
    "packed=on,shuffle=on",
    "packed=on,in_order=on",
    "control=off,poll=on",
    "transport=transitional,queue_size=64",
    "transport=legacy",
    "transport=legacy,mrg_rxbuf=off",
    "transport=legacy,any_layout=off,queue_size=128",
};

#define FORMATS (sizeof(formats) / sizeof(formats[0]))

static int draw_from(struct ir_transport *transport, sim_draw_fn *draw, void *context)
{
    return sim_virtio_draw_from((struct sim_virtio *)transport, draw, context);
}

static const struct kind kind = {"virtio", &virtio_driver, draw_from};

/* A frame that a card made up fills a buffer, and is sent on: with this MTU it may be. */
static struct outcome live_with(const char *format, const char *lie)
{
    char arguments[128];

    (void)snprintf(arguments, sizeof(arguments), "%s,mtu=2030,hostile=%s", format, lie);
    return live_on(&kind, arguments, NULL, NULL);
}

static void add(struct outcome *sum, const struct outcome *one)
{
    sum->opened += one->opened != 0;
    sum->received += one->received;
    sum->sent += one->sent;
    sum->breaches += one->breaches;
    sum->recovered += one->recovered;
    sum->failed += one->failed;
}

static void no_seed_makes_the_driver_misbehave(void **state)
{
    const uint32_t seeds = getenv("TESTS_QUICK") != NULL ? QUICK_SEEDS : SEEDS;

    (void)state;
    for (size_t f = 0; f < FORMATS; f++) {
        struct outcome sum = {0};

        for (uint32_t seed = 0; seed < seeds; seed++) {
            char lie[16];
            struct outcome one;

            (void)snprintf(lie, sizeof(lie), "%u", seed);
            one = live_with(formats[f], lie);
            add(&sum, &one);
        }
        print_message("%s: %d refused, %u received, %u sent, %u breaches, %u resets, %u failed\n",
                      formats[f], sum.opened, sum.received, sum.sent, sum.breaches, sum.recovered,
                      sum.failed);
        assert_true(sum.opened < (int)seeds / 2);
        assert_true(sum.received > seeds && sum.sent > seeds);
        assert_true(sum.breaches > 0 && sum.recovered > seeds && sum.failed > 0);
    }
}

/* Each way to lie by itself: always, once, and now and then. */
static void no_lie_makes_the_driver_misbehave(void **state)
{
    const size_t step = getenv("TESTS_QUICK") != NULL ? 6u : 3u;
    static const char *const when[] = {"", ":1", ":1:30", ":3:20", ":0:50"};
    struct outcome sum = {0};

    (void)state;
    for (uint32_t point = 0; sim_virtio_lies.name(point) != NULL; point++) {
        for (size_t f = point % step; f < FORMATS; f += step) {
            char lie[64];
            struct outcome one;

            (void)snprintf(lie, sizeof(lie), "%s%s", sim_virtio_lies.name(point),
                           when[(point + f) % (sizeof(when) / sizeof(when[0]))]);
            one = live_with(formats[f], lie);
            add(&sum, &one);
        }
    }
    assert_true(sum.opened > 0 && sum.received > 0 && sum.sent > 0);
    assert_true(sum.breaches > 0 && sum.recovered > 0 && sum.failed > 0);
}

static void device_may_go_at_any_moment(void **state)
{
    static const char *const some[] = {"pairs=1", "packed=on", "transport=legacy"};
    const uint32_t further = getenv("TESTS_QUICK") != NULL ? 2u : 4u;

    (void)state;
    for (size_t f = 0; f < sizeof(some) / sizeof(some[0]); f++) {
        for (uint32_t after = 0; after < 3000u; after += after / further + further) {
            char lie[32];

            (void)snprintf(lie, sizeof(lie), "gone:0:%u", after);
            (void)live_with(some[f], lie);
            (void)snprintf(lie, sizeof(lie), "gone:5:%u", after);
            (void)live_with(some[f], lie);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_seed_makes_the_driver_misbehave),
        cmocka_unit_test(no_lie_makes_the_driver_misbehave),
        cmocka_unit_test(device_may_go_at_any_moment),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
