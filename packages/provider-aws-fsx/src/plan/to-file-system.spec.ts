import type { FileSystem as SdkFileSystem, FileSystemLifecycle } from '@aws-sdk/client-fsx';
import { Capacity, formatMountSource, type FileSystemState } from '@lustre-csi/core';
import { describe, expect, it } from 'vitest';
import { requestedAttributes } from '../parameters/attributes.js';
import { toFileSystem } from './to-file-system.js';

const view = { region: 'us-west-2', clusterId: '' };

/** Attributes of every file system that is neither restored nor linked to S3. */
const unlinked = { dataRepositoryAssociations: 'none', snapshot: 'none' };

/** A PERSISTENT_1 file system of aws-fsx-csi-driver in DescribeFileSystems. */
const persistent1: SdkFileSystem = {
  OwnerId: '111122223333',
  CreationTime: new Date(1674779947081),
  FileSystemId: 'fs-0e0c30b4b41a1fd69',
  FileSystemType: 'LUSTRE',
  Lifecycle: 'AVAILABLE',
  StorageCapacity: 1200,
  StorageType: 'SSD',
  VpcId: 'vpc-082cdb39557448e34',
  SubnetIds: ['subnet-056f1df3b03528a08'],
  NetworkInterfaceIds: ['eni-0df279d29b3e25375', 'eni-0f7e8433d4ffb54b5'],
  DNSName: 'fs-0e0c30b4b41a1fd69.fsx.us-west-2.amazonaws.com',
  KmsKeyId: 'arn:aws:kms:us-west-2:111122223333:key/1111abcd-2222-3333-4444-55556666eeff',
  ResourceARN: 'arn:aws:fsx:us-west-2:111122223333:file-system/fs-0e0c30b4b41a1fd69',
  Tags: [{ Key: 'CSIVolumeName', Value: 'pvc-6d46913b-3263-4ad8-8831-73e47e7d3c43' }],
  LustreConfiguration: {
    WeeklyMaintenanceStartTime: '7:09:00',
    DeploymentType: 'PERSISTENT_1',
    PerUnitStorageThroughput: 200,
    MountName: 'fsx12345',
    DailyAutomaticBackupStartTime: '00:00',
    AutomaticBackupRetentionDays: 0,
    CopyTagsToBackups: false,
    DataCompressionType: 'NONE',
    LogConfiguration: { Level: 'DISABLED' },
  },
  FileSystemTypeVersion: '2.12',
};

const tagged = (...tags: readonly (readonly [string, string])[]): SdkFileSystem => ({
  ...persistent1,
  Tags: tags.map(([Key, Value]) => ({ Key, Value })),
});

