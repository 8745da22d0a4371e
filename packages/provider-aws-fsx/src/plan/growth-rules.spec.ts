import { Capacity } from '@lustre-csi/core';
import { describe, expect, it } from 'vitest';
import type { CapacitySettings } from './capacity-rules.js';
import { grownCapacity } from './growth-rules.js';

const ssd = { deploymentType: 'PERSISTENT_2', storageType: 'SSD', perUnitStorageThroughput: 125 } as const;
const hdd = { deploymentType: 'PERSISTENT_1', storageType: 'HDD' } as const;
const gib = (count: number): Capacity => Capacity.gibibytes(count);

describe('grownCapacity', () => {
  it.each<[string, CapacitySettings, number, number, number]>([
    ['from the smallest to the first step', ssd, 1200, 1201, 2400],
    ['to the step itself', ssd, 2400, 4800, 4800],
    ['past it', ssd, 2400, 4801, 7200],
    ['SCRATCH_2', { deploymentType: 'SCRATCH_2', storageType: 'SSD' }, 1200, 2000, 2400],
    ['HDD at 12', { ...hdd, perUnitStorageThroughput: 12 }, 6000, 6001, 12_000],
    ['HDD at 40', { ...hdd, perUnitStorageThroughput: 40 }, 1800, 1801, 3600],
    ['EFA at 125', { ...ssd, efaEnabled: true }, 38_400, 38_401, 76_800],
    ['EFA at 250', { ...ssd, perUnitStorageThroughput: 250, efaEnabled: true }, 19_200, 19_201, 38_400],
    ['EFA at 500', { ...ssd, perUnitStorageThroughput: 500, efaEnabled: true }, 9600, 9601, 19_200],
    [
      'PERSISTENT_1',
      { ...ssd, deploymentType: 'PERSISTENT_1', perUnitStorageThroughput: 50 },
      2400,
      2401,
      4800,
    ],
    ['EFA at 1000', { ...ssd, perUnitStorageThroughput: 1000, efaEnabled: true }, 4800, 5000, 9600],
    ['what is large enough already', ssd, 2400, 2000, 2400],
    ['SCRATCH_1 that is large enough', { deploymentType: 'SCRATCH_1', storageType: 'SSD' }, 3600, 3600, 3600],
  ])('%s', (_name, settings, current, required, expected) => {
    expect(grownCapacity(settings, gib(current), { required: gib(required) })).toEqual(gib(expected));
  });

  it('is to the byte where the file system is elastic', () => {
    const tiered = { deploymentType: 'PERSISTENT_2', storageType: 'INTELLIGENT_TIERING' } as const;
    const required = Capacity.bytes(1_234_567_890_123n);
    expect(grownCapacity(tiered, gib(1), { required })).toEqual(required);
  });

  it.each<[string, CapacitySettings, number | undefined, number | undefined, string]>([
    [
      'no step below the limit',
      ssd,
      1300,
      2000,
      'multiples of 2400 GiB; the smallest that is large enough is 2400',
    ],
    ['SCRATCH_1', { deploymentType: 'SCRATCH_1', storageType: 'SSD' }, 2400, undefined, 'cannot be expanded'],
    ['less than it has', ssd, undefined, 1000, 'cannot shrink'],
    ['more than FSx can count', ssd, 2 ** 40, undefined, 'the smallest that is large enough'],
  ])('refuses %s', (_name, settings, required, limit, words) => {
    const range = {
      ...(required === undefined ? {} : { required: gib(required) }),
      ...(limit === undefined ? {} : { limit: gib(limit) }),
    };
    const refused = (): Capacity => grownCapacity(settings, gib(1200), range);
    expect(refused).toThrow(words);
    expect(refused).toThrow(expect.objectContaining({ kind: 'out-of-range' }) as Error);
  });
});
