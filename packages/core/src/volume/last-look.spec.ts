import { beforeEach, describe, expect, it } from 'vitest';
import type { FileSystem } from '../model/file-system.js';
import { ManualClock, settled } from '../testing/manual-clock.js';
import { FileSystemListing } from './file-system-listing.js';
import { withLastLook } from './last-look.js';

let clock: ManualClock;
let listed: number[];
let size: number;
let listing: FileSystemListing;
let began: number;

beforeEach(() => {
  clock = new ManualClock();
  began = clock.now();
  listed = [];
  size = 0;
  const list = async (): Promise<readonly FileSystem[]> => {
    listed.push(clock.now() - began);
    return Array.from({ length: size }, () => ({}) as FileSystem);
  };
  listing = new FileSystemListing({ list }, clock);
});

const call = (milliseconds: number, work: () => Promise<unknown>): Promise<unknown> =>
  withLastLook(
    { listing, clock },
    'us-west-2',
    { signal: new AbortController().signal, endsAt: began + milliseconds },
    work,
  );

async function untilQuiet(): Promise<void> {
  while (await clock.next());
  await settled();
}

describe('withLastLook', () => {
  it('hastens the listing that work waits for', async () => {
    const done = call(9_000, () => listing.nextWithin('us-west-2', 15_000));
    await untilQuiet();
    await done;
    expect(listed).toEqual([7_500]);
  });

  it('lists nothing for work that waits for no listing, or has ended', async () => {
    await call(9_000, async () => 'done');
    const other = call(9_000, () => new Promise((resolve) => clock.after(8_000, () => resolve('late'))));
    await untilQuiet();
    await other;
    expect(listed).toEqual([]);
  });

  it('leaves calls alone that are too short', async () => {
    const done = call(2_000, () => listing.nextWithin('us-west-2', 15_000));
    await untilQuiet();
    await done;
    expect(listed).toEqual([15_000]);
  });

  it('does not list a large account again right after the last listing', async () => {
    size = 500;
    const done = call(9_000, async () => {
      await listing.nextWithin('us-west-2', 5_000);
      await listing.nextWithin('us-west-2', 15_000);
    });
    await untilQuiet();
    await done;
    expect(listed).toEqual([5_000, 20_000]);
  });
});

describe('the pause between two listings', () => {
  it.each([
    [49, 500],
    [100, 1_000],
    [1_000, 5_000],
  ])('of %i file systems is at least %i ms', async (count, pause) => {
    size = count;
    const twice = listing.nextWithin('a', 0).then(() => listing.nextWithin('a', 500));
    await untilQuiet();
    await twice;
    expect(listed).toEqual([0, pause]);
  });
});
