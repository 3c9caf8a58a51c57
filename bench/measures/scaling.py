# SPDX-License-Identifier: MIT
"""How throughput changes with the size of rings, of the pool, and of frames."""
import statistics

NAME = 'scaling'
KEY = ('of', 'value')
TOOLS = ('gcc',)
SERIES = {
    'ring': ('--ring', (64, 128, 256, 512, 1024, 2048, 4096), ('--buffers', 32768)),
    'pool': ('--buffers', (2048, 4096, 8192, 16384, 32768, 65535), ()),
    'frame': ('--size', (60, 124, 252, 508, 764, 1020, 1276, 1518), ()),
}
WIRE = 24  # bytes that a frame takes on the wire besides: checksum, preamble, gap
NOT_MEASURED = ('queues and cores: the simulated 82599 receives into its first queue alone',
                'jumbo frames: the driver has buffers for whole frames only, and these programs small ones')


def measure(programs, _):
    rows = []
    for name, (option, values, more) in SERIES.items():
        for value in values:
            got = [programs.throughput(option, value, *more, ms=250) for _ in range(3)]
            row = {'of': name, 'value': value, 'mpps': round(statistics.median(one['mpps'] for one in got), 3),
                   'card_busy_share': statistics.median(one['card_busy_share'] for one in got)}
            if name == 'frame':
                row['gbit_per_second'] = round(row['mpps'] * (value + WIRE) * 8 / 1000, 2)
            rows.append(row)
            print(f'  {name} of {value}: {row["mpps"]:.2f} Mpps', flush=True)
    return rows


def show(rows):
    print(f'\n{"scaling, burst 32, both ways together":40} {"Mpps":>7} {"Gbit/s":>8} {"card busy":>10}')
    units = {'ring': 'descriptors a ring', 'pool': 'buffers of 2 KiB', 'frame': 'bytes a frame'}
    for row in rows:
        rate = f'{row["gbit_per_second"]:.1f}' if 'gbit_per_second' in row else '-'
        print(f'{str(row["value"]) + " " + units[row["of"]]:40} {row["mpps"]:7.2f} {rate:>8} '
              f'{row["card_busy_share"]:10.0%}')
    for sentence in NOT_MEASURED:
        print(f'Not measured: {sentence}.')
