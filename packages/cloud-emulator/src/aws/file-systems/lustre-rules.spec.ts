import { describe, expect, it } from 'vitest';
import { AwsError } from '../protocol/aws-error.js';
import { automaticMetadataIops } from './deployment-rules.js';
import type { CreateFileSystemRequest, LustreConfigurationRequest } from './file-system-shapes.js';
import { planCreation } from './lustre-rules.js';

const request = (
  capacity: number | undefined,
  lustre: LustreConfigurationRequest,
  more: Partial<CreateFileSystemRequest> = {},
): CreateFileSystemRequest => ({
  FileSystemType: 'LUSTRE',
  SubnetIds: ['subnet-0aaaaaaaaaaaaaaa1'],
  StorageCapacity: capacity,
  LustreConfiguration: lustre,
  ...more,
});

const refusalOf = (refused: CreateFileSystemRequest): AwsError => {
  try {
    planCreation(refused);
  } catch (error) {
    if (error instanceof AwsError) return error;
    throw error;
  }
  throw new Error('the request was accepted');
};

const scratch1 = { DeploymentType: 'SCRATCH_1' } as const;
const scratch2 = { DeploymentType: 'SCRATCH_2' } as const;
const persistent1 = { DeploymentType: 'PERSISTENT_1', PerUnitStorageThroughput: 50 } as const;
const persistent2 = { DeploymentType: 'PERSISTENT_2', PerUnitStorageThroughput: 125 } as const;
const hdd12 = {
  DeploymentType: 'PERSISTENT_1',
  PerUnitStorageThroughput: 12,
  DriveCacheType: 'NONE',
} as const;
const hdd40 = { ...hdd12, PerUnitStorageThroughput: 40 } as const;
const hdd = { StorageType: 'HDD' } as const;
const tiering = { StorageType: 'INTELLIGENT_TIERING' } as const;
const elastic = {
  DeploymentType: 'PERSISTENT_2',
  ThroughputCapacity: 4000,
  MetadataConfiguration: { Mode: 'USER_PROVISIONED', Iops: 6000 },
  DataReadCacheConfiguration: { SizingMode: 'NO_CACHE' },
} as const;
const automatic = { ...persistent2, MetadataConfiguration: { Mode: 'AUTOMATIC' } } as const;
const iops = (Iops: number) =>
  ({ ...persistent2, MetadataConfiguration: { Mode: 'USER_PROVISIONED', Iops } }) as const;
const efa = (PerUnitStorageThroughput: number) =>
  ({ DeploymentType: 'PERSISTENT_2', PerUnitStorageThroughput, EfaEnabled: true }) as const;

describe('planCreation accepts', () => {
  it.each<[string, CreateFileSystemRequest, string, number]>([
    ['SCRATCH_1 by default', request(1200, {}), '2.10', 2],
    ['SCRATCH_1 2400', request(2400, scratch1), '2.10', 2],
    ['SCRATCH_1 7200', request(7200, scratch1), '2.10', 3],
    ['SCRATCH_2', request(1200, scratch2), '2.10', 2],
    ['SCRATCH_2 with a version', request(4800, scratch2, { FileSystemTypeVersion: '2.15' }), '2.15', 3],
    ['PERSISTENT_1', request(2400, persistent1), '2.10', 2],
    ['HDD 12', request(12000, hdd12, hdd), '2.10', 3],
    ['HDD 40', request(1800, hdd40, hdd), '2.10', 2],
    ['PERSISTENT_2', request(1200, persistent2), '2.12', 2],
    ['PERSISTENT_2 with metadata', request(2400, automatic), '2.15', 2],
    ['PERSISTENT_2 with many metadata servers', request(2400, iops(36000)), '2.15', 4],
    ['EFA 1000', request(9600, efa(1000)), '2.15', 3],
    ['EFA 125', request(38400, efa(125)), '2.15', 2],
    ['INTELLIGENT_TIERING', request(undefined, { ...elastic, ThroughputCapacity: 8000 }, tiering), '2.15', 3],
    [
      'S3',
      request(1200, { ...scratch2, ImportPath: 's3://bucket', ExportPath: 's3://bucket/out' }),
      '2.10',
      2,
    ],
  ])('%s', (_name, accepted, version, servers) => {
    expect(planCreation(accepted)).toMatchObject({ version, servers });
  });

  it('derives metadata IOPS from the capacity in AUTOMATIC mode', () => {
    const derived = [1200, 2400, 4800, 9600, 12000, 45600, 48000, 72000].map(automaticMetadataIops);
    expect(derived).toEqual([1500, 3000, 6000, 6000, 12000, 12000, 24000, 36000]);
    expect(planCreation(request(2400, automatic)).metadata).toEqual({ Mode: 'AUTOMATIC', Iops: 3000 });
  });
});

