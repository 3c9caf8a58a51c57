/* SPDX-License-Identifier: MIT
 *
 * DPDK's ixgbe driver under measurement, as Debian has it, on simulated cards (card_mapped.h). It is used as DPDK's
 * own examples use theirs: default thresholds, one pool with a cache, packets prefetched before their touch. Run it by
 * bench/peer-run, which shows DPDK two PCI functions.
 */
#define _GNU_SOURCE /* open_memstream */
#include "peer.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_log.h>
#include <rte_mbuf.h>
#include <rte_memory.h>
#include <rte_mempool.h>
#include <rte_prefetch.h>
#include <rte_version.h>

#include "card_mapped.h"
#include "peer_mapped.h"

#define POOL_CACHE   256u
#define ANY_SOCKET   ((unsigned int)SOCKET_ID_ANY)
#define PATH_LENGTH  512u
#define ABOUT_LENGTH 192u

static const char *const addresses[PEER_CARDS] = {"0000:0a:00.0", "0000:0b:00.0"};

/* Which of the driver's code runs follows from what it is asked for. */
struct path {
    const char *name;
    const char *bits; /* option of DPDK: how wide a vector may be, in bits */
    uint64_t rx_offloads;
    uint64_t tx_offloads;
    bool vector;
    bool full;
    const char *about;
};

static const struct path paths[] = {
    {"vector", "--force-max-simd-bitwidth=128", 0, 0, true, false,
     "vector receive, vector transmit"},
    {"scalar", "--force-max-simd-bitwidth=64", 0, 0, false, false, "bulk receive, simple transmit"},
    {"offloads", "--force-max-simd-bitwidth=64", RTE_ETH_RX_OFFLOAD_CHECKSUM,
     RTE_ETH_TX_OFFLOAD_IPV4_CKSUM | RTE_ETH_TX_OFFLOAD_UDP_CKSUM | RTE_ETH_TX_OFFLOAD_TCP_CKSUM,
     false, true, "bulk receive, full-featured transmit"},
};

struct peer {
    const char *name;
    const struct path *path;
    struct card *cards;
    struct rte_mempool *pool;
    uint32_t buffers;
    bool running; /* the environment of DPDK is */
    uint16_t port[PEER_CARDS];
    uint32_t ports; /* that there are */
    char registers[PEER_CARDS][PATH_LENGTH];
    char about[ABOUT_LENGTH];
    FILE *log; /* what DPDK says in set-up, or NULL; written to `said` */
    char *said;
    size_t said_length;
};

/* NULL when there is none of that name. */
static const struct path *find_path(const char *name)
{
    for (size_t i = 0; i < RTE_DIM(paths); i++)
        if (strcmp(name, paths[i].name) == 0)
            return &paths[i];
    return NULL;
}

static int open_cards(struct peer *peer, const char *const devices[PEER_CARDS])
{
    const char *tree = getenv("SYSFS_PCI_DEVICES");

    if (tree == NULL)
        return stand_complain(peer->name, "start me by bench/peer-run", 0);
    for (uint32_t i = 0; i < PEER_CARDS; i++) {
        (void)snprintf(peer->registers[i], PATH_LENGTH, "%s/%s/resource0", tree, addresses[i]);
        if (card_open(&peer->cards[i], peer->name, devices[i], peer->registers[i]) != 0)
            return -1;
    }
    return 0;
}

/* On huge pages of its own, which need no file. The bus asks for physical addresses, since it finds no IOMMU; the
 * simulated cards are told where those are. */
static int start_dpdk(struct peer *peer)
{
    char name[] = "peer", memory[] = "-m64", own[] = "--in-memory", address[] = "--iova-mode=pa",
         quiet[] = "--no-telemetry", loud[] = "--log-level=pmd.net.ixgbe.init:debug",
         core[] = "--lcores=0", bits[64];
    char *arguments[] = {name, memory, own, address, quiet, loud, core, bits, NULL};

    (void)snprintf(bits, sizeof(bits), "%s", peer->path->bits);
    peer->log = open_memstream(&peer->said, &peer->said_length);
    if (peer->log == NULL || rte_openlog_stream(peer->log) != 0)
        return stand_complain(peer->name, "no memory for what DPDK says", 0);
    if (rte_eal_init((int)RTE_DIM(arguments) - 1, arguments) < 0)
        return stand_complain(peer->name, "DPDK does not start", -rte_errno);
    peer->running = true;
    return 0;
}

