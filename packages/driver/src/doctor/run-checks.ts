import { messageOf, pause, systemClock, untilAborted, type Clock } from '@lustre-csi/core';
import { unknown, type Check, type Outcome, type Scope, type Severity } from './check.js';

/** Limit of a check, in milliseconds. */
const USUAL_LIMIT_MS = 15_000;
/** Pause between two rounds of `--wait`, in milliseconds. */
const AGAIN_MS = 2_000;

/** A check with what it examines. */
export interface PreparedCheck {
  readonly scope: Scope;
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
  readonly run: () => Promise<Outcome>;
}

/** Outcome of a check, with its duration. */
export interface CheckResult extends Omit<PreparedCheck, 'run'> {
  readonly outcome: Outcome;
  readonly milliseconds: number;
}

/** Binds checks to their context, with a limit for each. */
export function prepare<Context>(
  scope: Scope,
  checks: readonly Check<Context>[],
  context: Context,
): readonly PreparedCheck[] {
  return checks.map((check) => ({
    scope,
    id: check.id,
    title: check.title,
    severity: check.severity,
    run: () => runLimited(check, context),
  }));
}

async function runLimited<Context>(check: Check<Context>, context: Context): Promise<Outcome> {
  const limitMs = check.limitMs ?? USUAL_LIMIT_MS;
  const limit = new AbortController();
  const late = new Error(`it did not end in ${limitMs / 1000} s`);
  const timer = setTimeout(() => limit.abort(late), limitMs);
  try {
    return await untilAborted(check.run(context, limit.signal), limit.signal);
  } catch (error) {
    return unknown(messageOf(error));
  } finally {
    clearTimeout(timer);
  }
}

/** Selection of checks by id. A word without a number means all ids that begin with it: `LCSI-N`. */
export interface Selection {
  readonly only: readonly string[];
  readonly skip: readonly string[];
}

/** Returns the selected checks. */
export function select<T extends { readonly id: string }>(
  checks: readonly T[],
  { only, skip }: Selection,
): readonly T[] {
  const matches = (id: string, words: readonly string[]): boolean =>
    words.some(
      (word) => id === word.toUpperCase() || (/\D$/.test(word) && id.startsWith(word.toUpperCase())),
    );
  return checks.filter(({ id }) => (only.length === 0 || matches(id, only)) && !matches(id, skip));
}

/** Runs the checks, all at once, and repeats those that do not pass until the time to wait is over.
 *  @param waitMs milliseconds to wait for defects to disappear; 0: one round */
export async function runChecks(
  checks: readonly PreparedCheck[],
  waitMs = 0,
  clock: Clock = systemClock,
): Promise<readonly CheckResult[]> {
  const endsAt = clock.now() + waitMs;
  const results = new Map<string, CheckResult>();
  let left = checks;
  for (;;) {
    await Promise.all(left.map(async (check) => results.set(check.id, await measured(check, clock))));
    left = left.filter(({ id }) => isOpen(results.get(id)));
    if (left.length === 0 || clock.now() >= endsAt) break;
    await pause(clock, Math.min(AGAIN_MS, endsAt - clock.now()), new AbortController().signal);
  }
  return checks.flatMap(({ id }) => results.get(id) ?? []);
}

const isOpen = (result: CheckResult | undefined): boolean =>
  result?.outcome.kind === 'failed' || result?.outcome.kind === 'unknown';

async function measured({ run, ...about }: PreparedCheck, clock: Clock): Promise<CheckResult> {
  const startedAt = clock.now();
  const outcome = await run();
  return { ...about, outcome, milliseconds: clock.now() - startedAt };
}
