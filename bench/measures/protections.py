# SPDX-License-Identifier: MIT
"""What each protection costs, beside the same run without it. All of the library's checks are
always on here; what they cost is the part `checks`."""
import statistics

from measures import cycles

NAME = 'protections'
KEY = ('protection',)
TOOLS = ('gcc',)
PROTECTIONS = {
    'none besides': (),
    'private pool (each packet copied)': ('--private',),
    'sandbox of the tool': ('--sandbox',),
    'interrupts instead of polling': ('--wait',),
}
REPEATS = 5


def measure(programs, _):
    got = {name: [] for name in PROTECTIONS}
    for _ in range(REPEATS):  # in turn, so that what else the machine does hits all alike
        for name, arguments in PROTECTIONS.items():
            got[name].append(programs.throughput(*arguments, '--repeats', 2, ms=250))
    rows = []
    for name, runs in got.items():
        rows.append({'protection': name,
                     'mpps': round(statistics.median(run['mpps'] for run in programs.near(runs)), 3),
                     **cycles.of_runs(programs, runs)})
        rows[-1]['of_none'] = round(rows[-1]['median'] / rows[0]['median'], 3)
    return rows


def show(rows):
    print(f'\n{"protections, burst 32":36} {"Mpps":>7} {"cycles/packet":>14} {"quartiles":>15} {"ratio":>6}')
    for row in rows:
        quartiles = f'{row["quartile1"]:.1f} - {row["quartile3"]:.1f}'
        print(f'{row["protection"]:36} {row["mpps"]:7.2f} {row["median"]:14.1f} {quartiles:>15} {row["of_none"]:6.2f}')
