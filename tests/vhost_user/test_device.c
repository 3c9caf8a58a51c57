/* SPDX-License-Identifier: MIT
 *
 * The virtio function in front of a back end: what is offered, what the back end is told when its
 * driver starts and resets it, and how the loss of the back end looks.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "backend.h"
#include "files.h"
#include "player.h"
#include "softdev/function.h"

#define BEGINNING 5u  /* messages until they have come to terms */
#define STARTED   25u /* ... and until two rings are started */
#define USUAL     (SOFT_F_VERSION_1 | SOFT_F_MRG_RXBUF | SOFT_F_MAC | SOFT_F_STATUS)
#define COMMANDS  (SOFT_F_CTRL_VQ | SOFT_F_CTRL_RX | SOFT_F_CTRL_MAC_ADDR)

struct stand {
    struct backend backend;
    struct player player;
    int files; /* open before */
};

static int set_up(void **state)
{
    static struct stand stand;

    memset(&stand, 0, sizeof(stand));
    stand.files = open_files();
    backend_init(&stand.backend);
    *state = &stand;
    return 0;
}

static int tear_down(void **state)
{
    struct stand *stand = *state;

    backend_remove(&stand->backend);
    assert_int_equal(open_files(), stand->files);
    return 0;
}

static void open_device(struct stand *stand, const char *keys)
{
    char text[256];

    (void)snprintf(text, sizeof(text), "%s%s", stand->backend.path, keys);
    if (player_open(&stand->player, text) != 0)
        fail_msg("%s", stand->player.error);
}

static void close_device(struct stand *stand)
{
    player_close(&stand->player);
    backend_stop(&stand->backend);
}

static uint64_t number_in(const struct backend_message *message)
{
    return vhost_user_get64(message->payload);
}

static void expect_state(struct backend *backend, uint32_t *at, uint32_t request, uint32_t index,
                         uint32_t number)
{
    const struct backend_message *message = backend_message(backend, (*at)++, request);

    assert_int_equal(message->size, 8);
    assert_int_equal(vhost_user_get32(message->payload), index);
    assert_int_equal(vhost_user_get32(message->payload + 4), number);
}

static void expect_event(struct backend *backend, uint32_t *at, uint32_t request, uint32_t index)
{
    const struct backend_message *message = backend_message(backend, (*at)++, request);

    assert_true(number_in(message) == index);
    assert_int_equal(message->files, 1);
}

static void expect_ring(struct stand *stand, uint32_t *at, uint32_t index, uint32_t base)
{
    uint64_t ring = stand->player.memory.iova + (uint64_t)index * PLAYER_STEP;
    const struct backend_message *message;

    expect_event(&stand->backend, at, VHOST_USER_SET_VRING_CALL, index);
    expect_state(&stand->backend, at, VHOST_USER_SET_VRING_NUM, index, PLAYER_RING);
    expect_state(&stand->backend, at, VHOST_USER_SET_VRING_BASE, index, base);
    message = backend_message(&stand->backend, (*at)++, VHOST_USER_SET_VRING_ADDR);
    assert_int_equal(vhost_user_get32(message->payload), index);
    assert_true(vhost_user_get64(message->payload + 8) == ring);
    assert_true(vhost_user_get64(message->payload + 16) == ring + PLAYER_USED);
    assert_true(vhost_user_get64(message->payload + 24) == ring + PLAYER_AVAIL);
    expect_event(&stand->backend, at, VHOST_USER_SET_VRING_KICK, index);
}

static void expect_status(struct stand *stand, uint32_t *at, uint8_t status)
{
    assert_true(number_in(backend_message(&stand->backend, (*at)++, VHOST_USER_SET_STATUS)) ==
                status);
}

static void expect_table(struct stand *stand, uint32_t *at, uint64_t size)
{
    const struct backend_message *message =
        backend_message(&stand->backend, (*at)++, VHOST_USER_SET_MEM_TABLE);

    assert_int_equal(message->flags, VHOST_USER_VERSION | VHOST_USER_NEED_REPLY);
    assert_int_equal(message->files, 1);
    assert_int_equal(vhost_user_get32(message->payload), 1);
    assert_true(vhost_user_get64(message->payload + 8) == IR_DOMAIN_FIRST);
    assert_true(vhost_user_get64(message->payload + 16) == size);
    assert_true(vhost_user_get64(message->payload + 24) == IR_DOMAIN_FIRST);
    assert_true(vhost_user_get64(message->payload + 32) == 0);
}

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

static void a_lost_back_end_needs_a_reset_and_may_come_again(void **state)
{
    struct stand *stand = *state;

    backend_start(&stand->backend);
    open_device(stand, ",timeout_ms=100");
    for (uint32_t i = 0; i < 3; i++) {
        player_run(&stand->player, USUAL, 2, 0);
        assert_int_equal(player_status(&stand->player), 0x0f);
        assert_true(backend_kicked(&stand->backend, 1));
        backend_stop(&stand->backend);
        player_notify(&stand->player, 0); /* to nobody */
        assert_int_equal(player_status(&stand->player), 0x4f);
        assert_int_equal(player_status(&stand->player), 0x4f);
        assert_false(player_link(&stand->player));
        /* Nobody there: it is stopped, but does not start. */
        assert_true(player_reset(&stand->player));
        assert_false(player_link(&stand->player));
        (void)player_offered(&stand->player);
        assert_false(player_accept(&stand->player, USUAL));
        backend_start(&stand->backend);
        assert_true(player_reset(&stand->player));
        assert_true(player_link(&stand->player));
    }
    player_run(&stand->player, USUAL, 2, 0);
    assert_int_equal(player_status(&stand->player), 0x0f);
    close_device(stand);
}

