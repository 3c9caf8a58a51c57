/* SPDX-License-Identifier: MIT
 *
 * Plays the driver of a virtio function: registers and split rings, without the library's driver, so
 * that a test says which access comes when.
 */
#ifndef IRONRING_TESTS_VHOST_USER_PLAYER_H
#define IRONRING_TESTS_VHOST_USER_PLAYER_H

#include <stdbool.h>
#include <stdint.h>

#include "api/domain.h"
#include "core/transport.h"
#include "softdev/layout.h"

#define PLAYER_RING  64u
#define PLAYER_RINGS 9u
/* Of a ring in the player's memory: descriptors, then these. */
#define PLAYER_STEP  0x4000u
#define PLAYER_AVAIL 0x1000u
#define PLAYER_USED  0x2000u
#define PLAYER_DATA  0x3000u

struct player {
    struct ir_domain *domain;
    struct ir_transport *transport;
    struct ir_dma memory;
    char error[IR_ERROR_LENGTH];
    uint16_t commands; /* sent so far, since the last reset */
    uint32_t vector;   /* that rings are given from now on; 0 for none */
};

/* Open what the text says. Returns the transport's answer; nothing is open after an error. */
int player_open(struct player *player, const char *text);
void player_close(struct player *player);

uint32_t player_read(struct player *player, uint32_t offset, uint32_t width);
void player_write(struct player *player, uint32_t offset, uint32_t width, uint32_t value);
uint8_t player_status(struct player *player);
bool player_link(struct player *player);

/* Reset; whether the status reads 0 then. */
bool player_reset(struct player *player);
/* What the device offers, with the status up to DRIVER. */
uint64_t player_offered(struct player *player);
/* Accept these; whether FEATURES_OK stays. */
bool player_accept(struct player *player, uint64_t features);
/* Set up and enable a ring. */
void player_queue(struct player *player, uint32_t index);
void player_start(struct player *player);
/* All of that, with the rings 0 to `rings` - 1 and, when there is one, that of commands. */
void player_run(struct player *player, uint64_t features, uint32_t rings, uint32_t commands);
void player_notify(struct player *player, uint32_t index);
/* A command with up to two bytes of data, in the ring `index`. Returns the device's answer, 0xff for
 * none. */
uint8_t player_command(struct player *player, uint32_t index, uint8_t class, uint8_t number,
                       uint16_t data, uint32_t length);

#endif
