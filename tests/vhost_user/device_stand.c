/* SPDX-License-Identifier: MIT
 *
 * A virtio function in front of a back end of the tests, and what the back end must have been told.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "device_stand.h"

int stand_set_up(void **state)
{
    static struct stand stand;

    memset(&stand, 0, sizeof(stand));
    stand.files = open_files();
    backend_init(&stand.backend);
    *state = &stand;
    return 0;
}

int stand_tear_down(void **state)
{
    struct stand *stand = *state;

    backend_remove(&stand->backend);
    assert_int_equal(open_files(), stand->files);
    return 0;
}

void open_device(struct stand *stand, const char *keys)
{
    char text[256];

    (void)snprintf(text, sizeof(text), "%s%s", stand->backend.path, keys);
    if (player_open(&stand->player, text) != 0)
        fail_msg("%s", stand->player.error);
}

void close_device(struct stand *stand)
{
    player_close(&stand->player);
    backend_stop(&stand->backend);
}

uint64_t number_in(const struct backend_message *message)
{
    return vhost_user_get64(message->payload);
}

void expect_state(struct backend *backend, uint32_t *at, uint32_t request, uint32_t index,
                  uint32_t number)
{
    const struct backend_message *message = backend_message(backend, (*at)++, request);

    assert_int_equal(message->size, 8);
    assert_int_equal(vhost_user_get32(message->payload), index);
    assert_int_equal(vhost_user_get32(message->payload + 4), number);
}

void expect_event(struct backend *backend, uint32_t *at, uint32_t request, uint32_t index)
{
    const struct backend_message *message = backend_message(backend, (*at)++, request);

    assert_true(number_in(message) == index);
    assert_int_equal(message->files, 1);
}

void expect_ring(struct stand *stand, uint32_t *at, uint32_t index, uint32_t base)
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

void expect_status(struct stand *stand, uint32_t *at, uint8_t status)
{
    assert_true(number_in(backend_message(&stand->backend, (*at)++, VHOST_USER_SET_STATUS)) ==
                status);
}

void expect_table(struct stand *stand, uint32_t *at, uint64_t size)
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
