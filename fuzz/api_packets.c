/* SPDX-License-Identifier: MIT
 *
 * Packets in the world of target api: who holds them, and what travels through the cards.
 */
#include "api_world.h"

#include <errno.h>

#include "oracle.h"

#define ETHERTYPE   12u /* offsets in a frame */
#define SOURCE_PORT 34u

static uint32_t index_of(struct ir_pkt pkt)
{
    return (uint32_t)(pkt.bits & 0xffffu);
}

static uint32_t grant_of(struct ir_pkt pkt)
{
    return (uint32_t)(pkt.bits >> 16 & 0xffffffffu);
}

struct ir_pkt api_handle(struct input *input)
{
    uint8_t kind = input_8(input);
    uint32_t kept = api.known_count < API_HANDLES ? api.known_count : API_HANDLES;
    struct ir_pkt pkt = {0};

    if (kind >= 0xf8u) {
        pkt.bits = input_64(input);
        return pkt;
    }
    if (kept == 0)
        return pkt;
    pkt = api.known[(api.known_count - 1u - (kind & 0x3fu) % kept) % API_HANDLES];
    if (kind >= 0xc0u)
        pkt.bits ^= UINT64_C(1) << (input_8(input) % 64u);
    return pkt;
}

bool api_held(const struct api_pool *pool, struct ir_pkt pkt)
{
    return pkt.bits != 0 && index_of(pkt) < pool->buffers &&
           pool->holder[index_of(pkt)] == pkt.bits;
}

static void remember(struct ir_pkt pkt)
{
    api.known[api.known_count % API_HANDLES] = pkt;
    api.known_count++;
}

void api_granted(struct api_pool *pool, struct ir_pkt pkt, uint32_t length)
{
    if (index_of(pkt) >= pool->buffers || grant_of(pkt) == 0)
        fuzz_fail("the handle 0x%llx names no buffer", (unsigned long long)pkt.bits);
    if (pool->holder[index_of(pkt)] != 0)
        fuzz_fail("the handle 0x%llx is of a buffer that the application holds already",
                  (unsigned long long)pkt.bits);
    for (uint32_t p = 0; p < API_POOLS; p++) {
        for (uint32_t b = 0; b < api.pool[p].buffers; b++) {
            if (grant_of((struct ir_pkt){api.pool[p].holder[b]}) == grant_of(pkt))
                fuzz_fail("the handle 0x%llx has a grant that is in use",
                          (unsigned long long)pkt.bits);
        }
    }
    fuzz_equal("the length of a packet", ir_pkt_length(pkt), length);
    pool->holder[index_of(pkt)] = pkt.bits;
    pool->held++;
    remember(pkt);
}

void api_gone(struct api_pool *pool, struct ir_pkt pkt)
{
    pool->holder[index_of(pkt)] = 0;
    pool->held--;
}

/* Whether a packet of the pools here can be so long. */
static bool is_frame(uint32_t length)
{
    return length >= IR_FRAME_MIN && length <= IR_BUFFER_SIZE_MIN;
}

void api_alloc(uint32_t p, uint32_t length)
{
    struct api_pool *pool = &api.pool[p];
    struct ir_pkt pkt = {0};
    uint32_t available = ir_pool_available(pool->pool);
    int expected = available == 0 ? -ENOBUFS : 0;

    if (pool->pool == NULL)
        expected = -EINVAL;
    else if (!is_frame(length))
        expected = -EMSGSIZE;
    fuzz_equal("ir_pkt_alloc", ir_pkt_alloc(pool->pool, length, &pkt), expected);
    if (expected == 0)
        api_granted(pool, pkt, length);
}

void api_free(uint32_t p, struct ir_pkt pkt)
{
    struct api_pool *pool = &api.pool[p];
    int expected = pool->pool == NULL ? -EINVAL : api_held(pool, pkt) ? 0 : -ESTALE;

    fuzz_equal("ir_pkt_free", ir_pkt_free(pool->pool, pkt), expected);
    if (expected == 0)
        api_gone(pool, pkt);
}

void api_set_length(uint32_t p, struct ir_pkt pkt, uint32_t length)
{
    struct api_pool *pool = &api.pool[p];
    struct ir_pkt changed = pkt;
    int expected = -ESTALE;

    if (pool->pool == NULL)
        return;
    if (api_held(pool, pkt))
        expected = is_frame(length) ? 0 : -EMSGSIZE;
    fuzz_equal("ir_pkt_set_length", ir_pkt_set_length(pool->pool, &changed, length), expected);
    fuzz_equal("the length afterwards", ir_pkt_length(changed),
               expected == 0 ? length : ir_pkt_length(pkt));
    if (expected == 0) {
        pool->holder[index_of(pkt)] = changed.bits;
        remember(changed);
    }
}

