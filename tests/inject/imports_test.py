#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Each function that the library and the tool call outside of themselves is made to fail by a shim, or
stands in tests/inject/never-fails with the reason why that is not needed. Arguments: the folder of this
file, the shims' library, then the programs and libraries to look at."""
import pathlib
import subprocess
import sys
import unittest

FOLDER, SHIMS, SUBJECTS = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3:]
# Put there by compilers and the C library's start-up code, or by sanitizers.
GENERATED = ('_ITM_', '__cxa_', '__gmon_', '__libc_start', '__asan', '__ubsan', '__tsan', '__msan', '__sanitizer',
             '__lsan', '__stack_chk', '_Unwind', '__tls', '__gcov', '__interceptor', 'llvm_', '__llvm')


def output_of(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def defined_by(archive):
    rows = [line.split() for line in output_of('nm', '--format=posix', '--defined-only', archive).splitlines()]
    return {row[0] for row in rows if len(row) >= 2 and row[1] in 'TW'}


def imported_by(subject):
    """Functions from elsewhere. Compilers differ in whether they also import data such as stderr."""
    rows = [line.split() for line in output_of('readelf', '--dyn-syms', '--wide', subject).splitlines()]
    return {row[7].split('@')[0] for row in rows
            if len(row) >= 8 and row[6] == 'UND' and row[4] == 'GLOBAL' and row[3] != 'OBJECT'}


def excused():
    """{function: reason} from the file never-fails: functions, then a colon and the reason, a line each."""
    reasons = {}
    for line in (FOLDER / 'never-fails').read_text(encoding='utf-8').splitlines():
        if line and not line.startswith('#'):
            names, reason = line.split(':', 1)
            reasons.update({name: reason.strip() for name in names.split()})
    return reasons


class Imports(unittest.TestCase):

    def setUp(self):
        self.shims = {name for name in defined_by(SHIMS) if not name.startswith('inject_')}
        self.imports = set()
        for subject in SUBJECTS:
            self.imports |= imported_by(subject)
        self.imports = {name for name in self.imports if not name.startswith(GENERATED)}

    def test_each_imported_function_fails_on_demand_or_has_a_reason(self):
        self.assertLessEqual({'malloc', 'calloc', 'pthread_create'}, self.imports & self.shims)
        self.assertEqual(sorted(self.imports - self.shims - set(excused())), [])

    def test_each_excuse_has_a_reason(self):
        for name, reason in excused().items():
            with self.subTest(name=name):
                self.assertGreater(len(reason), 10)


if __name__ == '__main__':
    unittest.main(argv=[sys.argv[0], '-v'])
