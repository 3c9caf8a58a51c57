/* SPDX-License-Identifier: MIT
 *
 * A virtio network function made of software, as a driver sees it on PCI: configuration space with
 * its capabilities, and the two register windows, modern and legacy. What the device does is its
 * user's, who is told of everything that matters by calls (struct soft_ops).
 *
 * Not locked here: one call at a time, but for soft_notify.
 */
#ifndef IRONRING_SOFTDEV_FUNCTION_H
#define IRONRING_SOFTDEV_FUNCTION_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/transport.h"
#include "softdev/layout.h"
#include "softdev/rules.h"

#define SOFT_PAIRS_MAX     64u
#define SOFT_QUEUES_MAX    (2u * SOFT_PAIRS_MAX + 1u)
#define SOFT_SPACE_BYTES   256u
#define SOFT_MODERN_BAR    4u
#define SOFT_LEGACY_BAR    0u
#define SOFT_MODERN_BYTES  0x4000u
#define SOFT_LEGACY_BYTES  64u
#define SOFT_ISR_OFFSET    0x1000u /* in the modern window, where the common registers begin at 0 */
#define SOFT_CONFIG_OFFSET 0x2000u
#define SOFT_NOTIFY_OFFSET 0x3000u
#define SOFT_NOTIFY_STEP   4u /* bytes from one queue's notification address to the next */

enum soft_window { SOFT_MODERN, SOFT_LEGACY };

/* The registers, by the window they are in: identifier, name, offset, width, and whether the driver
 * may write it. Those of the device's configuration have an offset from where that begins. */
#define SOFT_REGISTERS(X)                                                                          \
    X(DEVICE_FEATURE_SELECT, "device_feature_select", 0, 4, true)                                  \
    X(DEVICE_FEATURE, "device_feature", 4, 4, false)                                               \
    X(DRIVER_FEATURE_SELECT, "driver_feature_select", 8, 4, true)                                  \
    X(DRIVER_FEATURE, "driver_feature", 12, 4, true)                                               \
    X(CONFIG_VECTOR, "config_msix_vector", 16, 2, true)                                            \
    X(NUM_QUEUES, "num_queues", 18, 2, false)                                                      \
    X(DEVICE_STATUS, "device_status", 20, 1, true)                                                 \
    X(CONFIG_GENERATION, "config_generation", 21, 1, false)                                        \
    X(QUEUE_SELECT, "queue_select", 22, 2, true)                                                   \
    X(QUEUE_SIZE, "queue_size", 24, 2, true)                                                       \
    X(QUEUE_VECTOR, "queue_msix_vector", 26, 2, true)                                              \
    X(QUEUE_ENABLE, "queue_enable", 28, 2, true)                                                   \
    X(QUEUE_NOTIFY_OFF, "queue_notify_off", 30, 2, false)                                          \
    X(QUEUE_DESC, "queue_desc", 32, 4, true)                                                       \
    X(QUEUE_DESC_HIGH, "queue_desc (high)", 36, 4, true)                                           \
    X(QUEUE_DRIVER, "queue_driver", 40, 4, true)                                                   \
    X(QUEUE_DRIVER_HIGH, "queue_driver (high)", 44, 4, true)                                       \
    X(QUEUE_DEVICE, "queue_device", 48, 4, true)                                                   \
    X(QUEUE_DEVICE_HIGH, "queue_device (high)", 52, 4, true)                                       \
    X(NOTIFY_DATA, "queue_notif_config_data", 56, 2, false)                                        \
    X(QUEUE_RESET, "queue_reset", 58, 2, false)                                                    \
    X(ADMIN_INDEX, "admin_queue_index", 60, 2, false)                                              \
    X(ADMIN_NUMBER, "admin_queue_num", 62, 2, false)

/* Those of the legacy window, in which device_status and the like have other places. */
#define SOFT_LEGACY_REGISTERS(X)                                                                   \
    X(L_DEVICE_FEATURE, "host_features", 0, 4, false)                                              \
    X(L_DRIVER_FEATURE, "guest_features", 4, 4, true)                                              \
    X(L_QUEUE_PFN, "queue_pfn", 8, 4, true)                                                        \
    X(L_QUEUE_SIZE, "queue_size", 12, 2, false)                                                    \
    X(L_QUEUE_SELECT, "queue_select", 14, 2, true)                                                 \
    X(L_NOTIFY, "queue_notify", 16, 2, true)                                                       \
    X(L_DEVICE_STATUS, "device_status", 18, 1, true)                                               \
    X(L_ISR, "isr_status", 19, 1, false)

enum soft_register {
#define SOFT_REGISTER_ID(id, name, offset, width, writable) SOFT_R_##id,
    SOFT_REGISTERS(SOFT_REGISTER_ID) SOFT_LEGACY_REGISTERS(SOFT_REGISTER_ID)
#undef SOFT_REGISTER_ID
        SOFT_R_ISR,
    SOFT_R_CONFIG, /* any byte of the device's configuration */
    SOFT_R_NOTIFY, /* a queue's notification address */
    SOFT_R_COUNT   /* none */
};

