/* SPDX-License-Identifier: MIT
 *
 * The helpers of life.h.
 */
#include "life.h"

#include <stdio.h>
#include <string.h>

#include "api/domain.h"
#include "e1000e/e1000e.h"
#include "ixgbe/ixgbe.h"
#include "sim/sim.h"

#define BUFFERS 256u
#define BURST   32u
#define ROUNDS  6u /* starts and resets in a life */
#define BURSTS  12u

static struct sim_card *sim_of(const struct card *card)
{
    return (struct sim_card *)card->dev->transport;
}

void lie(struct card *card, enum sim_hostile_mode mode, uint64_t times, uint64_t after)
{
    assert_int_equal(sim_hostile_turn_on(sim_of(card), mode, times, after), 0);
}

void be_honest(struct card *card)
{
    sim_hostile_turn_off(sim_of(card));
}

void work(struct card *card, uint32_t rounds)
{
    for (uint32_t i = 0; i < rounds; i++)
        assert_true(ir_sim_step(card->dev) >= 0);
}

uint64_t device_time(const struct card *card)
{
    return sim_of(card)->base.clock;
}

void readable(const struct ir_pool *pool, struct ir_pkt pkt)
{
    uint32_t length = ir_pkt_length(pkt);
    const uint8_t *data = ir_pkt_data(pool, pkt, 0, length);
    volatile uint8_t sum = 0;

    assert_in_range(length, IR_FRAME_MIN, pool->buffer_size);
    assert_non_null(data);
    for (uint32_t i = 0; i < length; i++)
        sum = (uint8_t)(sum + data[i]);
}

/* A device in the middle of its life. */
struct life {
    const struct kind *kind;
    const char *arguments;
    struct ir_domain *domain;
    struct ir_pool *pool;
    struct ir_transport *transport;
    struct ir_dev *dev;
    struct ir_rxq *rx;
    struct ir_txq *tx;
    uint64_t called; /* the card's time when the last call began */
    struct outcome outcome;
};

static uint64_t clock_of(const struct life *life)
{
    return ((struct sim_device *)life->transport)->clock;
}

static void begin_call(struct life *life)
{
    life->called = clock_of(life);
}

/* The call took no longer than it may, and each buffer is in one place; none is the caller's. */
static int end_call(struct life *life, int result)
{
    if (clock_of(life) - life->called >= PATIENCE)
        fail_msg("%s: a call took %u ms", life->arguments,
                 (unsigned)((clock_of(life) - life->called) / 1000u));
    if (ir_pool_audit(life->pool) != 0)
        fail_msg("%s: the audit answers %d", life->arguments, ir_pool_audit(life->pool));
    return result;
}

static void set_up(struct life *life, sim_draw_fn *draw, void *context)
{
    char arguments[256];
    char error[IR_ERROR_LENGTH];

    (void)snprintf(arguments, sizeof(arguments), "%s,mode=step,wire=gen,size=100,%s",
                   life->kind->name, life->arguments);
    assert_int_equal(ir_domain_create(&life->domain), 0);
    assert_int_equal(ir_pool_create(life->domain, BUFFERS, 2048, &life->pool), 0);
    if (ir_sim_open(arguments, &life->transport, error) != 0)
        fail_msg("%s", error);
    assert_int_equal(ir_domain_attach(life->domain, life->transport), 0);
    if (draw != NULL)
        assert_int_equal(life->kind->draw_from(life->transport, draw, context), 0);
}

/* One burst from the card and back to it. False when a queue is broken. */
static bool forward(struct life *life)
{
    struct ir_pkt pkts[BURST];
    int received;
    int sent;

    assert_true(ir_sim_step(life->dev) >= 0);
    begin_call(life);
    received = ir_rx(life->rx, pkts, BURST);
    assert_true(received >= 0 || received == -EIO);
    if (received < 0)
        return end_call(life, received) == 0;
    for (int i = 0; i < received; i++)
        readable(life->pool, pkts[i]);
    sent = ir_tx(life->tx, pkts, (uint32_t)received);
    assert_true(sent >= 0 || sent == -EIO);
    for (int i = sent < 0 ? 0 : sent; i < received; i++)
        assert_int_equal(ir_pkt_free(life->pool, pkts[i]), 0);
    life->outcome.received += (uint32_t)received;
    life->outcome.sent += sent < 0 ? 0 : (uint32_t)sent;
    return end_call(life, sent) >= 0;
}

