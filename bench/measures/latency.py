# SPDX-License-Identifier: MIT
"""How long frames are under way, from when they are due on one card's wire until they are on the other's.

Every frame counts, and percentiles are exact. Written also as HdrHistogram's tools read them (.hgrm).
"""
import collections
import math

from building import OUTPUT

NAME = 'latency'
KEY = ('offered_mpps', 'mode')
TOOLS = ('gcc',)
PERCENTILES = (50, 90, 99, 99.9, 99.99, 99.999, 99.9999)
OFFERED = (1, 10, 20)  # million packets a second, both ways together
TICKS = 5              # lines of .hgrm until what is above has halved


def value_at(counts, total, percentile):
    """The smallest value that so many percent of the frames do not exceed; counts ascend."""
    wanted = max(1, math.ceil(total * percentile / 100 - 1e-6))
    seen = 0
    for value, often in counts:
        seen += often
        if seen >= wanted:
            return value
    return counts[-1][0]


def record(programs, offered, mode, wanted, piece):
    """Counts of nanoseconds over several runs, until `wanted` frames are recorded, and what else was seen."""
    counts = collections.Counter()
    seen = collections.Counter()
    lines = []
    while sum(counts.values()) < wanted:
        got = programs.run('latency', '--rate', offered * 500000, '--frames', piece,
                           *(('--wait',) if mode == 'interrupts' else ()))
        for value, often in got.pop('counts'):
            counts[value] += often
        seen.update({name: got[name] for name in ('missed', 'dropped', 'received_mpps')})
        lines.append(got['line_cycles'])
    return sorted(counts.items()), {'missed': seen['missed'], 'dropped': seen['dropped'], 'runs': len(lines),
                                    'received_mpps': round(seen['received_mpps'] / len(lines), 3),
                                    'line_cycles': max(lines)}


def hgrm_lines(counts):
    """The percentile distribution as HdrHistogram prints it, in microseconds."""
    total = sum(often for _, often in counts)
    mean = sum(value * often for value, often in counts) / total
    deviation = math.sqrt(sum(often * (value - mean) ** 2 for value, often in counts) / total)
    yield f'{"Value":>12} {"Percentile":>14} {"TotalCount":>10} {"1/(1-Percentile)":>14}\n'
    percentile = 0.0
    seen = 0
    for value, often in counts:
        seen += often
        while percentile <= 100 * seen / total and percentile < 100:
            yield (f'{value / 1000:12.3f} {percentile / 100:2.12f} {seen:10d} '
                   f'{1 / (1 - percentile / 100):14.2f}')
            halvings = int(math.log2(100 / (100 - percentile))) + 1
            percentile += 100 / (TICKS * 2 ** halvings)
            if 100 - percentile < 100 / total / 2:
                percentile = 100.0
    yield f'{counts[-1][0] / 1000:12.3f} {1:2.12f} {total:10d}'
    yield f'#[Mean    = {mean / 1000:12.3f}, StdDeviation   = {deviation / 1000:12.3f}]'
    yield f'#[Max     = {counts[-1][0] / 1000:12.3f}, Total count    = {total:12d}]'
    yield f'#[Buckets = {1:12d}, SubBuckets     = {counts[-1][0] + 1:12d}]'


def measure(programs, options):
    rows = []
    for offered in (1,) if options.quick else OFFERED:
        for mode in ('polling',) if options.quick else ('polling', 'interrupts'):
            piece = 100000 if options.quick else 150000 * min(offered, 10)
            counts, seen = record(programs, offered, mode, piece if options.quick else 1200000, piece)
            total = sum(often for _, often in counts)
            (OUTPUT / f'latency.{offered}.{mode}.hgrm').write_text('\n'.join(hgrm_lines(counts)) + '\n',
                                                                  encoding='utf-8')
            rows.append({'offered_mpps': offered, 'mode': mode, 'frames': total, **seen,
                         **{f'p{percentile}_us': value_at(counts, total, percentile) / 1000
                            for percentile in PERCENTILES if total * (1 - percentile / 100) >= 1},
                         'max_us': counts[-1][0] / 1000})
            print(f'  {offered} Mpps, {mode}: median {rows[-1]["p50_us"]:.1f} microseconds', flush=True)
    return rows


def show(rows):
    print(f'\n{"latency in microseconds":28} {"Mpps":>6}' + ''.join(f'{percentile:>10}' for percentile in PERCENTILES) +
          f'{"max":>10} {"missed":>8}')
    for row in rows:
        values = [row.get(f'p{percentile}_us') for percentile in PERCENTILES] + [row['max_us']]
        print(f'{str(row["offered_mpps"]) + " Mpps offered, " + row["mode"]:28} {row["received_mpps"]:6.2f}' +
              ''.join(f'{"-" if value is None else f"{value:.1f}":>10}' for value in values) + f' {row["missed"]:8}')