/* What the driver has told of a queue. */
struct soft_queue {
    uint16_t offered; /* largest size, a power of two; 0 when the queue is absent */
    uint16_t size;    /* as the driver has it, 1 to `offered` while enabled */
    uint16_t vector;
    _Atomic bool enabled;
    uint64_t desc;   /* descriptor table, or packed ring */
    uint64_t driver; /* available ring, or the driver's event suppression */
    uint64_t device; /* used ring, or the device's event suppression */
};

struct soft_ops {
    /* The driver resets the device: forget rings and everything negotiated. False when that takes
     * time: device_status keeps its value until soft_reset_done. */
    bool (*reset)(void *context);
    /* FEATURES_OK is being set, and `features` break no rule. False to refuse them. Legacy drivers
     * never say so: then it is called as DRIVER_OK is set, and the answer has no effect. */
    bool (*features)(void *context, uint64_t features);
    /* A queue has been enabled, with all its fields set; or, by a legacy driver alone, disabled. */
    void (*queue)(void *context, uint16_t queue, bool enabled);
    /* DRIVER_OK has been set. */
    void (*started)(void *context);
    /* A queue that is enabled has been notified, the device being started. Any thread. */
    void (*notified)(void *context, uint16_t queue);
    /* The function interrupts: by this vector, or by 0 for everything. May be NULL. */
    void (*interrupt)(void *context, uint16_t vector);
    soft_breach_fn *breach;
};

struct soft_options {
    bool modern; /* at least one of the two */
    bool legacy;
    uint16_t device;   /* PCI device id */
    uint16_t queues;   /* <= SOFT_QUEUES_MAX */
    uint16_t size;     /* of each, a power of two <= SOFT_RING_MAX */
    uint16_t vectors;  /* several: MSI-X, but for legacy drivers; else INTx */
    uint64_t features; /* offered */
};

struct soft_function {
    const struct soft_ops *ops;
    void *context; /* first argument of each */
    struct soft_options options;
    uint8_t space[SOFT_SPACE_BYTES]; /* PCI configuration space */

    _Atomic uint8_t status;
    bool resetting;         /* 0 was written, and is not read yet */
    bool unread;            /* FEATURES_OK is not read back yet */
    bool reset_unread;      /* device_status is not read as 0 yet since a reset */
    uint64_t accepted;      /* features as the driver has written them */
    uint32_t device_select; /* which 32 features are read ... */
    uint32_t driver_select; /* ... and written */
    uint16_t queue_select;
    uint16_t config_vector;
    uint8_t isr;
    bool line_masked; /* INTx is delivered once, until it is unmasked */
    uint8_t generation;
    uint8_t config[SOFT_NET_BYTES];
    struct soft_queue queue[SOFT_QUEUES_MAX];
};

/* The device as it is after power on. `ops` and `context` must outlive it. */
void soft_init(struct soft_function *function, const struct soft_options *options,
               const struct soft_ops *ops, void *context);

/* --- What the driver does --- */

/* A register is read or written; offset and width have been checked (core/regs.h). Answers all ones
 * when configuration space does not let the window answer. */
uint32_t soft_read(struct soft_function *function, enum soft_window window, uint32_t offset,
                   uint32_t width);
void soft_write(struct soft_function *function, enum soft_window window, uint32_t offset,
                uint32_t width, uint32_t value);
/* Configuration space, as in struct ir_transport_ops. */
int soft_config_read(struct soft_function *function, uint32_t offset, uint32_t width,
                     uint32_t *value);
int soft_config_write(struct soft_function *function, uint32_t offset, uint32_t width,
                      uint32_t value);

/* Which register is at `offset`, and its name. */
enum soft_register soft_find(enum soft_window window, uint32_t offset);
const char *soft_register_name(enum soft_register reg);
/* When the access is a notification and nothing else: do it and return true. May be called by any
 * thread at any time, so that notifications need no lock. */
bool soft_notify(struct soft_function *function, enum soft_window window, uint32_t offset,
                 uint32_t width, uint32_t value);

/* --- What the device does --- */

/* The reset that took time is done. */
void soft_reset_done(struct soft_function *function);
/* Something of the device's configuration changes (offset in it, little-endian): the generation
 * changes with it, and a running driver gets a configuration interrupt. */
void soft_set_config(struct soft_function *function, uint32_t offset, uint32_t width,
                     uint64_t value);
/* The device has met an error that only a reset ends. */
void soft_needs_reset(struct soft_function *function);
/* A queue has returned something that the driver wants an interrupt for. */
void soft_interrupt(struct soft_function *function, uint16_t queue);
/* Deliver INTx again, at once if it is up. */
void soft_unmask(struct soft_function *function);

/* DRIVER_OK is set, and no error has been met. */
bool soft_running(const struct soft_function *function);
/* The features that are in force: as accepted, and without VERSION_1 for a legacy driver. */
uint64_t soft_features(const struct soft_function *function);
/* Whether the driver lets the device reach memory (bus mastering). */
bool soft_dma_allowed(const struct soft_function *function);
/* Bytes before each frame with these features. */
uint32_t soft_net_header(uint64_t features);
/* Features without those that lack one they need, and whether that leaves all. */
uint64_t soft_consistent(uint64_t features);

/* Fill the transport's ids and windows; the windows' accesses go to `modern` and `legacy` with
 * these contexts. */
void soft_plug(const struct soft_function *function, struct ir_transport *transport,
               const struct ir_regs_sim *modern, const struct ir_regs_sim *legacy, void *context);

#endif
