/* SPDX-License-Identifier: MIT
 *
 * Fuzz target tx: a card that reports any progress at any time in its head write-back word, and an
 * application that sends anything.
 */
#include "stand.h"

/* Progress of an honest card, up to what was lent; or a step back, or beyond. */
static void report(struct input *input)
{
    uint8_t kind = input_8(input);

    if (kind < 0xc0u)
        stand.tx_head = (stand.tx_model.head + kind % (stand.tx_model.used + 1u)) % STAND_RING;
    else if (kind < 0xf0u)
        stand.tx_head = kind;
    else
        stand.tx_head = input_32(input);
}

/* The card may write to its descriptors too; the driver must not care. */
static void scribble(struct input *input)
{
    uint32_t count = 1u + input_below(input, STAND_RING);

    for (uint32_t i = 0; i < count; i++) {
        stand.tx_desc[i].lo = UINT64_MAX;
        stand.tx_desc[i].hi = input_8(input);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct stand_card card = {IXGBE_TX_ADVANCED, report, scribble};

    stand_run_sender(&card, data, size);
    return 0;
}
