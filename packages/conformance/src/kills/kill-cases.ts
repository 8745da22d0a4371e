import type { CsiClient } from '@lustre-csi/core/client';
import { allDrivers, createRequest, type TestedDriver } from '../testing/emulated-cloud.js';
import {
  create,
  expandTo,
  failing,
  modify,
  remove,
  removeSnapshot,
  takeSnapshot,
  volume,
  within,
  type Creation,
  type Given,
  type KillCase,
} from './kill-steps.js';
import { ociKillCases } from './oci-kill-cases.js';

const GIB = 1024n ** 3n;

const [fsx, azure, google] = allDrivers as readonly [TestedDriver, TestedDriver, TestedDriver];

/** File system of a type that FSx can back up. */
const aws: TestedDriver = {
  ...fsx,
  parameters: {
    subnetId: 'subnet-0aaaaaaaaaaaaaaa1',
    deploymentType: 'PERSISTENT_2',
    perUnitStorageThroughput: '125',
    fileSystemTypeVersion: '2.15',
  },
};

const restore: Creation = (by, { name, snapshotId }) =>
  by.controller.createVolume(
    {
      ...createRequest(aws, `${name}-restored`),
      volumeContentSource: { type: { $case: 'snapshot', value: { snapshotId } } },
    },
    within(),
  );

const volumeAndSnapshot = async (by: CsiClient, name: string): Promise<Given> => {
  const given = await volume(aws)(by, name);
  const answer = await takeSnapshot(by, given);
  return { ...given, snapshotId: answer.snapshot?.snapshotId ?? '' };
};

const blobs =
  '/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/a/blobServices/default/containers';
const withJobs = {
  'hsm-container': `${blobs}/data`,
  'hsm-logging-container': `${blobs}/logs`,
  'import-prefixes': '/raw',
  'auto-import-prefixes': '/raw',
  'auto-export-prefix': '/results',
};
const withAssociations = {
  dataRepositoryAssociations: JSON.stringify([
    { fileSystemPath: '/a', dataRepositoryPath: 's3://bucket-a' },
    { fileSystemPath: '/b', dataRepositoryPath: 's3://bucket-b' },
  ]),
};

// Resources, as the clouds show them.
const available = { Lifecycle: 'AVAILABLE' };
const succeeded = { properties: { provisioningState: 'Succeeded' } };
const azureWith = (properties: object): object => ({
  properties: { provisioningState: 'Succeeded', ...properties },
});
const active = { state: 'ACTIVE' };
const linked = (path: string, bucket: string): object => ({
  ...available,
  FileSystemPath: path,
  DataRepositoryPath: bucket,
});

