/* SPDX-License-Identifier: MIT
 *
 * stray ADDRESS [UID]: tell an e1000e to read and write memory that is not mapped for it, which no driver
 * of this library would do, and see whether it can. Its only packets are in a page of this process,
 * the canary, and the address it gets is that page's in the machine's memory. The device is opened as
 * the user UID; root is needed only to learn that address.
 *
 * Prints `ready` when the card would take a frame, and ends with what became of the canary two seconds
 * later. Exit status 0: untouched, 3: overwritten, 1: something else failed.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "linux/pci.h"

#define PAGE        4096u
#define CANARY      0xc5
#define FRAME       256u /* bytes the card is to send from the canary */
#define SECONDS     2
#define OVERWRITTEN 3

/* /proc/PID/pagemap: a word a page */
#define PAGEMAP_PRESENT (1ull << 63)
#define PAGEMAP_FRAME   ((1ull << 55) - 1)

/* 82574L datasheet, chapter 10 */
#define CTRL        0x0000u
#define CTRL_SLU    0x00000040u
#define CTRL_RST    0x04000000u
#define RCTL        0x0100u
#define RCTL_ON     0x0000801au /* enabled, promiscuous, broadcast */
#define TCTL        0x0400u
#define TCTL_EN     0x00000002u
#define RX_QUEUE    0x2800u
#define TX_QUEUE    0x3800u
#define QUEUE_LOW   0x00u /* from the queue's first register */
#define QUEUE_HIGH  0x04u
#define QUEUE_BYTES 0x08u
#define QUEUE_HEAD  0x10u
#define QUEUE_TAIL  0x18u

/* Legacy descriptors, 7.1.3 and 7.2.10.1; two words each */
#define DESCRIPTORS 8u              /* a ring is a multiple of 128 bytes */
#define TX_COMMAND  (0x0bull << 24) /* end of packet, insert checksum, report status */

#define CONFIG_COMMAND 0x04u
#define BUS_MASTER     0x04u

static int complain(const char *what, const char *why)
{
    (void)fprintf(stderr, "stray: %s: %s\n", what, why);
    return 1;
}

/* A page of this process that stays where it is, and its address in the machine's memory. */
static uint8_t *page(int pagemap, uint64_t *physical)
{
    uint64_t entry = 0;
    uint8_t *memory = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED | MAP_POPULATE, -1, 0);

    if (memory == MAP_FAILED ||
        pread(pagemap, &entry, sizeof(entry), (off_t)((uintptr_t)memory / PAGE * sizeof(entry))) !=
            (ssize_t)sizeof(entry) ||
        (entry & PAGEMAP_PRESENT) == 0 || (entry & PAGEMAP_FRAME) == 0)
        return NULL;
    *physical = (entry & PAGEMAP_FRAME) * PAGE;
    return memory;
}

static void set(struct ir_transport *card, uint32_t offset, uint32_t value)
{
    (void)ir_reg_write(&card->bars[0], offset, 4, value);
}

static void set_queue(struct ir_transport *card, uint32_t queue, uint64_t ring)
{
    set(card, queue + QUEUE_LOW, (uint32_t)ring);
    set(card, queue + QUEUE_HIGH, (uint32_t)(ring >> 32));
    set(card, queue + QUEUE_BYTES, DESCRIPTORS * 16);
    set(card, queue + QUEUE_HEAD, 0);
    set(card, queue + QUEUE_TAIL, 0);
}

/* Both rings lie in the region, and all they point at is at `target`. */
static void misuse(struct ir_transport *card, const struct ir_dma *region, uint64_t target)
{
    volatile ir_device64 *rx = (volatile ir_device64 *)(void *)region->memory;
    volatile ir_device64 *tx = rx + DESCRIPTORS * 2;

    set(card, CTRL, CTRL_RST);
    ir_transport_delay(card, 20000);
    set(card, CTRL, CTRL_SLU);
    for (uint32_t i = 0; i < DESCRIPTORS; i++) {
        ir_dma_store64(&rx[i * 2], target);
        ir_dma_store64(&rx[i * 2 + 1], 0);
    }
    ir_dma_store64(&tx[0], target);
    ir_dma_store64(&tx[1], TX_COMMAND | FRAME);
    ir_dma_release();
    set_queue(card, RX_QUEUE, region->iova);
    set_queue(card, TX_QUEUE, region->iova + DESCRIPTORS * 16);
    set(card, RCTL, RCTL_ON);
    set(card, TCTL, TCTL_EN);
    set(card, RX_QUEUE + QUEUE_TAIL, DESCRIPTORS - 1);
    set(card, TX_QUEUE + QUEUE_TAIL, 1);
}

static int judge(const uint8_t *canary)
{
    uint32_t changed = 0;

    for (uint32_t i = 0; i < PAGE; i++)
        changed += canary[i] != CANARY;
    if (changed == 0)
        (void)printf("canary untouched\n");
    else
        (void)printf("canary overwritten: %u bytes\n", changed);
    return changed == 0 ? 0 : OVERWRITTEN;
}

static int stray(struct ir_transport *card, const struct ir_dma *region, const uint8_t *canary,
                 uint64_t target)
{
    const struct timespec pause = {SECONDS, 0};
    uint32_t command = 0;
    int status;

    if (card->ops->map(card, region) != 0)
        return complain("its rings cannot be mapped", strerror(errno));
    if (card->ops->config_read(card, CONFIG_COMMAND, 2, &command) != 0 ||
        card->ops->config_write(card, CONFIG_COMMAND, 2, command | BUS_MASTER) != 0)
        return complain("it does not become a bus master", strerror(errno));
    misuse(card, region, target);
    (void)printf("ready: uid %u, canary at 0x%llx\n", (unsigned)getuid(),
                 (unsigned long long)target);
    (void)fflush(stdout);
    (void)nanosleep(&pause, NULL);
    status = judge(canary);
    set(card, CTRL, CTRL_RST);
    ir_transport_delay(card, 20000);
    (void)card->ops->unmap(card, region);
    return status;
}

int main(int argc, char **argv)
{
    char error[IR_ERROR_LENGTH] = "usage: stray ADDRESS [UID]";
    struct ir_transport *card = NULL;
    struct ir_dma region = {.size = PAGE};
    int pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
    uint64_t target = 0;
    uint8_t *canary;
    int status;

    region.memory = page(pagemap, &region.iova);
    canary = page(pagemap, &target);
    if (region.memory == NULL || canary == NULL)
        return complain("where its memory is cannot be learned", "run it as root");
    memset(canary, CANARY, PAGE);
    if (argc > 2 && setuid((uid_t)strtoul(argv[2], NULL, 10)) != 0)
        return complain(argv[2], strerror(errno));
    if (argc < 2 || ir_pci_open(argv[1], 1, &card, error) != 0)
        return complain("no card", error);
    if (!card->physical)
        region.iova = card->iova_first;
    status = stray(card, &region, canary, target);
    card->ops->close(card);
    return status;
}
