import { ManualClock, settled } from '@lustre-csi/core/testing';
import { describe, expect, it } from 'vitest';
import { failed, passed, type Check, type Outcome } from './check.js';
import { exitStatusOf, jsonReport, textReport } from './report.js';
import { prepare, runChecks, select, type CheckResult } from './run-checks.js';

const check = (id: string, run: Check<object>['run'], limitMs = 1_000): Check<object> => ({
  ...{ id, title: `Title of ${id}`, severity: 'error', about: '', limitMs, run },
});

const run = (...checks: readonly Check<object>[]): Promise<readonly CheckResult[]> =>
  runChecks(prepare('node', checks, {}));

describe('runChecks', () => {
  it('counts a check that throws, or that does not end, as undecided', async () => {
    const results = await run(
      check('LCSI-N001', () => Promise.reject(new Error('no right'))),
      check('LCSI-N002', () => new Promise<Outcome>(() => {}), 20),
    );
    expect(results.map(({ outcome }) => outcome)).toEqual([
      { kind: 'unknown', reason: 'no right' },
      { kind: 'unknown', reason: 'it did not end in 0.02 s' },
    ]);
    expect(exitStatusOf(results, 'error')).toBe(1);
  });

  it('repeats failed checks alone, until they pass or the time to wait is over', async () => {
    const clock = new ManualClock();
    let attempts = 0;
    let others = 0;
    const checks = [
      check('LCSI-N001', async () => ((attempts += 1) < 3 ? failed('not yet', 'wait') : passed('now'))),
      check('LCSI-N002', async () => ((others += 1), passed('at once'))),
    ];
    const done = runChecks(prepare('node', checks, {}), 60_000, clock);
    for (let round = 0; round < 2; round += 1) {
      await settled();
      await clock.next();
    }
    expect((await done).map(({ outcome }) => outcome.kind)).toEqual(['passed', 'passed']);
    expect([attempts, others]).toEqual([3, 1]);
  });
});

describe('select', () => {
  const ids = ['LCSI-N001', 'LCSI-N010', 'LCSI-C001'].map((id) => ({ id }));
  const chosen = (only: readonly string[], skip: readonly string[] = []): readonly string[] =>
    select(ids, { only, skip }).map(({ id }) => id);

  it.each<[readonly string[], readonly string[], readonly string[]]>([
    [[], [], ['LCSI-N001', 'LCSI-N010', 'LCSI-C001']],
    [['LCSI-N'], [], ['LCSI-N001', 'LCSI-N010']],
    [['lcsi-c001'], [], ['LCSI-C001']],
    [[], ['LCSI-N'], ['LCSI-C001']],
    [['LCSI-N'], ['LCSI-N001'], ['LCSI-N010']],
  ])('only %j without %j is %j', (only, skip, expected) => {
    expect(chosen(only, skip)).toEqual(expected);
  });
});

describe('a report', () => {
  const results: readonly CheckResult[] = [
    {
      scope: 'node',
      id: 'LCSI-N001',
      title: 'A',
      severity: 'error',
      outcome: passed('fact'),
      milliseconds: 1,
    },
    {
      ...{ scope: 'node', id: 'LCSI-N002', title: 'B', severity: 'warning', milliseconds: 2 },
      outcome: failed('it is broken', 'repair it', 'disk'),
    },
  ];

  it('names cause, next step and page, without colours unless on a terminal', () => {
    const text = textReport(results, false);
    expect(text).toContain('  ok    LCSI-N001  A: fact');
    expect(text).toContain('  WARN  LCSI-N002  B\n          disk: it is broken\n          -> repair it\n');
    expect(text).toContain('docs/reference/doctor-checks.md#lcsi-n002');
    expect(text).toContain('2 checks: 1 passed, 0 failed, 1 with warnings, 0 undecided, 0 do not apply');
    const colour = String.fromCharCode(27);
    expect(text).not.toContain(colour);
    expect(textReport(results, true)).toContain(`${colour}[33mWARN`);
  });

  it('counts warnings as defects where --fail-on demands it', () => {
    expect(exitStatusOf(results, 'error')).toBe(0);
    expect(exitStatusOf(results, 'warning')).toBe(3);
  });

  it('has stable fields for programs', () => {
    const report = JSON.parse(jsonReport(results, { driver: 'd' })) as Record<string, unknown>;
    expect(report).toMatchObject({
      driver: 'd',
      checks: [
        { id: 'LCSI-N001', outcome: 'passed', facts: 'fact' },
        {
          id: 'LCSI-N002',
          outcome: 'failed',
          findings: [{ subject: 'disk', cause: 'it is broken', nextStep: 'repair it' }],
        },
      ],
      summary: { passed: 1, warnings: 1, errors: 0, skipped: 0, unknown: 0 },
    });
  });
});
