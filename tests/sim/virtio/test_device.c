/* SPDX-License-Identifier: MIT
 *
 * What a driver sees of the device before any packet: features, reset, and the device's
 * configuration. PCI configuration space is tested in test_space.c.
 */
#include "rig.h"

#define AD (SOFT_ACKNOWLEDGE | SOFT_DRIVER)

static void keys_decide_what_is_offered(void **state)
{
    static const struct {
        const char *arguments;
        uint64_t with;
        uint64_t without;
    } cards[] = {
        {"",
         SOFT_F_VERSION_1 | SOFT_F_ACCESS_PLATFORM | SOFT_F_MAC | SOFT_F_STATUS | SOFT_F_MRG_RXBUF |
             SOFT_F_EVENT_IDX | SOFT_F_CTRL_VQ | SOFT_F_CTRL_RX | SOFT_F_CTRL_MAC_ADDR,
         SOFT_F_RING_PACKED | SOFT_F_IN_ORDER | SOFT_F_MQ | SOFT_F_MTU | SOFT_F_ANY_LAYOUT |
             SOFT_F_SPEED_DUPLEX},
        {"packed=on,in_order=on,pairs=2,mtu=1500,speed=40000",
         SOFT_F_RING_PACKED | SOFT_F_IN_ORDER | SOFT_F_MQ | SOFT_F_MTU | SOFT_F_SPEED_DUPLEX, 0},
        {"mrg_rxbuf=off,event_idx=off,control=off,platform=off,pairs=2", SOFT_F_VERSION_1,
         SOFT_F_MRG_RXBUF | SOFT_F_EVENT_IDX | SOFT_F_CTRL_VQ | SOFT_F_CTRL_RX |
             SOFT_F_CTRL_MAC_ADDR | SOFT_F_MQ | SOFT_F_ACCESS_PLATFORM},
        {"transport=legacy,packed=on,in_order=on", SOFT_F_ANY_LAYOUT | SOFT_F_MAC,
         ~(uint64_t)UINT32_MAX},
        {"transport=transitional", SOFT_F_ANY_LAYOUT | SOFT_F_VERSION_1, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cards) / sizeof(cards[0]); i++) {
        struct rig rig;
        uint64_t offered;

        rig_open(&rig, cards[i].arguments);
        offered = rig_offered(&rig);
        assert_int_equal(offered & cards[i].with, cards[i].with);
        assert_int_equal(offered & cards[i].without, 0);
        rig_close(&rig);
    }
}

static uint32_t config(const struct rig *rig, uint32_t offset, uint32_t width)
{
    return rig_read(rig, (rig->legacy ? L_CONFIG : SOFT_CONFIG_OFFSET) + offset, width);
}

static void the_configuration_tells_of_the_card(void **state)
{
    static const char *const arguments[] = {
        "mac=02:03:04:05:06:07,pairs=5,mtu=9000,speed=40000",
        "mac=02:03:04:05:06:07,pairs=5,mtu=9000,speed=40000,transport=legacy",
    };

    (void)state;
    for (size_t a = 0; a < 2u; a++) {
        struct rig rig;

        rig_open(&rig, arguments[a]);
        for (uint32_t i = 0; i < IR_MAC_LENGTH; i++)
            assert_int_equal(config(&rig, i, 1), 2u + i);
        assert_int_equal(config(&rig, SOFT_NET_STATUS, 2), SOFT_NET_LINK_UP);
        assert_int_equal(config(&rig, SOFT_NET_PAIRS, 2), 5);
        assert_int_equal(config(&rig, SOFT_NET_MTU, 2), 9000);
        assert_int_equal(config(&rig, SOFT_NET_SPEED, 4), 40000);
        assert_int_equal(config(&rig, SOFT_NET_DUPLEX, 1), 1);
        rig_close(&rig);
    }
}

static void a_device_behind_an_iommu_refuses_a_driver_that_ignores_it(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "");
    rig_set_status(&rig, SOFT_ACKNOWLEDGE);
    rig_set_status(&rig, AD);
    rig_write(&rig, R_DRIVER_SELECT, 4, 1);
    rig_write(&rig, R_DRIVER_FEATURE, 4, 1);
    rig_set_status(&rig, AD | SOFT_FEATURES_OK);
    assert_int_equal(rig_status(&rig), AD);
    assert_int_equal(rig_violations(&rig), 0);
    rig_close(&rig);
}

