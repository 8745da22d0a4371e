import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmulator, type Emulator } from '@lustre-csi/cloud-emulator';
import {
  Capacity,
  DriverError,
  isDriverError,
  type FileSystem,
  type Log,
  type Settings,
  type VolumeRequest,
} from '@lustre-csi/core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { FsxFileSystems } from './file-systems.js';
import { awsFsx } from '../index.js';
import type { FsxPlan } from '../plan/plan.js';

/** The real SDK client over HTTP; where it finds FSx and its credentials, it reads from the environment. */
const environmentBefore = { ...process.env };
const directory = mkdtempSync(join(tmpdir(), 'fsx-spec-'));
let emulator: Emulator;
let warnings: string[];

const log: Log = {
  debug: () => {},
  info: () => {},
  warn: (_fields, message) => warnings.push(message),
  error: () => {},
  child: () => log,
};

beforeAll(async () => {
  emulator = await startEmulator({
    durations: { createSeconds: 0.05, deleteSeconds: 0.05 },
    aws: { pageSize: 2 },
  });
  Object.assign(process.env, emulator.environment(directory));
});

afterAll(async () => {
  process.env = environmentBefore;
  await emulator.stop();
  rmSync(directory, { recursive: true });
});

beforeEach(() => {
  warnings = [];
  emulator.journal.clear();
});

afterEach(async () => {
  emulator.faults.clear();
  const fsx = await provider();
  for (const fileSystem of await fsx.list('us-west-2', still())) await fsx.delete(fileSystem, still());
  await until(async () => (await fsx.list('us-west-2', still())).length === 0);
});

const still = (): AbortSignal => new AbortController().signal;

async function provider(clusterId = '', flags: Record<string, string> = {}): Promise<FsxFileSystems> {
  const settings: Settings = { flag: (name) => flags[name], environment: (name) => process.env[name] };
  const context = { driverName: awsFsx.driverName, driverVersion: '1.2.3', clusterId, log };
  return (await awsFsx.controller(settings, context)) as FsxFileSystems;
}

const request = (name: string, parameters: Record<string, string> = {}): VolumeRequest => ({
  name,
  capacityRange: { required: Capacity.gibibytes(1) },
  capabilities: [],
  parameters: {
    subnetId: 'subnet-0aaaaaaaaaaaaaaa1',
    deploymentType: 'SCRATCH_2',
    fileSystemTypeVersion: '2.15',
    ...parameters,
  },
  mutableParameters: {},
  metadata: {},
  topology: { requisite: [], preferred: [] },
});

interface Made {
  readonly plan: FsxPlan;
  readonly fileSystem: FileSystem;
}

