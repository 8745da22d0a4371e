// StorageClasses that users of aws-fsx-csi-driver have, by the parameters of its published examples and of articles about
// it: each makes the file system that it always made, unchanged.
import { Capacity } from '@lustre-csi/core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { EmulatedFsx, request, type Driver } from '../testing/emulated-fsx.js';

interface Published {
  readonly what: string;
  /** Beside subnetId. */
  readonly parameters: Record<string, string>;
  /** GiB that the claim requests. */
  readonly claimed: number;
  /** GiB that FSx creates. */
  readonly size: number;
  readonly lustre: object;
  readonly version: string;
}

const groups = { securityGroupIds: 'sg-0aaaaaaaaaaaaaaa1' };

const published: readonly Published[] = [
  {
    what: 'no more than a subnet and a group',
    parameters: groups,
    claimed: 1200,
    size: 1200,
    lustre: { DeploymentType: 'SCRATCH_1' },
    version: '2.10',
  },
  {
    what: 'the claim of 3600 GiB of the first article',
    parameters: groups,
    claimed: 3600,
    size: 3600,
    lustre: { DeploymentType: 'SCRATCH_1' },
    version: '2.10',
  },
  {
    what: 'a small claim, rounded up',
    parameters: groups,
    claimed: 5,
    size: 1200,
    lustre: { DeploymentType: 'SCRATCH_1' },
    version: '2.10',
  },
  {
    what: 'groups with a blank between them',
    parameters: { securityGroupIds: 'sg-0aaaaaaaaaaaaaaa1, sg-0aaaaaaaaaaaaaaa1' },
    claimed: 1200,
    size: 1200,
    lustre: { DeploymentType: 'SCRATCH_1' },
    version: '2.10',
  },
  {
    what: 'an S3 repository',
    parameters: { ...groups, s3ImportPath: 's3://training-data', s3ExportPath: 's3://training-data/export' },
    claimed: 1200,
    size: 1200,
    lustre: {
      DeploymentType: 'SCRATCH_1',
      DataRepositoryConfiguration: {
        ImportPath: 's3://training-data',
        ExportPath: 's3://training-data/export',
      },
    },
    version: '2.10',
  },
  {
    what: 'an S3 repository whose files are striped in larger parts',
    parameters: { ...groups, s3ImportPath: 's3://training-data', importedFileChunkSize: '2048' },
    claimed: 1200,
    size: 1200,
    lustre: { DeploymentType: 'SCRATCH_1', DataRepositoryConfiguration: { ImportedFileChunkSize: 2048 } },
    version: '2.10',
  },
  {
    what: 'an S3 repository that is followed',
    parameters: {
      ...groups,
      deploymentType: 'SCRATCH_2',
      autoImportPolicy: 'NEW_CHANGED_DELETED',
      s3ImportPath: 's3://training-data',
      s3ExportPath: 's3://training-data',
    },
    claimed: 2400,
    size: 2400,
    lustre: {
      DeploymentType: 'SCRATCH_2',
      DataRepositoryConfiguration: { AutoImportPolicy: 'NEW_CHANGED_DELETED' },
    },
    version: '2.10',
  },
  {
    what: 'everything that PERSISTENT_1 has',
    parameters: {
      ...groups,
      deploymentType: 'PERSISTENT_1',
      automaticBackupRetentionDays: '1',
      dailyAutomaticBackupStartTime: '00:00',
      copyTagsToBackups: 'true',
      perUnitStorageThroughput: '200',
      dataCompressionType: 'NONE',
      weeklyMaintenanceStartTime: '7:09:00',
      fileSystemTypeVersion: '2.12',
      extraTags: 'Tag1=Value1,Tag2=Value2',
    },
    claimed: 1200,
    size: 1200,
    lustre: {
      DeploymentType: 'PERSISTENT_1',
      PerUnitStorageThroughput: 200,
      AutomaticBackupRetentionDays: 1,
      DailyAutomaticBackupStartTime: '00:00',
      CopyTagsToBackups: true,
      WeeklyMaintenanceStartTime: '7:09:00',
      DataCompressionType: 'NONE',
    },
    version: '2.12',
  },
  {
    what: 'HDD with a cache and a key',
    parameters: {
      ...groups,
      deploymentType: 'PERSISTENT_1',
      storageType: 'HDD',
      driveCacheType: 'READ',
      perUnitStorageThroughput: '12',
      kmsKeyId: 'arn:aws:kms:us-west-2:111122223333:key/1111abcd-2222-3333-4444-55556666eeff',
    },
    claimed: 1200,
    size: 6000,
    lustre: { DeploymentType: 'PERSISTENT_1', DriveCacheType: 'READ', PerUnitStorageThroughput: 12 },
    version: '2.10',
  },
  {
    what: 'PERSISTENT_2 with compression',
    parameters: {
      ...groups,
      deploymentType: 'PERSISTENT_2',
      perUnitStorageThroughput: '125',
      dataCompressionType: 'LZ4',
    },
    claimed: 1200,
    size: 1200,
    lustre: { DeploymentType: 'PERSISTENT_2', PerUnitStorageThroughput: 125, DataCompressionType: 'LZ4' },
    version: '2.12',
  },
  {
    what: 'metadata IOPS',
    parameters: {
      ...groups,
      deploymentType: 'PERSISTENT_2',
      perUnitStorageThroughput: '125',
      metadataConfigurationMode: 'USER_PROVISIONED',
      metadataIops: '6000',
    },
    claimed: 1200,
    size: 1200,
    lustre: { MetadataConfiguration: { Mode: 'USER_PROVISIONED', Iops: 6000 } },
    version: '2.15',
  },
  {
    what: 'EFA',
    parameters: {
      ...groups,
      deploymentType: 'PERSISTENT_2',
      perUnitStorageThroughput: '1000',
      fileSystemTypeVersion: '2.15',
      metadataConfigurationMode: 'AUTOMATIC',
      efaEnabled: 'true',
    },
    claimed: 4800,
    size: 4800,
    lustre: { EfaEnabled: true, MetadataConfiguration: { Mode: 'AUTOMATIC', Iops: 6000 } },
    version: '2.15',
  },
  {
    what: 'templates that leave parameters empty',
    parameters: {
      securityGroupIds: '',
      deploymentType: 'SCRATCH_2',
      kmsKeyId: '',
      s3ImportPath: '',
      s3ExportPath: '',
      extraTags: '',
      copyTagsToBackups: 'false',
    },
    claimed: 1200,
    size: 1200,
    lustre: { DeploymentType: 'SCRATCH_2' },
    version: '2.10',
  },
];

