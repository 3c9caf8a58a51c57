# SPDX-License-Identifier: MIT
"""Builds without some of the product's checks, to measure what they cost.

The product has no switch that turns a check off, and these builds are no product: they are made of a copy of the
sources, build/bench/unchecked/tree, in which the edits of bench/unchecked/CHECK.mutant are made. Those are written,
read and applied as the wrong versions of contracts/mutate are (contracts/mutator/mutants.py): an edit that no longer
fits the source is an error, which names both.
"""
import shutil
import sys

from building import OUTPUT, ROOT, build

sys.path.insert(1, str(ROOT / 'contracts'))
from mutator import mutants, trees  # noqa: E402

DESCRIPTIONS = ROOT / 'bench' / 'unchecked'
DIRECTORY = OUTPUT / 'unchecked'
LIBRARY = 'libironring.so.0'


def edits(checks):
    """What turns these checks off."""
    return [edit for check in checks for edit in mutants.read_file(DESCRIPTIONS / f'{check}.mutant')]


def changed(checks, root=ROOT):
    """{path: text} of the source files that are others without these checks."""
    texts = {}
    for edit in edits(checks):
        if edit.file not in texts:
            texts[edit.file] = (root / edit.file).read_text(encoding='utf-8')
        texts[edit.file] = edit.apply(texts[edit.file])
    return texts


def make(name, checks, names):
    """Build the programs of these names without the checks, and return the folder they are in."""
    try:
        trees.copy(ROOT, DIRECTORY / 'tree', changed(checks))
    except mutants.Malformed as error:
        raise SystemExit(f'{sys.argv[0]}: bench/unchecked/{error}') from error
    directory = DIRECTORY / name / 'bench'
    directory.mkdir(parents=True, exist_ok=True)
    for program in names:
        # What a check needed may stand unused without it.
        built = build('gcc', program, DIRECTORY / 'build', DIRECTORY / 'tree', '-Dwerror=false')
        shutil.copy2(built, directory / program)
    shutil.copy2(built.parents[1] / LIBRARY, directory.parent / LIBRARY)
    return directory
