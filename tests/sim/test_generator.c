/* SPDX-License-Identifier: MIT
 *
 * The traffic generator: its frames, flows, and rate.
 */
#include <string.h>

#include "rig.h"

/* Take what was received into `frame` and lend its descriptor again. Returns the length, 0 for
 * none. */
static uint32_t next_frame(struct rig *rig, uint32_t *slot, uint8_t *frame)
{
    uint64_t hi = __atomic_load_n(&rig_rx(rig, *slot)[1], __ATOMIC_ACQUIRE);
    uint32_t length = (uint32_t)(hi >> 32 & 0xffffu);

    if ((hi & RXD_DD) == 0)
        return 0;
    memcpy(frame, rig_rx_data(rig, *slot), length);
    *slot = (*slot + 1u) % RIG_RING;
    rig_lend(rig, 1);
    return length;
}

static uint32_t sum16(const uint8_t *bytes, uint32_t length)
{
    uint32_t sum = 0;

    for (uint32_t i = 0; i < length; i += 2)
        sum += (uint32_t)bytes[i] << 8 | (i + 1 < length ? bytes[i + 1] : 0u);
    while (sum > 0xffff)
        sum = (sum & 0xffff) + (sum >> 16);
    return sum;
}

/* An Ethernet, IPv4 and UDP frame whose lengths and checksums are right. */
static void check_udp(const uint8_t *frame, uint32_t length)
{
    uint8_t pseudo[12] = {0};
    uint32_t udp_length = (uint32_t)frame[38] << 8 | frame[39];

    assert_int_equal(frame[12] << 8 | frame[13], 0x0800);
    assert_int_equal(frame[14], 0x45);
    assert_int_equal(frame[16] << 8 | frame[17], length - 14);
    assert_int_equal(sum16(frame + 14, 20), 0xffff);
    assert_int_equal(frame[23], 17);
    assert_int_equal(udp_length, length - 34);
    memcpy(pseudo, frame + 26, 8);
    pseudo[9] = 17;
    pseudo[10] = frame[38];
    pseudo[11] = frame[39];
    assert_int_not_equal(frame[40] << 8 | frame[41], 0);
    assert_int_equal((sum16(pseudo, 12) + sum16(frame + 34, udp_length)) % 0xffff, 0);
}

static uint64_t sequence(const uint8_t *frame)
{
    uint64_t number = 0;

    for (uint32_t i = 0; i < 8; i++)
        number = number << 8 | frame[42 + i];
    return number;
}

static void generated_frames_are_valid_and_numbered(void **state)
{
    struct rig rig;
    uint8_t frame[RIG_BUFFER];
    uint32_t slot = 0;
    uint64_t count = 0;

    (void)state;
    rig_open(&rig, "82599,mode=step,wire=gen,count=1000,size=137,flows=13,mac=02:00:00:00:00:77");
    rig_start(&rig);
    while (!ir_sim_finished(&rig.dev)) {
        uint32_t length;

        (void)rig_step(&rig);
        while ((length = next_frame(&rig, &slot, frame)) != 0) {
            assert_int_equal(length, 137);
            assert_int_equal(frame[5], 0x77);
            check_udp(frame, length);
            assert_int_equal(sequence(frame), count);
            count++;
        }
    }
    assert_int_equal(count, 1000);
    assert_int_equal(rig_violations(&rig), 0);
    rig_close(&rig);
}

static void generated_frames_can_be_of_each_size(void **state)
{
    struct sim_gen_options options = {.flows = 3, .seed = 5};
    char error[IR_ERROR_LENGTH];

    (void)state;
    for (options.size = SIM_GEN_SIZE_MIN; options.size <= SIM_GEN_SIZE_MAX; options.size++) {
        struct sim_wire *wire = NULL;
        const uint8_t *frame;
        uint32_t length;

        assert_int_equal(sim_wire_gen(&options, &wire, error), 0);
        frame = wire->ops->receive(wire, 0, &length);
        assert_non_null(frame);
        assert_int_equal(length, options.size);
        check_udp(frame, length);
        wire->ops->close(wire);
    }
}

