/* SPDX-License-Identifier: MIT
 *
 * Counters of the 82574: what they count, where they are, and that reading clears them. The offsets
 * are the datasheet's, by number.
 */
#include "bench.h"

#define PRC64 0x405cu
#define GPRC  0x4074u
#define BPRC  0x4078u
#define MPRC  0x407cu
#define GPTC  0x4080u
#define GORCL 0x4088u
#define GORCH 0x408cu
#define GOTCL 0x4090u
#define GOTCH 0x4094u
#define RUC   0x40a4u
#define ROC   0x40acu
#define TORL  0x40c0u
#define TORH  0x40c4u
#define TOTL  0x40c8u
#define TOTH  0x40ccu
#define TPR   0x40d0u
#define TPT   0x40d4u
#define PTC64 0x40d8u
#define MPTC  0x40f0u
#define BPTC  0x40f4u

static void received_frames_and_bytes_are_counted(void **state)
{
    struct rig rig;

    (void)state;
    bench_start(&rig, CARD);
    rig_put(&rig, 60, 1);
    rig_put(&rig, 100, 1);
    assert_int_equal(rig_step(&rig), 2);
    assert_int_equal(rig_read(&rig, GPRC), 2);
    assert_int_equal(rig_read(&rig, TPR), 2);
    assert_int_equal(rig_read(&rig, BPRC), 2);
    assert_int_equal(rig_read(&rig, MPRC), 0);
    /* Bytes include the checksum. */
    assert_int_equal(rig_read(&rig, GORCL), 168);
    assert_int_equal(rig_read(&rig, GORCH), 0);
    assert_int_equal(rig_read(&rig, TORL), 168);
    assert_int_equal(rig_read(&rig, TORH), 0);
    rig_close(&rig);
}

static void sent_frames_and_bytes_are_counted(void **state)
{
    struct rig rig;

    (void)state;
    bench_start(&rig, CARD);
    rig_tx_fill(&rig, bench_frame(20), 20, 1); /* a group address, padded to 60 */
    rig_tx_fill(&rig, bench_frame(200), 200, 2);
    rig_tx_tail(&rig);
    assert_int_equal(rig_step(&rig), 2);
    assert_int_equal(rig_read(&rig, GPTC), 2);
    assert_int_equal(rig_read(&rig, TPT), 2);
    assert_int_equal(rig_read(&rig, MPTC), 1);
    assert_int_equal(rig_read(&rig, BPTC), 0);
    assert_int_equal(rig_read(&rig, GOTCL), 64 + 204);
    assert_int_equal(rig_read(&rig, GOTCH), 0);
    assert_int_equal(rig_read(&rig, TOTL), 64 + 204);
    assert_int_equal(rig_read(&rig, TOTH), 0);
    rig_close(&rig);
}

static void frames_are_counted_by_size(void **state)
{
    static const uint32_t lengths[] = {60, 61, 124, 252, 508, 1020};
    struct rig rig;

    (void)state;
    bench_start(&rig, CARD);
    for (uint32_t i = 0; i < 6; i++) {
        rig_put(&rig, lengths[i], 1);
        rig_tx_fill(&rig, bench_frame(lengths[i]), lengths[i], 1);
    }
    rig_tx_tail(&rig);
    assert_int_equal(rig_step(&rig), 12);
    for (uint32_t i = 0; i < 6; i++) {
        assert_int_equal(rig_read(&rig, PRC64 + 4u * i), 1);
        assert_int_equal(rig_read(&rig, PTC64 + 4u * i), 1);
    }
    rig_close(&rig);
}

static void reading_clears_a_counter(void **state)
{
    struct rig rig;

    (void)state;
    bench_start(&rig, CARD);
    rig_put(&rig, 60, 1);
    (void)rig_step(&rig);
    assert_int_equal(rig_read(&rig, GPRC), 1);
    assert_int_equal(rig_read(&rig, GPRC), 0);
    rig_close(&rig);
}

static void reading_the_high_half_clears_a_pair(void **state)
{
    struct rig rig;

    (void)state;
    bench_start(&rig, CARD);
    rig_put(&rig, 60, 1);
    (void)rig_step(&rig);
    assert_int_equal(rig_read(&rig, GORCL), 64);
    assert_int_equal(rig_read(&rig, GORCL), 64);
    assert_int_equal(rig_read(&rig, GORCH), 0);
    assert_int_equal(rig_read(&rig, GORCL), 0);
    rig_close(&rig);
}

/* Unlike those of the 82599, which have 36 bits. */
static void a_pair_has_64_bits(void **state)
{
    struct rig rig;

    (void)state;
    bench_start(&rig, CARD);
    sim_lock(&rig.card->base);
    sim_count_pair(rig.card, GOTCL, UINT64_C(0x123456789abcdef0));
    sim_unlock(&rig.card->base);
    assert_int_equal(rig_read(&rig, GOTCL), 0x9abcdef0);
    assert_int_equal(rig_read(&rig, GOTCH), 0x12345678);
    rig_close(&rig);
}

static void a_counter_stays_at_its_highest_value(void **state)
{
    struct rig rig;

    (void)state;
    bench_start(&rig, CARD);
    sim_lock(&rig.card->base);
    sim_count(rig.card, GPRC, UINT32_MAX - 1u);
    sim_unlock(&rig.card->base);
    for (uint32_t i = 0; i < 3; i++)
        rig_put(&rig, 60, 1);
    assert_int_equal(rig_step(&rig), 3);
    assert_int_equal(rig_read(&rig, GPRC), UINT32_MAX);
    rig_close(&rig);
}

static void frames_of_a_wrong_length_are_counted_and_not_good(void **state)
{
    struct rig rig;

    (void)state;
    bench_start(&rig, CARD);
    rig_put(&rig, 40, 1);
    rig_put(&rig, 1519, 1);
    assert_int_equal(rig_step(&rig), 0);
    assert_int_equal(rig_read(&rig, RUC), 1);
    assert_int_equal(rig_read(&rig, ROC), 1);
    assert_int_equal(rig_read(&rig, GPRC), 0);
    assert_int_equal(rig_read(&rig, TPR), 2);
    rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(received_frames_and_bytes_are_counted),
        cmocka_unit_test(sent_frames_and_bytes_are_counted),
        cmocka_unit_test(frames_are_counted_by_size),
        cmocka_unit_test(reading_clears_a_counter),
        cmocka_unit_test(reading_the_high_half_clears_a_pair),
        cmocka_unit_test(a_pair_has_64_bits),
        cmocka_unit_test(a_counter_stays_at_its_highest_value),
        cmocka_unit_test(frames_of_a_wrong_length_are_counted_and_not_good),
    };

    return RIG_MAIN(tests);
}
