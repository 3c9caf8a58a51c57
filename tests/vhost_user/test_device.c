/* SPDX-License-Identifier: MIT
 *
 * The virtio function in front of a back end: what is offered, and what the back end is told when its
 * driver starts and resets it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "device_stand.h"

static void the_function_is_a_modern_network_card(void **state)
{
    struct stand *stand = *state;
    static const uint8_t mac[] = {2, 0, 0, 0, 0xab, 0xcd};
    uint32_t value = 0;

    backend_start(&stand->backend);
    open_device(stand, ",mac=02:00:00:00:AB:cd,queues=3");
    assert_int_equal(stand->player.transport->vendor, 0x1af4);
    assert_int_equal(stand->player.transport->device, 0x1041);
    assert_int_equal(
        stand->player.transport->ops->config_read(stand->player.transport, 0, 4, &value), 0);
    assert_true(value == 0x10411af4);
    assert_int_equal(player_read(&stand->player, 18, 2), 7);
    for (uint32_t i = 0; i < 6; i++)
        assert_int_equal(player_read(&stand->player, SOFT_CONFIG_OFFSET + i, 1), mac[i]);
    assert_true(player_link(&stand->player));
    assert_int_equal(player_read(&stand->player, SOFT_CONFIG_OFFSET + SOFT_NET_PAIRS, 2), 3);
    close_device(stand);
}

static void what_is_offered_is_what_the_back_end_and_the_options_allow(void **state)
{
    struct stand *stand = *state;
    const uint64_t all = USUAL | COMMANDS | SOFT_F_EVENT_IDX | SOFT_F_IN_ORDER;
    const struct {
        const char *keys;
        uint64_t offered;
    } cases[] = {
        {"", all},
        {",queues=2", all | SOFT_F_MQ},
        {",mrg_rxbuf=off", all & ~SOFT_F_MRG_RXBUF},
        {",in_order=off,packed=on", (all & ~SOFT_F_IN_ORDER) | SOFT_F_RING_PACKED},
        {",mrg_rxbuf=on,in_order=on,packed=off", all},
    };

    backend_start(&stand->backend);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        open_device(stand, cases[i].keys);
        assert_true(player_reset(&stand->player));
        assert_true(player_offered(&stand->player) == cases[i].offered);
        player_close(&stand->player);
    }
    backend_stop(&stand->backend);
}

static void starting_tells_everything_in_order(void **state)
{
    struct stand *stand = *state;
    uint32_t at = BEGINNING;

    backend_start(&stand->backend);
    open_device(stand, "");
    player_run(&stand->player, USUAL, 2, 0);
    expect_status(stand, &at, 0); /* the reset */
    expect_status(stand, &at, SOFT_ACKNOWLEDGE | SOFT_DRIVER);
    assert_true(number_in(backend_message(&stand->backend, at++, VHOST_USER_SET_FEATURES)) ==
                (SOFT_F_VERSION_1 | SOFT_F_MRG_RXBUF | VHOST_USER_F_PROTOCOL_FEATURES));
    expect_status(stand, &at, SOFT_ACKNOWLEDGE | SOFT_DRIVER | SOFT_FEATURES_OK);
    backend_message(&stand->backend, at++, VHOST_USER_GET_STATUS);
    expect_table(stand, &at, UINT64_C(1) << 26);
    expect_ring(stand, &at, 0, 0);
    expect_ring(stand, &at, 1, 0);
    expect_state(&stand->backend, &at, VHOST_USER_SET_VRING_ENABLE, 0, 1);
    expect_state(&stand->backend, &at, VHOST_USER_SET_VRING_ENABLE, 1, 1);
    expect_status(stand, &at, SOFT_ACKNOWLEDGE | SOFT_DRIVER | SOFT_FEATURES_OK | SOFT_DRIVER_OK);
    backend_message(&stand->backend, at++, VHOST_USER_GET_FEATURES); /* so that all is done */
    assert_int_equal(player_status(&stand->player), 0x0f);
    assert_true(player_reset(&stand->player));
    expect_state(&stand->backend, &at, VHOST_USER_GET_VRING_BASE, 0, 0);
    expect_state(&stand->backend, &at, VHOST_USER_GET_VRING_BASE, 1, 0);
    expect_status(stand, &at, 0);
    player_close(&stand->player);
    /* It was stopped already: it is reset once more, and its transport makes sure. */
    expect_status(stand, &at, 0);
    expect_status(stand, &at, 0);
    backend_stop(&stand->backend);
    assert_int_equal(atomic_load(&stand->backend.count), at);
}

static void a_packed_ring_begins_with_both_wrap_counters_set(void **state)
{
    struct stand *stand = *state;
    uint32_t at = BEGINNING + 6;

    backend_start(&stand->backend);
    open_device(stand, ",packed=on");
    player_run(&stand->player, USUAL | SOFT_F_RING_PACKED, 2, 0);
    expect_ring(stand, &at, 0, 0x80008000);
    expect_ring(stand, &at, 1, 0x80008000);
    close_device(stand);
}

