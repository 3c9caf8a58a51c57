# SPDX-License-Identifier: MIT
"""Reading contracts/TRUSTED.md and contracts/manifest."""
import re

SECTIONS = ('Primitives', 'Entry points', 'Not proved', 'Tools', 'Machine', 'Operating system')


class Malformed(Exception):
    """The file does not follow its own format; the text says where."""


def read_trusted(path):
    """{section: {name: sentence}} of the tables of TRUSTED.md."""
    sections = {name: {} for name in SECTIONS}
    current = None
    for number, line in enumerate(path.read_text(encoding='utf-8').splitlines(), 1):
        heading = re.match(r'##\s+(.*\S)', line)
        if heading:
            current = heading.group(1)
            if current not in sections:
                raise Malformed(f'{path.name}:{number}: section "{current}" is not one of '
                                f'{", ".join(SECTIONS)}')
            continue
        row = re.match(r'\|\s*`([^`]+)`\s*\|\s*(.*\S)\s*\|\s*$', line)
        if row:
            if current is None:
                raise Malformed(f'{path.name}:{number}: a row before the first section')
            if row.group(1) in sections[current]:
                raise Malformed(f'{path.name}:{number}: `{row.group(1)}` is listed twice')
            sections[current][row.group(1)] = row.group(2)
        elif line.startswith('|') and not re.match(r'\|[\s|:-]*$|\|\s*[A-Za-z]', line):
            raise Malformed(f'{path.name}:{number}: a row needs the form | `name` | sentence |')
    return sections


def read_manifest(path):
    """The C files to prove, in order."""
    lines = (line.split('#')[0].strip() for line in path.read_text(encoding='utf-8').splitlines())
    return [line for line in lines if line]
