/* SPDX-License-Identifier: MIT
 *
 * The virtio function whose back end goes, comes again, or talks nonsense: how that looks to the driver,
 * and what a reset mends.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "device_stand.h"

static void a_lost_back_end_needs_a_reset_and_may_come_again(void **state)
{
    struct stand *stand = *state;

    backend_start(&stand->backend);
    open_device(stand, ""); /* nobody comes within its second, three times */
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
    open_device(stand, ""); /* the timeout of a second passes with each reset */
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_STAND(a_lost_back_end_needs_a_reset_and_may_come_again),
        ON_STAND(a_back_end_that_comes_again_with_less_offers_less),
        ON_STAND(a_server_is_found_again_by_its_back_end),
        ON_STAND(a_back_end_that_does_not_stop_is_not_stopped),
        ON_STAND(nonsense_from_the_back_end_needs_a_reset),
        ON_STAND(a_back_end_that_goes_while_it_is_started_needs_a_reset),
        ON_STAND(features_that_the_back_end_refuses_do_not_stay),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
