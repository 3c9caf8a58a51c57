/* SPDX-License-Identifier: MIT
 *
 * Which bit of a multicast filter an address selects.
 */
#include "core/multicast.h"

/* Bit n of a register, by halving: the provers know too little of shifts by a variable. */
/*@ requires n < 32;
    assigns \nothing;
    ensures \result <= 2147483648;
*/
static uint32_t bit_of(uint32_t n)
{
    uint32_t bit = 2147483648u;

    /*@ loop invariant n <= i <= 31;
        loop invariant bit <= 2147483648;
        loop assigns i, bit;
        loop variant i;
    */
    for (uint32_t i = 31u; i > n; i--)
        bit /= 2u;
    return bit;
}

void ir_multicast_set(struct ir_multicast *table, const uint8_t (*macs)[IR_MAC_LENGTH],
                      uint32_t count)
{
    /*@ loop invariant 0 <= i <= IR_MULTICAST_WORDS;
        loop assigns i, table->word[0 .. IR_MULTICAST_WORDS - 1];
        loop variant IR_MULTICAST_WORDS - i;
    */
    for (uint32_t i = 0; i < IR_MULTICAST_WORDS; i++)
        table->word[i] = 0;
    table->any = count > 0;
    /*@ loop invariant 0 <= i <= count;
        loop assigns i, table->word[0 .. IR_MULTICAST_WORDS - 1];
        loop variant count - i;
    */
    for (uint32_t i = 0; i < count; i++) {
        uint32_t vector = macs[i][4] / 16u + macs[i][5] * 16u;

        table->word[vector / 32u] |= bit_of(vector % 32u);
    }
}
