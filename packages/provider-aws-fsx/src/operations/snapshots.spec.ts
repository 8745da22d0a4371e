import {
  Capacity,
  isDriverError,
  type FileSystem,
  type Snapshot,
  type Volume,
  type VolumeRequest,
} from '@lustre-csi/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  EmulatedFsx,
  context,
  errorOf,
  request,
  still,
  until,
  type Driver,
} from '../testing/emulated-fsx.js';

let cloud: EmulatedFsx;
let driver: Driver;

beforeEach(async () => {
  cloud = await EmulatedFsx.start();
  driver = await cloud.driver('blue');
});

/** Restarts the emulator with slow backups, for specs that act while FSx still works. */
async function startSlowly(): Promise<void> {
  await cloud.stop();
  cloud = await EmulatedFsx.start({ durations: { createSeconds: 0.8 } });
  driver = await cloud.driver('blue');
}

afterEach(async () => cloud.stop());

const snapshotOf = (
  volume: Volume,
  name = 'snap-1',
  parameters: Record<string, string> = {},
  by = driver,
): Promise<Snapshot> =>
  (by.operations.snapshots as NonNullable<typeof by.operations.snapshots>).create(
    { name, parameters, sourceVolumeId: volume.id },
    context(),
  );

async function readySnapshotOf(volume: Volume, name = 'snap-1'): Promise<Snapshot> {
  await until(async () => (await snapshotOf(volume, name)).state === 'ready');
  return snapshotOf(volume, name);
}

const tagsOf = (snapshot: Snapshot): Record<string, string> => {
  const found = cloud.state.backups.find(({ BackupId }) => BackupId === snapshot.id);
  return Object.fromEntries((found?.Tags ?? []).map(({ Key, Value }) => [Key, Value]));
};

describe('snapshots', () => {
  it('are backups: taken once, ready later, the same for the same name, and gone when deleted', async () => {
    const volume = await driver.create(request('pvc-1'));
    const taken = await snapshotOf(volume);
    expect(taken).toMatchObject({
      name: 'snap-1',
      sourceVolumeId: volume.id,
      state: 'pending',
      restoreSize: Capacity.gibibytes(1200),
    });
    const ready = await readySnapshotOf(volume);
    expect(ready).toMatchObject({ id: taken.id, createdAt: taken.createdAt, state: 'ready' });
    expect(await snapshotOf(volume, 'snap-1', {}, await cloud.driver('blue'))).toMatchObject({
      id: taken.id,
    });
    expect(cloud.calls('CreateBackup')).toBe(1);
    expect(await driver.provider.snapshots.list(still())).toHaveLength(1);

    const { snapshots } = driver.operations;
    await snapshots?.delete(taken.id, context());
    await snapshots?.delete(taken.id, context());
    expect(cloud.state.backups).toEqual([]);
  });

  it('wait while FSx takes another of the same file system', async () => {
    await startSlowly();
    const volume = await driver.create(request('pvc-1'));
    await snapshotOf(volume, 'snap-1');
    const error = await errorOf(snapshotOf(volume, 'snap-2'));
    expect(isDriverError(error, 'aborted')).toBe(true);
    expect((error as Error).message).toContain('BackupInProgress');
    await readySnapshotOf(volume, 'snap-1');
    expect(await snapshotOf(volume, 'snap-2')).toMatchObject({ state: 'pending' });
  });

  it('get the tags of their class, and those of the file system where the class requests them', async () => {
    const volume = await driver.create(request('pvc-1', { extraTags: 'team=genomics,cost=1' }));
    const taken = await snapshotOf(volume, 'snap-1', { tags: 'cost=2', copyTags: 'true' });
    expect(tagsOf(taken)).toEqual({
      team: 'genomics',
      cost: '2',
      'lustre.csi/cluster': 'blue',
      'lustre.csi/snapshot-name': 'snap-1',
    });
  });

  it('of other clusters and other tools are not this driver’s', async () => {
    const volume = await driver.create(request('pvc-1'));
    const taken = await snapshotOf(volume);
    const green = await cloud.driver('green');
    expect(await green.provider.snapshots.find(taken.id, still())).not.toHaveProperty('name');
    const error = await errorOf(
      (green.operations.snapshots as NonNullable<typeof green.operations.snapshots>).delete(
        taken.id,
        context(),
      ),
    );
    expect(isDriverError(error, 'failed-precondition')).toBe(true);
    expect(cloud.calls('DeleteBackup')).toBe(0);
  });

  it.each(['reallyfakesnapshotid', '', 'fs-0123456789abcdef0', 'backup-0123456789ABCDEF0'])(
    'have no handle "%s", and FSx is not called',
    async (id) => {
      expect(await driver.provider.snapshots.find(id, still())).toBeUndefined();
      expect(cloud.emulator.journal.entries()).toEqual([]);
    },
  );

  it('that do not exist are none', async () => {
    expect(await driver.provider.snapshots.find('backup-0123456789abcdef0', still())).toBeUndefined();
  });

  it.each<[string, Partial<FileSystem>, string]>([
    [
      'SCRATCH',
      { attributes: { deploymentType: 'SCRATCH_2' } },
      'PERSISTENT_1 and PERSISTENT_2 only. Copy the data',
    ],
    [
      'an S3 link',
      { attributes: { deploymentType: 'PERSISTENT_1', s3ImportPath: 's3://b' } },
      'linked to S3',
    ],
    ['associations', { attributes: { dataRepositoryAssociations: 'f00' } }, 'linked to S3'],
    ['one that is not ready', { state: 'creating', cloudState: 'CREATING' }, 'is CREATING'],
    ['one volume of several', { id: 'fs-0123456789abcdef0:/a' }, 'one of several'],
  ])('are not taken of %s', (_name, change, words) => {
    const fileSystem: FileSystem = {
      id: 'fs-0123456789abcdef0',
      listingScope: 'us-west-2',
      state: 'available',
      cloudState: 'AVAILABLE',
      capacity: Capacity.gibibytes(1200),
      attempt: 1,
      attributes: { deploymentType: 'PERSISTENT_2', dataRepositoryAssociations: 'none' },
    };
    expect(driver.provider.snapshots.refusalReason(fileSystem)).toBeUndefined();
    expect(driver.provider.snapshots.refusalReason({ ...fileSystem, ...change })).toContain(words);
  });
});

