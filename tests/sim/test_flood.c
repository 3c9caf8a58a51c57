/* SPDX-License-Identifier: MIT
 *
 * The wire of benchmarks, on which the card is lean: it must leave the same behind as on wires on which it
 * takes each frame for itself. Two cards are given the same registers and descriptors, one with such a wire;
 * afterwards all registers, rings and buffers are compared.
 */
#include <stdio.h>
#include <string.h>

#include "rig.h"

#define MAC         ",mac=02:00:00:00:00:07"
#define HEADERS     36u /* of what is generated, without a tag; behind come checksum and number */
#define NUMBERED    50u /* from here on frames are equal again */
#define IVAR_QUEUES (0x81u << 8 | 0x80u) /* receive to vector 0, transmit to 1 */

struct twins {
    struct rig lean;
    struct rig full;
};

static void open_twins(struct twins *twins, const char *lean, const char *full)
{
    rig_open(&twins->lean, lean);
    rig_open(&twins->full, full);
}

static void close_twins(struct twins *twins)
{
    rig_close(&twins->lean);
    rig_close(&twins->full);
}

/* Do the same to both. */
#define BOTH(twins, call)                                                                          \
    do {                                                                                           \
        struct rig *rig = &(twins)->lean;                                                          \
        call;                                                                                      \
        rig = &(twins)->full;                                                                      \
        call;                                                                                      \
    } while (0)

static void compare_buffers(const struct twins *twins)
{
    for (uint32_t slot = 0; slot < RIG_RING; slot++) {
        const uint8_t *lean = rig_rx_data(&twins->lean, slot);
        const uint8_t *full = rig_rx_data(&twins->full, slot);
        uint32_t length = (uint32_t)(rig_rx(&twins->full, slot)[1] >> 32 & 0xffffu);

        assert_memory_equal(lean, full, HEADERS);
        if (length > NUMBERED + SIM_CRC) /* a checksum behind the frame differs, too */
            assert_memory_equal(lean + NUMBERED, full + NUMBERED, length - NUMBERED - SIM_CRC);
    }
}

static void compare(struct twins *twins)
{
    uint64_t lean = 0;
    uint64_t full = 0;

    for (uint32_t i = 0; i < SIM_WORDS; i++)
        if (twins->lean.card->value[i] != twins->full.card->value[i])
            fail_msg("register 0x%05x is 0x%08x, not 0x%08x", 4u * i, twins->lean.card->value[i],
                     twins->full.card->value[i]);
    for (uint32_t q = 0; q < 2u * SIM_QUEUES; q++)
        assert_int_equal(atomic_load(&twins->lean.card->queue[q].head),
                         atomic_load(&twins->full.card->queue[q].head));
    assert_int_equal(twins->lean.card->causes, twins->full.card->causes);
    assert_memory_equal(twins->lean.memory.memory + RIG_RX_RING,
                        twins->full.memory.memory + RIG_RX_RING, RIG_RING * 16u);
    assert_memory_equal(twins->lean.memory.memory + RIG_TX_RING,
                        twins->full.memory.memory + RIG_TX_RING, RIG_RING * 16u);
    assert_memory_equal(twins->lean.memory.memory + RIG_HEAD, twins->full.memory.memory + RIG_HEAD,
                        sizeof(uint32_t));
    compare_buffers(twins);
    assert_int_equal(ir_sim_violations(&twins->lean.dev, &lean), 0);
    assert_int_equal(ir_sim_violations(&twins->full.dev, &full), 0);
    assert_int_equal(lean, full);
    if (lean != 0)
        assert_string_equal(ir_sim_violation(&twins->lean.dev, 0),
                            ir_sim_violation(&twins->full.dev, 0));
}

/* --- Receive --- */

