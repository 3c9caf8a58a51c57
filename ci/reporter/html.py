# SPDX-License-Identifier: MIT
"""Elements of HTML and SVG. All text and each value of an attribute is escaped here, and nowhere else."""
import html

VOID = ('meta', 'input', 'br', 'col', 'line', 'rect', 'circle', 'path')


class Raw(str):
    """Text that is markup already."""


def escape(value):
    return value if isinstance(value, Raw) else html.escape(str(value), quote=True)


def flat(children):
    for child in children:
        if child is None:
            continue
        if isinstance(child, (list, tuple)) or hasattr(child, '__next__'):
            yield from flat(child)
        else:
            yield escape(child)


def element(name, /, *children, **attributes):
    """`class_` stands for class and `data_sort` for data-sort; an attribute that is None or False is left out."""
    written = ''
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        key = key.rstrip('_').replace('_', '-')
        written += f' {key}' if value is True else f' {key}="{escape(value)}"'
    if name in VOID and not children:
        return Raw(f'<{name}{written}>' if name in ('meta', 'input', 'br', 'col') else f'<{name}{written}/>')
    return Raw(f'<{name}{written}>{"".join(flat(children))}</{name}>')


def link(anchor, /, *children, **attributes):
    return element('a', *children, href=f'#{anchor}', **attributes)


def code(text):
    return element('code', text)


def table(heads, rows, **attributes):
    """A table in a container of its own, in which it scrolls when it is wider than the page. A head is a text or
    (text, attributes); a row is a list of cells or a `tr`."""
    head = element('thead', element('tr', [
        element('th', text, scope='col', **more) for text, more in
        (entry if isinstance(entry, tuple) else (entry, {}) for entry in heads)]))
    body = element('tbody', [row if isinstance(row, Raw) else element('tr', [
        cell if isinstance(cell, Raw) and cell.startswith(('<td', '<th')) else element('td', cell)
        for cell in row]) for row in rows])
    return element('div', element('table', head, body, **attributes), class_='scroll', tabindex='0', role='region',
                   aria_label=attributes.get('aria_label', 'table'))


def items(entries, **attributes):
    return element('ul', [element('li', entry) for entry in entries], **attributes)


def number(value):
    """With thin spaces between thousands."""
    return f'{value:,}'.replace(',', '\u202f')


def big(value):
    """A large number in at most four digits."""
    for limit, name in ((1e9, 'G'), (1e6, 'M'), (1e4, 'k')):
        if value >= limit:
            scaled = value / (1000 if name == 'k' else limit)
            return f'{scaled:.3g}\u202f{name}' if scaled < 999.5 else f'{scaled:.0f}\u202f{name}'
    return number(value)


def span_of(seconds):
    """A time as people say it."""
    if seconds < 100:
        return f'{seconds:.0f} s'
    return f'{seconds / 60:.0f} min' if seconds < 6000 else f'{seconds / 3600:.1f} h'


def plural(count, one, many=None):
    return f'{number(count)} {one if count == 1 else many or one + "s"}'
