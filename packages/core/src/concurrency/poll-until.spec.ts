import { expect, it } from 'vitest';
import { ManualClock, settled } from '../testing/manual-clock.js';
import { lookOf, pollUntil, type Look } from './poll-until.js';

const clock = new ManualClock();
const pace = { clock, typicalSeconds: 600 };
const ending = new AbortController();

const poll = <T>(looks: (Look<T> | Error)[]): { reports: string[]; result: Promise<T | Error> } => {
  const reports: string[] = [];
  const look = async (): Promise<Look<T>> => {
    const next = looks.shift();
    if (!next || next instanceof Error) throw next ?? new Error('one look too many');
    return next;
  };
  const work = { signal: ending.signal, report: (progress: string): unknown => reports.push(progress) };
  return { reports, result: pollUntil(look, pace, work).catch((error: unknown) => error as Error) };
};

it('returns the first result without a report', async () => {
  const { reports, result } = poll([{ result: 7 }]);
  expect(await result).toBe(7);
  expect(reports).toEqual([]);
});

it('reports each wait and looks again at the pace of the work', async () => {
  const began = clock.now();
  const { reports, result } = poll([
    { waitingFor: 'the cloud' },
    { waitingFor: 'the tag' },
    { result: 'usable' },
  ]);
  for (const report of ['the cloud', 'the tag']) {
    await settled();
    expect(reports.at(-1)).toBe(report);
    await clock.next();
  }
  expect(await result).toBe('usable');
  expect(clock.now() - began).toBe(1_000);
});

it('fails as a look fails', async () => {
  const refused = new Error('refused');
  const { result } = poll([{ waitingFor: 'the cloud' }, refused]);
  await settled();
  await clock.next();
  expect(await result).toBe(refused);
});

it('stops during a pause, and looks no more once the signal has aborted', async () => {
  const left = new Error('the caller has left');
  const { result } = poll([{ waitingFor: 'the cloud' }]);
  await settled();
  ending.abort(left);
  expect(await result).toBe(left);
  expect(clock.waiting).toBe(0);
  expect(await poll([{ result: 'not looked at' }]).result).toBe(left);
});

it('takes a step for a look', () => {
  expect(lookOf('done')).toEqual({ result: undefined });
  expect(lookOf({ waitingFor: 'an import' })).toEqual({ waitingFor: 'an import' });
});
