import { Capacity } from '@lustre-csi/core';
import { describe, expect, it } from 'vitest';
import { smallestCapacity, smallestGrowth, tierOf, type Tier } from './capacity-rules.js';

const gib = (count: number): Capacity => Capacity.gibibytes(count);
const tier = (throughput: string): Tier => {
  const found = tierOf(throughput);
  if (!found) throw new Error(`no tier ${throughput}`);
  return found;
};

describe('smallestCapacity', () => {
  it.each([
    ['1000', undefined, 9_000],
    ['1000', 9_001, 18_000],
    ['1000', 18 * 1024, 27_000],
    ['1000', 1_530_000, 1_530_000],
    ['1000', 1_530_001, 1_584_000],
    ['500', undefined, 18_000],
    ['250', undefined, 36_000],
    ['125', undefined, 72_000],
    ['125', 12_240_000, 12_240_000],
    ['25', undefined, 472_000],
    ['1000', 10_008_000, 10_008_000],
  ])('%s MB/s per TiB, at least %s GiB: %s GiB', (throughput, required, expected) => {
    const range = required === undefined ? {} : { required: gib(required) };
    expect(smallestCapacity(tier(throughput), range)).toEqual(gib(expected));
  });

  it.each([
    [
      '1000',
      { required: gib(9_001), limit: gib(17_999) },
      /multiples of 9000Gi up to 1530000Gi, beyond them/,
    ],
    ['1000', { required: gib(10_008_001) }, /up to 10008000Gi/],
    ['125', { required: gib(12_240_001) }, /multiples of 72000Gi up to 12240000Gi$/],
    ['1000', { limit: gib(8_999) }, /at most/],
  ])('%s MB/s per TiB has none', (throughput, range, words) => {
    expect(() => smallestCapacity(tier(throughput), range)).toThrow(words);
  });
});

describe('smallestGrowth', () => {
  it('keeps the size where it suffices', () => {
    expect(smallestGrowth(tier('1000'), gib(18_000), { required: gib(9_000) })).toEqual(gib(18_000));
  });

  it('stays in the standard range', () => {
    expect(smallestGrowth(tier('1000'), gib(9_000), { required: gib(1_529_000) })).toEqual(gib(1_530_000));
    expect(() => smallestGrowth(tier('1000'), gib(9_000), { required: gib(1_584_000) })).toThrow(
      /cannot be expanded beyond it/,
    );
  });

  it('expands large instances in large steps', () => {
    expect(smallestGrowth(tier('1000'), gib(1_584_000), { required: gib(1_584_001) })).toEqual(
      gib(1_656_000),
    );
  });
});
