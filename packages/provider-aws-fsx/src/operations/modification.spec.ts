import type { FileSystem as SdkFileSystem } from '@aws-sdk/client-fsx';
import { isDriverError, type DriverError } from '@lustre-csi/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FsxApi } from '../api/fsx-api.js';
import { updateTowards } from '../plan/modification-request.js';
import { checkModification, readMutableParameters } from '../plan/modification-rules.js';
import { FsxModification } from './modification.js';
import { EmulatedFsx, errorOf, request, still, type Driver } from '../testing/emulated-fsx.js';

let cloud: EmulatedFsx;
let driver: Driver;

beforeEach(async () => {
  cloud = await EmulatedFsx.start();
  driver = await cloud.driver();
});

afterEach(async () => cloud.stop());

const everything = {
  perUnitStorageThroughput: '250',
  metadataConfigurationMode: 'USER_PROVISIONED',
  metadataIops: '12000',
  dataCompressionType: 'LZ4',
  rootSquash: '65534:65534',
  noSquashNids: '10.0.1.[2-5]@tcp',
  logLevel: 'WARN_ERROR',
  logDestination: 'arn:aws:logs:us-west-2:111122223333:log-group:/aws/fsx/lustre',
  automaticBackupRetentionDays: '7',
  dailyAutomaticBackupStartTime: '04:00',
  weeklyMaintenanceStartTime: '3:04:00',
  extraTags: 'team=genomics',
};

const withMetadata = { metadataConfigurationMode: 'AUTOMATIC' };

