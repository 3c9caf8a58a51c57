# SPDX-License-Identifier: MIT
"""Reading C: the top-level items of a preprocessed or printed file, and what stands in them.

Works on tokens, enough of C to find function definitions, calls, loops and ACSL annotations. Nothing
here knows how proofs are run.
"""
import re
import subprocess
from dataclasses import dataclass, field

TOKEN = re.compile(
    r'(?P<marker>^[ \t]*#[ \t]*(?:line[ \t]+)?\d+[ \t]+"[^"\n]*"[^\n]*$)'
    r'|(?P<directive>^[ \t]*#[^\n]*$)'
    r'|(?P<comment>/\*.*?\*/|//[^\n]*)'
    r'|(?P<string>"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\')'
    r'|(?P<word>[A-Za-z_]\w*)'
    r'|(?P<number>\.?\d(?:[eEpP][+-]|[\w.])*)'
    r'|(?P<punct>[^\s\w])',
    re.MULTILINE | re.DOTALL)


@dataclass
class Item:
    """A top-level declaration or definition."""
    file: str
    tokens: list                 # (kind, text), comments left out
    annotations: list            # ACSL comments that stand before or in it, without the /*@ */
    name: str = ''               # of a function
    defined: bool = False        # a function with its body
    body: list = field(default_factory=list)  # tokens with ACSL comments, of a function definition
    before: list = field(default_factory=list)  # the ACSL comments before it: contract, logic
    head: int = 0                # of a function definition: how many tokens stand before its brace

    @property
    def text(self):
        return ' '.join(text for _, text in self.tokens)

    @property
    def static(self):
        return any(text == 'static' for _, text in self.tokens[:self.name_at()])

    def name_at(self):
        for at, (kind, text) in enumerate(self.tokens):
            if kind == 'word' and text == self.name:
                return at
        return 0


def is_annotation(text):
    return text.startswith(('/*@', '//@'))


def annotation_text(text):
    return text[3:-2] if text.startswith('/*') else text[3:]


def tokens_of(text):
    """All tokens as (kind, text); line markers as ('marker', file)."""
    for match in TOKEN.finditer(text):
        kind = match.lastgroup
        if kind == 'marker':
            yield 'marker', re.search(r'"([^"]*)"', match.group()).group(1)
        elif kind != 'directive':
            yield kind, match.group()


def function_name(tokens):
    """The name that the declarator in `tokens` gives to a function, or ''."""
    depth = 0
    skip = False
    for at, (kind, text) in enumerate(tokens):
        if text == '(':
            if depth == 0 and at > 0 and tokens[at - 1][0] == 'word' and not skip:
                if tokens[at - 1][1] in ('__attribute__', '__asm__', 'asm', '_Static_assert',
                                         '_Alignas', '__typeof__', 'typeof'):
                    skip = True
                else:
                    return tokens[at - 1][1]
            depth += 1
        elif text == ')':
            depth -= 1
            if depth == 0:
                skip = False
        elif text == '=' and depth == 0:
            return ''
    return ''


def items_of(text):
    """Split a preprocessed or printed file into its top-level items."""
    items = []
    file = ''
    plain, notes, before, body = [], [], [], []
    depth = head = 0
    is_function = False
    for kind, token in tokens_of(text):
        if kind == 'marker':
            file = token
            continue
        if kind == 'comment':
            if is_annotation(token):
                notes.append(annotation_text(token))
                if depth == 0 and not plain:
                    before.append(annotation_text(token))
                if is_function:
                    body.append((kind, token))
            continue
        if depth == 0 and token == '{' and plain and plain[-1][1] == ')':
            is_function = function_name(plain) != ''
            head = len(plain)
        plain.append((kind, token))
        if is_function:
            body.append((kind, token))
        if token == '{':
            depth += 1
        elif token == '}':
            depth -= 1
        ends = depth == 0 and (token == ';' or (token == '}' and is_function))
        if ends:
            if is_function or any(text == '(' for _, text in plain):
                name = function_name(plain)
            else:
                name = ''
            if plain[0][1] == 'typedef':
                name = ''
            if len(plain) > 1:
                items.append(Item(file, plain, notes, name, is_function, body, before, head))
            plain, notes, before, body = [], [], [], []
            is_function = False
    if notes or plain:
        items.append(Item(file, plain, notes))
    return items


def preprocess(path, flags, root):
    """The file as the C preprocessor leaves it, with line markers."""
    return subprocess.run(['cc', '-std=c17', '-D_GNU_SOURCE', '-E', *flags, path], cwd=root,
                          check=True, capture_output=True, text=True).stdout


def calls_in(item, names):
    """Those of `names` that the function calls or takes the address of."""
    return {text for kind, text in item.body if kind == 'word' and text in names}


def loops_without_variant(item):
    """How many loops of a function printed by Frama-C have no `loop variant`.

    Frama-C prints each loop as `while`, its annotation directly before it.
    """
    count = 0
    previous = ''
    for kind, text in item.body:
        if kind == 'word' and text in ('while', 'for', 'do') and 'loop variant' not in previous:
            count += 1
        previous = text if kind == 'comment' else ''
    return count


def jumps_back(item):
    """True when the function has a goto to a label that stands before it."""
    labels = set()
    words = [text for kind, text in item.body if kind != 'comment']
    for at, text in enumerate(words):
        if text == 'goto' and words[at + 1] in labels:
            return True
        if text == ':' and words[at - 2] in (';', '{', '}', ':'):
            labels.add(words[at - 1])
    return False
