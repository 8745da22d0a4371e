import type { ControllerProvider, FileSystem, Volume } from '@lustre-csi/core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { AmlPlan } from '../plan/plan.js';
import { EmulatedAzure, neverAborted, until } from '../testing/emulated-azure.js';
import { callOf, dynamicParameters, requestOf } from '../testing/samples.js';

const write = 'tags.updateAtScope';

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
  provider.parentFileSystems?.noteBase?.(await found(), base, neverAborted);

it('notes each base path in a tag beside all others, once, and reads them back', async () => {
  expect((await found()).directoryBases).toBeUndefined();
  await note('/csi-volumes');
  await note('/team=20a');
  const noted = await found();
  expect([...(noted.directoryBases ?? [])].sort()).toEqual(['/csi-volumes', '/team=20a']);
  expect(noted.volumeName).toBe((await found()).volumeName);
  expect(azure.state.fileSystems[0]?.tags).toMatchObject({ Team: 'a' });
  await note('/csi-volumes');
  expect(azure.count(write)).toBe(2);
  expect(azure.count('amlFilesystems.update')).toBe(0);
});

it('takes away nothing that others have written since it looked, however late its own write is', async () => {
  azure.emulator.faults.add({ kind: 'throttle', cloud: 'azure', operation: write, retryAfterSeconds: 1 });
  const seen = azure.emulator.journal.entries().length;
  const late = note('/late');
  await until(
    async () => azure.emulator.journal.entries().slice(seen),
    (entries) => entries.some(({ operation, status }) => operation === write && status === 429),
  );
  const other = await azure.controller();
  await other.parentFileSystems?.noteBase?.(await found(), '/other-replica', neverAborted);
  const replica = await azure.replica();
  await replica.modify(volume.id, { tags: 'Team=b,Added=c' }, callOf(5000));
  await late;
  expect((await found()).directoryBases).toEqual(expect.arrayContaining(['/late', '/other-replica']));
  expect(azure.state.fileSystems[0]?.tags).toMatchObject({ Team: 'b', Added: 'c' });
});

it('is not done before Azure shows it', async () => {
  const slow = await EmulatedAzure.start({
    durations: { createSeconds: 0.02, deleteSeconds: 0.02, updateSeconds: 0.05 },
    azure: { slowTags: true },
  });
  try {
    const replica = await slow.replica();
    await replica.create(requestOf(dynamicParameters, { name: 'pvc-1' }), callOf(5000));
    const controller = await slow.controller();
    const reference = { id: 'pvc-1', listingScope: 'lustre-rg' };
    const look = async (): Promise<FileSystem> =>
      (await controller.find(reference, neverAborted)) as FileSystem;
    const before = await look();
    const noteThere = (): Promise<void> | undefined =>
      controller.parentFileSystems?.noteBase?.(before, '/csi-volumes', neverAborted);
    await expect(noteThere()).rejects.toMatchObject({
      kind: 'aborted',
      message: expect.stringContaining('accepted the change and not completed it yet') as string,
    });
    await until(look, ({ state }) => state === 'available');
    await noteThere();
    expect((await look()).directoryBases).toEqual(['/csi-volumes']);
    expect(slow.count(write)).toBe(1);
  } finally {
    await slow.stop();
  }
});

it('names the missing permission where Azure refuses', async () => {
  azure.emulator.faults.add({
    cloud: 'azure',
    operation: write,
    kind: 'error',
    status: 403,
    code: 'AuthorizationFailed',
    message: 'not yours',
  });
  await expect(note('/other')).rejects.toMatchObject({
    kind: 'permission-denied',
    message: expect.stringMatching(
      /as a host of directory volumes.*AuthorizationFailed.*role-definition\.json, whose current version allows Microsoft\.Resources\/tags\/write/,
    ) as string,
  });
  // All tags at once could be written still, and would take away what others write meanwhile.
  expect(azure.count('amlFilesystems.update')).toBe(0);
});

it('reports a missing file system', async () => {
  const gone = { ...(await found()), id: 'never-made' };
  await expect(provider.parentFileSystems?.noteBase?.(gone, '/x', neverAborted)).rejects.toMatchObject({
    kind: 'not-found',
  });
});
