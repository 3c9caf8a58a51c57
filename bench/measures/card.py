# SPDX-License-Identifier: MIT
"""What the simulated card can carry on its core: so many frames a second, if the driver were infinitely fast."""
import statistics

NAME = 'card'
KEY = ('wire', 'way')
TOOLS = ('gcc',)
REPEATS = 3  # of the lean card; the other one is slower by far more than runs differ
# By name of the row, what bench/throughput prints.
PRINTED = {'million_frames_per_second': 'card_mframes', 'cycles_per_frame': 'card_cycles_per_frame',
           'busy_share': 'card_busy_share', 'packets_mpps': 'mpps', 'line_cycles': 'line_cycles'}
WAYS = {'receive': 'received', 'send': 'sent', 'both': 'forwarded both ways, each in and out'}


def measure(programs, options):
    rows = []
    for wire in ('flood',) if options.quick else ('flood', 'gen'):
        for way, frames in WAYS.items():
            got = programs.near([programs.throughput('--wire', wire, '--way', way)
                                 for _ in range(1 if options.quick or wire != 'flood' else REPEATS)])
            rows.append({'wire': wire, 'way': way, 'frames': frames, 'repeats': len(got),
                         **{name: statistics.median(one[printed] for one in got)
                            for name, printed in PRINTED.items()}})
    return rows


def show(rows):
    print(f'\n{"card on its core, 60-byte frames":50} {"cycles/frame":>12} {"Mframes/s":>10} {"busy":>6} {"Mpps":>7}')
    for row in rows:
        print(f'{"wire=" + row["wire"] + ": " + row["frames"]:50} {row["cycles_per_frame"]:12.1f} '
              f'{row["million_frames_per_second"]:10.1f} {row["busy_share"]:6.0%} {row["packets_mpps"]:7.2f}')
