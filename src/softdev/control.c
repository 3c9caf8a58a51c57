/* SPDX-License-Identifier: MIT
 *
 * Commands of the control queue (virtio 1.3, section 5.1.6.5), and the filters that they set.
 */
#include "softdev/control.h"

#include <string.h>

#define COMMAND 2u /* bytes: class and command */
#define COUNT   4u /* bytes of a table's length */
#define GROUP   1u /* in the first byte of an address */

struct command {
    struct soft_control *control;
    const struct soft_ring *ring;
    const struct soft_chain *chain;
    uint8_t class;
    uint8_t number;
};

static uint8_t refuse(const struct command *command, enum soft_rule rule)
{
    soft_breach(command->ring->memory.breach, command->ring->memory.context, rule,
                "class %u, command %u, %llu bytes to read and %llu to write", command->class,
                command->number, (unsigned long long)command->chain->read_bytes,
                (unsigned long long)command->chain->write_bytes);
    return SOFT_CTRL_ACK_ERROR;
}

void soft_control_reset(struct soft_control *control, const uint8_t mac[IR_MAC_LENGTH])
{
    bool filters = (control->features & SOFT_F_CTRL_RX) != 0;

    control->pairs = 1u;
    control->promiscuous = !filters;
    control->all_multicast = false;
    memcpy(control->mac, mac, IR_MAC_LENGTH);
    memset(&control->unicast, 0, sizeof(control->unicast));
    memset(&control->multicast, 0, sizeof(control->multicast));
}

static uint32_t little(const uint8_t *bytes, uint32_t width)
{
    uint32_t value = 0;

    for (uint32_t i = 0; i < width; i++)
        value |= (uint32_t)bytes[i] << (8u * i);
    return value;
}

static bool has_data(const struct command *command, uint64_t length)
{
    return command->chain->read_bytes == COMMAND + length;
}

static uint8_t run_rx(const struct command *command)
{
    uint8_t on = 0;

    if (command->number > SOFT_CTRL_RX_ALLMULTI)
        return refuse(command, SOFT_RULE_CONTROL_UNKNOWN);
    if (!has_data(command, 1u))
        return refuse(command, SOFT_RULE_CONTROL_FORMAT);
    (void)soft_chain_read(command->chain, COMMAND, &on, 1u);
    if (on > 1u)
        return refuse(command, SOFT_RULE_CONTROL_VALUE);
    if (command->number == SOFT_CTRL_RX_PROMISC)
        command->control->promiscuous = on != 0;
    else
        command->control->all_multicast = on != 0;
    return SOFT_CTRL_ACK_OK;
}

/* Read a table at *offset and go behind it. False when the chain does not have it all. */
static bool read_table(const struct command *command, uint64_t *offset, struct soft_table *table)
{
    uint8_t bytes[COUNT];
    uint32_t count;

    if (soft_chain_read(command->chain, *offset, bytes, COUNT) != COUNT)
        return false;
    count = little(bytes, COUNT);
    *offset += COUNT;
    if (command->chain->read_bytes - *offset < (uint64_t)count * IR_MAC_LENGTH)
        return false;
    table->all = count > SOFT_MACS_MAX;
    table->count = table->all ? 0 : count;
    (void)soft_chain_read(command->chain, *offset, table->mac[0], table->count * IR_MAC_LENGTH);
    *offset += (uint64_t)count * IR_MAC_LENGTH;
    return true;
}

static uint8_t set_tables(const struct command *command)
{
    struct soft_table unicast = {0};
    struct soft_table multicast = {0};
    uint64_t offset = COMMAND;

    if (!read_table(command, &offset, &unicast) || !read_table(command, &offset, &multicast) ||
        offset != command->chain->read_bytes)
        return refuse(command, SOFT_RULE_CONTROL_FORMAT);
    command->control->unicast = unicast;
    command->control->multicast = multicast;
    return SOFT_CTRL_ACK_OK;
}

