# SPDX-License-Identifier: MIT
"""How throughput changes with the number of queues, with the size of rings, of the pool, and of frames, and with more
drivers at a time."""
import statistics

from measures import cycles
from measures import programs as machine

NAME = 'scaling'
KEY = ('of', 'value')
TOOLS = ('gcc',)
SERIES = {
    'ring': ('--ring', (64, 128, 256, 512, 1024, 2048, 4096), ('--buffers', 32768)),
    'pool': ('--buffers', (2048, 4096, 8192, 16384, 32768, 65535), ()),
    'frame': ('--size', (60, 124, 252, 508, 1020, 1518, 3000, 6000, 9724), ()),
}
QUEUES = (1, 2, 4, 8, 16)
DESCRIPTORS = 1024   # of all receive queues of a card together
FLOOD = 100_000_000  # frames a second and card
WIRE = 24  # bytes that a frame takes on the wire besides: checksum, preamble, gap


def measure_drivers(programs):
    """Drivers that share nothing, each with a core and its cards with another: as many as there are cores for."""
    rows = []
    for number in range(1, machine.cores() // 2 + 1):
        got = [sum(one['mpps'] for one in programs.together('--ms', 250, number=number)) for _ in range(3)]
        rows.append({'of': 'drivers', 'value': number, 'mpps': round(statistics.median(got), 3)})
        print(f'  {number} at a time: {rows[-1]["mpps"]:.2f} Mpps', flush=True)
    return rows


def cycles_of_full_queues(programs, *options):
    """What a packet costs the driver in full bursts, while more frames come than it can carry: of 5 processes, each with
    its memory elsewhere."""
    runs = [programs.throughput(*options, '--rate', FLOOD, '--repeats', 2, ms=0) for _ in range(5)]
    return round(cycles.of_runs(programs, runs)['median'], 2)


def measured(programs, of, value, *options):
    """A row: the median of three runs."""
    got = programs.near([programs.throughput(*options, ms=250) for _ in range(3)])
    row = {'of': of, 'value': value, 'mpps': round(statistics.median(one['mpps'] for one in got), 3),
           'card_busy_share': statistics.median(one['card_busy_share'] for one in got),
           'line_cycles': statistics.median(one['line_cycles'] for one in got)}
    print(f'  {of} of {value}: {row["mpps"]:.2f} Mpps', flush=True)
    return row


def measure_queues(programs):
    """Queues of one card that one core polls, with as many descriptors and buffers under way as ever."""
    rows = []
    for number in QUEUES:
        options = ('--queues', number, '--ring', DESCRIPTORS // number, '--buffers', 8192)
        rows.append({**measured(programs, 'queues', number, *options),
                     'driver_cycles': cycles_of_full_queues(programs, *options)})
    return rows


def measure(programs, _):
    rows = measure_drivers(programs) + measure_queues(programs)
    for name, (option, values, more) in SERIES.items():
        for value in values:
            row = measured(programs, name, value, option, value, *more)
            if name == 'frame':
                row['gbit_per_second'] = round(row['mpps'] * (value + WIRE) * 8 / 1000, 2)
            rows.append(row)
    return rows


def show(rows):
    print(f'\n{"scaling, burst 32, both ways together":40} {"Mpps":>7} {"Gbit/s":>8} {"card busy":>10} {"driver cycles":>14}')
    units = {'drivers': 'drivers at a time', 'queues': 'queues of each card, by one core', 'ring': 'descriptors a ring',
             'pool': 'buffers of 2 KiB', 'frame': 'bytes a frame'}
    for row in rows:
        rate = f'{row["gbit_per_second"]:.1f}' if 'gbit_per_second' in row else '-'
        busy = f'{row["card_busy_share"]:.0%}' if 'card_busy_share' in row else '-'
        cost = f'{row["driver_cycles"]:.1f}' if 'driver_cycles' in row else '-'
        print(f'{str(row["value"]) + " " + units[row["of"]]:40} {row["mpps"]:7.2f} {rate:>8} {busy:>10} {cost:>14}')
    print(f'Drivers at a time: as many as this machine has pairs of cores for, which is {machine.cores() // 2}.')
    print('A core for each queue of a card was not measured: the cards share one core, which would be the limit.')