static void a_reset_takes_its_time_and_forgets_everything(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "late=reset:20");
    rig_start(&rig, RIG_FEATURES);
    rig_set_status(&rig, 0);
    rig_delay(&rig, 19);
    assert_int_not_equal(rig_status(&rig), 0);
    rig_delay(&rig, 1);
    assert_int_equal(rig_status(&rig), 0);
    rig_write(&rig, R_QUEUE_SELECT, 2, 0);
    assert_int_equal(rig_read(&rig, R_QUEUE_ENABLE, 2), 0);
    assert_int_equal(rig_read(&rig, R_QUEUE_DESC, 4), 0);
    assert_int_equal(rig_read(&rig, R_DRIVER_FEATURE, 4), 0);
    assert_int_equal(rig_violations(&rig), 0);
    rig_close(&rig);
}

static void a_reset_may_never_be_done(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "never=reset");
    rig_set_status(&rig, SOFT_ACKNOWLEDGE);
    rig_set_status(&rig, 0);
    rig_delay(&rig, UINT32_MAX);
    assert_int_equal(rig_status(&rig), SOFT_ACKNOWLEDGE);
    rig_close(&rig);
}

static void a_device_can_be_reset_and_started_again(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "packed=on");
    for (uint32_t i = 0; i < 5u; i++) {
        uint8_t frame[60];

        rig_start(&rig, i % 2u == 0 ? RIG_FEATURES : RIG_FEATURES & ~SOFT_F_RING_PACKED);
        for (uint8_t n = 0; n < 3u; n++)
            (void)rig_send(&rig, 1, 60, n);
        rig_notify(&rig, 1);
        assert_int_equal(rig_step(&rig), 3);
        for (uint32_t n = 0; n < 3u; n++)
            assert_int_equal(ir_sim_take(&rig.dev, frame, sizeof(frame)), 60);
    }
    rig_close(&rig);
}

static void the_link_comes_up_with_a_new_generation_and_an_interrupt(void **state)
{
    struct rig rig;
    uint32_t generation;

    (void)state;
    rig_open(&rig, "late=link:1000");
    rig_start(&rig, RIG_FEATURES);
    rig_stock(&rig, 4);
    assert_int_equal(config(&rig, SOFT_NET_STATUS, 2), 0);
    generation = rig_read(&rig, R_GENERATION, 1);
    rig_put(&rig, 60, 1);
    assert_int_equal(rig_step(&rig), 0);
    assert_int_equal(rig_read(&rig, SOFT_ISR_OFFSET, 1), 0);
    rig_delay(&rig, 1000);
    assert_int_equal(rig_step(&rig), 1);
    assert_int_equal(config(&rig, SOFT_NET_STATUS, 2), SOFT_NET_LINK_UP);
    assert_int_not_equal(rig_read(&rig, R_GENERATION, 1), generation);
    assert_int_equal(rig_read(&rig, SOFT_ISR_OFFSET, 1), SOFT_ISR_CONFIG | SOFT_ISR_QUEUE);
    assert_int_equal(rig_read(&rig, SOFT_ISR_OFFSET, 1), 0);
    rig_close(&rig);
}

static void a_device_that_needs_a_reset_says_so_and_stops(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "hostile=needs_reset:1:2");
    rig_start(&rig, RIG_FEATURES);
    for (uint32_t i = 0; i < 3u; i++) {
        (void)rig_send(&rig, 1, 60, 1);
        rig_notify(&rig, 1);
        assert_int_equal(rig_step(&rig), i < 2u ? 1 : 0);
    }
    assert_int_equal(rig_status(&rig) & SOFT_NEEDS_RESET, SOFT_NEEDS_RESET);
    assert_int_equal(rig_read(&rig, SOFT_ISR_OFFSET, 1) & SOFT_ISR_CONFIG, SOFT_ISR_CONFIG);
    rig_notify(&rig, 1);
    assert_int_equal(rig_step(&rig), 0);
    rig_start(&rig, RIG_FEATURES);
    (void)rig_send(&rig, 1, 60, 1);
    rig_notify(&rig, 1);
    assert_int_equal(rig_step(&rig), 1);
    assert_int_equal(rig_violations(&rig), 0);
    rig_close(&rig);
}

static void there_are_no_features_beyond_64(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "");
    rig_write(&rig, R_DEVICE_SELECT, 4, 2);
    rig_write(&rig, R_DRIVER_SELECT, 4, UINT32_MAX);
    assert_int_equal(rig_read(&rig, R_DEVICE_SELECT, 4), 2);
    assert_int_equal(rig_read(&rig, R_DRIVER_SELECT, 4), UINT32_MAX);
    assert_int_equal(rig_read(&rig, R_DEVICE_FEATURE, 4), 0);
    assert_int_equal(rig_read(&rig, R_DRIVER_FEATURE, 4), 0);
    assert_int_equal(rig_violations(&rig), 0);
    rig_close(&rig);
}

