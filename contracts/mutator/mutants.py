# SPDX-License-Identifier: MIT
"""Reading contracts/mutants/*.mutant, and making a wrong version of a file.

A file of mutants begins with `file: PATH`, the source file they change. Each mutant is a block of lines:

    mutant: name_that_is_a_sentence
    function: the proved function that is wrong
    why: one sentence, what goes wrong with it
    unseen-by-proof: reason      (only when the proof cannot see it; unseen-by-tests likewise)
    quick: yes                   (only when it belongs to `contracts/mutate --quick`)
    - the text that is replaced, which must occur exactly once in the function,
    + and the text that replaces it; both may have several lines.

The function's text ends before the next function of the file, so its contract is out of reach. A definition
outside of functions is changed when the text does not occur in the function, and once in the file.
"""
import hashlib
import re
from dataclasses import dataclass, field

FIELDS = ('function', 'why', 'unseen-by-proof', 'unseen-by-tests', 'quick')


class Malformed(Exception):
    """A description is wrong, or no longer fits the source; the text says where and why."""


@dataclass
class Mutant:
    """One wrong version of one function."""
    name: str
    file: str                    # the source file
    where: str                   # file and line of the description
    fields: dict = field(default_factory=dict)
    removed: list = field(default_factory=list)
    added: list = field(default_factory=list)

    @property
    def function(self):
        return self.fields['function']

    @property
    def why(self):
        return self.fields['why']

    def unseen(self, side):
        """Why `side` (proof or tests) cannot see it, or None when it must."""
        return self.fields.get(f'unseen-by-{side}')

    def digest(self, text):
        """Stands for the description and the source text it is applied to: as long as both stay, so does what
        was found out about the mutant."""
        parts = (self.name, self.file, *(f'{key}: {value}' for key, value in sorted(self.fields.items())),
                 '\n'.join(self.removed), '\n'.join(self.added), text)
        return hashlib.sha256('\0'.join(parts).encode()).hexdigest()[:16]

    def apply(self, text):
        """The text of the source file with the change in it."""
        old, new = '\n'.join(self.removed), '\n'.join(self.added)
        start, end = function_span(text, self.function)
        if start is None:
            raise Malformed(f'{self.where}: {self.name}: {self.file} defines no function {self.function}')
        count = text.count(old, start, end)
        if count == 0:
            start, end = 0, len(text)
            count = text.count(old)
        if count != 1:
            raise Malformed(f'{self.where}: {self.name}: the text to replace occurs {count} times in '
                            f'{self.function} of {self.file}, and must occur once:\n{old}')
        at = text.index(old, start, end)
        changed = text[:at] + new + text[at + len(old):]
        if annotations(changed) != annotations(text) and not self.follows(text, changed):
            raise Malformed(f'{self.where}: {self.name}: changes a contract, and not only code')
        return changed

    @staticmethod
    def follows(text, changed):
        """The annotations differ only by ghost arguments of a call that comes or goes."""
        before, after = annotations(text), annotations(changed)
        shorter, longer = sorted((before, after), key=len)
        extra = list(longer)
        for note in shorter:
            if note not in extra:
                return False
            extra.remove(note)
        return all(re.match(r'/\*@ ghost \([\w, ()+]*\) \*/$', note) for note in extra)


def annotations(text):
    return re.findall(r'/\*@.*?\*/|//@[^\n]*', text, re.DOTALL)


def function_span(text, name):
    """Where the definition of a function begins and ends; (None, None) without one."""
    for match in re.finditer(rf'\b{re.escape(name)}\(', text):
        body = text.find('\n{', match.start())
        if body >= 0 and ';' not in text[match.start():body]:
            return match.start(), text.index('\n}\n', body)
    return None, None


def read_file(path):
    """The mutants of one file of descriptions."""
    mutants = []
    source = ''
    for number, line in enumerate(path.read_text(encoding='utf-8').splitlines(), 1):
        where = f'{path.name}:{number}'
        if not line or line.startswith('#'):
            continue
        entry = re.match(r'([\w-]+): (.*\S)', line)
        if re.match(r'[-+]( |$)', line) and mutants:
            (mutants[-1].removed if line[0] == '-' else mutants[-1].added).append(line[2:])
        elif entry and entry.group(1) == 'file':
            source = entry.group(2)
        elif entry and entry.group(1) == 'mutant' and source:
            mutants.append(Mutant(entry.group(2), source, where))
        elif entry and entry.group(1) in FIELDS and mutants and entry.group(1) not in mutants[-1].fields:
            mutants[-1].fields[entry.group(1)] = entry.group(2)
        else:
            raise Malformed(f'{where}: this line is out of place: {line}')
    for mutant in mutants:
        missing = {'function', 'why'} - set(mutant.fields)
        if missing or not mutant.removed:
            raise Malformed(f'{mutant.where}: {mutant.name}: lacks {", ".join(sorted(missing)) or "a - line"}')
        if not re.fullmatch(r'[a-z0-9]+(_[a-z0-9]+)+', mutant.name):
            raise Malformed(f'{mutant.where}: {mutant.name}: a name is words joined by _')
    return mutants


def read_all(directory):
    """The mutants of all files of descriptions, in order; no two of one name."""
    mutants = [mutant for path in sorted(directory.glob('*.mutant')) for mutant in read_file(path)]
    seen = {}
    for mutant in mutants:
        if mutant.name in seen:
            raise Malformed(f'{mutant.where}: {mutant.name}: also stands in {seen[mutant.name]}')
        seen[mutant.name] = mutant.where
    return mutants
