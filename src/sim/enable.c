/* SPDX-License-Identifier: MIT
 *
 * When a queue of the 82599 runs: ENABLE of RXDCTL and TXDCTL, and what must hold of a queue then.
 */
#include "sim/card.h"

/* What must hold of a receive or a transmit queue apart from its ring. */
static bool check_receive(struct sim_card *card, uint32_t number)
{
    uint32_t base = sim_queue_base(number);
    uint32_t srrctl = sim_get(card, base + Q_SRRCTL);
    uint32_t kib = srrctl & SRRCTL_SIZE;
    uint32_t dca = sim_get(card, base + Q_DCA);
    bool good = true;

    if ((dca & DCA_RX_RESERVED) != 0)
        sim_violate(&card->base.violations, SIM_RULE_REGISTER_RESERVED,
                    "DCA_RXCTRL(%u) at 0x%05x is 0x%08x as the queue is enabled; bit 12 must be 0",
                    number, base + Q_DCA, dca);
    if (kib < 1u || kib > 16u) {
        sim_queue_violate(card, SIM_RULE_RX_BUFFER_SIZE, base + Q_SRRCTL, srrctl, number, "");
        good = false;
    }
    if (SRRCTL_TYPE(srrctl) > 1u) {
        sim_queue_violate(card, SIM_RULE_RX_DESCRIPTOR_TYPE, base + Q_SRRCTL, srrctl, number, "");
        good = false;
    }
    return good;
}

static bool check_transmit(struct sim_card *card, uint32_t number, uint32_t control)
{
    uint32_t base = sim_queue_base(number);

    if ((sim_get(card, base + Q_TDWBAL) & TDWBAL_ENABLE) == 0)
        return true;
    if (TXDCTL_WTHRESH(control) != 0)
        sim_queue_violate(card, SIM_RULE_TX_WRITEBACK_THRESHOLD, base + Q_CONTROL, control, number,
                          "");
    if ((sim_get(card, base + Q_DCA) & DCA_TX_RELAXED) != 0)
        sim_queue_violate(card, SIM_RULE_TX_WRITEBACK_ORDER, base + Q_DCA,
                          sim_get(card, base + Q_DCA), number, "");
    return true;
}

static void start_queue(struct sim_card *card, uint32_t number, uint32_t control)
{
    bool transmit = number >= SIM_TX;
    bool good = transmit ? check_transmit(card, number, control) : check_receive(card, number);

    good = sim_queue_check(card, number) && good;
    card->queue[number].wanted = true;
    card->queue[number].change_at =
        good ? sim_due(card, transmit ? SIM_FIELD_TXDCTL_ENABLE : SIM_FIELD_RXDCTL_ENABLE)
             : SIM_NEVER;
}

static void stop_queue(struct sim_card *card, uint32_t number, uint32_t control)
{
    struct sim_queue *queue = &card->queue[number];
    bool transmit = number >= SIM_TX;
    uint32_t head = atomic_load(&queue->head);
    uint32_t tail = atomic_load(&queue->tail);
    char name[SIM_QUEUE_NAME];

    if (transmit && queue->enabled && head != tail && (control & TXDCTL_SWFLSH) == 0)
        sim_violate(&card->base.violations, SIM_RULE_TX_DISABLE_BUSY,
                    "TXDCTL(%u) at 0x%05x was set to 0x%08x while %s had head %u and tail %u",
                    number % SIM_QUEUES, sim_queue_base(number) + Q_CONTROL, control,
                    sim_queue_name(number, name), head, tail);
    queue->wanted = false;
    queue->change_at =
        sim_due(card, transmit ? SIM_FIELD_TXDCTL_DISABLE : SIM_FIELD_RXDCTL_DISABLE);
}

void sim_write_control(struct sim_card *card, const struct sim_register *reg, uint32_t index,
                       uint32_t value)
{
    uint32_t number = sim_queue_of(reg, index);
    struct sim_queue *queue = &card->queue[number];
    bool wanted = (value & XDCTL_ENABLE) != 0;

    sim_set(card, reg->offset + index * reg->stride, value & ~(XDCTL_ENABLE | TXDCTL_SWFLSH));
    if (wanted && !queue->wanted)
        start_queue(card, number, value);
    else if (!wanted && queue->wanted)
        stop_queue(card, number, value);
    else if (wanted && number >= SIM_TX)
        (void)check_transmit(card, number, value);
}

/* ENABLE changes when its time has come and the driver looks: one that does not look waits in vain.
 */
uint32_t sim_read_control(struct sim_card *card, const struct sim_register *reg, uint32_t index)
{
    uint32_t number = sim_queue_of(reg, index);
    struct sim_queue *queue = &card->queue[number];
    uint32_t base = sim_queue_base(number);

    if (queue->wanted != queue->enabled && sim_now(&card->base) >= queue->change_at)
        sim_queue_run(card, number, queue->wanted);
    return sim_get(card, base + Q_CONTROL) | (queue->enabled ? XDCTL_ENABLE : 0);
}

/* A stopped queue's tail may be set to 0; anything else comes too early and is lost. */
void sim_tail_stopped(struct sim_card *card, uint32_t number, uint32_t value)
{
    struct sim_queue *queue = &card->queue[number];

    if (value != 0 || queue->wanted || queue->enabled)
        sim_queue_violate(card, SIM_RULE_TAIL_EARLY, queue->regs + Q_TAIL, value, number, "");
    else
        atomic_store(&queue->tail, 0);
}