static uint8_t set_address(const struct command *command)
{
    uint8_t mac[IR_MAC_LENGTH] = {0};
    static const uint8_t none[IR_MAC_LENGTH] = {0};

    if (!has_data(command, IR_MAC_LENGTH))
        return refuse(command, SOFT_RULE_CONTROL_FORMAT);
    (void)soft_chain_read(command->chain, COMMAND, mac, IR_MAC_LENGTH);
    if ((mac[0] & GROUP) != 0 || memcmp(mac, none, sizeof(mac)) == 0)
        return refuse(command, SOFT_RULE_CONTROL_VALUE);
    memcpy(command->control->mac, mac, IR_MAC_LENGTH);
    return SOFT_CTRL_ACK_OK;
}

static uint8_t set_pairs(const struct command *command)
{
    struct soft_control *control = command->control;
    uint8_t bytes[2] = {0};
    uint16_t pairs;

    if (!has_data(command, sizeof(bytes)))
        return refuse(command, SOFT_RULE_CONTROL_FORMAT);
    (void)soft_chain_read(command->chain, COMMAND, bytes, sizeof(bytes));
    pairs = (uint16_t)little(bytes, sizeof(bytes));
    if (pairs == 0 || pairs > control->pairs_max)
        return refuse(command, SOFT_RULE_CONTROL_VALUE);
    if (control->set_pairs != NULL && !control->set_pairs(control->context, pairs))
        return SOFT_CTRL_ACK_ERROR;
    control->pairs = pairs;
    return SOFT_CTRL_ACK_OK;
}

uint8_t soft_control_run(struct soft_control *control, const struct soft_ring *ring,
                         const struct soft_chain *chain)
{
    struct command command = {.control = control, .ring = ring, .chain = chain};
    uint64_t features = control->features;
    uint8_t head[COMMAND] = {0};

    if (soft_chain_read(chain, 0, head, COMMAND) != COMMAND || chain->write_bytes != 1u)
        return refuse(&command, SOFT_RULE_CONTROL_FORMAT);
    command.class = head[0];
    command.number = head[1];
    if (command.class == SOFT_CTRL_RX && (features & SOFT_F_CTRL_RX) != 0)
        return run_rx(&command);
    if (command.class == SOFT_CTRL_MAC && command.number == SOFT_CTRL_MAC_TABLE &&
        (features & SOFT_F_CTRL_RX) != 0)
        return set_tables(&command);
    if (command.class == SOFT_CTRL_MAC && command.number == SOFT_CTRL_MAC_ADDR &&
        (features & SOFT_F_CTRL_MAC_ADDR) != 0)
        return set_address(&command);
    if (command.class == SOFT_CTRL_MQ && command.number == SOFT_CTRL_MQ_PAIRS &&
        (features & SOFT_F_MQ) != 0)
        return set_pairs(&command);
    return refuse(&command, SOFT_RULE_CONTROL_UNKNOWN);
}

uint32_t soft_control_serve(struct soft_control *control, struct soft_ring *ring)
{
    struct soft_chain chain;
    uint32_t commands = 0;

    while (soft_ring_take(ring, &chain)) {
        uint8_t answer = soft_control_run(control, ring, &chain);
        struct soft_done done = soft_ring_done(&chain, soft_chain_write(&chain, 0, &answer, 1u));

        soft_ring_put(ring, &done);
        soft_ring_publish(ring);
        commands++;
    }
    return commands;
}

static bool in_table(const struct soft_table *table, const uint8_t *mac)
{
    for (uint32_t i = 0; i < table->count; i++)
        if (memcmp(table->mac[i], mac, IR_MAC_LENGTH) == 0)
            return true;
    return table->all;
}

bool soft_control_accepts(const struct soft_control *control, const uint8_t *frame)
{
    static const uint8_t broadcast[IR_MAC_LENGTH] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

    if (control->promiscuous || memcmp(frame, broadcast, IR_MAC_LENGTH) == 0)
        return true;
    if ((frame[0] & GROUP) != 0)
        return control->all_multicast || in_table(&control->multicast, frame);
    return memcmp(frame, control->mac, IR_MAC_LENGTH) == 0 || in_table(&control->unicast, frame);
}
