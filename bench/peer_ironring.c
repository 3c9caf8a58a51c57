/* SPDX-License-Identifier: MIT
 *
 * This library under measurement. Its public functions only, but for the sandbox, which is the tool's, and the place
 * of doorbells, which is the card's.
 */
#include "peer.h"

#include <stdlib.h>
#include <string.h>

#include "linux/sandbox.h"
#include "stand.h"

#define WAIT_US 100000u /* much longer than any packet is awaited */

struct port {
    struct ir_dev *dev;
    struct ir_rxq *rxq[STAND_QUEUES_MAX];
    struct ir_txq *txq[STAND_QUEUES_MAX];
    uint32_t turn; /* queue that was last received from */
};

struct peer {
    const char *name;
    struct ir_domain *domain;
    struct ir_pool *pool;
    uint32_t queues;
    struct port port[PEER_CARDS];
    struct card *cards;
    struct ir_waiter *waiter; /* NULL: poll */
};

static int open_port(struct peer *peer, uint32_t number, const char *device)
{
    char sentence[IR_ERROR_LENGTH];

    if (ir_open(peer->domain, device, &peer->port[number].dev, sentence) < 0)
        return stand_complain(peer->name, sentence, 0);
    card_take(&peer->cards[number], peer->port[number].dev);
    return 0;
}

static int start_port(const struct peer *peer, struct port *port, uint32_t ring)
{
    int error = 0;

    for (uint32_t q = 0; q < peer->queues && error == 0; q++) {
        error = ir_rxq_setup(port->dev, q, ring, peer->pool, &port->rxq[q]);
        if (error == 0)
            error = ir_txq_setup(port->dev, q, ring, peer->pool, &port->txq[q]);
    }
    if (error == 0)
        error = ir_start(port->dev);
    return error < 0 ? stand_complain(peer->name, "a card does not start", error) : 0;
}

/* Those who wait do so for each queue that packets come from. */
static int start_waiting(struct peer *peer, uint32_t ways)
{
    int error = ir_waiter_create(&peer->waiter);

    for (uint32_t i = 0; i < ways * peer->queues && error == 0; i++)
        error = ir_waiter_rx(peer->waiter, peer->port[i / peer->queues].rxq[i % peer->queues]);
    if (error == 0)
        error = ir_waiter_poll(peer->waiter, 0);
    if (error == 0)
        error = ir_waiter_latency(peer->waiter, 1u);
    return error < 0 ? stand_complain(peer->name, "cannot wait for the cards", error) : 0;
}

static int make_plain(struct peer *peer, const struct stand_options *options)
{
    if (strcmp(options->card, "sim:82599") != 0)
        return stand_complain(peer->name, "--plain is for sim:82599 alone", 0);
    if (peer->queues > 1u)
        return stand_complain(peer->name,
                              "--plain is for one queue: the doorbells of others are functions", 0);
    for (uint32_t i = 0; i < PEER_CARDS; i++) {
        int error = card_window(&peer->cards[i]);

        if (error != 0)
            return stand_complain(peer->name, "no window for the registers of a card", error);
        card_plain(&peer->cards[i]);
    }
    return 0;
}

/* Of the buffers that hold a whole frame. */
static uint32_t buffer_size(const struct stand_options *options)
{
    uint32_t size = IR_BUFFER_SIZE_MIN;

    while (size < options->size)
        size *= 2u;
    return size;
}

int peer_open(struct peer **opened, const struct stand_options *options,
              const char *const devices[PEER_CARDS], struct card cards[PEER_CARDS])
{
    struct peer *peer = calloc(1, sizeof(*peer));
    int error;

    if (peer == NULL)
        return stand_complain(options->name, "no memory", 0);
    *opened = peer;
    peer->name = options->name;
    peer->cards = cards;
    peer->queues = (uint32_t)options->queues;
    if (options->path != NULL)
        return stand_complain(peer->name, "--path is for others: this library has one", 0);
    error = ir_domain_create(&peer->domain);
    if (error == 0)
        error = (options->private ? ir_pool_create_private : ir_pool_create)(
            peer->domain, (uint32_t)options->buffers, buffer_size(options), &peer->pool);
    if (error < 0)
        return stand_complain(peer->name, "no memory for the packets", error);
    for (uint32_t i = 0; i < PEER_CARDS; i++)
        if (open_port(peer, i, devices[i]) != 0 ||
            start_port(peer, &peer->port[i], (uint32_t)options->ring) != 0)
            return -1;
    if (options->wait && start_waiting(peer, options->way == STAND_BOTH ? 2u : 1u) != 0)
        return -1;
    return options->plain ? make_plain(peer, options) : 0;
}