static void a_driver_that_failed_may_say_so(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "");
    rig_set_status(&rig, SOFT_ACKNOWLEDGE);
    rig_set_status(&rig, SOFT_ACKNOWLEDGE | SOFT_FAILED);
    assert_int_equal(rig_status(&rig), SOFT_ACKNOWLEDGE | SOFT_FAILED);
    assert_int_equal(rig_violations(&rig), 0);
    rig_close(&rig);
}

static void vectors_are_taken_until_a_reset(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "vectors=4");
    rig_negotiate(&rig, RIG_FEATURES);
    rig_write(&rig, R_CONFIG_VECTOR, 2, 3);
    assert_int_equal(rig_read(&rig, R_CONFIG_VECTOR, 2), 3);
    assert_int_equal(rig_read(&rig, R_QUEUE_VECTOR, 2), SOFT_NO_VECTOR);
    rig_write(&rig, R_QUEUE_VECTOR, 2, 1);
    assert_int_equal(rig_read(&rig, R_QUEUE_VECTOR, 2), 1);
    rig_reset(&rig);
    rig_negotiate(&rig, RIG_FEATURES);
    assert_int_equal(rig_read(&rig, R_CONFIG_VECTOR, 2), SOFT_NO_VECTOR);
    assert_int_equal(rig_read(&rig, R_QUEUE_VECTOR, 2), SOFT_NO_VECTOR);
    assert_int_equal(rig_violations(&rig), 0);
    rig_close(&rig);
}

static void a_device_without_vectors_has_none(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "vectors=1");
    rig_negotiate(&rig, RIG_FEATURES);
    rig_write(&rig, R_CONFIG_VECTOR, 2, 0);
    assert_int_equal(rig_read(&rig, R_CONFIG_VECTOR, 2), SOFT_NO_VECTOR);
    rig_write(&rig, R_QUEUE_VECTOR, 2, 0);
    assert_int_equal(rig_read(&rig, R_QUEUE_VECTOR, 2), SOFT_NO_VECTOR);
    assert_int_equal(rig_violations(&rig), 0);
    rig_close(&rig);
}

static void a_legacy_queue_is_placed_by_its_page_and_taken_away_by_0(void **state)
{
    struct rig rig;
    uint32_t id;
    uint32_t length;

    (void)state;
    rig_open(&rig, "transport=legacy");
    rig_start(&rig, SOFT_F_ANY_LAYOUT);
    rig_write(&rig, L_QUEUE_SELECT, 2, 1);
    assert_int_equal(rig_read(&rig, L_QUEUE_PFN, 4), (RIG_IOVA >> 12) + 16u);
    (void)rig_send(&rig, 1, 60, 1);
    rig_notify(&rig, 1);
    rig_write(&rig, L_QUEUE_PFN, 4, 0);
    assert_int_equal(rig_step(&rig), 0);
    assert_false(rig_collect(&rig, 1, &id, &length));
    rig_write(&rig, L_QUEUE_SELECT, 2, 9);
    assert_int_equal(rig_read(&rig, L_QUEUE_SIZE, 2), 0);
    assert_int_equal(rig_violations(&rig), 0);
    rig_close(&rig);
}

static void each_queue_says_where_it_is_notified(void **state)
{
    struct rig rig;

    (void)state;
    rig_open(&rig, "pairs=64");
    assert_int_equal(rig_read(&rig, R_NUM_QUEUES, 2), 129);
    for (uint32_t queue = 0; queue < 129u; queue++) {
        rig_write(&rig, R_QUEUE_SELECT, 2, queue);
        assert_int_equal(rig_read(&rig, R_NOTIFY_OFF, 2), queue);
    }
    rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_decide_what_is_offered),
        cmocka_unit_test(the_configuration_tells_of_the_card),
        cmocka_unit_test(a_device_behind_an_iommu_refuses_a_driver_that_ignores_it),
        cmocka_unit_test(a_reset_takes_its_time_and_forgets_everything),
        cmocka_unit_test(a_reset_may_never_be_done),
        cmocka_unit_test(a_device_can_be_reset_and_started_again),
        cmocka_unit_test(the_link_comes_up_with_a_new_generation_and_an_interrupt),
        cmocka_unit_test(a_device_that_needs_a_reset_says_so_and_stops),
        cmocka_unit_test(there_are_no_features_beyond_64),
        cmocka_unit_test(a_driver_that_failed_may_say_so),
        cmocka_unit_test(vectors_are_taken_until_a_reset),
        cmocka_unit_test(a_device_without_vectors_has_none),
        cmocka_unit_test(a_legacy_queue_is_placed_by_its_page_and_taken_away_by_0),
        cmocka_unit_test(each_queue_says_where_it_is_notified),
    };

    return RIG_MAIN(tests);
}
