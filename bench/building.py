# SPDX-License-Identifier: MIT
"""Builds of the programs that are measured, under build/bench."""
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
OUTPUT = ROOT / 'build' / 'bench'


def quietly(*command, **options):
    """Run a command; what it printed is shown only when it fails."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)
    if done.returncode != 0:
        sys.stderr.write(done.stdout)
        raise SystemExit(f'{sys.argv[0]}: failed: {" ".join(map(str, command))}')
    return done.stdout


def build(compiler, program, directory=None, source=ROOT, *setup):
    """Build a program of this folder, and return where it is: in the `directory` of builds of the tree `source`, set
    up with the options `setup`."""
    directory = directory or OUTPUT / compiler
    if not (directory / 'build.ninja').exists():
        # Debian 12's valgrind cannot read the DWARF 5 of clang.
        quietly('meson', 'setup', '-Dc_args=-gdwarf-4', *setup, str(directory), str(source),
                env=dict(os.environ, CC=compiler))
    quietly('ninja', '-C', str(directory), f'bench/{program}')
    return directory / 'bench' / program


def add_peer(compiler, program, option):
    """Build a program of another driver, which the build was not set up for: `option` tells meson of it."""
    directory = OUTPUT / compiler
    quietly('meson', 'setup', '--reconfigure', option, str(directory), str(ROOT), env=dict(os.environ, CC=compiler))
    return build(compiler, program)
