import { messageOf } from '@lustre-csi/core';
import { CheckScope } from './check-scope.js';
import type { Check, CheckResult, Need, Verdict } from './check.js';
import { CheckFailure, SkipCheck } from './check-failure.js';
import { within } from './time-limit.js';

/** Part of a bench that the runner works with. */
export interface RunnerBench {
  /** Reason why a need is not met here; undefined: it is. */
  missing(need: Need): string | undefined;
  /** Brings the bench back to its initial state after a check.
   *  @returns what the check, or the driver, has left behind */
  settle(): Promise<readonly string[]>;
}

export interface RunOptions {
  /** Called with each result as it comes. */
  readonly report: (result: CheckResult) => void;
  /** Aborted: the current check ends, and those that follow are skipped. The reason is the abort's. */
  readonly signal: AbortSignal;
}

interface Outcome {
  readonly verdict: Verdict;
  readonly detail: string;
}

/** Runs checks one after the other. */
export async function runChecks<Bench extends RunnerBench>(
  checks: readonly Check<Bench>[],
  bench: Bench,
  { report, signal }: RunOptions,
): Promise<readonly CheckResult[]> {
  const results: CheckResult[] = [];
  const interruption = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(new CheckFailure(messageOf(signal.reason))));
  });
  interruption.catch(() => {});
  for (const check of checks) {
    const started = performance.now();
    const outcome = signal.aborted
      ? ({ verdict: 'skip', detail: messageOf(signal.reason) } as const)
      : await runCheck(check, bench, interruption);
    const seconds = Math.round((performance.now() - started) / 10) / 100;
    const result = { id: check.id, statement: check.statement, seconds, ...outcome };
    results.push(result);
    report(result);
  }
  return results;
}

async function runCheck<Bench extends RunnerBench>(
  check: Check<Bench>,
  bench: Bench,
  interruption: Promise<never>,
): Promise<Outcome> {
  const missing = check.needs?.map((need) => bench.missing(need)).find((reason) => reason !== undefined);
  if (missing !== undefined) return { verdict: 'skip', detail: missing };
  const scope = new CheckScope(check.id);
  const outcome = await attempt(check, bench, scope, interruption);
  const problems = [...(await scope.close()), ...(await settled(bench))];
  if (problems.length === 0) return outcome;
  const detail = [outcome.detail, `left behind: ${problems.join('; ')}`].filter((text) => text !== '');
  return { verdict: 'fail', detail: detail.join('; ') };
}

async function attempt<Bench>(
  { run, seconds }: Check<Bench>,
  bench: Bench,
  scope: CheckScope,
  interruption: Promise<never>,
): Promise<Outcome> {
  const expired = (): Error =>
    new CheckFailure(`no end within ${seconds} s; it was at: ${scope.currentStep}`);
  try {
    await within(Promise.race([run(scope, bench), interruption]), seconds, expired);
    return { verdict: 'pass', detail: scope.findings.join('; ') };
  } catch (error) {
    if (error instanceof SkipCheck) return { verdict: 'skip', detail: error.message };
    const place = error instanceof CheckFailure ? '' : `${scope.currentStep}: `;
    return { verdict: 'fail', detail: [`${place}${messageOf(error)}`, ...scope.findings].join('; ') };
  }
}

async function settled(bench: RunnerBench): Promise<readonly string[]> {
  try {
    return await bench.settle();
  } catch (error) {
    return [messageOf(error)];
  }
}
