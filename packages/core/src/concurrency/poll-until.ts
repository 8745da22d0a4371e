import { pause, type Clock } from './clock.js';
import { pollDelay } from './polling-pace.js';

/** Long-running work: stopped by the signal, followed through the reports. */
export interface Work {
  readonly signal: AbortSignal;
  /** Takes the progress in words, for callers that leave before the work ends. */
  readonly report: (progress: string) => void;
}

/** Outcome of one look: the result, or what is awaited, in words. */
export type Look<T> = { readonly result: T } | { readonly waitingFor: string };

/** Pace of the looks. */
export interface Pace {
  readonly clock: Clock;
  /** Seconds that such work typically takes. */
  readonly typicalSeconds: number;
}

/** Looks begin at multiples of this time, so that those of all work fall together and share their requests. Milliseconds. */
const GRID_MS = 500;

/** Looks until there is a result; reports and pauses between two looks.
 *  @throws the signal's reason, and what a look throws */
export async function pollUntil<T>(
  look: () => Promise<Look<T>>,
  { clock, typicalSeconds }: Pace,
  { signal, report }: Work,
): Promise<T> {
  const began = clock.now();
  for (;;) {
    signal.throwIfAborted();
    const seen = await look();
    if ('result' in seen) return seen.result;
    report(seen.waitingFor);
    const now = clock.now();
    const due = now + pollDelay((now - began) / 1000, typicalSeconds);
    await pause(clock, Math.ceil(due / GRID_MS) * GRID_MS - now, signal);
  }
}

/** Outcome of a step that has no result of its own. */
export const lookOf = (step: 'done' | { readonly waitingFor: string }): Look<void> =>
  step === 'done' ? { result: undefined } : step;
