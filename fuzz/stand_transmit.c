/* SPDX-License-Identifier: MIT
 *
 * Sending on the stand. The model takes what the card reports, the head write-back word as 82599 section
 * 7.2.3.5.2 has it or DD in descriptors as 82574 section 7.2.2 does, and decides what must come back,
 * what is accepted, and what the descriptors say.
 */
#include <errno.h>

#include "e1000e/e1000e.h"
#include "oracle.h"
#include "stand.h"

#define DATA_COMMAND     UINT64_C(0x23300000) /* DEXT, IFCS, EOP, DTYP = 3 */
#define LEGACY_COMMAND   UINT64_C(0x03000000) /* IFCS, EOP */
#define REPORT           UINT64_C(0x08000000) /* RS */
#define LEGACY_DONE      UINT64_C(0x100000000)
#define LEGACY_FRAME_MIN 17u
#define GROUP            32u /* slots that a reclaim is worth; the last of each asks for a report */

static bool legacy(void)
{
    return stand.tx_kind == IXGBE_TX_LEGACY;
}

static void expect_back(uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        stand_ring_pop(&stand.tx_model);
}

/* By the one word: false when it is a lie, which breaks the queue. */
static bool expect_head(void)
{
    uint32_t head = stand.tx_head;
    uint32_t finished = (head % STAND_RING + STAND_RING - stand.tx_model.head) % STAND_RING;

    if (stand.tx_broken || head >= STAND_RING || finished > stand.tx_model.used) {
        stand.tx_broken = true;
        return false;
    }
    expect_back(finished);
    return true;
}

/* By DD where a report was asked for: in the last slot of a group, or the last one in use, which was that
 * of a burst. What the card writes elsewhere does not count. */
static void expect_done(void)
{
    struct stand_ring *ring = &stand.tx_model;

    while (ring->used > 0) {
        uint32_t group = GROUP - ring->head % GROUP;
        uint32_t count = ring->used < group ? ring->used : group;

        if ((stand.tx_desc[(ring->head + count - 1u) % STAND_RING].hi & LEGACY_DONE) == 0)
            break;
        expect_back(count);
    }
}

/* Buffers that the card has finished with go back; false when the queue is broken. Before the call that is
 * to do it, which may fill the descriptors anew. */
static bool expect_reclaim(void)
{
    if (!legacy())
        return expect_head();
    expect_done();
    return !stand.tx_broken;
}

static int refusal(struct ir_pkt pkt)
{
    if (!stand_held(pkt))
        return -ESTALE;
    return legacy() && stand_length(pkt) < LEGACY_FRAME_MIN ? -EMSGSIZE : 0;
}

static void check_descriptor(uint32_t slot, struct ir_pkt pkt, bool last)
{
    uint64_t buffer = stand_index(pkt);
    uint64_t length = stand_length(pkt);
    bool report = last || (legacy() && slot % GROUP == GROUP - 1u);
    uint64_t word = legacy() ? LEGACY_COMMAND | length : DATA_COMMAND | length | length << 46;

    word |= report ? REPORT : 0;
    if (stand.tx_desc[slot].lo != STAND_IOVA + IR_POOL_HEADROOM + buffer * STAND_STRIDE)
        fuzz_fail("transmit slot %u has the address 0x%llx, which is not that of buffer %llu", slot,
                  (unsigned long long)stand.tx_desc[slot].lo, (unsigned long long)buffer);
    if (stand.tx_desc[slot].hi != word)
        fuzz_fail("transmit slot %u has the word 0x%llx, and should have 0x%llx", slot,
                  (unsigned long long)stand.tx_desc[slot].hi, (unsigned long long)word);
}

/* What is accepted of a list, moved to the ring; the answer that a burst must give. */
static int expect_send(const struct ir_pkt *pkts, uint32_t count)
{
    struct stand_ring *ring = &stand.tx_model;
    uint32_t room = STAND_RING - 1u - ring->used;
    uint32_t limit = count < room ? count : room;
    uint32_t first = ring->head + ring->used;
    uint32_t sent = 0;

    while (sent < limit && refusal(pkts[sent]) == 0) {
        uint16_t buffer = (uint16_t)stand_index(pkts[sent]);

        ring->buffer[(first + sent) % STAND_RING] = buffer;
        ring->used++;
        stand.place[buffer] = STAND_TX;
        sent++;
    }
    for (uint32_t i = 0; i < sent; i++)
        check_descriptor((first + i) % STAND_RING, pkts[i], i + 1u == sent);
    stand_tail(sent > 0, STAND_TX_TAIL, (first + sent) % STAND_RING);
    if (sent == 0)
        return limit > 0 ? refusal(pkts[0]) : 0;
    return (int)sent;
}

void stand_send(const struct ir_pkt *pkts, uint32_t count)
{
    bool able = true;
    int result;

    if (stand.tx_broken || stand.tx_model.used >= GROUP)
        able = expect_reclaim();
    result =
        legacy() ? e1000e_tx_burst(&stand.tx, pkts, count) : ixgbe_tx_burst(&stand.tx, pkts, count);
    fuzz_equal("the answer of a transmit burst", result, able ? expect_send(pkts, count) : -EIO);
}

/* A reclaim is worth while when it gives something back, or tells of a broken queue. */
void stand_reclaim(void)
{
    uint32_t pending = legacy() ? e1000e_tx_pending(&stand.tx) : ixgbe_tx_pending(&stand.tx);
    uint32_t before = stand.tx_model.used;
    bool able = expect_reclaim();
    int result = legacy() ? e1000e_tx_reclaim(&stand.tx) : ixgbe_tx_reclaim(&stand.tx);

    fuzz_equal("whether a reclaim is worth while", pending, !able || stand.tx_model.used != before);
    fuzz_equal("the answer of a reclaim", result, able ? (int)stand.tx_model.used : -EIO);
}
