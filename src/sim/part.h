/* SPDX-License-Identifier: MIT
 *
 * What tells one of Intel's cards from another. They have the shape of rings, descriptors, filters
 * and counters in common, and everything in this folder that says struct sim_card is for all of
 * them; a part says where its registers are, which bits of them ask for what, and what it does that
 * others do not.
 */
#ifndef IRONRING_SIM_PART_H
#define IRONRING_SIM_PART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/lies.h"
#include "sim/regmap.h"

#define SIM_QUEUES 128u       /* in each direction, of the part that has most */
#define SIM_TX     SIM_QUEUES /* number of transmit queue 0 in lists of all queues */

/* Registers of a queue, from the first of them. */
#define Q_BAL     0x00u
#define Q_BAH     0x04u
#define Q_LEN     0x08u
#define Q_HEAD    0x10u
#define Q_TAIL    0x18u
#define Q_CONTROL 0x28u /* RXDCTL, TXDCTL */

/* What a card has to tell besides a queue's progress. */
enum sim_event { SIM_EVENT_LINK, SIM_EVENT_MISSED };

/* How frames are judged as they arrive. */
struct sim_rx_mode {
    uint32_t longest; /* bytes of a frame with its checksum that is no error */
    bool tag_on_top;  /* a VLAN tag may come on top of that */
    bool bad_too;     /* frames that are an error are received, and marked */
    bool keep_crc;    /* their checksum is received */
};

/* What the descriptors of a receive queue are. */
struct sim_rx_ring {
    uint32_t room;   /* bytes of a buffer; 0 when it can receive nothing */
    bool legacy;     /* the oldest format of descriptors */
    bool drop;       /* without descriptors a frame is dropped, instead of to wait */
    bool strip_vlan; /* take out tags ... */
    uint32_t vlan;   /* ... of this Ethernet type */
};

/* Which frames are received: those to an address of the table of addresses in any case. */
struct sim_filters {
    bool unicast; /* all unicast frames; so are the next two */
    bool multicast;
    bool broadcast;
    bool table;      /* the table of multicast hashes is in use ... */
    uint32_t shift;  /* ... with 12 bits of the last two bytes of an address, from this one on */
    bool vlan_table; /* tagged frames only with a VLAN that the table of VLANs has ... */
    uint32_t vlan;   /* ... if this is the tag's Ethernet type */
};

/* Where a frame goes, and what its descriptor says about it. */
struct sim_spread {
    uint32_t queue;
    uint32_t hash; /* by which the queue was chosen */
    uint32_t type; /* of what the hash was made: RSS type of a descriptor, 0 for nothing */
};

/* How frames are sent. */
struct sim_tx_mode {
    bool pad;      /* to the shortest that there is */
    bool checksum; /* for each, whatever its descriptor says */
};

/* Transmit descriptors with an extension (DEXT), in their second word. */
struct sim_tx_format {
    uint32_t data; /* value of DTYP */
    uint32_t context;
    uint32_t length;  /* mask of DTALEN */
    uint32_t segment; /* TSE in the command */
    bool payload;     /* the whole packet's length is in the first descriptor */
};

struct sim_part {
    /* Device strings. */
    uint16_t device; /* PCI device id when none is given */
    const char *const
        *field_names;             /* SIM_FIELD_COUNT fields that drivers wait for, NULL for none */
    const uint64_t *field_delays; /* when they change, if nothing else is said */

    /* Registers. */
    const struct sim_register *registers;
    const size_t *register_count;
    const struct sim_word *(*map)(void); /* of the window, SIM_WORDS entries */
    const struct sim_lie_list *lies;     /* the modes, then the registers by name */
    uint32_t status_link_up;             /* bit of STATUS */
    uint32_t link_control;               /* bit of CTRL without which there is no link, or 0 */
    bool stop_first; /* master disable takes no effect while a receive queue is enabled */
    void (*settle)(struct sim_card *card); /* let happen what is due; may be NULL */
    /* What else a reset does, or power-on; may be NULL. */
    void (*reset)(struct sim_card *card, bool power_on);
    uint8_t bar; /* lowest byte of the window's base address */

    /* Rings. */
    uint32_t queues;                        /* in each direction; <= SIM_QUEUES */
    uint32_t (*queue_base)(uint32_t queue); /* offset of its registers */
    uint32_t ring_align;                    /* bytes */
    uint32_t ring_bytes_max;
    /* The driver writes the tail of a queue that does not run; called with the lock. */
    void (*tail_stopped)(struct sim_card *card, uint32_t queue, uint32_t value);

    /* Receive. */
    bool (*receives)(const struct sim_card *card); /* the unit is on, whatever the link is */
    void (*rx_mode)(const struct sim_card *card, struct sim_rx_mode *mode);
    void (*rx_ring)(const struct sim_card *card, uint32_t queue, struct sim_rx_ring *ring);
    uint32_t oversize; /* errors of a frame that is too long, as in struct sim_arrival */
    uint32_t undersize;
    void (*filters)(const struct sim_card *card, struct sim_filters *filters);
    /* Which queue a frame goes to, into a record that is all zero; `length` >= 14. NULL: all go to the first. */
    void (*spread)(const struct sim_card *card, const uint8_t *frame, uint32_t length,
                   struct sim_spread *spread);
    uint32_t ral;       /* offset of the table of addresses; RAH follows each RAL */
    uint32_t ral_count; /* entries */
    uint32_t rah_mask;  /* bits of RAH that must be as in one for this address */
    uint32_t vfta;      /* offset of the table of VLANs */

    /* Transmit. */
    bool (*transmits)(const struct sim_card *card);
    void (*tx_mode)(const struct sim_card *card, struct sim_tx_mode *mode);
    /* Descriptors that a packet may have on this queue, at most `descriptors_max`: with fewer, the
     * last one must ask for a report. */
    uint32_t (*tx_descriptors)(const struct sim_card *card, uint32_t queue);
    uint32_t descriptors_max; /* <= SIM_DESCRIPTORS_MAX */
    struct sim_tx_format tx_format;

    /* Both. */
    bool (*loopback)(const struct sim_card *card); /* what is sent is received */
    uint32_t frame_max; /* bytes of the longest frame with its checksum */

    /* Interrupts; called with the lock. */
    uint32_t vectors;                       /* at most */
    void (*deliver)(struct sim_card *card); /* interrupt for the causes that are due */
    bool (*armed)(const struct sim_card *card, uint32_t vector); /* it is not masked */
    void (*interrupt)(struct sim_card *card, uint32_t queue);
    void (*event)(struct sim_card *card, enum sim_event event);

    /* Statistics. */
    uint32_t mpc;        /* offset of the counter of frames that were lost for want of room */
    uint32_t rnbc;       /* ... of frames that found no descriptor, or 0 */
    uint64_t pair_max;   /* of a counter in two registers */
    bool sticky;         /* counters stay at the highest value */
    bool queue_counters; /* there are some for each queue */
    bool total_sent;     /* TOTL and TOTH count all bytes sent */
};

#define SIM_DESCRIPTORS_MAX 64u

#endif
