/* SPDX-License-Identifier: MIT
 *
 * Fuzz target api: any sequence of public calls, with handles that are live, dead, forged or of
 * another pool, on two simulated cards that belong to one domain, and a pool of another. A small
 * model says what each call must answer; the cards say whether the driver kept their rules.
 */
#include "api_world.h"

#include <errno.h>

#include "oracle.h"

#define STEPS 96u

static void call_packet(struct input *input)
{
    uint32_t p = input_below(input, API_POOLS);
    uint8_t kind = input_8(input);

    switch (kind % 5u) {
    case 0:
        api_alloc(p, input_16(input) & 0xfffu);
        break;
    case 1:
        api_free(p, api_handle(input));
        break;
    case 2:
        api_set_length(p, api_handle(input), input_16(input));
        break;
    case 3: {
        struct ir_pkt pkt = api_handle(input);
        uint32_t offset = input_16(input);

        api_view(p, pkt, offset == UINT16_MAX ? UINT32_MAX : offset, input_16(input));
        break;
    }
    default:
        fuzz_equal("ir_pkt_alloc without a pool", ir_pkt_alloc(NULL, 60, &(struct ir_pkt){0}),
                   -EINVAL);
        fuzz_equal("ir_pkt_alloc without a place", ir_pkt_alloc(api.pool[p].pool, 60, NULL),
                   -EINVAL);
        fuzz_equal("ir_pkt_free without a pool", ir_pkt_free(NULL, api_handle(input)), -EINVAL);
        break;
    }
}

static void call_queue(struct input *input)
{
    uint32_t d = input_below(input, API_DEVICES);
    uint32_t q = input_below(input, API_QUEUES);
    uint8_t kind = input_8(input);

    switch (kind % 4u) {
    case 0:
        api_receive(d, q, kind >> 2);
        break;
    case 1: {
        struct ir_pkt pkts[8];
        uint32_t count = (kind >> 2) % 9u;

        for (uint32_t i = 0; i < count; i++)
            pkts[i] = api_handle(input);
        api_send(d, q, pkts, count);
        break;
    }
    case 2:
        api_reclaim(d, q);
        break;
    default:
        api_echo(d, q);
        break;
    }
}

static void call_device(struct input *input)
{
    uint32_t d = input_below(input, API_DEVICES);
    uint8_t kind = input_8(input);

    switch (kind % 6u) {
    case 0: {
        static const uint32_t sizes[] = {64, 128, 64, 256, 0, 63, 96, 8192};
        uint32_t index = input_8(input) % (API_QUEUES + 1u);

        /* The last index is one that no card has. */
        api_setup(d, index < API_QUEUES ? index : IR_QUEUES_MAX, sizes[kind >> 5],
                  input_below(input, API_POOLS), (kind & 0x10u) != 0);
        break;
    }
    case 1:
    case 2:
        api_start(d);
        break;
    case 3:
        api_reset(d);
        break;
    case 4:
        api_settings(d, input);
        break;
    default:
        api_observe(d);
        break;
    }
}

static void call_object(struct input *input)
{
    uint8_t kind = input_8(input);

    switch (kind % 6u) {
    case 0:
        api_open((kind >> 4) % API_DEVICES);
        break;
    case 1:
        api_close((kind >> 4) % API_DEVICES);
        break;
    case 2:
        api_pool_create((kind >> 4) % API_POOLS, input_8(input));
        break;
    case 3:
        api_pool_destroy((kind >> 4) % API_POOLS);
        break;
    case 4:
        api_domains_are_busy();
        break;
    default:
        api_nulls();
        break;
    }
}

static void step(struct input *input)
{
    uint8_t kind = input_8(input) % 16u;

    if (kind < 4u)
        call_packet(input);
    else if (kind < 8u)
        call_queue(input);
    else if (kind < 11u)
        call_device(input);
    else if (kind < 12u)
        call_object(input);
    else if (kind < 14u)
        api_put(input_below(input, API_DEVICES), input);
    else
        api_step(input_below(input, API_DEVICES));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, size};

    api_begin();
    for (uint32_t i = 0; i < STEPS && input.left > 0; i++) {
        step(&input);
        api_check();
    }
    api_end();
    return 0;
}
