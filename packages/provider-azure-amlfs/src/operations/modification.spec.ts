import type { FileSystem, Volume } from '@lustre-csi/core';
import type { VolumeOperations } from '@lustre-csi/core/server';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ArmAnswer } from '../api/arm-operation.js';
import { FailedOperations } from '../api/failed-operations.js';
import { AmlModification } from './modification.js';
import { EmulatedAzure, neverAborted } from '../testing/emulated-azure.js';
import { callOf, dynamicParameters, passingFaults, persistently, requestOf } from '../testing/samples.js';

const patch = 'amlFilesystems.update';
const writeTags = 'tags.updateAtScope';
const identities =
  '/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i';
const key = {
  'key-vault-key-url': 'https://v.vault.azure.net/keys/k/1',
  'key-vault-id': '/subscriptions/s/resourceGroups/g/providers/Microsoft.KeyVault/vaults/v',
};

let azure: EmulatedAzure;
let replica: VolumeOperations;
let other: VolumeOperations;
let volume: Volume;

beforeAll(async () => {
  azure = await EmulatedAzure.start({
    durations: { createSeconds: 0.02, deleteSeconds: 0.02, updateSeconds: 0.1 },
  });
  replica = await azure.replica();
  other = await azure.replica();
});
afterAll(() => azure.stop());

beforeEach(async () => {
  volume = await created();
  azure.emulator.journal.clear();
});
afterEach(async () => {
  azure.emulator.faults.clear();
  await replica.delete(volume.id, callOf(5000));
});

const created = (
  rest: Record<string, string> = {},
  mutableParameters: Record<string, string> = {},
): Promise<Volume> =>
  replica.create(
    requestOf({ ...dynamicParameters, tags: 'Team=a', ...rest }, { name: 'pvc-1', mutableParameters }),
    callOf(5000),
  );

const modify = (parameters: Record<string, string>, by = replica, call = callOf(5000)): Promise<void> =>
  by.modify(volume.id, parameters, call);

/** Starts changing, and leaves when Azure has accepted it. */
const startedBy = (by: VolumeOperations, parameters: Record<string, string>): Promise<void> =>
  modify(parameters, by, azure.callEndingAt(patch, 'amlFilesystems.get'));

const window = { 'maintenance-day-of-week': 'Friday', 'maintenance-time-of-day-utc': '3:30' };
const shown = (): EmulatedAzure['state']['fileSystems'][number] | undefined => azure.state.fileSystems[0];