/* Memory that is as contiguous for the cards as for the process, as far as it has been found. */
struct piece {
    const struct peer *peer;
    uint8_t *memory; /* NULL before the first */
    uint64_t iova;
    uint64_t size;
};

static int reach(const struct piece *piece)
{
    for (uint32_t i = 0; i < PEER_CARDS && piece->memory != NULL; i++) {
        int error = card_reach(&piece->peer->cards[i], piece->memory, piece->iova, piece->size);

        if (error != 0)
            return stand_complain(piece->peer->name, "a card cannot reach DPDK's memory", error);
    }
    return 0;
}

/* A page, in the order of addresses. In as few pieces as there are, a card finds them fastest. */
static int add_page(const struct rte_memseg_list *list, const struct rte_memseg *page,
                    void *context)
{
    struct piece *piece = context;
    int status = 0;

    (void)list;
    if (piece->memory != NULL && page->addr == piece->memory + piece->size &&
        page->iova == piece->iova + piece->size) {
        piece->size += page->len;
        return 0;
    }
    status = reach(piece);
    piece->memory = page->addr;
    piece->iova = page->iova;
    piece->size = page->len;
    return status;
}

/* All that DPDK has: packets and rings are in it. */
static int reach_all(const struct peer *peer)
{
    struct piece piece = {.peer = peer};

    return rte_memseg_walk(add_page, &piece) != 0 ? -1 : reach(&piece);
}

static int set_up_queues(const struct peer *peer, uint16_t port, uint16_t ring)
{
    struct rte_eth_conf configuration = {.rxmode.offloads = peer->path->rx_offloads,
                                         .txmode.offloads = peer->path->tx_offloads};
    struct rte_eth_dev_info info;
    struct rte_eth_txconf transmit;
    struct rte_eth_rxconf receive;
    int error = rte_eth_dev_info_get(port, &info);

    if (error != 0)
        return error;
    receive = info.default_rxconf;
    receive.offloads = peer->path->rx_offloads;
    transmit = info.default_txconf;
    transmit.offloads = peer->path->tx_offloads;
    error = rte_eth_dev_configure(port, 1, 1, &configuration);
    if (error == 0)
        error = rte_eth_rx_queue_setup(port, 0, ring, ANY_SOCKET, &receive, peer->pool);
    if (error == 0)
        error = rte_eth_tx_queue_setup(port, 0, ring, ANY_SOCKET, &transmit);
    return error;
}

static int set_up_port(struct peer *peer, uint32_t number, uint16_t ring)
{
    uint16_t port;
    int error = rte_eth_dev_get_port_by_name(addresses[number], &port);

    if (error != 0)
        return stand_complain(peer->name, "DPDK's ixgbe driver took no card", error);
    peer->port[peer->ports++] = port;
    error = set_up_queues(peer, port, ring);
    return error != 0 ? stand_complain(peer->name, "a card cannot be set up", error) : 0;
}

static int start_port(const struct peer *peer, uint32_t number)
{
    int error = rte_eth_dev_start(peer->port[number]);

    if (error != 0)
        return stand_complain(peer->name, "a card does not start", error);
    return peer_mapped_start(peer->name, &peer->cards[number]);
}

static bool has_said(const struct peer *peer, const char *sentence)
{
    return strstr(peer->said, sentence) != NULL;
}

/* Whether the driver says that it runs what it was asked to: it chooses by itself. */
static int check_path(struct peer *peer)
{
    const struct path *path = peer->path;

    (void)fflush(peer->log);
    if (has_said(peer, "Vector rx enabled") != path->vector ||
        has_said(peer, "Rx Burst Bulk Alloc function will be used") == path->vector ||
        has_said(peer, "Vector tx enabled") != path->vector ||
        has_said(peer, "Using full-featured tx code path") != path->full ||
        has_said(peer, "Using simple tx code path") == path->full)
        return stand_complain(peer->name, "DPDK does not run the code that it was asked for", 0);
    (void)snprintf(peer->about, sizeof(peer->about), "%s, ixgbe: %s", rte_version(), path->about);
    return 0;
}

/* From here on DPDK says what it has to say to people, who get to know what it said if something has failed. */
static void end_log(struct peer *peer, bool show)
{
    if (peer->log == NULL)
        return;
    (void)rte_openlog_stream(stderr);
    (void)fclose(peer->log);
    if (show)
        (void)fputs(peer->said, stderr);
    free(peer->said);
    peer->log = NULL;
}

