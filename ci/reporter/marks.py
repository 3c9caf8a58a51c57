# SPDX-License-Identifier: MIT
"""How the page says that a figure is missing, of another revision, or bad."""
import re

from .html import code, element


def missing(source):
    """In the place of a figure that was not measured."""
    return element('span', 'not measured: run ', code(source['command']), class_='missing')


def marked(source, *parts):
    """After a figure: the revision it was measured on, when that is not the present one. It is a figure of the
    named parts of a source, or of all."""
    if parts:
        said = [f'measured on {revision}' for revision in sorted({source['old'][part] for part in parts
                                                                  if part in source['old']})]
    else:
        said = source['outdated']
    return [' ', element('span', '; '.join(said), class_='old')] if said else None


def prose(text):
    """A sentence of a Markdown file, its `code` marked as such."""
    return [code(part) if at % 2 else part for at, part in enumerate(re.split(r'`([^`]+)`', text))]


def stained(state, *children):
    """Text whose colour and sign say how good it is."""
    sign = {'good': '✓ ', 'bad': '✗ ', 'outdated': '◷ ', 'missing': '… ', 'open': '○ '}[state]
    return element('span', sign, *children, class_=state)
