/* SPDX-License-Identifier: MIT
 *
 * Receive by itself is ixgbe's, and tested there; here is what differs, the errors that condemn a frame.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bare.h"
#include "e1000e/regs.h"

#define DD_EOP 3u

static int open_bare(void **state)
{
    struct bare *bare = bare_make(BARE_BUFFERS);

    bare->rx.errors = E1000E_RXD_ERRORS;
    ixgbe_rx_refill(&bare->rx);
    *state = bare;
    return 0;
}

/* 82574 7.1.5: CE 24, SE 25, SEQ 26, CXE 28, RXE 31; TCPE 29 and IPE 30 are not the card's to judge, and
 * bits 27 and 23:20 are reserved. */
static void damaged_frames_are_dropped_and_counted(void **state)
{
    static const struct {
        uint32_t bit;
        bool bad;
    } errors[] = {{20, false}, {21, false}, {22, false}, {23, false}, {24, true},  {25, true},
                  {26, true},  {27, false}, {28, true},  {29, false}, {30, false}, {31, true}};
    struct bare *bare = *state;
    uint64_t dropped = 0;

    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
        struct ir_pkt pkt;

        bare->rx_desc[bare->rx.ring.head].hi = DD_EOP | (uint64_t)1 << errors[i].bit | 60ull << 32;
        dropped += errors[i].bad;
        assert_int_equal(ixgbe_rx_burst(&bare->rx, &pkt, 1), errors[i].bad ? 0 : 1);
        assert_int_equal(bare->rx.dropped.errors, dropped);
        if (!errors[i].bad)
            assert_int_equal(ir_pool_return(&bare->pool, pkt), 0);
        bare_balance(bare, 0);
    }
    assert_int_equal(bare->rx.broken, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(damaged_frames_are_dropped_and_counted, open_bare),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
