# SPDX-License-Identifier: MIT
"""What the library's checks cost: the 82599's forwarding path with all of them, without each, and without any.

The builds without are made for this alone (unchecking.py). Instructions are counted as by the part of that name, in
gcc's code. Cycles are measured as by the part of that name, with all checks and without any in turn, so that
what else the machine does hits all alike; each round gives a ratio.
"""
import collections
import statistics

import unchecking
from building import OUTPUT
from measures import cycles, instructions, results

NAME = 'checks'
KEY = ('version', 'burst')
TOOLS = ('gcc', 'valgrind')
# By the name of the description in bench/unchecked; those of each packet before those of each burst.
CHECKS = {
    'handle': 'handles are held',
    'view': 'views lie in their packets',
    'received': 'received frames fit, without errors',
    'head': 'the reported head is one of those lent',
    'register': 'doorbells lie in the window',
    'arguments': 'no argument is NULL',
    'grants': 'enough grants are left',
    'broken': 'the queue is not broken',
}
TABLE = 'table'  # of the handles that are held: no check, but kept for one
ALL, NONE, BARE = 'all checks', 'no checks', 'no checks, no table of handles'
VERSIONS = {
    ALL: (),
    **{f'but: {label}': (check,) for check, label in CHECKS.items()},
    'but: handles are held; no table of them': ('handle', TABLE),
    NONE: tuple(CHECKS),
    BARE: (*CHECKS, TABLE),
}
TIMED = (ALL, NONE, BARE)
BURSTS = (32, 8)
PACKETS = 65536
ROUNDS = 15
AIM = 1.03  # of the cycles without checks, at most


def build(version):
    names = ('forward', 'throughput') if version in TIMED else ('forward',)
    return unchecking.make(f'version-{list(VERSIONS).index(version)}', VERSIONS[version], names)


def count(program, burst):
    """Instructions a packet."""
    counted, _ = instructions.callgrind(OUTPUT / 'callgrind.checks', program, '82599', burst, PACKETS)
    return round(counted['Ir'] / PACKETS, 2)


def time_rounds(programs, directories):
    """{(version, burst): the run of each round}; the versions take turns in who is first."""
    found = collections.defaultdict(list)
    for number in range(ROUNDS):
        if number % 5 == 0:
            print(f'  timing with and without checks, round {number + 1} of {ROUNDS} ...', flush=True)
        first = number % len(TIMED)
        for burst in BURSTS:
            for version in TIMED[first:] + TIMED[:first]:
                found[version, burst].append(programs.throughput('--burst', burst, '--repeats', 3, ms=0,
                                                                 directory=directories[version]))
    return found


def ratios(programs, checked, unchecked):
    """Median and quartiles of what checks multiply the cycles by, round by round, of those in which driver and cards
    were near each other in both runs."""
    rounds = [{'runs': runs, 'line_cycles': max(run['line_cycles'] for run in runs)}
              for runs in zip(checked, unchecked)]
    spread = results.spread([statistics.median(cycles.of_repeats(on)) / statistics.median(cycles.of_repeats(off))
                             for on, off in (pair['runs'] for pair in programs.near(rounds))])
    return {**{f'checks_take_{name}': spread[name] for name in ('median', 'quartile1', 'quartile3')},
            'rounds': spread['repeats']}


def measure(programs, _):
    rows = []
    directories = {}
    for number, version in enumerate(VERSIONS, 1):
        print(f'  building and counting, {number} of {len(VERSIONS)}: {version} ...', flush=True)
        directories[version] = build(version)
        rows += [{'version': version, 'burst': burst,
                  'instructions_per_packet': count(directories[version] / 'forward', burst)} for burst in BURSTS]
    timed = time_rounds(programs, directories)
    for row in rows:
        row['saves'] = round(rows[BURSTS.index(row['burst'])]['instructions_per_packet']
                             - row['instructions_per_packet'], 2)
        runs = timed.get((row['version'], row['burst']))
        if runs:
            row.update(cycles.of_runs(programs, runs))
        if runs and row['version'] != ALL:
            row.update(ratios(programs, timed[ALL, row['burst']], runs))
    return rows


def show_instructions(rows):
    print(f'\n{"82599, gcc, instructions per packet":44}'
          + ''.join(f'{"burst " + str(burst):>10} {"saved":>6}' for burst in BURSTS))
    for version in VERSIONS:
        figures = [row for row in rows if row['version'] == version]
        print(f'{version:44}' + ''.join(f'{row["instructions_per_packet"]:10.1f} {row["saves"]:6.1f}'
                                        for row in figures))


def show_cycles(rows):
    print(f'\n{"cycles per packet, driver alone":32} {"burst":>5} {"median":>7} {"quartiles":>13} '
          f'{"with all checks, of this":>25}')
    for row in [row for row in rows if 'median' in row]:
        ratio = '' if row['version'] == ALL else (
            f'{row["checks_take_median"]:.3f} ({row["checks_take_quartile1"]:.3f} - {row["checks_take_quartile3"]:.3f})')
        print(f'{row["version"]:32} {row["burst"]:5} {row["median"]:7.1f} '
              f'{row["quartile1"]:5.1f} - {row["quartile3"]:5.1f} {ratio:>25}')
    for row in [row for row in rows if row['version'] in (NONE, BARE)]:
        more = 100 * (row['checks_take_median'] - 1)
        print(f'All checks take {more:.1f} % more cycles than {row["version"]}, burst {row["burst"]}: the aim of '
              f'{100 * (AIM - 1):.0f} % at most is {"met" if row["checks_take_median"] <= AIM else "missed"}, by '
              f'{row["rounds"]} of {ROUNDS} rounds.')


def show(rows):
    show_instructions(rows)
    show_cycles(rows)
