import { expect, it } from 'vitest';
import { DriverError } from '../errors/driver-error.js';
import { ManualClock, settled } from '../testing/manual-clock.js';
import { withTimeLimit } from './time-limit.js';

const late = new DriverError('deadline-exceeded', 'no answer within 20 s');
const never = (): Promise<never> => new Promise(() => {});

it('gives the result of work that ends in time, and leaves no timer', async () => {
  const clock = new ManualClock();
  expect(await withTimeLimit({ clock, milliseconds: 20_000, late }, async () => 7)).toBe(7);
  expect(clock.waiting).toBe(0);
});

it('fails late work with the error of the limit, even if the work ignores its signal', async () => {
  const clock = new ManualClock();
  const seen: AbortSignal[] = [];
  const work = withTimeLimit({ clock, milliseconds: 20_000, late }, (signal) => (seen.push(signal), never()));
  const failed = expect(work).rejects.toBe(late);
  await settled();
  await clock.next();
  await failed;
  expect(seen[0]?.reason).toBe(late);
});

it('fails with the reason of a caller that leaves, and leaves no timer', async () => {
  const clock = new ManualClock();
  const leaving = new AbortController();
  const work = withTimeLimit({ clock, milliseconds: 20_000, late, caller: leaving.signal }, never);
  leaving.abort(new Error('the caller has left'));
  await expect(work).rejects.toThrow('the caller has left');
  expect(clock.waiting).toBe(0);
});
