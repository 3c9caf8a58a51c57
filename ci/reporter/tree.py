# SPDX-License-Identifier: MIT
"""The source tree the report is about, and whether a figure is of this tree."""
import functools
import re

import stamp


class Tree:
    """The tree as it is now."""

    def __init__(self, root):
        self.root = root
        self.revision = stamp.revision(root)
        found = re.search(r"^\s*version: '([^']+)'", self.text('meson.build'), re.MULTILINE)
        self.version = found.group(1) if found else 'unknown'

    def text(self, path):
        return (self.root / path).read_text(encoding='utf-8')

    @functools.cache
    def same(self, revision, inputs):
        """True when the files below `inputs` are those of a revision. Which changes a tree with changes had
        is not known, so a figure of one is of no other tree."""
        if revision == 'unknown' or '+' in revision or self.revision == 'unknown':
            return False
        if stamp.git(self.root, 'diff', '--quiet', revision, '--', *inputs) is None:
            return False
        return stamp.git(self.root, 'ls-files', '--others', '--exclude-standard', '--', *inputs) == ''
