/* SPDX-License-Identifier: MIT
 *
 * What the files of a virtio function share among themselves.
 */
#ifndef IRONRING_SOFTDEV_PARTS_H
#define IRONRING_SOFTDEV_PARTS_H

#include "softdev/function.h"

/* Bits of PCI's command register. */
#define SOFT_COMMAND        0x04u
#define SOFT_COMMAND_IO     0x0001u
#define SOFT_COMMAND_MEMORY 0x0002u
#define SOFT_COMMAND_MASTER 0x0004u

/* --- registers.c --- */
uint32_t soft_register_offset(enum soft_register reg);
uint32_t soft_register_width(enum soft_register reg);
bool soft_register_writable(enum soft_register reg);
/* Where the device's configuration begins. */
uint32_t soft_config_start(enum soft_window window);
/* Natural width of the field of the device's configuration at `offset`, 0 for none. */
uint32_t soft_config_width(uint32_t offset);

/* --- space.c --- */
void soft_space_init(struct soft_function *function);

/* --- status.c --- */
/* The driver writes a status other than 0, or features; `legacy` by the legacy registers. */
void soft_status_write(struct soft_function *function, uint8_t value, bool legacy);
void soft_features_write(struct soft_function *function, uint32_t word, uint32_t value,
                         bool legacy);
/* What device_status reads, with what reading it means. */
uint8_t soft_status_read(struct soft_function *function);

/* --- function.c --- */
/* Status 0 is written, or power comes on. */
void soft_reset(struct soft_function *function);
/* The queue that is selected, or NULL when it is absent. */
struct soft_queue *soft_selected(struct soft_function *function);
/* What the driver reads from the device's configuration. */
uint32_t soft_config_get(struct soft_function *function, uint32_t offset, uint32_t width);

/* --- interrupt.c --- */
/* The configuration has changed, or a reset is needed: a running driver is to hear of it. */
void soft_config_interrupt(struct soft_function *function);
uint8_t soft_isr_read(struct soft_function *function);
uint16_t soft_vector_read(const struct soft_function *function, uint16_t vector);
void soft_vector_write(struct soft_function *function, uint16_t *vector, enum soft_register reg,
                       uint32_t value);

/* --- modern.c and legacy.c --- */
uint32_t soft_modern_read(struct soft_function *function, enum soft_register reg);
void soft_modern_write(struct soft_function *function, enum soft_register reg, uint32_t value);
uint32_t soft_legacy_read(struct soft_function *function, enum soft_register reg);
void soft_legacy_write(struct soft_function *function, enum soft_register reg, uint32_t value);
void soft_legacy_config_write(struct soft_function *function, uint32_t offset, uint32_t width,
                              uint32_t value);

#endif
