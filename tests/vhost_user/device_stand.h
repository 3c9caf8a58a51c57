/* SPDX-License-Identifier: MIT
 *
 * A virtio function in front of a back end of the tests, and what the back end must have been told.
 */
#ifndef IRONRING_TESTS_VHOST_USER_DEVICE_STAND_H
#define IRONRING_TESTS_VHOST_USER_DEVICE_STAND_H

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

/* Before and after each test; no file stays open. */
int stand_set_up(void **state);
int stand_tear_down(void **state);
/* Open a front end on the back end's path, with these keys, or fail; and close both sides. */
void open_device(struct stand *stand, const char *keys);
void close_device(struct stand *stand);
/* The payload of a message that has a number. */
uint64_t number_in(const struct backend_message *message);
/* Fail unless message *at, and those after it, are these; *at goes on behind them. */
void expect_state(struct backend *backend, uint32_t *at, uint32_t request, uint32_t index,
                  uint32_t number);
void expect_event(struct backend *backend, uint32_t *at, uint32_t request, uint32_t index);
void expect_ring(struct stand *stand, uint32_t *at, uint32_t index, uint32_t base);
void expect_status(struct stand *stand, uint32_t *at, uint8_t status);
void expect_table(struct stand *stand, uint32_t *at, uint64_t size);

#define ON_STAND(test) cmocka_unit_test_setup_teardown(test, stand_set_up, stand_tear_down)

#endif
