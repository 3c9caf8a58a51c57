/* SPDX-License-Identifier: MIT
 *
 * Opening, using and closing PCI devices while calls fail: behind VFIO, by groups and by iommufd, and
 * through sysfs. The kernel is made of files.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/pci.h"
#include "engine.h"
#include "kernel.h"
#include "linux/pci.h"

#define CARD  "0000:03:00.0"
#define OTHER "0000:04:00.0"
#define LINES "0x0000c040 0x0000c05f 0x00040101\n0xfebf0000 0xfebf0fff 0x00040200\n"

static struct kernel *kernel;

static bool answer(int file, unsigned long request, void *argument, int *result)
{
    return kernel_ioctl(kernel, file, request, argument, result);
}

static void set_stage(void)
{
    kernel = kernel_begin(engine_folder());
    inject_stage_ioctl(answer);
}

static void by_groups(void)
{
    set_stage();
    kernel_add(kernel, CARD, 17);
    kernel_add(kernel, OTHER, 18);
}

static void by_iommufd(void)
{
    by_groups();
    kernel_add_file(kernel, CARD, 0);
    kernel_add_file(kernel, OTHER, 1);
    kernel_remove(kernel, "dev/vfio/17");
    kernel_remove(kernel, "dev/vfio/18");
}

static void put_bytes(const char *address, const char *name, off_t bytes)
{
    char path[256];

    kernel_put(kernel, address, name, "");
    (void)snprintf(path, sizeof(path), "%s/bus/pci/devices/%s/%s", kernel->sysfs, address, name);
    require(truncate(path, bytes) == 0, "%s has no %s", address, name);
}

/* The first one bound to uio_pci_generic, the second to nothing. */
static void add_direct(const char *address)
{
    kernel_put(kernel, address, "vendor", "0x1af4\n");
    kernel_put(kernel, address, "device", "0x1000\n");
    kernel_put(kernel, address, "class", "0x020000\n");
    kernel_put(kernel, address, "resource", LINES);
    kernel_put(kernel, address, "reset", "");
    put_bytes(address, "config", 256);
    put_bytes(address, "resource0", 32);
    put_bytes(address, "resource1", 4096);
}

static void by_sysfs(void)
{
    char path[256];

    set_stage();
    add_direct(CARD);
    kernel_link(kernel, CARD, "driver", "../../../../bus/pci/drivers/uio_pci_generic");
    kernel_put(kernel, CARD, "uio/uio0/dev", "");
    (void)snprintf(path, sizeof(path), "%s/uio0", kernel->dev);
    require(mkfifo(path, 0600) == 0, "no uio0");
    add_direct(OTHER);
    kernel_put(kernel, OTHER, "enable", "");
}

static struct ir_transport *open_device(const char *address)
{
    char sentence[IR_ERROR_LENGTH] = "";
    struct ir_transport *transport = NULL;
    int result = ir_pci_open_at(&kernel->roots, address, 1, &transport, sentence);

    if (result == 0)
        return transport;
    require(inject_fired() > 0 && result < 0 && transport == NULL, "no device without a reason: %d",
            result);
    require(strstr(sentence, address) != NULL, "the sentence does not name the device: %s",
            sentence);
    return NULL;
}

/* What works without a failure may fail with one, and nothing else. */
static void expect(int result, const char *what)
{
    require(result == 0 || (result < 0 && inject_fired() > 0), "%s: %d", what, result);
}

static void use(struct ir_transport *transport, int event)
{
    static const struct ir_dma region = {(uint8_t *)0x1000, 0x100000000, 0x2000};
    uint32_t value;

    expect(ir_pci_bus_master(transport, true), "bus mastering");
    expect(ir_transport_config_read(transport, 0, 2, &value), "configuration space");
    for (uint32_t i = 0; i < IR_BARS_MAX; i++) {
        if (transport->bars[i].size > 0)
            require(ir_reg_read(&transport->bars[i], 0, 4, &value) == 0 &&
                        ir_reg_write(&transport->bars[i], 0, 4, 1) == 0,
                    "registers");
    }
    if (transport->vectors > 0) {
        expect(transport->ops->interrupts(transport, &event, 1), "interrupts");
        expect(transport->ops->unmask(transport), "unmask");
    }
    if (transport->ops->map(transport, &region) == 0)
        expect(transport->ops->unmap(transport, &region), "unmap");
    else
        require(inject_fired() > 0, "no mapping without a reason");
}

static void run(const void *subject, const struct inject_plan *plan)
{
    static void (*const ways[])(void) = {by_groups, by_iommufd, by_sysfs};
    int event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    struct ir_transport *card;
    struct ir_transport *other;

    ways[*(const unsigned *)subject]();
    inject_arm(plan);
    card = open_device(CARD);
    if (card != NULL)
        use(card, event);
    other = open_device(OTHER);
    if (other != NULL)
        use(other, event);
    if (card != NULL)
        card->ops->close(card);
    if (other != NULL)
        other->ops->close(other);
    (void)close(event);
    require(kernel->mapping_count == 0 || inject_fired() > 0, "something is still mapped");
}

int main(int argc, char **argv)
{
    static const unsigned ways[] = {0, 1, 2};
    static const struct scenario scenarios[] = {
        {"devices_behind_vfio_by_groups", &ways[0], run},
        {"devices_behind_vfio_by_iommufd", &ways[1], run},
        {"devices_through_sysfs", &ways[2], run},
    };

    return engine_run(scenarios, sizeof(scenarios) / sizeof(scenarios[0]), argc, argv);
}
