/* SPDX-License-Identifier: MIT
 *
 * The card and its waiter; see wait_stand.h.
 */
#include "wait_stand.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "api/events.h"

const char *const wait_devices[WAIT_DEVICES] = {
    "sim:82599,mode=step,wire=memory",
    "sim:82599,mode=step,wire=memory,vectors=1",
    "sim:82599,mode=step,wire=memory,vectors=2",
    "sim:82574,mode=step,wire=memory",
    "sim:82574,mode=step,wire=memory,vectors=1",
    "sim:virtio,mode=step,wire=memory",
    "sim:virtio,mode=step,wire=memory,event_idx=off",
    "sim:virtio,mode=step,wire=memory,packed=on",
    "sim:virtio,mode=step,wire=memory,packed=on,vectors=1",
    "sim:virtio,mode=step,wire=memory,transport=legacy,any_layout=off,event_idx=off",
};

void wait_open(struct wait_stand *stand, const char *device)
{
    assert_int_equal(card_open_device(&stand->card_state, device), 0);
    stand->card = stand->card_state;
    card_queues(stand->card, 64);
    assert_int_equal(ir_start(stand->card->dev), 0);
    assert_int_equal(ir_link_wait(stand->card->dev, 1000), 0);
    assert_int_equal(ir_waiter_create(&stand->waiter), 0);
    assert_int_equal(ir_waiter_poll(stand->waiter, 0), 0);
    assert_int_equal(ir_waiter_rx(stand->waiter, stand->card->rx), 0);
    stand->interrupts = 0;
}

void wait_close(struct wait_stand *stand)
{
    ir_waiter_destroy(stand->waiter);
    assert_int_equal(card_close(&stand->card_state), 0);
}

struct ir_wait_stats wait_stats(const struct wait_stand *stand)
{
    struct ir_wait_stats stats;

    assert_int_equal(ir_waiter_stats(stand->waiter, &stats), 0);
    return stats;
}

bool wait_readable(const struct wait_stand *stand)
{
    struct pollfd one = {.fd = ir_waiter_fd(stand->waiter), .events = POLLIN};

    assert_in_range(poll(&one, 1, 0), 0, 1);
    return (one.revents & POLLIN) != 0;
}

/* What the counter of an eventfd says, without taking it away. */
static uint64_t count_of(int event)
{
    char line[128];
    unsigned long long count = 0;
    bool found = false;
    FILE *file;

    (void)snprintf(line, sizeof(line), "/proc/self/fdinfo/%d", event);
    file = fopen(line, "r");
    assert_non_null(file);
    while (!found && fgets(line, sizeof(line), file) != NULL)
        found = sscanf(line, "eventfd-count: %llx", &count) == 1;
    (void)fclose(file);
    assert_true(found);
    return count;
}

uint64_t wait_interrupts(struct wait_stand *stand)
{
    const struct ir_events *events = stand->card->dev->events;
    uint64_t before = stand->interrupts;

    stand->interrupts = 0;
    for (uint32_t i = 0; i < events->count; i++)
        stand->interrupts += count_of(events->fd[i]);
    return stand->interrupts - before;
}

uint32_t wait_step(struct wait_stand *stand, uint32_t most_us)
{
    uint32_t waited = 0;

    while (wait_interrupts(stand) == 0 && waited <= most_us) {
        (void)ir_sim_step(stand->card->dev);
        waited += WAIT_STEP_US;
    }
    return waited;
}