const tiered = {
  subnetId: 'subnet-0aaaaaaaaaaaaaaa1',
  storageType: 'INTELLIGENT_TIERING',
  throughputCapacity: '8000',
};
const claim = (gib: number): Pick<VolumeRequest, 'capacityRange'> => ({
  capacityRange: { required: Capacity.gibibytes(gib) },
});

describe('restoring', () => {
  const restore = (
    snapshot: Snapshot,
    name: string,
    parameters: Record<string, string> = {},
    gib = 1,
  ): Promise<Volume> =>
    driver.create({
      ...request(name),
      parameters: { subnetId: 'subnet-0aaaaaaaaaaaaaaa1', ...parameters },
      capacityRange: { required: Capacity.gibibytes(gib) },
      contentSource: { kind: 'snapshot', id: snapshot.id },
    });

  it('takes from the backup what the StorageClass does not say', async () => {
    const volume = await driver.create(
      request('pvc-1', {
        perUnitStorageThroughput: '250',
        dataCompressionType: 'LZ4',
        metadataConfigurationMode: 'USER_PROVISIONED',
        metadataIops: '6000',
      }),
    );
    const snapshot = await readySnapshotOf(volume);
    await driver.delete(volume.id);
    const restored = await restore(snapshot, 'pvc-2');
    expect(restored).toMatchObject({
      capacity: Capacity.gibibytes(1200),
      contentSource: { kind: 'snapshot', id: snapshot.id },
    });
    expect((await driver.find(restored.id))?.attributes).toMatchObject({
      perUnitStorageThroughput: '250',
      dataCompressionType: 'LZ4',
      metadataIops: '6000',
      snapshot: snapshot.id,
    });
    expect(cloud.calls('CreateFileSystemFromBackup')).toBe(1);
    expect(await restore(snapshot, 'pvc-2')).toEqual(restored);
    expect(cloud.calls('CreateFileSystemFromBackup')).toBe(1);
  });

  it('keeps what was claimed where FSx keeps no size', async () => {
    const parameters = { ...tiered, deploymentType: 'PERSISTENT_2' };
    const volume = await driver.create({ ...request('pvc-1', {}, claim(777)), parameters });
    const snapshot = await readySnapshotOf(volume);
    expect(snapshot.restoreSize).toEqual(Capacity.gibibytes(777));
    const restored = await restore(snapshot, 'pvc-2', {}, 888);
    expect(restored.capacity).toEqual(Capacity.gibibytes(888));
    expect((await driver.find(restored.id))?.attributes).toMatchObject({
      storageType: 'INTELLIGENT_TIERING',
      throughputCapacity: '8000',
      metadataIops: '6000',
    });
    expect(cloud.state.fileSystems.map(({ StorageCapacity }) => StorageCapacity)).toEqual([
      undefined,
      undefined,
    ]);
  });

  it('deletes a restored attempt that failed, and makes another', async () => {
    const snapshot = await readySnapshotOf(await driver.create(request('pvc-1')));
    cloud.emulator.faults.add({ kind: 'fail-creation', operation: 'CreateFileSystemFromBackup' });
    await restore(snapshot, 'pvc-2');
    expect(cloud.calls('CreateFileSystemFromBackup')).toBe(2);
    expect(cloud.calls('DeleteFileSystem')).toBe(1);
    // The failed one stays until its successor is there, so that its deletion may still be under way.
    await vi.waitFor(() => expect(cloud.state.fileSystems).toHaveLength(2), { timeout: 5_000 });
  });

  it('refuses what the backup cannot become, before any call', async () => {
    const snapshot = await readySnapshotOf(await driver.create(request('pvc-1')));
    await expect(restore(snapshot, 'a', {}, 2400)).rejects.toThrow('can be restored to 1200 GiB only');
    await expect(restore(snapshot, 'b', { deploymentType: 'SCRATCH_2' })).rejects.toThrow(
      'is of a PERSISTENT_2 file system',
    );
    await expect(restore(snapshot, 'c', { fileSystemTypeVersion: '2.12' })).rejects.toThrow(
      'is of Lustre 2.15',
    );
    expect(cloud.calls('CreateFileSystemFromBackup')).toBe(0);
  });

  it('is another volume than one that is made from nothing', async () => {
    const snapshot = await readySnapshotOf(await driver.create(request('pvc-1')));
    const error = await errorOf(restore(snapshot, 'pvc-1'));
    expect(isDriverError(error, 'already-exists')).toBe(true);
    expect((error as Error).message).toContain(`snapshot is none (requested: ${snapshot.id})`);
  });

  it('keeps the backup until it has ended', async () => {
    await startSlowly();
    const snapshot = await readySnapshotOf(await driver.create(request('pvc-1')));
    const plan = await driver.provider.plan(request('pvc-2'), snapshot);
    await driver.provider.create(plan, Capacity.gibibytes(1200), 1, still());
    const error = await errorOf(driver.provider.snapshots.delete(snapshot, still()));
    expect(isDriverError(error, 'failed-precondition')).toBe(true);
    expect((error as Error).message).toMatch(/BackupRestoring.*file system fs-/);
  });
});
