import type { DriverError } from '../errors/driver-error.js';
import { untilAborted } from './abort.js';
import type { Clock } from './clock.js';

/** Longest time that work may take. */
export interface TimeLimit {
  readonly clock: Clock;
  readonly milliseconds: number;
  /** Error of work that takes longer. */
  readonly late: DriverError;
  /** Ends the work earlier. */
  readonly caller?: AbortSignal;
}

/** Runs work that ends in time, even if it ignores its signal.
 *  @throws the limit's error, the caller's reason, and what the work throws */
export async function withTimeLimit<T>(
  { clock, milliseconds, late, caller }: TimeLimit,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = new AbortController();
  const callOff = clock.after(milliseconds, () => limit.abort(late));
  const signal = caller ? AbortSignal.any([caller, limit.signal]) : limit.signal;
  try {
    return await untilAborted(work(signal), signal);
  } finally {
    callOff();
  }
}
