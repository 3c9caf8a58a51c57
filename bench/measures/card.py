# SPDX-License-Identifier: MIT
"""What the simulated card can carry on its core: so many frames a second, if the driver were infinitely fast."""
NAME = 'card'
KEY = ('wire', 'way')
TOOLS = ('gcc',)
WAYS = {'receive': 'received', 'send': 'sent', 'both': 'forwarded both ways, each in and out'}


def measure(programs, options):
    rows = []
    for wire in ('flood',) if options.quick else ('flood', 'gen'):
        for way, frames in WAYS.items():
            got = programs.throughput('--wire', wire, '--way', way)
            rows.append({'wire': wire, 'way': way, 'frames': frames,
                         'million_frames_per_second': got['card_mframes'],
                         'cycles_per_frame': got['card_cycles_per_frame'],
                         'busy_share': got['card_busy_share'], 'packets_mpps': got['mpps']})
    return rows


def show(rows):
    print(f'\n{"card on its core, 60-byte frames":50} {"cycles/frame":>12} {"Mframes/s":>10} {"busy":>6} {"Mpps":>7}')
    for row in rows:
        print(f'{"wire=" + row["wire"] + ": " + row["frames"]:50} {row["cycles_per_frame"]:12.1f} '
              f'{row["million_frames_per_second"]:10.1f} {row["busy_share"]:6.0%} {row["packets_mpps"]:7.2f}')
