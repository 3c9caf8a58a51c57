/* SPDX-License-Identifier: MIT
 *
 * Interrupts of devices behind VFIO, of each kind.
 */
#include <linux/vfio.h>

#include "core/pci.h"
#include "stage.h"

static const int events[] = {31, 32, 33, 34, 35};

static struct ir_transport *open_with(uint32_t pin, uint32_t msi, uint32_t msix)
{
    kernel_add(stage, CARD, 17);
    stage->vectors[VFIO_PCI_INTX_IRQ_INDEX] = pin;
    stage->vectors[VFIO_PCI_MSI_IRQ_INDEX] = msi;
    stage->vectors[VFIO_PCI_MSIX_IRQ_INDEX] = msix;
    return stage_open(CARD, 1);
}

static int connect_events(struct ir_transport *transport, uint32_t count)
{
    return transport->ops->interrupts(transport, count > 0 ? events : NULL, count);
}

static uint32_t command_of(struct ir_transport *transport)
{
    uint32_t command = 0;

    assert_int_equal(ir_transport_config_read(transport, PCI_COMMAND, 2, &command), 0);
    return command;
}

static void device_with_msix_has_a_vector_for_each_purpose(void **state)
{
    struct ir_transport *transport = open_with(1, 1, 4);

    (void)state;
    assert_int_equal(transport->vectors, 4);
    assert_int_equal(connect_events(transport, 3), 0);
    assert_int_equal(stage->interrupt, VFIO_PCI_MSIX_IRQ_INDEX);
    assert_int_equal(stage->event_count, 3);
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(stage->events[i], events[i]);
    assert_int_equal(connect_events(transport, 5), -EINVAL);
    assert_int_equal(stage->event_count, 3);
    assert_int_equal(transport->ops->unmask(transport), 0);
    assert_int_equal(stage->unmasks, 0);
    stage_close(transport);
    assert_int_equal(stage->event_count, 0);
}

static void vectors_in_use_are_taken_back_before_others_are_connected(void **state)
{
    struct ir_transport *transport = open_with(1, 1, 4);

    (void)state;
    assert_int_equal(connect_events(transport, 0), 0);
    assert_int_equal(stage->disconnects, 0);
    assert_int_equal(connect_events(transport, 1), 0);
    assert_int_equal(connect_events(transport, 4), 0);
    assert_int_equal(stage->disconnects, 1);
    assert_int_equal(stage->event_count, 4);
    assert_int_equal(connect_events(transport, 0), 0);
    assert_int_equal(stage->disconnects, 2);
    assert_int_equal(stage->event_count, 0);
    stage_close(transport);
    assert_int_equal(stage->disconnects, 2);
}

static void device_with_msi_has_one_vector(void **state)
{
    struct ir_transport *transport = open_with(1, 8, 0);

    (void)state;
    assert_int_equal(transport->vectors, 1);
    assert_int_equal(connect_events(transport, 1), 0);
    assert_int_equal(stage->interrupt, VFIO_PCI_MSI_IRQ_INDEX);
    assert_int_equal(transport->ops->unmask(transport), 0);
    assert_int_equal(stage->unmasks, 0);
    stage_close(transport);
}

/* Drivers switch the pin off as they switch bus mastering on. */
static void pin_speaks_while_it_is_connected(void **state)
{
    struct ir_transport *transport = open_with(1, 0, 0);

    (void)state;
    assert_int_equal(transport->vectors, 1);
    assert_int_equal(transport->ops->unmask(transport), 0);
    assert_int_equal(stage->unmasks, 0);
    assert_int_equal(ir_pci_bus_master(transport, true), 0);
    assert_int_equal(command_of(transport) & PCI_COMMAND_INTX_OFF, PCI_COMMAND_INTX_OFF);
    assert_int_equal(connect_events(transport, 1), 0);
    assert_int_equal(stage->interrupt, VFIO_PCI_INTX_IRQ_INDEX);
    assert_int_equal(command_of(transport) & PCI_COMMAND_INTX_OFF, 0);
    assert_int_equal(ir_pci_bus_master(transport, true), 0);
    assert_int_equal(command_of(transport) & PCI_COMMAND_INTX_OFF, 0);
    assert_int_equal(command_of(transport) & PCI_COMMAND_BUS_MASTER, PCI_COMMAND_BUS_MASTER);
    assert_int_equal(transport->ops->unmask(transport), 0);
    assert_int_equal(stage->unmasks, 1);
    assert_int_equal(connect_events(transport, 0), 0);
    assert_int_equal(ir_pci_bus_master(transport, true), 0);
    assert_int_equal(command_of(transport) & PCI_COMMAND_INTX_OFF, PCI_COMMAND_INTX_OFF);
    stage_close(transport);
}

static void device_without_interrupts_has_no_vector(void **state)
{
    struct ir_transport *transport = open_with(0, 0, 0);

    (void)state;
    assert_int_equal(transport->vectors, 0);
    assert_int_equal(connect_events(transport, 1), -EINVAL);
    assert_int_equal(connect_events(transport, 0), 0);
    stage_close(transport);
}

static void refusal_to_connect_or_disconnect_is_an_error(void **state)
{
    struct ir_transport *transport = open_with(1, 1, 4);

    (void)state;
    stage->failing = VFIO_DEVICE_SET_IRQS;
    stage->error = ENOSPC;
    assert_int_equal(connect_events(transport, 2), -ENOSPC);
    stage->failing = 0;
    assert_int_equal(connect_events(transport, 2), 0);
    stage->failing = VFIO_DEVICE_SET_IRQS;
    assert_int_equal(connect_events(transport, 0), -ENOSPC);
    assert_int_equal(connect_events(transport, 1), -ENOSPC);
    stage->failing = 0;
    assert_int_equal(connect_events(transport, 0), 0);
    assert_int_equal(stage->disconnects, 1);
    stage_close(transport);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_begin, stage_end)
    const struct CMUnitTest tests[] = {
        TEST(device_with_msix_has_a_vector_for_each_purpose),
        TEST(vectors_in_use_are_taken_back_before_others_are_connected),
        TEST(device_with_msi_has_one_vector),
        TEST(pin_speaks_while_it_is_connected),
        TEST(device_without_interrupts_has_no_vector),
        TEST(refusal_to_connect_or_disconnect_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
