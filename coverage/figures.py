# SPDX-License-Identifier: MIT
"""Read what `llvm-cov export` wrote, and merge the copies of each function.

An inline function of a header has a copy in each object that includes it. Here it counts once, and what ran in
any copy has run. For MC/DC that is on the safe side: a pair of runs that shows the effect of a condition must
have happened in one copy.
"""
import json
import pathlib
import re

LOCAL_NAME = re.compile(r'(?:.*:)?_ZL(\d+)(\w+).*\.__uniq\.\d+$')  # of -funique-internal-linkage-names
CONDITION = 6                                                      # kind of a branch that is part of a decision
KINDS = ('lines', 'branches', 'mcdc')


class Broken(Exception):
    """The data cannot be used, for the reason given."""


class Function:
    """One function of the source, in all its copies."""

    def __init__(self, file, name):
        self.file = file
        self.name = name
        self.first = self.last = 0
        self.entries = 0     # how often it was entered, in any copy
        self.lines = {}      # line -> it ran
        self.branches = {}   # (path, span) -> [it was true, it was false]
        self.decisions = {}  # span -> [this condition decided by itself, ...]
        self.conditions = set()  # spans of the branches that are conditions of a decision

    def merge(self, record, paths):
        line, _, last, *_ = record['regions'][0]
        self.first, self.last = line, last
        self.entries += record['count']
        for *span, true, false, where, _, kind in record['branches']:
            seen = self.branches.setdefault((paths[where], tuple(span)), [False, False])
            seen[0] = seen[0] or true > 0
            seen[1] = seen[1] or false > 0
            if kind == CONDITION:
                self.conditions.add(tuple(span))
        for *span, _, _, decided in record['mcdc_records']:
            seen = self.decisions.setdefault(tuple(span), [False] * len(decided))
            self.decisions[tuple(span)] = [a or b for a, b in zip(seen, decided)]

    def figures(self):
        """{kind: (covered, total)}"""
        branches = [way for ways in self.branches.values() for way in ways]
        conditions = [way for ways in self.decisions.values() for way in ways]
        return {kind: (sum(ways), len(ways))
                for kind, ways in zip(KINDS, (list(self.lines.values()), branches, conditions))}

    def missed(self, text):
        """[(kind, text)] of what did not run; `text` gives the source of a (path, span)."""
        found = [('line', text(self.file, (line, 1, line, None)))
                 for line, ran in sorted(self.lines.items()) if not ran]
        for (path, span), ways in sorted(self.branches.items()):
            found += [(f'never {name}', text(path, span))
                      for name, way in zip(('true', 'false'), ways) if not way]
        for span, decided in sorted(self.decisions.items()):
            inside = sorted(c for c in self.conditions if span[:2] <= c[:2] and c[2:] <= span[2:])
            for number, alone in enumerate(decided):
                if not alone:
                    what = text(self.file, inside[number]) if len(inside) == len(decided) else f'#{number + 1}'
                    found.append(('never alone', f'{what} in {text(self.file, span)}'))
        return found


class Source:
    """The text of the tree, to show what was missed."""

    def __init__(self, root):
        self.root = root
        self.files = {}

    def text(self, path, span):
        """The text of a span (line, column, line, column or None for the whole line), blanks squeezed."""
        if path not in self.files:
            self.files[path] = (self.root / path).read_text(encoding='utf-8').splitlines()
        line, column, last, end = span
        lines = self.files[path][line - 1:last]
        if end is not None:
            lines[-1] = lines[-1][:end - 1]
        lines[0] = lines[0][column - 1:]
        return ' '.join(' '.join(lines).split())


def name_of(name):
    """The name in the source of a function as the profile names it."""
    local = LOCAL_NAME.match(name)
    return local.group(2)[:int(local.group(1))] if local else name


def lines_of(segments):
    """{line: it ran} of a file, by the rules of llvm-cov: a line counts when a region begins on it or one that
    began before reaches into it, and has run when one of these has."""
    by_line = {}
    for segment in segments:
        by_line.setdefault(segment[0], []).append(segment)
    lines = {}
    wrapped = None
    for line in range(min(by_line, default=1), max(by_line, default=0) + 1):
        here = by_line.get(line, [])
        starts = [count for _, _, count, counted, entry, gap in here if counted and entry and not gap]
        skipped = here and not here[0][3] and here[0][4]
        mapped = (not skipped and (bool(starts) or (wrapped is not None and wrapped[3]))) or \
            any(counted and entry for _, _, _, counted, entry, _ in here)
        if mapped:
            counts = starts + ([wrapped[2]] if wrapped is not None else [])
            lines[line] = max(counts, default=0) > 0
        if here:
            wrapped = here[-1]
    return lines


def read(path, root, folders):
    """{file: {function name: Function}} of an export, for the files in `folders` of the source tree."""
    with open(path, encoding='utf-8') as export:
        data = json.load(export)['data'][0]
    root = pathlib.Path(root).resolve()

    def relative(name):
        absolute = pathlib.Path(name)
        return str(absolute.relative_to(root)) if absolute.is_relative_to(root) else name

    files = {}
    for record in data['functions']:
        paths = [relative(name) for name in record['filenames']]
        if not paths[0].startswith(tuple(folder + '/' for folder in folders)):
            continue
        functions = files.setdefault(paths[0], {})
        name = name_of(record['name'])
        functions.setdefault(name, Function(paths[0], name)).merge(record, paths)
    for entry in data['files']:
        lines = lines_of(entry['segments'])
        for function in files.get(relative(entry['filename']), {}).values():
            function.lines = {line: ran for line, ran in lines.items() if function.first <= line <= function.last}
    return files


def add(all_figures):
    """The sum of several {kind: (covered, total)}."""
    total = {kind: (0, 0) for kind in KINDS}
    for figures in all_figures:
        total = {kind: tuple(map(sum, zip(total[kind], figures[kind]))) for kind in KINDS}
    return total


def percent(covered, total):
    return 100.0 * covered / total if total else 100.0
