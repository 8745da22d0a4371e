// Classes that hand out an existing file system whole, over gRPC.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateFileSystemCommand, FSxClient, TagResourceCommand } from '@aws-sdk/client-fsx';
import { connectCsi, csi, type CsiClient } from '@lustre-csi/core/client';
import {
  controllerService,
  DirectoryVolumes,
  serve,
  VolumeOperations,
  type RunningServer,
} from '@lustre-csi/core/server';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { EmulatedFsx, silent, until } from '../testing/emulated-fsx.js';

const GIB = 1024n ** 3n;
const [INVALID_ARGUMENT, NOT_FOUND, FAILED_PRECONDITION, OUT_OF_RANGE] = [3, 5, 9, 11];

const directory = mkdtempSync(join(tmpdir(), 'fsx-existing-'));
let cloud: EmulatedFsx;
let server: RunningServer;
let client: CsiClient;
let fsx: FSxClient;
/** File system of 2400 GiB that a person has created. */
let fileSystemId: string;

beforeAll(async () => {
  cloud = await EmulatedFsx.start();
  fsx = new FSxClient({});
  const provider = await cloud.provider('blue');
  const directories = new DirectoryVolumes({
    driverName: 'fsx.csi.aws.com',
    hosts: provider.parentFileSystems,
    provider,
    stateDir: directory,
    log: silent,
  });
  const volumes = new VolumeOperations(provider, silent, undefined, directories);
  const path = join(directory, 'csi.sock');
  server = await serve({
    endpoint: { kind: 'unix', path },
    services: [controllerService(volumes)],
    log: silent,
  });
  client = connectCsi(`unix://${path}`);
  const { FileSystem } = await fsx.send(
    new CreateFileSystemCommand({
      FileSystemType: 'LUSTRE',
      StorageCapacity: 2400,
      SubnetIds: ['subnet-0aaaaaaaaaaaaaaa1'],
      LustreConfiguration: { DeploymentType: 'SCRATCH_2' },
    }),
  );
  fileSystemId = FileSystem?.FileSystemId ?? '';
  await until(async () => stateOf(fileSystemId)?.Lifecycle === 'AVAILABLE');
  cloud.emulator.journal.clear();
});

afterEach(() => {
  for (const change of ['CreateFileSystem', 'UpdateFileSystem', 'DeleteFileSystem', 'TagResource'])
    expect(cloud.calls(change)).toBe(0);
});

afterAll(async () => {
  fsx.destroy();
  client.close();
  await server.stop(0);
  await cloud.stop();
  rmSync(directory, { recursive: true });
});

const stateOf = (id: string) => cloud.state.fileSystems.find(({ FileSystemId }) => FileSystemId === id);

const create = (
  name: string,
  gib: bigint,
  parameters: Record<string, string> = {},
  change: Parameters<typeof csi.CreateVolumeRequest.fromPartial>[0] = {},
): Promise<csi.CreateVolumeResponse> =>
  client.controller.createVolume(
    csi.CreateVolumeRequest.fromPartial({
      name,
      capacityRange: { requiredBytes: gib * GIB },
      volumeCapabilities: [
        {
          accessType: { $case: 'mount', value: {} },
          accessMode: { mode: csi.VolumeCapability_AccessMode_Mode.MULTI_NODE_MULTI_WRITER },
        },
      ],
      parameters: { provisioningMode: 'existing', fileSystemId, ...parameters },
      ...change,
    }),
  );

const refusal = (code: number, words: RegExp): object => ({
  code,
  details: expect.stringMatching(words) as string,
});