/* Twins that receive, with this value of SRRCTL, set up further by `prepare`, in several steps. */
static void receive_by(struct twins *twins, uint32_t srrctl, void (*prepare)(struct rig *rig))
{
    BOTH(twins, rig_init(rig));
    BOTH(twins, rig_write(rig, R_IVAR, IVAR_QUEUES));
    if (prepare != NULL)
        BOTH(twins, prepare(rig));
    BOTH(twins, rig_write(rig, R_RX + Q_SRRCTL, srrctl));
    BOTH(twins, rig_write(rig, R_RX + Q_BAL, RIG_IOVA + RIG_RX_RING));
    BOTH(twins, rig_write(rig, R_RX + Q_LEN, RIG_RING * 16u));
    BOTH(twins, rig_write(rig, R_RX + Q_DCA, 0));
    BOTH(twins, rig_enable(rig, R_RX + Q_CONTROL));
    BOTH(twins, rig_receive(rig, true));
    for (uint32_t round = 0; round < 12u; round++) {
        uint32_t lend = round == 5u ? 0 : round == 0 ? 1u : 5u * round % 24u;

        if (round == 7u) /* all that is free: a burst over the end of the ring */
            lend = (atomic_load(&twins->full.card->queue[0].head) + RIG_RING - 1u -
                    twins->full.rx_tail) %
                   RIG_RING;
        BOTH(twins, rig_lend(rig, lend < RIG_RING / 3u || round == 7u ? lend : 0));
        assert_int_equal(rig_step(&twins->lean), rig_step(&twins->full));
        compare(twins);
    }
    close_twins(twins);
}

/* Against the generator, which makes each frame. */
static void receive_alike(const char *keys, uint32_t srrctl, void (*prepare)(struct rig *rig))
{
    char lean[128];
    char full[128];
    struct twins twins;

    (void)snprintf(lean, sizeof(lean), "82599,mode=step,wire=flood" MAC "%s", keys);
    (void)snprintf(full, sizeof(full), "82599,mode=step,wire=gen" MAC "%s", keys);
    open_twins(&twins, lean, full);
    receive_by(&twins, srrctl, prepare);
}

#define ADVANCED (2u | 1u << 25)

static void plain_frames(void **state)
{
    (void)state;
    receive_alike(",size=60", ADVANCED, NULL);
    receive_alike(",size=1514,count=37", ADVANCED, NULL);
    receive_alike(",size=61,rate=700000", ADVANCED, NULL);
    receive_alike(",size=300,rate=5000000,count=99", ADVANCED | SRRCTL_DROP_EN, NULL);
}

static void hash_them(struct rig *rig)
{
    for (uint32_t i = 0; i < 10u; i++)
        rig_write(rig, R_RSSRK + 4u * i, 0x9e3779b9u * (i + 1u));
    rig_write(rig, R_RXCSUM, RXCSUM_PCSD);
    rig_write(rig, R_MRQC, MRQC_RSS | MRQC_IPV4 | MRQC_UDP_IPV4);
}

/* The same wire twice, but that one of the cards judges each frame; the hashes tell the flows apart. */
static void flows_in_trains(void **state)
{
    static const char device[] = "82599,mode=step,wire=flood,size=80,flows=3,seed=5" MAC;
    struct twins twins;

    (void)state;
    open_twins(&twins, device, device);
    twins.full.card->base.source->lean = false;
    receive_by(&twins, ADVANCED, hash_them);
}

static void frames_in_old_descriptors(void **state)
{
    (void)state;
    receive_alike(",size=60", 2u, NULL);
}

static void frames_that_need_several_buffers(void **state)
{
    (void)state;
    receive_alike(",size=1514", 1u | 1u << 25, NULL);
}

static void frames_that_find_no_buffer(void **state)
{
    (void)state;
    receive_alike(",size=60,rate=9000000", ADVANCED | SRRCTL_DROP_EN, NULL);
    receive_alike(",size=60,rate=9000000", ADVANCED, NULL);
}

static void accept_nothing(struct rig *rig)
{
    rig_write(rig, R_FCTRL, 0);
    for (uint32_t i = 0; i < RAR_COUNT; i++)
        rig_write(rig, R_RAL + 8u * i + 4u, 0);
}

static void keep_checksums(struct rig *rig)
{
    rig_write(rig, R_HLREG0, rig_read(rig, R_HLREG0) & ~HLREG0_RXCRCSTRP);
    rig_write(rig, R_RDRXCTL, RDRXCTL_ONES);
}

static void strip_tags(struct rig *rig)
{
    rig_write(rig, R_VLNCTRL, 0x0800u); /* IPv4 taken for a tag */
    rig_write(rig, R_RX + Q_CONTROL, RXDCTL_VME);
}

static void receive_bad_frames(struct rig *rig)
{
    rig_write(rig, R_FCTRL, FCTRL_UPE | FCTRL_SBP);
}

static void frames_that_are_not_simply_received(void **state)
{
    (void)state;
    receive_alike(",size=60", ADVANCED, accept_nothing);
    receive_alike(",size=60", ADVANCED, keep_checksums);
    receive_alike(",size=60", ADVANCED, strip_tags);
    receive_alike(",size=1800", ADVANCED, NULL);
    receive_alike(",size=1800", ADVANCED, receive_bad_frames);
}

