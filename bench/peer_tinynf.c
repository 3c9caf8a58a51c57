/* SPDX-License-Identifier: MIT
 *
 * The flexible driver in C of TinyNF under measurement, from its own checkout, on simulated cards (card_mapped.h). It
 * is used as its main program uses it: a pool for each direction, a queue that fails to send gives its packets back.
 * The functions that TinyNF asks of its environment are here: PCI, memory, time.
 */
#define _GNU_SOURCE /* nanosleep */
#include "peer.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

#include <ixgbe/device.h>
#include <ixgbe/queues.h>

#include "card_mapped.h"
#include "peer_mapped.h"

#define BAR_SHIFT                                                                                  \
    20u /* bits of the address that a card's BAR 0 has for TinyNF: its number, from 1 on */
#define BAR_64_BITS 4u                   /* a BAR of 64 bits, in memory */
#define DEVICE_ID   0x10fb8086u          /* the 82599 that TinyNF looks for */
#define MEMORY_SIZE (UINT64_C(64) << 20) /* huge pages of 2 MiB */
#define LINE        64u
#define PAGE        4096u

struct peer {
    const char *name;
    struct card *cards;
    struct ixgbe_device device[PEER_CARDS];
    struct ixgbe_buffer_pool *pool[PEER_CARDS]; /* of what a card receives, and the other sends */
    struct ixgbe_queue_rx rx[PEER_CARDS];
    struct ixgbe_queue_tx tx[PEER_CARDS];
    uint8_t *memory; /* or NULL */
    uint64_t used;   /* bytes of it */
    uint8_t *second; /* where the second pool begins */
};

/* One a process: TinyNF calls functions below that it gives no context. */
static struct peer only;

/* Registers 0, 16 and 20 of a card are its identity and BAR 0; each other one answers that the card is awake. */
uint32_t tn_pci_read(struct tn_pci_address address, uint8_t reg)
{
    if (reg == 0u)
        return DEVICE_ID;
    return reg == 16u ? (address.bus + 1u) << BAR_SHIFT | BAR_64_BITS : 0u;
}

void tn_pci_write(struct tn_pci_address address, uint8_t reg, uint32_t value)
{
    (void)address;
    (void)reg;
    (void)value;
}

void *tn_mem_phys_to_virt(uint64_t addr, size_t size)
{
    (void)size;
    return only.cards[(addr >> BAR_SHIFT) - 1u].mapped;
}

/* Cards are told to see memory where the process does. */
uintptr_t tn_mem_virt_to_phys(const void *addr)
{
    return (uintptr_t)addr;
}

/* In whole lines, as TinyNF's own; what fills a page or more begins one, and less than that no line that it need not.
 * TinyNF ends the program when there is no memory, and so does this. */
void *tn_mem_allocate(size_t count, size_t size)
{
    uint64_t length = (count * size + LINE - 1u) / LINE * LINE;
    uint64_t unit = length < PAGE ? LINE : PAGE;
    uint64_t start = (only.used + unit - 1u) / unit * unit;

    if (start + length > MEMORY_SIZE) {
        (void)stand_complain(only.name, "TinyNF has no memory left: take fewer --buffers", 0);
        exit(1);
    }
    only.used = start + length;
    return only.memory + start;
}

void tn_sleep_us(uint64_t microseconds)
{
    struct timespec time = {.tv_sec = (time_t)(microseconds / 1000000u),
                            .tv_nsec = (long)(microseconds % 1000000u * 1000u)};

    (void)nanosleep(&time, NULL); /* no signals are handled that would end it */
}

static int set_up_queues(struct peer *peer)
{
    for (uint32_t i = 0; i < PEER_CARDS; i++)
        if (!ixgbe_queue_rx_init(&peer->device[i], peer->pool[i], &peer->rx[i]) ||
            !ixgbe_queue_tx_init(&peer->device[i], peer->pool[1u - i], &peer->tx[i]))
            return stand_complain(peer->name, "TinyNF cannot set up a queue", 0);
    return 0;
}

