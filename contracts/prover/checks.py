# SPDX-License-Identifier: MIT
"""What must hold before a proof means anything: nothing is assumed, hidden from the provers, or left out,
beyond what contracts/TRUSTED.md says. Each check returns sentences, one a failure."""
import os
import re

from . import source

# ACSL that adds an assumption, or changes what is proved, without a goal of its own.
FORBIDDEN = {
    r'\baxiom\b|\baxiomatic\b': 'an axiom',
    r'\badmit\b': 'admit',
    r'\bassume\b': 'assume',
    r'\bno_wp\b': 'a property hidden from WP',
    r'\brequires\s+\\false\b': 'requires \\false',
    r'\b(global|type|strong|weak)\s+invariant\b': 'a global invariant, which is assumed',
    r'^\s*volatile\b': 'a volatile clause, which replaces the arbitrary device',
    r'\bcalls\b': 'calls',
}
KEYWORDS = {'if', 'while', 'for', 'switch', 'case', 'return', 'sizeof', 'do', 'else', '_Alignof'}


def forbidden(unit):
    problems = []
    for item in unit.items:
        for note in item.annotations:
            if re.match(r'\s*ghost\b', note):
                note = re.sub(r'^\s*ghost\b', '', note)
            for pattern, what in FORBIDDEN.items():
                if re.search(pattern, note):
                    where = item.name or 'the annotations before ' + item.text[:40]
                    problems.append(f'{unit.path}: {where}: uses {what}')
        if any(text in ('asm', '__asm__', '__asm') for _, text in item.tokens):
            problems.append(f'{unit.path}: {item.name}: uses inline assembly')
    return problems


def contracts(unit):
    """Each function has a contract with assigns, and each loop a variant; none recurs."""
    problems = []
    graph = {}
    for name, item in unit.functions.items():
        where = f'{unit.files.get(name, unit.path)}: {name}'
        contract = unit.contracts.get(name)
        if contract is None:
            problems.append(f'{where}: has no contract')
        elif not re.search(r'\bassigns\b', contract):
            problems.append(f'{where}: its contract has no assigns clause')
        loops = source.loops_without_variant(item)
        if loops:
            problems.append(f'{where}: {loops} loop(s) without a loop variant')
        if source.jumps_back(item):
            problems.append(f'{where}: a goto that jumps back')
        graph[name] = source.calls_in(item, unit.functions) - {name}
        if name in called_names(item):
            problems.append(f'{where}: calls itself')
    problems += [f'{unit.path}: recursion through {name}' for name in cycles(graph)]
    return problems


def lemmas(unit):
    """The texts of a unit's lemmas."""
    return {' '.join(note.split()) for item in unit.items for note in item.annotations
            if re.search(r'\blemma\b', note)}


def cycles(graph):
    found, done, path = [], set(), []

    def visit(name):
        if name in path:
            found.append(' -> '.join(path[path.index(name):] + [name]))
            return
        if name in done:
            return
        path.append(name)
        for callee in sorted(graph.get(name, ())):
            visit(callee)
        path.pop()
        done.add(name)

    for name in sorted(graph):
        visit(name)
    return found


def called_names(item):
    """Names of the functions that a printed function calls, ghost code included."""
    names = set()
    bodies = [[text for kind, text in item.body if kind != 'comment']]
    for note in item.annotations:
        if re.match(r'\s*ghost\b', note):
            bodies.append([text for kind, text in source.tokens_of(note) if kind != 'comment'])
    for words in bodies:
        for at, text in enumerate(words[1:], 1):
            if text == '(' and re.match(r'[A-Za-z_]\w*$', words[at - 1]):
                names.add(words[at - 1])
    return names - KEYWORDS


def assumed_calls(unit):
    """{callee: caller} of the calls that go to a function without a body."""
    found = {}
    for name, item in unit.functions.items():
        for callee in called_names(item) - {name, 'ghost', 'assert', 'requires', 'loop'}:
            if callee not in unit.functions and callee != item.name:
                found.setdefault(callee, name)
    return found


def inside(path, root):
    """The path below the root, or None for a system header."""
    if path.startswith('<') or path.startswith('/usr/'):
        return None
    relative = os.path.relpath(os.path.join(root, path), root)
    return None if relative.startswith('..') else os.path.normpath(relative)


