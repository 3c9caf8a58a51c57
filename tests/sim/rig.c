/* SPDX-License-Identifier: MIT
 *
 * The bench of rig.h.
 */
#define _GNU_SOURCE
#include "rig.h"

#include <string.h>
#include <sys/mman.h>

void rig_open(struct rig *rig, const char *arguments)
{
    char error[IR_ERROR_LENGTH];

    memset(rig, 0, sizeof(*rig));
    if (ir_sim_open(arguments, &rig->transport, error) != 0)
        fail_msg("sim:%s: %s", arguments, error);
    rig->card = (struct sim_card *)rig->transport;
    rig->dev.transport = rig->transport;
    rig->memory.size = RIG_BYTES;
    rig->memory.iova = RIG_IOVA;
    rig->memory.memory =
        mmap(NULL, RIG_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(rig->memory.memory, MAP_FAILED);
    assert_int_equal(rig->transport->ops->map(rig->transport, &rig->memory), 0);
    assert_int_equal(rig->transport->ops->config_write(rig->transport, 4, 2, 6), 0);
}

void rig_close(struct rig *rig)
{
    rig->transport->ops->close(rig->transport);
    assert_int_equal(munmap(rig->memory.memory, RIG_BYTES), 0);
}

uint32_t rig_read(const struct rig *rig, uint32_t offset)
{
    uint32_t value = 0;

    assert_int_equal(ir_reg_read(&rig->transport->bars[0], offset, 4, &value), 0);
    return value;
}

void rig_write(const struct rig *rig, uint32_t offset, uint32_t value)
{
    assert_int_equal(ir_reg_write(&rig->transport->bars[0], offset, 4, value), 0);
}

void rig_delay(const struct rig *rig, uint32_t microseconds)
{
    rig->transport->ops->delay(rig->transport, microseconds);
}

static void set_bits(const struct rig *rig, uint32_t offset, uint32_t bits)
{
    rig_write(rig, offset, rig_read(rig, offset) | bits);
}

void rig_init(struct rig *rig)
{
    for (size_t r = 0; r < sim_register_count; r++)
        for (uint32_t i = 0; i < sim_registers[r].count; i++)
            if ((sim_registers[r].flags & SIM_REG_STALE) != 0)
                rig_write(rig, sim_registers[r].offset + i * sim_registers[r].stride, 0);
    rig_write(rig, R_RDRXCTL, RDRXCTL_CRCSTRIP | RDRXCTL_ONES);
    rig_write(rig, R_FCTRL, FCTRL_BAM | FCTRL_MPE | FCTRL_UPE);
    set_bits(rig, R_DMATXCTL, DMATXCTL_TE);
    rig_delay(rig, 100);
}

void rig_receive(struct rig *rig, bool on)
{
    rig_write(rig, R_SECRXCTRL, SECRXCTRL_RX_DIS);
    rig_delay(rig, 100);
    rig_write(rig, R_RXCTRL, on ? RXCTRL_RXEN : 0);
    rig_write(rig, R_SECRXCTRL, 0);
}

void rig_enable(struct rig *rig, uint32_t control)
{
    set_bits(rig, control, XDCTL_ENABLE);
    rig_delay(rig, 1000);
    assert_int_equal(rig_read(rig, control) & XDCTL_ENABLE, XDCTL_ENABLE);
}

void rig_rx_queue(struct rig *rig, uint32_t queue)
{
    uint32_t base = sim_queue_base(queue);

    rig_write(rig, base + Q_BAL, RIG_IOVA + RIG_RX_RING);
    rig_write(rig, base + Q_LEN, RIG_RING * 16u);
    rig_write(rig, base + Q_SRRCTL, 2u | 1u << 25);
    rig_write(rig, base + Q_DCA, 0);
    rig_enable(rig, base + Q_CONTROL);
}

void rig_tx_queue(struct rig *rig, uint32_t queue)
{
    uint32_t base = sim_queue_base(SIM_TX + queue);

    rig_write(rig, base + Q_BAL, RIG_IOVA + RIG_TX_RING);
    rig_write(rig, base + Q_LEN, RIG_RING * 16u);
    rig_enable(rig, base + Q_CONTROL);
}

void rig_start(struct rig *rig)
{
    rig_init(rig);
    rig_tx_queue(rig, 0);
    rig_rx_queue(rig, 0);
    rig_receive(rig, true);
    rig_lend(rig, RIG_RING - 1u);
    assert_int_equal(rig_violations(rig), 0);
}

static uint64_t *word_at(const struct rig *rig, uint32_t offset)
{
    return (uint64_t *)(void *)(rig->memory.memory + offset);
}

uint64_t *rig_rx(const struct rig *rig, uint32_t slot)
{
    return word_at(rig, RIG_RX_RING + 16u * slot);
}

uint64_t *rig_tx(const struct rig *rig, uint32_t slot)
{
    return word_at(rig, RIG_TX_RING + 16u * slot);
}

uint8_t *rig_rx_data(const struct rig *rig, uint32_t slot)
{
    return rig->memory.memory + RIG_RX_BUFFER + RIG_BUFFER * (size_t)slot;
}

void rig_lend(struct rig *rig, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        uint64_t *words = rig_rx(rig, rig->rx_tail);

        __atomic_store_n(&words[0], RIG_IOVA + RIG_RX_BUFFER + RIG_BUFFER * rig->rx_tail,
                         __ATOMIC_RELAXED);
        __atomic_store_n(&words[1], 0, __ATOMIC_RELAXED);
        rig->rx_tail = (rig->rx_tail + 1u) % RIG_RING;
    }
    rig_write(rig, rig->card->queue[0].regs + Q_TAIL, rig->rx_tail);
}

