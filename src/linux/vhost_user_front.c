/* SPDX-License-Identifier: MIT
 *
 * What the virtio function of a vhost-user front end does when its driver negotiates, starts and
 * resets it: it passes that on to the back end, except for commands, which are carried out here.
 */
#include "linux/vhost_user_front.h"

#include <string.h>
#include <unistd.h>

/* What a back end can offer that a driver may use. The rest of a device is made here. */
#define OFFERED                                                                                    \
    (SOFT_F_MRG_RXBUF | SOFT_F_EVENT_IDX | SOFT_F_VERSION_1 | SOFT_F_RING_PACKED | SOFT_F_IN_ORDER)
#define MADE_HERE                                                                                  \
    (SOFT_F_MAC | SOFT_F_STATUS | SOFT_F_CTRL_VQ | SOFT_F_CTRL_RX | SOFT_F_CTRL_MAC_ADDR)

/* A packed ring begins at its first slot with both wrap counters set: for what is available in bits
 * 15:0, for what is used in bits 31:16. */
#define PACKED_BASE 0x80008000u

static struct vu_front *front_of(void *context)
{
    return context;
}

static bool has(const struct vu_front *front, uint64_t feature)
{
    return (soft_features(&front->function) & feature) != 0;
}

/* Rings that are the back end's, by what was negotiated; that of commands is the next one. */
static uint32_t data_rings(const struct vu_front *front)
{
    return has(front, SOFT_F_MQ) ? 2u * front->options.queues : 2u;
}

static void show_link(struct vu_front *front, bool up)
{
    soft_set_config(&front->function, SOFT_NET_STATUS, 2, up ? SOFT_NET_LINK_UP : 0);
}

/* The back end is lost; only a reset can find another. */
static void break_down(struct vu_front *front)
{
    show_link(front, false);
    if (soft_running(&front->function))
        soft_needs_reset(&front->function);
}

void vu_front_look(struct vu_front *front)
{
    bool stood = front->session.socket >= 0;

    if (stood && !vu_session_stands(&front->session))
        break_down(front);
}

/* --- Starting --- */

static int share_memory(struct vu_front *front)
{
    uint64_t size = vhost_user_memory_size(front->end - front->first);
    int result = vu_session_memory(&front->session, front->file, front->first, size);

    front->shared = result == 0 ? size : 0;
    return result;
}

void vu_front_grow(struct vu_front *front)
{
    if (front->shared != 0 && front->end - front->first > front->shared && share_memory(front) != 0)
        break_down(front);
}

/* What the back end signals for a ring: the vector that the driver has chosen, if it is connected; else an
 * event that nobody waits for. */
static int call_of(const struct vu_front *front, uint32_t index)
{
    uint16_t vector = front->function.queue[index].vector;

    return vector < front->events ? front->event[vector] : front->call;
}

int vu_front_call(struct vu_front *front)
{
    int result = 0;

    for (uint32_t i = 0; i < VU_RINGS_MAX && result == 0; i++) {
        if (front->at_work[i])
            result = vu_session_call_ring(&front->session, i, call_of(front, i));
    }
    return result;
}

static int start_ring(struct vu_front *front, uint32_t index)
{
    const struct soft_queue *queue = &front->function.queue[index];
    const struct vu_ring ring = {
        .address = {index, queue->desc, queue->driver, queue->device},
        .size = queue->size,
        .base = has(front, SOFT_F_RING_PACKED) ? PACKED_BASE : 0,
        .kick = front->kick[index],
        .call = call_of(front, index),
    };

    front->at_work[index] = true;
    return vu_session_start_ring(&front->session, &ring);
}

/* Let the back end use the first `pairs` pairs, and no others. */
static int enable_pairs(struct vu_front *front, uint32_t pairs)
{
    uint32_t rings = data_rings(front);
    int result = 0;

    for (uint32_t i = 0; i < rings && result == 0; i++) {
        if (front->at_work[i])
            result = vu_session_enable_ring(&front->session, i, i < 2u * pairs);
    }
    return result;
}

static void kick(const struct vu_front *front, uint32_t index)
{
    const uint64_t one = 1;

    /* A counter that is full has been kicked already. */
    (void)!write(front->kick[index], &one, sizeof(one));
}

/* Give the back end what the driver has set up. */
static int start_rings(struct vu_front *front)
{
    uint32_t rings = data_rings(front);
    int result = share_memory(front);

    for (uint32_t i = 0; i < rings && result == 0; i++) {
        if (atomic_load(&front->function.queue[i].enabled))
            result = start_ring(front, i);
    }
    if (result == 0)
        result = enable_pairs(front, front->control.pairs);
    if (result == 0)
        result = vu_session_status(&front->session, SOFT_ACKNOWLEDGE | SOFT_DRIVER |
                                                        SOFT_FEATURES_OK | SOFT_DRIVER_OK);
    if (result == 0)
        result = vu_session_settle(&front->session);
    /* What the driver made available before now has not been told to anyone. */
    for (uint32_t i = 0; i < rings && result == 0; i++) {
        if (front->at_work[i])
            kick(front, i);
    }
    return result;
}