let cloud: EmulatedFsx;
let driver: Driver;

beforeAll(async () => {
  cloud = await EmulatedFsx.start({ durations: { createSeconds: 0.05, deleteSeconds: 0.02 } });
  driver = await cloud.driver();
});

afterAll(async () => cloud.stop());

it.each(published)('$what', async ({ what, parameters, claimed, size, lustre, version }) => {
  const asked = {
    ...request(what, {}, { capacityRange: { required: Capacity.gibibytes(claimed) } }),
    parameters: { subnetId: 'subnet-0aaaaaaaaaaaaaaa1', ...parameters },
  };
  const volume = await driver.create(asked);
  expect(volume.capacity).toEqual(Capacity.gibibytes(size));
  const made = cloud.state.fileSystems.find(({ FileSystemId }) => FileSystemId === volume.id);
  expect(made).toMatchObject({
    StorageCapacity: size,
    FileSystemTypeVersion: version,
    LustreConfiguration: lustre,
  });
  // The volumeAttributes of existing PersistentVolumes are the same two.
  const { MountName } = made?.LustreConfiguration ?? {};
  expect(volume.context).toEqual({
    dnsname: `${volume.id}.fsx.us-west-2.amazonaws.com`,
    mountname: MountName,
  });
  expect(MountName === 'fsx').toBe(JSON.stringify(lustre).includes('SCRATCH_1'));
  // Requested again, as after a restart.
  expect(await (await cloud.driver()).create(asked)).toEqual(volume);
});
