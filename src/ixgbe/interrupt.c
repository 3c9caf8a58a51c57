/* SPDX-License-Identifier: MIT
 *
 * Interrupts (82599 sections 4.6.3.1 and 7.3). With several vectors each is sent once and masks itself
 * (MSI-X with EIAC and EIAM); a single one, of whatever kind, is masked by whoever hears of it.
 */
#include <errno.h>

#include "ixgbe/ixgbe.h"

/* An entry of an IVAR register (7.3.4): the vector, if the interrupt is asked for. */
/*@ requires 0 < vectors <= IXGBE_VECTORS;
    assigns \nothing;
    ensures \result == (asked ? IXGBE_IVAR_VALID + (vectors > 1 ? pair % (vectors - 1) : 0) : 0);
    ensures ivar_entry(\result);
*/
static uint32_t ivar_entry(bool asked, uint32_t vectors, uint32_t pair)
{
    return asked ? IXGBE_IVAR_VALID + ir_vector_of_pair(vectors, pair) : 0u;
}

/* The four entries of IVAR register `i`: receive and transmit of one queue pair, then of the next. */
/*@ requires \valid_read(asked) && 0 < asked->vectors <= IXGBE_VECTORS && i < IR_QUEUES_MAX / 2;
    assigns \nothing;
    ensures ivar_entry(\result % 256) && ivar_entry(\result / 256 % 256);
    ensures ivar_entry(\result / 65536 % 256) && ivar_entry(\result / 16777216);
*/
static uint32_t ivar(const struct ir_interrupts *asked, uint32_t i)
{
    uint32_t vectors = asked->vectors;
    uint32_t pair = 2u * i;
    uint32_t rx = ivar_entry(asked->rx[pair], vectors, pair);
    uint32_t tx = ivar_entry(asked->tx[pair], vectors, pair);
    uint32_t next_rx = ivar_entry(asked->rx[pair + 1u], vectors, pair + 1u);
    uint32_t next_tx = ivar_entry(asked->tx[pair + 1u], vectors, pair + 1u);
    uint32_t value = rx + 256u * tx + 65536u * next_rx + 16777216u * next_tx;

    /*@ assert first: value % 256 == rx; */
    /*@ assert second: value / 256 % 256 == tx; */
    /*@ assert third: value / 65536 % 256 == next_rx; */
    /*@ assert fourth: value / 16777216 == next_tx; */
    return value;
}

/* Which vector each queue and the link have. Entries of queues that the driver never uses are 0 since the
 * reset. */
/*@ requires dev_window(dev) && card.resetting == 0;
    requires 0 < dev->base.interrupts.vectors <= IXGBE_VECTORS;
    assigns \nothing;
    ensures access_answer(\result);
*/
static int write_routes(const struct ixgbe_dev *dev)
{
    const struct ir_interrupts *asked = &dev->base.interrupts;
    uint32_t link = IXGBE_IVAR_VALID + ir_vector_of_link(asked->vectors);
    int result = ixgbe_write(dev, IXGBE_IVAR_MISC, 256u * link);

    /*@ loop invariant 0 <= i <= IR_QUEUES_MAX / 2;
        loop invariant access_answer(result);
        loop assigns i, result;
        loop variant IR_QUEUES_MAX / 2 - i;
    */
    for (uint32_t i = 0; i < IR_QUEUES_MAX / 2u && result == 0; i++)
        result = ixgbe_write(dev, IXGBE_IVAR(i), ivar(asked, i));
    return result;
}

/* What EITR holds for an interval of so many microseconds, or of the longest that there is (7.3.2.1). */
/*@ assigns \nothing;
    ensures \result % 8 == 0 && 2147483648 <= \result < 2147483648 + 4096;
    ensures bound: (\result - 2147483648) / 8 * IXGBE_EITR_UNIT_US <= microseconds;
*/
static uint32_t interval(uint32_t microseconds)
{
    uint32_t units = microseconds / IXGBE_EITR_UNIT_US;

    return IXGBE_EITR_CNT_WDIS + 8u * (units < IXGBE_EITR_MAX ? units : IXGBE_EITR_MAX);
}

/*@ requires dev_window(dev) && card.resetting == 0 && vectors <= IXGBE_VECTORS;
    assigns \nothing;
    ensures access_answer(\result);
*/
static int write_intervals(const struct ixgbe_dev *dev, uint32_t vectors)
{
    uint32_t value = interval(dev->base.interrupts.throttle);
    int result = 0;

    /*@ loop invariant 0 <= v <= vectors;
        loop invariant access_answer(result);
        loop assigns v, result;
        loop variant vectors - v;
    */
    for (uint32_t v = 0; v < vectors && result == 0; v++)
        result = ixgbe_write(dev, v < 24u ? IXGBE_EITR(v) : IXGBE_EITR_HIGH(v), value);
    return result;
}

