/* SPDX-License-Identifier: MIT
 *
 * The card of card.h.
 */
#define _GNU_SOURCE
#include "card.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <ironring/sim.h>

#include "core/driver.h"

#define ENABLE (1u << 25)
#define PAGE   4096u

const uint32_t card_doorbells[CARD_DOORBELLS] = {0x01018u, 0x06018u};

static volatile uint32_t *doorbell(const struct card *card, uint32_t number)
{
    return (volatile uint32_t *)(void *)(card->memory + card_doorbells[number]);
}

void card_take(struct card *card, struct ir_dev *dev)
{
    memset(card, 0, sizeof(*card));
    card->file = -1;
    card->dev = dev;
    card->model = dev->transport->bars[0];
}

int card_window(struct card *card)
{
    void *memory;

    card->file = memfd_create("registers", MFD_CLOEXEC);
    if (card->file < 0 || ftruncate(card->file, (off_t)card->model.size) != 0)
        return -errno;
    memory = mmap(NULL, card->model.size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE,
                  card->file, 0);
    if (memory == MAP_FAILED)
        return -errno;
    card->memory = memory;
    return 0;
}

bool card_runs(const struct card *card)
{
    const uint32_t controls[] = {0x01028u, 0x06028u}; /* RXDCTL and TXDCTL, 8.2.3.8.7, 8.2.3.9.10 */
    bool runs = true;

    for (uint32_t i = 0; i < sizeof(controls) / sizeof(controls[0]); i++)
        runs = runs && (card->model.sim->read(card->model.card, controls[i], 4u) & ENABLE) != 0;
    return runs;
}

void card_protect(const struct card *card, uint32_t offset, int protection)
{
    (void)mprotect(card->mapped + (size_t)(offset / PAGE) * PAGE, PAGE,
                   protection); /* a page of ours: cannot fail */
}

/* A driver reaches no other pages on its data path. */
static void protect_doorbells(const struct card *card, int protection)
{
    for (uint32_t i = 0; i < CARD_DOORBELLS && card->mapped != NULL; i++)
        card_protect(card, card_doorbells[i], protection);
}

void card_plain(struct card *card)
{
    struct ir_regs *registers = &card->dev->transport->bars[0];

    for (uint32_t i = 0; i < CARD_DOORBELLS; i++) {
        card->tail[i] = card->model.sim->read(card->model.card, card_doorbells[i], 4u);
        *doorbell(card, i) = card->tail[i];
    }
    if (card->mapped == NULL) {
        *registers = (struct ir_regs){
            .kind = IR_REGS_MEMORY, .size = card->model.size, .memory = card->memory};
    }
    protect_doorbells(card, PROT_READ | PROT_WRITE);
    card->plain = true;
}

/* What the driver has written to a doorbell since it was last looked at. */
static void pass_on(struct card *card)
{
    for (uint32_t i = 0; i < CARD_DOORBELLS; i++) {
        uint32_t tail = *doorbell(card, i);

        if (tail == card->tail[i])
            continue;
        __atomic_thread_fence(__ATOMIC_ACQUIRE); /* the descriptors that it announces */
        card->tail[i] = tail;
        card->model.sim->write(card->model.card, card_doorbells[i], 4u, tail);
    }
}

void card_model(struct card *card)
{
    if (!card->plain)
        return;
    pass_on(card);
    protect_doorbells(card, PROT_NONE);
    card->dev->transport->bars[0] = card->model;
    card->plain = false;
}

int card_serve(struct card *card)
{
    if (card->plain)
        pass_on(card);
    return ir_sim_step(card->dev);
}

const char *card_violation(const struct card *card)
{
    const char *sentence;
    uint64_t count = 0;

    if (card->dev == NULL || ir_sim_violations(card->dev, &count) < 0 || count <= card->excused)
        return NULL;
    sentence = ir_sim_violation(card->dev, card->excused);
    return sentence != NULL ? sentence : "a rule was broken after all that the card can keep";
}

void card_release(struct card *card)
{
    card_model(card);
    if (card->memory != NULL)
        (void)munmap(card->memory, card->model.size);
    if (card->file >= 0)
        (void)close(card->file);
    card->memory = NULL;
    card->file = -1;
}
