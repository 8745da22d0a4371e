import type { Clock } from './clock.js';

/** Limits of a wait: a time on the clock, and a signal. */
export interface Limits {
  readonly signal: AbortSignal;
  /** Milliseconds since the epoch, as the clock counts them. */
  readonly endsAt: number;
}

/** Reason for the end of a wait. */
export type WaitEnd = 'done' | 'deadline' | 'signal';

/** Waits for a promise within limits, and says how the wait ended. Rejects as the promise does. */
export async function waitWithLimits(
  promise: Promise<unknown>,
  limits: Limits,
  clock: Clock,
): Promise<WaitEnd> {
  if (limits.signal.aborted) {
    promise.catch(() => {}); // Its outcome is no longer awaited.
    return 'signal';
  }
  let stop = (): void => {};
  const limit = new Promise<WaitEnd>((resolve) => {
    const onAbort = (): void => resolve('signal');
    limits.signal.addEventListener('abort', onAbort, { once: true });
    const callOff = clock.after(Math.max(0, limits.endsAt - clock.now()), () => resolve('deadline'));
    stop = () => {
      limits.signal.removeEventListener('abort', onAbort);
      callOff();
    };
  });
  try {
    return await Promise.race([promise.then((): WaitEnd => 'done'), limit]);
  } finally {
    stop();
  }
}
