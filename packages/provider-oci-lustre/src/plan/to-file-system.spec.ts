import { describe, expect, it } from 'vitest';
import { absentId, seed } from '../testing/samples.js';
import { settingsChange } from './settings-change.js';
import { readFileSystem, toFileSystem, type OciFileSystem } from './to-file-system.js';

const json = {
  id: absentId,
  compartmentId: seed.compartmentId,
  lifecycleState: 'ACTIVE',
  displayName: 'pvc-1',
  fileSystemName: 'pvabc123',
  managementServiceAddress: '10.0.2.8',
  lnet: 'tcp',
  capacityInGBs: 31_200,
  freeformTags: { 'lustre-csi-volume-name': 'pvc-1' },
};

const shown = (change: object = {}): OciFileSystem => {
  const read = readFileSystem({ ...json, ...change });
  if (!read) throw new Error('it is no file system');
  return read;
};

describe('toFileSystem', () => {
  const withoutServers = { managementServiceAddress: undefined };

  it.each<[object, string]>([
    [{ lifecycleState: 'CREATING' }, 'creating'],
    [{ lifecycleState: 'CREATING', ...withoutServers }, 'creating'],
    [{}, 'available'],
    [withoutServers, 'creating'],
    [{ lifecycleState: 'UPDATING' }, 'updating'],
    [{ lifecycleState: 'INACTIVE' }, 'impaired'],
    [{ lifecycleState: 'DELETING' }, 'deleting'],
    [{ lifecycleState: 'DELETED', ...withoutServers }, 'deleting'],
    [{ lifecycleState: 'FAILED', ...withoutServers }, 'failed'],
    [{ lifecycleState: 'NEW_STATE' }, 'available'],
    [{ lifecycleState: null, ...withoutServers }, 'creating'],
  ])('reads %j as %s', (change, state) => {
    expect(toFileSystem(shown(change), '').state).toBe(state);
  });

  it('never takes a file system that was usable for a failed creation', () => {
    expect(toFileSystem(shown({ lifecycleState: 'FAILED' }), '')).toMatchObject({
      state: 'impaired',
      cloudState: 'FAILED',
    });
  });

  it('does not mount a file system before it is active, nor an address that is none', () => {
    expect(toFileSystem(shown({ lifecycleState: 'CREATING' }), '')).not.toHaveProperty('mountSource');
    expect(toFileSystem(shown({ managementServiceAddress: 'a b' }), '')).not.toHaveProperty('mountSource');
  });

  it.each([undefined, null, 'x', [], {}, { id: 1, compartmentId: 'c' }])(
    'reads nothing of %j',
    (resource) => {
      expect(readFileSystem(resource)).toBeUndefined();
    },
  );

  it('reads fields of another type as absent', () => {
    const odd = toFileSystem(shown({ capacityInGBs: 'x', freeformTags: [], timeCreated: 7 }), '');
    expect([odd.capacity.bytes, odd.createdAt, odd.volumeName]).toEqual([0n, undefined, undefined]);
  });
});

describe('settingsChange', () => {
  it.each<[string, object, Parameters<typeof settingsChange>[1], object | undefined]>([
    ['nothing is named', {}, {}, undefined],
    ['the groups are the same in another order', { nsgIds: ['b', 'a'] }, { nsgIds: ['a', 'b'] }, undefined],
    ['the groups differ', { nsgIds: ['a'] }, { nsgIds: [] }, { nsgIds: [] }],
    ['the key differs', {}, { kmsKeyId: 'k' }, { kmsKeyId: 'k' }],
    [
      'root is squashed already, to the default ids',
      { rootSquashConfiguration: { identitySquash: 'ROOT', squashUid: 65534 } },
      { rootSquashEnabled: true },
      undefined,
    ],
    [
      'an id changes, and the exceptions stay',
      { rootSquashConfiguration: { identitySquash: 'ROOT', clientExceptions: ['n'] } },
      { rootSquashUid: 1 },
      { rootSquashConfiguration: { identitySquash: 'ROOT', clientExceptions: ['n'], squashUid: 1 } },
    ],
    [
      'the window differs',
      { maintenanceWindow: { dayOfWeek: 'MONDAY', timeStart: '22:00' } },
      { maintenanceDayOfWeek: 'SUNDAY', maintenanceTimeStart: '22:00' },
      { maintenanceWindow: { dayOfWeek: 'SUNDAY', timeStart: '22:00' } },
    ],
    [
      'a tag is added, and the others stay',
      {},
      { 'oci.oraclecloud.com/initial-freeform-tags-override': { team: 'x' } },
      { freeformTags: { 'lustre-csi-volume-name': 'pvc-1', team: 'x' } },
    ],
  ])('where %s', (_, current, requested, expected) => {
    expect(settingsChange(shown(current), requested)).toEqual(expected);
  });

  it('refuses an id without root squash', () => {
    expect(() => settingsChange(shown(), { rootSquashUid: 1 })).toThrow('need rootSquashEnabled');
  });
});
