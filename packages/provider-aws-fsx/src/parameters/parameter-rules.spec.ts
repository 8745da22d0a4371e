import { isDriverError } from '@lustre-csi/core';
import { describe, expect, it } from 'vitest';
import { checkSettings } from './parameter-rules.js';
import { readParameters } from './parameters.js';
import { resolveSettings } from './settings.js';
import { thrownBy } from '../testing/thrown-by.js';

const subnetId = 'subnet-0aaaaaaaaaaaaaaa1';
type Given = Record<string, string>;

const check = (given: Given): void =>
  checkSettings(resolveSettings(readParameters({ subnetId, ...given })).settings);

const persistent2 = { deploymentType: 'PERSISTENT_2', perUnitStorageThroughput: '250' };
const hdd = { deploymentType: 'PERSISTENT_1', storageType: 'HDD', perUnitStorageThroughput: '12' };
const tiered = { storageType: 'INTELLIGENT_TIERING', throughputCapacity: '8000' };

describe('checkSettings accepts', () => {
  it.each<[string, Given]>([
    ['no more than a subnet', {}],
    ['SCRATCH_1 on request', { deploymentType: 'SCRATCH_1', fileSystemTypeVersion: '2.12' }],
    [
      'SCRATCH_2 with S3',
      { deploymentType: 'SCRATCH_2', s3ImportPath: 's3://bucket/a', s3ExportPath: 's3://bucket/b' },
    ],
    ['S3 with auto import', { s3ImportPath: 's3://bucket', autoImportPolicy: 'NEW_CHANGED_DELETED' }],
    [
      'PERSISTENT_1 SSD',
      { deploymentType: 'PERSISTENT_1', perUnitStorageThroughput: '50', kmsKeyId: 'alias/mine' },
    ],
    ['PERSISTENT_1 HDD', { ...hdd, driveCacheType: 'NONE' }],
    ['PERSISTENT_2', { ...persistent2, fileSystemTypeVersion: '2.12' }],
    [
      'PERSISTENT_2 at 1000',
      { ...persistent2, perUnitStorageThroughput: '1000', fileSystemTypeVersion: '2.15' },
    ],
    [
      'backups',
      { ...persistent2, automaticBackupRetentionDays: '7', dailyAutomaticBackupStartTime: '05:00' },
    ],
    ['no backups on SCRATCH', { deploymentType: 'SCRATCH_2', automaticBackupRetentionDays: '0' }],
    ['automatic metadata', { ...persistent2, metadataConfigurationMode: 'AUTOMATIC' }],
    ['6000 IOPS', { ...persistent2, metadataConfigurationMode: 'USER_PROVISIONED', metadataIops: '6000' }],
    [
      '192000 IOPS',
      { ...persistent2, metadataConfigurationMode: 'USER_PROVISIONED', metadataIops: '192000' },
    ],
    ['IOPS without a mode, which have no effect', { ...persistent2, metadataIops: '5000' }],
    ['EFA', { ...persistent2, efaEnabled: 'true' }],
    ['EFA switched off anywhere', { deploymentType: 'SCRATCH_2', efaEnabled: 'false' }],
    ['INTELLIGENT_TIERING with its defaults', tiered],
    ['INTELLIGENT_TIERING without a cache', { ...tiered, dataReadCacheSizingMode: 'NO_CACHE' }],
    [
      'the smallest cache',
      { ...tiered, dataReadCacheSizingMode: 'USER_PROVISIONED', dataReadCacheSizeGiB: '64' },
    ],
    [
      'the largest cache',
      { ...tiered, dataReadCacheSizingMode: 'USER_PROVISIONED', dataReadCacheSizeGiB: '262144' },
    ],
    ['INTELLIGENT_TIERING with EFA', { ...tiered, efaEnabled: 'true', metadataIops: '12000' }],
  ])('%s', (_name, given) => {
    expect(() => check(given)).not.toThrow();
  });
});