describe('toFileSystem', () => {
  it('reads what aws-fsx-csi-driver created', () => {
    const { mountSource, ...fileSystem } = toFileSystem(persistent1, view) ?? {};
    expect(fileSystem).toEqual({
      id: 'fs-0e0c30b4b41a1fd69',
      listingScope: 'us-west-2',
      volumeName: 'pvc-6d46913b-3263-4ad8-8831-73e47e7d3c43',
      madeByDriver: true,
      state: 'available',
      cloudState: 'AVAILABLE',
      capacity: Capacity.gibibytes(1200),
      createdAt: new Date(1674779947081),
      attempt: 1,
      attributes: {
        storageType: 'SSD',
        deploymentType: 'PERSISTENT_1',
        perUnitStorageThroughput: '200',
        subnetId: 'subnet-056f1df3b03528a08',
        fileSystemTypeVersion: '2.12',
        dataCompressionType: 'NONE',
        kmsKeyId: 'arn:aws:kms:us-west-2:111122223333:key/1111abcd-2222-3333-4444-55556666eeff',
        ...unlinked,
      },
      arn: 'arn:aws:fsx:us-west-2:111122223333:file-system/fs-0e0c30b4b41a1fd69',
      tagKeys: ['CSIVolumeName'],
      hasAttempt: false,
      handedOut: false,
      kind: {
        deploymentType: 'PERSISTENT_1',
        storageType: 'SSD',
        perUnitStorageThroughput: 200,
        efaEnabled: false,
      },
      networkInterfaceIds: ['eni-0df279d29b3e25375', 'eni-0f7e8433d4ffb54b5'],
    });
    expect(mountSource && formatMountSource(mountSource)).toBe(
      'fs-0e0c30b4b41a1fd69.fsx.us-west-2.amazonaws.com@tcp:/fsx12345',
    );
  });

  it.each<[string | undefined, FileSystemState]>([
    ['CREATING', 'creating'],
    ['AVAILABLE', 'available'],
    ['UPDATING', 'updating'],
    ['MISCONFIGURED', 'impaired'],
    ['MISCONFIGURED_UNAVAILABLE', 'impaired'],
    ['FAILED', 'impaired'],
    ['DELETING', 'deleting'],
    ['REHYDRATING', 'creating'],
    ['constructor', 'creating'],
    [undefined, 'creating'],
  ])('Lifecycle %s is %s', (lifecycle, state) => {
    const found = { ...persistent1, Lifecycle: lifecycle as FileSystemLifecycle | undefined };
    expect(toFileSystem(found, view)).toMatchObject({ state, cloudState: lifecycle ?? 'unknown' });
  });

  it.each<[string, readonly (readonly [string, string])[], FileSystemState]>([
    ['an attempt of ours', [['lustre.csi/attempt', '1']], 'failed'],
    [
      'one that was handed out',
      [
        ['lustre.csi/attempt', '1'],
        ['lustre.csi/handed-out', 'true'],
      ],
      'impaired',
    ],
    [
      'one in which directories are volumes',
      [
        ['lustre.csi/attempt', '1'],
        ['lustre.csi/directories/1', '/volumes'],
      ],
      'impaired',
    ],
    ['one that this driver did not create', [['CSIVolumeName', 'pvc-1']], 'impaired'],
    ['one without tags', [], 'impaired'],
  ])('reads FAILED as a failed creation only for %s', (_name, tags, state) => {
    const found = { ...tagged(...tags), Lifecycle: 'FAILED' } as const;
    expect(toFileSystem(found, view)?.state).toBe(state);
  });

  it('does not compare what may have been changed in place', () => {
    const { attributes } = toFileSystem(tagged(['lustre.csi/modified', 'true']), view) ?? {};
    expect(attributes).toEqual({
      storageType: 'SSD',
      deploymentType: 'PERSISTENT_1',
      subnetId: 'subnet-056f1df3b03528a08',
      kmsKeyId: 'arn:aws:kms:us-west-2:111122223333:key/1111abcd-2222-3333-4444-55556666eeff',
      ...unlinked,
    });
  });

  it('remembers the requested final backup, and its source snapshot', () => {
    const found = tagged(
      ['lustre.csi/final-backup', 'true'],
      ['lustre.csi/final-backup-tag/team', 'a=b'],
      ['lustre.csi/snapshot', 'backup-0123456789abcdef0'],
      ['lustre.csi/data-repositories', 'f00'],
    );
    expect(toFileSystem(found, view)).toMatchObject({
      finalBackup: { team: 'a=b' },
      attributes: { snapshot: 'backup-0123456789abcdef0', dataRepositoryAssociations: 'f00' },
    });
  });

  it('keeps the words of FSx about a failure', () => {
    const found = {
      ...persistent1,
      Lifecycle: 'FAILED',
      FailureDetails: { Message: 'No capacity.' },
    } as const;
    expect(toFileSystem(found, view)?.stateDetail).toBe('No capacity.');
  });

  it.each<[string, SdkFileSystem]>([
    ['another type, though tagged', { ...persistent1, FileSystemType: 'WINDOWS' }],
    ['no id', { ...persistent1, FileSystemId: undefined }],
    ['nothing', {}],
  ])('leaves out %s', (_name, found) => {
    expect(toFileSystem(found, view)).toBeUndefined();
  });

  it.each<[string, SdkFileSystem, number]>([
    ['no more than an id', { FileSystemId: 'fs-01234567', FileSystemType: 'LUSTRE' }, 0],
    [
      'odd values',
      {
        ...persistent1,
        StorageCapacity: 1.5,
        CreationTime: new Date(Number.NaN),
        FailureDetails: {},
        SubnetIds: [],
        Tags: [{ Key: undefined, Value: 'x' }],
        LustreConfiguration: { MountName: 'not a name' },
      },
      0,
    ],
  ])('reads %s without throwing', (_name, found, bytes) => {
    const fileSystem = toFileSystem(found, view);
    expect(fileSystem?.capacity.bytes).toBe(BigInt(bytes));
    expect(fileSystem).not.toHaveProperty('mountSource');
    expect(fileSystem).not.toHaveProperty('createdAt');
    expect(fileSystem).not.toHaveProperty('volumeName');
  });

  it.each([
    ['3', 3],
    ['0', 1],
    ['-1', 1],
    ['many', 1],
    ['99999999999999', 1],
  ])('attempt tag %s is attempt %i', (value, attempt) => {
    expect(toFileSystem(tagged(['lustre.csi/attempt', value]), view)?.attempt).toBe(attempt);
  });

  it.each<[string, string, string | undefined, string | undefined]>([
    ['a cluster, and the driver has no id', '', 'blue', undefined],
    ['no cluster, and the driver has no id', '', undefined, 'pvc-1'],
    ['our cluster', 'blue', 'blue', 'pvc-1'],
    ['another cluster', 'blue', 'green', undefined],
    ['of aws-fsx-csi-driver, which tags no cluster', 'blue', undefined, 'pvc-1'],
  ])('whose it is: %s', (_name, clusterId, tag, volumeName) => {
    const cluster = tag === undefined ? [] : [['lustre.csi/cluster', tag] as const];
    const found = tagged(['CSIVolumeName', 'pvc-1'], ...cluster);
    expect(toFileSystem(found, { ...view, clusterId })?.volumeName).toBe(volumeName);
    expect(toFileSystem(found, { ...view, clusterId })?.madeByDriver).toBe(true);
  });

  it.each<[string, readonly (readonly [string, string])[]]>([
    ['no tags', []],
    ['foreign tags', [['Name', 'scratch']]],
    ['an empty volume name', [['CSIVolumeName', '']]],
    ['a cluster alone', [['lustre.csi/cluster', 'blue']]],
  ])('is of no driver: %s', (_, tags) => {
    const found = toFileSystem(tagged(...tags), view);
    expect(found).toBeDefined();
    expect(found).not.toHaveProperty('madeByDriver');
  });

  it('takes the size of INTELLIGENT_TIERING from its tag, and only there', () => {
    const tags = [['lustre.csi/requested-bytes', '1234567890123']] as const;
    const tiered: SdkFileSystem = {
      ...tagged(...tags),
      StorageType: 'INTELLIGENT_TIERING',
      StorageCapacity: undefined,
    };
    expect(toFileSystem(tiered, view)?.capacity).toEqual(Capacity.bytes(1234567890123n));
    expect(toFileSystem({ ...tiered, StorageCapacity: 4 }, view)?.capacity).toEqual(
      Capacity.bytes(1234567890123n),
    );
    expect(toFileSystem({ ...tiered, Tags: [] }, view)?.capacity).toEqual(Capacity.zero);
    expect(toFileSystem(tagged(...tags), view)?.capacity).toEqual(Capacity.gibibytes(1200));
  });

  it('shows the same attributes that a plan requests', () => {
    const found: SdkFileSystem = {
      ...persistent1,
      StorageType: 'INTELLIGENT_TIERING',
      LustreConfiguration: {
        DeploymentType: 'PERSISTENT_2',
        EfaEnabled: true,
        DriveCacheType: 'NONE',
        ThroughputCapacity: 8000,
        MetadataConfiguration: { Mode: 'USER_PROVISIONED', Iops: 6000 },
        DataReadCacheConfiguration: { SizingMode: 'USER_PROVISIONED', SizeGiB: 64 },
        DataRepositoryConfiguration: { ImportPath: 's3://bucket/in/', ExportPath: 's3://bucket/out' },
      },
    };
    const asked = requestedAttributes({
      subnetId: 'subnet-056f1df3b03528a08',
      storageType: 'INTELLIGENT_TIERING',
      deploymentType: 'PERSISTENT_2',
      fileSystemTypeVersion: '2.12',
      kmsKeyId: 'arn:aws:kms:us-west-2:111122223333:key/1111abcd-2222-3333-4444-55556666eeff',
      efaEnabled: true,
      driveCacheType: 'NONE',
      throughputCapacity: 8000,
      metadataConfigurationMode: 'USER_PROVISIONED',
      metadataIops: 6000,
      dataReadCacheSizingMode: 'USER_PROVISIONED',
      dataReadCacheSizeGiB: 64,
      s3ImportPath: 's3://bucket/in',
      s3ExportPath: 's3://bucket/out/',
    });
    expect(toFileSystem(found, view)?.attributes).toEqual(asked);
  });
});

describe('requestedAttributes', () => {
  it('asks only for what was given, and not for what FSx does not show', () => {
    expect(requestedAttributes({ securityGroupIds: ['sg-0aaaaaaa'], extraTags: { a: 'b' } })).toEqual(
      unlinked,
    );
  });

  it.each([
    'alias/mine',
    '1111abcd-2222-3333-4444-55556666eeff',
    'arn:aws:kms:us-west-2:111122223333:alias/mine',
  ])('does not compare a key by the name %s, since FSx shows its ARN', (kmsKeyId) => {
    expect(requestedAttributes({ kmsKeyId })).toEqual(unlinked);
  });
});
