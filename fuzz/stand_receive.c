/* SPDX-License-Identifier: MIT
 *
 * Receiving on the stand. The model reads the descriptors as 82599 section 7.1.6 has them and
 * decides what a burst must deliver, drop and lend.
 */
#include <errno.h>

#include "oracle.h"
#include "stand.h"

/* Bits of a write-back word; the errors are those that condemn a frame. */
#define DD        0x1u
#define EOP       0x2u
#define ERRORS    0x3b800000u
#define PARTS_MAX 8u
#define GROUP     32u

static uint64_t oldest_word(void)
{
    return stand.rx_desc[stand.rx_model.head].hi;
}

static uint32_t length_of(uint64_t word)
{
    return (uint32_t)(word >> 32 & 0xffffu);
}

static bool whole_frame(uint64_t word)
{
    return (word & DD) != 0 && (word & EOP) != 0 && (word & ERRORS) == 0 &&
           stand_is_frame(length_of(word));
}

/* Drop the oldest descriptor's part, or break the queue when no honest card writes such a word. */
static void expect_drop(uint64_t word)
{
    uint32_t length = length_of(word);
    bool last = (word & EOP) != 0;

    if (length > STAND_BUFFER || stand.parts >= PARTS_MAX ||
        (length == 0 && (stand.parts == 0 || !last))) {
        stand.rx_broken = true;
        return;
    }
    stand_ring_pop(&stand.rx_model);
    if (!last) {
        stand.parts++;
        return;
    }
    if (stand.parts > 0)
        stand.drops.oversize++;
    else
        stand.drops.errors++;
    stand.parts = 0;
}

/* Compare what was lent with the rules: free buffers, their own addresses, armed, then the tail. */
static void expect_lent(uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        uint32_t slot = (stand.rx_model.head + stand.rx_model.used) % STAND_RING;
        uint32_t buffer = stand.rx.ring.slot[slot];

        if (buffer >= stand.buffers || stand.place[buffer] != STAND_FREE)
            fuzz_fail("buffer %u was lent in slot %u, and was not free", buffer, slot);
        if (stand.rx_desc[slot].lo != STAND_IOVA + IR_POOL_HEADROOM + buffer * STAND_STRIDE)
            fuzz_fail("slot %u has the address 0x%llx, which is not that of buffer %u", slot,
                      (unsigned long long)stand.rx_desc[slot].lo, buffer);
        if (stand.rx_desc[slot].hi != 0)
            fuzz_fail("slot %u was lent with the word 0x%llx, and should be armed with 0", slot,
                      (unsigned long long)stand.rx_desc[slot].hi);
        stand.place[buffer] = STAND_RX;
        stand.rx_model.buffer[slot] = (uint16_t)buffer;
        stand.rx_model.used++;
    }
    stand_tail(count > 0, STAND_RX_TAIL, (stand.rx_model.head + stand.rx_model.used) % STAND_RING);
}

static uint32_t lendable(void)
{
    uint32_t room = STAND_RING - 1u - stand.rx_model.used;
    uint32_t available = stand_free_count();

    return room < available ? room : available;
}

/* The packets that a burst must deliver, moved to the application; returns how many. */
static uint32_t expect_packets(const struct ir_pkt *pkts, uint32_t max, int result)
{
    uint32_t count = 0;
    struct stand_ring *ring = &stand.rx_model;

    if (stand.rx_broken || stand.parts > 0)
        return 0;
    while (count < max && ring->used > 0 && whole_frame(oldest_word())) {
        uint32_t buffer = ring->buffer[ring->head];

        if ((int)count >= result)
            fuzz_fail("a burst ended after %d packets, and slot %u has another", result,
                      ring->head);
        if (stand_index(pkts[count]) != buffer)
            fuzz_fail("packet %u of a burst is 0x%llx, and should be of buffer %u", count,
                      (unsigned long long)pkts[count].bits, buffer);
        stand_granted(pkts[count], STAND_RX, length_of(oldest_word()));
        ring->head = (ring->head + 1u) % STAND_RING;
        ring->used--;
        count++;
    }
    return count;
}

void stand_receive(uint32_t max)
{
    struct ir_pkt pkts[STAND_BURST + 1u];
    uint64_t words[STAND_RING];
    uint32_t count;
    int result;

    for (uint32_t i = 0; i <= STAND_BURST; i++)
        pkts[i].bits = UINT64_C(0xabababababababab);
    for (uint32_t i = 0; i < STAND_RING; i++)
        words[i] = stand.rx_desc[i].hi;
    result = ixgbe_rx_burst(&stand.rx, pkts, max);

    /* The model judges what the card had written, not what was lent afterwards. */
    for (uint32_t i = 0; i < STAND_RING; i++) {
        uint64_t after = stand.rx_desc[i].hi;

        stand.rx_desc[i].hi = words[i];
        words[i] = after;
    }
    count = expect_packets(pkts, max, result);
    /* A burst that is full does not look further. */
    for (uint32_t i = 0; i < STAND_RING && (count == 0 || count < max) && !stand.rx_broken &&
                         stand.rx_model.used > 0;
         i++) {
        uint64_t word = oldest_word();

        if ((word & DD) == 0 || (whole_frame(word) && stand.parts == 0))
            break;
        expect_drop(word);
    }
    for (uint32_t i = 0; i < STAND_RING; i++)
        stand.rx_desc[i].hi = words[i];
    expect_lent(!stand.rx_broken && STAND_RING - 1u - stand.rx_model.used >= GROUP ? lendable()
                                                                                   : 0);
    fuzz_equal("the answer of ixgbe_rx_burst", result,
               count == 0 && stand.rx_broken ? -EIO : (int)count);
    for (uint32_t i = count; i <= STAND_BURST; i++) {
        if (pkts[i].bits != UINT64_C(0xabababababababab))
            fuzz_fail("a burst of %d packets wrote entry %u of the array", result, i);
    }
}

void stand_refill(void)
{
    uint32_t count = lendable();

    ixgbe_rx_refill(&stand.rx);
    expect_lent(count);
}