int peer_open(struct peer **opened, const struct stand_options *options,
              const char *const devices[PEER_CARDS], struct card cards[PEER_CARDS])
{
    struct peer *peer = calloc(1, sizeof(*peer));

    if (peer == NULL)
        return stand_complain(options->name, "no memory", 0);
    *opened = peer;
    peer->name = options->name;
    peer->cards = cards;
    peer->buffers = (uint32_t)options->buffers - 1u; /* what a ring of that size holds */
    if (peer_mapped_check(options) != 0)
        return -1;
    peer->path = find_path(options->path != NULL ? options->path : paths[0].name);
    if (peer->path == NULL)
        return stand_complain(peer->name, "--path: give vector, scalar or offloads", 0);
    if (open_cards(peer, devices) != 0 || start_dpdk(peer) != 0)
        return -1;
    peer->pool = rte_pktmbuf_pool_create("packets", peer->buffers, POOL_CACHE, 0,
                                         RTE_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY);
    if (peer->pool == NULL)
        return stand_complain(peer->name, "DPDK has no memory for the packets", -rte_errno);
    for (uint32_t i = 0; i < PEER_CARDS; i++)
        if (set_up_port(peer, i, (uint16_t)options->ring) != 0)
            return -1;
    if (reach_all(peer) != 0)
        return -1;
    for (uint32_t i = 0; i < PEER_CARDS; i++)
        if (start_port(peer, i) != 0)
            return -1;
    if (check_path(peer) != 0)
        return -1;
    end_log(peer, false);
    return 0;
}

const char *peer_about(const struct peer *peer)
{
    return peer->about;
}

static struct rte_mbuf **buffers_of(union peer_packets *packets)
{
    return (struct rte_mbuf **)(void *)packets->pointers;
}

int peer_receive(struct peer *peer, uint32_t card, union peer_packets *packets, uint32_t burst)
{
    return rte_eth_rx_burst(peer->port[card], 0, buffers_of(packets), (uint16_t)burst);
}

int peer_make(struct peer *peer, union peer_packets *packets, uint32_t burst)
{
    struct rte_mbuf **buffers = buffers_of(packets);

    if (rte_pktmbuf_alloc_bulk(peer->pool, buffers, burst) != 0)
        return 0;
    for (uint32_t i = 0; i < burst; i++)
        (void)rte_pktmbuf_append(buffers[i], 60u); /* a buffer has room for it */
    return (int)burst;
}

void peer_touch(struct peer *peer, const union peer_packets *packets, uint32_t count,
                uint32_t offset)
{
    struct rte_mbuf *const *buffers = (struct rte_mbuf *const *)(const void *)packets->pointers;

    (void)peer;
    for (uint32_t i = 0; i < count; i++)
        rte_prefetch0(rte_pktmbuf_mtod(buffers[i], void *));
    for (uint32_t i = 0; i < count; i++)
        (*rte_pktmbuf_mtod_offset(buffers[i], uint8_t *, offset))++;
}

int peer_send(struct peer *peer, uint32_t card, union peer_packets *packets, uint32_t count)
{
    return rte_eth_tx_burst(peer->port[card], 0, buffers_of(packets), (uint16_t)count);
}

void peer_free(struct peer *peer, const union peer_packets *packets, uint32_t from, uint32_t to)
{
    (void)peer;
    for (uint32_t i = from; i < to; i++)
        rte_pktmbuf_free(packets->pointers[i]);
}

int peer_close(struct peer *peer)
{
    int status = 0;

    if (peer == NULL)
        return 0;
    end_log(peer, true);
    for (uint32_t i = 0; i < peer->ports; i++) {
        card_model(&peer->cards[i]);
        /* To close answers 1, the interrupts that it gave up. */
        if (rte_eth_dev_stop(peer->port[i]) < 0 || rte_eth_dev_close(peer->port[i]) < 0)
            status = stand_complain(peer->name, "a card does not stop", 0);
    }
    if (status == 0 && peer->pool != NULL && rte_mempool_avail_count(peer->pool) != peer->buffers)
        status = stand_complain(peer->name, "packets are lost", 0);
    rte_mempool_free(peer->pool);
    if (peer->running && rte_eal_cleanup() != 0)
        status = stand_complain(peer->name, "DPDK does not end", 0);
    for (uint32_t i = 0; i < PEER_CARDS; i++)
        card_close(&peer->cards[i]);
    free(peer);
    return status;
}
