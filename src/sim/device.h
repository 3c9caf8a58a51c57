/* SPDX-License-Identifier: MIT
 *
 * What all simulated cards have in common: the transport, time, wires, the simulated IOMMU, the
 * record of violations, and a thread if they have one. What a card is, its model says.
 */
#ifndef IRONRING_SIM_DEVICE_H
#define IRONRING_SIM_DEVICE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <ironring/device.h>

#include "core/interrupt.h"
#include "core/transport.h"
#include "sim/violations.h"
#include "sim/wire.h"
#include "softdev/iommu.h"

#define SIM_NEVER     UINT64_MAX /* a time that the clock does not reach */
#define SIM_STEP_US   10u        /* time that passes with each step */
#define SIM_FRAME_MAX 16288u     /* longest frame that a wire gives or takes */

struct sim_device;

/* What a card does; all are called with the lock, but for `destroy`. */
struct sim_model {
    /* PCI configuration space, as in struct ir_transport_ops. */
    int (*config_read)(struct sim_device *device, uint32_t offset, uint32_t width, uint32_t *value);
    int (*config_write)(struct sim_device *device, uint32_t offset, uint32_t width, uint32_t value);
    /* One round of work of at most `limit` frames each way; the number moved. */
    uint32_t (*round)(struct sim_device *device, uint32_t limit);
    /* Time has passed for a driver that waits: all that is due but frames. May be NULL. */
    void (*waited)(struct sim_device *device);
    /* Deliver interrupts again that are masked as they are delivered. May be NULL. */
    void (*unmask)(struct sim_device *device);
    /* Nothing waits in the card, whatever its wire still has. */
    bool (*idle)(struct sim_device *device);
    /* Release what is the card's own, and the card. */
    void (*destroy)(struct sim_device *device);
};

struct sim_device {
    struct ir_transport transport; /* first: a transport with our ops is a simulated card */
    const struct sim_model *model;
    bool threaded;
    bool served; /* by a thread of the program's that calls ir_sim_step; never with `threaded` */

    _Atomic uint32_t
        waiting;          /* threads that want the lock for a register: the card's steps aside */
    pthread_mutex_t lock; /* everything of the card that is not atomic or constant */
    struct soft_iommu iommu;
    uint32_t events; /* vectors that are connected, <= transport.vectors */
    int event[IR_VECTORS_MAX];
    struct sim_wire *source; /* may be NULL */
    struct sim_wire *sink;   /* may be NULL, or the source */

    _Atomic uint64_t clock; /* microseconds that delays and steps have let pass */
    uint64_t started;       /* monotonic nanoseconds at open, for a card in real time */
    uint64_t round_ns;      /* real time of the round that is under way, 0 outside of one */
    _Atomic bool finished;
    _Atomic bool stop;
    pthread_t thread;
    struct sim_violations violations;
};

extern const struct ir_transport_ops sim_transport_ops;

/* Make what is common, all zero so far, of a card that does not run yet. The wires are the card's
 * when this succeeds. Errors: -ENOMEM. */
int sim_device_init(struct sim_device *device, const struct sim_model *model,
                    const struct sim_rulebook *rules, bool threaded, struct sim_wire *source,
                    struct sim_wire *sink);
/* Interrupt by a vector, if it is connected. With the lock. */
void sim_device_interrupt(struct sim_device *device, uint32_t vector);
/* Release that, with the wires, after the thread has ended. */
void sim_device_release(struct sim_device *device);
void sim_wires_close(struct sim_wire *source, struct sim_wire *sink);

/* The monotonic clock in nanoseconds, and the card's in microseconds, or nanoseconds for wires; these two
 * with the lock. In a round real time stands still: to read it costs a card more than to move a frame. */
uint64_t sim_real_ns(void);
uint64_t sim_now(const struct sim_device *device);
uint64_t sim_now_ns(const struct sim_device *device);
/* Lock for a register access or a caller's question; the card's own thread gives way. */
void sim_lock(struct sim_device *device);
void sim_unlock(struct sim_device *device);

/* --- thread.c --- */
/* One round of work, with the lock. */
uint32_t sim_round(struct sim_device *device, uint32_t limit);
/* The same as the card's thread does it: takes the lock, after those who want it for a register. */
uint32_t sim_serve(struct sim_device *device);
/* Whether real time passes for the card. */
static inline bool sim_in_real_time(const struct sim_device *device)
{
    return device->threaded || device->served;
}
int sim_thread_start(struct sim_device *device);
void sim_thread_stop(struct sim_device *device);

#endif
