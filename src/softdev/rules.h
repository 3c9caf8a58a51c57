/* SPDX-License-Identifier: MIT
 *
 * What a driver must not do to a virtio-net device: the one list of rules. The list is data without
 * code, so that a checker other than the software devices can be made of it.
 */
#ifndef IRONRING_SOFTDEV_RULES_H
#define IRONRING_SOFTDEV_RULES_H

/* Identifier; whether the proofs show that no driver of this library ever breaks the rule (PROVED:
 * a contract names it in brackets) or the device alone watches over it (WATCHED); and the rule as
 * the first half of a violation's sentence. */
#define SOFT_RULES(X)                                                                              \
    X(REGISTER_UNKNOWN, WATCHED, "an access must go to a register of the device")                  \
    X(REGISTER_WIDTH, WATCHED, "a register must be accessed at its own width")                     \
    X(REGISTER_READ_ONLY, WATCHED, "a read-only register must not be written")                     \
    X(STATUS_ORDER, WATCHED,                                                                       \
      "status bits must be set in order: ACKNOWLEDGE, DRIVER, FEATURES_OK, DRIVER_OK")             \
    X(STATUS_CLEAR, WATCHED, "a status bit must not be cleared but by a reset")                    \
    X(STATUS_RESERVED, WATCHED, "a status bit that is not the driver's must not be set")           \
    X(RESET_PENDING, WATCHED, "nothing may be written before device_status has been read as 0")    \
    X(FEATURE_OFFERED, WATCHED, "a feature that was not offered must not be accepted")             \
    X(FEATURE_TIME, WATCHED, "features must be written after DRIVER and before FEATURES_OK")       \
    X(FEATURE_DEPENDS, WATCHED, "a feature must not be accepted without those it needs")           \
    X(FEATURE_VERSION, WATCHED, "VERSION_1 must be accepted through the modern registers")         \
    X(FEATURE_UNREAD, WATCHED, "FEATURES_OK must be read back before queues are set up")           \
    X(QUEUE_SELECT, WATCHED, "the fields of a queue that is absent must not be written")           \
    X(QUEUE_SIZE, WATCHED,                                                                         \
      "a queue's size must be a power of two (but for packed rings) up to what is offered")        \
    X(QUEUE_ALIGN, WATCHED, "the parts of a ring must be aligned")                                 \
    X(QUEUE_DISABLE, WATCHED, "queue_enable must only be written as 1")                            \
    X(QUEUE_BUSY, WATCHED, "a queue must not be changed while it is enabled")                      \
    X(QUEUE_TIME, WATCHED, "queues must be set up after FEATURES_OK and before DRIVER_OK")         \
    X(INTERRUPT_VECTOR, WATCHED, "an interrupt must have a vector that the device has")            \
    X(NOTIFY_EARLY, WATCHED, "a queue must not be notified before DRIVER_OK")                      \
    X(NOTIFY_QUEUE, WATCHED, "a notification must be for a queue that is enabled")                 \
    X(CONFIG_WRITE, WATCHED, "the device's configuration must not be written")                     \
    X(RING_INDEX, WATCHED, "a ring must not be given more chains than it has room for")            \
    X(RING_HEAD, WATCHED, "an available chain must begin in the descriptor table")                 \
    X(RING_NEXT, WATCHED, "a descriptor must be followed by one of the descriptor table")          \
    X(RING_LONG, WATCHED, "a chain must end within the ring's size, without a loop")               \
    X(RING_TAKEN, WATCHED, "a chain must not be made available again before it is returned")       \
    X(RING_ORDER, WATCHED, "with IN_ORDER descriptors must be used one after the other")           \
    X(RING_DIRECTION, WATCHED, "readable descriptors must come before writable ones")              \
    X(RING_FLAGS, WATCHED, "a flag that is unknown or was not negotiated must not be set")         \
    X(RING_LENGTH, WATCHED, "a descriptor must have a length")                                     \
    X(RING_EVENT, WATCHED, "an event suppression structure must name what exists")                 \
    X(RING_WHOLE, WATCHED, "a chain must be complete when its first descriptor is available")      \
    X(DMA_UNMAPPED, WATCHED, "the device must be given addresses inside one mapping only")         \
    X(NET_RX_BUFFER, WATCHED, "a receive buffer must be writable, and large enough")               \
    X(NET_TX_HEADER, WATCHED,                                                                      \
      "a packet to send must be readable, with the whole header before it")                        \
    X(NET_LAYOUT, WATCHED,                                                                         \
      "before ANY_LAYOUT and VERSION_1 the header must have a descriptor of its own")              \
    X(NET_TX_FRAME, WATCHED, "a frame must have an Ethernet header and fit the MTU")               \
    X(NET_TX_OFFLOAD, WATCHED, "a packet must not ask for work that was not negotiated")           \
    X(NET_PAIR, WATCHED, "a queue pair must not send before VQ_PAIRS_SET has enabled it")          \
    X(CONTROL_FORMAT, WATCHED,                                                                     \
      "a command must have its data readable and one byte for the answer")                         \
    X(CONTROL_UNKNOWN, WATCHED, "a command must be one that was negotiated")                       \
    X(CONTROL_VALUE, WATCHED, "a command must have values that exist")

enum soft_rule {
#define SOFT_RULE_ID(id, checked, text) SOFT_RULE_##id,
    SOFT_RULES(SOFT_RULE_ID)
#undef SOFT_RULE_ID
        SOFT_RULE_COUNT
};

/* The driver broke a rule; `where` is the second half of the sentence, good during the call. */
typedef void soft_breach_fn(void *context, enum soft_rule rule, const char *where);

/* Call that, with the second half as printf has it. */
__attribute__((format(printf, 4, 5))) void
soft_breach(soft_breach_fn *breach, void *context, enum soft_rule rule, const char *format, ...);
/* The rule as the first half of a sentence. */
const char *soft_rule_text(enum soft_rule rule);

#endif
