// Work that FSx accepts and then fails: reported in FSx's own words, not restarted at once, and nothing left behind.
import { FSxClient, UntagResourceCommand } from '@aws-sdk/client-fsx';
import { Capacity, type DriverError, type FileSystem, type Volume } from '@lustre-csi/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FsxExpansion } from './expansion.js';
import { FsxModification } from './modification.js';
import { linkRepositories } from './repository-links.js';
import {
  EmulatedFsx,
  context,
  errorOf,
  request,
  still,
  until,
  type Driver,
} from '../testing/emulated-fsx.js';

const message = 'No servers left.';
let cloud: EmulatedFsx;
let driver: Driver;

beforeEach(async () => {
  cloud = await EmulatedFsx.start();
  driver = await cloud.driver();
});

afterEach(async () => cloud.stop());

const fail = (operation: string): void =>
  cloud.emulator.faults.add({ kind: 'fail-creation', operation, message });

const refusal = async (work: Promise<unknown>): Promise<DriverError> => (await errorOf(work)) as DriverError;

/** Calls through driver processes that are started one after the other, none of which knows of the others. */
async function refusals(call: (driver: Driver) => Promise<unknown>): Promise<readonly DriverError[]> {
  const drivers = [driver, await cloud.driver(), await cloud.driver()];
  return Promise.all(drivers.map((each) => refusal(call(each))));
}

const later = (): number => Date.now() + 11 * 60_000;
const view = { region: 'us-west-2', clusterId: '' };

describe('a growth', () => {
  const grow = (by: Driver, { id }: Volume): Promise<Capacity> => by.expand(id, 2400);

  it('is reported with its reason, and not requested again at once', async () => {
    const volume = await driver.create(request('pvc-1'));
    const before = cloud.state.networkInterfaces;
    fail('UpdateFileSystem');
    const first = await refusal(grow(driver, volume));
    expect(first.kind).toBe('unavailable');
    expect(first.message).toContain(`was not expanded to 2400 GiB: ${message}`);
    for (const { kind, message: words } of await refusals((each) => grow(each, volume))) {
      expect(kind).toBe('unavailable');
      expect(words).toMatch(
        /update of StorageCapacity .* has failed: No servers left\. .* retried from 20\d\d-/,
      );
    }
    expect(cloud.calls('UpdateFileSystem')).toBe(1);
    expect((await driver.find(volume.id))?.capacity).toEqual(Capacity.gibibytes(1200));
    expect(cloud.state.networkInterfaces).toEqual(before);
  });

  it('is requested again later, once', async () => {
    const volume = await driver.create(request('pvc-1'));
    fail('UpdateFileSystem');
    await refusal(grow(driver, volume));
    const expansion = new FsxExpansion(driver.provider.parts.api, view, later);
    await expansion.start((await driver.find(volume.id)) as FileSystem, Capacity.gibibytes(2400), still());
    expect(await grow(await cloud.driver(), volume)).toEqual(Capacity.gibibytes(2400));
    expect(cloud.calls('UpdateFileSystem')).toBe(2);
  });

  it('does not keep the volume from being modified', async () => {
    const volume = await driver.create(request('pvc-1'));
    fail('UpdateFileSystem');
    await refusal(grow(driver, volume));
    await driver.modify(volume.id, { dataCompressionType: 'LZ4' });
    expect(cloud.calls('UpdateFileSystem')).toBe(2);
  });
});

describe('a modification', () => {
  const wanted = { dataCompressionType: 'LZ4', perUnitStorageThroughput: '250' };

  it('is reported with its reason, leaves the settings as they were, and is not requested again at once', async () => {
    const { id } = await driver.create(request('pvc-1'));
    fail('UpdateFileSystem');
    for (const error of [
      await refusal(driver.modify(id, wanted)),
      ...(await refusals((each) => each.modify(id, wanted))),
    ]) {
      expect(error.kind).toBe('unavailable');
      expect(error.message).toContain(
        `update of PerUnitStorageThroughput, DataCompressionType of file system ${id} has failed: No servers left. `,
      );
    }
    expect(cloud.calls('UpdateFileSystem')).toBe(1);
    expect(cloud.state.fileSystems[0]).toMatchObject({
      Lifecycle: 'AVAILABLE',
      LustreConfiguration: { DataCompressionType: 'NONE', PerUnitStorageThroughput: 125 },
    });
  });

  it('is requested again later, once', async () => {
    const { id } = await driver.create(request('pvc-1'));
    fail('UpdateFileSystem');
    await refusal(driver.modify(id, wanted));
    const modification = new FsxModification(driver.provider.parts.api, later);
    await modification.step({ id, listingScope: 'us-west-2' }, wanted, still());
    await (await cloud.driver()).modify(id, wanted);
    expect(cloud.calls('UpdateFileSystem')).toBe(2);
  });
});

describe('a snapshot', () => {
  it('is reported with its reason, not taken again, and gone when it is deleted', async () => {
    const { id } = await driver.create(request('pvc-1'));
    const take = (by: Driver) =>
      by.snapshots.create({ name: 'snap-1', parameters: {}, sourceVolumeId: id }, context());
    fail('CreateBackup');
    const taken = await take(driver);
    await until(async () => (await errorOf(take(driver))) !== undefined);
    for (const error of await refusals(take)) {
      expect(error.kind).toBe('failed-precondition');
      expect(error.message).toContain(`snapshot ${taken.id} is FAILED: ${message}`);
    }
    expect(cloud.calls('CreateBackup')).toBe(1);
    await driver.snapshots.delete(taken.id, context());
    expect(cloud.state.backups).toEqual([]);
    expect((await take(driver)).id).not.toBe(taken.id);
  });
});

