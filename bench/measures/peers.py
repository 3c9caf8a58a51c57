# SPDX-License-Identifier: MIT
"""Other drivers beside this library, on the same simulated cards and by the same method (cycles.py, throughput.py).

Each is a program of its own with bench/peer.h in it. They take turns, so that what else the machine does hits all
alike, and all run under bench/peer-run, with huge pages and doorbells in memory. A peer that cannot run here is
left out, and the report says why.
"""
import os
import pathlib
import statistics
import subprocess

from building import ROOT, add_peer
from measures import cycles
from measures.programs import Failed

NAME = 'peers'
KEY = ('driver', 'burst')
TOOLS = ('gcc', 'dpdk-testpmd')  # of the same version as the driver
OURS = 'Ironring'
# Program and arguments, by name in the report. Another peer is a row here, and a program in bench/meson.build.
DRIVERS = {
    OURS: ('throughput', ('--plain',)),
    'DPDK ixgbe, vector': ('throughput_dpdk', ('--path', 'vector')),
    'DPDK ixgbe, scalar': ('throughput_dpdk', ('--path', 'scalar')),
    'DPDK ixgbe, offloads': ('throughput_dpdk', ('--path', 'offloads')),
    'TinyNF, flexible': ('throughput_tinynf', ('--ring', 256)),  # it has no others
    'ixy': ('throughput_ixy', ()),
}
# Programs from a checkout that bench/run is told of, by its option: the file that shows that it is one.
CHECKOUTS = {'ixy': 'src/driver/ixgbe.c', 'tinynf': 'c/ixgbe/queues.h'}
PACKAGES = ('libdpdk-dev', 'dpdk-dev', 'librte-net-ixgbe23', 'librte-mempool-ring23')
BURSTS = (32, 8)
ROUNDS = 5
MS = 250


def no_place():
    """Why no peer can run on this machine; None when one can."""
    if os.geteuid() != 0:
        return 'only root can set huge pages aside, and know their physical addresses; run bench/run as root'
    pages = pathlib.Path('/sys/kernel/mm/hugepages/hugepages-2048kB')
    if not pages.is_dir():
        return f'it needs huge pages of 2 MiB, and this kernel has none ({pages} is not there)'
    return None


def no_dpdk():
    """Why DPDK cannot run; None when it can, as far as can be told. Installs and builds what it needs."""
    done = subprocess.run(['bash', '-c', '. "$0" && need_packages "$@"', str(ROOT / 'ci' / 'lib.sh'), *PACKAGES],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode != 0:
        lines = done.stdout.strip().splitlines() or ['no word of why']
        return f'Debian\'s packages {", ".join(PACKAGES)} cannot be installed: {lines[-1]}'
    add_peer('gcc', 'throughput_dpdk', '-Ddpdk=enabled')
    return None


def no_checkout(name, directory):
    """Why the peer of that name cannot run from its checkout; None when it can. Builds it."""
    if directory is None:
        return f'no checkout of it was given; bench/run --{name} DIRECTORY takes one'
    directory = pathlib.Path(directory).resolve()
    if not (directory / CHECKOUTS[name]).is_file():
        return f'{directory} is no checkout of it: {CHECKOUTS[name]} is not there'
    add_peer('gcc', f'throughput_{name}', f'-D{name}={directory}')
    return None


def missing(options):
    """{driver: why it cannot run here}, for those that cannot."""
    place = no_place()
    why = {'throughput': None, 'throughput_dpdk': place or no_dpdk()}
    for name in CHECKOUTS:
        why[f'throughput_{name}'] = place or no_checkout(name, getattr(options, name))
    return {driver: why[program] for driver, (program, _) in DRIVERS.items() if why[program] is not None}


def run_all(programs, drivers, rounds, left_out):
    """{(driver, burst): what each round printed}. Whoever fails goes to left_out, with the reason."""
    got = {}
    for number in range(rounds):
        for burst in BURSTS:
            for name, (program, arguments) in drivers.items():
                if name in left_out:
                    continue
                print(f'  round {number + 1} of {rounds}, burst {burst}: {name}', flush=True)
                try:
                    printed = programs.peer(program, '--burst', burst, '--repeats', 3, '--ms', MS, *arguments)
                except Failed as failure:
                    if name == OURS:
                        raise SystemExit(f'bench/run: {failure}') from failure
                    left_out[name] = str(failure)
                    continue
                got.setdefault((name, burst), []).append(printed)
    return got


def rows_of(programs, got, left_out):
    """A row for each driver and burst, with its cycles and packets against this library's, by those runs in which
    driver and cards were near each other."""
    rows = []
    for (name, burst), runs in got.items():
        if name in left_out:
            continue
        rows.append({'driver': name, 'burst': burst, 'about': runs[0]['driver'],
                     'mpps': round(statistics.median(run['mpps'] for run in programs.near(runs)), 3),
                     **cycles.of_runs(programs, runs)})
    ours = {row['burst']: row for row in rows if row['driver'] == OURS}
    for row in rows:
        row['cycles_of_ironring'] = round(row['median'] / ours[row['burst']]['median'], 3)
        row['packets_of_ironring'] = round(row['mpps'] / ours[row['burst']]['mpps'], 3)
    return rows + [{'driver': name, 'burst': burst, 'left_out': reason}
                   for name, reason in left_out.items() for burst in BURSTS]


def measure(programs, options):
    left_out = missing(options)
    return rows_of(programs, run_all(programs, DRIVERS, 1 if options.quick else ROUNDS, left_out), left_out)


def show(rows):
    """As a table of docs/performance.md."""
    print('\nPeers on the same simulated cards; cycles and packets against Ironring\'s in this run:\n')
    print('| driver | burst | cycles a packet | quartiles | of Ironring\'s | Mpps | of Ironring\'s | code |')
    print('|---|---|---|---|---|---|---|---|')
    for row in rows:
        if 'left_out' not in row:
            print(f'| {row["driver"]} | {row["burst"]} | {row["median"]:.1f} | {row["quartile1"]:.1f} to '
                  f'{row["quartile3"]:.1f} | {row["cycles_of_ironring"]:.2f} | {row["mpps"]:.2f} | '
                  f'{row["packets_of_ironring"]:.2f} | {row["about"]} |')
    for name, reason in {row['driver']: row['left_out'] for row in rows if 'left_out' in row}.items():
        print(f'Left out: {name}: {reason}.')
