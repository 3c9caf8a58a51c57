# SPDX-License-Identifier: MIT
"""The machine's own counters, by perf, where it has them: of the driver's thread, the polls that find nothing
included."""
import json
import shutil
import subprocess
import time

NAME = 'counters'
KEY = ('event',)
TOOLS = ('perf',)
EVENTS = ('instructions:u', 'cycles:u', 'branches:u', 'branch-misses:u', 'L1-dcache-loads:u', 'cache-references:u',
          'cache-misses:u')


def parse(text, thread):
    """{event: count, or None when the machine does not count it} of a thread, of perf's lines for programs."""
    found = {}
    for line in text.splitlines():
        fields = line.split(',')
        if len(fields) >= 4 and fields[0].endswith(f'-{thread}'):
            found[fields[3]] = int(fields[1]) if fields[1].isdigit() else None
    return found


def stat(program):
    """(counts of a second in the driver's thread, packets of a second), or why there are none."""
    started = subprocess.Popen([program, '--ms', '2500'], stdout=subprocess.PIPE, text=True)
    time.sleep(0.8)
    done = subprocess.run(['perf', 'stat', '-x', ',', '--per-thread', '-e', ','.join(EVENTS), '-p', str(started.pid),
                           '--', 'sleep', '1'], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
    printed, _ = started.communicate()
    if done.returncode != 0 or started.returncode != 0:
        return 'perf may not count here (see /proc/sys/kernel/perf_event_paranoid)'
    counts = parse(done.stderr, started.pid)
    if all(value is None for value in counts.values()):
        return 'this machine offers none, as most virtual machines do not'
    return counts, json.loads(printed)['mpps'] * 1e6


def measure(programs, _):
    if shutil.which('perf') is None:
        return [{'event': 'none', 'reason': 'perf is not installed'}]
    got = stat(str(programs.directory / 'throughput'))
    if isinstance(got, str):
        return [{'event': 'none', 'reason': got}]
    counts, packets = got
    return [{'event': event, 'count': value, 'per_packet': None if value is None else round(value / packets, 3)}
            for event, value in counts.items()]


def show(rows):
    if rows[0]['event'] == 'none':
        print(f'\nHardware counters: none ({rows[0]["reason"]}).')
        return
    print(f'\n{"hardware counters, driver thread":36} {"per packet":>12}')
    for row in rows:
        print(f'{row["event"]:36} {"not there" if row["per_packet"] is None else row["per_packet"]:>12}')