uint64_t rig_frame(uint32_t length)
{
    return TXD_ADV | TXD_EOP | TXD_FCS | TXD_RS | length | (uint64_t)length << 46;
}

void rig_tx_fill(struct rig *rig, uint64_t hi, uint32_t length, uint8_t first)
{
    uint32_t buffer = RIG_TX_BUFFER + RIG_BUFFER * rig->tx_tail;
    uint64_t *words = rig_tx(rig, rig->tx_tail);

    for (uint32_t i = 0; i < length; i++)
        rig->memory.memory[buffer + i] = (uint8_t)(first + i);
    __atomic_store_n(&words[0], RIG_IOVA + buffer, __ATOMIC_RELAXED);
    __atomic_store_n(&words[1], hi, __ATOMIC_RELAXED);
    rig->tx_tail = (rig->tx_tail + 1u) % RIG_RING;
}

void rig_tx_tail(struct rig *rig)
{
    rig_write(rig, rig->card->queue[SIM_TX].regs + Q_TAIL, rig->tx_tail);
}

int rig_step(struct rig *rig)
{
    int moved = ir_sim_step(&rig->dev);

    assert_true(moved >= 0);
    return moved;
}

void rig_fill_frame(uint8_t *frame, uint32_t length, uint8_t number)
{
    for (uint32_t i = 0; i < length; i++)
        frame[i] = i < IR_MAC_LENGTH ? 0xffu : (uint8_t)(number + i);
}

void rig_put(struct rig *rig, uint32_t length, uint8_t number)
{
    uint8_t frame[SIM_FRAME_MAX];

    rig_fill_frame(frame, length, number);
    assert_int_equal(ir_sim_put(&rig->dev, frame, length), 0);
}

uint64_t rig_violations(struct rig *rig)
{
    uint64_t count = UINT64_MAX;

    assert_int_equal(ir_sim_violations(&rig->dev, &count), 0);
    if (count != 0)
        print_message("first violation: %s\n", ir_sim_violation(&rig->dev, 0));
    return count;
}

void rig_expect(struct rig *rig, enum sim_rule rule, const char *text)
{
    const char *sentence = ir_sim_violation(&rig->dev, 0);
    uint64_t count = 0;

    assert_int_equal(ir_sim_violations(&rig->dev, &count), 0);
    assert_non_null(sentence);
    if (count != 1u || strncmp(sentence, sim_rule_text(rule), strlen(sim_rule_text(rule))) != 0 ||
        strstr(sentence, text) == NULL)
        fail_msg("%u violations; expected \"%s ... %s\", first is \"%s\"", (unsigned)count,
                 sim_rule_text(rule), text, sentence);
}