/* Whether vectors clear and mask themselves. */
/*@ requires dev_window(dev) && card.resetting == 0;
    assigns \nothing;
    ensures access_answer(\result);
*/
static int write_mode(const struct ixgbe_dev *dev, bool several)
{
    uint32_t mode = IXGBE_GPIE_MSIX + IXGBE_GPIE_OCD + IXGBE_GPIE_EIAME + IXGBE_GPIE_PBA;
    int result = ixgbe_write(dev, IXGBE_GPIE, several ? mode : 0u);

    if (result == 0)
        result = ixgbe_write(dev, IXGBE_EIAC, several ? IXGBE_EIAC_QUEUES : 0u);
    if (result == 0)
        result = ixgbe_fill(dev, IXGBE_EIAM_EX(0), 2u, several ? UINT32_MAX : 0u);
    return result;
}

/*@ requires dev_window(dev) && card.resetting == 0;
    assigns \nothing;
    ensures access_answer(\result);
*/
static int mask_all(const struct ixgbe_dev *dev)
{
    int result = ixgbe_write(dev, IXGBE_EIMC, IXGBE_EIMC_ALL);

    if (result == 0)
        result = ixgbe_fill(dev, IXGBE_EIMC_EX(0), 2u, UINT32_MAX);
    return result;
}

int ixgbe_interrupt_route(const struct ixgbe_dev *dev)
{
    uint32_t vectors = dev->base.interrupts.vectors;
    int result;

    if (vectors > IXGBE_VECTORS)
        return -EINVAL;
    result = mask_all(dev);
    if (result != 0 || vectors == 0)
        return result;
    result = write_mode(dev, vectors > 1u);
    if (result == 0)
        result = write_intervals(dev, vectors);
    if (result == 0)
        result = write_routes(dev);
    return result;
}

int ixgbe_interrupt_change(const struct ixgbe_dev *dev)
{
    if (dev->state == IXGBE_DOWN)
        return -EIO;
    return dev->state == IXGBE_STARTED ? ixgbe_interrupt_route(dev) : 0;
}

/* The link's cause, when the vector is to tell of it; else none. */
/*@ requires \valid_read(asked) && vector < asked->vectors <= IXGBE_VECTORS;
    assigns \nothing;
    ensures \result == (asked->link && vector == asked->vectors - 1 ? IXGBE_EICR_LINK : 0);
*/
static uint32_t link_cause(const struct ir_interrupts *asked, uint32_t vector)
{
    return asked->link && vector == ir_vector_of_link(asked->vectors) ? IXGBE_EICR_LINK : 0u;
}

/* Without vectors of their own, all queues have the first cause. Reading causes clears them, and takes INTx
 * back. */
/*@ requires dev_window(dev) && card.resetting == 0;
    requires link == 0 || link == IXGBE_EICR_LINK;
    assigns \nothing;
    ensures access_answer(\result);
*/
static int arm_single(const struct ixgbe_dev *dev, uint32_t link)
{
    uint32_t cause;
    int result = ixgbe_read(dev, IXGBE_EICR, &cause);

    if (result == 0)
        result = ixgbe_write(dev, IXGBE_EIMS, 1u + link);
    return result;
}

/* The link's cause is not cleared by itself, and only a cause that appears interrupts. */
/*@ requires dev_window(dev) && card.resetting == 0;
    requires vector < IXGBE_VECTORS && (link == 0 || link == IXGBE_EICR_LINK);
    assigns \nothing;
    ensures access_answer(\result);
*/
static int arm_vector(const struct ixgbe_dev *dev, uint32_t vector, uint32_t link)
{
    int result = 0;

    if (link != 0u)
        result = ixgbe_write(dev, IXGBE_EICR, IXGBE_EICR_OTHER);
    if (result == 0)
        result = ixgbe_write(dev, IXGBE_EIMS_EX(vector / 32u), ixgbe_bit(vector % 32u));
    if (result == 0 && link != 0u)
        result = ixgbe_write(dev, IXGBE_EIMS, link);
    return result;
}

int ixgbe_interrupt_arm(const struct ixgbe_dev *dev, uint32_t vector)
{
    const struct ir_interrupts *asked = &dev->base.interrupts;
    int result = ir_vector_check(asked, dev->state == IXGBE_STARTED, IXGBE_VECTORS, vector);
    uint32_t link;

    if (result != 0)
        return result;
    link = link_cause(asked, vector);
    return asked->vectors == 1u ? arm_single(dev, link) : arm_vector(dev, vector, link);
}

int ixgbe_interrupt_mask(const struct ixgbe_dev *dev, uint32_t vector)
{
    const struct ir_interrupts *asked = &dev->base.interrupts;
    int result = ir_vector_check(asked, dev->state == IXGBE_STARTED, IXGBE_VECTORS, vector);
    uint32_t link;

    if (result != 0)
        return result;
    if (asked->vectors == 1u)
        return ixgbe_write(dev, IXGBE_EIMC, IXGBE_EIMC_ALL);
    link = link_cause(asked, vector);
    result = ixgbe_write(dev, IXGBE_EIMC_EX(vector / 32u), ixgbe_bit(vector % 32u));
    if (result == 0 && link != 0u)
        result = ixgbe_write(dev, IXGBE_EIMC, link);
    return result;
}
