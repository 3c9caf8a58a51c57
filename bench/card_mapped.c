/* SPDX-License-Identifier: MIT
 *
 * The card of card_mapped.h.
 */
#define _GNU_SOURCE
#include "card_mapped.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#include <ironring/sim.h>

#include "core/driver.h"
#include "core/pci.h"
#include "sim/sim.h"
#include "stand.h"

#define TRAP_FLAG     0x100LL /* of EFLAGS: a trap after the next instruction */
#define FAULT_WRITE   2LL     /* of the error code of a page fault */
#define SIMULATED     "sim:"
#define LINE_LENGTH   512u
#define REGISTER_MASK 3u

/* The cards of the process, for the handlers. */
static struct card *cards[CARDS_MAPPED];
static const char *paths[CARDS_MAPPED];

/* What registers answer that the model does not have, since its own driver needs none: a negotiation of the link is
 * under way (82599 datasheet 8.2.3.22.21). Without an entry such a register answers 0. */
static const struct {
    uint32_t offset;
    uint32_t value;
} constants[] = {{0x042b0u, 0x00010000u}};

/* The access that is let through. One at a time: while a page is open, everybody can reach it. */
static struct {
    atomic_flag busy;
    struct card *card;
    uint32_t offset;
    bool write;
} access_now = {.busy = ATOMIC_FLAG_INIT};

static struct card *card_at(const void *address, uint32_t *offset)
{
    for (uint32_t i = 0; i < CARDS_MAPPED; i++) {
        uintptr_t start;

        if (cards[i] == NULL || cards[i]->mapped == NULL)
            continue;
        start = (uintptr_t)cards[i]->mapped;
        if ((uintptr_t)address < start || (uintptr_t)address - start >= cards[i]->model.size)
            continue;
        *offset = (uint32_t)((uintptr_t)address - start) & ~REGISTER_MASK;
        return cards[i];
    }
    return NULL;
}

/* Somebody else's fault: as if there were no handler. */
static void give_up(int number)
{
    (void)signal(number, SIG_DFL);
}

static uint32_t answer(const struct card *card, uint32_t offset)
{
    for (size_t i = 0; i < sizeof(constants) / sizeof(constants[0]); i++)
        if (constants[i].offset == offset)
            return constants[i].value;
    return card->model.sim->read(card->model.card, offset, 4u);
}

/* SIGSEGV: a register is accessed. Let the instruction through, with what it will read. */
static void before_access(int number, siginfo_t *info, void *context)
{
    ucontext_t *user = context;
    uint32_t offset = 0;
    struct card *card = card_at(info->si_addr, &offset);

    if (card == NULL) {
        give_up(number);
        return;
    }
    while (atomic_flag_test_and_set(&access_now.busy))
        ;
    access_now.card = card;
    access_now.offset = offset;
    access_now.write = (user->uc_mcontext.gregs[REG_ERR] & FAULT_WRITE) != 0;
    if (!access_now.write)
        *(uint32_t *)(void *)(card->memory + offset) = answer(card, offset);
    card_protect(card, offset, PROT_READ | PROT_WRITE);
    user->uc_mcontext.gregs[REG_EFL] |= TRAP_FLAG;
}

/* SIGTRAP: the instruction is done. Tell the model what it wrote. */
static void after_access(int number, siginfo_t *info, void *context)
{
    ucontext_t *user = context;
    struct card *card = access_now.card;
    uint32_t offset = access_now.offset;

    (void)info;
    if (card == NULL) {
        give_up(number);
        return;
    }
    card_protect(card, offset, PROT_NONE);
    user->uc_mcontext.gregs[REG_EFL] &= ~TRAP_FLAG;
    if (access_now.write)
        card->model.sim->write(card->model.card, offset, 4u,
                               *(uint32_t *)(void *)(card->memory + offset));
    access_now.card = NULL;
    atomic_flag_clear(&access_now.busy);
}

/* The next line of a file, cut to the length of `line`; false at the end. A byte at a time: it is done once, and a
 * handler may not allocate. */
static bool next_line(int file, char line[LINE_LENGTH])
{
    size_t length = 0;
    char byte = 0;

    while (byte != '\n' && read(file, &byte, 1) == 1)
        if (length < LINE_LENGTH - 1u)
            line[length++] = byte;
    line[length] = '\0';
    return length > 0;
}