/* Bytes 26 to 37 of the first `count` frames: addresses and ports. */
static void flows_of(uint64_t seed, uint32_t flows, uint8_t (*keys)[12], uint32_t count)
{
    struct sim_gen_options options = {.size = 60, .flows = flows, .seed = seed};
    char error[IR_ERROR_LENGTH];
    struct sim_wire *wire = NULL;

    assert_int_equal(sim_wire_gen(&options, &wire, error), 0);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t length;

        memcpy(keys[i], wire->ops->receive(wire, 0, &length) + 26, 12);
    }
    wire->ops->close(wire);
}

static void flows_differ_and_repeat(void **state)
{
    uint8_t keys[32][12];

    (void)state;
    flows_of(1, 16, keys, 32);
    for (uint32_t i = 0; i < 16; i++) {
        assert_memory_equal(keys[i], keys[i + 16], 12);
        for (uint32_t k = i + 1; k < 16; k++)
            assert_memory_not_equal(keys[i], keys[k], 12);
    }
}

static void flows_depend_on_the_seed_alone(void **state)
{
    uint8_t one[8][12];
    uint8_t two[8][12];

    (void)state;
    flows_of(7, 8, one, 8);
    flows_of(7, 8, two, 8);
    assert_memory_equal(one, two, sizeof(one));
    flows_of(8, 8, two, 8);
    assert_memory_not_equal(one, two, sizeof(one));
}

static void a_generator_keeps_its_rate(void **state)
{
    struct sim_gen_options options = {.size = 60, .flows = 1, .rate = 1000, .count = 5};
    char error[IR_ERROR_LENGTH];
    struct sim_wire *wire = NULL;
    uint32_t length;

    (void)state;
    assert_int_equal(sim_wire_gen(&options, &wire, error), 0);
    assert_non_null(wire->ops->receive(wire, 500, &length));
    assert_null(wire->ops->receive(wire, 1000499, &length));
    assert_non_null(wire->ops->receive(wire, 1000500, &length));
    assert_null(wire->ops->receive(wire, 1000500, &length));
    for (uint32_t i = 0; i < 3; i++)
        assert_non_null(wire->ops->receive(wire, 60000000, &length));
    assert_null(wire->ops->receive(wire, 90000000, &length));
    assert_true(wire->ops->finished(wire));
    assert_int_equal(wire->ops->missed(wire), 0);
    wire->ops->close(wire);
}

static void a_late_card_misses_no_more_than_were_to_come(void **state)
{
    struct sim_gen_options options = {.size = 1024, .flows = 1, .rate = 1000000, .count = 600};
    char error[IR_ERROR_LENGTH];
    struct sim_wire *wire = NULL;
    uint32_t length;
    uint32_t received = 1;

    (void)state;
    assert_int_equal(sim_wire_gen(&options, &wire, error), 0);
    assert_non_null(wire->ops->receive(wire, 0, &length));
    while (wire->ops->receive(wire, 10000000, &length) != NULL)
        received++;
    assert_int_equal(received, 1 + 512);
    assert_int_equal(wire->ops->missed(wire), 600 - 513);
    assert_true(wire->ops->finished(wire));
    wire->ops->close(wire);
}

static void an_endless_generator_does_not_finish(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "82599,mode=step,wire=gen");
    rig_start(&rig);
    for (uint32_t i = 0; i < 10; i++)
        (void)rig_step(&rig);
    assert_false(ir_sim_finished(&rig.dev));
    rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(generated_frames_are_valid_and_numbered),
        cmocka_unit_test(generated_frames_can_be_of_each_size),
        cmocka_unit_test(flows_differ_and_repeat),
        cmocka_unit_test(flows_depend_on_the_seed_alone),
        cmocka_unit_test(a_generator_keeps_its_rate),
        cmocka_unit_test(a_late_card_misses_no_more_than_were_to_come),
        cmocka_unit_test(an_endless_generator_does_not_finish),
    };

    return RIG_MAIN(tests);
}