/* Descriptors in the middle that break a rule. */
static void bad_descriptors(void **state)
{
    struct twins twins;

    (void)state;
    open_twins(&twins, "82599,mode=step,wire=flood,count=40" MAC,
               "82599,mode=step,wire=gen,count=40" MAC);
    BOTH(&twins, rig_start(rig));
    BOTH(&twins, rig_rx(rig, 7)[0] = 0x1000);
    BOTH(&twins, rig_rx(rig, 21)[1] = 1);
    assert_int_equal(rig_step(&twins.lean), rig_step(&twins.full));
    compare(&twins);
    close_twins(&twins);
}

/* --- Transmit --- */

/* All to one station: of these the lean card does not look at the address. */
static void fill_plain(struct rig *rig, uint32_t count, uint32_t report_each)
{
    for (uint32_t i = 0; i < count; i++)
        rig_tx_fill(rig, rig_frame(64) & ~(uint64_t)((i + 1u) % report_each == 0 ? 0 : TXD_RS), 64,
                    (uint8_t)(2u * i));
}

static void fill_mixed(struct rig *rig)
{
    uint32_t first = rig->tx_tail;

    rig_tx_fill(rig, rig_frame(64), 64, 2);
    rig_tx_fill(rig, rig_frame(64), 64, 4);
    rig_tx_fill(rig, rig_frame(40), 40, 0xff);
    rig_tx_fill(rig, rig_frame(40), 40, 0xff);
    rig_tx_fill(rig, rig_frame(200), 200, 6);
    rig_tx_fill(rig, rig_frame(200) & ~(uint64_t)TXD_EOP, 200, 6); /* two descriptors */
    rig_tx_fill(rig, rig_frame(200), 200, 8);
    rig_tx_fill(rig, rig_frame(200), 200, 10);
    rig_tx_fill(rig, rig_frame(200), 200, 10);
    rig_tx_fill(rig, rig_frame(0), 0, 10); /* empty */
    rig_tx_fill(rig, rig_frame(200), 200, 10);
    rig_tx_fill(rig, rig_frame(200), 200, 10);
    rig_tx_fill(rig, rig_frame(200), 200, 10); /* not mapped */
    rig_tx(rig, (first + 12u) % RIG_RING)[0] = 0x2000;
    rig_tx_fill(rig, rig_frame(200), 200, 10);
}

static void start_sending(struct rig *rig, bool head)
{
    rig_init(rig);
    rig_write(rig, R_IVAR, IVAR_QUEUES);
    rig_write(rig, R_TX + Q_DCA, 0);
    if (head)
        rig_write(rig, R_TX + Q_TDWBAL, (RIG_IOVA + RIG_HEAD) | TDWBAL_ENABLE);
    rig_tx_queue(rig, 0);
}

static void send_alike(bool head, void (*prepare)(struct rig *rig))
{
    struct twins twins;

    open_twins(&twins, "82599,mode=step,wire=flood,count=1" MAC, "82599,mode=step,wire=memory" MAC);
    BOTH(&twins, start_sending(rig, head));
    if (prepare != NULL)
        BOTH(&twins, prepare(rig));
    for (uint32_t round = 0; round < 8u; round++) {
        BOTH(&twins, fill_plain(rig, 7u + 6u * round, round + 1u));
        BOTH(&twins, rig_tx_tail(rig));
        assert_int_equal(rig_step(&twins.lean), rig_step(&twins.full));
        compare(&twins);
        BOTH(&twins, fill_mixed(rig));
        BOTH(&twins, rig_tx_tail(rig));
        assert_int_equal(rig_step(&twins.lean), rig_step(&twins.full));
        compare(&twins);
    }
    close_twins(&twins);
}

static void write_back_now_or_then(struct rig *rig)
{
    rig_write(rig, R_TX + Q_CONTROL, rig_read(rig, R_TX + Q_CONTROL) | 40u << 16);
}

static void loop_back(struct rig *rig)
{
    rig_write(rig, R_HLREG0, rig_read(rig, R_HLREG0) | HLREG0_LPBK);
}

static void packets_are_sent_and_reported(void **state)
{
    (void)state;
    send_alike(false, NULL);
    send_alike(true, NULL);
    send_alike(false, write_back_now_or_then);
    send_alike(false, loop_back);
}

/* --- How long frames were under way --- */

