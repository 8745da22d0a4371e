import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DriverError } from '../errors/driver-error.js';
import { RememberedLog } from '../testing/remembered-log.js';
import type { Call } from './call-chain.js';
import { limitTime } from './limit-time.js';

interface Outcome {
  readonly at: number;
  readonly error?: unknown;
  readonly value?: unknown;
}

let cancelled: AbortController;
let stopping: AbortController;
let began: number;

const call = (change: Partial<Call> = {}): Call => ({
  service: 'Controller',
  method: 'CreateVolume',
  deadline: Infinity,
  cancelled: cancelled.signal,
  signal: cancelled.signal,
  log: new RememberedLog(),
  ...change,
});

/** Work that ends as soon as the signal aborts, with its reason. */
const heeding = (_: unknown, { signal }: Call): Promise<never> =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error));
  });

const deaf = (): Promise<never> => new Promise(() => {});

/** Time of the answer, in milliseconds, and the answer. */
function outcomeOf(answer: Promise<unknown>): Promise<Outcome> {
  return answer.then(
    (value) => ({ at: Date.now() - began, value }),
    (error: unknown) => ({ at: Date.now() - began, error }),
  );
}

beforeEach(() => {
  vi.useFakeTimers();
  began = Date.now();
  cancelled = new AbortController();
  stopping = new AbortController();
});

afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

describe('limitTime', () => {
  it('leaves nothing at the signals that live longer', async () => {
    await limitTime(stopping.signal)(async () => 'done')({}, call());
    await limitTime(stopping.signal)(() => Promise.reject(new Error('no')))({}, call()).catch(() => {});
    for (const { signal } of [stopping, cancelled]) expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it.each([
    ['a tenth before its deadline', 'Controller', 1_000, 900],
    ['at most two seconds before its deadline', 'Controller', 60_000, 58_000],
    ['two seconds before ten minutes, however late its deadline', 'Controller', 3_600_000, 598_000],
    ['two seconds before ten minutes, without a deadline', 'Controller', Infinity, 598_000],
    ['before kubelet gives up, without a deadline', 'Node', Infinity, 108_000],
    ['in ten seconds, if it is about the plugin', 'Identity', Infinity, 9_000],
    ['in a minute, if it is about something else', 'GroupController', Infinity, 58_000],
    ['at once, if its deadline is over', 'Controller', -5, 0],
  ])('stops work %s', async (_, service, allowed, at) => {
    const deadline = began + allowed;
    const outcome = outcomeOf(limitTime(stopping.signal)(heeding)({}, call({ service, deadline })));
    await vi.advanceTimersByTimeAsync(700_000);
    expect(await outcome).toMatchObject({
      at,
      error: { kind: 'deadline-exceeded', message: expect.stringContaining('CreateVolume') as string },
    });
  });

  it.each([
    [1_000, 950],
    [60_000, 59_000],
    [-5, 0],
  ])('answers within %i ms for work that does not stop', async (allowed, at) => {
    const outcome = outcomeOf(limitTime(stopping.signal)(deaf)({}, call({ deadline: began + allowed })));
    await vi.advanceTimersByTimeAsync(700_000);
    expect(await outcome).toMatchObject({ at, error: { kind: 'deadline-exceeded' } });
  });

  it('leaves work that ends in time alone, and leaves no timer', async () => {
    const seen: AbortSignal[] = [];
    const quick = async (request: unknown, { signal }: Call): Promise<unknown> => {
      seen.push(signal);
      return request;
    };
    expect(await limitTime(stopping.signal)(quick)('asked', call())).toBe('asked');
    await vi.advanceTimersByTimeAsync(700_000);
    expect(seen.map((signal) => signal.aborted)).toEqual([false]);
  });

  it('passes on what the work throws', async () => {
    const refusal = new DriverError('not-found', 'gone');
    const failing = (): Promise<never> => Promise.reject(refusal);
    await expect(limitTime(stopping.signal)(failing)({}, call())).rejects.toBe(refusal);
  });

  it.each(['Controller', 'Node', 'Identity'])('stops work of %s when its caller goes', async (service) => {
    const outcome = outcomeOf(limitTime(stopping.signal)(heeding)({}, call({ service })));
    const gone = new DriverError('cancelled', 'the caller gave up');
    cancelled.abort(gone);
    expect(await outcome).toEqual({ at: 0, error: gone });
  });

  it('hands over the work of the controller when the driver stops', async () => {
    const outcome = outcomeOf(limitTime(stopping.signal)(heeding)({}, call()));
    const stops = new DriverError('unavailable', 'the driver is stopping');
    stopping.abort(stops);
    expect(await outcome).toEqual({ at: 0, error: stops });
  });

  it.each(['Node', 'Identity'])('lets work of %s finish when the driver stops', async (service) => {
    let finish = (_: string): void => {};
    const signals: AbortSignal[] = [];
    const work = (_: unknown, { signal }: Call): Promise<string> => {
      signals.push(signal);
      return new Promise((resolve) => (finish = resolve));
    };
    const answer = limitTime(stopping.signal)(work)({}, call({ service }));
    stopping.abort(new DriverError('unavailable', 'the driver is stopping'));
    finish('done');
    expect(await answer).toBe('done');
    expect(signals.map((signal) => signal.aborted)).toEqual([false]);
  });
});