static void a_back_end_that_comes_again_with_less_offers_less(void **state)
{
    struct stand *stand = *state;

    backend_start(&stand->backend);
    open_device(stand, "");
    player_run(&stand->player, USUAL, 2, 0);
    backend_stop(&stand->backend);
    stand->backend.features &= ~SOFT_F_MRG_RXBUF;
    backend_start(&stand->backend);
    assert_int_equal(player_status(&stand->player), 0x4f);
    assert_true(player_reset(&stand->player));
    assert_true((player_offered(&stand->player) & SOFT_F_MRG_RXBUF) == 0);
    close_device(stand);
}

static void a_server_is_found_again_by_its_back_end(void **state)
{
    struct stand *stand = *state;

    stand->backend.client = true;
    backend_start(&stand->backend);
    open_device(stand, ",server=on,timeout_ms=4000");
    player_run(&stand->player, USUAL, 2, 0);
    assert_int_equal(player_status(&stand->player), 0x0f);
    backend_stop(&stand->backend);
    assert_int_equal(player_status(&stand->player), 0x4f);
    backend_start(&stand->backend);
    player_run(&stand->player, USUAL, 2, 0);
    assert_int_equal(player_status(&stand->player), 0x0f);
    assert_int_equal(atomic_load(&stand->backend.connections), 2);
    close_device(stand);
}

/* It may still be writing: that it is stopped is not said until another connection proves it. */
static void a_back_end_that_does_not_stop_is_not_stopped(void **state)
{
    struct stand *stand = *state;

    backend_start(&stand->backend);
    open_device(stand, ",timeout_ms=100");
    player_run(&stand->player, USUAL, 2, 0);
    stand->backend.at = VHOST_USER_GET_VRING_BASE;
    stand->backend.fault = BACKEND_SILENT;
    assert_true(player_reset(&stand->player)); /* by connecting anew */
    assert_int_equal(atomic_load(&stand->backend.connections), 2);
    player_run(&stand->player, USUAL, 2, 0);
    stand->backend.features = 0; /* comes to no terms any more */
    assert_false(player_reset(&stand->player));
    assert_false(player_reset(&stand->player));
    stand->backend.features = BACKEND_FEATURES;
    assert_true(player_reset(&stand->player));
    close_device(stand);
}

static void nonsense_from_the_back_end_needs_a_reset(void **state)
{
    struct stand *stand = *state;

    backend_start(&stand->backend);
    open_device(stand, "");
    player_run(&stand->player, USUAL, 2, 0);
    assert_int_equal(player_status(&stand->player), 0x0f);
    backend_send(&stand->backend, "nonsense", 8);
    assert_int_equal(player_status(&stand->player), 0x4f);
    assert_false(player_link(&stand->player));
    player_run(&stand->player, USUAL, 2, 0);
    assert_int_equal(player_status(&stand->player), 0x0f);
    close_device(stand);
}

static void a_back_end_that_goes_while_it_is_started_needs_a_reset(void **state)
{
    static const uint32_t requests[] = {VHOST_USER_SET_MEM_TABLE, VHOST_USER_SET_VRING_NUM,
                                        VHOST_USER_SET_VRING_KICK, VHOST_USER_SET_VRING_ENABLE};
    struct stand *stand = *state;

    backend_start(&stand->backend);
    open_device(stand, "");
    for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
        assert_true(player_reset(&stand->player));
        stand->backend.at = requests[i];
        stand->backend.fault = BACKEND_HANGS_UP;
        player_run(&stand->player, USUAL, 2, 0);
        assert_int_equal(player_status(&stand->player), 0x4f);
        stand->backend.at = 0;
    }
    close_device(stand);
}

static void features_that_the_back_end_refuses_do_not_stay(void **state)
{
    struct stand *stand = *state;

    backend_start(&stand->backend);
    open_device(stand, "");
    stand->backend.at = VHOST_USER_GET_STATUS;
    stand->backend.fault = BACKEND_VALUE;
    stand->backend.value = SOFT_ACKNOWLEDGE;
    assert_true(player_reset(&stand->player));
    (void)player_offered(&stand->player);
    assert_false(player_accept(&stand->player, USUAL));
    assert_false(player_link(&stand->player));
    assert_true(player_reset(&stand->player));
    assert_true(player_link(&stand->player));
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
#define ON_STAND(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        ON_STAND(the_function_is_a_modern_network_card),
        ON_STAND(what_is_offered_is_what_the_back_end_and_the_options_allow),
        ON_STAND(starting_tells_everything_in_order),
        ON_STAND(a_packed_ring_begins_with_both_wrap_counters_set),
        ON_STAND(both_sides_have_the_same_memory),
        ON_STAND(a_notification_kicks_its_ring),
        ON_STAND(pairs_are_enabled_by_command),
        ON_STAND(the_ring_of_commands_is_not_told),
        ON_STAND(the_memory_is_told_again_when_it_grows),
        ON_STAND(memory_that_cannot_grow_needs_a_reset),
        ON_STAND(a_lost_back_end_needs_a_reset_and_may_come_again),
        ON_STAND(a_back_end_that_comes_again_with_less_offers_less),
        ON_STAND(a_server_is_found_again_by_its_back_end),
        ON_STAND(a_back_end_that_does_not_stop_is_not_stopped),
        ON_STAND(nonsense_from_the_back_end_needs_a_reset),
        ON_STAND(a_back_end_that_goes_while_it_is_started_needs_a_reset),
        ON_STAND(features_that_the_back_end_refuses_do_not_stay),
        ON_STAND(a_delay_takes_at_least_its_time),
        ON_STAND(an_error_names_the_device_and_leaves_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
