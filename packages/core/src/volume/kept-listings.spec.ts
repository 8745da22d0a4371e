import { beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../testing/manual-clock.js';
import { KeptListings } from './kept-listings.js';

let clock: ManualClock;
let listings: KeptListings<string>;
let existing: string[];
let reads: number;

const read = async (): Promise<readonly string[]> => {
  reads += 1;
  return [...existing];
};
const page = (startingToken: string, subject = 'all'): ReturnType<KeptListings<string>['page']> =>
  listings.page({ maxEntries: 2, startingToken, subject, read });

/** Every page from this token on. */
async function rest(startingToken = ''): Promise<readonly string[]> {
  const { entries, nextToken } = await page(startingToken);
  return nextToken === '' ? entries : [...entries, ...(await rest(nextToken))];
}

/** Lets so much time pass. */
async function pass(milliseconds: number): Promise<void> {
  clock.after(milliseconds, () => {});
  await clock.next();
}

beforeEach(() => {
  clock = new ManualClock();
  listings = new KeptListings((entry) => entry, clock);
  existing = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
  reads = 0;
});

describe('KeptListings', () => {
  it('reads once for all pages', async () => {
    expect(await rest()).toEqual(existing);
    expect(reads).toBe(1);
  });

  it('reads again for each first page', async () => {
    await rest();
    existing = ['a'];
    expect(await rest()).toEqual(['a']);
    expect(reads).toBe(2);
  });

  it.each<[string, () => Promise<void>]>([
    ['is too old', () => pass(61_000)],
    ['belongs to another process', async () => void (listings = new KeptListings((entry) => entry, clock))],
    ['gave way to others', async () => void (await Promise.all([1, 2, 3, 4].map(() => page(''))))],
  ])('reads again and continues behind the last entry where the listing %s', async (_, happen) => {
    const { nextToken } = await page('');
    await happen();
    existing = ['a', 'b', 'bb', 'c'];
    const before = reads;
    expect(await rest(nextToken)).toEqual(['bb', 'c']);
    expect(reads).toBeGreaterThan(before);
  });

  it('never takes a page from a listing of something else', async () => {
    const { nextToken } = await page('');
    existing = ['x', 'y', 'z'];
    expect((await page(nextToken, 'of another volume')).entries).toEqual(['x', 'y']);
  });

  it('refuses tokens of others', async () => {
    await expect(page('none.of-ours')).rejects.toMatchObject({ kind: 'aborted' });
  });
});
