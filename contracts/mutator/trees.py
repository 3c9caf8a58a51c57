# SPDX-License-Identifier: MIT
"""Copies of the source tree, to make versions of that are not the product."""
import shutil

COPIED = ('meson.build', 'meson_options.txt', 'src', 'include', 'contracts', 'tests', 'docs', 'bench')


def copy(root, tree, changed=None):
    """Make `tree` equal to the one at `root`, but for the files in `changed`, which has their texts by path. Files
    that are as they should be keep their time, so that nothing is built anew."""
    texts = {tree / path: text.encode('utf-8') for path, text in (changed or {}).items()}
    wanted = set()
    for name in COPIED:
        top = root / name
        for path in [top] if top.is_file() else sorted(top.rglob('*')):
            relative = path.relative_to(root)
            target = tree / relative
            if path.is_dir() or '__pycache__' in relative.parts:
                continue
            wanted.add(target)
            content = texts[target] if target in texts else path.read_bytes()
            if not target.exists() or target.read_bytes() != content:
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)
                shutil.copymode(path, target)
    for path in [path for path in tree.rglob('*') if path.is_file() and path not in wanted]:
        path.unlink()