describe('a class that hands out an existing file system', () => {
  it('gives each claim the whole file system, with its true size and a handle of its own', async () => {
    const { volume } = await create('pvc-1', 10n);
    expect(volume).toMatchObject({
      volumeId: `${fileSystemId}#existing#pvc-1`,
      capacityBytes: 2400n * GIB,
      volumeContext: {
        dnsname: `${fileSystemId}.fsx.us-west-2.amazonaws.com`,
        mountname: stateOf(fileSystemId)?.LustreConfiguration.MountName,
      },
    });
    expect((await create('pvc-1', 10n)).volume).toEqual(volume);
    expect((await create('pvc-2', 2400n)).volume?.volumeId).toBe(`${fileSystemId}#existing#pvc-2`);
    const long = (await create('ü'.repeat(60), 10n)).volume?.volumeId ?? '';
    expect(Buffer.byteLength(long)).toBeLessThanOrEqual(128);
  });

  it('adds what nodes read of every volume, and can name the address', async () => {
    const { volume } = await create('pvc-1', 10n, { mountSharing: 'pod', mountEndpoint: 'ip' });
    expect(volume?.volumeContext['mountSharing']).toBe('pod');
    expect(volume?.volumeContext['dnsname']).toMatch(/^127\.100\.\d+\.\d+$/);
  });

  it('refuses claims that are larger than the file system, or allow less', async () => {
    await expect(create('pvc-1', 2401n)).rejects.toMatchObject(
      refusal(OUT_OF_RANGE, /has 2400 GiB, but .* was requested: claim at most what it has/),
    );
    const capacityRange = { requiredBytes: 0n, limitBytes: 1200n * GIB };
    await expect(create('pvc-1', 0n, {}, { capacityRange })).rejects.toMatchObject({ code: OUT_OF_RANGE });
  });

  it.each<[string, Record<string, string>, number, RegExp]>([
    ['no file system', { fileSystemId: '' }, INVALID_ARGUMENT, /"fileSystemId" is missing/],
    ['a wrong id', { fileSystemId: 'scratch' }, INVALID_ARGUMENT, /^parameter "fileSystemId" is "scratch"/],
    ['a missing one', { fileSystemId: 'fs-0123456789abcdef0' }, NOT_FOUND, /there is no FSx for Lustre/],
    [
      'parameters of a new one',
      { deploymentType: 'SCRATCH_2', subnetId: 'x' },
      INVALID_ARGUMENT,
      /2 faults: .*provisioningMode "existing" knows no parameter "deploymentType"; .*"subnetId"/,
    ],
    [
      'another mode',
      { provisioningMode: 'whole' },
      INVALID_ARGUMENT,
      /legal: directory, filesystem, and existing/,
    ],
  ])('refuses %s', async (_, parameters, code, words) => {
    await expect(create('pvc-1', 10n, parameters)).rejects.toMatchObject(refusal(code, words));
  });

  it('refuses a VolumeAttributesClass', async () => {
    const mutableParameters = { dataCompressionType: 'LZ4' };
    await expect(create('pvc-1', 10n, {}, { mutableParameters })).rejects.toMatchObject(
      refusal(INVALID_ARGUMENT, /keeps its settings/),
    );
  });
});

describe('its volume', () => {
  const volumeId = (): string => `${fileSystemId}#existing#pvc-1`;

  it('is deleted without the file system, which stays', async () => {
    await client.controller.deleteVolume({ volumeId: volumeId(), secrets: {} });
    expect(stateOf(fileSystemId)?.Lifecycle).toBe('AVAILABLE');
  });

  it('is expanded up to the size of the file system, and no further', async () => {
    const expand = (gib: bigint): Promise<{ readonly capacityBytes: bigint }> =>
      client.controller.controllerExpandVolume({
        volumeId: volumeId(),
        capacityRange: { requiredBytes: gib * GIB, limitBytes: 0n },
        secrets: {},
        volumeCapability: undefined,
      });
    expect((await expand(2400n)).capacityBytes).toBe(2400n * GIB);
    await expect(expand(4800n)).rejects.toMatchObject(
      refusal(OUT_OF_RANGE, /existing file system of 2400 GiB, which the driver does not expand/),
    );
  });

  it('is not modified', async () => {
    const mutableParameters = { dataCompressionType: 'LZ4' };
    await expect(
      client.controller.controllerModifyVolume({ volumeId: volumeId(), secrets: {}, mutableParameters }),
    ).rejects.toMatchObject(refusal(INVALID_ARGUMENT, /whose settings the driver does not change/));
  });

  it('is shown with the condition of the file system', async () => {
    const { volume, status } = await client.controller.controllerGetVolume({ volumeId: volumeId() });
    expect(volume).toMatchObject({ volumeId: volumeId(), capacityBytes: 2400n * GIB });
    expect(status?.volumeCondition?.abnormal).toBe(false);
  });
});

describe('a file system of a claim', () => {
  it('is not handed out again: it would be deleted with that claim', async () => {
    const resource = stateOf(fileSystemId)?.ResourceARN;
    const Tags = [{ Key: 'CSIVolumeName', Value: 'pvc-other' }];
    await fsx.send(new TagResourceCommand({ ResourceARN: resource, Tags }));
    cloud.emulator.journal.clear();
    await expect(create('pvc-1', 10n)).rejects.toMatchObject(
      refusal(FAILED_PRECONDITION, /was created for a claim of its own, and would be deleted with it/),
    );
  });
});
