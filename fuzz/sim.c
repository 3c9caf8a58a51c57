/* SPDX-License-Identifier: MIT
 *
 * Fuzz target sim: the simulated 82599.
 */
#include "sim_bench.h"

/* A queue as a driver would start it, but for what the input changes. */
static void start_queue(struct input *input)
{
    uint8_t kind = input_8(input);
    bool transmit = (kind & 1u) != 0;
    uint32_t base = sim_bench_queue(kind);

    sim_bench_write(base + Q_BAL, 4,
                    SIM_BENCH_IOVA + (kind & 0x80u) * 16u + (transmit ? 0x1000u : 0));
    sim_bench_write(base + Q_LEN, 4, (kind & 0x40u) != 0 ? sim_bench_value(input) : 1024u);
    if (!transmit)
        sim_bench_write(base + Q_SRRCTL, 4,
                        (kind & 0x20u) != 0 ? sim_bench_value(input) : 2u | 1u << 25);
    else if ((kind & 0x20u) != 0) {
        sim_bench_write(base + Q_TDWBAL, 4, sim_bench_value(input) | TDWBAL_ENABLE);
    }
    sim_bench_write(base + Q_CONTROL, 4, XDCTL_ENABLE);
    sim_bench_delay(1000);
    (void)sim_bench_read(base + Q_CONTROL);
    sim_bench_write(base + Q_TAIL, 4, (kind & 0x10u) != 0 ? sim_bench_value(input) : 63u);
}

/* Everything but the queues. */
static void start_card(void)
{
    sim_bench_write(R_RDRXCTL, 4, RDRXCTL_CRCSTRIP | RDRXCTL_ONES);
    sim_bench_write(R_HLREG0, 4, sim_bench_read(R_HLREG0) | HLREG0_RXCRCSTRP);
    sim_bench_write(R_FCTRL, 4, FCTRL_BAM | FCTRL_MPE | FCTRL_UPE);
    sim_bench_write(R_DMATXCTL, 4, DMATXCTL_TE);
    sim_bench_write(R_SECRXCTRL, 4, SECRXCTRL_RX_DIS);
    sim_bench_delay(100);
    sim_bench_write(R_RXCTRL, 4, RXCTRL_RXEN);
    sim_bench_write(R_SECRXCTRL, 4, 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct sim_target target = {
        .card = "82599,mode=step,mac=02:00:00:00:00:01",
        .start_card = start_card,
        .start_queue = start_queue,
        .descriptor = 0x2a300000u, /* advanced */
        .payload = true,
    };

    sim_bench_run(&target, data, size);
    return 0;
}
