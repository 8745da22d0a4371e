import { describe, expect, it } from 'vitest';
import type { Check, CheckResult } from './check.js';
import { expectThat, SkipCheck } from './check-failure.js';
import { exitStatus, formatHeader, jsonReport, tableRow, totals } from './report.js';
import { runChecks, type RunnerBench } from './run-checks.js';

const bench = (change: Partial<RunnerBench> = {}): RunnerBench => ({
  missing: () => undefined,
  settle: async () => [],
  ...change,
});

const check = (id: string, run: Check<RunnerBench>['run'], seconds = 5): Check<RunnerBench> => ({
  id,
  statement: `statement of ${id}`,
  seconds,
  run,
});

const results = (
  checks: readonly Check<RunnerBench>[],
  on: RunnerBench = bench(),
  signal = new AbortController().signal,
): Promise<readonly CheckResult[]> => runChecks(checks, on, { report: () => {}, signal });

const only = async (one: Check<RunnerBench>, on?: RunnerBench): Promise<CheckResult> => {
  const [result] = await results([one], on);
  if (!result) throw new Error('no result');
  return result;
};

describe('the result of a check', () => {
  it('is pass, with its findings', async () => {
    const result = await only(check('a.b', async (scope) => scope.note('seen')));
    expect(result).toMatchObject({ id: 'a.b', verdict: 'pass', detail: 'seen' });
  });

  it('is fail, with the statement that did not hold', async () => {
    const result = await only(check('a.b', async () => expectThat(1 > 2, 'one is not above two')));
    expect(result).toMatchObject({ verdict: 'fail', detail: 'one is not above two' });
  });

  it('is fail, with the step, for an error of any other kind', async () => {
    const run: Check<RunnerBench>['run'] = async (scope) => {
      scope.step('publish');
      throw new Error('14 UNAVAILABLE');
    };
    expect(await only(check('a.b', run))).toMatchObject({
      verdict: 'fail',
      detail: 'publish: 14 UNAVAILABLE',
    });
  });

  it('is skip where the check cannot decide', async () => {
    const run = (): Promise<void> => Promise.reject(new SkipCheck('no enforcement'));
    expect(await only(check('a.b', run))).toMatchObject({ verdict: 'skip', detail: 'no enforcement' });
  });

  it('is skip, and nothing is run, where a need is not met', async () => {
    let ran = false;
    const one = { ...check('a.b', async () => void (ran = true)), needs: ['lfs', 'lctl'] as const };
    const on = bench({ missing: (need) => (need === 'lctl' ? 'lctl is not installed' : undefined) });
    expect(await only(one, on)).toMatchObject({ verdict: 'skip', detail: 'lctl is not installed' });
    expect(ran).toBe(false);
  });

  it('is fail where the time limit passes, with the step that hangs', async () => {
    const run: Check<RunnerBench>['run'] = (scope) => {
      scope.step('wait for the server');
      return new Promise(() => {});
    };
    const result = await only(check('a.b', run, 0.05));
    expect(result).toMatchObject({
      verdict: 'fail',
      detail: 'no end within 0.05 s; it was at: wait for the server',
    });
  });
});

describe('the clean-up', () => {
  it.each([['pass'], ['fail']])('runs in reverse order after a %s', async (verdict) => {
    const undone: string[] = [];
    const run: Check<RunnerBench>['run'] = async (scope) => {
      for (const name of ['first', 'second']) scope.defer(name, async () => undone.push(name));
      expectThat(verdict === 'pass', 'failed');
    };
    expect(await only(check('a.b', run))).toMatchObject({ verdict });
    expect(undone).toEqual(['second', 'first']);
  });

  it('makes a check fail that passed, if it fails itself; the other steps run', async () => {
    const undone: string[] = [];
    const run: Check<RunnerBench>['run'] = async (scope) => {
      scope.defer('unmount', async () => undone.push('unmount'));
      scope.defer('thaw', () => Promise.reject(new Error('no route')));
    };
    const result = await only(check('a.b', run));
    expect(result).toMatchObject({ verdict: 'fail', detail: 'left behind: thaw: no route' });
    expect(undone).toEqual(['unmount']);
  });

  it('makes a check fail that has left something on the machine', async () => {
    const on = bench({ settle: async () => ['still mounted: x at /y'] });
    const result = await only(
      check('a.b', async () => expectThat(false, 'failed')),
      on,
    );
    expect(result).toMatchObject({ verdict: 'fail', detail: 'failed; left behind: still mounted: x at /y' });
  });

  it('runs when the suite is interrupted; later checks are skipped', async () => {
    const controller = new AbortController();
    const undone: string[] = [];
    const first: Check<RunnerBench>['run'] = async (scope) => {
      scope.defer('thaw', async () => undone.push('thaw'));
      controller.abort(new Error('interrupted by SIGINT'));
      await new Promise(() => {});
    };
    const found = await results(
      [check('a.b', first), check('a.c', async () => {})],
      bench(),
      controller.signal,
    );
    expect(found.map(({ verdict, detail }) => [verdict, detail])).toEqual([
      ['fail', 'interrupted by SIGINT'],
      ['skip', 'interrupted by SIGINT'],
    ]);
    expect(undone).toEqual(['thaw']);
  });
});

describe('the report', () => {
  const result = (id: string, verdict: CheckResult['verdict'], detail = ''): CheckResult => ({
    id,
    statement: id,
    verdict,
    seconds: 1.25,
    detail,
  });
  const some = [
    result('a.b', 'pass'),
    result('a.long', 'fail', 'two\n lines'),
    result('a.c', 'skip', 'no lctl'),
  ];

  it('is a table with one row for each check, and sums', () => {
    expect(some.map((each) => tableRow(each, 6))).toEqual([
      'a.b     pass        1.3',
      'a.long  fail        1.3  two lines',
      'a.c     skip        1.3  no lctl',
    ]);
    expect(totals(some)).toBe('1 passed, 1 failed, 1 skipped');
    expect(
      formatHeader([
        ['kernel', '6.1'],
        ['lfs', '2.17'],
      ]),
    ).toBe('kernel  6.1\nlfs     2.17');
  });

  it('is the same as JSON', () => {
    expect(JSON.parse(jsonReport([['kernel', '6.1']], some))).toEqual({
      versions: { kernel: '6.1' },
      checks: some,
      passed: 1,
      failed: 1,
      skipped: 1,
    });
  });

  it('decides the exit status by failures alone', () => {
    expect(exitStatus(some)).toBe(1);
    expect(exitStatus(some.filter(({ verdict }) => verdict !== 'fail'))).toBe(0);
  });
});
