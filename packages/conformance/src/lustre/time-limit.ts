import { setTimeout as delay } from 'node:timers/promises';
import { CheckFailure } from './check-failure.js';

/** Waits at most this long. Work that does not end in time is abandoned.
 *  @throws the error that `expired` makes, or that of the work */
export async function within<T>(work: Promise<T>, seconds: number, expired: () => Error): Promise<T> {
  const timer = new AbortController();
  const limit = delay(seconds * 1000, undefined, { signal: timer.signal }).then(
    () => Promise.reject(expired()),
    () => new Promise<never>(() => {}),
  );
  try {
    return await Promise.race([work, limit]);
  } finally {
    timer.abort();
    work.catch(() => {});
  }
}

/** Tries until it succeeds, at most this long, with half a second between attempts.
 *  @throws CheckFailure with the last error's message */
export async function eventually<T>(seconds: number, what: string, attempt: () => Promise<T>): Promise<T> {
  const giveUp = Date.now() + seconds * 1000;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() >= giveUp) {
        throw new CheckFailure(`not within ${seconds} s: ${what}: ${(error as Error).message}`);
      }
    }
    await delay(Math.min(500, seconds * 100));
  }
}
