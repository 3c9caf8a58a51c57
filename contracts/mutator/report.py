# SPDX-License-Identifier: MIT
"""The report on the mutants: what this run found, together with what earlier runs found about the others."""
import stamp

from prover import framac

SIDES = {'proof': ('rejected', 'NOT REJECTED'), 'tests': ('caught', 'NOT CAUGHT')}


def describe(mutant, verdicts, digest, stamped):
    """The mutant and its verdicts as a row of the report, with what is wrong with them."""
    row = {'name': mutant.name, 'file': mutant.file, 'function': mutant.function, 'why': mutant.why,
           'digest': digest, 'problems': []}
    for side, verdict in verdicts.items():
        seen = verdict.rejected if side == 'proof' else verdict.caught
        reason = mutant.unseen(side)
        row[side] = {SIDES[side][0]: seen, 'seconds': verdict.seconds, 'unseen_because': reason, **stamped}
        if side == 'tests':
            row[side]['test'] = verdict.test
        else:
            row[side]['goal'] = verdict.goal
            row[side]['kind'] = framac.kind_of(verdict.goal, mutant.function) if verdict.goal else ''
        if verdict.error:
            row[side]['error'] = verdict.error
    row['problems'] = problems_of(row)
    return row


def problems_of(row):
    """Why a row is not as it should be, as sentences."""
    problems = []
    for side in SIDES:
        if side not in row:
            continue
        seen, reason = row[side][SIDES[side][0]], row[side]['unseen_because']
        if 'error' in row[side]:
            problems.append(f'{side}: {row[side]["error"]}')
        elif not seen and not reason:
            problems.append(f'{side}: {SIDES[side][1]}')
        elif seen and reason:
            problems.append(f'{side}: {SIDES[side][0]}, but its description says it cannot be seen')
    return problems


def merged(rows, earlier, described):
    """Rows of this run, and what earlier runs found about mutants and sides that were not tried now. What was
    found about another description or another source text is left out. `described` has all mutants in order."""
    digests = {one['name']: one['digest'] for one in described}
    now = {row['name']: row for row in rows}
    before = {row['name']: row for row in earlier if row.get('digest') == digests.get(row['name'])}
    result = []
    for name in digests:
        if name in now and name in before:
            row = {**before[name], **now[name]}
            row['problems'] = problems_of(row)
            result.append(row)
        elif name in now or name in before:
            result.append(now.get(name) or before[name])
    return result


def summary(rows):
    """The figures of some rows."""
    return {'mutants': len(rows), 'not_as_expected': sum(bool(row['problems']) for row in rows),
            **{f'{SIDES[side][0]}_by_{side}': sum(row[side][SIDES[side][0]] for row in rows if side in row)
               for side in SIDES}}


def write(path, rows, described, stamped, spent):
    """Write the report to `path`, and return it. `run` in it is about the rows of this run alone."""
    results = merged(rows, stamp.rows_of(path), described)
    known = summary(results)
    whole = len(results) == len(described) and all(side in row for row in results for side in SIDES)
    report = {'ok': known['not_as_expected'] == 0, 'partial': not whole, 'described': described, **known,
              **stamped, 'run': {**summary(rows), **spent}, 'results': results}
    stamp.write(path, report)
    return report