/** All cases, the long ones first: they run at the same time. */
export const killCases: readonly KillCase[] = [
  {
    tested: azure,
    what: 'CreateVolume with import and export jobs',
    call: create(azure, withJobs),
    effects: {
      'amlFilesystems.createOrUpdate': 1,
      'autoImportJobs.createOrUpdate': 1,
      'autoExportJobs.createOrUpdate': 1,
    },
    leaves: { fileSystems: [succeeded], autoImportJobs: [succeeded], autoExportJobs: [succeeded] },
  },
  {
    tested: google,
    what: 'CreateVolume whose first file system fails',
    call: create(google),
    fault: { ...failing, operation: 'CreateInstance' },
    effects: { CreateInstance: 2, DeleteOperation: 1 },
    leaves: { fileSystems: [active] },
  },
  {
    tested: google,
    what: 'CreateVolume with an import',
    call: create(google, { importPath: 'gs://training-data/raw/' }),
    effects: { CreateInstance: 1, ImportData: 1 },
    leaves: { fileSystems: [active] },
  },
  {
    tested: azure,
    what: 'CreateVolume whose first file system fails',
    call: create(azure),
    fault: { ...failing, operation: 'amlFilesystems.createOrUpdate' },
    effects: { 'amlFilesystems.createOrUpdate': 2, 'amlFilesystems.delete': 1 },
    leaves: { fileSystems: [succeeded] },
  },
  {
    tested: aws,
    what: 'CreateVolume whose first file system fails',
    call: create(aws),
    fault: { ...failing, operation: 'CreateFileSystem' },
    effects: { CreateFileSystem: 2, DeleteFileSystem: 1, TagResource: 1 },
    leaves: { fileSystems: [available] },
  },
  ...ociKillCases,
  {
    tested: aws,
    what: 'CreateVolume with data repository associations',
    call: create(aws, withAssociations),
    effects: { CreateFileSystem: 1, CreateDataRepositoryAssociation: 2, TagResource: 1 },
    leaves: {
      fileSystems: [available],
      dataRepositoryAssociations: [linked('/a', 's3://bucket-a'), linked('/b', 's3://bucket-b')],
    },
  },
  {
    tested: azure,
    what: 'CreateVolume',
    call: create(azure),
    effects: { 'amlFilesystems.createOrUpdate': 1 },
    leaves: { fileSystems: [succeeded] },
  },
  {
    tested: azure,
    what: 'ControllerExpandVolume',
    prepare: volume(azure),
    call: expandTo(8192n * GIB),
    effects: { 'expansionJobs.createOrUpdate': 1 },
    leaves: { fileSystems: [azureWith({ currentStorageCapacityTiB: 8 })], expansionJobs: [succeeded] },
  },
  {
    tested: azure,
    what: 'ControllerModifyVolume',
    prepare: volume(azure),
    call: modify({ 'maintenance-day-of-week': 'Monday' }),
    effects: { 'amlFilesystems.update': 1 },
    leaves: {
      fileSystems: [azureWith({ maintenanceWindow: { dayOfWeek: 'Monday', timeOfDayUTC: '22:00' } })],
    },
  },
  {
    tested: azure,
    what: 'DeleteVolume',
    prepare: volume(azure),
    call: remove,
    effects: { 'amlFilesystems.delete': 1 },
    leaves: {},
  },
  {
    tested: google,
    what: 'CreateVolume',
    call: create(google),
    effects: { CreateInstance: 1 },
    leaves: { fileSystems: [active] },
  },
  {
    tested: google,
    what: 'ControllerExpandVolume',
    prepare: volume(google),
    call: expandTo(18_000n * GIB),
    effects: { UpdateInstance: 1 },
    leaves: { fileSystems: [{ ...active, capacityGib: '18000' }] },
  },
  {
    tested: google,
    what: 'ControllerModifyVolume',
    prepare: volume(google),
    call: modify({ description: 'changed' }),
    effects: { UpdateInstance: 1 },
    leaves: { fileSystems: [{ ...active, description: 'changed' }] },
  },
  {
    tested: google,
    what: 'DeleteVolume',
    prepare: volume(google),
    call: remove,
    effects: { DeleteInstance: 1 },
    leaves: {},
  },
  {
    tested: aws,
    what: 'CreateVolume from a snapshot',
    prepare: volumeAndSnapshot,
    call: restore,
    effects: { CreateFileSystemFromBackup: 1, TagResource: 1 },
    leaves: { fileSystems: [available, available], backups: [available] },
  },
  {
    tested: aws,
    what: 'CreateVolume',
    call: create(fsx),
    effects: { CreateFileSystem: 1, TagResource: 1 },
    leaves: { fileSystems: [available] },
  },
  {
    tested: aws,
    what: 'CreateSnapshot',
    prepare: volume(aws),
    call: takeSnapshot,
    effects: { CreateBackup: 1 },
    leaves: { fileSystems: [available], backups: [available] },
  },
  {
    tested: aws,
    what: 'DeleteSnapshot',
    prepare: volumeAndSnapshot,
    call: removeSnapshot,
    effects: { DeleteBackup: 1 },
    leaves: { fileSystems: [available] },
  },
  {
    tested: aws,
    what: 'ControllerExpandVolume',
    prepare: volume(aws),
    call: expandTo(2400n * GIB),
    effects: { UpdateFileSystem: 1 },
    leaves: { fileSystems: [{ ...available, StorageCapacity: 2400 }] },
  },
  {
    tested: aws,
    what: 'ControllerModifyVolume',
    prepare: volume(aws),
    call: modify({ dataCompressionType: 'LZ4' }),
    effects: { UpdateFileSystem: 1, TagResource: 1 },
    leaves: { fileSystems: [{ ...available, LustreConfiguration: { DataCompressionType: 'LZ4' } }] },
  },
  {
    tested: aws,
    what: 'DeleteVolume',
    prepare: volume(aws),
    call: remove,
    effects: { DeleteFileSystem: 1 },
    leaves: {},
  },
  {
    tested: aws,
    what: 'DeleteVolume with a final backup',
    prepare: volume(aws, { finalBackup: 'true', finalBackupTags: 'why=final' }),
    call: remove,
    effects: { DeleteFileSystem: 1 },
    leaves: { backups: [{ ...available, Tags: [{ Key: 'why', Value: 'final' }] }] },
  },
];