static void both_sides_have_the_same_memory(void **state)
{
    struct stand *stand = *state;

    backend_start(&stand->backend);
    open_device(stand, "");
    player_run(&stand->player, USUAL, 2, 0);
    assert_true(backend_kicked(&stand->backend, 0));
    stand->player.memory.memory[5] = 77;
    assert_int_equal(stand->backend.memory[stand->player.memory.iova - BACKEND_BASE + 5], 77);
    close_device(stand);
}

static void a_notification_kicks_its_ring(void **state)
{
    struct stand *stand = *state;

    backend_start(&stand->backend);
    open_device(stand, "");
    player_run(&stand->player, USUAL, 2, 0);
    assert_true(backend_kicked(&stand->backend, 0)); /* each once, at the start */
    assert_true(backend_kicked(&stand->backend, 1));
    player_notify(&stand->player, 1);
    assert_true(backend_kicked(&stand->backend, 1));
    player_notify(&stand->player, 0);
    assert_true(backend_kicked(&stand->backend, 0));
    close_device(stand);
}

/* Let the back end signal the ring, once it has `messages`. Returns what the event says. */
static uint64_t signal_ring(struct stand *stand, uint32_t ring, uint32_t messages, int event)
{
    const uint64_t one = 1;
    uint64_t value = 0;

    backend_wait(&stand->backend, messages);
    assert_int_equal(write(atomic_load(&stand->backend.call[ring]), &one, sizeof(one)),
                     sizeof(one));
    return read(event, &value, sizeof(value)) == (ssize_t)sizeof(value) ? value : 0;
}

static void a_back_end_signals_the_vector_of_the_ring(void **state)
{
    struct stand *stand = *state;
    struct ir_transport *transport;
    int events[3];

    for (uint32_t i = 0; i < 3; i++)
        events[i] = eventfd(0, EFD_NONBLOCK);
    backend_start(&stand->backend);
    open_device(stand, "");
    transport = stand->player.transport;
    assert_int_equal(transport->vectors, 2);
    assert_int_equal(transport->ops->interrupts(transport, events, 3), -EINVAL);
    assert_int_equal(transport->ops->interrupts(transport, events, 2), 0);
    stand->player.vector = 1;
    player_run(&stand->player, USUAL, 2, 0);
    assert_int_equal(signal_ring(stand, 0, STARTED, events[1]), 1);
    assert_int_equal(signal_ring(stand, 1, STARTED, events[1]), 1);
    /* Other events while it runs, and none: what it signals then is heard by nobody. */
    assert_int_equal(transport->ops->interrupts(transport, &events[1], 2), 0);
    assert_int_equal(signal_ring(stand, 0, STARTED + 2u, events[2]), 1);
    assert_int_equal(transport->ops->interrupts(transport, NULL, 0), 0);
    assert_int_equal(signal_ring(stand, 0, STARTED + 4u, events[2]), 0);
    close_device(stand);
    for (uint32_t i = 0; i < 3; i++)
        (void)close(events[i]);
}

static void pairs_are_enabled_by_command(void **state)
{
    struct stand *stand = *state;
    uint32_t at;

    backend_start(&stand->backend);
    open_device(stand, ",queues=2");
    player_run(&stand->player, USUAL | COMMANDS | SOFT_F_MQ, 4, 4);
    at = BEGINNING + 6 + 4 * 5;
    for (uint32_t i = 0; i < 4; i++)
        expect_state(&stand->backend, &at, VHOST_USER_SET_VRING_ENABLE, i, i < 2);
    at += 2; /* the status, and the end */
    assert_int_equal(player_command(&stand->player, 4, SOFT_CTRL_MQ, SOFT_CTRL_MQ_PAIRS, 2, 2),
                     SOFT_CTRL_ACK_OK);
    for (uint32_t i = 0; i < 4; i++)
        expect_state(&stand->backend, &at, VHOST_USER_SET_VRING_ENABLE, i, 1);
    at++;
    assert_int_equal(player_command(&stand->player, 4, SOFT_CTRL_MQ, SOFT_CTRL_MQ_PAIRS, 3, 2),
                     SOFT_CTRL_ACK_ERROR);
    assert_int_equal(player_command(&stand->player, 4, SOFT_CTRL_MQ, SOFT_CTRL_MQ_PAIRS, 1, 2),
                     SOFT_CTRL_ACK_OK);
    for (uint32_t i = 0; i < 4; i++)
        expect_state(&stand->backend, &at, VHOST_USER_SET_VRING_ENABLE, i, i < 2);
    assert_int_equal(player_command(&stand->player, 4, SOFT_CTRL_RX, SOFT_CTRL_RX_PROMISC, 1, 1),
                     SOFT_CTRL_ACK_OK);
    close_device(stand);
}

