import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { answersOf, failuresOf, runSidecar } from './sidecar.js';

const settings = {
  threads: 2,
  timeoutMs: 10_000,
  firstPauseMs: 1_000,
  longestPauseMs: 3_000,
  giveUpMs: 60_000,
};
const DEADLINE_EXCEEDED = Object.assign(new Error('later'), { code: 4 });
const INVALID_ARGUMENT = Object.assign(new Error('never'), { code: 3 });

let began: number;
const calls: string[] = [];

/** Notes a call and the seconds since the begin. */
const note = (name: string): void => void calls.push(`${name} ${(Date.now() - began) / 1000}`);

beforeEach(() => {
  vi.useFakeTimers();
  began = Date.now();
  calls.length = 0;
});

afterEach(() => void vi.useRealTimers());

it('repeats a call after pauses that double up to the longest, until it is answered', async () => {
  const outcomes = runSidecar(settings, ['a'], async (name, deadline) => {
    expect(deadline - Date.now()).toBe(10_000);
    note(name);
    if (calls.length < 5) throw DEADLINE_EXCEEDED;
    return 'made';
  });
  await vi.advanceTimersByTimeAsync(20_000);
  expect(calls).toEqual(['a 0', 'a 1', 'a 3', 'a 6', 'a 9']);
  expect(answersOf(await outcomes)).toEqual(['made']);
});

it('has as many calls under way as it has threads; a repeated one waits behind the others', async () => {
  const outcomes = runSidecar(settings, ['a', 'b', 'c', 'd'], async (name) => {
    note(name);
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    if ('ab'.includes(name) && Date.now() - began < 3_000) throw DEADLINE_EXCEEDED;
  });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(calls).toEqual(['a 0', 'b 0', 'c 2', 'd 2', 'a 4', 'b 4']);
  expect(failuresOf(await outcomes)).toBe(0);
});

it('ends with an error that a sidecar does not wait after', async () => {
  const outcomes = await runSidecar(settings, ['a', 'b'], async (name) => {
    if (name === 'b') throw INVALID_ARGUMENT;
    return name;
  });
  expect(failuresOf(outcomes)).toBe(1);
  expect(() => answersOf(outcomes)).toThrow('never');
});

it.each([1, 4, 8, 10, 14])('repeats a call after code %i, as the work may continue', async (code) => {
  const outcomes = runSidecar(settings, ['a'], async (name) => {
    note(name);
    if (calls.length < 2) throw Object.assign(new Error('later'), { code });
  });
  await vi.advanceTimersByTimeAsync(5_000);
  expect(calls).toEqual(['a 0', 'a 1']);
  expect(failuresOf(await outcomes)).toBe(0);
});

it('gives up an object that is still being retried', async () => {
  const outcomes = runSidecar({ ...settings, giveUpMs: 5_000 }, ['a'], async (name, deadline) => {
    note(`${name} until ${(deadline - began) / 1000} at`);
    throw DEADLINE_EXCEEDED;
  });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(calls).toEqual(['a until 5 at 0', 'a until 5 at 1', 'a until 5 at 3']);
  expect(failuresOf(await outcomes)).toBe(1);
});
