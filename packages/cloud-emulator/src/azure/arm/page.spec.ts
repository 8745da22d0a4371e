import { describe, expect, it } from 'vitest';
import { pageOf, type Listed } from './page.js';

const items = (...sequences: number[]): Listed[] => sequences.map((sequence) => ({ sequence }));

describe('pageOf', () => {
  it('ends without a token where everything fits', () => {
    expect(pageOf(items(1, 2), 2, undefined)).toEqual({ items: items(1, 2) });
  });

  it('neither skips nor repeats when items come and go between pages', () => {
    const first = pageOf(items(1, 2, 3, 4), 2, undefined);
    expect(first.items).toEqual(items(1, 2));
    const second = pageOf(items(2, 3, 4, 5), 2, first.skipToken);
    expect(second.items).toEqual(items(3, 4));
    expect(pageOf(items(5), 2, second.skipToken)).toEqual({ items: items(5) });
  });

  it.each(['', 'zzz', Buffer.from('after:x').toString('base64url')])('refuses the token %j', (token) => {
    expect(() => pageOf(items(1), 2, token)).toThrow(expect.objectContaining({ code: 'InvalidSkipToken' }));
  });
});