async function make(fsx: FsxFileSystems, wanted: VolumeRequest, attempt = 1): Promise<Made> {
  const plan = await fsx.plan(wanted);
  const capacity = await fsx.capacityFor(plan, wanted.capacityRange);
  return { plan, fileSystem: await fsx.create(plan, capacity, attempt, still()) };
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error('it did not come to that within 10 s');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const callsOf = (operation: string): number =>
  emulator.journal.entries().filter((entry) => entry.operation === operation).length;

const errorOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('FsxFileSystems against the emulated API', () => {
  it('creates, finds, lists, describes and deletes a file system', async () => {
    const fsx = await provider('blue', { 'extra-tags': 'team=genomics' });
    const { plan, fileSystem } = await make(fsx, request('pvc-1'));
    expect(fileSystem).toMatchObject({
      volumeName: 'pvc-1',
      state: 'creating',
      attempt: 1,
      listingScope: 'us-west-2',
    });
    expect(fileSystem.capacity).toEqual(Capacity.gibibytes(1200));

    await until(async () => (await fsx.find(fileSystem, still()))?.state === 'available');
    const [listed] = await fsx.list('us-west-2', still());
    expect(listed).toMatchObject({ id: fileSystem.id, state: 'available', attributes: plan.attributes });

    const volume = fsx.toVolume(listed as FileSystem, plan);
    const dnsname = `${fileSystem.id}.fsx.us-west-2.amazonaws.com`;
    expect(volume).toMatchObject({ id: fileSystem.id, context: { dnsname } });
    expect(
      awsFsx
        .node({ flag: () => undefined, environment: () => undefined })
        .mountSource({ volumeId: volume.id, context: volume.context }),
    ).toEqual(listed?.mountSource);

    await fsx.delete(fileSystem, still());
    await until(async () => (await fsx.find(fileSystem, still())) === undefined);
    await expect(fsx.delete(fileSystem, still())).resolves.toBeUndefined();
    expect(await fsx.list('us-west-2', still())).toEqual([]);
  });

  it.each<[string, Record<string, string>]>([
    ['SCRATCH_1', { deploymentType: 'SCRATCH_1', securityGroupIds: 'sg-0aaaaaaaaaaaaaaa1' }],
    [
      'SCRATCH_2 with S3',
      { s3ImportPath: 's3://bucket/in', s3ExportPath: 's3://bucket/out', autoImportPolicy: 'NEW' },
    ],
    [
      'PERSISTENT_1',
      {
        deploymentType: 'PERSISTENT_1',
        perUnitStorageThroughput: '100',
        automaticBackupRetentionDays: '5',
        dailyAutomaticBackupStartTime: '05:00',
        copyTagsToBackups: 'true',
      },
    ],
    [
      'HDD at 12',
      {
        deploymentType: 'PERSISTENT_1',
        storageType: 'HDD',
        perUnitStorageThroughput: '12',
        driveCacheType: 'READ',
      },
    ],
    [
      'HDD at 40',
      {
        deploymentType: 'PERSISTENT_1',
        storageType: 'HDD',
        perUnitStorageThroughput: '40',
        driveCacheType: 'NONE',
      },
    ],
    [
      'PERSISTENT_2',
      {
        deploymentType: 'PERSISTENT_2',
        perUnitStorageThroughput: '125',
        dataCompressionType: 'LZ4',
        weeklyMaintenanceStartTime: '7:03:00',
      },
    ],
    [
      'metadata IOPS',
      {
        deploymentType: 'PERSISTENT_2',
        perUnitStorageThroughput: '250',
        metadataConfigurationMode: 'USER_PROVISIONED',
        metadataIops: '24000',
      },
    ],
    ['EFA', { deploymentType: 'PERSISTENT_2', perUnitStorageThroughput: '1000', efaEnabled: 'true' }],
    [
      'INTELLIGENT_TIERING',
      { deploymentType: 'PERSISTENT_2', storageType: 'INTELLIGENT_TIERING', throughputCapacity: '4000' },
    ],
    [
      'a sized read cache',
      {
        deploymentType: 'PERSISTENT_2',
        storageType: 'INTELLIGENT_TIERING',
        throughputCapacity: '8000',
        dataReadCacheSizingMode: 'USER_PROVISIONED',
        dataReadCacheSizeGiB: '64',
      },
    ],
  ])(
    'makes requests that FSx accepts, and finds its requested settings again: %s',
    async (name, parameters) => {
      const fsx = await provider();
      const { plan, fileSystem } = await make(fsx, request(name, parameters));
      const again = await fsx.find(fileSystem, still());
      expect(again?.attributes).toMatchObject(plan.attributes);
      expect(again?.capacity).toEqual(await fsx.capacityFor(plan, request(name).capacityRange));
    },
  );

  it('lists all pages, however short', async () => {
    const fsx = await provider();
    const made = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((name) => make(fsx, request(name))));
    emulator.journal.clear();
    const listed = await fsx.list('us-west-2', still());
    expect(listed.map(({ id }) => id).sort()).toEqual(made.map(({ fileSystem }) => fileSystem.id).sort());
    expect(callsOf('DescribeFileSystems')).toBe(3);
  });

  it('throws where a page fails, rather than give a part for the whole', async () => {
    const fsx = await provider();
    await Promise.all(['a', 'b', 'c'].map((name) => make(fsx, request(name))));
    emulator.faults.add({ kind: 'error', operation: 'DescribeFileSystems', skip: 1, times: 99 });
    const error = await errorOf(fsx.list('us-west-2', still()));
    expect(isDriverError(error, 'unavailable')).toBe(true);
    expect((error as Error).message).toMatch(/^DescribeFileSystems failed: .*\(request id .+\)\. /);
  });

  it('gets over throttling and cut connections', async () => {
    const fsx = await provider();
    emulator.faults.add({ kind: 'throttle', operation: 'DescribeFileSystems' });
    emulator.faults.add({ kind: 'reset', operation: 'DescribeFileSystems' });
    expect(await fsx.list('us-west-2', still())).toEqual([]);
  });

  it.each(['before', 'after'] as const)(
    'creates once when the connection is cut %s the effect',
    async (when) => {
      const fsx = await provider();
      emulator.faults.add({ kind: 'reset', operation: 'CreateFileSystem', when });
      const { fileSystem } = await make(fsx, request('pvc-cut'));
      expect(callsOf('CreateFileSystem')).toBe(2);
      expect((await fsx.list('us-west-2', still())).map(({ id }) => id)).toEqual([fileSystem.id]);
    },
  );

  it('gets the same file system for the same attempt, another one for the next', async () => {
    const [first, restarted] = [await provider('blue'), await provider('blue')];
    const wanted = request('pvc-same');
    const { fileSystem } = await make(first, wanted);
    expect((await make(restarted, wanted)).fileSystem.id).toBe(fileSystem.id);
    const next = (await make(restarted, wanted, 2)).fileSystem;
    expect(next.id).not.toBe(fileSystem.id);
    expect(next.attempt).toBe(2);
  });

  it('returns the failed file system that a token stands for', async () => {
    const fsx = await provider();
    emulator.faults.add({
      kind: 'fail-creation',
      operation: 'CreateFileSystem',
      message: 'No room in the zone.',
    });
    const wanted = request('pvc-fails');
    const { fileSystem } = await make(fsx, wanted);
    await until(async () => (await fsx.find(fileSystem, still()))?.state === 'failed');
    expect((await make(fsx, wanted)).fileSystem).toMatchObject({
      id: fileSystem.id,
      state: 'failed',
      stateDetail: 'No room in the zone.',
    });
  });

  it('does not take the token of other parameters for a wrong parameter', async () => {
    const fsx = await provider();
    await make(fsx, request('pvc-clash'));
    const error = await errorOf(make(fsx, request('pvc-clash', { subnetId: 'subnet-0aaaaaaaaaaaaaaa2' })));
    expect(isDriverError(error, 'aborted')).toBe(true);
  });

  it.each<[string, Record<string, string>, string]>([
    ['an unknown subnet', { subnetId: 'subnet-0bbbbbbbbbbbbbbb1' }, 'subnet-0bbbbbbbbbbbbbbb1'],
    ['an unknown security group', { securityGroupIds: 'sg-0bbbbbbbbbbbbbbb1' }, 'sg-0bbbbbbbbbbbbbbb1'],
  ])('passes on what FSx says about %s', async (_name, parameters, words) => {
    const error = await errorOf(make(await provider(), request('pvc-wrong', parameters)));
    expect(isDriverError(error, 'invalid-argument')).toBe(true);
    expect((error as Error).message).toContain('CreateFileSystem failed: InvalidNetworkSettings');
    expect((error as Error).message).toContain(words);
    expect((error as Error).message).toContain('request id');
  });

  it('calls nothing for what cannot be', async () => {
    const fsx = await provider();
    await expect(fsx.plan(request('p', { deploymentType: 'PERSISTENT_2' }))).rejects.toThrow(
      '"perUnitStorageThroughput" is missing',
    );
    const plan = await fsx.plan(request('p'));
    await expect(fsx.capacityFor(plan, { limit: Capacity.gibibytes(1) })).rejects.toThrow('legal: 1200 GiB');
    expect(emulator.journal.entries()).toEqual([]);
  });

  it('keeps the clusters of one account apart', async () => {
    const [blue, green, any] = [await provider('blue'), await provider('green'), await provider()];
    const { fileSystem } = await make(blue, request('shared-name'));
    expect((await blue.find(fileSystem, still()))?.volumeName).toBe('shared-name');
    expect(await any.find(fileSystem, still())).not.toHaveProperty('volumeName');
    expect(await green.find(fileSystem, still())).not.toHaveProperty('volumeName');
    expect((await make(green, request('shared-name'))).fileSystem.id).not.toBe(fileSystem.id);
  });

  it('finds a volume again whose name FSx would not take as a tag', async () => {
    const fsx = await provider();
    const { plan, fileSystem } = await make(fsx, request('emoji 😀, comma'));
    expect((await fsx.find(fileSystem, still()))?.volumeName).toBe(plan.volumeName);
  });

  it('warns when the defaults that bite apply', async () => {
    const fsx = await provider();
    await make(fsx, request('quiet'));
    expect(warnings).toEqual([]);
    await make(fsx, request('loud', { deploymentType: '', fileSystemTypeVersion: '' }));
    expect(warnings).toHaveLength(2);
  });

  it('says that a file system does not exist only when FSx says so', async () => {
    const fsx = await provider();
    const reference = { id: 'fs-0123456789abcdef0', listingScope: 'us-west-2' };
    expect(await fsx.find(reference, still())).toBeUndefined();
    emulator.faults.add({
      kind: 'error',
      operation: 'DescribeFileSystems',
      status: 400,
      code: 'AccessDeniedException',
    });
    expect(isDriverError(await errorOf(fsx.find(reference, still())), 'unavailable')).toBe(true);
  });

  it('ends with the caller, even where FSx never answers', async () => {
    const fsx = await provider();
    emulator.faults.add({ kind: 'hang', operation: 'DescribeFileSystems' });
    const caller = new AbortController();
    const listing = errorOf(fsx.list('us-west-2', caller.signal));
    await until(async () => callsOf('DescribeFileSystems') === 1);
    const reason = new DriverError('deadline-exceeded', 'the time of the call is over');
    caller.abort(reason);
    expect(await listing).toBe(reason);
    expect(await errorOf(fsx.list('us-west-2', caller.signal))).toBe(reason);
    expect(callsOf('DescribeFileSystems')).toBe(1);
  });

  it('takes a deletion that came between for its own, and passes other refusals on', async () => {
    const fsx = await provider();
    const { fileSystem } = await make(fsx, request('pvc-going'));
    const refusal = {
      kind: 'error',
      operation: 'DeleteFileSystem',
      status: 400,
      code: 'BadRequest',
    } as const;
    emulator.faults.add(refusal);
    const error = await errorOf(fsx.delete(fileSystem, still()));
    expect((error as Error).message).toContain('DeleteFileSystem failed: BadRequest');
    await fsx.delete(fileSystem, still());
    emulator.faults.add(refusal);
    await expect(fsx.delete(fileSystem, still())).resolves.toBeUndefined();
  });
});