/* Any answer will do, as long as it comes. */
static void ask(struct life *life, uint32_t round)
{
    struct ir_stats stats;
    struct ir_link link;

    begin_call(life);
    (void)ir_stats(life->dev, &stats);
    (void)ir_link(life->dev, &link);
    (void)end_call(life, ir_promiscuous(life->dev, round % 2 == 0));
}

/* Reset until the card comes up again, or has had its time for that. */
static void reset(struct life *life)
{
    for (uint32_t i = 0; i < 3; i++) {
        begin_call(life);
        if (end_call(life, ir_reset(life->dev)) == 0) {
            life->outcome.recovered++;
            return;
        }
        life->outcome.failed++;
        life->transport->ops->delay(life->transport, SIM_HOSTILE_LATE_US);
    }
}

/* Set up the queues, whose sizes a card may have a say in, and start it. */
static int start(struct life *life)
{
    int result;

    begin_call(life);
    result = end_call(life, ir_rxq_setup(life->dev, 0, 64, life->pool, &life->rx));
    if (result == 0)
        result = end_call(life, ir_txq_setup(life->dev, 0, 64, life->pool, &life->tx));
    if (result != 0)
        return result;
    begin_call(life);
    return end_call(life, ir_start(life->dev));
}

static void use(struct life *life)
{
    life->outcome.started = start(life);
    if (life->rx == NULL || life->tx == NULL)
        return;
    for (uint32_t round = 0; round < ROUNDS; round++) {
        for (uint32_t burst = 0; burst < BURSTS; burst++) {
            if (!forward(life)) {
                life->outcome.breaches++;
                break;
            }
        }
        ask(life, round);
        reset(life);
        /* A first start that failed was no start: resets do not repeat it. */
        if (life->outcome.started != 0) {
            begin_call(life);
            life->outcome.started = end_call(life, ir_start(life->dev));
        }
    }
}

static void tear_down(struct life *life)
{
    struct ir_dev any = {.transport = life->transport};
    uint64_t violations;

    assert_int_equal(ir_sim_violations(&any, &violations), 0);
    if (violations != 0)
        fail_msg("%s: %s", life->arguments, ir_sim_violation(&any, 0));
    ir_domain_detach(life->domain, life->transport, true);
    life->transport->ops->close(life->transport);
    assert_int_equal(ir_pool_audit(life->pool), 0);
    assert_int_equal(ir_pool_destroy(life->pool), 0);
    assert_int_equal(ir_domain_destroy(life->domain), 0);
}

struct outcome live_on(const struct kind *kind, const char *arguments, sim_draw_fn *draw,
                       void *context)
{
    struct life life = {.kind = kind, .arguments = arguments};
    char error[IR_ERROR_LENGTH] = "";

    set_up(&life, draw, context);
    begin_call(&life);
    life.outcome.opened =
        end_call(&life, kind->driver->open(life.domain, life.transport, &life.dev, error));
    if (life.outcome.opened == 0) {
        use(&life);
        begin_call(&life);
        life.outcome.closed = end_call(&life, life.dev->ops->close(life.dev));
        if (life.outcome.closed == 0)
            assert_int_equal(ir_pool_available(life.pool), BUFFERS);
    } else {
        assert_true(error[0] != '\0');
    }
    tear_down(&life);
    return life.outcome;
}

static int draw_from(struct ir_transport *transport, sim_draw_fn *draw, void *context)
{
    return sim_hostile_draw_from((struct sim_card *)transport, draw, context);
}

struct outcome live(const char *arguments, sim_draw_fn *draw, void *context)
{
    static const struct kind kinds[] = {{"82599", &ixgbe_driver, draw_from},
                                        {"82574", &e1000e_driver, draw_from}};

    return live_on(&kinds[strcmp(card_kind(), "82574") == 0], arguments, draw, context);
}
