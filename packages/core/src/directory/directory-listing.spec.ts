import { expect, it } from 'vitest';
import { ManualClock } from '../testing/manual-clock.js';
import type { DirectoryFileSystem } from './directory-file-systems.js';
import { DirectoryListing } from './directory-listing.js';

const { signal } = new AbortController();

it('fails rather than leaving out the volumes of a file system that does not answer', async () => {
  const empty = { mounted: { run: async () => ({ found: [], next: null }) }, source: {} };
  const dead = { mounted: { run: () => Promise.reject(new Error('the server does not answer')) } };
  const find = async (parent: string): Promise<DirectoryFileSystem> =>
    (parent === 'fs-dead' ? dead : empty) as unknown as DirectoryFileSystem;
  const parents = { contextFor: () => ({}) };
  const listing = new DirectoryListing({ fileSystems: { find }, parents, clock: new ManualClock() });
  expect(await listing.list([{ parent: 'fs-1', base: ['a'] }], signal)).toEqual([]);
  const both = [
    { parent: 'fs-1', base: ['a'] },
    { parent: 'fs-dead', base: ['b', 'c'] },
  ];
  await expect(listing.list(both, signal)).rejects.toMatchObject({
    kind: 'unavailable',
    message: expect.stringMatching(
      /below \/b\/c of the file system fs-dead .* the server does not answer/,
    ) as string,
  });
});
