import { Capacity, type CapacityRange } from '@lustre-csi/core';
import { describe, expect, it } from 'vitest';
import { isLargeCluster, legalSizes, smallestCapacity, staticCapacity } from './capacity-rules.js';
import { premium125 } from '../testing/samples.js';

const tib = (count: number): Capacity => Capacity.tebibytes(count);
const justOver16 = Capacity.bytes(tib(16).bytes + 1n);

describe('staticCapacity', () => {
  // CreateVolume of azurelustre-csi-driver 0.1.0 to 0.4.0: defaultSizeInBytes, defaultLaaSOBlockSizeInTib.
  it.each<[string, CapacityRange, number]>([
    ['no size', {}, 4],
    ['1 GiB', { required: Capacity.gibibytes(1) }, 4],
    ['4 TiB', { required: Capacity.tebibytes(4) }, 4],
    ['a byte more', { required: Capacity.bytes(4n * 1024n ** 4n + 1n) }, 8],
    ['1 GiB to 4 TiB', { required: Capacity.gibibytes(1), limit: Capacity.tebibytes(4) }, 4],
  ])('rounds %s up as azurelustre-csi-driver does', (_, range, tebibytes) => {
    expect(staticCapacity(range)).toEqual(Capacity.tebibytes(tebibytes));
  });

  it('refuses a limit below that', () => {
    const range = { required: Capacity.gibibytes(1), limit: Capacity.gibibytes(10) };
    expect(() => staticCapacity(range)).toThrow(/multiples of 4 TiB/);
  });
});

describe('smallestCapacity', () => {
  it.each<[string, { required?: Capacity; limit?: Capacity }, number]>([
    ['nothing requested', {}, 16],
    ['nothing required', { required: Capacity.zero }, 16],
    ['only a limit', { limit: tib(20) }, 16],
    ['less than the least', { required: tib(1) }, 16],
    ['a legal size', { required: tib(48) }, 48],
    ['a byte more', { required: justOver16 }, 32],
    ['in between', { required: tib(17), limit: tib(32) }, 32],
    ['the usual maximum', { required: tib(128) }, 128],
    ['a large cluster', { required: tib(130) }, 144],
    ['the maximum', { required: tib(1024), limit: tib(1024) }, 1024],
  ])('%s', (_, range, expected) => {
    expect(smallestCapacity(premium125, range)).toEqual(tib(expected));
  });

  it.each<[string, { required?: Capacity; limit?: Capacity }]>([
    ['a limit below the least', { limit: tib(15) }],
    ['no multiple in the range', { required: tib(17), limit: tib(31) }],
    ['rounding above the limit', { required: justOver16, limit: justOver16 }],
    ['more than the maximum', { required: tib(1025) }],
  ])('has no size for %s', (_, range) => {
    expect(() => smallestCapacity(premium125, range)).toThrow(
      expect.objectContaining({
        kind: 'out-of-range',
        message: expect.stringContaining(
          'legal: multiples of 16 TiB up to 128 TiB, or up to 1024 TiB where Azure has enabled',
        ) as string,
      }),
    );
  });

  it('has no upper end where Azure names none', () => {
    const sku = { ...premium125, usualMaximum: undefined, maximum: undefined };
    expect(smallestCapacity(sku, { required: tib(100_000) })).toEqual(tib(100_000));
    expect(isLargeCluster(sku, tib(100_000))).toBe(false);
    expect(legalSizes(sku)).toBe('multiples of 16 TiB');
  });

  it('knows what is more than usual', () => {
    expect(isLargeCluster(premium125, tib(128))).toBe(false);
    expect(isLargeCluster(premium125, tib(144))).toBe(true);
    expect(legalSizes({ ...premium125, maximum: tib(128) })).toBe('multiples of 16 TiB up to 128 TiB');
  });
});
