import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { MountTable, parseMountInfo } from '../table/mount-table.js';
import { KeptClients } from './kept-clients.js';

const MINUTE = 60_000;
const mounted = parseMountInfo('90 22 0:50 / /m/1 rw - lustre 127.0.0.4@tcp:/lustrefs rw');

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('keeps a client that is mounted for the next attempt of kubelet, then gives it back', async () => {
  const released = vi.fn();
  const kept = new KeptClients(() => Promise.resolve(mounted), released);
  await kept.keep('/m/1', Promise.resolve());
  await vi.advanceTimersByTimeAsync(2 * MINUTE);
  expect([kept.has('/m/1'), released.mock.calls.length]).toEqual([true, 0]);
  await vi.advanceTimersByTimeAsync(MINUTE);
  expect([kept.has('/m/1'), released.mock.calls.length]).toEqual([false, 1]);
});

it('gives back at once where the mount failed', async () => {
  const released = vi.fn();
  const kept = new KeptClients(() => Promise.resolve(new MountTable([])), released);
  await kept.keep('/m/1', Promise.resolve());
  expect([kept.has('/m/1'), released.mock.calls.length]).toEqual([false, 1]);
});

it('keeps no longer what a caller uses', async () => {
  const released = vi.fn();
  const kept = new KeptClients(() => Promise.resolve(mounted), released);
  await kept.keep('/m/1', Promise.resolve());
  kept.use('/m/1');
  expect(kept.has('/m/1')).toBe(false);
  await kept.keep('/m/1', Promise.resolve());
  await vi.advanceTimersByTimeAsync(2 * MINUTE);
  expect(kept.has('/m/1')).toBe(true);
  expect(released).not.toHaveBeenCalled();
});
