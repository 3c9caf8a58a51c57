/* SPDX-License-Identifier: MIT
 *
 * Eventfds for the vectors of a device, and their connection through its transport. The connection lasts
 * over resets of the device: what a reset undoes is on the driver's side of it.
 */
#include "api/events.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

static void close_all(struct ir_events *events)
{
    for (uint32_t i = 0; i < events->count; i++)
        (void)close(events->fd[i]);
    events->count = 0;
}

/* Nobody hears of the vectors that there were. */
static void disconnect(struct ir_events *events, struct ir_transport *transport)
{
    for (struct waiting *one = events->waiting; one != NULL; one = one->next_of_dev)
        waiting_connect(one, NULL, 0);
    if (events->count != 0)
        (void)transport->ops->interrupts(transport, NULL, 0);
    close_all(events);
}

static int make_events(struct ir_events *events, uint32_t count)
{
    while (events->count < count) {
        int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

        if (fd < 0) {
            int error = errno;

            close_all(events);
            return -error;
        }
        events->fd[events->count] = fd;
        events->count++;
    }
    return 0;
}

/* Connect as many vectors as the device is to use, unless that is so already. */
static int connect_all(struct ir_dev *dev)
{
    struct ir_events *events = dev->events;
    struct ir_transport *transport = dev->transport;
    uint32_t wanted = dev->interrupts.vectors;
    int result;

    if (events->count == wanted)
        return 0;
    disconnect(events, transport);
    result = make_events(events, wanted);
    if (result != 0)
        return result;
    if (wanted != 0) {
        result = transport->ops->interrupts(transport, events->fd, wanted);
        if (result != 0) {
            close_all(events);
            return result;
        }
    }
    for (struct waiting *one = events->waiting; one != NULL; one = one->next_of_dev)
        waiting_connect(one, events->fd, events->count);
    return 0;
}

int ir_events_start(struct ir_dev *dev)
{
    uint32_t most = dev->transport->vectors;

    if (dev->vectors_max < most)
        most = dev->vectors_max;
    dev->interrupts.vectors = ir_vectors_used(most, dev->pairs);
    return dev->events == NULL ? 0 : connect_all(dev);
}

void ir_events_route(struct ir_dev *dev)
{
    uint32_t throttle = IR_WAIT_LATENCY_MAX;

    for (struct waiting *one = dev->events->waiting; one != NULL; one = one->next_of_dev)
        if (one->waiter->latency < throttle)
            throttle = one->waiter->latency;
    dev->interrupts.throttle = throttle;
    (void)dev->ops->route(dev);
}

void ir_events_ask(struct waiting *waiting)
{
    struct ir_events *events = waiting->dev->events;

    waiting_connect(waiting, events->fd, events->count);
    ir_events_route(waiting->dev);
}

int ir_events_join(struct ir_dev *dev, struct waiting *waiting)
{
    int result;

    if (dev->events == NULL) {
        dev->events = calloc(1, sizeof(*dev->events));
        if (dev->events == NULL)
            return -ENOMEM;
    }
    result = connect_all(dev);
    if (result != 0)
        return result;
    waiting->next_of_dev = dev->events->waiting;
    dev->events->waiting = waiting;
    waiting_connect(waiting, dev->events->fd, dev->events->count);
    return 0;
}

/* Nothing of the device interrupts for the waiter any more, which is in the device's list no more. */
static void forget(struct waiting *waiting)
{
    struct ir_interrupts *interrupts = &waiting->dev->interrupts;

    for (uint32_t i = 0; i < waiting->rx_count; i++)
        interrupts->rx[waiting->rx[i]->index] = false;
    for (uint32_t i = 0; i < waiting->tx_count; i++)
        interrupts->tx[waiting->tx[i]->index] = false;
    if (waiting->link)
        interrupts->link = false;
    waiting_connect(waiting, NULL, 0);
    ir_events_route(waiting->dev);
}

void ir_events_leave(struct waiting *waiting)
{
    struct waiting **place = &waiting->dev->events->waiting;

    while (*place != waiting)
        place = &(*place)->next_of_dev;
    *place = waiting->next_of_dev;
    forget(waiting);
}

/* Take the device out of its waiter. */
static void take_out(struct waiting *waiting)
{
    struct waiting **place = &waiting->waiter->waiting;

    while (*place != waiting)
        place = &(*place)->next;
    *place = waiting->next;
}

struct ir_events *ir_events_detach(struct ir_dev *dev)
{
    struct ir_events *events = dev->events;

    while (events != NULL && events->waiting != NULL) {
        struct waiting *one = events->waiting;

        events->waiting = one->next_of_dev;
        forget(one);
        take_out(one);
        free(one);
    }
    dev->events = NULL;
    return events;
}

void ir_events_release(struct ir_events *events, struct ir_transport *transport)
{
    if (events == NULL)
        return;
    disconnect(events, transport);
    free(events);
}