void api_view(uint32_t p, struct ir_pkt pkt, uint32_t offset, uint32_t length)
{
    struct api_pool *pool = &api.pool[p];
    bool allowed = api_held(pool, pkt) && (uint64_t)offset + length <= ir_pkt_length(pkt);
    uint32_t value = 0;
    uint8_t *view;

    if (pool->pool == NULL)
        return;
    view = ir_pkt_data(pool->pool, pkt, offset, length);
    if ((view != NULL) != allowed)
        fuzz_fail("the view of %u bytes at %u of 0x%llx is %s", length, offset,
                  (unsigned long long)pkt.bits, view == NULL ? "refused" : "given");
    if (view != NULL)
        memset(view, 0x5a, length);
    if (view != NULL && length >= 4u) {
        fuzz_equal("ir_pkt_read32", ir_pkt_read32(pool->pool, pkt, offset, &value), 0);
        fuzz_equal("the field", value, 0x5a5a5a5a);
    }
}

/* What a queue that is not started, or does not exist, must answer; 0 when it works. */
static int refusal(uint32_t d, const void *queue)
{
    if (queue == NULL)
        return -EINVAL;
    return api.device[d].started ? 0 : -EIO;
}

void api_receive(uint32_t d, uint32_t q, uint32_t max)
{
    const struct api_queue *queue = &api.device[d].queue[q];
    struct ir_pkt pkts[API_BURST] = {{0}};
    int got = ir_rx(queue->rx, pkts, max);

    if (refusal(d, queue->rx) != 0) {
        fuzz_equal("ir_rx of a queue that does not run", got, refusal(d, queue->rx));
        return;
    }
    if (got < 0 || (uint32_t)got > max)
        fuzz_fail("ir_rx of %u packets answers %d", max, got);
    for (int i = 0; i < got; i++)
        api_granted(&api.pool[queue->rx_pool], pkts[i], ir_pkt_length(pkts[i]));
}

void api_send(uint32_t d, uint32_t q, const struct ir_pkt *pkts, uint32_t count)
{
    const struct api_queue *queue = &api.device[d].queue[q];
    struct api_pool *pool = &api.pool[queue->tx_pool];
    int result = ir_tx(queue->tx, pkts, count);
    int expected = 0;
    int sent = 0;

    if (refusal(d, queue->tx) != 0) {
        fuzz_equal("ir_tx of a queue that does not run", result, refusal(d, queue->tx));
        return;
    }
    for (uint32_t i = 0; i < count && expected == 0; i++) {
        if (!api_held(pool, pkts[i]))
            expected = -ESTALE;
        else if (sent < result) {
            api_gone(pool, pkts[i]);
            sent++;
        } else
            break; /* the ring is full, by its own account */
    }
    if (result > sent)
        fuzz_fail("ir_tx accepts %d packets, of which only %d may be sent", result, sent);
    if (result < 0)
        fuzz_equal("ir_tx", result, expected);
    if (result >= 0 && (uint32_t)result < count && expected == 0 &&
        ir_tx_reclaim(queue->tx) <= (int)API_QUEUES)
        fuzz_fail("ir_tx accepts %d of %u good packets, and the ring is all but empty", result,
                  count);
}

void api_reclaim(uint32_t d, uint32_t q)
{
    const struct api_queue *queue = &api.device[d].queue[q];
    int result = ir_tx_reclaim(queue->tx);

    if (refusal(d, queue->tx) != 0)
        fuzz_equal("ir_tx_reclaim of a queue that does not run", result, refusal(d, queue->tx));
    else if (result < 0 || result >= (int)IR_RING_SIZE_MAX)
        fuzz_fail("ir_tx_reclaim answers %d", result);
}

void api_echo(uint32_t d, uint32_t q)
{
    const struct api_queue *queue = &api.device[d].queue[q];
    struct ir_pkt pkts[API_BURST] = {{0}};
    uint32_t before = api.known_count;

    api_receive(d, q, API_BURST);
    if (queue->tx == NULL || queue->rx == NULL)
        return;
    for (uint32_t i = before; i < api.known_count; i++)
        pkts[i - before] = api.known[i % API_HANDLES];
    api_send(d, q, pkts, api.known_count - before);
}

void api_put(uint32_t d, struct input *input)
{
    static const uint8_t udp_over_ipv4[] = {0x08, 0x00, 0x45, 0, 0, 0, 0, 0, 0, 0, 64, 17};
    static uint8_t frame[2100];
    uint32_t count = 1u + input_8(input) % 32u;
    uint32_t length = 1u + input_16(input) % sizeof(frame);
    int result = 0;

    if (api.device[d].dev == NULL)
        return;
    memset(frame, 0xff, IR_MAC_LENGTH);
    memcpy(frame + ETHERTYPE, udp_over_ipv4, sizeof(udp_over_ipv4));
    for (uint32_t i = 0; i < count && result == 0; i++) {
        frame[SOURCE_PORT] = (uint8_t)i; /* the queue depends on it */
        result = ir_sim_put(api.device[d].dev, frame, length);
    }
    if (result != 0 && result != -ENOBUFS)
        fuzz_fail("ir_sim_put answers %d", result);
}

void api_step(uint32_t d)
{
    uint8_t frame[IR_BUFFER_SIZE_MIN];
    int length = 1;

    if (api.device[d].dev == NULL)
        return;
    if (ir_sim_step(api.device[d].dev) < 0)
        fuzz_fail("ir_sim_step fails");
    while (length > 0)
        length = ir_sim_take(api.device[d].dev, frame, sizeof(frame));
    fuzz_equal("ir_sim_take of an empty wire", length, 0);
}
