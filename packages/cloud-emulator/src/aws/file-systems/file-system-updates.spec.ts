import { DeleteFileSystemCommand, UpdateFileSystemCommand, type FileSystem } from '@aws-sdk/client-fsx';
import { afterEach, describe, expect, it } from 'vitest';
import { startAwsCloud, type AwsCloudFixture } from '../testing/aws-cloud-fixture.js';

describe('UpdateFileSystem', () => {
  let aws: AwsCloudFixture;
  afterEach(() => aws.close());

  const update = async (id: string, change: object) =>
    (await aws.fsx.send(new UpdateFileSystemCommand({ FileSystemId: id, ...change }))).FileSystem;
  const until = (id: string, holds: (found: FileSystem) => boolean) =>
    aws.world.until(async () => {
      const found = await aws.describe(id);
      return holds(found) && found;
    });
  const created = async (input: object = {}) => {
    const { FileSystemId: id } = await aws.create(input);
    await until(id, (found) => found.Lifecycle === 'AVAILABLE');
    return id;
  };
  const status = (found: FileSystem) => found.AdministrativeActions?.[0]?.Status;

  it('grows: pending, in progress, optimizing, completed', async () => {
    aws = await startAwsCloud();
    const id = await created();
    const accepted = await update(id, { StorageCapacity: 2400 });
    expect(accepted).toMatchObject({ Lifecycle: 'AVAILABLE', StorageCapacity: 1200 });
    expect(accepted?.AdministrativeActions).toMatchObject([
      {
        AdministrativeActionType: 'FILE_SYSTEM_UPDATE',
        Status: 'PENDING',
        TargetFileSystemValues: { StorageCapacity: 2400 },
      },
      { AdministrativeActionType: 'STORAGE_OPTIMIZATION', Status: 'PENDING' },
    ]);
    const updating = await until(id, (found) => status(found) === 'IN_PROGRESS');
    expect(updating).toMatchObject({ Lifecycle: 'UPDATING', StorageCapacity: 1200 });
    expect(aws.servers.get(id)?.capacityBytes).toBe(1200n * 1024n ** 3n);

    const optimizing = await until(id, (found) => status(found) === 'UPDATED_OPTIMIZING');
    expect(optimizing).toMatchObject({ Lifecycle: 'AVAILABLE', StorageCapacity: 2400 });
    expect(optimizing.AdministrativeActions?.[1]).toMatchObject({ Status: 'IN_PROGRESS' });
    expect(optimizing.AdministrativeActions?.[1]?.ProgressPercent).toBeTypeOf('number');
    expect(aws.servers.get(id)?.capacityBytes).toBe(2400n * 1024n ** 3n);

    const completed = await until(id, (found) => status(found) === 'COMPLETED');
    expect(completed.AdministrativeActions).toHaveLength(1);
  });

  it('refuses growth beside growth and within the cool-down, and repeats a token without effect', async () => {
    aws = await startAwsCloud();
    const id = await created();
    const growth = { StorageCapacity: 2400, ClientRequestToken: 'grow' };
    await update(id, growth);
    expect((await update(id, growth))?.AdministrativeActions).toHaveLength(2);
    await expect(update(id, { StorageCapacity: 4800 })).rejects.toMatchObject({
      name: 'BadRequest',
      message: 'Unable to perform the storage capacity update. There is an update already in progress.',
    });
    await until(id, (found) => status(found) === 'COMPLETED');
    await expect(update(id, { StorageCapacity: 4800 })).rejects.toThrow('At least 6 hours');
    aws.world.pass(6 * 3600);
    expect((await update(id, { StorageCapacity: 4800 }))?.NetworkInterfaceIds).toHaveLength(3);
  });

  it('takes another cool-down as an option', async () => {
    aws = await startAwsCloud({}, { coolDownSeconds: 0 });
    const id = await created();
    await update(id, { StorageCapacity: 2400 });
    await until(id, (found) => status(found) === 'UPDATED_OPTIMIZING' || status(found) === 'COMPLETED');
    await update(id, { StorageCapacity: 4800 });
    await until(id, (found) => found.StorageCapacity === 4800);
  });

  it('changes settings by an action and windows at once, and completes without optimization', async () => {
    aws = await startAwsCloud();
    const id = await created({
      StorageCapacity: 2400,
      LustreConfiguration: {
        DeploymentType: 'PERSISTENT_2',
        PerUnitStorageThroughput: 125,
        MetadataConfiguration: { Mode: 'AUTOMATIC' },
      },
    });
    const accepted = await update(id, {
      LustreConfiguration: {
        WeeklyMaintenanceStartTime: '1:00:00',
        DataCompressionType: 'LZ4',
        RootSquashConfiguration: { RootSquash: '65534:65534' },
      },
    });
    expect(accepted?.LustreConfiguration).toMatchObject({
      WeeklyMaintenanceStartTime: '1:00:00',
      DataCompressionType: 'NONE',
      MetadataConfiguration: { Mode: 'AUTOMATIC', Iops: 3000 },
    });
    const done = await until(id, (found) => status(found) === 'COMPLETED');
    expect(done.AdministrativeActions).toHaveLength(1);
    expect(done.LustreConfiguration).toMatchObject({
      DataCompressionType: 'LZ4',
      RootSquashConfiguration: { RootSquash: '65534:65534' },
    });
    await update(id, { StorageCapacity: 4800 });
    const grown = await until(id, (found) => found.StorageCapacity === 4800);
    expect(grown.LustreConfiguration?.MetadataConfiguration).toEqual({ Mode: 'AUTOMATIC', Iops: 6000 });
  });

  it('fails an update where a fault is injected, and leaves the file system as it was', async () => {
    aws = await startAwsCloud({}, { coolDownSeconds: 0 });
    const id = await created();
    const before = await aws.describe(id);
    aws.world.faults.add({
      kind: 'fail-creation',
      operation: 'UpdateFileSystem',
      message: 'No servers left.',
    });
    await expect(update(id, { StorageCapacity: 2401 })).rejects.toMatchObject({ name: 'BadRequest' });
    expect((await update(id, { StorageCapacity: 4800 }))?.NetworkInterfaceIds).toHaveLength(3);
    const failed = await until(id, (found) => status(found) === 'FAILED');
    expect(failed.AdministrativeActions).toMatchObject([
      {
        AdministrativeActionType: 'FILE_SYSTEM_UPDATE',
        TargetFileSystemValues: { StorageCapacity: 4800 },
        FailureDetails: { Message: 'No servers left.' },
      },
    ]);
    expect(failed).toMatchObject({
      Lifecycle: 'AVAILABLE',
      StorageCapacity: 1200,
      NetworkInterfaceIds: before.NetworkInterfaceIds,
    });
    expect((aws.cloud.state() as { networkInterfaces: unknown[] }).networkInterfaces).toHaveLength(
      before.NetworkInterfaceIds?.length ?? 0,
    );
    await update(id, { StorageCapacity: 2400 });
    await until(id, (found) => found.StorageCapacity === 2400);
  });

  it('refuses in CREATING, and for a file system that does not exist', async () => {
    aws = await startAwsCloud();
    const { FileSystemId: id } = await aws.create();
    await expect(update(id, { StorageCapacity: 2400 })).rejects.toMatchObject({
      name: 'BadRequest',
      message: `Cannot update file system ${id} while in CREATING state.`,
    });
    await expect(update('fs-0123456789abcdef0', { StorageCapacity: 2400 })).rejects.toMatchObject({
      name: 'FileSystemNotFound',
    });
  });

  it('ends with the file system when it is deleted meanwhile', async () => {
    aws = await startAwsCloud();
    const id = await created();
    await update(id, { StorageCapacity: 2400 });
    await aws.fsx.send(new DeleteFileSystemCommand({ FileSystemId: id }));
    await aws.world.until(async () => JSON.stringify(aws.cloud.state()).includes('"fileSystems":[]'));
    expect(aws.servers.size).toBe(0);
  });
});
