import {
  CreateBackupCommand,
  CreateDataRepositoryAssociationCommand,
  DeleteDataRepositoryAssociationCommand,
  DeleteFileSystemCommand,
  DescribeDataRepositoryAssociationsCommand,
  ListTagsForResourceCommand,
  TagResourceCommand,
  UpdateDataRepositoryAssociationCommand,
  UpdateFileSystemCommand,
  type CreateDataRepositoryAssociationCommandInput,
  type DataRepositoryAssociation,
  type DescribeDataRepositoryAssociationsCommandInput,
} from '@aws-sdk/client-fsx';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startAwsCloud, type AwsCloudFixture } from '../testing/aws-cloud-fixture.js';

const persistent = {
  LustreConfiguration: { DeploymentType: 'PERSISTENT_2', PerUnitStorageThroughput: 125 },
} as const;
const unknown = 'dra-0123456789abcdef0';
const create = 'CreateDataRepositoryAssociation';

describe('Data repository associations', () => {
  let aws: AwsCloudFixture;
  let FileSystemId: string;
  beforeEach(async () => {
    aws = await startAwsCloud();
    ({ FileSystemId } = await aws.create(persistent));
    aws.world.pass(8);
  });
  afterEach(() => aws.close());

  const link = async (input: Partial<CreateDataRepositoryAssociationCommandInput> = {}) => {
    const ns1 = { FileSystemId, FileSystemPath: '/ns1', DataRepositoryPath: 's3://bucket/one/' };
    const reply = await aws.fsx.send(new CreateDataRepositoryAssociationCommand({ ...ns1, ...input }));
    return reply.Association as DataRepositoryAssociation & { AssociationId: string };
  };
  const describeAll = (input: DescribeDataRepositoryAssociationsCommandInput = {}) =>
    aws.fsx.send(new DescribeDataRepositoryAssociationsCommand(input));
  const shown = async (AssociationId: string) =>
    (await describeAll({ AssociationIds: [AssociationId] })).Associations?.[0];
  const update = (AssociationId: string, change: object) =>
    aws.fsx.send(new UpdateDataRepositoryAssociationCommand({ AssociationId, ...change }));
  const unlink = (AssociationId: string) =>
    aws.fsx.send(new DeleteDataRepositoryAssociationCommand({ AssociationId, DeleteDataInFileSystem: true }));

  it('are created, changed and deleted', async () => {
    const S3 = { AutoImportPolicy: { Events: ['NEW', 'CHANGED'] } } as const;
    const created = await link({ S3: { AutoImportPolicy: { Events: ['NEW', 'CHANGED'] } } });
    const id = created.AssociationId;
    expect(id).toMatch(/^dra-[0-9a-f]{17}$/);
    expect(created).toMatchObject({
      Lifecycle: 'CREATING',
      FileSystemId,
      FileSystemPath: '/ns1',
      DataRepositoryPath: 's3://bucket/one/',
      BatchImportMetaDataOnCreate: false,
      ImportedFileChunkSize: 1024,
      S3,
      ResourceARN: `arn:aws:fsx:us-west-2:111122223333:association/${FileSystemId}/${id}`,
    });
    expect(aws.cloud.state()).toMatchObject({ dataRepositoryAssociations: [{ AssociationId: id }] });
    await expect(update(id, { ImportedFileChunkSize: 1 })).rejects.toThrow('while in CREATING state');
    aws.world.pass(8);
    expect(await shown(id)).toMatchObject({ Lifecycle: 'AVAILABLE' });

    await expect(update(id, {})).rejects.toMatchObject({ name: 'BadRequest' });
    const change = { ImportedFileChunkSize: 2048, S3: { AutoExportPolicy: { Events: ['DELETED'] } } };
    const updating = await update(id, change);
    expect(updating.Association).toMatchObject({ Lifecycle: 'UPDATING', ImportedFileChunkSize: 1024 });
    aws.world.pass(5);
    expect(await shown(id)).toMatchObject({
      Lifecycle: 'AVAILABLE',
      ImportedFileChunkSize: 2048,
      S3: { ...S3, AutoExportPolicy: { Events: ['DELETED'] } },
    });

    const deleting = { AssociationId: id, Lifecycle: 'DELETING', DeleteDataInFileSystem: true };
    expect(await unlink(id)).toMatchObject(deleting);
    expect(await unlink(id)).toMatchObject(deleting);
    aws.world.pass(3);
    const gone = { name: 'DataRepositoryAssociationNotFound' };
    await expect(shown(id)).rejects.toMatchObject(gone);
    await expect(unlink(id)).rejects.toMatchObject(gone);
    expect(aws.cloud.state()).toMatchObject({ dataRepositoryAssociations: [] });
  });

  it('fail with the reason that the fault names, and count until they are deleted', async () => {
    aws.world.faults.add({ kind: 'fail-creation', operation: create, message: 'no such bucket' });
    const { AssociationId } = await link();
    aws.world.pass(8);
    expect(await shown(AssociationId)).toMatchObject({
      Lifecycle: 'FAILED',
      FailureDetails: { Message: 'no such bucket' },
    });
    await expect(update(AssociationId, { ImportedFileChunkSize: 1 })).rejects.toThrow('FAILED state');
    await expect(link()).rejects.toThrow(`overlaps /ns1 of association ${AssociationId}`);
    await unlink(AssociationId);
    aws.world.pass(3);
    expect((await link()).Lifecycle).toBe('CREATING');
  });

  it('are worked on one at a time, in the order of the requests', async () => {
    const first = await link();
    const second = await link({ FileSystemPath: '/ns2', DataRepositoryPath: 's3://bucket/two/' });
    aws.world.pass(8);
    expect(await shown(first.AssociationId)).toMatchObject({ Lifecycle: 'AVAILABLE' });
    expect(await shown(second.AssociationId)).toMatchObject({ Lifecycle: 'CREATING' });
    await unlink(second.AssociationId);
    aws.world.pass(8);
    expect(await shown(second.AssociationId)).toMatchObject({ Lifecycle: 'DELETING' });
    aws.world.pass(3);
    await expect(shown(second.AssociationId)).rejects.toMatchObject({
      name: 'DataRepositoryAssociationNotFound',
    });
  });

  it('are the same for the same token', async () => {
    const token = { ClientRequestToken: 'link-1' };
    const { AssociationId } = await link(token);
    expect((await link(token)).AssociationId).toBe(AssociationId);
    await expect(link({ ...token, FileSystemPath: '/ns2' })).rejects.toMatchObject({
      name: 'IncompatibleParameterError',
      Parameter: 'ClientRequestToken',
    });
    aws.world.pass(8);
    const change = { ImportedFileChunkSize: 2048, ClientRequestToken: 'update-1' };
    await update(AssociationId, change);
    expect((await update(AssociationId, change)).Association).toMatchObject({ Lifecycle: 'UPDATING' });
    expect(aws.cloud.state()).toMatchObject({ dataRepositoryAssociations: [{ AssociationId }] });
  });

  it('are listed in short pages, by file system', async () => {
    const other = await aws.create(persistent);
    aws.world.pass(8);
    const paths = ['1', '2', '3', '4', '5', '6'];
    for (const path of paths)
      await link({ FileSystemPath: `/ns${path}`, DataRepositoryPath: `s3://bucket/${path}` });
    await link({ FileSystemId: other.FileSystemId, FileSystemPath: '/' });
    const Filters = [{ Name: 'file-system-id' as const, Values: [FileSystemId] }];
    const first = await describeAll({ Filters, MaxResults: 25 });
    expect(first.Associations).toHaveLength(5);
    const rest = await describeAll({ Filters, NextToken: first.NextToken });
    expect(rest.Associations?.map((each) => each.FileSystemPath)).toEqual(['/ns6']);
    expect(rest.NextToken).toBeUndefined();
    await expect(describeAll({ MaxResults: 26 })).rejects.toMatchObject({ name: 'BadRequest' });
    expect((await describeAll({ MaxResults: 2 })).Associations).toHaveLength(2);

    const byType = (value: string) =>
      describeAll({ Filters: [{ Name: 'data-repository-type', Values: [value] }] });
    expect((await byType('S3')).Associations).toHaveLength(5);
    expect((await byType('NFS')).Associations).toEqual([]);
    await expect(byType('FTP')).rejects.toMatchObject({ name: 'InvalidDataRepositoryType' });
    const ids = [first.Associations?.[0]?.AssociationId ?? '', unknown];
    await expect(describeAll({ AssociationIds: ids })).rejects.toMatchObject({
      name: 'DataRepositoryAssociationNotFound',
    });
  });

  it('exclude backups of the file system', async () => {
    const { AssociationId } = await link();
    const unsupported = {
      name: 'UnsupportedOperation',
      message: expect.stringContaining('linked') as string,
    };
    await expect(aws.fsx.send(new CreateBackupCommand({ FileSystemId }))).rejects.toMatchObject(unsupported);
    const finalBackup = { LustreConfiguration: { SkipFinalBackup: false } };
    await expect(
      aws.fsx.send(new DeleteFileSystemCommand({ FileSystemId, ...finalBackup })),
    ).rejects.toMatchObject(unsupported);
    const automatic = { LustreConfiguration: { AutomaticBackupRetentionDays: 7 } };
    const back = () => aws.fsx.send(new UpdateFileSystemCommand({ FileSystemId, ...automatic }));
    await expect(back()).rejects.toMatchObject({ name: 'BadRequest' });
    await unlink(AssociationId);
    aws.world.pass(60);
    await back();
    aws.world.pass(5);
    expect((await aws.fsx.send(new CreateBackupCommand({ FileSystemId }))).Backup).toBeDefined();
  });

  it('go with their file system', async () => {
    const { AssociationId } = await link();
    await aws.fsx.send(new DeleteFileSystemCommand({ FileSystemId }));
    expect(await shown(AssociationId)).toMatchObject({ Lifecycle: 'DELETING' });
    await expect(link({ FileSystemPath: '/ns2' })).rejects.toThrow('DELETING state');
    aws.world.pass(3);
    expect(aws.cloud.state()).toMatchObject({ fileSystems: [], dataRepositoryAssociations: [] });
    await expect(link()).rejects.toMatchObject({ name: 'FileSystemNotFound' });
  });

  it('have tags, and are named in the journal', async () => {
    const { ResourceARN, AssociationId } = await link({ Tags: [{ Key: 'a', Value: '1' }] });
    await aws.fsx.send(new TagResourceCommand({ ResourceARN, Tags: [{ Key: 'b', Value: '2' }] }));
    const { Tags } = await aws.fsx.send(new ListTagsForResourceCommand({ ResourceARN }));
    expect(Tags?.map(({ Key }) => Key)).toEqual(['a', 'b']);
    await shown(AssociationId);
    await unlink(AssociationId);
    const resources = aws.world.journal.entries().map(({ operation, resource }) => [operation, resource]);
    expect(resources.slice(1)).toEqual([
      [create, FileSystemId],
      ['TagResource', AssociationId],
      ['ListTagsForResource', AssociationId],
      ['DescribeDataRepositoryAssociations', AssociationId],
      ['DeleteDataRepositoryAssociation', AssociationId],
    ]);
  });
});
