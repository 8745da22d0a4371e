// What DeleteVolume may take away: what this driver, or aws-fsx-csi-driver before it, created; nothing else.
import {
  CreateDataRepositoryTaskCommand,
  CreateFileSystemCommand,
  FSxClient,
  type Tag,
} from '@aws-sdk/client-fsx';
import { isDriverError, type DriverError, type ErrorKind } from '@lustre-csi/core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { EmulatedFsx, errorOf, request, until } from '../testing/emulated-fsx.js';

let cloud: EmulatedFsx;
let client: FSxClient;

beforeAll(async () => {
  // A data repository task has to be under way when the deletion is refused, on a slow machine too.
  cloud = await EmulatedFsx.start({ durations: { updateSeconds: 1 } });
  client = new FSxClient({});
});

afterEach(() => {
  cloud.emulator.faults.clear();
  cloud.emulator.journal.clear();
});

afterAll(async () => {
  client.destroy();
  await cloud.stop();
});

/** Creates a file system with these tags, as any principal may. */
async function made(tags: Readonly<Record<string, string>>): Promise<string> {
  const Tags: Tag[] = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  const { FileSystem } = await client.send(
    new CreateFileSystemCommand({
      FileSystemType: 'LUSTRE',
      StorageCapacity: 1200,
      SubnetIds: ['subnet-0aaaaaaaaaaaaaaa1'],
      ...(Tags.length > 0 ? { Tags } : {}),
      LustreConfiguration: { DeploymentType: 'SCRATCH_2' },
    }),
  );
  const id = FileSystem?.FileSystemId ?? '';
  await until(async () => exists(id) === 'AVAILABLE');
  return id;
}

const exists = (id: string): string | undefined =>
  cloud.state.fileSystems.find(({ FileSystemId }) => FileSystemId === id)?.Lifecycle;

const outcomeOf = async (work: Promise<unknown>): Promise<ErrorKind | 'done'> => {
  const error = await errorOf(work);
  return isDriverError(error) ? error.kind : 'done';
};

describe('DeleteVolume', () => {
  it.each<[string, Record<string, string>, string, ErrorKind | 'done']>([
    ['aws-fsx-csi-driver created', { CSIVolumeName: 'pvc-1' }, '', 'done'],
    ['aws-fsx-csi-driver created, with a cluster id now', { CSIVolumeName: 'pvc-1' }, 'blue', 'done'],
    [
      'this cluster created',
      { CSIVolumeName: 'pvc-1', 'lustre.csi/cluster': 'blue', 'lustre.csi/attempt': '1' },
      'blue',
      'done',
    ],
    [
      'another cluster created',
      { CSIVolumeName: 'pvc-1', 'lustre.csi/cluster': 'green' },
      'blue',
      'failed-precondition',
    ],
    [
      'another cluster created, for a driver without an id',
      { CSIVolumeName: 'pvc-1', 'lustre.csi/cluster': 'green', 'lustre.csi/attempt': '1' },
      '',
      'failed-precondition',
    ],
    ['without tags', {}, '', 'failed-precondition'],
    ['with other tags', { Name: 'pvc-1', CSIVolume: 'pvc-1' }, '', 'failed-precondition'],
    ['an empty tag does not name', { CSIVolumeName: '' }, '', 'failed-precondition'],
  ])('of what %s', async (_name, tags, clusterId, outcome) => {
    const id = await made(tags);
    const driver = await cloud.driver(clusterId);
    expect(await outcomeOf(driver.delete(id))).toBe(outcome);
    expect(exists(id)).toBe(outcome === 'done' ? undefined : 'AVAILABLE');
    expect(cloud.calls('DeleteFileSystem')).toBe(outcome === 'done' ? 1 : 0);
  });

  it('says that it is gone when it is, not before', async () => {
    const id = await made({ CSIVolumeName: 'pvc-1' });
    const [one, another] = [await cloud.driver(), await cloud.driver()];
    await Promise.all([one.delete(id), another.delete(id), one.delete(id)]);
    expect(exists(id)).toBeUndefined();
    await one.delete(id);
    expect(await outcomeOf(one.delete('fs-0123456789abcdef0'))).toBe('done');
    expect(await outcomeOf(one.delete('no-handle-of-ours'))).toBe('done');
  });

  it('keeps a file system whose existence cannot be looked at', async () => {
    const id = await made({ CSIVolumeName: 'pvc-1' });
    const denied = { kind: 'error', status: 400, code: 'AccessDeniedException' } as const;
    cloud.emulator.faults.add({ ...denied, operation: 'DescribeFileSystems', times: 99 });
    expect(await outcomeOf((await cloud.driver()).delete(id))).toBe('unavailable');
    expect(exists(id)).toBe('AVAILABLE');
  });

  it('waits for a data repository task, whose files would be lost', async () => {
    const driver = await cloud.driver();
    const { id } = await driver.create(
      request('pvc-linked', {
        dataRepositoryAssociations: '[{"fileSystemPath": "/a", "dataRepositoryPath": "s3://bucket"}]',
      }),
    );
    await client.send(
      new CreateDataRepositoryTaskCommand({
        FileSystemId: id,
        Type: 'EXPORT_TO_REPOSITORY',
        Paths: ['a'],
        Report: { Enabled: false },
      }),
    );
    const error = (await errorOf(driver.delete(id))) as DriverError;
    expect(error.kind).toBe('failed-precondition');
    expect(error.message).toMatch(
      /DeleteFileSystem failed: BadRequest: .*task-\w+ is in (PENDING|EXECUTING) state/,
    );
    await until(async () => (await outcomeOf(driver.delete(id))) === 'done');
    expect(exists(id)).toBeUndefined();
  });
});
