/* SPDX-License-Identifier: MIT
 *
 * Writing pcapng blocks. All fields are in the byte order of this machine, which the format
 * permits.
 */
#include "cli/pcapng.h"

#define BLOCK_SECTION    0x0a0d0d0au
#define BLOCK_INTERFACE  1u
#define BLOCK_FRAME      6u /* enhanced packet block */
#define BYTE_ORDER_MAGIC 0x1a2b3c4du
#define LINK_ETHERNET    1u
#define OPTION_END       0u
#define OPTION_TSRESOL   9u /* if_tsresol: negative power of ten */

bool pcapng_begin(FILE *file, uint32_t snaplen)
{
    struct {
        uint32_t type, length, magic;
        uint16_t major, minor;
        uint32_t section_length[2]; /* all ones: unknown */
        uint32_t length_again;
    } section = {BLOCK_SECTION,  sizeof(section), BYTE_ORDER_MAGIC, 1, 0, {UINT32_MAX, UINT32_MAX},
                 sizeof(section)};
    struct {
        uint32_t type, length;
        uint16_t link, reserved;
        uint32_t snaplen;
        uint16_t option, option_length;
        uint8_t tsresol, padding[3];
        uint16_t end, end_length;
        uint32_t length_again;
    } interface = {BLOCK_INTERFACE,
                   sizeof(interface),
                   LINK_ETHERNET,
                   0,
                   snaplen,
                   OPTION_TSRESOL,
                   1,
                   9,
                   {0, 0, 0},
                   OPTION_END,
                   0,
                   sizeof(interface)};

    _Static_assert(sizeof(section) == 28 && sizeof(interface) == 32, "no padding by the compiler");
    return fwrite(&section, sizeof(section), 1, file) == 1 &&
           fwrite(&interface, sizeof(interface), 1, file) == 1;
}

bool pcapng_frame(FILE *file, uint64_t time, const uint8_t *bytes, uint32_t captured,
                  uint32_t length)
{
    static const uint8_t zeros[3];
    uint32_t padding = (4 - captured % 4) % 4;
    struct {
        uint32_t type, length, interface, time_high, time_low, captured, length_on_wire;
    } head = {BLOCK_FRAME, 0, 0, (uint32_t)(time >> 32), (uint32_t)time, captured, length};

    head.length = (uint32_t)sizeof(head) + captured + padding + (uint32_t)sizeof(head.length);
    return fwrite(&head, sizeof(head), 1, file) == 1 &&
           fwrite(bytes, 1, captured, file) == captured &&
           fwrite(zeros, 1, padding, file) == padding &&
           fwrite(&head.length, sizeof(head.length), 1, file) == 1;
}