describe('checkSettings refuses, naming the parameter and what is legal', () => {
  it.each<[string, Given, string]>([
    [
      'HDD on PERSISTENT_2',
      { ...persistent2, storageType: 'HDD' },
      'legal: SCRATCH_1 on SSD, SCRATCH_2 on SSD',
    ],
    ['HDD by default', { storageType: 'HDD' }, 'FSx has no SCRATCH_1 on HDD'],
    ['tiering on SCRATCH_2', { ...tiered, deploymentType: 'SCRATCH_2' }, 'SCRATCH_2 on INTELLIGENT_TIERING'],
    ['throughput on SCRATCH_2', { deploymentType: 'SCRATCH_2', perUnitStorageThroughput: '50' }, 'remove it'],
    [
      'throughput by default',
      { perUnitStorageThroughput: '50' },
      '"perUnitStorageThroughput" cannot be given with SCRATCH_1',
    ],
    [
      'throughput with tiering',
      { ...tiered, perUnitStorageThroughput: '125' },
      'PERSISTENT_2 on INTELLIGENT_TIERING',
    ],
    [
      'no throughput',
      { deploymentType: 'PERSISTENT_1' },
      '"perUnitStorageThroughput" is missing; legal with PERSISTENT_1 on SSD: 50, 100, 200',
    ],
    [
      'P2 throughput on P1',
      { deploymentType: 'PERSISTENT_1', perUnitStorageThroughput: '125' },
      'is 125; legal with PERSISTENT_1 on SSD: 50, 100, 200',
    ],
    [
      'P1 throughput on P2',
      { ...persistent2, perUnitStorageThroughput: '200' },
      'legal with PERSISTENT_2 on SSD: 125, 250, 500, 1000',
    ],
    [
      'SSD throughput on HDD',
      { ...hdd, driveCacheType: 'READ', perUnitStorageThroughput: '50' },
      'legal with PERSISTENT_1 on HDD: 12, 40',
    ],
    [
      'HDD without drive cache',
      hdd,
      '"driveCacheType" is missing, storageType HDD needs it; legal: NONE, READ',
    ],
    [
      'drive cache on SSD',
      { ...persistent2, driveCacheType: 'READ' },
      '"driveCacheType" is only for storageType HDD',
    ],
    [
      '2.10 on PERSISTENT_2',
      { ...persistent2, fileSystemTypeVersion: '2.10' },
      'legal for PERSISTENT_2 on SSD: 2.12, 2.15',
    ],
    [
      '2.12 with metadata',
      { ...persistent2, fileSystemTypeVersion: '2.12', metadataConfigurationMode: 'AUTOMATIC' },
      'with a metadata configuration or EFA: 2.15',
    ],
    ['2.12 with EFA', { ...persistent2, fileSystemTypeVersion: '2.12', efaEnabled: 'true' }, ': 2.15'],
    ['2.12 with tiering', { ...tiered, fileSystemTypeVersion: '2.12' }, ': 2.15'],
    [
      'KMS on SCRATCH',
      { deploymentType: 'SCRATCH_2', kmsKeyId: 'k' },
      '"kmsKeyId" is only for deploymentType PERSISTENT_1 and PERSISTENT_2',
    ],
    [
      'backups on SCRATCH',
      { automaticBackupRetentionDays: '1' },
      '"automaticBackupRetentionDays" is only for deploymentType PERSISTENT',
    ],
    [
      'EFA on PERSISTENT_1',
      { deploymentType: 'PERSISTENT_1', perUnitStorageThroughput: '50', efaEnabled: '1' },
      '"efaEnabled" is only for deploymentType PERSISTENT_2',
    ],
    [
      'metadata on SCRATCH',
      { metadataConfigurationMode: 'AUTOMATIC' },
      '"metadataConfigurationMode" is only for deploymentType PERSISTENT_2',
    ],
    [
      'IOPS with AUTOMATIC',
      { ...persistent2, metadataConfigurationMode: 'AUTOMATIC', metadataIops: '1500' },
      '"metadataIops" cannot be given with metadataConfigurationMode AUTOMATIC',
    ],
    [
      'no IOPS',
      { ...persistent2, metadataConfigurationMode: 'USER_PROVISIONED' },
      '"metadataIops" is missing; legal: 1500, 3000, 6000, 12000 and multiples of 12000 up to 192000',
    ],
    [
      'odd IOPS',
      { ...persistent2, metadataConfigurationMode: 'USER_PROVISIONED', metadataIops: '9000' },
      '"metadataIops" is 9000',
    ],
    [
      'IOPS of SSD with tiering',
      { ...tiered, metadataIops: '1500' },
      'legal: 6000, 12000 with INTELLIGENT_TIERING',
    ],
    [
      'AUTOMATIC with tiering',
      { ...tiered, metadataConfigurationMode: 'AUTOMATIC' },
      'legal with INTELLIGENT_TIERING: USER_PROVISIONED',
    ],
    [
      'tiering without throughput',
      { storageType: 'INTELLIGENT_TIERING' },
      '"throughputCapacity" is missing; legal with INTELLIGENT_TIERING: multiples of 4000',
    ],
    ['odd throughput of tiering', { ...tiered, throughputCapacity: '6000' }, '"throughputCapacity" is 6000'],
    [
      'throughput capacity on SSD',
      { ...persistent2, throughputCapacity: '4000' },
      '"throughputCapacity" is only for storageType INTELLIGENT_TIERING',
    ],
    [
      'read cache on SSD',
      { ...persistent2, dataReadCacheSizingMode: 'NO_CACHE' },
      '"dataReadCacheSizingMode" is only for storageType INTELLIGENT_TIERING',
    ],
    [
      'cache size with proportional cache',
      { ...tiered, dataReadCacheSizeGiB: '64' },
      'with dataReadCacheSizingMode PROPORTIONAL_TO_THROUGHPUT_CAPACITY',
    ],
    [
      'no cache size',
      { ...tiered, dataReadCacheSizingMode: 'USER_PROVISIONED' },
      '"dataReadCacheSizeGiB" is missing; legal with throughputCapacity 8000: 64 to 262144',
    ],
    [
      'too small a cache',
      { ...tiered, dataReadCacheSizingMode: 'USER_PROVISIONED', dataReadCacheSizeGiB: '63' },
      'is 63; legal',
    ],
    ['export without import', { s3ExportPath: 's3://bucket/x' }, '"s3ExportPath" needs "s3ImportPath"'],
    ['a chunk size without import', { importedFileChunkSize: '2048' }, '"importedFileChunkSize" needs'],
    ['auto import without import', { autoImportPolicy: 'NEW' }, '"autoImportPolicy" needs "s3ImportPath"'],
    [
      'export to another bucket',
      { s3ImportPath: 's3://bucket', s3ExportPath: 's3://other' },
      'a path in the bucket of "s3ImportPath", s3://bucket',
    ],
    [
      'S3 link on PERSISTENT_2',
      { ...persistent2, s3ImportPath: 's3://bucket' },
      'data repository associations',
    ],
    [
      'S3 link with backups',
      {
        deploymentType: 'PERSISTENT_1',
        perUnitStorageThroughput: '50',
        s3ImportPath: 's3://bucket',
        automaticBackupRetentionDays: '1',
      },
      'FSx makes no backups of file systems that are linked to S3',
    ],
    [
      'S3 link with tags for backups',
      { s3ImportPath: 's3://bucket', copyTagsToBackups: 'true' },
      '"copyTagsToBackups" cannot be given with "s3ImportPath"',
    ],
    [
      '51 security groups',
      { securityGroupIds: Array.from({ length: 51 }, () => 'sg-0aaaaaaaaaaaaaaa1').join(',') },
      'names 51 groups; legal: at most 50',
    ],
    ['no subnet', { subnetId: '' }, '"subnetId" is missing'],
  ])('%s', (_name, given, words) => {
    const thrown = thrownBy(() => check(given));
    expect(isDriverError(thrown, 'invalid-argument')).toBe(true);
    expect((thrown as Error).message).toContain(words);
  });
});
