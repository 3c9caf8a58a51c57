# SPDX-License-Identifier: MIT
"""Where figures are kept: NAME.json and NAME.csv under build/bench, with revision, date, tools and machine."""
import csv
import os
import pathlib
import statistics

import stamp
from building import OUTPUT, ROOT


def machine():
    """Absolute times mean nothing without it."""
    cpu = 'unknown'
    info = pathlib.Path('/proc/cpuinfo')
    if info.exists():
        names = [line.partition(':')[2].strip() for line in info.read_text(encoding='utf-8').splitlines()
                 if line.startswith('model name')]
        cpu = names[0] if names else cpu
    return {'cpu': cpu, 'cores': os.cpu_count(), 'load': round(os.getloadavg()[0], 2)}


def stamped(rows, revision, tools):
    """The rows, each with what a report says of itself."""
    about = {**stamp.stamp(revision, tools), 'machine': machine()}
    return [{**row, **about} for row in rows]


def keep(name, rows, key, **more):
    """Put rows into NAME.json, in place of those with the same key, and all that are there into NAME.csv."""
    stamp.merge(OUTPUT / f'{name}.json', rows, key, **more)
    everything = stamp.rows_of(OUTPUT / f'{name}.json')
    fields = list(dict.fromkeys(field for row in everything for field, value in row.items()
                                if not isinstance(value, (list, dict))))
    with open(OUTPUT / f'{name}.csv', 'w', encoding='utf-8', newline='') as stream:
        writer = csv.DictWriter(stream, fields, extrasaction='ignore', lineterminator='\n')
        writer.writeheader()
        writer.writerows(everything)


def spread(values):
    """Median and quartiles of some figures."""
    if len(values) < 2:
        return {'median': values[0], 'quartile1': values[0], 'quartile3': values[0], 'repeats': len(values)}
    first, middle, third = statistics.quantiles(values, n=4, method='inclusive')
    return {'median': round(middle, 3), 'quartile1': round(first, 3), 'quartile3': round(third, 3),
            'repeats': len(values)}


def revision():
    return stamp.revision(ROOT)
