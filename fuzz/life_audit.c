/* SPDX-License-Identifier: MIT
 *
 * What must hold in a device's life, whatever the card does.
 */
#include <errno.h>

#include "life_world.h"
#include "oracle.h"

struct life_world life;

void life_expect(const char *what, int result, const int *errors)
{
    while (*errors != 0 && *errors != result)
        errors++;
    if (*errors != result)
        fuzz_fail("%s answers %d, which the manual does not list", what, result);
}

const struct ir_ring *life_ring(bool transmit, uint32_t queue)
{
    return life.dev == NULL ? NULL : life.kind->ring(life.dev, transmit, queue);
}

static void mark(bool seen[BUFFERS], uint64_t buffer, const char *place)
{
    if (buffer >= BUFFERS)
        fuzz_fail("buffer %llu is %s, and does not exist", (unsigned long long)buffer, place);
    if (seen[buffer])
        fuzz_fail("buffer %llu is %s, and somewhere else too", (unsigned long long)buffer, place);
    seen[buffer] = true;
}

static void mark_ring(bool seen[BUFFERS], const struct ir_ring *ring, const char *place)
{
    if (ring == NULL)
        return;
    for (uint64_t slot = ring->head; slot != ring->tail; slot = (slot + 1u) % ring->size)
        mark(seen, ring->slot[slot], place);
}

void life_check_books(void)
{
    bool seen[BUFFERS] = {false};
    uint32_t total = 0;

    for (uint64_t i = 0; i < life.pool->free_count; i++)
        mark(seen, life.pool->stack[i], "free");
    for (uint32_t q = 0; q < QUEUES; q++) {
        mark_ring(seen, life_ring(false, q), "in a receive ring");
        mark_ring(seen, life_ring(true, q), "in a transmit ring");
    }
    for (uint32_t i = 0; i < life.held_count; i++) {
        mark(seen, life.held[i].bits & 0xffffu, "with the application");
        if (ir_pkt_data(life.pool, life.held[i], 0, 0) == NULL)
            fuzz_fail("the packet 0x%llx is with the application, which cannot view it",
                      (unsigned long long)life.held[i].bits);
    }
    for (uint32_t b = 0; b < BUFFERS; b++)
        total += seen[b] ? 1u : 0u;
    if (!life.pool_abandoned)
        fuzz_equal("the number of buffers that are somewhere", total, BUFFERS);
}

void life_expect_broken(const char *after)
{
    struct ir_pkt pkt = {0};

    for (uint32_t q = 0; q < QUEUES; q++) {
        if (life.rx[q] != NULL && ir_rx(life.rx[q], &pkt, 1) != -EIO)
            fuzz_fail("after %s failed, receive queue %u does not answer -EIO", after, q);
        if (life.tx[q] != NULL && ir_tx(life.tx[q], &pkt, 1) != -EIO)
            fuzz_fail("after %s failed, transmit queue %u does not answer -EIO", after, q);
    }
}

void life_expect_masked(const char *after)
{
    if (life.card->unmasked != 0)
        fuzz_fail("after %s the card may interrupt (0x%llx)", after,
                  (unsigned long long)life.card->unmasked);
}

static struct window window_of(const struct ir_ring *ring)
{
    return ring == NULL ? (struct window){0, 0} : (struct window){ring->head, ring->tail};
}

struct holdings life_holdings(void)
{
    struct holdings before = {.at_risk = life.card->active};

    for (uint32_t q = 0; q < QUEUES; q++) {
        before.rx[q] = window_of(life_ring(false, q));
        before.tx[q] = window_of(life_ring(true, q));
    }
    return before;
}

static void expect_kept(const struct window *before, const struct ir_ring *ring, const char *call,
                        const char *kind, uint32_t q)
{
    struct window after = window_of(ring);

    if (before->head != after.head || before->tail != after.tail)
        fuzz_fail("%s took the buffers of %s queue %u from a card that did not say it stopped",
                  call, kind, q);
}

void life_check_holdings(const struct holdings *before, const char *call)
{
    for (uint32_t q = 0; q < QUEUES && before->at_risk && !life.card->confirmed; q++) {
        expect_kept(&before->rx[q], life_ring(false, q), call, "receive", q);
        expect_kept(&before->tx[q], life_ring(true, q), call, "transmit", q);
    }
    if (life.kind->quiet(life.dev) && life.card->active)
        fuzz_fail("after %s the driver takes a card for quiet that did not say it stopped", call);
}

bool life_any_in_rings(void)
{
    for (uint32_t q = 0; q < QUEUES; q++) {
        struct window rx = window_of(life_ring(false, q));
        struct window tx = window_of(life_ring(true, q));

        if (rx.head != rx.tail || tx.head != tx.tail)
            return true;
    }
    return false;
}