int peer_open(struct peer **opened, const struct stand_options *options,
              const char *const devices[PEER_CARDS], struct card cards[PEER_CARDS])
{
    struct peer *peer = &only;

    *opened = peer;
    peer->name = options->name;
    peer->cards = cards;
    if (peer_mapped_check(options) != 0)
        return -1;
    if (options->path != NULL)
        return stand_complain(peer->name, "--path is for others: this driver has one", 0);
    if (options->ring != IXGBE_RING_SIZE)
        return stand_complain(peer->name, "TinyNF has rings of 256: give --ring 256", 0);
    if (peer_mapped_open(peer->name, devices, cards) != 0)
        return -1;
    peer->memory = peer_mapped_memory(peer->name, cards, MEMORY_SIZE);
    if (peer->memory == NULL)
        return -1;
    for (uint32_t i = 0; i < PEER_CARDS; i++) {
        struct tn_pci_address address = {.bus = (uint8_t)i};

        if (!ixgbe_device_init(address, &peer->device[i]) ||
            !ixgbe_device_set_promiscuous(&peer->device[i]))
            return stand_complain(peer->name, "TinyNF cannot set up a card", 0);
        peer->second = peer->memory + peer->used;
        peer->pool[i] = ixgbe_buffer_pool_allocate(options->buffers / PEER_CARDS);
    }
    if (set_up_queues(peer) != 0)
        return -1;
    for (uint32_t i = 0; i < PEER_CARDS; i++)
        if (peer_mapped_start(peer->name, &cards[i]) != 0)
            return -1;
    return 0;
}

const char *peer_about(const struct peer *peer)
{
    (void)peer;
    return "TinyNF, flexible: ixgbe_queue_rx_batch, ixgbe_queue_tx_batch";
}

static struct ixgbe_buffer **buffers_of(union peer_packets *packets)
{
    return (struct ixgbe_buffer **)(void *)packets->pointers;
}

/* What TinyNF counts packets of a burst in. */
static uint8_t narrow(uint32_t burst)
{
    return burst < UINT8_MAX ? (uint8_t)burst : UINT8_MAX;
}

int peer_receive(struct peer *peer, uint32_t card, union peer_packets *packets, uint32_t burst)
{
    return ixgbe_queue_rx_batch(&peer->rx[card], buffers_of(packets), narrow(burst));
}

/* For the second card to send. */
int peer_make(struct peer *peer, union peer_packets *packets, uint32_t burst)
{
    uint32_t made = 0;

    while (made < burst &&
           (buffers_of(packets)[made] = ixgbe_buffer_pool_take(peer->pool[0])) != NULL)
        buffers_of(packets)[made++]->length = 60u;
    return (int)made;
}

void peer_touch(struct peer *peer, const union peer_packets *packets, uint32_t count,
                uint32_t offset)
{
    struct ixgbe_buffer *const *buffers =
        (struct ixgbe_buffer *const *)(const void *)packets->pointers;

    (void)peer;
    for (uint32_t i = 0; i < count; i++)
        buffers[i]->data->data[offset]++;
}

/* No more than there is room for: while what it has recycled ends with slot 255, TinyNF does not see that a ring is
 * full, lends all of it, and so loses it. */
int peer_send(struct peer *peer, uint32_t card, union peer_packets *packets, uint32_t count)
{
    struct ixgbe_queue_tx *queue = &peer->tx[card];
    uint8_t room = (uint8_t)(queue->recycled_head - queue->next - 1);

    return ixgbe_queue_tx_batch(queue, buffers_of(packets), count < room ? narrow(count) : room);
}

/* To the pool that a packet is of. */
void peer_free(struct peer *peer, const union peer_packets *packets, uint32_t from, uint32_t to)
{
    for (uint32_t i = from; i < to; i++) {
        struct ixgbe_buffer *buffer = packets->pointers[i];

        (void)ixgbe_buffer_pool_give(peer->pool[(uint8_t *)buffer >= peer->second], buffer);
    }
}

/* TinyNF cannot stop a card. */
int peer_close(struct peer *peer)
{
    for (uint32_t i = 0; peer != NULL && i < PEER_CARDS; i++)
        card_close(&peer->cards[i]);
    if (peer != NULL && peer->memory != NULL)
        (void)munmap(peer->memory, MEMORY_SIZE);
    return 0;
}
