# SPDX-License-Identifier: MIT
"""Runs of the programs on two cores: bench/throughput and bench/latency."""
import json
import os
import subprocess
import sys
import time

# Linux lets real-time processes have 95 % of a second, and stops them for the rest: no piece is longer than
# this, and a pause follows.
PIECE_MS = 500
PAUSE_S = 0.5


def cores():
    """How many this process may use."""
    return len(os.sched_getaffinity(0))


class Programs:
    """The built programs. In real time nothing else on their cores disturbs them, nor gets far."""

    def __init__(self, directory, realtime):
        self.directory = directory
        self.realtime = realtime
        self.core_share = 1.0

    def run(self, program, *options, directory=None):
        """What the program prints, as JSON; ends this one when it fails. It may be that of another directory."""
        command = [str((directory or self.directory) / program), *map(str, options)]
        if self.realtime:
            command = ['chrt', '--fifo', '10', *command]
            time.sleep(PAUSE_S)
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
        if done.returncode != 0:
            sys.stderr.write(done.stderr)
            raise SystemExit(f'{sys.argv[0]}: failed: {" ".join(command)}')
        printed = json.loads(done.stdout)
        if '--wait' not in options:
            self.core_share = min(self.core_share, printed['core_share'])
        return printed

    def disturbed(self):
        """The least share of the time in which driver and cards had their cores, in what has run since last asked;
        those who sleep do not count."""
        share, self.core_share = self.core_share, 1.0
        return share

    def throughput(self, *options, ms=PIECE_MS, directory=None):
        return self.run('throughput', '--ms', ms, *options, directory=directory)
