# SPDX-License-Identifier: MIT
"""Runs of the programs on two cores: bench/throughput and bench/latency."""
import concurrent.futures
import json
import os
import statistics
import subprocess
import sys
import time

from building import ROOT

# Linux lets real-time processes have 95 % of a second, and stops them for the rest: no piece is longer than
# this, and a pause follows.
PIECE_MS = 500
PAUSE_S = 0.5

# The host of a virtual machine may move its cores about. Where a line of memory takes more than this times the
# shortest way seen, they are far apart, and what is measured then is the host's doing.
FAR = 2.0


def far(line_cycles, nearest):
    """Whether the cores are far apart where a line takes so long, and in the nearest run `nearest`."""
    return line_cycles > FAR * nearest


def cores():
    """How many this process may use."""
    return len(os.sched_getaffinity(0))


class Failed(Exception):
    """A program did not do what it should; the text is what it said of that."""


def reason(printed, program):
    """What a program, or who starts it, says in its own name among all that was printed."""
    said = [line for line in printed.splitlines() if line.startswith((f'{program}: ', 'bench/peer-run: '))]
    return (said or printed.splitlines() or [f'{program} failed without a word'])[0]


class Programs:
    """The built programs. In real time nothing else on their cores disturbs them, nor gets far."""

    def __init__(self, directory, realtime):
        self.directory = directory
        self.realtime = realtime
        self.core_share = 1.0
        self.nearest = float('inf')  # cycles in which a line of memory goes to the other core and back
        self.patience = 0.0  # seconds that runs may be made again in, which the machine's host spoiled

    def start(self, prefix, program, options, directory=None):
        """Run a program, this one's or that of another directory, to its end: its command, and what it printed."""
        command = [str((directory or self.directory) / program), *map(str, options)]
        if self.realtime:
            command = ['chrt', '--fifo', '10', *command]
            time.sleep(PAUSE_S)
        command = [*prefix, *command]
        return command, subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)

    def taken(self, printed, options):
        """What the program has printed, as JSON."""
        printed = json.loads(printed)
        if '--wait' not in options:
            self.core_share = min(self.core_share, printed['core_share'])
        printed['line_cycles'] = max([printed['line_cycles'], *(statistics.median(repeat['line_cycles'])
                                                                for repeat in printed.get('repeats', []))])
        self.nearest = min(self.nearest, printed['line_cycles'])
        return printed

    def far(self, line_cycles):
        """Whether the cores are far apart where a line takes so long."""
        return far(line_cycles, self.nearest)

    def near(self, runs):
        """Those of some runs, as taken, in which the cores were near each other; all of them if there is none."""
        return [run for run in runs if not self.far(run['line_cycles'])] or runs

    def patiently(self, run_once):
        """A run, made again while the cores are far apart and there is patience left."""
        got = run_once()
        while self.far(got['line_cycles']) and self.patience > 0:
            started = time.monotonic()
            got = run_once()
            self.patience -= time.monotonic() - started
        return got

    def run_once(self, program, *options, directory=None, prefix=()):
        """What the program prints, as JSON; ends this one when it fails. It may be that of another directory."""
        command, done = self.start(prefix, program, options, directory)
        if done.returncode != 0:
            sys.stderr.write(done.stderr)
            raise SystemExit(f'{sys.argv[0]}: failed: {" ".join(command)}')
        return self.taken(done.stdout, options)

    def run(self, program, *options, directory=None):
        """The same, with the cores near each other if they come to be."""
        return self.patiently(lambda: self.run_once(program, *options, directory=directory))

    def together(self, *options, number):
        """What so many bench/throughput print that run at the same time, each on two cores of its own."""
        allowed = sorted(os.sched_getaffinity(0))
        places = [f'{allowed[2 * i]},{allowed[2 * i + 1]}' for i in range(number)]
        with concurrent.futures.ThreadPoolExecutor(number) as pool:
            return list(pool.map(lambda place: self.run_once('throughput', *options,
                                                             prefix=('taskset', '--cpu-list', place)), places))

    def peer(self, program, *options):
        """The same under bench/peer-run where that can be, which is for root; raises Failed."""
        return self.patiently(lambda: self.peer_once(program, *options))

    def peer_once(self, program, *options):
        prefix = (str(ROOT / 'bench' / 'peer-run'),) if os.geteuid() == 0 else ()
        _, done = self.start(prefix, program, options)
        if done.returncode != 0:
            raise Failed(reason(done.stderr, 'throughput'))
        return self.taken(done.stdout, options)

    def disturbed(self):
        """The least share of the time in which driver and cards had their cores, in what has run since last asked;
        those who sleep do not count."""
        share, self.core_share = self.core_share, 1.0
        return share

    def throughput(self, *options, ms=PIECE_MS, directory=None):
        return self.run('throughput', '--ms', ms, *options, directory=directory)
