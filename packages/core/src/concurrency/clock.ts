import { untilAborted } from './abort.js';

/** Time, as the driver sees it: injected, so that tests need not wait for it. */
export interface Clock {
  /** Milliseconds, for spans: deadlines, ages, escalations. They count from the epoch, and only forwards: a change of the
   *  system's time moves none of them. Records in files and times of a cloud are compared with `Date`. */
  now(): number;
  /** Calls back after so many milliseconds; returns the way to call it off. */
  after(milliseconds: number, callback: () => void): () => void;
}

export const systemClock: Clock = {
  // The system's time at the start of the process, and the monotonic clock from then on.
  now: () => Math.floor(performance.timeOrigin + performance.now()),
  after: (milliseconds, callback) => {
    const timer = setTimeout(callback, milliseconds);
    return () => clearTimeout(timer);
  },
};

/** Lets so many milliseconds pass, unless the signal aborts before: then it rejects with the signal's reason. */
export async function pause(clock: Clock, milliseconds: number, signal: AbortSignal): Promise<void> {
  let callOff = (): void => {};
  const over = new Promise<void>((resolve) => (callOff = clock.after(milliseconds, resolve)));
  try {
    await untilAborted(over, signal);
  } finally {
    callOff();
  }
}
