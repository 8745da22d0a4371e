import {
  CreateFileSystemCommand,
  DeleteFileSystemCommand,
  DescribeFileSystemsCommand,
  ListTagsForResourceCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-fsx';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { scratch, startAwsCloud, type AwsCloudFixture } from './testing/aws-cloud-fixture.js';

describe('AwsCloud, as the FSx SDK sees it', () => {
  let aws: AwsCloudFixture;
  beforeEach(async () => {
    aws = await startAwsCloud();
  });
  afterEach(() => aws.close());

  const lifecycle = (id: string, wanted: string) =>
    aws.world.until(async () => {
      const found = await aws.describe(id);
      return found.Lifecycle === wanted && found;
    });
  const gone = (id: string) =>
    aws.world.until(async () => {
      const error = await aws.describe(id).catch((thrown: unknown) => thrown);
      return error instanceof Error && error.name === 'FileSystemNotFound' && error;
    });
  const remove = (id: string) => aws.fsx.send(new DeleteFileSystemCommand({ FileSystemId: id }));
  const operations = () => aws.world.journal.entries().map(({ operation, status }) => [operation, status]);

  it('creates, shows and deletes a file system', async () => {
    const created = await aws.create();
    const id = created.FileSystemId;
    expect(id).toMatch(/^fs-[0-9a-f]{17}$/);
    expect(created).toMatchObject({
      Lifecycle: 'CREATING',
      StorageCapacity: 1200,
      StorageType: 'SSD',
      OwnerId: '111122223333',
      VpcId: 'vpc-0aaaaaaaaaaaaaaa1',
      DNSName: `${id}.fsx.us-west-2.amazonaws.com`,
      ResourceARN: `arn:aws:fsx:us-west-2:111122223333:file-system/${id}`,
      FileSystemTypeVersion: '2.10',
      Tags: scratch.Tags,
    });
    expect(created.LustreConfiguration?.MountName).toMatch(/^[a-z0-9]{8}$/);
    expect(Math.abs((created.CreationTime?.getTime() ?? 0) - Date.now())).toBeLessThan(10_000);
    expect(created).not.toHaveProperty('SecurityGroupIds');
    expect(aws.servers.size).toBe(0);

    const available = await lifecycle(id, 'AVAILABLE');
    expect(available.NetworkInterfaceIds).toHaveLength(2);
    expect(aws.servers.get(id)).toEqual({
      id,
      mgsAddresses: ['127.100.0.4'],
      dnsNames: [created.DNSName],
      fsname: created.LustreConfiguration?.MountName,
      capacityBytes: 1200n * 1024n ** 3n,
      version: '2.10.8',
    });

    const deleted = await remove(id);
    expect(deleted).toMatchObject({ FileSystemId: id, Lifecycle: 'DELETING' });
    expect(deleted.$metadata.requestId).toBe(aws.world.journal.entries().at(-1)?.requestId);
    expect(aws.servers.size).toBe(0);
    expect((await aws.describe(id)).Lifecycle).toBe('DELETING');
    await gone(id);
    await expect(remove(id)).rejects.toMatchObject({ name: 'FileSystemNotFound' });
    expect(aws.cloud.state()).toMatchObject({ fileSystems: [], networkInterfaces: [] });
  });

  it('names SCRATCH_1 file systems fsx and gives tiering ones no capacity', async () => {
    const first = await aws.create({ LustreConfiguration: { DeploymentType: 'SCRATCH_1' } });
    expect(first.LustreConfiguration?.MountName).toBe('fsx');
    const elastic = await aws.create({
      StorageCapacity: undefined,
      StorageType: 'INTELLIGENT_TIERING',
      LustreConfiguration: {
        DeploymentType: 'PERSISTENT_2',
        ThroughputCapacity: 4000,
        MetadataConfiguration: { Mode: 'USER_PROVISIONED', Iops: 6000 },
        DataReadCacheConfiguration: { SizingMode: 'PROPORTIONAL_TO_THROUGHPUT_CAPACITY' },
      },
    });
    expect(elastic.StorageCapacity).toBeUndefined();
    expect(elastic.KmsKeyId).toMatch(/^arn:aws:kms:us-west-2:/);
    await lifecycle(elastic.FileSystemId, 'AVAILABLE');
    expect(aws.servers.get(elastic.FileSystemId)?.capacityBytes).toBe(1024n ** 5n);
  });

  it('calls a creation off when the file system is deleted', async () => {
    const { FileSystemId: id } = await aws.create();
    await remove(id);
    await remove(id);
    await gone(id);
    expect(aws.servers.size).toBe(0);
  });

  it('cuts short pages, also where MaxResults is larger', async () => {
    const ids = await Promise.all(Array.from({ length: 12 }, async () => (await aws.create()).FileSystemId));
    const pages: (string | undefined)[][] = [];
    let NextToken: string | undefined;
    do {
      const page = await aws.fsx.send(new DescribeFileSystemsCommand({ MaxResults: 100, NextToken }));
      pages.push((page.FileSystems ?? []).map(({ FileSystemId }) => FileSystemId));
      ({ NextToken } = page);
      expect(NextToken?.length ?? 0).toBeLessThanOrEqual(255);
    } while (NextToken !== undefined);
    expect(pages.map((page) => page.length)).toEqual([5, 5, 2]);
    expect(pages.flat().sort()).toEqual([...ids].sort());

    const two = await aws.fsx.send(new DescribeFileSystemsCommand({ MaxResults: 2 }));
    expect(two.FileSystems).toHaveLength(2);
    const invalid = Buffer.from('nonsense').toString('base64');
    for (const token of [invalid, 'no base64!'])
      await expect(aws.fsx.send(new DescribeFileSystemsCommand({ NextToken: token }))).rejects.toMatchObject({
        name: 'BadRequest',
      });
  });

  it('refuses a Describe that names one unknown file system among others', async () => {
    const { FileSystemId: id } = await aws.create();
    const ids = [id, 'fs-0123456789abcdef0'];
    await expect(aws.fsx.send(new DescribeFileSystemsCommand({ FileSystemIds: ids }))).rejects.toMatchObject({
      name: 'FileSystemNotFound',
      message: "File system 'fs-0123456789abcdef0' does not exist.",
    });
  });

  it('gives the same file system for the same token until it forgets it', async () => {
    const token = { ClientRequestToken: 'pvc-1' };
    const first = await aws.create(token);
    expect((await aws.create(token)).FileSystemId).toBe(first.FileSystemId);
    await expect(aws.create({ ...token, StorageCapacity: 2400 })).rejects.toMatchObject({
      name: 'IncompatibleParameterError',
      Parameter: 'ClientRequestToken',
    });
    expect(aws.cloud.state()).toMatchObject({ fileSystems: [{ ClientRequestToken: 'pvc-1' }] });

    aws.world.pass(301);
    const second = await aws.create(token);
    expect(second.FileSystemId).not.toBe(first.FileSystemId);
    await remove(second.FileSystemId);
    await gone(second.FileSystemId);
    const third = await aws.create(token);
    expect(third.FileSystemId).not.toBe(second.FileSystemId);
  });

  it('fails a creation where a fault is injected, and returns the failed file system for its token', async () => {
    aws.world.faults.add({ kind: 'fail-creation', operation: 'CreateFileSystem', message: 'no capacity' });
    const { FileSystemId: id } = await aws.create({ ClientRequestToken: 'again' });
    const failed = await lifecycle(id, 'FAILED');
    expect(failed.FailureDetails?.Message).toBe('no capacity');
    expect((await aws.create({ ClientRequestToken: 'again' })).FileSystemId).toBe(id);
    expect(aws.servers.size).toBe(0);
    await remove(id);
    await gone(id);
  });

  it.each([
    [{ SubnetIds: ['subnet-0123456789abcdef0'] }, { InvalidSubnetId: 'subnet-0123456789abcdef0' }],
    [{ SecurityGroupIds: ['sg-0123456789abcdef0'] }, { InvalidSecurityGroupId: 'sg-0123456789abcdef0' }],
  ])('refuses a network that does not exist: %j', async (input, members) => {
    await expect(aws.create(input)).rejects.toMatchObject({ name: 'InvalidNetworkSettings', ...members });
    expect(aws.cloud.state()).toMatchObject({ fileSystems: [] });
  });

  it('refuses bad requests with the words of the service, and creates nothing', async () => {
    await expect(aws.create({ StorageCapacity: 3600 })).rejects.toMatchObject({
      name: 'BadRequest',
      message: 'Invalid Lustre FS storage capacity: 3600. Must be 1200 or a multiple of 2400. ',
    });
    await expect(aws.create({ Tags: [] })).rejects.toMatchObject({ name: 'BadRequest' });
    await expect(aws.create({ Tags: [{ Key: 'aws:x', Value: '' }] })).rejects.toThrow('reserved');
    await expect(aws.create({ SecurityGroupIds: [''] })).rejects.toThrow("at 'securityGroupIds.1.member'");
    expect(aws.cloud.state()).toMatchObject({ fileSystems: [] });
    expect(aws.world.journal.entries().map(({ errorCode }) => errorCode)).toEqual(
      Array(4).fill('BadRequest'),
    );
  });

  it('stops at the quota of file systems, and counts each family separately', async () => {
    for (let made = 0; made < 100; made += 1) await aws.create();
    await expect(aws.create()).rejects.toMatchObject({
      name: 'ServiceLimitExceeded',
      Limit: 'FILE_SYSTEM_COUNT',
    });
    await aws.create({
      LustreConfiguration: { DeploymentType: 'PERSISTENT_2', PerUnitStorageThroughput: 125 },
    });
    aws.world.raisedQuota = 101;
    await aws.create();
    await expect(aws.create()).rejects.toThrow('The maximum number of SCRATCH file systems (101)');
  });

  it('refuses a subnet that is full', async () => {
    const big = { StorageCapacity: 2400 * 125, SubnetIds: ['subnet-0aaaaaaaaaaaaaaa2'] };
    await aws.create(big);
    await aws.create({ ...big, StorageCapacity: 2400 * 124 - 2400 });
    await expect(aws.create(big)).rejects.toMatchObject({
      name: 'InvalidNetworkSettings',
      InvalidSubnetId: 'subnet-0aaaaaaaaaaaaaaa2',
    });
  });

  it('adds, lists and removes tags', async () => {
    const { ResourceARN } = await aws.create();
    const tags = [
      { Key: 'CSIVolumeName', Value: 'other' },
      { Key: 'team', Value: 'a' },
    ];
    await aws.fsx.send(new TagResourceCommand({ ResourceARN, Tags: tags }));
    expect((await aws.fsx.send(new ListTagsForResourceCommand({ ResourceARN }))).Tags).toEqual(tags);
    await aws.fsx.send(new UntagResourceCommand({ ResourceARN, TagKeys: ['team', 'missing'] }));
    const first = await aws.fsx.send(new ListTagsForResourceCommand({ ResourceARN, MaxResults: 1 }));
    expect(first.Tags).toEqual([tags[0]]);
    expect(first.NextToken).toBeUndefined();

    const many = Array.from({ length: 50 }, (_, index) => ({ Key: `k${index}`, Value: '' }));
    await expect(aws.fsx.send(new TagResourceCommand({ ResourceARN, Tags: many }))).rejects.toMatchObject({
      name: 'ServiceLimitExceeded',
      Limit: 'TOTAL_USER_TAGS',
    });
    const missing = 'arn:aws:fsx:us-west-2:111122223333:file-system/fs-0123456789abcdef0';
    await expect(
      aws.fsx.send(new ListTagsForResourceCommand({ ResourceARN: missing })),
    ).rejects.toMatchObject({ name: 'ResourceNotFound', ResourceARN: missing });
    await expect(
      aws.fsx.send(new ListTagsForResourceCommand({ ResourceARN: 'arn:aws:s3:::bucket' })),
    ).rejects.toMatchObject({ name: 'NotServiceResourceError' });
  });

  it('throttles as FSx does: the SDK tries again, and the journal counts it', async () => {
    aws.world.faults.add({ kind: 'throttle', cloud: 'aws', operation: 'DescribeFileSystems' });
    await aws.fsx.send(new DescribeFileSystemsCommand());
    expect(operations()).toEqual([
      ['DescribeFileSystems', 400],
      ['DescribeFileSystems', 200],
    ]);
    expect(aws.world.journal.entries()[0]).toMatchObject({
      errorCode: 'ThrottlingException',
      fault: 'throttle',
      service: 'fsx',
    });
    aws.world.faults.add({ kind: 'throttle' });
    await expect(aws.impatient.send(new DescribeFileSystemsCommand())).rejects.toMatchObject({
      name: 'ThrottlingException',
      message: 'Rate exceeded',
    });
  });

  it.each(['error', 'reset'] as const)('hides a creation that worked behind a fault: %s', async (kind) => {
    aws.world.faults.add({ kind, operation: 'CreateFileSystem', when: 'after' });
    const command = new CreateFileSystemCommand({ ...scratch, ClientRequestToken: 'once' });
    const { FileSystem } = await aws.fsx.send(command);
    const lost = kind === 'reset' ? 0 : 500;
    expect(operations()).toEqual([
      ['CreateFileSystem', lost],
      ['CreateFileSystem', 200],
    ]);
    expect(aws.cloud.state()).toMatchObject({ fileSystems: [{ FileSystemId: FileSystem?.FileSystemId }] });
  });

  it('fails before the effect, with the error that the fault names', async () => {
    aws.world.faults.add({
      kind: 'error',
      operation: 'CreateFileSystem',
      status: 400,
      code: 'AccessDeniedException',
      message: 'not authorized',
    });
    await expect(aws.create()).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: 'not authorized',
    });
    expect(aws.cloud.state()).toMatchObject({ fileSystems: [] });
  });

  it('journals the file system that a call is about', async () => {
    const { FileSystemId: id, ResourceARN } = await aws.create();
    await aws.describe(id);
    await aws.fsx.send(new ListTagsForResourceCommand({ ResourceARN }));
    await remove(id);
    const resources = aws.world.journal.entries().map(({ resource }) => resource);
    expect(resources).toEqual([undefined, id, id, id]);
  });
});
