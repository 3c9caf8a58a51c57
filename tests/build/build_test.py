#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What a user gets: headers that compile alone, exactly the public symbols, and an installed library that
pkg-config finds. Arguments: source root, build root, C compiler."""
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

SOURCE, BUILD = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
CC = sys.argv[3]
sys.dont_write_bytecode = True
sys.path.insert(0, str(SOURCE / 'contracts'))
from prover.source import items_of  # noqa: E402

CXX = {'gcc': 'g++', 'cc': 'c++', 'clang': 'clang++'}[pathlib.Path(CC).name]
HEADERS = sorted((SOURCE / 'include' / 'ironring').glob('*.h'))
STRICT = ['-Wall', '-Wextra', '-Wpedantic', '-Wconversion', '-Werror']


def run(*command, **options):
    """Output of a command; its messages become the test's when it fails."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120,
                          **options)
    if done.returncode != 0:
        raise AssertionError(f'{" ".join(map(str, command))}: {done.returncode}\n{done.stdout}')
    return done.stdout


class Headers(unittest.TestCase):

    def compile_alone(self, compiler, language, standard):
        self.assertTrue(HEADERS)
        for header in HEADERS:
            with self.subTest(header=header.name):
                run(compiler, '-x', language, f'-std={standard}', *STRICT, '-fsyntax-only',
                    f'-I{SOURCE}/include', '-', input=f'#include <ironring/{header.name}>\n')

    def test_each_public_header_compiles_alone_as_c17(self):
        self.compile_alone(CC, 'c', 'c17')

    def test_each_public_header_compiles_alone_as_cpp17(self):
        self.compile_alone(CXX, 'c++', 'c++17')


class Symbols(unittest.TestCase):

    def test_library_exports_exactly_the_public_functions(self):
        declared = set()
        for header in HEADERS:
            text = run(CC, '-std=c17', '-E', f'-I{SOURCE}/include', str(header))
            declared |= {item.name for item in items_of(text)
                         if item.name.startswith('ir_') and not item.static}
        table = run('nm', '-D', '--defined-only', str(BUILD / 'libironring.so'))
        exported = {line.split()[-1].split('@')[0] for line in table.splitlines()} - {'IRONRING_0'}
        self.assertEqual(sorted(exported), sorted(declared))


class Installed(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.TemporaryDirectory()
        run('meson', 'install', '-C', str(BUILD), '--no-rebuild', '--destdir', cls.directory.name)
        root = pathlib.Path(cls.directory.name)
        cls.pc = next(root.rglob('ironring.pc'))
        cls.library = next(root.rglob('libironring.so')).parent

    @classmethod
    def tearDownClass(cls):
        cls.directory.cleanup()

    def build(self, name, text, work):
        """Compile `text` against the installed library, as pkg-config says."""
        environment = dict(os.environ, PKG_CONFIG_PATH=str(self.pc.parent),
                           PKG_CONFIG_SYSROOT_DIR=self.directory.name)
        flags = run('pkg-config', '--cflags', '--libs', 'ironring', env=environment).split()
        source = pathlib.Path(work) / f'{name}.c'
        source.write_text(text, encoding='utf-8')
        program = pathlib.Path(work) / name
        run(CC, '-std=c17', *STRICT, '-o', str(program), str(source), *flags)
        return program

    def test_program_in_the_readme_compiles_and_forwards(self):
        readme = (SOURCE / 'README.md').read_text(encoding='utf-8')
        programs = re.findall(r'```c\n(.*?)```', readme, re.DOTALL)
        self.assertEqual(len(programs), 1)
        capture = SOURCE / 'tests' / 'data' / 'ssh.pcap'
        with tempfile.TemporaryDirectory() as work:
            program = self.build('example', programs[0], work)
            out = pathlib.Path(work) / 'out.pcap'
            printed = run(str(program), f'sim:82599,rx={capture}', f'sim:82599,tx={out}',
                          env=dict(os.environ, LD_LIBRARY_PATH=str(self.library)))
            self.assertIn('packets', printed)
            run(str(BUILD / 'tests' / 'cli' / 'compare_captures'), str(capture), str(out))

    def test_installed_library_names_its_version(self):
        environment = dict(os.environ, PKG_CONFIG_PATH=str(self.pc.parent))
        version = run('pkg-config', '--modversion', 'ironring', env=environment).strip()
        self.assertRegex(version, r'^\d+\.\d+\.\d+$')
        self.assertTrue((self.library / f'libironring.so.{version}').exists())


if __name__ == '__main__':
    unittest.main(argv=[sys.argv[0], '-v'])