/* Without MQ the ring of commands is the third one, and not the back end's. */
static void the_ring_of_commands_is_not_told(void **state)
{
    struct stand *stand = *state;

    backend_start(&stand->backend);
    open_device(stand, ",queues=2");
    player_run(&stand->player, USUAL | COMMANDS, 2, 2);
    assert_int_equal(player_command(&stand->player, 2, SOFT_CTRL_RX, SOFT_CTRL_RX_ALLMULTI, 1, 1),
                     SOFT_CTRL_ACK_OK);
    backend_wait(&stand->backend, STARTED);
    assert_int_equal(backend_count(&stand->backend, VHOST_USER_SET_VRING_ADDR), 2);
    close_device(stand);
}

static void the_memory_is_told_again_when_it_grows(void **state)
{
    struct stand *stand = *state;
    struct ir_dma more[2];
    uint32_t at;

    backend_start(&stand->backend);
    open_device(stand, "");
    assert_int_equal(ir_domain_alloc(stand->player.domain, UINT64_C(1) << 25, &more[0]), 0);
    assert_int_equal(backend_count(&stand->backend, VHOST_USER_SET_MEM_TABLE), 0);
    player_run(&stand->player, USUAL, 2, 0);
    ir_domain_free(stand->player.domain, &more[0]);
    assert_int_equal(ir_domain_alloc(stand->player.domain, 4096, &more[0]), 0);
    assert_int_equal(backend_count(&stand->backend, VHOST_USER_SET_MEM_TABLE), 1);
    at = STARTED;
    assert_int_equal(ir_domain_alloc(stand->player.domain, UINT64_C(1) << 26, &more[1]), 0);
    expect_table(stand, &at, UINT64_C(1) << 27);
    more[1].memory[9] = 3;
    assert_int_equal(stand->backend.memory[more[1].iova - BACKEND_BASE + 9], 3);
    assert_int_equal(player_status(&stand->player), 0x0f);
    ir_domain_free(stand->player.domain, &more[0]);
    ir_domain_free(stand->player.domain, &more[1]);
    close_device(stand);
}

static void memory_that_cannot_grow_needs_a_reset(void **state)
{
    struct stand *stand = *state;
    struct ir_dma more;

    backend_start(&stand->backend);
    open_device(stand, "");
    player_run(&stand->player, USUAL, 2, 0);
    assert_int_equal(player_status(&stand->player), 0x0f);
    atomic_store(&stand->backend.refuse_memory, true);
    assert_int_equal(ir_domain_alloc(stand->player.domain, UINT64_C(1) << 26, &more), 0);
    assert_int_equal(player_status(&stand->player), 0x4f);
    assert_false(player_link(&stand->player));
    atomic_store(&stand->backend.refuse_memory, false);
    player_run(&stand->player, USUAL, 2, 0);
    assert_int_equal(player_status(&stand->player), 0x0f);
    ir_domain_free(stand->player.domain, &more);
    close_device(stand);
}

static void a_delay_takes_at_least_its_time(void **state)
{
    struct stand *stand = *state;
    struct timespec begin;
    struct timespec end;

    backend_start(&stand->backend);
    open_device(stand, "");
    (void)clock_gettime(CLOCK_MONOTONIC, &begin);
    for (uint32_t i = 0; i < 1000; i++)
        stand->player.transport->ops->delay(stand->player.transport, 10);
    stand->player.transport->ops->delay(stand->player.transport, 5000);
    (void)clock_gettime(CLOCK_MONOTONIC, &end);
    assert_true((end.tv_sec - begin.tv_sec) * 1000000000 + (end.tv_nsec - begin.tv_nsec) >=
                15000000);
    close_device(stand);
}

static void an_error_names_the_device_and_leaves_nothing(void **state)
{
    struct stand *stand = *state;
    char text[256];

    (void)snprintf(text, sizeof(text), "%s,queues=2", stand->backend.path);
    assert_int_equal(player_open(&stand->player, text), -ENODEV);
    assert_non_null(strstr(stand->player.error, "vhost-user:"));
    assert_non_null(strstr(stand->player.error, stand->backend.path));
    assert_non_null(strstr(stand->player.error, ": there is no such socket; start the back end"));
    assert_int_equal(player_open(&stand->player, ""), -EINVAL);
    assert_non_null(strstr(stand->player.error, "\"vhost-user:\" names no socket; give its path"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_STAND(the_function_is_a_modern_network_card),
        ON_STAND(what_is_offered_is_what_the_back_end_and_the_options_allow),
        ON_STAND(starting_tells_everything_in_order),
        ON_STAND(a_packed_ring_begins_with_both_wrap_counters_set),
        ON_STAND(both_sides_have_the_same_memory),
        ON_STAND(a_notification_kicks_its_ring),
        ON_STAND(a_back_end_signals_the_vector_of_the_ring),
        ON_STAND(pairs_are_enabled_by_command),
        ON_STAND(the_ring_of_commands_is_not_told),
        ON_STAND(the_memory_is_told_again_when_it_grows),
        ON_STAND(memory_that_cannot_grow_needs_a_reset),
        ON_STAND(a_delay_takes_at_least_its_time),
        ON_STAND(an_error_names_the_device_and_leaves_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