describe('modification', () => {
  it('changes everything in one update, and nothing a second time', async () => {
    const { id } = await driver.create(request('pvc-1', withMetadata));
    await driver.modify(id, everything);
    await driver.modify(id, everything);
    await (await cloud.driver()).modify(id, everything);
    expect(cloud.calls('UpdateFileSystem')).toBe(1);
    expect(cloud.state.fileSystems[0]).toMatchObject({
      FileSystemTypeVersion: '2.15',
      LustreConfiguration: {
        PerUnitStorageThroughput: 250,
        MetadataConfiguration: { Mode: 'USER_PROVISIONED', Iops: 12000 },
        DataCompressionType: 'LZ4',
        RootSquashConfiguration: { RootSquash: '65534:65534', NoSquashNids: ['10.0.1.[2-5]@tcp'] },
        LogConfiguration: { Level: 'WARN_ERROR' },
        AutomaticBackupRetentionDays: 7,
        DailyAutomaticBackupStartTime: '04:00',
        WeeklyMaintenanceStartTime: '3:04:00',
      },
      Tags: expect.arrayContaining([{ Key: 'team', Value: 'genomics' }]) as unknown,
    });
  });

  it('leaves other settings alone, and needs no call for those that already apply', async () => {
    const { id } = await driver.create(request('pvc-1', { dataCompressionType: 'LZ4' }));
    await driver.modify(id, { dataCompressionType: 'LZ4', perUnitStorageThroughput: '125' });
    await driver.modify(id, {});
    expect(cloud.calls('UpdateFileSystem')).toBe(0);
  });

  it('leaves tags that are there', async () => {
    const { id } = await driver.create(request('pvc-1', { extraTags: 'a=1,b=1' }));
    await driver.modify(id, { extraTags: 'b=2' });
    expect(cloud.state.fileSystems[0]?.Tags).toEqual(
      expect.arrayContaining([
        { Key: 'a', Value: '1' },
        { Key: 'b', Value: '2' },
        { Key: 'CSIVolumeName', Value: 'pvc-1' },
      ]),
    );
    expect(cloud.calls('UpdateFileSystem')).toBe(0);
  });

  it.each<[string, Record<string, string>, Record<string, string>, object]>([
    [
      'throughput, cache and metadata of INTELLIGENT_TIERING',
      { storageType: 'INTELLIGENT_TIERING', throughputCapacity: '4000', deploymentType: 'PERSISTENT_2' },
      {
        throughputCapacity: '8000',
        metadataIops: '12000',
        dataReadCacheSizingMode: 'USER_PROVISIONED',
        dataReadCacheSizeGiB: '128',
      },
      {
        LustreConfiguration: {
          ThroughputCapacity: 8000,
          MetadataConfiguration: { Mode: 'USER_PROVISIONED', Iops: 12000 },
          DataReadCacheConfiguration: { SizingMode: 'USER_PROVISIONED', SizeGiB: 128 },
        },
      },
    ],
    [
      'version and speed of PERSISTENT_2',
      { deploymentType: 'PERSISTENT_2', perUnitStorageThroughput: '500', fileSystemTypeVersion: '2.12' },
      { fileSystemTypeVersion: '2.15', perUnitStorageThroughput: '125', rootSquash: '65534:65534' },
      {
        FileSystemTypeVersion: '2.15',
        LustreConfiguration: {
          PerUnitStorageThroughput: 125,
          RootSquashConfiguration: { RootSquash: '65534:65534' },
        },
      },
    ],
    [
      'what follows the bucket of a linked file system',
      { deploymentType: 'SCRATCH_2', s3ImportPath: 's3://bucket' },
      { autoImportPolicy: 'NEW', dataCompressionType: 'LZ4' },
      {
        LustreConfiguration: {
          DataCompressionType: 'LZ4',
          DataRepositoryConfiguration: { AutoImportPolicy: 'NEW' },
        },
      },
    ],
  ])('changes at once: %s', async (_name, parameters, changed, expected) => {
    const subnetId = 'subnet-0aaaaaaaaaaaaaaa1';
    const { id } = await driver.create({ ...request('pvc-1'), parameters: { subnetId, ...parameters } });
    await driver.modify(id, changed);
    await (await cloud.driver()).modify(id, changed);
    expect(cloud.calls('UpdateFileSystem')).toBe(1);
    expect(cloud.state.fileSystems[0]).toMatchObject(expected);
  });

  it.each<[string, Record<string, string>, Record<string, string>]>([
    ['throughput', { perUnitStorageThroughput: '250' }, { perUnitStorageThroughput: '500' }],
    ['metadata IOPS', { metadataIops: '6000' }, { metadataIops: '12000' }],
  ])('says from when %s may change again', async (_name, first, second) => {
    await cloud.stop();
    cloud = await EmulatedFsx.start({ aws: { coolDownSeconds: 21_600 } });
    driver = await cloud.driver();
    const { id } = await driver.create(request('pvc-1', withMetadata));
    const before = Date.now();
    await driver.modify(id, first);
    const error = (await errorOf(driver.modify(id, second))) as DriverError;
    expect(error.kind).toBe('unavailable');
    const allowed = Date.parse(/allowed from (\S+),/.exec(error.message)?.[1] ?? '');
    expect(allowed).toBeGreaterThanOrEqual(before + 6 * 3_600_000 - 1000);
    expect(allowed).toBeLessThanOrEqual(Date.now() + 6 * 3_600_000);
    expect(error.message).toMatch(/request id/);
    // Nothing else has to wait for it.
    await driver.modify(id, { dataCompressionType: 'LZ4' });
  });

  it('waits for a growth, and then changes', async () => {
    const { id } = await driver.create(request('pvc-1', withMetadata));
    const growing = driver.expand(id, 2400);
    const seen: string[] = [];
    while (seen.length === 0) {
      const [fileSystem] = cloud.state.fileSystems;
      if (fileSystem?.AdministrativeActions) seen.push('growing');
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await driver.modify(id, { metadataIops: '6000' });
    await growing;
    expect(cloud.successes('UpdateFileSystem')).toBe(cloud.calls('UpdateFileSystem'));
    expect(cloud.state.fileSystems[0]).toMatchObject({
      StorageCapacity: 2400,
      LustreConfiguration: { MetadataConfiguration: { Mode: 'USER_PROVISIONED', Iops: 6000 } },
    });
  });

  it('waits for an update to something else, and then turns it back', async () => {
    const { id } = await driver.create(request('pvc-1'));
    const reference = { id, listingScope: 'us-west-2' };
    await driver.provider.modification.step(reference, { dataCompressionType: 'LZ4' }, still());
    await driver.modify(id, { dataCompressionType: 'NONE' });
    expect(cloud.state.fileSystems[0]).toMatchObject({
      LustreConfiguration: { DataCompressionType: 'NONE' },
    });
    expect(cloud.calls('UpdateFileSystem')).toBe(2);
  });

  it('leaves a repetition of the creation what it was', async () => {
    const wanted = request('pvc-1', { perUnitStorageThroughput: '125' });
    const created = await driver.create(wanted);
    await driver.modify(created.id, { perUnitStorageThroughput: '250' });
    expect(await driver.create(wanted)).toEqual(created);
    const other = { ...wanted, parameters: { ...wanted.parameters, subnetId: 'subnet-0aaaaaaaaaaaaaaa2' } };
    expect(isDriverError(await errorOf(driver.create(other)), 'already-exists')).toBe(true);
  });

  it('changes nothing where one of the parameters is wrong', async () => {
    const { id } = await driver.create(request('pvc-1'));
    const error = await errorOf(driver.modify(id, { dataCompressionType: 'LZ4', metadataIops: '6000' }));
    expect(isDriverError(error, 'invalid-argument')).toBe(true);
    expect((error as DriverError).message).toContain('were created with a metadata configuration');
    expect(cloud.calls('UpdateFileSystem')).toBe(0);
    expect(cloud.calls('TagResource')).toBe(1); // That it was handed out.
  });

  it('finds nothing to modify where there is nothing', async () => {
    const error = await errorOf(driver.modify('fs-0123456789abcdef0', { dataCompressionType: 'LZ4' }));
    expect(isDriverError(error, 'not-found')).toBe(true);
  });

  it('makes creations of what a VolumeAttributesClass says', async () => {
    const mutableParameters = {
      perUnitStorageThroughput: '500',
      rootSquash: '99:99',
      logLevel: 'ERROR_ONLY',
    };
    await driver.create(request('pvc-1', {}, { mutableParameters }));
    expect(cloud.state.fileSystems[0]).toMatchObject({
      LustreConfiguration: {
        PerUnitStorageThroughput: 500,
        RootSquashConfiguration: { RootSquash: '99:99' },
        LogConfiguration: { Level: 'ERROR_ONLY' },
      },
    });
  });
});

const p2: SdkFileSystem = {
  FileSystemId: 'fs-0123456789abcdef0',
  FileSystemType: 'LUSTRE',
  Lifecycle: 'AVAILABLE',
  StorageType: 'SSD',
  StorageCapacity: 1200,
  SubnetIds: ['subnet-0aaaaaaaaaaaaaaa1'],
  FileSystemTypeVersion: '2.15',
  LustreConfiguration: {
    DeploymentType: 'PERSISTENT_2',
    PerUnitStorageThroughput: 250,
    MetadataConfiguration: { Mode: 'USER_PROVISIONED', Iops: 6000 },
  },
};
const lustre = (change: NonNullable<SdkFileSystem['LustreConfiguration']>): SdkFileSystem => ({
  ...p2,
  LustreConfiguration: { ...p2.LustreConfiguration, ...change },
});
const tiered: SdkFileSystem = {
  ...lustre({ ThroughputCapacity: 8000, PerUnitStorageThroughput: undefined }),
  StorageType: 'INTELLIGENT_TIERING',
};

describe('readMutableParameters', () => {
  it.each<[Record<string, string>, string]>([
    [{ XXX_FakeKey: 'x' }, 'cannot have the parameter "XXX_FakeKey"; legal: autoImportPolicy, '],
    [{ subnetId: 'subnet-0aaaaaaa' }, 'cannot have the parameter "subnetId"'],
    [{ dataCompressionType: 'ZSTD' }, 'NONE, LZ4'],
    [{ noSquashNids: '10.0.0.1@tcp' }, 'needs "rootSquash"'],
    [{ logDestination: everything.logDestination }, 'needs "logLevel"'],
    [{ dataReadCacheSizeGiB: '64' }, 'needs "dataReadCacheSizingMode"'],
  ])('refuses %o', (given, words) => {
    expect(() => readMutableParameters(given)).toThrow(words);
  });
});

describe('checkModification', () => {
  it.each<[string, SdkFileSystem, Record<string, string>, string]>([
    [
      'a throughput that is not offered',
      p2,
      { perUnitStorageThroughput: '100' },
      'legal with PERSISTENT_2 on SSD: 125',
    ],
    ['throughput with EFA', lustre({ EfaEnabled: true }), { perUnitStorageThroughput: '500' }, 'with EFA'],
    ['fewer metadata IOPS', p2, { metadataIops: '3000' }, 'legal: 6000, which the file system has, or more'],
    ['odd metadata IOPS', p2, { metadataIops: '7000' }, '1500, 3000, 6000, 12000'],
    [
      'IOPS with AUTOMATIC',
      p2,
      { metadataConfigurationMode: 'AUTOMATIC', metadataIops: '6000' },
      'AUTOMATIC',
    ],
    [
      'an older version',
      p2,
      { fileSystemTypeVersion: '2.12' },
      'legal: 2.15, which the file system has, or newer',
    ],
    ['import without a link', p2, { autoImportPolicy: 'NEW' }, 'created with "s3ImportPath"'],
    [
      'a time without backups',
      p2,
      { dailyAutomaticBackupStartTime: '04:00' },
      'automaticBackupRetentionDays',
    ],
    [
      'backups with associations',
      { ...p2, Tags: [{ Key: 'lustre.csi/data-repositories', Value: 'f00' }] },
      { automaticBackupRetentionDays: '3' },
      'linked to S3; legal: 0',
    ],
    [
      'a read cache on SSD',
      p2,
      { dataReadCacheSizingMode: 'NO_CACHE' },
      'only for storageType INTELLIGENT_TIERING',
    ],
    [
      'throughputCapacity on SSD',
      p2,
      { throughputCapacity: '8000' },
      'only for storageType INTELLIGENT_TIERING',
    ],
    [
      'less throughput',
      tiered,
      { throughputCapacity: '4000' },
      'legal: 8000, which the file system has, or more',
    ],
    ['odd throughput', tiered, { throughputCapacity: '9000' }, 'multiples of 4000'],
    [
      'backups of SCRATCH',
      {
        ...lustre({
          DeploymentType: 'SCRATCH_2',
          PerUnitStorageThroughput: undefined,
          MetadataConfiguration: undefined,
        }),
      },
      { automaticBackupRetentionDays: '3' },
      'only for deploymentType PERSISTENT_1 and PERSISTENT_2',
    ],
    [
      'too many tags',
      { ...p2, Tags: Array.from({ length: 47 }, (_, index) => ({ Key: `k${index}`, Value: '' })) },
      { extraTags: 'x=1,y=2' },
      'would have 51 tags',
    ],
  ])('refuses %s', (_name, found, given, words) => {
    expect(() => checkModification(readMutableParameters(given), found)).toThrow(words);
  });

  it.each<[string, SdkFileSystem, Record<string, string>]>([
    ['what is already so', p2, { perUnitStorageThroughput: '250', metadataIops: '6000' }],
    ['less throughput per TiB', p2, { perUnitStorageThroughput: '125' }],
    [
      'a time with backups',
      lustre({ AutomaticBackupRetentionDays: 3 }),
      { dailyAutomaticBackupStartTime: '04:00' },
    ],
    ['more throughput', tiered, { throughputCapacity: '12000' }],
    ['what cannot be judged', { ...p2, StorageType: undefined }, { dataCompressionType: 'LZ4' }],
  ])('accepts %s', (_name, found, given) => {
    expect(() => checkModification(readMutableParameters(given), found)).not.toThrow();
  });
});

describe('updateTowards', () => {
  it.each<[string, Record<string, string>, SdkFileSystem, object]>([
    ['nothing', {}, p2, {}],
    [
      'clients that are exempt stay so',
      { rootSquash: '1:1' },
      lustre({ RootSquashConfiguration: { RootSquash: '2:2', NoSquashNids: ['10.0.0.1@tcp'] } }),
      {
        LustreConfiguration: {
          RootSquashConfiguration: { RootSquash: '1:1', NoSquashNids: ['10.0.0.1@tcp'] },
        },
      },
    ],
    ['no root squash is 0:0', { rootSquash: '0:0' }, p2, {}],
    [
      'the ARN of a log group, as FSx shows it',
      { logLevel: 'WARN_ONLY', logDestination: everything.logDestination },
      lustre({ LogConfiguration: { Level: 'WARN_ONLY', Destination: `${everything.logDestination}:*` } }),
      {},
    ],
    [
      'back to AUTOMATIC',
      { metadataConfigurationMode: 'AUTOMATIC' },
      p2,
      { LustreConfiguration: { MetadataConfiguration: { Mode: 'AUTOMATIC' } } },
    ],
    [
      'a newer version',
      { fileSystemTypeVersion: '2.15' },
      { ...p2, FileSystemTypeVersion: '2.12' },
      { FileSystemTypeVersion: '2.15' },
    ],
    [
      'a cache',
      { dataReadCacheSizingMode: 'USER_PROVISIONED', dataReadCacheSizeGiB: '64' },
      tiered,
      {
        LustreConfiguration: { DataReadCacheConfiguration: { SizingMode: 'USER_PROVISIONED', SizeGiB: 64 } },
      },
    ],
    [
      'the import policy',
      { autoImportPolicy: 'NEW' },
      lustre({ DataRepositoryConfiguration: { ImportPath: 's3://b', AutoImportPolicy: 'NONE' } }),
      { LustreConfiguration: { AutoImportPolicy: 'NEW' } },
    ],
  ])('%s', (_name, given, found, expected) => {
    expect(updateTowards(readMutableParameters(given), found)).toEqual(expected);
  });
});

describe('an update that failed', () => {
  const requested = Date.UTC(2026, 0, 1);
  const failed: SdkFileSystem = {
    ...p2,
    ResourceARN: 'arn:aws:fsx:us-west-2:111122223333:file-system/fs-0123456789abcdef0',
    AdministrativeActions: [
      {
        AdministrativeActionType: 'FILE_SYSTEM_UPDATE',
        RequestTime: new Date(requested),
        Status: 'FAILED',
        FailureDetails: { Message: 'A server did not restart.' },
        TargetFileSystemValues: { LustreConfiguration: { DataCompressionType: 'LZ4' } },
      },
    ],
  };

  const stepAt = async (now: number): Promise<readonly [unknown, number]> => {
    let updates = 0;
    const api = {
      describe: async () => failed,
      tag: async () => {},
      update: async () => {
        updates += 1;
        return failed;
      },
    } as unknown as FsxApi;
    const modification = new FsxModification(api, () => now);
    const error = await errorOf(
      modification.step(
        { id: 'fs-0123456789abcdef0', listingScope: 'x' },
        { dataCompressionType: 'LZ4' },
        still(),
      ),
    );
    return [error, updates];
  };

  it('is reported with its reason, and not requested again at once', async () => {
    const [error, updates] = await stepAt(requested + 60_000);
    expect(isDriverError(error, 'unavailable')).toBe(true);
    expect((error as Error).message).toMatch(
      /A server did not restart.*retried from 2026-01-01T00:10:00.000Z/,
    );
    expect(updates).toBe(0);
  });

  it('is requested again later', async () => {
    expect(await stepAt(requested + 600_000)).toEqual([undefined, 1]);
  });
});

describe('an update that is done and not seen', () => {
  const requested = Date.UTC(2026, 0, 1);
  const reference = { id: 'fs-0123456789abcdef0', listingScope: 'x' };

  /** Takes one step so many seconds after an update to `target`; returns its outcome and the requested updates. */
  const stepAt = async (
    seconds: number,
    wanted: string,
    target = 'LZ4',
  ): Promise<readonly [string, number]> => {
    let updates = 0;
    const shown: SdkFileSystem = {
      ...p2,
      ResourceARN: 'arn:aws:fsx:us-west-2:111122223333:file-system/fs-0123456789abcdef0',
      AdministrativeActions: [
        {
          AdministrativeActionType: 'FILE_SYSTEM_UPDATE',
          RequestTime: new Date(requested),
          Status: 'COMPLETED',
          TargetFileSystemValues: { LustreConfiguration: { DataCompressionType: target as 'LZ4' } },
        },
      ],
    };
    const api = {
      describe: async () => shown,
      tag: async () => {},
      update: async () => {
        updates += 1;
        return shown;
      },
    } as unknown as FsxApi;
    const modification = new FsxModification(api, () => requested + seconds * 1000);
    const step = await modification.step(reference, { dataCompressionType: wanted }, still()).catch(String);
    return [typeof step === 'string' ? step : step.waitingFor, updates];
  };

  it('is waited for at first, then reported, and requested again after a while', async () => {
    expect(await stepAt(59, 'LZ4')).toEqual([
      'the update of DataCompressionType is COMPLETED, and FSx does not show the new values yet',
      0,
    ]);
    const [outcome, updates] = await stepAt(60, 'LZ4');
    expect(outcome).toMatch(/shows other values than were requested.*retried from 2026-01-01T00:10:00.000Z/);
    expect(updates).toBe(0);
    expect((await stepAt(600, 'LZ4'))[1]).toBe(1);
  });

  it('does not keep other updates from being requested', async () => {
    expect((await stepAt(1, 'LZ4', 'NONE'))[1]).toBe(1);
  });
});
