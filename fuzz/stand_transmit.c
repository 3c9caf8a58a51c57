/* SPDX-License-Identifier: MIT
 *
 * Sending on the stand. The model takes the head write-back word as 82599 section 7.2.3.5.2 has it
 * and decides what must come back, what is accepted, and what the descriptors say.
 */
#include <errno.h>

#include "oracle.h"
#include "stand.h"

#define DATA_COMMAND UINT64_C(0x23300000) /* DEXT, IFCS, EOP, DTYP = 3 */
#define REPORT       UINT64_C(0x08000000) /* RS */
#define FRAME_MIN    14u
#define GROUP        32u

/* Buffers that the card has finished with go back; false when its word is a lie. */
static bool expect_reclaim(void)
{
    uint32_t head = stand.tx_head;
    uint32_t finished = (head % STAND_RING + STAND_RING - stand.tx_model.head) % STAND_RING;

    if (stand.tx_broken || head >= STAND_RING || finished > stand.tx_model.used) {
        stand.tx_broken = true;
        return false;
    }
    for (uint32_t i = 0; i < finished; i++)
        stand_ring_pop(&stand.tx_model);
    return true;
}

static int refusal(struct ir_pkt pkt)
{
    if (!stand_held(pkt))
        return -ESTALE;
    return stand_length(pkt) < FRAME_MIN || stand_length(pkt) > STAND_BUFFER ? -EMSGSIZE : 0;
}

static void check_descriptor(uint32_t slot, struct ir_pkt pkt, bool last)
{
    uint64_t buffer = pkt.bits >> 32 & 0xffffu;
    uint64_t length = stand_length(pkt);
    uint64_t word = DATA_COMMAND | length | length << 46 | (last ? REPORT : 0);

    if (stand.tx_desc[slot].lo != STAND_IOVA + IR_POOL_HEADROOM + buffer * STAND_STRIDE)
        fuzz_fail("transmit slot %u has the address 0x%llx, which is not that of buffer %llu", slot,
                  (unsigned long long)stand.tx_desc[slot].lo, (unsigned long long)buffer);
    if (stand.tx_desc[slot].hi != word)
        fuzz_fail("transmit slot %u has the word 0x%llx, and should have 0x%llx", slot,
                  (unsigned long long)stand.tx_desc[slot].hi, (unsigned long long)word);
}

/* What is accepted of a list, moved to the ring; the answer that ixgbe_tx_burst must give. */
static int expect_send(const struct ir_pkt *pkts, uint32_t count)
{
    struct stand_ring *ring = &stand.tx_model;
    uint32_t room = STAND_RING - 1u - ring->used;
    uint32_t limit = count < room ? count : room;
    uint32_t first = ring->head + ring->used;
    uint32_t sent = 0;

    while (sent < limit && refusal(pkts[sent]) == 0) {
        uint16_t buffer = (uint16_t)(pkts[sent].bits >> 32 & 0xffffu);

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
    int result = ixgbe_tx_burst(&stand.tx, pkts, count);
    bool able = true;

    if (stand.tx_broken || stand.tx_model.used >= GROUP)
        able = expect_reclaim();
    fuzz_equal("the answer of ixgbe_tx_burst", result, able ? expect_send(pkts, count) : -EIO);
}

void stand_reclaim(void)
{
    int result = ixgbe_tx_reclaim(&stand.tx);

    fuzz_equal("the answer of ixgbe_tx_reclaim", result,
               expect_reclaim() ? (int)stand.tx_model.used : -EIO);
}
