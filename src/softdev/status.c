/* SPDX-License-Identifier: MIT
 *
 * The device's status and features: the order in which a driver must come to terms with a device
 * (virtio 1.3, section 3.1.1).
 */
#include "softdev/parts.h"

#define STATUS_DRIVER (SOFT_ACKNOWLEDGE | SOFT_DRIVER | SOFT_DRIVER_OK | SOFT_FEATURES_OK)

static void breach(struct soft_function *function, enum soft_rule rule, const char *what,
                   uint64_t value)
{
    soft_breach(function->ops->breach, function->context, rule,
                "%s 0x%llx while device_status is "
                "0x%02x",
                what, (unsigned long long)value, atomic_load(&function->status));
}

/* A feature, and those of which it needs one. */
static const struct {
    uint64_t feature;
    uint64_t any_of;
} needs[] = {
#define BIT(n) (UINT64_C(1) << (n))
    {BIT(7), BIT(1)},
    {BIT(8), BIT(1)},
    {BIT(10), BIT(1)},
    {BIT(54), BIT(1)},
    {BIT(55), BIT(1)},
    {BIT(9), BIT(7) | BIT(8)},
    {BIT(11), BIT(0)},
    {BIT(12), BIT(0)},
    {BIT(14), BIT(0)},
    {BIT(56), BIT(0)},
    {BIT(13), BIT(11) | BIT(12)},
    {BIT(61), BIT(11) | BIT(12)},
    {SOFT_F_CTRL_RX, SOFT_F_CTRL_VQ},
    {SOFT_F_CTRL_VLAN, SOFT_F_CTRL_VQ},
    {SOFT_F_CTRL_RX_EXTRA, SOFT_F_CTRL_VQ},
    {SOFT_F_GUEST_ANNOUNCE, SOFT_F_CTRL_VQ},
    {SOFT_F_MQ, SOFT_F_CTRL_VQ},
    {SOFT_F_CTRL_MAC_ADDR, SOFT_F_CTRL_VQ},
    {BIT(53), SOFT_F_CTRL_VQ},
    {BIT(60), SOFT_F_CTRL_VQ},
#undef BIT
};

uint64_t soft_consistent(uint64_t features)
{
    for (uint32_t i = 0; i < sizeof(needs) / sizeof(needs[0]); i++)
        if ((features & needs[i].any_of) == 0)
            features &= ~needs[i].feature;
    return features;
}

void soft_features_write(struct soft_function *function, uint32_t word, uint32_t value, bool legacy)
{
    uint32_t shift = 32u * (word & 1u);
    uint64_t features = word < 2u ? (uint64_t)value << shift : 0;
    uint8_t status = atomic_load(&function->status);
    uint8_t end = legacy ? SOFT_DRIVER_OK : SOFT_FEATURES_OK;

    if ((status & SOFT_DRIVER) == 0 || (status & end) != 0) {
        breach(function, SOFT_RULE_FEATURE_TIME, "features", features);
        return;
    }
    if ((word >= 2u && value != 0) || (features & ~function->options.features) != 0)
        breach(function, SOFT_RULE_FEATURE_OFFERED, "features", features);
    if (word < 2u) {
        function->accepted &= ~((uint64_t)UINT32_MAX << shift);
        function->accepted |= features & function->options.features;
    }
}

/* Whether the device can work with the features that were accepted. */
static bool features_fit(struct soft_function *function)
{
    uint64_t features = function->accepted;

    if ((features & SOFT_F_VERSION_1) == 0) {
        breach(function, SOFT_RULE_FEATURE_VERSION, "features", features);
        return false;
    }
    if (soft_consistent(features) != features) {
        breach(function, SOFT_RULE_FEATURE_DEPENDS, "features", features);
        return false;
    }
    return function->ops->features(function->context, features);
}

/* What of `wanted`, bits that are not set yet, may be set now. */
static uint8_t in_order(struct soft_function *function, uint8_t wanted, bool legacy)
{
    uint8_t status = atomic_load(&function->status);
    uint8_t before_ok = legacy ? SOFT_DRIVER : SOFT_FEATURES_OK;
    uint8_t allowed = SOFT_ACKNOWLEDGE | SOFT_FAILED;

    if ((status & SOFT_ACKNOWLEDGE) != 0)
        allowed |= SOFT_DRIVER;
    if ((status & SOFT_DRIVER) != 0)
        allowed |= SOFT_FEATURES_OK;
    if ((status & before_ok) != 0)
        allowed |= SOFT_DRIVER_OK;
    if ((wanted & ~allowed) != 0)
        breach(function, SOFT_RULE_STATUS_ORDER, "status", wanted);
    return wanted & allowed;
}

static void start(struct soft_function *function, bool legacy)
{
    if (legacy)
        (void)function->ops->features(function->context, function->accepted);
    else if (function->unread)
        breach(function, SOFT_RULE_FEATURE_UNREAD, "status", SOFT_DRIVER_OK);
    (void)atomic_fetch_or(&function->status, (uint8_t)SOFT_DRIVER_OK);
    function->ops->started(function->context);
}

void soft_status_write(struct soft_function *function, uint8_t value, bool legacy)
{
    uint8_t old = atomic_load(&function->status);
    uint8_t known = STATUS_DRIVER | SOFT_FAILED;
    uint8_t wanted;

    if (legacy)
        known &= (uint8_t)~SOFT_FEATURES_OK;
    /* A driver that reads the status and writes it back has the device's bit in it. */
    if ((value & ~(known | (old & SOFT_NEEDS_RESET))) != 0)
        breach(function, SOFT_RULE_STATUS_RESERVED, "status", value);
    if ((old & known & ~value) != 0)
        breach(function, SOFT_RULE_STATUS_CLEAR, "status", value);
    wanted = in_order(function, value & known & (uint8_t)~old, legacy);
    if ((wanted & SOFT_FEATURES_OK) != 0) {
        function->unread = true;
        if (!features_fit(function))
            wanted &= (uint8_t)~SOFT_FEATURES_OK;
    }
    (void)atomic_fetch_or(&function->status, (uint8_t)(wanted & ~SOFT_DRIVER_OK));
    if ((wanted & SOFT_DRIVER_OK) != 0)
        start(function, legacy);
}

uint8_t soft_status_read(struct soft_function *function)
{
    uint8_t status = atomic_load(&function->status);

    function->unread = false;
    if (status == 0)
        function->reset_unread = false;
    return status;
}
