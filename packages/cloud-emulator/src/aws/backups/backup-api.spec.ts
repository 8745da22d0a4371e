import {
  CreateBackupCommand,
  CreateFileSystemFromBackupCommand,
  DeleteBackupCommand,
  DeleteFileSystemCommand,
  DescribeBackupsCommand,
  ListTagsForResourceCommand,
  type CreateBackupCommandInput,
} from '@aws-sdk/client-fsx';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startAwsCloud, type AwsCloudFixture } from '../testing/aws-cloud-fixture.js';

const persistent = {
  StorageCapacity: 2400,
  LustreConfiguration: {
    DeploymentType: 'PERSISTENT_2',
    PerUnitStorageThroughput: 250,
    MetadataConfiguration: { Mode: 'AUTOMATIC' },
    CopyTagsToBackups: true,
  },
} as const;

describe('Backups', () => {
  let aws: AwsCloudFixture;
  beforeEach(async () => {
    aws = await startAwsCloud();
  });
  afterEach(() => aws.close());

  const available = async (input: object = persistent) => {
    const { FileSystemId: id } = await aws.create(input);
    await aws.world.until(async () => (await aws.describe(id)).Lifecycle === 'AVAILABLE');
    return id;
  };
  const backUp = async (FileSystemId: string, more: Partial<CreateBackupCommandInput> = {}) => {
    const { Backup } = await aws.fsx.send(new CreateBackupCommand({ FileSystemId, ...more }));
    if (!Backup?.BackupId) throw new Error('the reply has no backup');
    return { ...Backup, BackupId: Backup.BackupId };
  };
  const finished = (BackupId: string) =>
    aws.world.until(async () => {
      const { Backups = [] } = await aws.fsx.send(new DescribeBackupsCommand({ BackupIds: [BackupId] }));
      return ['AVAILABLE', 'FAILED'].includes(Backups[0]?.Lifecycle ?? '') && Backups[0];
    });
  const subnet = { SubnetIds: ['subnet-0aaaaaaaaaaaaaaa3'] };
  const restore = (BackupId: string, more: object = {}) =>
    aws.fsx.send(new CreateFileSystemFromBackupCommand({ BackupId, ...subnet, ...more }));
  const remove = (BackupId: string) => aws.fsx.send(new DeleteBackupCommand({ BackupId }));

  it('are taken one at a time, restored as they were, and deleted at once', async () => {
    const id = await available();
    const backup = await backUp(id, { ClientRequestToken: 'snapshot-1' });
    expect(backup).toMatchObject({
      Lifecycle: 'PENDING',
      Type: 'USER_INITIATED',
      Tags: [{ Key: 'CSIVolumeName', Value: 'pvc-1' }],
      FileSystem: { FileSystemId: id, StorageCapacity: 2400 },
    });
    expect((await backUp(id, { ClientRequestToken: 'snapshot-1' })).BackupId).toBe(backup.BackupId);
    await expect(backUp(id)).rejects.toMatchObject({ name: 'BackupInProgress' });
    await expect(remove(backup.BackupId)).rejects.toMatchObject({ name: 'BackupInProgress' });
    await expect(restore(backup.BackupId)).rejects.toThrow('Cannot restore from backup');
    expect(await finished(backup.BackupId)).toMatchObject({ Lifecycle: 'AVAILABLE', ProgressPercent: 100 });

    const { FileSystem } = await restore(backup.BackupId);
    expect(FileSystem).toMatchObject({
      Lifecycle: 'CREATING',
      StorageCapacity: 2400,
      FileSystemTypeVersion: '2.15',
      LustreConfiguration: {
        DeploymentType: 'PERSISTENT_2',
        PerUnitStorageThroughput: 250,
        MetadataConfiguration: { Mode: 'AUTOMATIC', Iops: 3000 },
      },
      ...subnet,
    });
    await expect(remove(backup.BackupId)).rejects.toMatchObject({
      name: 'BackupRestoring',
      FileSystemId: FileSystem?.FileSystemId,
    });
    const restored = FileSystem?.FileSystemId ?? '';
    await aws.world.until(async () => (await aws.describe(restored)).Lifecycle === 'AVAILABLE');
    expect(aws.servers.get(restored)?.fsname).not.toBe(aws.servers.get(id)?.fsname);
    expect(await remove(backup.BackupId)).toMatchObject({ Lifecycle: 'DELETED' });
    await expect(remove(backup.BackupId)).rejects.toMatchObject({ name: 'BackupNotFound' });
    expect(aws.cloud.state()).toMatchObject({ backups: [] });
  });

  it('refuse another capacity, deployment or older version on restore', async () => {
    const { BackupId } = await backUp(await available());
    await finished(BackupId);
    await expect(restore(BackupId, { StorageCapacity: 4800 })).rejects.toMatchObject({ name: 'BadRequest' });
    await expect(restore(BackupId, { FileSystemTypeVersion: '2.12' })).rejects.toThrow('older');
    await expect(
      restore(BackupId, { LustreConfiguration: { DeploymentType: 'SCRATCH_2' } }),
    ).rejects.toMatchObject({ name: 'IncompatibleParameterError', Parameter: 'DeploymentType' });
    await expect(restore('backup-0123456789abcdef0')).rejects.toMatchObject({ name: 'BackupNotFound' });
  });

  it('refuse file systems that cannot be backed up', async () => {
    await expect(backUp(await available({}))).rejects.toMatchObject({ name: 'UnsupportedOperation' });
    const { FileSystemId: creating } = await aws.create(persistent);
    await expect(backUp(creating)).rejects.toThrow(`Cannot take backup while ${creating} is in CREATING`);
    await expect(backUp('fs-0123456789abcdef0')).rejects.toMatchObject({ name: 'FileSystemNotFound' });
  });

  it('fail where a fault is injected', async () => {
    const id = await available();
    aws.world.faults.add({ kind: 'fail-creation', operation: 'CreateBackup', message: 'no space' });
    const { BackupId } = await backUp(id);
    const failed = await finished(BackupId);
    expect(failed).toMatchObject({ Lifecycle: 'FAILED', FailureDetails: { Message: 'no space' } });
  });

  it('are taken before a deletion where the caller requests it, and outlive the file system', async () => {
    const id = await available();
    const Tags = [{ Key: 'why', Value: 'final' }];
    const { LustreResponse } = await aws.fsx.send(
      new DeleteFileSystemCommand({
        FileSystemId: id,
        LustreConfiguration: { SkipFinalBackup: false, FinalBackupTags: Tags },
      }),
    );
    expect(LustreResponse?.FinalBackupTags).toEqual(Tags);
    const backup = await finished(LustreResponse?.FinalBackupId ?? '');
    await aws.world.until(async () => !JSON.stringify(aws.cloud.state()).includes('"Lifecycle":"DELETING"'));
    expect(backup).toMatchObject({ Lifecycle: 'AVAILABLE', FileSystem: { FileSystemId: id } });
    const tagged = await aws.fsx.send(new ListTagsForResourceCommand({ ResourceARN: backup.ResourceARN }));
    expect(tagged.Tags).toEqual(Tags);
  });

  it('keep the file system where the final backup fails', async () => {
    const id = await available();
    aws.world.faults.add({ kind: 'fail-creation', operation: 'DeleteFileSystem', message: 'no space' });
    const { LustreResponse } = await aws.fsx.send(
      new DeleteFileSystemCommand({ FileSystemId: id, LustreConfiguration: { SkipFinalBackup: false } }),
    );
    expect((await aws.describe(id)).Lifecycle).toBe('DELETING');
    expect(await finished(LustreResponse?.FinalBackupId ?? '')).toMatchObject({
      Lifecycle: 'FAILED',
      FailureDetails: { Message: 'no space' },
    });
    await aws.world.until(async () => (await aws.describe(id)).Lifecycle === 'AVAILABLE');
    expect(aws.servers.has(id)).toBe(true);
  });

  it('are described by filter, and refused where unknown', async () => {
    const id = await available();
    const { BackupId } = await backUp(id);
    const found = async (Name: 'file-system-id' | 'backup-type', Values: string[]) => {
      const command = new DescribeBackupsCommand({ Filters: [{ Name, Values }] });
      return (await aws.fsx.send(command)).Backups?.map((each) => each.BackupId);
    };
    expect(await found('file-system-id', ['fs-1', id])).toEqual([BackupId]);
    expect(await found('backup-type', ['USER_INITIATED'])).toEqual([BackupId]);
    expect(await found('backup-type', ['AUTOMATIC'])).toEqual([]);
    await expect(
      aws.fsx.send(new DescribeBackupsCommand({ BackupIds: [BackupId, 'backup-0123456789abcdef0'] })),
    ).rejects.toMatchObject({ name: 'BackupNotFound' });
  });
});
