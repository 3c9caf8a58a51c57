/* SPDX-License-Identifier: MIT
 *
 * A window of registers.
 */
#include "window.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static struct window the_window;

uint32_t *window_at(struct window *window, uint32_t offset)
{
    return &window->reg[offset / 4];
}

static bool is_gone(struct window *window)
{
    window->accesses++;
    return window->fault == WINDOW_GONE ||
           (window->gone_after != 0 && window->accesses > window->gone_after);
}

static bool clears_on_read(uint32_t offset)
{
    return offset == E1000E_ICR || (offset >= 0x4000 && offset < 0x4200);
}

static uint32_t read_register(void *card, uint32_t offset, uint32_t width)
{
    struct window *window = card;
    uint32_t value = *window_at(window, offset);

    assert_int_equal(width, 4);
    if (is_gone(window))
        return IR_REG_GONE;
    if (offset == E1000E_CTRL && window->fault != WINDOW_STUCK_RESET)
        *window_at(window, offset) = value &= ~E1000E_CTRL_RST;
    if (offset == E1000E_STATUS) {
        value &= ~E1000E_STATUS_MASTER;
        if ((*window_at(window, E1000E_CTRL) & E1000E_CTRL_MASTER_DISABLE) == 0 ||
            window->fault == WINDOW_STUCK_MASTER)
            value |= E1000E_STATUS_MASTER;
    }
    if (clears_on_read(offset))
        *window_at(window, offset) = 0;
    return value;
}

/* What a reset leaves as it was: the address, as if the NVM were read again, and the counters. */
static void reset_registers(struct window *window)
{
    uint32_t low = *window_at(window, E1000E_RAL(0));
    uint32_t high = *window_at(window, E1000E_RAH(0));
    uint32_t status = *window_at(window, E1000E_STATUS);

    memset(window->reg, 0, sizeof(window->reg));
    *window_at(window, E1000E_RAL(0)) = low;
    *window_at(window, E1000E_RAH(0)) = high;
    *window_at(window, E1000E_STATUS) = status;
    *window_at(window, E1000E_CTRL) = E1000E_CTRL_RST;
    *window_at(window, E1000E_EEC) = window->fault == WINDOW_NO_NVM ? 0 : E1000E_EEC_AUTO_RD;
    window->resets++;
}

static uint32_t over_mdio(struct window *window, uint32_t command)
{
    assert_int_equal(command >> 16 & 0x3ffu, 1u << 5); /* PHY 1, register 0 */
    if ((command & E1000E_MDIC_WRITE) != 0) {
        window->phy_control = command & E1000E_MDIC_DATA_MASK;
        window->phy_writes++;
    }
    command = (command & ~E1000E_MDIC_DATA_MASK) | window->phy_control;
    return window->fault == WINDOW_NO_PHY ? command : command | E1000E_MDIC_READY;
}

/* What describes a ring, of a direction that runs. */
static bool is_busy(struct window *window, uint32_t offset)
{
    if (offset >= E1000E_RDBAL && offset <= E1000E_RXDCTL && offset != E1000E_RDT)
        return (*window_at(window, E1000E_RCTL) & E1000E_RCTL_EN) != 0;
    if (offset >= E1000E_TDBAL && offset <= E1000E_TXDCTL(0) && offset != E1000E_TDT)
        return (*window_at(window, E1000E_TCTL) & E1000E_TCTL_EN) != 0;
    return false;
}

static void write_register(void *card, uint32_t offset, uint32_t width, uint32_t value)
{
    struct window *window = card;

    assert_int_equal(width, 4);
    if (is_gone(window))
        return;
    if ((*window_at(window, E1000E_CTRL) & E1000E_CTRL_RST) != 0 || is_busy(window, offset))
        window->early++;
    if (offset == E1000E_MDIC)
        value = over_mdio(window, value);
    if (offset == E1000E_EXTCNF_CTRL && window->fault == WINDOW_FIRMWARE_MDIO)
        value &= ~E1000E_EXTCNF_CTRL_MDIO_SW;
    if (offset == E1000E_CTRL && (value & E1000E_CTRL_RST) != 0)
        reset_registers(window);
    else
        *window_at(window, offset) = value;
}

static int map(struct ir_transport *transport, const struct ir_dma *region)
{
    (void)transport;
    (void)region;
    return 0;
}

static int config_read(struct ir_transport *transport, uint32_t offset, uint32_t width,
                       uint32_t *value)
{
    struct window *window = (struct window *)transport;

    (void)offset;
    (void)width;
    *value = window->command;
    return window->config_fails ? -EIO : 0;
}

static int config_write(struct ir_transport *transport, uint32_t offset, uint32_t width,
                        uint32_t value)
{
    struct window *window = (struct window *)transport;

    (void)offset;
    (void)width;
    window->command = value;
    return window->config_fails ? -EIO : 0;
}

static void delay(struct ir_transport *transport, uint32_t microseconds)
{
    ((struct window *)transport)->waited += microseconds;
}

int window_open(void **state)
{
    static const struct ir_regs_sim registers = {read_register, write_register};
    static const struct ir_transport_ops ops = {
        .map = map,
        .unmap = map,
        .config_read = config_read,
        .config_write = config_write,
        .delay = delay,
    };
    struct window *window = &the_window;

    memset(window, 0, sizeof(*window));
    window->transport.ops = &ops;
    window->transport.vendor = 0x8086;
    window->transport.device = 0x10d3;
    window->transport.bars[0] = (struct ir_regs){
        .kind = IR_REGS_SIM, .size = E1000E_WINDOW, .sim = &registers, .card = window};
    *window_at(window, E1000E_EEC) = E1000E_EEC_AUTO_RD;
    *window_at(window, E1000E_RAL(0)) = 0x12345602;
    *window_at(window, E1000E_RAH(0)) = E1000E_RAH_AV | 0x9abc;
    *state = window;
    return ir_domain_create(&window->domain) != 0 ||
           ir_pool_create(window->domain, WINDOW_BUFFERS, 2048, &window->pool) != 0;
}

int window_bring_up(struct window *window, char error[IR_ERROR_LENGTH])
{
    return e1000e_driver.open(window->domain, &window->transport, &window->dev, error);
}

int window_driven(void **state)
{
    char error[IR_ERROR_LENGTH];

    return window_open(state) != 0 || window_bring_up(*state, error) != 0;
}

void window_queues(struct window *window)
{
    assert_int_equal(ir_rxq_setup(window->dev, 0, WINDOW_RING, window->pool, &window->rx), 0);
    assert_int_equal(ir_txq_setup(window->dev, 0, WINDOW_RING, window->pool, &window->tx), 0);
}

int window_started(void **state)
{
    if (window_driven(state) != 0)
        return -1;
    window_queues(*state);
    return ir_start(((struct window *)*state)->dev);
}

int window_close(void **state)
{
    struct window *window = *state;
    int closed = window->dev != NULL ? window->dev->ops->close(window->dev) : 0;
    int lost = (int)(WINDOW_BUFFERS - ir_pool_available(window->pool));

    if (closed != 0 || lost != 0)
        print_error("closing answers %d, and %d buffers are missing\n", closed, lost);
    if (window->early != 0)
        print_error("%u writes during a reset\n", window->early);
    return ir_pool_destroy(window->pool) != 0 || ir_domain_destroy(window->domain) != 0 ||
           closed != 0 || lost != 0 || window->early != 0;
}

struct e1000e_dev *window_record(struct window *window)
{
    return (struct e1000e_dev *)window->dev;
}
