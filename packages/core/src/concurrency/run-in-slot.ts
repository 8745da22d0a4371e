import type { Clock } from './clock.js';
import type { Limiter } from './limiter.js';
import { DriverError, isDriverError } from '../errors/driver-error.js';
import type { Limits } from './wait-with-limits.js';

/** A place among those that work at once. */
export interface Slot {
  readonly limiter: Limiter;
  /** Resource that the work waits for, such as a file system. */
  readonly key: string;
  /** For messages: `the mount`. */
  readonly what: string;
  readonly clock: Clock;
}

/** Waits for a place, at most as long as the work itself may take, and works.
 *  @throws DriverError deadline-exceeded if no place became free, cancelled; and what the work throws */
export async function runInSlot<T>(
  { limiter, key, what, clock }: Slot,
  limits: Limits,
  work: () => Promise<T>,
): Promise<T> {
  const late = new AbortController();
  const callOff = clock.after(Math.max(0, limits.endsAt - clock.now()), () =>
    late.abort(noPlace(what, limiter)),
  );
  let entered = false;
  try {
    const signal = AbortSignal.any([limits.signal, late.signal]);
    return await limiter.run(key, () => ((entered = true), callOff(), work()), signal);
  } catch (error) {
    if (entered || isDriverError(error)) throw error;
    throw new DriverError('cancelled', `the call was given up before ${what} began`, { cause: error });
  } finally {
    callOff();
  }
}

const noPlace = (what: string, { waiting, overdue }: Limiter): DriverError =>
  new DriverError(
    'deadline-exceeded',
    `${what} did not begin in time: ${waiting} wait, and ${overdue} hang for servers that do not answer; it is tried again`,
  );