describe('handles of several static volumes on one file system', () => {
  it.each([':/models', '#second'])('fs-…%s is found, owns nothing and deletes nothing', async (suffix) => {
    const fsx = await provider();
    const { fileSystem } = await make(fsx, request('pvc-shared'));
    const reference = fsx.parseVolumeId(`${fileSystem.id}${suffix}`);
    expect(reference).toEqual({ id: `${fileSystem.id}${suffix}`, listingScope: 'us-west-2' });
    const found = await fsx.find(reference as NonNullable<typeof reference>, still());
    expect(found).toMatchObject({ id: `${fileSystem.id}${suffix}`, capacity: fileSystem.capacity });
    expect(found).not.toHaveProperty('volumeName');
    const error = await errorOf(fsx.delete(found as FileSystem, still()));
    expect(isDriverError(error, 'failed-precondition')).toBe(true);
    expect(callsOf('DeleteFileSystem')).toBe(0);
  });

  it('reads no handle that it could not have given out', async () => {
    const fsx = await provider();
    expect(fsx.parseVolumeId('fake-vol-id')).toBeUndefined();
    expect(await fsx.find({ id: 'fake-vol-id', listingScope: 'us-west-2' }, still())).toBeUndefined();
    expect(emulator.journal.entries()).toEqual([]);
  });
});