/* Where this process has mapped the file that is at `address`, if it is the file of `path`. */
static uint8_t *mapping_of(const char *path, uintptr_t address)
{
    int maps = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
    char line[LINE_LENGTH];
    uint8_t *found = NULL;

    while (maps >= 0 && found == NULL && next_line(maps, line)) {
        char *end = NULL;
        uintptr_t first = strtoul(line, &end, 16);
        uintptr_t last = *end == '-' ? strtoul(end + 1, NULL, 16) : 0;

        if (address >= first && address < last && strstr(line, path) != NULL)
            found = (uint8_t *)first; /* NOLINT(performance-no-int-to-ptr) */
    }
    if (maps >= 0)
        (void)close(maps);
    return found;
}

/* SIGBUS: a driver reaches for registers that it has mapped from an empty file. Put the window there. */
static void at_first_access(int number, siginfo_t *info, void *context)
{
    (void)context;
    for (uint32_t i = 0; i < CARDS_MAPPED; i++) {
        struct card *card = cards[i];
        uint8_t *place;

        if (card == NULL || card->mapped != NULL || paths[i] == NULL)
            continue;
        place = mapping_of(paths[i], (uintptr_t)info->si_addr);
        if (place == NULL || mmap(place, card->model.size, PROT_NONE, MAP_SHARED | MAP_FIXED,
                                  card->file, 0) != (void *)place)
            continue;
        card->mapped = place;
        return;
    }
    give_up(number);
}

static int handle(int number, void (*handler)(int number, siginfo_t *info, void *context))
{
    struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};

    return sigaction(number, &action, NULL) != 0 ? -errno : 0;
}

static int put_window(struct card *card, const char *path)
{
    void *place = NULL;
    int error = card_window(card);

    if (error != 0)
        return error;
    if (path == NULL) {
        place = mmap(NULL, card->model.size, PROT_NONE, MAP_SHARED, card->file, 0);
        if (place == MAP_FAILED)
            return -errno;
    }
    card->mapped = place;
    for (uint32_t i = 0; i < CARDS_MAPPED; i++) {
        if (cards[i] != NULL)
            continue;
        cards[i] = card;
        paths[i] = path;
        break;
    }
    error = handle(SIGSEGV, before_access);
    if (error == 0)
        error = handle(SIGTRAP, after_access);
    return error == 0 && path != NULL ? handle(SIGBUS, at_first_access) : error;
}

/* A device as the functions of ironring/sim.h need one, for a card without a driver. */
static struct ir_dev *open_device(const char *name, const char *device)
{
    char sentence[IR_ERROR_LENGTH];
    struct ir_transport *transport;
    struct ir_dev *dev;

    if (strncmp(device, SIMULATED, strlen(SIMULATED)) != 0) {
        (void)snprintf(sentence, sizeof(sentence),
                       "%.80s: give a simulated card, such as sim:82599", device);
        (void)stand_complain(name, sentence, 0);
        return NULL;
    }
    if (ir_sim_open(device + strlen(SIMULATED), &transport, sentence) != 0) {
        (void)stand_complain(name, sentence, 0);
        return NULL;
    }
    dev = calloc(1, sizeof(*dev));
    if (dev == NULL) {
        transport->ops->close(transport);
        (void)stand_complain(name, "no memory for a card", 0);
        return NULL;
    }
    dev->transport = transport;
    return dev;
}

int card_open(struct card *card, const char *name, const char *device, const char *path)
{
    struct ir_dev *dev = open_device(name, device);
    int error;

    if (dev == NULL)
        return -1;
    card_take(card, dev);
    error = ir_pci_bus_master(dev->transport, true);
    if (error == 0)
        error = put_window(card, path);
    if (error == 0)
        return 0;
    card_close(card);
    return stand_complain(name, "no window for the registers of a card", error);
}

int card_reach(struct card *card, void *memory, uint64_t iova, uint64_t size)
{
    struct ir_dma region = {.memory = memory, .iova = iova, .size = size};
    struct ir_transport *transport = card->dev->transport;

    return transport->ops->map(transport, &region);
}

void card_close(struct card *card)
{
    if (card->dev == NULL)
        return;
    for (uint32_t i = 0; i < CARDS_MAPPED; i++)
        if (cards[i] == card)
            cards[i] = NULL;
    card_release(card);
    card->dev->transport->ops->close(card->dev->transport);
    free(card->dev);
    card->dev = NULL;
}
