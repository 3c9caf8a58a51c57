/* SPDX-License-Identifier: MIT
 *
 * Interrupts (82574 sections 7.4 and 10.2.4). With several vectors the causes of the queues clear and mask
 * themselves as their vector is sent (MSI-X with EIAC and IAM); what else there is, and all of it with a single
 * vector of whatever kind, is masked by whoever hears of it.
 */
#include <errno.h>

#include "e1000e/interrupt.h"

#define NS_PER_US 1000u

/* What IVAR holds: the vector of the queue pair, and that of all other causes. Which of them interrupt is the
 * mask's affair. */
/*@ requires 0 < vectors <= E1000E_VECTORS;
    assigns \nothing;
    ensures receive: \result % 16 == E1000E_IVAR_VALID;
    ensures transmit: \result / 256 % 16 == E1000E_IVAR_VALID;
    ensures second: \result / 16 % 16 == 0 && \result / 4096 % 16 == 0;
    ensures other: \result / 65536 == E1000E_IVAR_VALID + vectors - 1;
*/
static uint32_t routes(uint32_t vectors)
{
    uint32_t pair = E1000E_IVAR_VALID + ir_vector_of_pair(vectors, 0);
    uint32_t other = E1000E_IVAR_VALID + ir_vector_of_link(vectors);

    return pair + 256u * pair + 65536u * other;
}

/* What ITR and EITR hold for an interval of so many microseconds, or of the longest that there is. */
/*@ assigns \nothing;
    ensures field: \result <= E1000E_EITR_MAX;
    ensures bound: \result * E1000E_EITR_UNIT_NS <= microseconds * 1000;
*/
static uint32_t interval(uint32_t microseconds)
{
    uint64_t units = (uint64_t)microseconds * NS_PER_US / E1000E_EITR_UNIT_NS;

    return units < E1000E_EITR_MAX ? (uint32_t)units : E1000E_EITR_MAX;
}

/* One of them counts, by the kind of the vectors. */
/*@ requires dev_window(dev) && card.resetting == 0 && vectors <= E1000E_VECTORS;
    assigns \nothing;
    ensures access_answer(\result);
*/
static int write_intervals(const struct e1000e_dev *dev, uint32_t vectors)
{
    uint32_t value = interval(dev->base.interrupts.throttle);
    int result = e1000e_write(dev, E1000E_ITR, value);

    if (result == 0)
        result = e1000e_fill(dev, E1000E_EITR(0), vectors, value);
    return result;
}

/* Whether causes of queues clear and mask themselves. */
/*@ requires dev_window(dev) && card.resetting == 0;
    assigns card;
    ensures access_answer(\result);
    ensures card_same{Pre, Post};
*/
static int write_mode(const struct e1000e_dev *dev, bool several)
{
    uint32_t mode = E1000E_CTRL_EXT_EIAME + E1000E_CTRL_EXT_PBA;
    uint32_t queues = several ? E1000E_ICR_QUEUES : 0u;
    int result =
        e1000e_modify(dev, E1000E_CTRL_EXT, mode + E1000E_CTRL_EXT_IAME, several ? mode : 0u);

    if (result == 0)
        result = e1000e_write(dev, E1000E_EIAC, queues);
    if (result == 0)
        result = e1000e_write(dev, E1000E_IAM, queues);
    return result;
}

int e1000e_interrupt_route(const struct e1000e_dev *dev)
{
    uint32_t vectors = dev->base.interrupts.vectors;
    int result;

    if (vectors > E1000E_VECTORS)
        return -EINVAL;
    result = e1000e_write(dev, E1000E_IMC, UINT32_MAX);
    if (result != 0 || vectors == 0)
        return result;
    result = write_mode(dev, vectors > 1u);
    if (result == 0)
        result = write_intervals(dev, vectors);
    if (result == 0)
        result = e1000e_write(dev, E1000E_IVAR, routes(vectors));
    return result;
}

int e1000e_interrupt_change(const struct e1000e_dev *dev)
{
    if (dev->state == E1000E_DOWN)
        return -EIO;
    return dev->state == E1000E_STARTED ? e1000e_interrupt_route(dev) : 0;
}

