# SPDX-License-Identifier: MIT
"""The list of what the tests do not cover and why that is accepted: coverage/exceptions."""
from figures import Broken

KINDS = ('line', 'never true', 'never false', 'never alone')


def read(path):
    """{(file, function, kind, text): reason}. A block is a line `FILE FUNCTION`, then indented lines
    `KIND: TEXT`, then `why: REASON`; a `#` begins a comment line."""
    listed = {}
    head, waiting = None, []

    def finished(number):
        if waiting:
            raise Broken(f'{path}:{number}: no `why:` for `{waiting[-1][3]}`')

    number = 0
    for number, line in enumerate(path.read_text(encoding='utf-8').splitlines(), 1):
        if not line.strip() or line.startswith('#'):
            continue
        if not line.startswith(' '):
            finished(number)
            head = tuple(line.split())
            if len(head) != 2:
                raise Broken(f'{path}:{number}: expected `FILE FUNCTION`')
            continue
        kind, colon, text = (part.strip() for part in line.partition(': '))
        if head is None or not colon or not text or kind not in KINDS + ('why',):
            raise Broken(f'{path}:{number}: expected an indented `why: REASON` or `KIND: TEXT` under a line '
                         f'`FILE FUNCTION`, where KIND is one of {", ".join(KINDS)}')
        if kind != 'why':
            waiting.append((*head, kind, text))
        elif not waiting:
            raise Broken(f'{path}:{number}: `why:` explains nothing')
        else:
            listed.update(dict.fromkeys(waiting, text))
            waiting = []
    finished(number)
    return listed


def compare(missed, listed):
    """(missed but not listed, listed but not missed), each as sentences."""
    unlisted = [f'{file}: {function}: {kind}: {text}' for file, function, kind, text in missed
                if (file, function, kind, text) not in listed]
    stale = [f'{file}: {function}: {kind}: {text}' for file, function, kind, text in listed
             if (file, function, kind, text) not in set(missed)]
    return unlisted, stale
