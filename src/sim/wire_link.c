/* SPDX-License-Identifier: MIT
 *
 * Two simulated ports back to back. Links are known by name in the whole process; each direction is
 * a bounded queue, and a port that does not keep up misses frames, as its packet buffer is full.
 */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/fifo.h"
#include "sim/wire.h"

#define NAME_LENGTH 32u

struct link;

struct link_end {
    struct sim_wire base;
    struct link *link;
    struct sim_fifo towards; /* frames for the card at this end */
    _Atomic uint64_t lost;   /* frames that did not fit there; counted by the other end */
    _Atomic bool plugged;    /* a card is at this end */
    bool held;               /* the oldest frame has been given to the card */
};

struct link {
    char name[NAME_LENGTH];
    struct link_end end[2];
    struct link *next;
};

static pthread_mutex_t links_lock = PTHREAD_MUTEX_INITIALIZER;
static struct link *links; /* under links_lock */

static const uint8_t *link_receive(struct sim_wire *wire, uint64_t now, uint32_t *length)
{
    struct link_end *end = (struct link_end *)wire;
    const uint8_t *frame;

    (void)now;
    if (end->held)
        sim_fifo_drop(&end->towards);
    frame = sim_fifo_peek(&end->towards, length);
    end->held = frame != NULL;
    return frame;
}

/* Frames sent while nobody is at the other end are lost unseen. */
static void link_send(struct sim_wire *wire, uint64_t now, const uint8_t *frame, uint32_t length)
{
    struct link_end *end = (struct link_end *)wire;
    struct link_end *other = &end->link->end[end == &end->link->end[0] ? 1 : 0];

    (void)now;
    if (atomic_load(&other->plugged) && !sim_fifo_put(&other->towards, frame, length))
        atomic_fetch_add(&other->lost, 1u);
}

static bool link_finished(struct sim_wire *wire)
{
    (void)wire;
    return false;
}

static uint64_t link_missed(struct sim_wire *wire)
{
    struct link_end *end = (struct link_end *)wire;

    return atomic_load_explicit(&end->lost, memory_order_relaxed) == 0
               ? 0
               : atomic_exchange(&end->lost, 0);
}

static void free_link(struct link *link)
{
    sim_fifo_release(&link->end[0].towards);
    sim_fifo_release(&link->end[1].towards);
    free(link);
}

static void link_close(struct sim_wire *wire)
{
    struct link_end *end = (struct link_end *)wire;
    struct link *link = end->link;
    struct link **at = &links;

    (void)pthread_mutex_lock(&links_lock);
    atomic_store(&end->plugged, false);
    if (!atomic_load(&link->end[0].plugged) && !atomic_load(&link->end[1].plugged)) {
        while (*at != link)
            at = &(*at)->next;
        *at = link->next;
        free_link(link);
    }
    (void)pthread_mutex_unlock(&links_lock);
}

static const struct sim_wire_ops link_ops = {
    .receive = link_receive,
    .send = link_send,
    .finished = link_finished,
    .missed = link_missed,
    .close = link_close,
};

static struct link *make_link(const char *name)
{
    struct link *link = calloc(1, sizeof(*link));

    if (link == NULL)
        return NULL;
    if (sim_fifo_init(&link->end[0].towards) != 0 || sim_fifo_init(&link->end[1].towards) != 0) {
        free_link(link);
        return NULL;
    }
    (void)snprintf(link->name, sizeof(link->name), "%s", name);
    for (uint32_t i = 0; i < 2u; i++) {
        link->end[i].base.ops = &link_ops;
        link->end[i].link = link;
    }
    link->next = links;
    links = link;
    return link;
}

static struct link *find_link(const char *name)
{
    struct link *link = links;

    while (link != NULL && strcmp(link->name, name) != 0)
        link = link->next;
    return link;
}

/* The end is the new card's; what was on its way to an earlier one is lost. */
static struct sim_wire *plug(struct link_end *end)
{
    uint32_t length;

    while (sim_fifo_peek(&end->towards, &length) != NULL)
        sim_fifo_drop(&end->towards);
    end->held = false;
    atomic_store(&end->lost, 0);
    atomic_store(&end->plugged, true);
    return &end->base;
}

int sim_wire_link(const char *name, struct sim_wire **wire, char error[IR_ERROR_LENGTH])
{
    struct link *link;
    int result = 0;

    if (name[0] == '\0' || strlen(name) >= NAME_LENGTH) {
        (void)snprintf(error, IR_ERROR_LENGTH,
                       "link=%.40s: the name of a link has 1 to %u characters", name,
                       NAME_LENGTH - 1u);
        return -EINVAL;
    }
    (void)pthread_mutex_lock(&links_lock);
    link = find_link(name);
    if (link == NULL)
        link = make_link(name);
    if (link == NULL) {
        (void)snprintf(error, IR_ERROR_LENGTH, "link=%s: there is no memory for it; free some",
                       name);
        result = -ENOMEM;
    } else if (!atomic_load(&link->end[0].plugged)) {
        *wire = plug(&link->end[0]);
    } else if (!atomic_load(&link->end[1].plugged)) {
        *wire = plug(&link->end[1]);
    } else {
        (void)snprintf(error, IR_ERROR_LENGTH,
                       "link=%s: both ends of this link are taken; use another name, or close one",
                       name);
        result = -EBUSY;
    }
    (void)pthread_mutex_unlock(&links_lock);
    return result;
}