/* The causes of the queue pair that somebody waits for. A single vector may be one of MSI-X, which has them by
 * the names that IVAR knows, or not, by their old ones. */
/*@ requires \valid_read(asked);
    assigns \nothing;
    ensures several: asked->vectors != 1 ==> \result ==
        (asked->rx[0] ? E1000E_ICR_RXQ0 : 0) + (asked->tx[0] ? E1000E_ICR_TXQ0 : 0);
    ensures single: asked->vectors == 1 ==> \result ==
        (asked->rx[0] ? E1000E_ICR_RXQ0 + E1000E_ICR_RXT0 : 0) +
        (asked->tx[0] ? E1000E_ICR_TXQ0 + E1000E_ICR_TXDW : 0);
*/
static uint32_t pair_causes(const struct ir_interrupts *asked)
{
    bool single = asked->vectors == 1u;
    uint32_t rx = E1000E_ICR_RXQ0 + (single ? E1000E_ICR_RXT0 : 0u);
    uint32_t tx = E1000E_ICR_TXQ0 + (single ? E1000E_ICR_TXDW : 0u);

    return (asked->rx[0] ? rx : 0u) + (asked->tx[0] ? tx : 0u);
}

/* Whether the vector is to tell of the link. */
/*@ requires \valid_read(asked) && vector < asked->vectors <= E1000E_VECTORS;
    assigns \nothing;
    ensures \result != 0 <==> asked->link != 0 && vector == asked->vectors - 1;
*/
static bool tells_of_link(const struct ir_interrupts *asked, uint32_t vector)
{
    return asked->link && vector == ir_vector_of_link(asked->vectors);
}

/* The causes of the vector that somebody waits for. OTHER comes up for overruns too, so that these wake who
 * waits for the link, in vain. */
/*@ requires \valid_read(asked) && vector < asked->vectors <= E1000E_VECTORS;
    assigns \nothing;
    ensures last: \result / E1000E_ICR_OTHER == (asked->link && vector == asked->vectors - 1 ? 1 : 0);
    ensures link: \result / E1000E_ICR_LSC % 2 == \result / E1000E_ICR_OTHER;
    ensures first: \result % E1000E_ICR_OTHER / E1000E_ICR_RXQ0 ==
        (vector == 0 ? (asked->rx[0] ? 1 : 0) + (asked->tx[0] ? 4 : 0) : 0);
*/
static uint32_t causes(const struct ir_interrupts *asked, uint32_t vector)
{
    uint32_t pair = vector == ir_vector_of_pair(asked->vectors, 0) ? pair_causes(asked) : 0u;
    uint32_t link = tells_of_link(asked, vector) ? E1000E_ICR_OTHER + E1000E_ICR_LSC : 0u;

    return pair + link;
}

/* Only a cause that comes up interrupts, so what has come up before is cleared first. OTHER comes up with each
 * cause that it stands for, and so these are cleared with it. */
int e1000e_interrupt_arm(const struct e1000e_dev *dev, uint32_t vector)
{
    const struct ir_interrupts *asked = &dev->base.interrupts;
    int result = ir_vector_check(asked, dev->state == E1000E_STARTED, E1000E_VECTORS, vector);
    uint32_t unmasked;

    if (result != 0)
        return result;
    unmasked = causes(asked, vector);
    result = e1000e_write(dev, E1000E_ICR,
                          tells_of_link(asked, vector) ? unmasked | E1000E_ICR_OTHERS : unmasked);
    if (result == 0)
        result = e1000e_write(dev, E1000E_IMS, unmasked);
    return result;
}

int e1000e_interrupt_mask(const struct e1000e_dev *dev, uint32_t vector)
{
    const struct ir_interrupts *asked = &dev->base.interrupts;
    int result = ir_vector_check(asked, dev->state == E1000E_STARTED, E1000E_VECTORS, vector);

    return result != 0 ? result : e1000e_write(dev, E1000E_IMC, causes(asked, vector));
}