describe('answers that FSx should not give', () => {
  let server: Server;
  let answer: () => unknown;

  beforeAll(async () => {
    server = createServer((_request, response) => response.end(JSON.stringify(answer())));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    process.env['AWS_ENDPOINT_URL_FSX'] = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterAll(async () => {
    process.env['AWS_ENDPOINT_URL_FSX'] = emulator.awsUrl;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  // The clean-up after each test asks the same server.
  afterEach(() => (answer = () => ({ FileSystems: [] })));

  it('does not follow pages in a circle', async () => {
    answer = () => ({ FileSystems: [], NextToken: 'c2FtZQ==' });
    const error = await errorOf((await provider()).list('us-west-2', still()));
    expect(isDriverError(error, 'unavailable')).toBe(true);
    expect((error as Error).message).toContain('repeats a NextToken');
  });

  it('counts a file system once that is on two pages', async () => {
    const FileSystems = [{ FileSystemId: 'fs-01234567', FileSystemType: 'LUSTRE', Lifecycle: 'DELETING' }];
    const pages = [{ FileSystems, NextToken: 'bmV4dA==' }, { FileSystems }];
    answer = () => pages.shift() ?? { FileSystems: [] };
    expect(await (await provider()).list('us-west-2', still())).toHaveLength(1);
  });

  it.each([{}, { FileSystem: { FileSystemId: 'fs-01234567', FileSystemType: 'WINDOWS' } }])(
    'leaves open what a creation did that is answered %o',
    async (body) => {
      answer = () => body;
      expect(isDriverError(await errorOf(make(await provider(), request('pvc-odd'))), 'unavailable')).toBe(
        true,
      );
    },
  );

  it('waits for the mount name before it hands a volume out', async () => {
    answer = () => ({
      FileSystem: { FileSystemId: 'fs-01234567', FileSystemType: 'LUSTRE', Lifecycle: 'AVAILABLE' },
    });
    const fsx = await provider();
    const { plan, fileSystem } = await make(fsx, request('pvc-odd'));
    expect(() => fsx.toVolume(fileSystem, plan)).toThrow('does not report the DNSName and MountName');
    expect(fsx.toVolume(fileSystem)).toMatchObject({ id: 'fs-01234567', context: {} });
  });
});
