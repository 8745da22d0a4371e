import { expect, it } from 'vitest';
import type { FileSystem } from '../model/file-system.js';
import { ManualClock, settled } from '../testing/manual-clock.js';
import { FileSystemListing } from './file-system-listing.js';

it('gives up a listing that hangs, whether or not the provider heeds the signal, and lists again', async () => {
  const clock = new ManualClock();
  const signals: AbortSignal[] = [];
  const provider = {
    list: (_: string, signal: AbortSignal): Promise<readonly []> => {
      signals.push(signal);
      return signals.length === 1 ? new Promise(() => {}) : Promise.resolve([]);
    },
  };
  const listing = new FileSystemListing(provider, clock);
  const began = clock.now();
  const first = listing.now('us-west-2');
  const failed = expect(first).rejects.toMatchObject({
    kind: 'unavailable',
    message: expect.stringContaining('us-west-2 took longer than 60 s') as string,
  });
  await clock.next();
  const second = listing.now('us-west-2');
  while (await clock.next());
  await failed;
  expect(clock.now() - began).toBe(60_000);
  expect(signals[0]?.aborted).toBe(true);
  expect(await second).toEqual([]);
  await settled();
  expect(clock.waiting).toBe(0);
});

it('lists each scope separately', async () => {
  const clock = new ManualClock();
  const scopes: string[] = [];
  const list = async (scope: string): Promise<readonly []> => {
    scopes.push(scope);
    return [];
  };
  const listing = new FileSystemListing({ list }, clock);
  const all = [listing.now('a'), listing.nextWithin('b', 5), listing.nextWithin('a', 9)];
  while (await clock.next());
  await Promise.all(all);
  expect(scopes.sort()).toEqual(['a', 'b']);
});

it('lists many pages again after a moment, for all calls of that time', async () => {
  const clock = new ManualClock();
  const began = clock.now();
  const times: number[] = [];
  const list = async (): Promise<readonly FileSystem[]> => {
    times.push(clock.now() - began);
    return Array.from({ length: 250 }, () => ({}) as FileSystem);
  };
  const listing = new FileSystemListing({ list }, clock);
  const call = async (): Promise<void> => void (await listing.now('us-west-2'));
  const calls = [call()];
  await clock.next();
  calls.push(call());
  clock.after(100, () => calls.push(call()));
  while (await clock.next());
  await Promise.all(calls);
  expect(calls).toHaveLength(3);
  expect(times).toEqual([0, 250]);
});
