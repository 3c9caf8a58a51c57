/* SPDX-License-Identifier: MIT
 *
 * How a card of Intel's describes its registers: rows of equal ones, second addresses, and the map
 * of the window that is made of them. Which registers there are is each card's.
 */
#ifndef IRONRING_SIM_REGMAP_H
#define IRONRING_SIM_REGMAP_H

#include <stddef.h>
#include <stdint.h>

#define SIM_WINDOW      0x20000u /* bytes in the register window */
#define SIM_WORDS       (SIM_WINDOW / 4u)
#define SIM_NAME_LENGTH 24u

struct sim_card;
struct sim_part;
struct sim_register;

/* A register of the card, or a row of equal ones. */
struct sim_register {
    const char *name;
    uint32_t offset;
    uint32_t stride; /* bytes from one to the next */
    uint32_t count;
    uint32_t first; /* number of the first one */
    uint32_t reset; /* value after power-on and reset */
    uint32_t fixed; /* bits that a write leaves as they are */
    uint32_t flags; /* SIM_REG_ ... */
    /* Without a function, a read answers the stored value and a write stores it. Called with the
     * card locked; `index` < count. */
    uint32_t (*read)(struct sim_card *card, const struct sim_register *reg, uint32_t index);
    void (*write)(struct sim_card *card, const struct sim_register *reg, uint32_t index,
                  uint32_t value);
};

#define SIM_REG_READ_ONLY 1u
#define SIM_REG_SURVIVES  2u /* a reset leaves it as it was */
#define SIM_REG_STALE     4u /* ... and it must be written before reception starts */
#define SIM_REG_TRANSMIT  8u /* of a transmit queue */

/* What stands in SIM_REG_STALE registers at power-on. */
#define SIM_STALE 0x5ca1ab1eu

/* Second addresses of the same registers. */
struct sim_alias {
    uint32_t offset;
    uint32_t stride;
    uint32_t count;
    uint32_t target;
    uint32_t target_stride;
};

/* What an offset of the window means. */
struct sim_word {
    uint16_t canonical; /* word of the register's own offset, when this one is an alias */
    uint8_t reg;        /* 1 + index into the part's registers, 0 for no register */
    uint16_t tail;      /* 1 + number of the queue whose tail this is, 0 for no tail */
};

/* Fill the map of a part's window, all zero so far, from its registers and their aliases. */
void sim_map_fill(struct sim_word map[SIM_WORDS], const struct sim_part *part,
                  const struct sim_alias *aliases, size_t alias_count);

/* Name of the register at `offset` (a multiple of 4, below SIM_WINDOW) with its number: "RDT(3)".
 */
void sim_register_name(const struct sim_part *part, uint32_t offset, char name[SIM_NAME_LENGTH]);

#endif
