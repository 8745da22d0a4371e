import type { Clock } from './clock.js';
import type { Limits } from './wait-with-limits.js';

/** Limits of work that no caller can give up: it ends so many milliseconds from now. */
export const deadlineIn = (milliseconds: number, clock: Clock): Limits => ({
  signal: new AbortController().signal,
  endsAt: clock.now() + milliseconds,
});
