import { isDriverError } from '../errors/driver-error.js';

const MAX_ATTEMPTS = 8;

/** Repeats work as the sidecars do, as long as its error is not final: `attempt` counts from 1. @throws the last error */
export async function repeatUntilFinal(work: (attempt: number) => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await work(attempt);
      return;
    } catch (error) {
      const mayRepeat = isDriverError(error, 'unavailable', 'aborted', 'deadline-exceeded');
      if (attempt === MAX_ATTEMPTS || !mayRepeat) throw error;
    }
  }
}
