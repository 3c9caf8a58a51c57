# SPDX-License-Identifier: MIT
"""Cycles of the time stamp counter that a packet costs the driver, with the cards on another core.

The cards fill their rings while the driver waits, untimed; then 256 packets each way are forwarded in full
bursts and timed as one piece. A repeat is the median of 201 pieces.
"""
import statistics

from measures import results

NAME = 'cycles'
KEY = ('burst',)
TOOLS = ('gcc',)


def of_repeats(got):
    """The figure of each repeat that bench/throughput has printed."""
    return [statistics.median(repeat['driver_cycles']) for repeat in got['repeats']]


def of_runs(programs, runs):
    """Spread of all repeats of those runs in which driver and cards were near each other, and how near."""
    near = programs.near(runs)
    return {**results.spread([value for run in near for value in of_repeats(run)]),
            'line_cycles': statistics.median(run['line_cycles'] for run in near)}


def measure(programs, options):
    rows = []
    for burst in (32, 8):
        runs = [programs.throughput('--burst', burst, '--repeats', 3, ms=0)
                for _ in range(1 if options.quick else 7)]  # processes: each has its memory elsewhere
        rows.append({'burst': burst, **of_runs(programs, runs)})
    return rows


def show(rows):
    print(f'\n{"cycles per packet, driver alone":32} {"median":>7} {"quartiles":>15} {"repeats":>8}')
    for row in rows:
        quartiles = f'{row["quartile1"]:.1f} - {row["quartile3"]:.1f}'
        print(f'{"burst " + str(row["burst"]):32} {row["median"]:7.1f} {quartiles:>15} {row["repeats"]:8}')
