# SPDX-License-Identifier: MIT
"""Packets a second against the size of bursts: one core for the driver, one for both cards, both ways."""
import statistics

NAME = 'throughput'
KEY = ('burst',)
TOOLS = ('gcc',)
BURSTS = (1, 2, 4, 8, 16, 32, 64, 128, 256)


def measure(programs, options):
    rows = []
    for burst in BURSTS if not options.quick else (1, 8, 32, 256):
        got = [programs.throughput('--burst', burst, ms=200 if options.quick else 500)
               for _ in range(1 if options.quick else 5)]
        got = programs.near(got)
        mpps = [one['mpps'] for one in got]
        rows.append({'burst': burst, 'mpps': round(statistics.median(mpps), 3), 'mpps_low': min(mpps),
                     'mpps_high': max(mpps), 'repeats': len(got),
                     'card_cycles_per_frame': statistics.median(one['card_cycles_per_frame'] for one in got),
                     'card_busy_share': statistics.median(one['card_busy_share'] for one in got),
                     'line_cycles': statistics.median(one['line_cycles'] for one in got)})
        print(f'  burst {burst}: {rows[-1]["mpps"]:.2f} Mpps', flush=True)
    return rows


def show(rows):
    print(f'\n{"throughput, both ways together":32} {"Mpps":>7} {"low":>7} {"high":>7} {"card busy":>10}')
    for row in rows:
        print(f'{"burst " + str(row["burst"]):32} {row["mpps"]:7.2f} {row["mpps_low"]:7.2f} {row["mpps_high"]:7.2f} '
              f'{row["card_busy_share"]:10.0%}')