describe('modification', () => {
  it('changes everything that differs in one PATCH and one write of tags, and then nothing more', async () => {
    const requested = {
      ...window,
      'root-squash-mode': 'RootOnly',
      'root-squash-uid': '1000',
      'root-squash-gid': '1001',
      'no-squash-nids': '10.1.0.[4-9]@tcp, 10.2.0.7@tcp',
      tags: 'team=b,purpose=training',
    };
    await modify(requested);
    expect(shown()).toMatchObject({
      properties: {
        maintenanceWindow: { dayOfWeek: 'Friday', timeOfDayUTC: '3:30' },
        rootSquashSettings: {
          mode: 'RootOnly',
          squashUID: 1000,
          squashGID: 1001,
          noSquashNidLists: '10.1.0.[4-9]@tcp;10.2.0.7@tcp',
        },
      },
      tags: { Team: 'b', purpose: 'training', 'lustre-csi-volume-name': 'pvc-1' },
    });
    await modify(requested, other);
    await modify({ 'maintenance-time-of-day-utc': '03:30' }, other);
    await modify({});
    expect([azure.count(patch), azure.count(writeTags)]).toEqual([1, 1]);
  });

  it('writes just the tags that differ', async () => {
    await modify({ tags: 'Team=b,new=c' });
    await modify({ tags: 'team=b,NEW=c' }, other);
    expect(shown()).toMatchObject({ tags: { Team: 'b', new: 'c', 'lustre-csi-volume-name': 'pvc-1' } });
    expect([azure.count(patch), azure.count(writeTags)]).toEqual([0, 1]);
  });

  it('writes tags on a file system whose last change has failed', async () => {
    azure.emulator.faults.add({ kind: 'fail-creation', cloud: 'azure', operation: patch });
    await expect(modify(window)).rejects.toMatchObject({ kind: 'unavailable' });
    await modify({ tags: 'Team=b' });
    expect(shown()).toMatchObject({ tags: { Team: 'b' }, properties: { provisioningState: 'Failed' } });
  });

  it('names the action where the identity may not write tags, and changes nothing', async () => {
    const forbidden = { kind: 'error', status: 403, code: 'AuthorizationFailed' } as const;
    azure.emulator.faults.add({ ...forbidden, cloud: 'azure', operation: writeTags });
    await expect(modify({ ...window, tags: 'Team=b' })).rejects.toMatchObject({
      kind: 'permission-denied',
      message: expect.stringMatching(
        /role-definition\.json, whose current version allows Microsoft\.Resources\/tags\/write/,
      ) as string,
    });
    expect(azure.count(patch)).toBe(0);
    await modify({ ...window, tags: 'Team=b' });
    expect(shown()?.tags).toMatchObject({ Team: 'b' });
  });

  it('leaves the volume the same volume', async () => {
    await modify({ ...window, tags: 'Team=b' });
    expect(await created()).toEqual(volume);
    expect(azure.count('amlFilesystems.createOrUpdate')).toBe(0);
    // What the class of the time of creation said is not put back.
    expect(shown()).toMatchObject({
      tags: { Team: 'b' },
      properties: { maintenanceWindow: { dayOfWeek: 'Friday' } },
    });
  });

  it('keeps the parts of root squash that are not requested', async () => {
    await modify({ 'root-squash-mode': 'All', 'root-squash-uid': '7', 'root-squash-gid': '7' });
    await modify({ 'root-squash-uid': '8' });
    expect(shown()?.properties['rootSquashSettings']).toMatchObject({
      mode: 'All',
      squashUID: 8,
      squashGID: 7,
    });
  });

  it('changes the key of a file system that has an identity', async () => {
    await replica.delete(volume.id, callOf(5000));
    volume = await created({ identities });
    await modify(key);
    expect(shown()?.properties['encryptionSettings']).toEqual({
      keyEncryptionKey: { keyUrl: key['key-vault-key-url'], sourceVault: { id: key['key-vault-id'] } },
    });
    await modify({ ...key, 'key-vault-id': key['key-vault-id'].toUpperCase() });
    expect(azure.count(patch)).toBe(1);
  });

  it('is applied at creation, where it wins over the StorageClass', async () => {
    await replica.delete(volume.id, callOf(5000));
    volume = await created(
      { identities },
      { ...window, ...key, tags: 'team=c,new=d', 'root-squash-mode': 'None' },
    );
    expect(shown()).toMatchObject({
      tags: { Team: 'c', new: 'd' },
      properties: {
        maintenanceWindow: { dayOfWeek: 'Friday', timeOfDayUTC: '3:30' },
        rootSquashSettings: { mode: 'None' },
        encryptionSettings: { keyEncryptionKey: { keyUrl: key['key-vault-key-url'] } },
      },
    });
    expect(azure.count(patch)).toBe(0);
  });

  it.each<[string, Record<string, string>, string]>([
    ['an unknown key', { 'sku-name': 'x' }, '; legal: maintenance-day-of-week,'],
    ['a wrong value', { 'root-squash-mode': 'root' }, 'legal: None, RootOnly, All'],
    ['an id that is none', { 'root-squash-uid': '0' }, 'a whole number from 1 to 4294967295'],
    ['a NID that is none', { 'no-squash-nids': '10.1.0.4' }, 'legal: NIDs'],
    ['squash without a mode', { 'root-squash-uid': '5' }, 'need root-squash-mode'],
    ['a key without a vault', { 'key-vault-key-url': key['key-vault-key-url'] }, 'belong together'],
    ['a key without an identity', key, 'user-assigned identity'],
    ['a tag of the driver', { tags: 'lustre-csi-volume-name=x' }, 'the driver itself writes'],
    ['a tag that is given twice', { tags: 'Cost=a,cost=b' }, '"Cost" and "cost" are the same tag'],
  ])('refuses %s, and changes nothing', async (_, parameters, words) => {
    await expect(modify({ ...window, ...parameters })).rejects.toMatchObject({
      kind: 'invalid-argument',
      message: expect.stringContaining(words) as string,
    });
    expect(azure.count(patch)).toBe(0);
  });

  it('reads keys in any case', async () => {
    await modify({ 'Maintenance-Day-Of-Week': 'Monday' });
    expect(shown()?.properties['maintenanceWindow']).toMatchObject({ dayOfWeek: 'Monday' });
  });

  it('is resumed by another replica', async () => {
    await expect(startedBy(replica, window)).rejects.toMatchObject({
      kind: 'deadline-exceeded',
      message: expect.stringContaining('pvc-1') as string,
    });
    await modify(window, other);
    expect(azure.count(patch)).toBe(1);
  });

  it('waits for a change that is under way', async () => {
    const squash = { 'root-squash-mode': 'All' };
    await expect(startedBy(other, squash)).rejects.toMatchObject({ kind: 'deadline-exceeded' });
    await modify({ ...window, tags: 'Team=z' });
    expect(shown()).toMatchObject({
      tags: { Team: 'z' },
      properties: {
        maintenanceWindow: { dayOfWeek: 'Friday' },
        rootSquashSettings: { mode: 'All' },
      },
    });
  });

  it('requests the rest where ARM has only accepted the tags', async () => {
    const slow = await EmulatedAzure.start({
      durations: { createSeconds: 0.02, deleteSeconds: 0.02, updateSeconds: 0.05 },
      azure: { slowTags: true },
    });
    try {
      const by = await slow.replica();
      const { id } = await by.create(requestOf(dynamicParameters, { name: 'pvc-1' }), callOf(5000));
      await by.modify(id, { ...window, tags: 'Team=z' }, callOf(5000));
      expect(slow.state.fileSystems[0]).toMatchObject({
        tags: { Team: 'z' },
        properties: { maintenanceWindow: { dayOfWeek: 'Friday' } },
      });
      expect([slow.count(patch), slow.count(writeTags)]).toEqual([1, 1]);
    } finally {
      await slow.stop();
    }
  });

  it('of what does not exist is not found', async () => {
    await expect(
      replica.modify('pvc-none#lustrefs#10.1.0.4##t#lustre-rg', window, callOf(5000)),
    ).rejects.toMatchObject({ kind: 'not-found' });
  });

  it.each(passingFaults)('is done once through %s of looking', async (_, fault) => {
    azure.emulator.faults.add({ ...fault, cloud: 'azure', operation: 'amlFilesystems.get' });
    await persistently(() => modify(window));
    expect(azure.count(patch)).toBe(1);
  });
});

