import { expect, it } from 'vitest';
import { DriverError } from '../errors/driver-error.js';
import type { DirectoryOperations } from './directory-operations.js';
import type { VolumeKind } from './volume-kind.js';
import { VolumeRouter } from './volume-router.js';

const whole = {} as VolumeKind;
const directories = {
  owns: (volumeId) => volumeId.startsWith('dir:'),
  isRequested: ({ provisioningMode = 'filesystem' }) => {
    if (provisioningMode === 'both') throw new DriverError('invalid-argument', 'unknown mode');
    return provisioningMode === 'directory';
  },
} as Partial<DirectoryOperations> as DirectoryOperations;

const both = new VolumeRouter(whole, directories);
const alone = new VolumeRouter(whole);

it('routes a handle to the directories that own it', () => {
  expect(both.kindOf('dir:fs-1:base:key')).toBe(directories);
});

it.each(['fs-1', 'no handle at all', ''])('routes the handle "%s" to the whole file systems', (volumeId) => {
  expect(both.kindOf(volumeId)).toBe(whole);
});

it('routes every handle and request to the whole file systems if there are no directories', () => {
  expect(alone.kindOf('dir:fs-1:base:key')).toBe(whole);
  expect(alone.kindRequestedBy({ provisioningMode: 'directory' })).toBe(whole);
  expect(alone.kinds).toEqual([whole]);
});

it('routes a request by its mode', () => {
  expect(both.kindRequestedBy({ provisioningMode: 'directory' })).toBe(directories);
  expect(both.kindRequestedBy({})).toBe(whole);
  expect(() => both.kindRequestedBy({ provisioningMode: 'both' })).toThrow('unknown mode');
});

it('names the kinds in the order of listings', () => {
  expect(both.kinds).toEqual([whole, directories]);
});
