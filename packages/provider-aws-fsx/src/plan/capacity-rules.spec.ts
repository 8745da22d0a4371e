import { Capacity, isDriverError } from '@lustre-csi/core';
import { describe, expect, it } from 'vitest';
import { smallestCapacity, type CapacitySettings } from './capacity-rules.js';
import { thrownBy } from '../testing/thrown-by.js';

const scratch1: CapacitySettings = { deploymentType: 'SCRATCH_1', storageType: 'SSD' };
const scratch2: CapacitySettings = { deploymentType: 'SCRATCH_2', storageType: 'SSD' };
const persistent1 = (perUnitStorageThroughput: number): CapacitySettings => ({
  deploymentType: 'PERSISTENT_1',
  storageType: 'SSD',
  perUnitStorageThroughput,
});
const hdd = (perUnitStorageThroughput: number): CapacitySettings => ({
  deploymentType: 'PERSISTENT_1',
  storageType: 'HDD',
  perUnitStorageThroughput,
});
const persistent2 = (perUnitStorageThroughput: number, efaEnabled = false): CapacitySettings => ({
  deploymentType: 'PERSISTENT_2',
  storageType: 'SSD',
  perUnitStorageThroughput,
  efaEnabled,
});
const tiered: CapacitySettings = { deploymentType: 'PERSISTENT_2', storageType: 'INTELLIGENT_TIERING' };

const gib = (count: number): Capacity => Capacity.gibibytes(count);
const oneByteMore = (count: number): Capacity => Capacity.bytes(gib(count).bytes + 1n);

