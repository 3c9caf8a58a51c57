#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Say of each figure on which revision, when and with which tools it was measured, and keep it as JSON.

The scripts that measure something use this as a module when they are written in Python, and as a command
when they are not.
"""
import argparse
import datetime
import json
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
VERSION = re.compile(r'\d+\.\d[\w.+-]*')


class Malformed(Exception):
    """A file is not the JSON that it should be; the text says which and what to do."""


def git(root, *arguments):
    """What git prints, or None when it cannot answer: no git, or no repository of its own."""
    try:
        done = subprocess.run(['git', '-C', str(root), *arguments], capture_output=True, text=True, check=False)
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None


def revision(root):
    """The commit of the tree, with "+changes" when the tree is not that of the commit; "unknown" without git."""
    top = git(root, 'rev-parse', '--show-toplevel')
    if top is None or pathlib.Path(top.strip()).resolve() != pathlib.Path(root).resolve():
        return 'unknown'
    commit = git(root, 'rev-parse', '--short=12', 'HEAD')
    changes = git(root, 'status', '--porcelain')
    if commit is None or changes is None:
        return 'unknown'
    return commit.strip() + ('+changes' if changes else '')


def now():
    return datetime.datetime.now(datetime.timezone.utc).strftime('%Y-%m-%dT%H:%M:%SZ')


def version(command):
    """The version a program tells of itself, or "unknown"."""
    try:
        done = subprocess.run([command, '--version'], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, check=False)
    except OSError:
        return 'unknown'
    found = VERSION.search(done.stdout)
    return found.group() if found else 'unknown'


def stamp(measured, commands=()):
    """What a report says of itself; `measured` is the revision as it was when the work began."""
    return {'revision': measured, 'date': now(), 'tools': {command: version(command) for command in commands}}


def read(path):
    """The report in a file, or None when there is none."""
    try:
        return json.loads(path.read_text(encoding='utf-8'))
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise Malformed(f'{path}: not JSON ({error}); remove it, and measure again') from error


def write(path, report):
    """Write a report as a whole: who reads it meanwhile sees the old one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f'{path.name}.{os.getpid()}')
    new.write_text(json.dumps(report, indent=1) + '\n', encoding='utf-8')
    new.replace(path)


def rows_of(path):
    """The rows of a report that is kept row by row; [] when there is none."""
    report = read(path)
    if report is None:
        return []
    if not isinstance(report, dict) or not isinstance(report.get('results'), list):
        raise Malformed(f'{path}: has no list "results"; remove it, and measure again')
    return report['results']


def merge(path, rows, key, **more):
    """Put rows into a report that keeps the rows of other runs. `key` names the fields that tell rows apart."""
    def name(row):
        return tuple(row[field] for field in key)

    kept = {name(row): row for row in rows_of(path) if all(field in row for field in key)}
    kept.update({name(row): row for row in rows})
    write(path, {**more, 'results': list(kept.values())})


def arguments():
    parser = argparse.ArgumentParser(
        prog='ci/stamp.py', description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog='examples:  revision=$(ci/stamp.py revision)\n'
               '           ci/stamp.py row build/sanitize/report.json "$revision" asan 120 0 75 clang')
    commands = parser.add_subparsers(dest='command', required=True)
    commands.add_parser('revision', help='print the revision of the tree')
    row = commands.add_parser('row', help='put a row into a report, in place of the one of the same name')
    row.add_argument('file', type=pathlib.Path)
    row.add_argument('revision', help='of the tree when the work began')
    row.add_argument('name')
    row.add_argument('passed', type=int)
    row.add_argument('failed', type=int)
    row.add_argument('seconds', type=int)
    row.add_argument('tools', nargs='*', metavar='TOOL', help='a program whose version belongs to the row')
    return parser.parse_args()


def main():
    options = arguments()
    if options.command == 'revision':
        print(revision(ROOT))
        return 0
    try:
        merge(options.file, [{'name': options.name, 'passed': options.passed, 'failed': options.failed,
                              'seconds': options.seconds, **stamp(options.revision, options.tools)}], ('name',))
    except (Malformed, OSError) as error:
        print(f'ci/stamp.py: {error}', file=sys.stderr)
        return 2
    return 0


if __name__ == '__main__':
    sys.exit(main())
