/* SPDX-License-Identifier: MIT
 *
 * Opening a device: what it says of itself, and why some cannot be used.
 */
#include "rig.h"

#include <string.h>

#include "sim/sim.h"

static void device_says_what_it_is(void **state)
{
    static const struct {
        const char *arguments;
        uint16_t device;
        uint32_t pairs;
    } rows[] = {{"", 0x1041, 1},
                {"transport=transitional,pairs=3", 0x1000, 3},
                {"transport=legacy,pairs=64", 0x1000, 64},
                {"pairs=64,control=off", 0x1041, 1}};

    (void)state;
    for (size_t r = 0; r < sizeof(rows) / sizeof(rows[0]); r++) {
        struct card *card = rig_open(rows[r].arguments);
        struct ir_info info;

        ir_info(card->dev, &info);
        assert_string_equal(info.driver, "virtio");
        assert_int_equal(info.vendor, 0x1af4);
        assert_int_equal(info.device, rows[r].device);
        assert_int_equal(info.rx_queues_max, rows[r].pairs);
        assert_int_equal(info.tx_queues_max, rows[r].pairs);
        assert_non_null(strstr(info.name, "sim:virtio"));
        rig_close(card);
    }
}

static void device_that_cannot_be_used_says_why(void **state)
{
    static const struct {
        const char *device;
        int result;
        const char *sentence;
    } rows[] = {
        {"sim:virtio,mode=step,hostile=features_ok", -EIO, "FEATURES_OK"},
        {"sim:virtio,mode=step,hostile=generation", -EIO, "configuration"},
        {"sim:virtio,mode=step,transport=legacy,device=1041", -EIO, "common configuration"},
        {"sim:virtio,mode=step,device=1042", -ENOTSUP, "1af4:1042"},
    };
    struct ir_domain *domain;

    (void)state;
    assert_int_equal(ir_domain_create(&domain), 0);
    for (size_t r = 0; r < sizeof(rows) / sizeof(rows[0]); r++) {
        char error[IR_ERROR_LENGTH] = "";
        struct ir_dev *dev = NULL;

        assert_int_equal(ir_open(domain, rows[r].device, &dev, error), rows[r].result);
        assert_null(dev);
        if (strstr(error, rows[r].sentence) == NULL)
            fail_msg("%s", error);
    }
    assert_int_equal(ir_domain_destroy(domain), 0);
}

/* A function that answers zeros, or nothing. */
static int config_result;

static int config_read(struct ir_transport *transport, uint32_t offset, uint32_t width,
                       uint32_t *value)
{
    (void)transport;
    (void)offset;
    (void)width;
    *value = 0;
    return config_result;
}

static int config_write(struct ir_transport *transport, uint32_t offset, uint32_t width,
                        uint32_t value)
{
    (void)transport;
    (void)offset;
    (void)width;
    (void)value;
    return config_result;
}

static void function_without_registers_is_refused(void **state)
{
    static const struct ir_transport_ops ops = {.config_read = config_read,
                                                .config_write = config_write};
    static const struct {
        int config_result;
        uint16_t device;
        uint32_t size; /* of the first BAR */
        const char *sentence;
    } rows[] = {
        {-EIO, VIRTIO_PCI_NET, 64, "PCI command register"},
        {0, VIRTIO_PCI_NET, 64, "common configuration"},
        {0, VIRTIO_PCI_NET_TRANSITIONAL, 0, "common configuration"},
        {0, VIRTIO_PCI_NET_TRANSITIONAL, VIRTIO_LEGACY_BYTES, "common configuration"},
    };

    (void)state;
    for (size_t r = 0; r < sizeof(rows) / sizeof(rows[0]); r++) {
        struct ir_transport transport = {.ops = &ops, .device = rows[r].device};
        char error[IR_ERROR_LENGTH] = "";
        struct ir_dev *dev = NULL;

        transport.bars[0].size = rows[r].size;
        config_result = rows[r].config_result;
        assert_int_equal(virtio_driver.open(NULL, &transport, &dev, error), -EIO);
        assert_null(dev);
        if (strstr(error, rows[r].sentence) == NULL)
            fail_msg("%s", error);
    }
}

/* With device addresses that only an IOMMU understands, a device has to go through it. */
static void device_that_goes_around_the_iommu_is_refused(void **state)
{
    static const struct {
        const char *device;
        int result;
    } rows[] = {{"virtio,mode=step", 0},
                {"virtio,mode=step,platform=off", -ENOTSUP},
                {"virtio,mode=step,transport=legacy", -ENOTSUP}};

    (void)state;
    for (size_t r = 0; r < sizeof(rows) / sizeof(rows[0]); r++) {
        char error[IR_ERROR_LENGTH] = "";
        struct ir_transport *transport;
        struct ir_dev *dev = NULL;

        assert_int_equal(ir_sim_open(rows[r].device, &transport, error), 0);
        transport->translated = true;
        assert_int_equal(virtio_driver.open(NULL, transport, &dev, error), rows[r].result);
        if (rows[r].result == 0)
            assert_int_equal(dev->ops->close(dev), 0);
        else
            assert_string_equal(error, "it reaches memory around the IOMMU (no ACCESS_PLATFORM)");
        transport->ops->close(transport);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(device_says_what_it_is),
        cmocka_unit_test(device_that_cannot_be_used_says_why),
        cmocka_unit_test(function_without_registers_is_refused),
        cmocka_unit_test(device_that_goes_around_the_iommu_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
