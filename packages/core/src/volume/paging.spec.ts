import { describe, expect, it } from 'vitest';
import { pageOf } from './paging.js';

const key = (entry: string): string => entry;
const all = ['b', 'a', 'd', 'c', 'größe', 'after:z'];
const sorted = ['a', 'after:z', 'b', 'c', 'd', 'größe'];

describe('pageOf', () => {
  it('shows everything at once if no limit is requested', () => {
    expect(pageOf(all, key, { maxEntries: 0, startingToken: '' })).toEqual({
      entries: sorted,
      nextToken: '',
    });
  });

  it.each([1, 2, 3, 4, 5, 6, 7])('shows everything once in pages of %i', (maxEntries) => {
    const seen: string[] = [];
    let pages = 0;
    let startingToken = '';
    do {
      const page = pageOf(all, key, { maxEntries, startingToken });
      expect(page.entries.length).toBeLessThanOrEqual(maxEntries);
      seen.push(...page.entries);
      startingToken = page.nextToken;
      pages += 1;
    } while (startingToken !== '');
    expect(seen).toEqual(sorted);
    expect(pages).toBe(Math.ceil(sorted.length / maxEntries));
  });

  it('shows no more at once than a gRPC client takes', () => {
    const many = Array.from({ length: 4_500 }, (_, n) => `volume-${String(n).padStart(5, '0')}`);
    let [seen, startingToken] = [[] as readonly string[], ''];
    do {
      const page = pageOf(many, key, { maxEntries: seen.length === 0 ? 0 : 4_000, startingToken });
      expect(page.entries.length).toBeLessThanOrEqual(2_000);
      seen = [...seen, ...page.entries];
      startingToken = page.nextToken;
    } while (startingToken !== '');
    expect(seen).toEqual(many);
  });

  it('stays right while entries come and go', () => {
    const { nextToken } = pageOf(all, key, { maxEntries: 3, startingToken: '' });
    const changed = ['a', 'aa', 'c', 'cc', 'größe']; // b, the last one shown, is gone, and d too.
    const rest = pageOf(changed, key, { maxEntries: 0, startingToken: nextToken });
    expect(rest.entries).toEqual(['c', 'cc', 'größe']);
  });

  it('has nothing to show of nothing', () => {
    expect(pageOf([], key, { maxEntries: 5, startingToken: '' })).toEqual({ entries: [], nextToken: '' });
  });

  it.each(['invalid-token', '0', 'abc=', Buffer.from('before:a').toString('base64url')])(
    'reports aborted for the foreign token %s',
    (startingToken) => {
      expect(() => pageOf(all, key, { maxEntries: 0, startingToken })).toThrow(
        expect.objectContaining({
          kind: 'aborted',
          message: expect.stringContaining(`starting_token "${startingToken}"`) as string,
        }) as Error,
      );
    },
  );
});