describe('a final backup', () => {
  const backedUp = request('pvc-1', { finalBackup: 'true' });

  it('is reported with its reason; the volume stays, and is not deleted again and again', async () => {
    const { id } = await driver.create(backedUp);
    fail('DeleteFileSystem');
    const first = await refusal(driver.delete(id));
    for (const error of [first, ...(await refusals((each) => each.delete(id)))]) {
      expect(error.kind).toBe('unavailable');
      expect(error.message).toMatch(
        /with a final backup, and its backup backup-\w+ has FAILED: No servers left\. .* retried from 20\d\d-.*remove its tag lustre\.csi\/final-backup/,
      );
    }
    expect(cloud.calls('DeleteFileSystem')).toBe(1);
    expect(cloud.state.backups).toHaveLength(1);
    expect((await driver.find(id))?.state).toBe('available');
  });

  it('is done without where an operator says so', async () => {
    const { id } = await driver.create(backedUp);
    fail('DeleteFileSystem');
    await refusal(driver.delete(id));
    const client = new FSxClient({});
    const [fileSystem] = cloud.state.fileSystems;
    await client.send(
      new UntagResourceCommand({
        ResourceARN: fileSystem?.ResourceARN,
        TagKeys: ['lustre.csi/final-backup'],
      }),
    );
    client.destroy();
    await driver.delete(id);
    expect(cloud.state.fileSystems).toEqual([]);
    expect(cloud.state.backups).toHaveLength(1);
  });

  it('is required in every state of the volume', async () => {
    fail('CreateFileSystem');
    const plan = await driver.provider.plan(backedUp);
    const made = await driver.provider.create(plan, Capacity.gibibytes(1200), 1, still());
    await driver.provider.complete(plan, made, still());
    await until(async () => (await driver.find(made.id))?.cloudState === 'FAILED');
    const error = await refusal(driver.delete(made.id));
    expect(error.kind).toBe('failed-precondition');
    expect(error.message).toMatch(/Cannot take backup while .* is in FAILED.*remove its tag/);
    expect(cloud.state.fileSystems).toHaveLength(1);
  });
});

describe('a link to S3', () => {
  const wanted = [{ fileSystemPath: '/a', dataRepositoryPath: 's3://bucket' }];
  const linked = request('pvc-1', { dataRepositoryAssociations: JSON.stringify(wanted) });

  it('is reported with its reason, recreated later, and there once', async () => {
    fail('CreateDataRepositoryAssociation');
    for (const error of [
      await refusal(driver.create(linked)),
      ...(await refusals((each) => each.create(linked))),
    ]) {
      expect(error.kind).toBe('unavailable');
      expect(error.message).toMatch(
        /of \/a with s3:\/\/bucket is FAILED: No servers left\. .*automatically from 20\d\d-/,
      );
    }
    expect(cloud.calls('CreateDataRepositoryAssociation')).toBe(1);
    const [fileSystem] = cloud.state.fileSystems;
    const link = { fileSystemId: fileSystem?.FileSystemId ?? '', wanted, now: later() };
    cloud.emulator.faults.add({ kind: 'reset', operation: 'DeleteDataRepositoryAssociation', when: 'after' });
    const { api } = driver.provider.parts;
    await until(async () => (await linkRepositories(api, link, still())) === 'done');
    expect(await (await cloud.driver()).create(linked)).toMatchObject({ id: link.fileSystemId });
    expect(cloud.state.dataRepositoryAssociations).toHaveLength(1);
    // None where the repetition after the cut connection already found it gone.
    expect(cloud.successes('DeleteDataRepositoryAssociation')).toBeLessThanOrEqual(1);
    expect(cloud.calls('CreateDataRepositoryAssociation')).toBe(2);
    expect(cloud.calls('CreateFileSystem')).toBe(1);
  });
});

describe('what belongs to a volume', () => {
  const linked = {
    dataRepositoryAssociations: '[{"fileSystemPath": "/a", "dataRepositoryPath": "s3://bucket"}]',
  };

  it.each<[string, string, Record<string, string>]>([
    ['TagResource', 'AccessDeniedException', {}],
    ['TagResource', 'ServiceLimitExceeded', {}],
    ['TagResource', 'ResourceNotFound', {}],
    ['CreateDataRepositoryAssociation', 'BadRequest', linked],
    ['CreateDataRepositoryAssociation', 'ServiceLimitExceeded', linked],
    ['CreateDataRepositoryAssociation', 'AccessDeniedException', linked],
  ])('%s: %s does not make the provisioner forget the file system', async (operation, code, parameters) => {
    cloud.emulator.faults.add({ kind: 'error', operation, status: 400, code, message });
    const error = await refusal(driver.create(request('pvc-1', parameters)));
    expect(error.kind).toBe('unavailable');
    expect(error.message).toMatch(
      new RegExp(
        `${operation} failed: ${code}: No servers left \\(request id .*File system fs-\\w+ of this volume exists and is billed`,
      ),
    );
    const { id } = await (await cloud.driver()).create(request('pvc-1', parameters));
    expect(cloud.state.fileSystems.map(({ FileSystemId }) => FileSystemId)).toEqual([id]);
    expect(cloud.calls('CreateFileSystem')).toBe(1);
  });
});