int peer_begin(struct peer *peer, const struct stand_options *options)
{
    struct ir_sandbox sandbox = {.needs = peer->waiter != NULL ? IR_SANDBOX_WAIT : 0};
    char why[IR_ERROR_LENGTH] = "";
    uint32_t lacks = 0;

    if (!options->sandbox)
        return 0;
    if (ir_sandbox_enter(&sandbox, &lacks, why) < 0)
        return stand_complain(peer->name, why, 0);
    return lacks != 0 ? stand_complain(peer->name, "this kernel has no whole sandbox", 0) : 0;
}

const char *peer_about(const struct peer *peer)
{
    (void)peer;
    return "Ironring, all checks";
}

/* Handles have 8 bytes (include/ironring/pool.h). */
static struct ir_pkt *handles(union peer_packets *packets)
{
    _Static_assert(sizeof(struct ir_pkt) == sizeof(packets->handles[0]), "see peer.h");
    return (struct ir_pkt *)(void *)packets->handles;
}

static const struct ir_pkt *const_handles(const union peer_packets *packets)
{
    return (const struct ir_pkt *)(const void *)packets->handles;
}

int peer_receive(struct peer *peer, uint32_t card, union peer_packets *packets, uint32_t burst)
{
    struct port *port = &peer->port[card];

    port->turn = port->turn + 1u < peer->queues ? port->turn + 1u : 0;
    return ir_rx(port->rxq[port->turn], handles(packets), burst);
}

int peer_make(struct peer *peer, union peer_packets *packets, uint32_t burst)
{
    int made = 0;

    while (made < (int)burst && ir_pkt_alloc(peer->pool, 60u, &handles(packets)[made]) == 0)
        made++;
    return made;
}

void peer_touch(struct peer *peer, const union peer_packets *packets, uint32_t count,
                uint32_t offset)
{
    const struct ir_pkt *pkts = const_handles(packets);

    for (uint32_t i = 0; i < count; i++) {
        uint8_t *byte = ir_pkt_data(peer->pool, pkts[i], offset, 1);

        if (byte != NULL)
            (*byte)++;
    }
}

int peer_send(struct peer *peer, uint32_t card, union peer_packets *packets, uint32_t count)
{
    return ir_tx(peer->port[card].txq[peer->port[1u - card].turn], handles(packets), count);
}

void peer_free(struct peer *peer, const union peer_packets *packets, uint32_t from, uint32_t to)
{
    for (uint32_t i = from; i < to; i++) /* what is not ours shows when the pool is audited */
        (void)ir_pkt_free(peer->pool, const_handles(packets)[i]);
}

int peer_idle(struct peer *peer)
{
    int ready = peer->waiter != NULL ? ir_wait(peer->waiter, WAIT_US) : 0;

    return ready < 0 ? ready : 0;
}

int peer_close(struct peer *peer)
{
    int status = 0;

    if (peer == NULL)
        return 0;
    ir_waiter_destroy(peer->waiter);
    for (uint32_t i = 0; i < PEER_CARDS; i++) {
        if (peer->port[i].dev == NULL)
            continue;
        card_release(&peer->cards[i]);
        if (ir_close(peer->port[i].dev) < 0)
            status = stand_complain(peer->name, "a card does not stop", 0);
    }
    if (peer->pool != NULL && ir_pool_audit(peer->pool) != 0)
        status = stand_complain(peer->name, "packets are lost", 0);
    if (ir_pool_destroy(peer->pool) < 0 || ir_domain_destroy(peer->domain) < 0)
        status = stand_complain(peer->name, "pool or domain is still in use", 0);
    free(peer);
    return status;
}
