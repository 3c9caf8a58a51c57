/* SPDX-License-Identifier: MIT
 *
 * Plays the driver of a virtio function; see player.h.
 */
#include "player.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "linux/vhost_user.h"
#include "softdev/function.h"

#define COMMAND_REGISTER 4u
#define MEMORY_AND_DMA   6u
#define NO_ANSWER        0xffu

int player_open(struct player *player, const char *text)
{
    int result;

    memset(player, 0, sizeof(*player));
    assert_int_equal(ir_domain_create(&player->domain), 0);
    result = ir_vhost_user_open(text, &player->transport, player->error);
    if (result != 0) {
        assert_null(player->transport);
        assert_int_equal(ir_domain_destroy(player->domain), 0);
        return result;
    }
    assert_int_equal(ir_domain_attach(player->domain, player->transport), 0);
    assert_int_equal(
        ir_domain_alloc(player->domain, (uint64_t)PLAYER_RINGS * PLAYER_STEP, &player->memory), 0);
    assert_int_equal(player->transport->ops->config_write(player->transport, COMMAND_REGISTER, 2,
                                                          MEMORY_AND_DMA),
                     0);
    return 0;
}

void player_close(struct player *player)
{
    (void)player_reset(player);
    ir_domain_free(player->domain, &player->memory);
    ir_domain_detach(player->domain, player->transport, true);
    player->transport->ops->close(player->transport);
    assert_int_equal(ir_domain_destroy(player->domain), 0);
}

uint32_t player_read(struct player *player, uint32_t offset, uint32_t width)
{
    uint32_t value;

    assert_int_equal(ir_reg_read(&player->transport->bars[SOFT_MODERN_BAR], offset, width, &value),
                     0);
    return value;
}

void player_write(struct player *player, uint32_t offset, uint32_t width, uint32_t value)
{
    assert_int_equal(ir_reg_write(&player->transport->bars[SOFT_MODERN_BAR], offset, width, value),
                     0);
}

uint8_t player_status(struct player *player)
{
    return (uint8_t)player_read(player, 20, 1);
}

bool player_link(struct player *player)
{
    return player_read(player, SOFT_CONFIG_OFFSET + SOFT_NET_STATUS, 2) == SOFT_NET_LINK_UP;
}

bool player_reset(struct player *player)
{
    player_write(player, 20, 1, 0);
    player->commands = 0;
    return player_status(player) == 0;
}

uint64_t player_offered(struct player *player)
{
    uint64_t low;
    uint64_t high;

    player_write(player, 20, 1, SOFT_ACKNOWLEDGE);
    player_write(player, 20, 1, SOFT_ACKNOWLEDGE | SOFT_DRIVER);
    player_write(player, 0, 4, 0);
    low = player_read(player, 4, 4);
    player_write(player, 0, 4, 1);
    high = player_read(player, 4, 4);
    return low + (high << 32);
}

bool player_accept(struct player *player, uint64_t features)
{
    player_write(player, 8, 4, 0);
    player_write(player, 12, 4, (uint32_t)(features & UINT32_MAX));
    player_write(player, 8, 4, 1);
    player_write(player, 12, 4, (uint32_t)(features >> 32));
    player_write(player, 20, 1, SOFT_ACKNOWLEDGE | SOFT_DRIVER | SOFT_FEATURES_OK);
    return (player_status(player) & SOFT_FEATURES_OK) != 0;
}

static void write_address(struct player *player, uint32_t offset, uint64_t address)
{
    player_write(player, offset, 4, (uint32_t)(address & UINT32_MAX));
    player_write(player, offset + 4, 4, (uint32_t)(address >> 32));
}

void player_queue(struct player *player, uint32_t index)
{
    uint64_t ring = player->memory.iova + (uint64_t)index * PLAYER_STEP;

    memset(player->memory.memory + (size_t)index * PLAYER_STEP, 0, PLAYER_STEP);
    player_write(player, 22, 2, index);
    player_write(player, 24, 2, PLAYER_RING);
    if (player->vector != 0)
        player_write(player, 26, 2, player->vector);
    write_address(player, 32, ring);
    write_address(player, 40, ring + PLAYER_AVAIL);
    write_address(player, 48, ring + PLAYER_USED);
    player_write(player, 28, 2, 1);
    assert_int_equal(player_read(player, 28, 2), 1);
}

void player_start(struct player *player)
{
    player_write(player, 20, 1, SOFT_ACKNOWLEDGE | SOFT_DRIVER | SOFT_FEATURES_OK | SOFT_DRIVER_OK);
}

void player_run(struct player *player, uint64_t features, uint32_t rings, uint32_t commands)
{
    assert_true(player_reset(player));
    assert_true((features & ~player_offered(player)) == 0);
    assert_true(player_accept(player, features));
    for (uint32_t i = 0; i < rings; i++)
        player_queue(player, i);
    if (commands != 0)
        player_queue(player, commands);
    player_start(player);
}

void player_notify(struct player *player, uint32_t index)
{
    player_write(player, SOFT_NOTIFY_OFFSET + index * 4u, 2, index);
}

static void put(uint8_t *at, uint64_t value, uint32_t width)
{
    for (uint32_t i = 0; i < width; i++)
        at[i] = (uint8_t)(value >> (8u * i) & 0xffu);
}

static void put_descriptor(uint8_t *at, uint64_t address, uint32_t length, uint32_t flags,
                           uint32_t next)
{
    put(at, address, 8);
    put(at + 8, length, 4);
    put(at + 12, flags, 2);
    put(at + 14, next, 2);
}

uint8_t player_command(struct player *player, uint32_t index, uint8_t class, uint8_t number,
                       uint16_t data, uint32_t length)
{
    size_t offset = (size_t)index * PLAYER_STEP;
    uint8_t *ring = player->memory.memory + offset;
    uint64_t bytes = player->memory.iova + offset + PLAYER_DATA;
    volatile uint8_t *answer = ring + PLAYER_DATA + 16;

    ring[PLAYER_DATA] = class;
    ring[PLAYER_DATA + 1] = number;
    put(ring + PLAYER_DATA + 2, data, 2);
    *answer = NO_ANSWER;
    put_descriptor(ring, bytes, 2u + length, SOFT_DESC_NEXT, 1);
    put_descriptor(ring + SOFT_DESC_BYTES, bytes + 16, 1, SOFT_DESC_WRITE, 0);
    put(ring + PLAYER_AVAIL + 4u + 2u * (player->commands % PLAYER_RING), 0, 2);
    player->commands++;
    put(ring + PLAYER_AVAIL + 2, player->commands, 2);
    player_notify(player, index);
    return *answer;
}
