import type { ControllerProvider, FileSystem, Volume } from '@lustre-csi/core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { AmlPlan } from './plan.js';
import { EmulatedAzure, neverAborted, until } from './testing/emulated-azure.js';
import { callOf, dynamicParameters, requestOf } from './testing/samples.js';

const patch = 'amlFilesystems.update';

let azure: EmulatedAzure;
let provider: ControllerProvider<AmlPlan>;
let volume: Volume;

beforeAll(async () => {
  azure = await EmulatedAzure.start({
    durations: { createSeconds: 0.02, deleteSeconds: 0.02, updateSeconds: 0.05 },
  });
  provider = await azure.controller();
  const replica = await azure.replica();
  volume = await replica.create(requestOf({ ...dynamicParameters, tags: 'Team=a' }), callOf(5000));
});
afterAll(() => azure.stop());

const found = async (): Promise<FileSystem> => {
  const reference = provider.parseVolumeId(volume.id);
  const fileSystem = reference && (await provider.find(reference, neverAborted));
  if (!fileSystem) throw new Error(`${volume.id} is not there`);
  return fileSystem;
};
const note = async (base: string): Promise<void> =>
  provider.directoryHosts?.noteBase?.(await found(), base, neverAborted);

it('notes each base path in a tag beside all others, once, and reads them back', async () => {
  expect((await found()).directoryBases).toBeUndefined();
  await note('/csi-volumes');
  await until(found, ({ directoryBases, state }) => directoryBases !== undefined && state === 'available');
  await note('/team=20a');
  const noted = await until(found, ({ directoryBases }) => directoryBases?.length === 2);
  expect([...(noted.directoryBases ?? [])].sort()).toEqual(['/csi-volumes', '/team=20a']);
  expect(noted.volumeName).toBe((await found()).volumeName);
  expect(azure.state.fileSystems[0]?.tags).toMatchObject({ Team: 'a' });
  await note('/csi-volumes');
  expect(azure.count(patch)).toBe(2);
});

it('says who must be allowed to do what where Azure refuses', async () => {
  azure.emulator.faults.add({
    cloud: 'azure',
    operation: patch,
    kind: 'error',
    status: 403,
    code: 'AuthorizationFailed',
    message: 'not yours',
  });
  await expect(note('/other')).rejects.toMatchObject({
    kind: 'permission-denied',
    message: expect.stringMatching(/as one that holds directory volumes.*AuthorizationFailed/) as string,
  });
});

it('does not note on what is not there', async () => {
  const gone = { ...(await found()), id: 'never-made' };
  await expect(provider.directoryHosts?.noteBase?.(gone, '/x', neverAborted)).rejects.toMatchObject({
    kind: 'not-found',
  });
});
