import { describe, expect, it } from 'vitest';
import { Capacity, describeRange, isWithin } from './capacity.js';

const GIB = 1024n ** 3n;
const TIB = 1024n ** 4n;

describe('Capacity', () => {
  it.each([
    ['bytes', Capacity.bytes(2n ** 60n + 1n), 2n ** 60n + 1n],
    ['gibibytes', Capacity.gibibytes(1200), 1200n * GIB],
    ['gibibytes as a bigint', Capacity.gibibytes(2n ** 33n), 2n ** 33n * GIB],
    ['tebibytes', Capacity.tebibytes(48), 48n * TIB],
    ['tebibytes as a bigint', Capacity.tebibytes(2n ** 20n), 2n ** 20n * TIB],
    ['half a tebibyte', Capacity.tebibytes(1.5), 1536n * GIB],
    ['a fraction that binary numbers cannot hold', Capacity.tebibytes(17.6), 18022n * GIB],
    ['a fraction of many tebibytes', Capacity.tebibytes(4000.25), 4_096_256n * GIB],
    ['nothing', Capacity.zero, 0n],
  ])('holds %s to the byte', (_, capacity, bytes) => expect(capacity.bytes).toBe(bytes));

  it('cannot be negative', () => {
    expect(() => Capacity.bytes(-1n)).toThrow('-1');
    expect(() => Capacity.gibibytes(-1)).toThrow(RangeError);
  });

  it.each([
    [0n, 0],
    [1n, 1],
    [GIB, 1],
    [GIB + 1n, 2],
    [1200n * GIB, 1200],
    [2n ** 63n - 1n, 2 ** 33],
  ])('%d bytes are %d whole gibibytes, rounded up', (bytes, gibibytes) =>
    expect(Capacity.bytes(bytes).toGibibytes()).toBe(gibibytes),
  );

  it.each([
    [Capacity.tebibytes(48), 48],
    [Capacity.gibibytes(1536), 1.5],
    [Capacity.bytes(TIB + 1n), 1 + 1 / 1024],
  ])('%s is %d tebibytes', (capacity, tebibytes) => expect(capacity.toTebibytes()).toBe(tebibytes));

  it.each([
    [0n, 0n],
    [1n, 1200n * GIB],
    [1200n * GIB, 1200n * GIB],
    [1200n * GIB + 1n, 2400n * GIB],
    [2n ** 63n - 1n, 8_589_934_800n * GIB], // Beyond what a number holds exactly.
  ])('rounds %d bytes up to the step', (bytes, rounded) =>
    expect(Capacity.bytes(bytes).roundUpTo(Capacity.gibibytes(1200)).bytes).toBe(rounded),
  );

  it('compares to the byte, beyond what a number holds', () => {
    const [less, more] = [Capacity.bytes(2n ** 53n), Capacity.bytes(2n ** 53n + 1n)];
    expect([less.isLessThan(more), more.isLessThan(less), less.isLessThan(less)]).toEqual([
      true,
      false,
      false,
    ]);
    expect([less.isGreaterThan(more), more.isGreaterThan(less)]).toEqual([false, true]);
    expect([less.equals(more), less.equals(Capacity.bytes(2n ** 53n))]).toEqual([false, true]);
  });

  it.each([
    [Capacity.zero, '0 bytes'],
    [Capacity.bytes(1n), '1 bytes'],
    [Capacity.gibibytes(1200), '1200 GiB'],
    [Capacity.gibibytes(1024), '1 TiB'],
    [Capacity.tebibytes(48), '48 TiB'],
    [Capacity.bytes(31_200n * 10n ** 9n), '31200 GB'],
    [Capacity.bytes(GIB + 1n), '1073741825 bytes'],
  ])('reads as people write it: %s', (capacity, words) => expect(capacity.toString()).toBe(words));
});

describe('a range', () => {
  const [one, two, three] = [1, 2, 3].map((count) => Capacity.gibibytes(count)) as [
    Capacity,
    Capacity,
    Capacity,
  ];

  it.each([
    [{}, [true, true, true], 'any size'],
    [{ required: two }, [false, true, true], 'at least 2 GiB'],
    [{ limit: two }, [true, true, false], 'at most 2 GiB'],
    [{ required: two, limit: two }, [false, true, false], 'at least 2 GiB and at most 2 GiB'],
  ])('%# holds what lies in it, its bounds included', (range, held, words) => {
    expect([one, two, three].map((capacity) => isWithin(capacity, range))).toEqual(held);
    expect(describeRange(range)).toBe(words);
  });
});
