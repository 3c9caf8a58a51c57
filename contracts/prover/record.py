# SPDX-License-Identifier: MIT
"""contracts/proved: which functions were proved, each with a digest of all that its proof depends on.

WP proves a function from its own text and from the declarations, contracts and logic that its file shows; the bodies
of other functions play no part. While none of that has changed, nor the tools, the same goals would be made and
proved. A line has the form FILE FUNCTION DIGEST GOALS ASSUMED.
"""
import hashlib
import re
import zlib
from dataclasses import dataclass

from .trusted import Malformed

HEADER = '''# SPDX-License-Identifier: MIT
# Written by contracts/prove --record, and read by contracts/prove --changed: file, function, digest of what its proof
# depends on, number of goals, and the primitives whose contracts it takes on trust.
'''
LINE = re.compile(r'(\S+) (\S+) ([0-9a-f]{32}) (\d+) (\S+)$')
# One in so many functions is proved although nothing has changed, on each revision others.
TURNS = 16


@dataclass
class Entry:
    """What is known of a function that was proved."""
    digest: str
    goals: int
    assumed: tuple = ()


def seen_of(item):
    """What the proof of another function sees of an item: of a function definition all but the body."""
    if not item.defined:
        return [item.text, *item.annotations]
    inside = sum(kind == 'comment' for kind, _ in item.body)
    return [' '.join(text for _, text in item.tokens[:item.head]), *item.annotations[:len(item.annotations) - inside]]


def digest(unit, name, settings):
    """Of all that decides whether a function of the unit is proved, or with the name '(lemmas)' its lemmas; `settings`
    are the words that are the same for all functions. Comments and layout make no difference."""
    parts = [unit.path, name, *settings]
    for item in unit.items:
        parts += seen_of(item)
        if item.defined and item.name == name:
            parts += [text for _, text in item.body]
    return hashlib.sha256('\0'.join(parts).encode()).hexdigest()[:32]


def has_turn(revision, function):
    """Whether the function is one of those that are proved on this revision although nothing has changed."""
    return zlib.crc32(f'{revision} {function}'.encode()) % TURNS == 0


def read(path):
    """{(file, function): Entry}"""
    try:
        lines = path.read_text(encoding='utf-8').splitlines()
    except FileNotFoundError as error:
        raise Malformed(f'{path}: there is none; contracts/prove --record makes it') from error
    entries = {}
    for number, line in enumerate(lines, 1):
        if line.startswith('#'):
            continue
        found = LINE.match(line)
        if not found:
            raise Malformed(f'{path}:{number}: not FILE FUNCTION DIGEST GOALS ASSUMED; contracts/prove --record makes it anew')
        file, function, of, goals, assumed = found.groups()
        entries[file, function] = Entry(of, int(goals), () if assumed == '-' else tuple(assumed.split(',')))
    return entries


def write(path, entries):
    """Write {(file, function): Entry} into the file."""
    lines = [f'{file} {function} {entry.digest} {entry.goals} {",".join(sorted(entry.assumed)) or "-"}\n'
             for (file, function), entry in sorted(entries.items())]
    path.write_text(HEADER + ''.join(lines), encoding='utf-8')
