# SPDX-License-Identifier: MIT
"""What the tests of contracts/prove have in common: a correct file, and a run over a small tree made for the case."""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

PROVE = pathlib.Path(__file__).resolve().parents[2] / 'contracts' / 'prove'
sys.path.insert(0, str(PROVE.parent))
sys.dont_write_bytecode = True

TOOLS = ''.join(f'| `{name}` | used |\n' for name in ('frama-c', 'why3', 'z3', 'cvc4', 'cvc5'))

GOOD = '''
#include <stdint.h>

/*@ requires at < 8;
    assigns \\nothing;
    ensures \\result == at + 1;
*/
static uint32_t next(uint32_t at)
{
    return at + 1u;
}

/*@ assigns \\nothing;
    ensures \\result <= 8;
*/
uint32_t next_in_ring(uint32_t at)
{
    return at < 8u ? next(at) : 0u;
}
'''


class Case(unittest.TestCase):
    """Runs contracts/prove on a tree made for the case."""

    def prove(self, code, primitives='', entries='', unproved='', more=(), options=()):
        """Exit status and output for a tree with `code` as its only proved file; `more` adds files."""
        with tempfile.TemporaryDirectory() as directory:
            root = pathlib.Path(directory)
            files = {
                'contracts/manifest': 'src/core/case.c\n',
                'contracts/TRUSTED.md': f'## Primitives\n\n{primitives}\n## Entry points\n\n{entries}\n'
                                        f'## Not proved\n\n{unproved}\n'
                                        f'## Tools\n\n{TOOLS}\n',
                'src/core/case.c': code,
                'src/sim/rules.h': '    X(TAIL_RANGE, WATCHED, "a tail must lie in the ring")\n',
                'include/ironring/empty.h': '',
            }
            files.update(more)
            for name, text in files.items():
                path = root / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding='utf-8')
            done = subprocess.run([PROVE, '--root', root, '--output', root / 'out', '--timeout', '2', *options],
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            report = root / 'out' / ('changed.json' if '--changed' in options else 'report.json')
            self.report = json.loads(report.read_text(encoding='utf-8')) if report.exists() else None
            recorded = root / 'contracts' / 'proved'
            self.recorded = recorded.read_text(encoding='utf-8') if recorded.exists() else None
            return done.returncode, done.stdout

    def accepts(self, code, **tree):
        status, output = self.prove(code, **tree)
        self.assertEqual(status, 0, output)
        self.assertIn('all proved', output)
        self.assertTrue(self.report['proved'])
        self.assertEqual(self.report['goals'], self.report['goals_proved'])

    def rejects(self, code, reason, **tree):
        status, output = self.prove(code, **tree)
        self.assertEqual(status, 1, output)
        self.assertIn(reason, output)
        self.assertIn('NOT PROVED', output)
        self.assertFalse(self.report['proved'])