describe('planCreation refuses with BadRequest', () => {
  it.each<[string, CreateFileSystemRequest, RegExp]>([
    [
      'no capacity',
      request(undefined, scratch2),
      /^1 validation error detected: Value null at 'storageCapacity'/,
    ],
    [
      'SCRATCH_1 4800',
      request(4800, scratch1),
      /^Invalid Lustre FS storage capacity: 4800\. Must be 1200, 2400 or a multiple of 3600\. $/,
    ],
    [
      'SCRATCH_2 3600',
      request(3600, scratch2),
      /^Invalid Lustre FS storage capacity: 3600\. Must be 1200 or a multiple of 2400\. $/,
    ],
    ['capacity 0', request(0, scratch2), /storage capacity: 0/],
    ['HDD 12 of 1800', request(1800, hdd12, hdd), /Must be a multiple of 6000\. $/],
    ['HDD 40 of 6000', request(6000, hdd40, hdd), /Must be a multiple of 1800\. $/],
    ['EFA 125 of 2400', request(2400, efa(125)), /Must be a multiple of 38400\. $/],
    ['EFA 500 of 4800', request(4800, efa(500)), /Must be a multiple of 9600\. $/],
    [
      'HDD without drive cache',
      request(6000, { ...hdd12, DriveCacheType: undefined }, hdd),
      /DriveCacheType/,
    ],
    ['SSD with drive cache', request(1200, { ...persistent1, DriveCacheType: 'READ' }), /DriveCacheType/],
    [
      'HDD scratch',
      request(6000, scratch2, hdd),
      /StorageType HDD is not supported for DeploymentType SCRATCH_2/,
    ],
    ['HDD PERSISTENT_2', request(6000, persistent2, hdd), /StorageType HDD/],
    [
      'no throughput',
      request(1200, { DeploymentType: 'PERSISTENT_2' }),
      /PerUnitStorageThroughput is required/,
    ],
    [
      'a throughput of the other generation',
      request(1200, { ...persistent2, PerUnitStorageThroughput: 50 }),
      /the provided throughput is invalid or does not meet/,
    ],
    ['PERSISTENT_2 2.10', request(1200, persistent2, { FileSystemTypeVersion: '2.10' }), /TypeVersion 2\.10/],
    ['metadata on 2.12', request(1200, automatic, { FileSystemTypeVersion: '2.12' }), /TypeVersion 2\.12/],
    ['EFA on 2.12', request(38400, efa(125), { FileSystemTypeVersion: '2.12' }), /TypeVersion 2\.12/],
    ['scratch with a key', request(1200, scratch2, { KmsKeyId: 'k' }), /KmsKeyId/],
    [
      'scratch with backups',
      request(1200, { ...scratch2, AutomaticBackupRetentionDays: 1 }),
      /RetentionDays/,
    ],
    [
      'a backup time without backups',
      request(1200, { ...persistent1, DailyAutomaticBackupStartTime: '01:00' }),
      /Daily/,
    ],
    [
      'metadata on PERSISTENT_1',
      request(1200, { ...persistent1, MetadataConfiguration: { Mode: 'AUTOMATIC' } }),
      /Metadata/,
    ],
    ['EFA on SCRATCH_2', request(1200, { ...scratch2, EfaEnabled: true }), /EfaEnabled/],
    [
      'AUTOMATIC with Iops',
      request(1200, { ...persistent2, MetadataConfiguration: { Mode: 'AUTOMATIC', Iops: 1500 } }),
      /AUTOMATIC/,
    ],
    ['odd Iops', request(1200, iops(13000)), /Iops/],
    ['tiering with capacity', request(1200, elastic, tiering), /StorageCapacity can not be specified/],
    [
      'tiering with odd throughput',
      request(undefined, { ...elastic, ThroughputCapacity: 5000 }, tiering),
      /4000/,
    ],
    [
      'tiering with AUTOMATIC metadata',
      request(undefined, { ...elastic, MetadataConfiguration: { Mode: 'AUTOMATIC' } }, tiering),
      /USER_PROVISIONED/,
    ],
    [
      'tiering without cache',
      request(undefined, { ...elastic, DataReadCacheConfiguration: undefined }, tiering),
      /DataReadCache/,
    ],
    [
      'tiering with a small cache',
      request(
        undefined,
        { ...elastic, DataReadCacheConfiguration: { SizingMode: 'USER_PROVISIONED', SizeGiB: 31 } },
        tiering,
      ),
      /SizeGiB must be between 32 and 131072/,
    ],
    [
      'throughput capacity on SSD',
      request(1200, { ...persistent2, ThroughputCapacity: 4000 }),
      /ThroughputCapacity/,
    ],
    ['two subnets', request(1200, scratch2, { SubnetIds: ['subnet-1', 'subnet-2'] }), /Exactly one subnet/],
    ['no subnet', request(1200, scratch2, { SubnetIds: [] }), /Exactly one subnet/],
    ['export without import', request(1200, { ...scratch2, ExportPath: 's3://b/x' }), /ExportPath requires/],
    ['S3 on PERSISTENT_2', request(1200, { ...persistent2, ImportPath: 's3://bucket' }), /PERSISTENT_2/],
    [
      'S3 with backups',
      request(1200, { ...persistent1, ImportPath: 's3://bucket', AutomaticBackupRetentionDays: 7 }),
      /Backups are not supported/,
    ],
    [
      'root squash out of range',
      request(1200, { ...scratch2, RootSquashConfiguration: { RootSquash: '4294967295:0' } }),
      /RootSquash/,
    ],
    ['another type', request(1200, scratch2, { FileSystemType: 'ONTAP' }), /only LUSTRE/],
  ])('%s', (_name, refused, message) => {
    const error = refusalOf(refused);
    expect(error.code).toBe('BadRequest');
    expect(error.message).toMatch(message);
  });
});

describe('planCreation refuses with an error of its own', () => {
  it.each<[string, CreateFileSystemRequest, string, Record<string, string>]>([
    [
      'a throughput on scratch',
      request(1200, { ...scratch2, PerUnitStorageThroughput: 125 }),
      'IncompatibleParameterError',
      { Parameter: 'PerUnitStorageThroughput' },
    ],
    [
      'a throughput that no generation has',
      request(1200, { ...persistent2, PerUnitStorageThroughput: 130 }),
      'InvalidPerUnitStorageThroughput',
      {},
    ],
    [
      'an import path elsewhere',
      request(1200, { ...scratch2, ImportPath: '/data' }),
      'InvalidImportPath',
      {},
    ],
    [
      'an export to another bucket',
      request(1200, { ...scratch2, ImportPath: 's3://one', ExportPath: 's3://two' }),
      'InvalidExportPath',
      {},
    ],
  ])('%s', (_name, refused, code, members) => {
    expect(refusalOf(refused)).toMatchObject({ code, members });
  });
});
