import { untilAborted } from './abort.js';

/** Time, as the driver sees it: injected, so that tests need not wait for it. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls back after so many milliseconds; returns the way to call it off. */
  after(milliseconds: number, callback: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
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
