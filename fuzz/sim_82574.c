/* SPDX-License-Identifier: MIT
 *
 * Fuzz target sim-82574: the simulated 82574.
 */
#include "sim/e1000e/registers.h"
#include "sim_bench.h"

/* What is prescribed, the link, and both units. */
static void start_card(void)
{
    sim_bench_write(E_CTRL, 4, E_CTRL_SLU);
    sim_bench_write(E_CTRL_EXT, 4, E_CTRL_EXT_ONE);
    sim_bench_write(E_GCR, 4, E_GCR_ONE);
    sim_bench_write(E_GCR2, 4, 1);
    sim_bench_delay(100);
    sim_bench_write(E_TCTL, 4, E_TCTL_EN | E_TCTL_PSP);
    sim_bench_write(E_RCTL, 4, E_RCTL_EN | E_RCTL_UPE | E_RCTL_MPE | E_RCTL_BAM | E_RCTL_LPE);
}

/* Its unit has to be off for that. */
static void start_queue(struct input *input)
{
    uint8_t kind = input_8(input);
    bool transmit = (kind & 1u) != 0;
    uint32_t base = sim_bench_queue(kind);
    uint32_t unit = transmit ? E_TCTL : E_RCTL;

    sim_bench_write(unit, 4, sim_bench_read(unit) & ~E_RCTL_EN);
    sim_bench_delay(100);
    sim_bench_write(base + Q_BAL, 4,
                    SIM_BENCH_IOVA + (kind & 0x80u) * 16u + (transmit ? 0x1000u : 0));
    sim_bench_write(base + Q_LEN, 4, (kind & 0x40u) != 0 ? sim_bench_value(input) : 1024u);
    if (!transmit)
        sim_bench_write(E_RFCTL, 4, (kind & 0x20u) != 0 ? 0 : E_RFCTL_EXTEN);
    else
        sim_bench_write(base + Q_CONTROL, 4, E_TXDCTL_ONE);
    if (!transmit && (kind & 8u) != 0)
        sim_bench_write(E_RCTL, 4, sim_bench_value(input) | E_RCTL_EN);
    else
        sim_bench_write(unit, 4, sim_bench_read(unit) | E_RCTL_EN);
    sim_bench_write(base + Q_TAIL, 4, (kind & 0x10u) != 0 ? sim_bench_value(input) : 63u);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct sim_target target = {
        .card = "82574,mode=step,mac=02:00:00:00:00:01",
        .start_card = start_card,
        .start_queue = start_queue,
        .descriptor = 0x2a100000u, /* extended */
    };

    _Static_assert(E_RCTL_EN == E_TCTL_EN, "one bit enables either unit");
    sim_bench_run(&target, data, size);
    return 0;
}
