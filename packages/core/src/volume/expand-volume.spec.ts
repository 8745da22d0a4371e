import { beforeEach, describe, expect, it } from 'vitest';
import { isDriverError } from '../errors/driver-error.js';
import type { Growth, VolumeExpansion } from '../provider/volume-expansion.js';
import { ManualClock, settled } from '../testing/manual-clock.js';
import { Capacity } from '../model/capacity.js';
import { ExpandVolume } from './expand-volume.js';
import type { FileSystem } from '../model/file-system.js';

const gib = (count: number): Capacity => Capacity.gibibytes(count);

let fileSystem: FileSystem | undefined;
let growth: Growth | undefined;
let started: string[];
let clock: ManualClock;
let reports: string[];
/** Of the error. */
let words: string;

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
    listingScope: '',
    state: 'available',
    cloudState: 'AVAILABLE',
    capacity: gib(1200),
    attempt: 1,
    attributes: {},
  };
  growth = undefined;
  started = [];
  clock = new ManualClock();
  reports = [];
  words = '';
});

/** Expands to so many GiB; `ticks` are what happens between the looks. */
async function expand(required: number, ticks: readonly (() => void)[], limit?: number): Promise<string> {
  const range = { required: gib(required), ...(limit ? { limit: gib(limit) } : {}) };
  const work = { signal: new AbortController().signal, report: (words: string) => void reports.push(words) };
  let outcome: string | undefined;
  new ExpandVolume(expansion, clock).run({ id: 'fs-1', listingScope: '' }, range, work).then(
    (capacity) => (outcome = capacity.toString()),
    (error: unknown) => {
      outcome = isDriverError(error) ? error.kind : String(error);
      words = String(error);
    },
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

  it('reports unavailable when the cloud reverts it, and never an expansion', async () => {
    const undo = (): void => void (growth = { target: gib(2400), state: 'undoing', detail: 'RollingBack' });
    expect(await expand(2400, [() => {}, undo, undo, () => (growth = undefined)])).toBe('unavailable');
    expect(words).toContain('2400 GiB was reverted');
    expect(reports.filter((report) => report.includes('is being expanded'))).toHaveLength(2);
    expect(reports.at(-1)).toBe(
      'the cloud reverts the expansion of file system fs-1 to 2400 GiB (RollingBack); it keeps 1200 GiB',
    );
    expect(started).toEqual(['2400 GiB']);
  });

  it('says unavailable when the growth has been gone for a minute, without starting it again', async () => {
    const nothing = (): void => void (growth = undefined);
    const minute = Array.from({ length: 30 }, () => nothing);
    expect(await expand(2400, [() => {}, ...minute])).toBe('unavailable');
    expect(words).toContain('is not under way any more, and the capacity is missing');
    expect(started).toEqual(['2400 GiB']);
  });

  it('reports the earlier failure in the progress of the next attempt', async () => {
    growth = { target: gib(2400), state: 'failed', detail: 'no servers' };
    await expand(2400, []);
    expect(reports).toEqual([
      'file system fs-1 is being expanded from 1200 GiB to 2400 GiB, after a failed attempt (no servers)',
    ]);
  });

  it('expands nothing whose size the cloud does not report', async () => {
    grown(0);
    expect(await expand(2400, [])).toBe('unavailable');
    expect(words).toContain('did not report the size of file system fs-1');
    expect(started).toEqual([]);
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
