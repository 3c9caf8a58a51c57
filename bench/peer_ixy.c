/* SPDX-License-Identifier: MIT
 *
 * The ixgbe driver of ixy under measurement, from its own checkout, on simulated cards (card_mapped.h). It is used as
 * ixy's forwarder uses it. Three functions are replaced when the program is linked (bench/meson.build): where the
 * registers of a card come from, how a card gets to reach memory, as with VFIO, and where huge pages come from.
 */
#define _GNU_SOURCE /* MAP_HUGETLB */
#include "peer.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <driver/ixgbe.h>
#include <libixy-vfio.h>
#include <memory.h>
#include <pci.h>

#include "card_mapped.h"
#include "peer_mapped.h"

#define RING      512u  /* ixy's own, as is the next */
#define BUFFERS   4096u /* of each card's pool */
#define ENTRY     2048u /* bytes of a buffer, ixy's note of it included */
#define HUGE_PAGE (UINT64_C(1) << 21)
#define ARENA     (UINT64_C(64) << 20)
#define CONTAINER 0 /* any that is not -1: memory goes by vfio_map_dma */

struct peer {
    const char *name;
    struct card *cards;
    struct ixy_device *device[PEER_CARDS];
    struct mempool *made; /* packets that no card has received, or NULL: nobody has asked for one */
    uint8_t *arena;       /* what ixy has for huge pages, or NULL */
    uint64_t used;        /* bytes of it */
};

/* One a process: ixy calls functions below that it gives no context. */
static struct peer only;
static const char *const addresses[PEER_CARDS] = {"first card", "second card"};

/* What the linker calls those that take the place of others.
 * NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
uint8_t *__wrap_pci_map_resource(const char *address);
uint64_t __wrap_vfio_map_dma(void *memory, uint32_t size);
void *__wrap_mmap64(void *place, size_t length, int protection, int flags, int file, off_t offset);
void *__real_mmap64(void *place, size_t length, int protection, int flags, int file, off_t offset);
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

/* Registers of the card that ixgbe_init was given as a PCI address. */
uint8_t *__wrap_pci_map_resource(const char *address)
{
    return only.cards[strcmp(address, addresses[0]) == 0 ? 0 : 1].mapped;
}

/* When ixy asks for huge pages, the next of the arena, in whole pages. */
void *__wrap_mmap64(void *place, size_t length, int protection, int flags, int file, off_t offset)
{
    uint64_t whole = (length + HUGE_PAGE - 1u) / HUGE_PAGE * HUGE_PAGE;
    uint8_t *memory = only.arena + only.used;

    if ((flags & MAP_HUGETLB) == 0 || only.arena == NULL)
        return __real_mmap64(place, length, protection, flags, file, offset);
    if (only.used + whole >= ARENA)
        return MAP_FAILED;
    only.used += whole;
    return memory;
}

/* Cards reach the arena at the addresses of the process. */
uint64_t __wrap_vfio_map_dma(void *memory, uint32_t size)
{
    (void)size;
    return (uintptr_t)memory;
}

/* What ixy tells of its set-up goes to standard output, which is for figures here. Returns what puts that back, or -1. */
static int divert_output(void)
{
    int output = fflush(stdout) == 0 ? dup(STDOUT_FILENO) : -1;

    return output >= 0 && dup2(STDERR_FILENO, STDOUT_FILENO) >= 0 ? output : -1;
}

static bool restore_output(int output)
{
    bool restored = fflush(stdout) == 0 && dup2(output, STDOUT_FILENO) >= 0;

    return close(output) == 0 && restored;
}

static int start_card(struct peer *peer, uint32_t number)
{
    int output = divert_output();

    if (output < 0)
        return stand_complain(peer->name, "cannot divert what ixy prints", 0);
    peer->device[number] = ixgbe_init(addresses[number], 1, 1, 0);
    if (!restore_output(output))
        return stand_complain(peer->name, "cannot print any more", 0);
    return peer_mapped_start(peer->name, &peer->cards[number]);
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
        return stand_complain(peer->name, "--path is for others: ixy has one", 0);
    if (options->ring != RING || options->buffers != BUFFERS)
        return stand_complain(peer->name, "ixy has rings of 512, and 4096 buffers", 0);
    set_vfio_container(CONTAINER);
    if (peer_mapped_open(peer->name, devices, cards) != 0)
        return -1;
    /* One mapping, since ixy tells a card that its buffers have 2048 bytes, which is 64 more than they have: what a
     * card may reach must not end with the last of them. */
    peer->arena = peer_mapped_memory(peer->name, cards, ARENA);
    if (peer->arena == NULL)
        return -1;
    for (uint32_t i = 0; i < PEER_CARDS; i++)
        if (start_card(peer, i) != 0)
            return -1;
    return 0;
}

const char *peer_about(const struct peer *peer)
{
    (void)peer;
    return "ixy, ixgbe: ixgbe_rx_batch, ixgbe_tx_batch";
}

static struct pkt_buf **buffers_of(union peer_packets *packets)
{
    return (struct pkt_buf **)(void *)packets->pointers;
}

int peer_receive(struct peer *peer, uint32_t card, union peer_packets *packets, uint32_t burst)
{
    return (int)ixy_rx_batch(peer->device[card], 0, buffers_of(packets), burst);
}

int peer_make(struct peer *peer, union peer_packets *packets, uint32_t burst)
{
    uint32_t made;

    if (peer->made == NULL)
        peer->made = memory_allocate_mempool(BUFFERS, ENTRY); /* ends the program when it fails */
    if (peer->made->free_stack_top < burst)
        return 0;
    made = pkt_buf_alloc_batch(peer->made, buffers_of(packets), burst);
    for (uint32_t i = 0; i < made; i++)
        buffers_of(packets)[i]->size = 60u;
    return (int)made;
}

void peer_touch(struct peer *peer, const union peer_packets *packets, uint32_t count,
                uint32_t offset)
{
    struct pkt_buf *const *buffers = (struct pkt_buf *const *)(const void *)packets->pointers;

    (void)peer;
    for (uint32_t i = 0; i < count; i++)
        buffers[i]->data[offset]++;
}

int peer_send(struct peer *peer, uint32_t card, union peer_packets *packets, uint32_t count)
{
    return (int)ixy_tx_batch(peer->device[card], 0, buffers_of(packets), count);
}

void peer_free(struct peer *peer, const union peer_packets *packets, uint32_t from, uint32_t to)
{
    (void)peer;
    for (uint32_t i = from; i < to; i++)
        pkt_buf_free(packets->pointers[i]);
}

/* ixy cannot stop a card, nor tell which of its buffers are where: no loss can be seen here. */
int peer_close(struct peer *peer)
{
    if (peer == NULL)
        return 0;
    for (uint32_t i = 0; i < PEER_CARDS; i++)
        card_close(&peer->cards[i]);
    if (peer->arena != NULL)
        (void)munmap(peer->arena, ARENA);
    return 0;
}
