/* SPDX-License-Identifier: MIT
 *
 * Fuzz target e1000e-tx: a card that writes DD into any transmit descriptor at any time, early, never, or
 * where nobody asked for it, and an application that sends anything. Receive has no such target: it is that
 * of the 82599, which rx attacks, with other bits for errors.
 */
#include "stand.h"

#define DONE   UINT64_C(0x100000000)
#define REPORT UINT64_C(0x08000000) /* RS */

/* What an honest card does as it is done with so many of the oldest descriptors. */
static void finish(uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        struct ixgbe_desc *desc = &stand.tx_desc[(stand.tx_model.head + i) % STAND_RING];

        if ((desc->hi & REPORT) != 0)
            desc->hi |= DONE;
    }
}

/* Progress of an honest card, up to what was lent; DD in a slot, whoever has that, or taken back from it;
 * or any word. */
static void report(struct input *input)
{
    uint8_t kind = input_8(input);
    struct ixgbe_desc *desc = &stand.tx_desc[kind % STAND_RING];

    if (kind < 0xa0u)
        finish(kind % (stand.tx_model.used + 1u));
    else if (kind < 0xe0u)
        desc->hi |= DONE;
    else if (kind < 0xf0u)
        desc->hi &= ~DONE;
    else
        stand.tx_desc[input_below(input, STAND_RING)].hi = input_64(input);
}

/* Into many descriptors, with DD in some of them; the driver must not care for more than that. */
static void scribble(struct input *input)
{
    uint32_t first = input_8(input);
    uint32_t count = 1u + input_below(input, STAND_RING);

    for (uint32_t i = 0; i < count; i++) {
        struct ixgbe_desc *desc = &stand.tx_desc[(first + i) % STAND_RING];

        desc->lo = UINT64_MAX;
        desc->hi = (uint64_t)input_8(input) << 32;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct stand_card card = {IXGBE_TX_LEGACY, report, scribble};

    stand_run_sender(&card, data, size);
    return 0;
}