describe('smallestCapacity', () => {
  it.each<[string, CapacitySettings, number | undefined, number]>([
    ['SCRATCH_1', scratch1, undefined, 1200],
    ['SCRATCH_1', scratch1, 1, 1200],
    ['SCRATCH_1', scratch1, 1200, 1200],
    ['SCRATCH_1', scratch1, 1201, 2400],
    ['SCRATCH_1', scratch1, 2401, 3600],
    ['SCRATCH_1', scratch1, 3601, 7200],
    ['SCRATCH_1', scratch1, 7200, 7200],
    ['SCRATCH_2', scratch2, undefined, 1200],
    ['SCRATCH_2', scratch2, 1201, 2400],
    ['SCRATCH_2', scratch2, 2401, 4800],
    ['SCRATCH_2', scratch2, 3600, 4800],
    ['PERSISTENT_1 SSD 50', persistent1(50), undefined, 1200],
    ['PERSISTENT_1 SSD 50', persistent1(50), 1201, 2400],
    ['PERSISTENT_1 SSD 100', persistent1(100), 3600, 4800],
    ['PERSISTENT_1 SSD 200', persistent1(200), 2401, 4800],
    ['PERSISTENT_1 HDD 12', hdd(12), undefined, 6000],
    ['PERSISTENT_1 HDD 12', hdd(12), 6001, 12_000],
    ['PERSISTENT_1 HDD 40', hdd(40), undefined, 1800],
    ['PERSISTENT_1 HDD 40', hdd(40), 1801, 3600],
    ['PERSISTENT_2 125', persistent2(125), undefined, 1200],
    ['PERSISTENT_2 125', persistent2(125), 1200, 1200],
    ['PERSISTENT_2 250', persistent2(250), 1201, 2400],
    ['PERSISTENT_2 500', persistent2(500), 3600, 4800],
    ['PERSISTENT_2 1000', persistent2(1000), 2401, 4800],
    ['PERSISTENT_2 EFA 125', persistent2(125, true), undefined, 38_400],
    ['PERSISTENT_2 EFA 125', persistent2(125, true), 38_401, 76_800],
    ['PERSISTENT_2 EFA 250', persistent2(250, true), undefined, 19_200],
    ['PERSISTENT_2 EFA 250', persistent2(250, true), 19_201, 38_400],
    ['PERSISTENT_2 EFA 500', persistent2(500, true), 1200, 9600],
    ['PERSISTENT_2 EFA 500', persistent2(500, true), 9601, 19_200],
    ['PERSISTENT_2 EFA 1000', persistent2(1000, true), undefined, 4800],
    ['PERSISTENT_2 EFA 1000', persistent2(1000, true), 4801, 9600],
    ['INTELLIGENT_TIERING', tiered, undefined, 1200],
    ['INTELLIGENT_TIERING', tiered, 7, 7],
    ['INTELLIGENT_TIERING', tiered, 0, 1200],
  ])('%s: %o, at least %o GiB -> %o GiB', (_name, settings, required, expected) => {
    const range = required === undefined ? {} : { required: gib(required) };
    expect(smallestCapacity(settings, range).toString()).toBe(gib(expected).toString());
  });

  it('counts a byte above a legal size as above it', () => {
    expect(smallestCapacity(scratch2, { required: oneByteMore(1200) })).toEqual(gib(2400));
  });

  it('keeps the requested size of INTELLIGENT_TIERING to the byte', () => {
    expect(smallestCapacity(tiered, { required: oneByteMore(5) })).toEqual(oneByteMore(5));
  });

  it('takes the limit of INTELLIGENT_TIERING where it is all that is known', () => {
    expect(smallestCapacity(tiered, { limit: gib(100) })).toEqual(gib(100));
    expect(smallestCapacity(tiered, { limit: gib(5000) })).toEqual(gib(1200));
  });

  it.each<[string, CapacitySettings, number, number]>([
    ['SCRATCH_1', scratch1, 2401, 3600],
    ['SCRATCH_2', scratch2, 1201, 2400],
    ['PERSISTENT_1 SSD', persistent1(100), 2401, 4800],
    ['PERSISTENT_1 HDD 12', hdd(12), 1, 6000],
    ['PERSISTENT_1 HDD 40', hdd(40), 1801, 3600],
    ['PERSISTENT_2', persistent2(500), 1201, 2400],
    ['PERSISTENT_2 EFA 125', persistent2(125, true), 1, 38_400],
    ['PERSISTENT_2 EFA 250', persistent2(250, true), 1, 19_200],
    ['PERSISTENT_2 EFA 500', persistent2(500, true), 1, 9600],
    ['PERSISTENT_2 EFA 1000', persistent2(1000, true), 1, 4800],
  ])('%s: keeps a limit to the byte, from %o GiB to %o GiB', (_name, settings, required, size) => {
    const range = { required: gib(required) };
    expect(smallestCapacity(settings, { ...range, limit: gib(size) })).toEqual(gib(size));
    const byteLess = Capacity.bytes(gib(size).bytes - 1n);
    const thrown = thrownBy(() => smallestCapacity(settings, { ...range, limit: byteLess }));
    expect(isDriverError(thrown, 'out-of-range')).toBe(true);
    expect((thrown as Error).message).toContain(`the smallest that is large enough is ${size} GiB`);
  });

  it.each<[string, CapacitySettings]>([
    ['a throughput that HDD does not have', hdd(50)],
    ['EFA on PERSISTENT_1', { ...persistent1(50), efaEnabled: true }],
    ['HDD on PERSISTENT_2', { ...persistent2(125), storageType: 'HDD' }],
  ])('offers no size to %s', (_name, settings) => {
    expect(
      isDriverError(
        thrownBy(() => smallestCapacity(settings, {})),
        'invalid-argument',
      ),
    ).toBe(true);
  });

  it.each<[string, CapacitySettings, { required?: Capacity; limit?: Capacity }, string]>([
    [
      'between two sizes',
      scratch2,
      { required: gib(1300), limit: gib(2399) },
      '1200 GiB, multiples of 2400 GiB',
    ],
    ['below the smallest', scratch1, { limit: gib(1199) }, '1200 GiB, 2400 GiB, multiples of 3600 GiB'],
    [
      'HDD',
      hdd(12),
      { limit: gib(5999) },
      'multiples of 6000 GiB; the smallest that is large enough is 6000 GiB',
    ],
    ['EFA', persistent2(250, true), { limit: gib(2400) }, 'with 250 MB/s/TiB and EFA is at most 2400 GiB'],
    ['a byte too little', scratch2, { limit: Capacity.bytes(gib(1200).bytes - 1n) }, 'multiples of 2400 GiB'],
    [
      'tiered, crossed bounds',
      tiered,
      { required: gib(2), limit: gib(1) },
      'at least 2 GiB and at most 1 GiB',
    ],
    [
      'beyond the API',
      scratch2,
      { required: Capacity.bytes(2n ** 63n - 1n) },
      'the largest that FSx can express is 2147483647 GiB',
    ],
  ])('%s is out of range, with the legal sizes in the message', (_name, settings, range, words) => {
    const thrown = thrownBy(() => smallestCapacity(settings, range));
    expect(isDriverError(thrown, 'out-of-range')).toBe(true);
    expect((thrown as Error).message).toContain(words);
  });
});