/* One frame received, and sent again `later` steps after. */
static void a_frame_tells_how_long_it_was_under_way(void **state)
{
    uint32_t delays[2] = {0, 0};
    size_t count = 7;
    struct rig rig;

    (void)state;
    rig_open(&rig, "82599,mode=step,wire=flood,count=3");
    rig_start(&rig);
    assert_int_equal(ir_sim_record(&rig.dev, delays, 2), 0);
    assert_int_equal(ir_sim_recorded(&rig.dev, &count), 0);
    assert_int_equal(count, 0);
    assert_int_equal(rig_step(&rig), 3);
    for (uint32_t i = 0; i < 3u; i++) {
        rig_tx_fill(&rig, rig_frame(60), 60, 0);
        memcpy(rig.memory.memory + RIG_TX_BUFFER + RIG_BUFFER * (size_t)i, rig_rx_data(&rig, i),
               60);
    }
    rig_tx_tail(&rig);
    assert_int_equal(rig_step(&rig), 3);
    assert_int_equal(ir_sim_recorded(&rig.dev, &count), 0);
    assert_int_equal(count, 2); /* the third has no place */
    assert_in_range(delays[0], 1, UINT32_MAX);
    assert_in_range(delays[1], 1, UINT32_MAX);
    rig_close(&rig);
}

/* 64 frames of each in turn. */
static void each_flow_has_its_trains(void **state)
{
    struct sim_gen_options options = {.size = 60, .flows = 3, .seed = 1};
    struct sim_wire *wire;
    char error[IR_ERROR_LENGTH];
    uint8_t first[3][42];
    uint32_t length = 0;

    (void)state;
    assert_int_equal(sim_wire_flood(&options, &wire, error), 0);
    for (uint32_t i = 0; i < 3u * 64u * 2u; i++) {
        const uint8_t *frame = wire->ops->receive(wire, i, &length);
        uint32_t flow = i / 64u % 3u;

        assert_int_equal(length, 60);
        assert_int_equal(wire->ops->alike(wire), 63u - i % 64u);
        if (i < 3u * 64u && i % 64u == 0)
            memcpy(first[flow], frame, sizeof(first[flow]));
        assert_memory_equal(frame, first[flow], sizeof(first[flow]));
    }
    assert_memory_not_equal(first[0], first[1], sizeof(first[0]));
    assert_memory_not_equal(first[1], first[2], sizeof(first[1]));
    assert_memory_not_equal(first[2], first[0], sizeof(first[2]));
    wire->ops->close(wire);
}

static void recording_needs_such_a_wire(void **state)
{
    struct rig rig;
    uint32_t delay;
    size_t count;

    (void)state;
    rig_open(&rig, "82599,mode=step,wire=gen");
    assert_int_equal(ir_sim_record(&rig.dev, &delay, 1), -EINVAL);
    assert_int_equal(ir_sim_recorded(&rig.dev, &count), -EINVAL);
    rig_close(&rig);
    rig_open(&rig, "82599,mode=step");
    assert_int_equal(ir_sim_record(&rig.dev, &delay, 1), -EINVAL);
    assert_int_equal(ir_sim_recorded(&rig.dev, &count), -EINVAL);
    rig_close(&rig);
    rig_open(&rig, "82599,mode=step,wire=flood");
    assert_int_equal(ir_sim_record(&rig.dev, NULL, 1), -EINVAL);
    assert_int_equal(ir_sim_recorded(&rig.dev, NULL), -EINVAL);
    assert_int_equal(ir_sim_record(&rig.dev, NULL, 0), 0);
    rig_close(&rig);
    assert_int_equal(ir_sim_record(NULL, &delay, 1), -ENOTSUP);
    assert_int_equal(ir_sim_recorded(NULL, &count), -ENOTSUP);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_frames),
        cmocka_unit_test(flows_in_trains),
        cmocka_unit_test(each_flow_has_its_trains),
        cmocka_unit_test(frames_in_old_descriptors),
        cmocka_unit_test(frames_that_need_several_buffers),
        cmocka_unit_test(frames_that_find_no_buffer),
        cmocka_unit_test(frames_that_are_not_simply_received),
        cmocka_unit_test(bad_descriptors),
        cmocka_unit_test(packets_are_sent_and_reported),
        cmocka_unit_test(a_frame_tells_how_long_it_was_under_way),
        cmocka_unit_test(recording_needs_such_a_wire),
    };

    return RIG_MAIN(tests);
}
