import { describe, expect, it } from 'vitest';
import { measurementOf } from './statfs-process.js';

describe('measurementOf', () => {
  it('counts in bytes without losing precision', () => {
    // 64 PiB in blocks of 4 KiB: more bytes than a double can count.
    const numbers = ['4096', '17592186044417', '17592186044416', '17592186044000', '1000', '900'];
    expect(measurementOf(numbers)).toEqual({
      bytes: { total: 72057594037932032n, used: 4096n, available: 72057594036224000n },
      inodes: { total: 1000n, used: 100n, available: 900n },
    });
  });
});