def comparable(item):
    """The text of an item, in which code that means the same to the provers and to the compiler is the same:
    without attributes that only say where code goes; `__builtin_expect(E, n)` as `(E)`, which is its value;
    and what the provers assert, `/*@ assert E; */ (void)0`, as what the compiler is told,
    `E ? (void)0 : __builtin_unreachable()`."""
    words = []
    for kind, text in item.body or item.tokens:
        if kind == 'comment':
            claim = re.match(r'\s*assert\s+(?:\w+\s*:)?(.*);\s*$', source.annotation_text(text), re.DOTALL)
            text = 'ASSERT{' + ' '.join(t for _, t in source.tokens_of(claim.group(1))) + '}' if claim else ''
            text = text.replace('\\ null', '( ( void * ) 0 )')
        if text:
            words.append(text)
    if item.body:  # a definition's body begins at its brace
        words = [text for _, text in item.tokens[:item.head]] + words
    text = re.sub(r'__attribute__ \( \( (?:(?:noinline|always_inline|cold|hot) ?,? ?)+\) \) ?', '',
                  ' '.join(words))
    text = re.sub(r'ASSERT\{([^}]*)\} \( \( void \) 0 \)', r'PROVED{\1}', text)
    text = re.sub(r'ASSERT\{[^}]*\} ', '', text)
    text = re.sub(r'\( \( ([^;{}]*) \) \? \( void \) 0 : __builtin_unreachable \( \) \)', r'PROVED{\1}', text)
    return without_expect(text.split(' '))


def without_expect(words):
    while '__builtin_expect' in words:
        start = words.index('__builtin_expect')
        depth, comma, end = 0, None, start
        for end in range(start + 1, len(words)):
            depth += (words[end] == '(') - (words[end] == ')')
            if words[end] == ',' and depth == 1:
                comma = end
            if depth == 0:
                break
        words[start:end + 1] = words[start + 1:comma] + [')']
    return ' '.join(words)


def hidden(path, include, root):
    """{function: file} whose code the provers and the compiler see differently, and other such text."""
    variants = []
    for flags in (['-D__FRAMAC__'], []):
        items = source.items_of(source.preprocess(path, ['-CC', *flags, *include], root))
        variants.append([item for item in items if inside(item.file, root)])
    proved = {comparable(item) for item in variants[0]}
    functions, others = {}, []
    for item in variants[1]:
        if comparable(item) not in proved:
            if item.name:
                functions[item.name] = inside(item.file, root)
            else:
                others.append(f'{inside(item.file, root)}: the provers and the compiler see different '
                              f'text: {item.text[:70]}')
    return functions, others


def functions_of(path, include, root):
    """(all functions defined in the file itself, those of them that others can call)."""
    every, linked = set(), set()
    for item in source.items_of(source.preprocess(path, include, root)):
        if item.defined and inside(item.file, root) == path:
            every.add(item.name)
            if not item.static:
                linked.add(item.name)
    return every, linked


RULES = 'src/sim/rules.h'
RULE = re.compile(r'X\((\w+), (PROVED|WATCHED),')
NAMED = re.compile(r'\[([A-Z][A-Z0-9_]+(?:, [A-Z][A-Z0-9_]+)*)\]')
BOUNDS = ('IR_', 'IXGBE_', 'VIRTIO_')  # what else stands in brackets


def rules(root, files):
    """The datasheet's rules that contracts name in brackets are those that the list calls proved."""
    listed = dict(RULE.findall((root / RULES).read_text(encoding='utf-8')))
    named = {}
    for file in files:
        for names in NAMED.findall((root / file).read_text(encoding='utf-8')):
            for name in names.split(', '):
                if not name.startswith(BOUNDS):
                    named.setdefault(name, file)
    problems = [f'{RULES}: {name} is called proved, and no contract names it'
                for name, how in listed.items() if how == 'PROVED' and name not in named]
    for name, file in sorted(named.items()):
        if name not in listed:
            problems.append(f'{file}: [{name}] is no rule of {RULES}')
        elif listed[name] != 'PROVED':
            problems.append(f'{file}: [{name}] is not called proved in {RULES}')
    return problems
