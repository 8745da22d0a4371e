import {
  CancelDataRepositoryTaskCommand,
  CreateDataRepositoryAssociationCommand,
  CreateDataRepositoryTaskCommand,
  DeleteFileSystemCommand,
  DescribeDataRepositoryTasksCommand,
  ListTagsForResourceCommand,
  type CreateDataRepositoryTaskCommandInput,
  type DataRepositoryTask,
  type DataRepositoryTaskFilter,
} from '@aws-sdk/client-fsx';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startAwsCloud, type AwsCloudFixture } from '../testing/aws-cloud-fixture.js';

describe('Data repository tasks', () => {
  let aws: AwsCloudFixture;
  let FileSystemId: string;
  beforeEach(async () => {
    aws = await startAwsCloud();
    ({ FileSystemId } = await aws.create({
      LustreConfiguration: { DeploymentType: 'SCRATCH_2', ImportPath: 's3://bucket' },
    }));
    aws.world.pass(8);
  });
  afterEach(() => aws.close());

  const start = async (input: Partial<CreateDataRepositoryTaskCommandInput> = {}) => {
    const reply = await aws.fsx.send(
      new CreateDataRepositoryTaskCommand({
        ...{ Type: 'EXPORT_TO_REPOSITORY', FileSystemId, Report: { Enabled: false } },
        ...input,
      }),
    );
    return reply.DataRepositoryTask as DataRepositoryTask & { TaskId: string };
  };
  const shown = async (TaskId: string) =>
    (await aws.fsx.send(new DescribeDataRepositoryTasksCommand({ TaskIds: [TaskId] })))
      .DataRepositoryTasks?.[0];
  const filtered = async (Name: DataRepositoryTaskFilter['Name'], ...Values: string[]) =>
    (await aws.fsx.send(new DescribeDataRepositoryTasksCommand({ Filters: [{ Name, Values }] })))
      .DataRepositoryTasks;
  const cancel = (TaskId: string) => aws.fsx.send(new CancelDataRepositoryTaskCommand({ TaskId }));
  const deleteFileSystem = () => aws.fsx.send(new DeleteFileSystemCommand({ FileSystemId }));

  it('run one at a time, and keep their file system from being deleted', async () => {
    const token = { ClientRequestToken: 'task-1', Tags: [{ Key: 'a', Value: '1' }] };
    const started = await start(token);
    const { TaskId, ResourceARN } = started;
    expect(TaskId).toMatch(/^task-[0-9a-f]{17}$/);
    expect(started).toMatchObject({ Lifecycle: 'PENDING', Type: 'EXPORT_TO_REPOSITORY', FileSystemId });
    expect((await start(token)).TaskId).toBe(TaskId);
    await expect(start()).rejects.toMatchObject({ name: 'DataRepositoryTaskExecuting' });
    await expect(deleteFileSystem()).rejects.toThrow(`task ${TaskId} is in PENDING state`);
    aws.world.pass(1);
    expect(await shown(TaskId)).toMatchObject({
      Lifecycle: 'EXECUTING',
      StartTime: expect.any(Date) as Date,
    });
    aws.world.pass(4);
    expect(await shown(TaskId)).toMatchObject({ Lifecycle: 'SUCCEEDED', EndTime: expect.any(Date) as Date });
    await expect(cancel(TaskId)).rejects.toMatchObject({ name: 'DataRepositoryTaskEnded' });
    expect((await aws.fsx.send(new ListTagsForResourceCommand({ ResourceARN }))).Tags).toEqual(token.Tags);
    await start();
    expect(await filtered('task-lifecycle', 'SUCCEEDED')).toMatchObject([{ TaskId }]);
    expect(await filtered('file-system-id', FileSystemId)).toHaveLength(2);
    expect(await filtered('file-cache-id', FileSystemId)).toEqual([]);
  });

  it('are cancelled, and go with their file system', async () => {
    const { TaskId } = await start();
    expect(await cancel(TaskId)).toMatchObject({ TaskId, Lifecycle: 'CANCELING' });
    expect(await cancel(TaskId)).toMatchObject({ Lifecycle: 'CANCELING' });
    aws.world.pass(5);
    expect(await shown(TaskId)).toMatchObject({ Lifecycle: 'CANCELED' });
    await deleteFileSystem();
    aws.world.pass(3);
    expect(aws.cloud.state()).toMatchObject({ fileSystems: [], dataRepositoryTasks: [] });
    await expect(shown(TaskId)).rejects.toMatchObject({ name: 'DataRepositoryTaskNotFound' });
  });

  it('fail with the reason that the fault names', async () => {
    const operation = 'CreateDataRepositoryTask';
    aws.world.faults.add({ kind: 'fail-creation', operation, message: 'no such path' });
    const { TaskId } = await start();
    aws.world.pass(5);
    expect(await shown(TaskId)).toMatchObject({
      Lifecycle: 'FAILED',
      FailureDetails: { Message: 'no such path' },
    });
  });

  it('are begun by an association that imports metadata on creation', async () => {
    const persistent = { DeploymentType: 'PERSISTENT_2', PerUnitStorageThroughput: 125 } as const;
    const { FileSystemId: other } = await aws.create({ LustreConfiguration: persistent });
    aws.world.pass(8);
    const { Association } = await aws.fsx.send(
      new CreateDataRepositoryAssociationCommand({
        ...{ FileSystemId: other, FileSystemPath: '/', DataRepositoryPath: 's3://bucket/one' },
        BatchImportMetaDataOnCreate: true,
      }),
    );
    await expect(start({ FileSystemId: other })).rejects.toThrow('not linked');
    aws.world.pass(8);
    expect(await filtered('data-repository-association-id', Association?.AssociationId ?? '')).toMatchObject([
      { Type: 'IMPORT_METADATA_FROM_REPOSITORY', FileSystemId: other, Paths: ['s3://bucket/one'] },
    ]);
  });

  it.each<[string, Partial<CreateDataRepositoryTaskCommandInput>, string]>([
    ['of Amazon File Cache', { Type: 'AUTO_RELEASE_DATA' }, 'UnsupportedOperation'],
    ['with half a report', { Report: { Enabled: true, Path: 's3://bucket/report' } }, 'BadRequest'],
    ['that release while they export', { ReleaseConfiguration: {} }, 'BadRequest'],
    ['of no file system', { FileSystemId: 'fs-0123456789abcdef0' }, 'FileSystemNotFound'],
  ])('are refused %s', async (_what, input, name) => {
    await expect(start(input)).rejects.toMatchObject({ name });
    expect(aws.cloud.state()).toMatchObject({ dataRepositoryTasks: [] });
  });
});