static uint8_t *command_memory(void *context, uint32_t *hint, uint64_t iova, uint64_t length)
{
    return soft_iommu_at(&front_of(context)->regions, hint, iova, length);
}

/* There is nobody to tell; the driver gets what its mistake comes to. */
static void ignore_breach(void *context, enum soft_rule rule, const char *where)
{
    (void)context;
    (void)rule;
    (void)where;
}

static void started(void *context)
{
    struct vu_front *front = front_of(context);
    const struct soft_memory memory = {command_memory, ignore_breach, front};
    uint32_t commands = data_rings(front);

    front->control.features = soft_features(&front->function);
    soft_control_reset(&front->control, front->options.mac);
    if (has(front, SOFT_F_CTRL_VQ) && atomic_load(&front->function.queue[commands].enabled))
        soft_ring_start(&front->commands, &front->function, (uint16_t)commands, &memory);
    if (start_rings(front) != 0)
        break_down(front);
}

static bool set_pairs(void *context, uint16_t pairs)
{
    struct vu_front *front = front_of(context);

    if (enable_pairs(front, pairs) == 0 && vu_session_settle(&front->session) == 0)
        return true;
    break_down(front);
    return false;
}

static void notified(void *context, uint16_t index)
{
    struct vu_front *front = front_of(context);

    if (index < data_rings(front)) {
        kick(front, index);
        return;
    }
    (void)pthread_mutex_lock(&front->lock);
    if (soft_control_serve(&front->control, &front->commands) != 0)
        soft_interrupt(&front->function, (uint16_t)index);
    (void)pthread_mutex_unlock(&front->lock);
}

static bool take_features(void *context, uint64_t features)
{
    struct vu_front *front = front_of(context);

    if (vu_session_features(&front->session, features) == 0)
        return true;
    break_down(front);
    return false;
}

/* Rings are given to the back end all at once, by started(). */
static void queue_changed(void *context, uint16_t index, bool enabled)
{
    (void)context;
    (void)index;
    (void)enabled;
}

/* --- Stopping --- */

bool vu_front_stop(struct vu_front *front)
{
    bool any = false;

    for (uint32_t i = 0; i < VU_RINGS_MAX; i++) {
        if (!front->at_work[i])
            continue;
        if (front->session.socket >= 0 && vu_session_stop_ring(&front->session, i) == 0)
            front->at_work[i] = false;
        else
            any = true;
    }
    /* Who hangs up has stopped: a back end serves rings as long as it is connected. */
    if (any && front->session.socket < 0 && front->session.hung_up) {
        memset(front->at_work, 0, sizeof(front->at_work));
        any = false;
    }
    if (!any && front->session.socket >= 0)
        (void)vu_session_status(&front->session, 0);
    return !any;
}

static void offer(struct vu_front *front)
{
    uint64_t features = front->session.features & OFFERED & ~front->options.forbidden;

    if (front->options.queues > 1)
        features |= SOFT_F_MQ;
    front->function.options.features = features | MADE_HERE;
}

/* Find the back end again. One that comes to terms with us has seen the end of the connection
 * before, on which it stopped. */
static bool reconnect(struct vu_front *front)
{
    if (vu_session_connect(&front->session, true) != 0)
        return false;
    memset(front->at_work, 0, sizeof(front->at_work));
    offer(front);
    return true;
}

static bool reset(void *context)
{
    struct vu_front *front = front_of(context);
    bool stopped = vu_front_stop(front);

    soft_ring_stop(&front->commands);
    front->shared = 0;
    if (front->session.socket < 0 && reconnect(front))
        stopped = true;
    show_link(front, front->session.socket >= 0);
    return stopped;
}

static const struct soft_ops ops = {
    .reset = reset,
    .features = take_features,
    .queue = queue_changed,
    .started = started,
    .notified = notified,
    .breach = ignore_breach,
};

void vu_front_init(struct vu_front *front)
{
    const struct soft_options options = {
        .modern = true,
        .device = SOFT_DEVICE_MODERN,
        .queues = (uint16_t)(2u * front->options.queues + 1u),
        .size = IR_RING_SIZE_MAX,
        .vectors = (uint16_t)front->transport.vectors,
    };

    soft_init(&front->function, &options, &ops, front);
    offer(front);
    front->control.set_pairs = set_pairs;
    front->control.context = front;
    front->control.pairs_max = (uint16_t)front->options.queues;
    for (uint32_t i = 0; i < IR_MAC_LENGTH; i++)
        soft_set_config(&front->function, SOFT_NET_MAC + i, 1, front->options.mac[i]);
    soft_set_config(&front->function, SOFT_NET_PAIRS, 2, front->options.queues);
    show_link(front, true);
}
