/* SPDX-License-Identifier: MIT
 *
 * The common parts of peer_mapped.h.
 */
#define _GNU_SOURCE /* MAP_ANONYMOUS */
#include "peer_mapped.h"

#include <sys/mman.h>

#include <ironring/sim.h>

#include "card_mapped.h"

int peer_mapped_check(const struct stand_options *options)
{
    if (options->private || options->sandbox || options->wait)
        return stand_complain(options->name, "--private, --sandbox and --wait are Ironring's", 0);
    if (options->queues > 1)
        return stand_complain(options->name, "several queues are Ironring's", 0);
    if (options->size > STAND_FRAME_MAX)
        return stand_complain(options->name, "jumbo frames are Ironring's here", 0);
    return 0;
}

int peer_mapped_open(const char *name, const char *const devices[PEER_CARDS],
                     struct card cards[PEER_CARDS])
{
    for (uint32_t i = 0; i < PEER_CARDS; i++)
        if (card_open(&cards[i], name, devices[i], NULL) != 0)
            return -1;
    return 0;
}

uint8_t *peer_mapped_memory(const char *name, struct card cards[PEER_CARDS], uint64_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS | MAP_HUGETLB | MAP_POPULATE, -1, 0);

    if (memory == MAP_FAILED) {
        (void)stand_complain(name, "no huge pages; start me by bench/peer-run", 0);
        return NULL;
    }
    for (uint32_t i = 0; i < PEER_CARDS; i++) {
        int error = card_reach(&cards[i], memory, (uintptr_t)memory, size);

        if (error == 0)
            continue;
        (void)stand_complain(name, "a card cannot reach the driver's memory", error);
        (void)munmap(memory, size);
        return NULL;
    }
    return memory;
}

int peer_mapped_start(const char *name, struct card *card)
{
    if (!card_runs(card)) /* which a driver need not say */
        return stand_complain(name, "a card does not start", 0);
    /* In set-up drivers write registers that the model does not have, to no effect. */
    (void)ir_sim_violations(card->dev, &card->excused); /* of a simulated card: cannot fail */
    card_plain(card);
    return 0;
}

int peer_begin(struct peer *peer, const struct stand_options *options)
{
    (void)peer;
    (void)options;
    return 0;
}

int peer_idle(struct peer *peer)
{
    (void)peer;
    return 0;
}