describe('a change that Azure accepts and then fails', () => {
  const failure = { code: 'KeyVaultAccessDenied', message: 'The key cannot be used.' };
  const failing = (times = 1): void =>
    azure.emulator.faults.add({
      ...{ kind: 'fail-creation', cloud: 'azure', operation: patch, times },
      ...failure,
    });
  const reported = {
    kind: 'unavailable',
    message: expect.stringContaining('pvc-1: KeyVaultAccessDenied: The key cannot be used.') as string,
  };

  it('is reported with its code and text, and done by the next call', async () => {
    failing();
    await expect(modify(window)).rejects.toMatchObject(reported);
    expect(shown()?.properties['maintenanceWindow']).toMatchObject({ dayOfWeek: 'Sunday' });
    await modify(window);
    expect(shown()?.properties).toMatchObject({
      provisioningState: 'Succeeded',
      maintenanceWindow: { dayOfWeek: 'Friday' },
    });
    expect(azure.count(patch)).toBe(2);
  });

  it('is not done for a replica that has not seen it begin', async () => {
    failing(2);
    await expect(startedBy(replica, window)).rejects.toMatchObject({ kind: 'deadline-exceeded' });
    await expect(modify(window, other)).rejects.toMatchObject(reported);
    expect(shown()?.properties['maintenanceWindow']).toMatchObject({ dayOfWeek: 'Sunday' });
    await modify(window, other);
    expect(shown()?.properties['maintenanceWindow']).toMatchObject({ dayOfWeek: 'Friday' });
  });

  it('leaves a volume that is found, listed and requested again', async () => {
    failing();
    await expect(modify(window)).rejects.toMatchObject(reported);
    expect(await created()).toEqual(volume);
    expect(azure.count('amlFilesystems.delete')).toBe(0);
    expect(azure.state.fileSystems).toHaveLength(1);
  });
});

