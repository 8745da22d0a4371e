import { describe, expect, it } from 'vitest';
import { Coalescer, type Job } from './coalescer.js';
import { DriverError } from '../errors/driver-error.js';
import { settled } from '../testing/manual-clock.js';
import { joinOrRun } from './join-or-run.js';

const never = (): AbortSignal => new AbortController().signal;

/** Work that reports this and then runs until it is stopped. */
const endless = (fingerprint: string, progress: string): Job<string> => ({
  key: 'volume pvc-1',
  fingerprint,
  work: (signal, report) =>
    new Promise((_, reject) => {
      if (progress !== '') report(progress);
      signal.addEventListener('abort', () => reject(new Error('stopped')));
    }),
});

const outcome = (promise: Promise<unknown>): Promise<unknown> => promise.catch((error: unknown) => error);

describe('joinOrRun', () => {
  it('gives what the work gives', async () => {
    const coalescer = new Coalescer();
    const work = async (): Promise<number> => 7;
    expect(await joinOrRun(coalescer, { key: 'a', fingerprint: '', work }, never())).toBe(7);
  });

  it('passes on what the work throws', async () => {
    const refusal = new DriverError('out-of-range', 'too small');
    const work = (): Promise<never> => Promise.reject(refusal);
    expect(await outcome(joinOrRun(new Coalescer(), { key: 'a', fingerprint: '', work }, never()))).toBe(
      refusal,
    );
  });

  it.each([
    [
      'fs-1 is CREATING for 3 min',
      'another operation on volume pvc-1 is under way (fs-1 is CREATING for 3 min); try',
    ],
    ['', 'another operation on volume pvc-1 is under way; try again later'],
  ])('asks a call that meets other work to come back: %j', async (progress, words) => {
    const coalescer = new Coalescer();
    const caller = new AbortController();
    const first = outcome(joinOrRun(coalescer, endless('create', progress), caller.signal));
    await settled();
    expect(await outcome(joinOrRun(coalescer, endless('delete', ''), never()))).toMatchObject({
      kind: 'aborted',
      message: expect.stringContaining(words) as string,
    });
    caller.abort();
    await first;
  });

  it.each([
    ['deadline-exceeded', 'fs-1 is CREATING', 'fs-1 is CREATING; the time is over'],
    ['unavailable', 'fs-1 is CREATING', 'fs-1 is CREATING; the time is over'],
    ['deadline-exceeded', '', 'the time is over'],
  ] as const)(
    'reports the progress of the work to a call that leaves early (%s): %j',
    async (kind, progress, message) => {
      const coalescer = new Coalescer();
      const caller = new AbortController();
      const leaving = outcome(joinOrRun(coalescer, endless('create', progress), caller.signal));
      await settled();
      caller.abort(new DriverError(kind, 'the time is over'));
      expect(await leaving).toMatchObject({ constructor: DriverError, kind, message });
      await settled();
      expect(coalescer.size).toBe(0);
    },
  );

  it('calls it cancelled where the signal gives no reason of its own', async () => {
    const caller = new AbortController();
    const leaving = outcome(joinOrRun(new Coalescer(), endless('create', ''), caller.signal));
    await settled();
    caller.abort();
    expect(await leaving).toMatchObject({ kind: 'cancelled' });
  });
});
