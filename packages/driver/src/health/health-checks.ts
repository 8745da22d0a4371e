import { messageOf, untilAborted } from '@lustre-csi/core';

/** Time limit of the checks of one request. Milliseconds; that of livenessprobe. */
const LIMIT_MS = 3_000;

/** Condition of the driver. */
export interface HealthCheck {
  /** Name in answers: `csi`, `registration`. */
  readonly name: string;
  /** Rejects with the reason if the condition does not hold. */
  readonly run: (signal: AbortSignal) => Promise<void>;
}

/** Result of a check. */
export interface HealthResult {
  readonly name: string;
  /** Reason of a failure; undefined: the condition holds. */
  readonly failure: string | undefined;
}

/** Runs checks side by side. One that does not end in time has failed. */
export async function runHealthChecks(
  checks: readonly HealthCheck[],
  limitMs: number = LIMIT_MS,
): Promise<readonly HealthResult[]> {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(new Error(`no result within ${limitMs} ms`)), limitMs);
  try {
    return await Promise.all(checks.map((check) => resultOf(check, limit.signal)));
  } finally {
    clearTimeout(timer);
  }
}

async function resultOf({ name, run }: HealthCheck, signal: AbortSignal): Promise<HealthResult> {
  try {
    await untilAborted(run(signal), signal);
    return { name, failure: undefined };
  } catch (error) {
    return { name, failure: messageOf(error) };
  }
}
