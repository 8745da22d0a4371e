import { setTimeout as delay } from 'node:timers/promises';
import type { Fault } from '@lustre-csi/cloud-emulator';
import { csi, type CsiClient } from '@lustre-csi/core/client';
import { createRequest, testedDrivers, type TestedDriver } from '../testing/emulated-cloud.js';

const CALL_MS = 20_000;

/** Interval between two checks of a snapshot in creation: sidecars are slower. */
const LOOK_MS = 500;

const GIB = 1024n ** 3n;

/** Resources of a run, with unique names. */
export interface Given {
  readonly name: string;
  readonly volumeId: string;
  readonly snapshotId: string;
}

/** An operation during which the driver is killed, at each of its calls to the cloud; it is then repeated. */
export interface KillCase {
  readonly tested: TestedDriver;
  readonly what: string;
  /** Creates the resources that the operation needs; absent: none. */
  readonly prepare?: (by: CsiClient, name: string) => Promise<Given>;
  readonly call: (by: CsiClient, given: Given) => Promise<unknown>;
  /** Fault of the cloud. */
  readonly fault?: Fault;
  /** Numbers of the accepted calls that change something, wherever the driver is killed. They are exact, also for idempotent
   *  calls: the cloud's listing shows that they are done. */
  readonly effects: Readonly<Record<string, number>>;
  /** All resources that the run leaves, by kind. */
  readonly leaves: Readonly<Record<string, readonly object[]>>;
}

type Settings = Readonly<Record<string, string>>;

const [fsx, azure] = testedDrivers as readonly [TestedDriver, TestedDriver];

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

const within = (): { readonly deadline: number } => ({ deadline: Date.now() + CALL_MS });

type Creation = (by: CsiClient, given: Given) => Promise<csi.CreateVolumeResponse>;

const create =
  (tested: TestedDriver, more: Settings = {}): Creation =>
  (by, { name }) => {
    const request = createRequest(tested, name);
    const parameters = { ...request.parameters, ...more };
    return by.controller.createVolume({ ...request, parameters }, within());
  };

const restore: Creation = (by, { name, snapshotId }) =>
  by.controller.createVolume(
    {
      ...createRequest(aws, `${name}-restored`),
      volumeContentSource: { type: { $case: 'snapshot', value: { snapshotId } } },
    },
    within(),
  );

/** Takes a snapshot and waits until it is ready. */
const takeSnapshot = async (
  by: CsiClient,
  { name, volumeId }: Given,
): Promise<csi.CreateSnapshotResponse> => {
  const request = csi.CreateSnapshotRequest.fromPartial({ name: `of-${name}`, sourceVolumeId: volumeId });
  for (;;) {
    const answer = await by.controller.createSnapshot(request, within());
    if (answer.snapshot?.readyToUse) return answer;
    await delay(LOOK_MS);
  }
};

const volume =
  (tested: TestedDriver, more?: Settings) =>
  async (by: CsiClient, name: string): Promise<Given> => {
    const given = { name, volumeId: '', snapshotId: '' };
    const answer = await create(tested, more)(by, given);
    return { ...given, volumeId: answer.volume?.volumeId ?? '' };
  };

const volumeAndSnapshot = async (by: CsiClient, name: string): Promise<Given> => {
  const given = await volume(aws)(by, name);
  const answer = await takeSnapshot(by, given);
  return { ...given, snapshotId: answer.snapshot?.snapshotId ?? '' };
};

const expandTo =
  (requiredBytes: bigint) =>
  (by: CsiClient, { volumeId }: Given): Promise<unknown> =>
    by.controller.controllerExpandVolume(
      csi.ControllerExpandVolumeRequest.fromPartial({ volumeId, capacityRange: { requiredBytes } }),
      within(),
    );

const modify =
  (mutableParameters: Record<string, string>) =>
  (by: CsiClient, { volumeId }: Given): Promise<unknown> =>
    by.controller.controllerModifyVolume({ volumeId, mutableParameters, secrets: {} }, within());

const remove = (by: CsiClient, { volumeId }: Given): Promise<unknown> =>
  by.controller.deleteVolume({ volumeId, secrets: {} }, within());

const removeSnapshot = (by: CsiClient, { snapshotId }: Given): Promise<unknown> =>
  by.controller.deleteSnapshot({ snapshotId, secrets: {} }, within());

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

const failing: Fault = { kind: 'fail-creation', message: 'no capacity in this zone' };

// Resources, as the clouds show them.
const available = { Lifecycle: 'AVAILABLE' };
const succeeded = { properties: { provisioningState: 'Succeeded' } };
const azureWith = (properties: object): object => ({
  properties: { provisioningState: 'Succeeded', ...properties },
});
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