describe('a change that Azure has accepted', () => {
  const reference = { id: 'pvc-1', listingScope: 'lustre-rg' };
  const url = 'https://arm/subscriptions/s/providers/Microsoft.StorageCache/locations/eastus/ascOperations/o';
  const old = { dayOfWeek: 'Sunday', timeOfDayUTC: '22:00' };
  const requested = { dayOfWeek: 'Friday', timeOfDayUTC: '03:30' };

  interface Shown {
    cloudState: string;
    maintenanceWindow: object;
  }

  /** A file system that shows what the spec sets, after every change. */
  function stubborn(
    reason: string | undefined,
    now: () => number = () => 0,
  ): { modification: AmlModification; patches: object[]; shown: Shown; step: () => Promise<unknown> } {
    const patches: object[] = [];
    const shown: Shown = { cloudState: 'Succeeded', maintenanceWindow: old };
    const answer: ArmAnswer = { status: 202, body: {}, header: () => url };
    const call = (_: unknown, input: unknown): Promise<never> => {
      patches.push((input as { body: object }).body);
      return Promise.resolve(answer as never);
    };
    const find = async (): Promise<{ fileSystem: FileSystem; resource: object }> => ({
      fileSystem: { ...reference, state: 'available', cloudState: shown.cloudState } as FileSystem,
      resource: { properties: { maintenanceWindow: shown.maintenanceWindow } },
    });
    const failed = new FailedOperations(async () => reason);
    const modification = new AmlModification({ call }, { find }, failed, now);
    const step = (): Promise<unknown> => modification.step(reference, window, neverAborted);
    return { modification, patches, shown, step };
  }

  it('and that then failed is reported with its reason, once', async () => {
    const { step, patches } = stubborn('KeyVaultAccessDenied: no access');
    expect(await step()).toHaveProperty('waitingFor');
    await expect(step()).rejects.toMatchObject({
      kind: 'unavailable',
      message: expect.stringContaining('KeyVaultAccessDenied: no access') as string,
    });
    expect(await step()).toHaveProperty('waitingFor');
    expect(patches).toHaveLength(2);
  });

  it('may show late, is requested once in the meantime, and is no success while other settings show', async () => {
    let now = 0;
    const { step, patches, shown } = stubborn(undefined, () => now);
    await step();
    for (; now <= 30_000; now += 10_000) {
      expect(await step()).toEqual({ waitingFor: expect.stringContaining('not show its new') as string });
    }
    expect(patches).toHaveLength(1);
    await expect(step()).rejects.toMatchObject({
      kind: 'unavailable',
      message: expect.stringContaining('does not show the requested settings, {"properties"') as string,
    });
    await step();
    shown.maintenanceWindow = requested;
    expect(await step()).toBe('done');
    expect(patches).toHaveLength(2);
  });

  it('and that shows as requested is still not done where it failed', async () => {
    const { step, patches, shown } = stubborn(undefined);
    await step();
    Object.assign(shown, { cloudState: 'Failed', maintenanceWindow: requested });
    await expect(step()).rejects.toMatchObject({
      kind: 'unavailable',
      message: expect.stringContaining('the file system is Failed') as string,
    });
    expect(patches).toHaveLength(1);
  });

  it('by a process that has ended, and failed, is requested again though it shows as requested', async () => {
    const { step, patches, shown } = stubborn(undefined);
    Object.assign(shown, { cloudState: 'Failed', maintenanceWindow: requested });
    expect(await step()).toHaveProperty('waitingFor');
    expect(patches).toEqual([{ properties: { maintenanceWindow: { ...requested, timeOfDayUTC: '3:30' } } }]);
    shown.cloudState = 'Succeeded';
    expect(await step()).toBe('done');
  });

  it('long ago does not decide about the present request', async () => {
    let now = 0;
    const { step, patches } = stubborn('KeyVaultAccessDenied', () => now);
    await step();
    now = 60_001;
    expect(await step()).toHaveProperty('waitingFor');
    expect(patches).toHaveLength(2);
  });
});
