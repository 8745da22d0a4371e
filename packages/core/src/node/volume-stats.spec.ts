import { describe, expect, it } from 'vitest';
import { parseStatfs } from './volume-stats.js';

describe('parseStatfs', () => {
  it('counts in bytes without losing precision', () => {
    // 64 PiB in blocks of 4 KiB: more bytes than a double can count.
    expect(parseStatfs('4096 17592186044417 17592186044416 17592186044000 1000 900\n')).toEqual({
      bytes: { total: 72057594037932032n, used: 4096n, available: 72057594036224000n },
      inodes: { total: 1000n, used: 100n, available: 900n },
    });
  });

  it.each(['', '1 2 3', 'a b c d e f', '1 2 3 4 5 6 7'])('refuses %j', (text) => {
    expect(() => parseStatfs(text)).toThrow(expect.objectContaining({ kind: 'internal' }) as Error);
  });
});
