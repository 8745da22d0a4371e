import { beforeEach, describe, expect, it } from 'vitest';
import { DriverError } from '../errors/driver-error.js';
import type { Growth, VolumeExpansion } from '../provider/volume-expansion.js';
import { ManualClock, settled } from '../testing/manual-clock.js';
import { Capacity } from './capacity.js';
import { ExpandVolume } from './expand-volume.js';
import type { FileSystem } from './file-system.js';

const gib = (count: number): Capacity => Capacity.gibibytes(count);

let fileSystem: FileSystem | undefined;
let growth: Growth | undefined;
let started: string[];
let clock: ManualClock;

const expansion: VolumeExpansion = {
  capacityFor: async (_, { required = gib(0) }) => required.roundUpTo(gib(1200)),
  look: async () => fileSystem && { fileSystem, ...(growth ? { growth } : {}) },
  start: async (_, capacity) => {
    started.push(capacity.toString());
    growth = { target: capacity, state: 'running', percent: 0 };
  },
};

beforeEach(() => {
  fileSystem = {
    id: 'fs-1',
    scope: '',
    state: 'available',
    cloudState: 'AVAILABLE',
    capacity: gib(1200),
    attempt: 1,
    attributes: {},
  };
  growth = undefined;
  started = [];
  clock = new ManualClock();
});

/** Expands to so many GiB; `ticks` are what happens between the looks. */
async function expand(required: number, ticks: readonly (() => void)[], limit?: number): Promise<string> {
  const range = { required: gib(required), ...(limit ? { limit: gib(limit) } : {}) };
  const work = { signal: new AbortController().signal, report: () => {} };
  let outcome: string | undefined;
  new ExpandVolume(expansion, clock).run({ id: 'fs-1', scope: '' }, range, work).then(
    (capacity) => (outcome = capacity.toString()),
    (error: unknown) => (outcome = error instanceof DriverError ? error.kind : String(error)),
  );
  await settled();
  for (const tick of ticks) {
    tick();
    await clock.next();
  }
  await settled();
  return outcome ?? 'waiting';
}

const grown = (count: number): void => {
  if (fileSystem) fileSystem = { ...fileSystem, capacity: gib(count) };
  growth = undefined;
};

describe('ControllerExpandVolume', () => {
  it.each([
    ['enough already', 1200, undefined, '1200 GiB'],
    ['more than enough already', 600, undefined, '1200 GiB'],
    ['more than the limit already', 600, 900, 'out-of-range'],
  ])('%s', async (_, required, limit, outcome) => {
    expect(await expand(required, [], limit)).toBe(outcome);
    expect(started).toEqual([]);
  });

  it('starts, waits, and answers with the capacity', async () => {
    expect(await expand(2000, [() => {}, () => {}, () => grown(2400)])).toBe('2400 GiB');
    expect(started).toEqual(['2400 GiB']);
  });

  it('joins a growth that is under way', async () => {
    growth = { target: gib(2400), state: 'running' };
    expect(await expand(2400, [() => {}, () => grown(2400)])).toBe('2400 GiB');
    expect(started).toEqual([]);
  });

  it('waits for a smaller growth, then starts its own', async () => {
    growth = { target: gib(2400), state: 'running' };
    expect(await expand(3600, [() => grown(2400), () => {}, () => grown(3600)])).toBe('3600 GiB');
    expect(started).toEqual(['3600 GiB']);
  });

  it('starts once, though the cloud shows the growth only later', async () => {
    expect(await expand(2400, [() => (growth = undefined), () => {}, () => grown(2400)])).toBe('2400 GiB');
    expect(started).toEqual(['2400 GiB']);
  });

  it("says unavailable with the cloud's words when it fails, and leaves an old failure behind", async () => {
    growth = { target: gib(2400), state: 'failed', detail: 'an old one' };
    const fail = (): void => void (growth = { target: gib(2400), state: 'failed', detail: 'no capacity' });
    expect(await expand(2400, [() => {}, fail])).toBe('unavailable');
    expect(started).toEqual(['2400 GiB']);
  });

  it('says not-found where there is nothing', async () => {
    fileSystem = undefined;
    expect(await expand(2400, [])).toBe('not-found');
  });

  it('says aborted while the file system cannot grow', async () => {
    if (fileSystem) fileSystem = { ...fileSystem, state: 'creating', cloudState: 'CREATING' };
    expect(await expand(2400, [])).toBe('aborted');
  });
});
