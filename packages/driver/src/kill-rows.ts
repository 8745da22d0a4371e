import type { Fault } from '@lustre-csi/cloud-emulator';
import {
  aws,
  azure,
  create,
  expandTo,
  GIB,
  modify,
  nothing,
  persistent,
  remove,
  snapshot,
  takeSnapshot,
  volume,
  within,
  type Given,
} from './kill-calls.js';
import type { DriverProcess } from './testing/driver-process.js';
import { createRequest, type EmulatedCloud, type TestedDriver } from './testing/emulated-cloud.js';

/** An operation that is killed at each of its calls of the cloud, and repeated. */
export interface KillRow {
  readonly tested: TestedDriver;
  readonly what: string;
  /** Makes what the operation is about, by a process that lives on. */
  readonly prepare: (by: DriverProcess, name: string) => Promise<Given>;
  readonly call: (by: DriverProcess, given: Given) => Promise<unknown>;
  readonly faults?: readonly Fault[];
  /** Calls that have an effect and succeed, and how many of them there are, however often it is killed. */
  readonly effects: Readonly<Record<string, number>>;
  /** Calls with an effect that may be repeated: setting the same tag twice is setting it once. */
  readonly repeatable?: readonly string[];
  /** What there is afterwards. */
  readonly end: (cloud: EmulatedCloud, given: Given) => unknown;
  readonly ends: unknown;
}

const account =
  '/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/a/blobServices/default/containers';

interface AwsState {
  readonly fileSystems: readonly {
    readonly FileSystemId: string;
    readonly Lifecycle: string;
    readonly StorageCapacity: number;
    readonly LustreConfiguration: { readonly DataCompressionType?: string };
  }[];
  readonly backups: readonly object[];
  readonly dataRepositoryAssociations: readonly object[];
}
interface AzureState {
  readonly fileSystems: readonly { readonly name: string; readonly properties: Record<string, unknown> }[];
  readonly autoImportJobs: readonly object[];
  readonly autoExportJobs: readonly object[];
}
const awsState = ({ emulator }: EmulatedCloud): AwsState => emulator.state().aws as AwsState;
const azureState = ({ emulator }: EmulatedCloud): AzureState => emulator.state().azure as AzureState;
const fsx = (cloud: EmulatedCloud, { volumeId }: Given): AwsState['fileSystems'][number] | undefined =>
  awsState(cloud).fileSystems.find(({ FileSystemId }) => FileSystemId === volumeId);
const counts = (cloud: EmulatedCloud): object => {
  const { fileSystems, backups, dataRepositoryAssociations } = awsState(cloud);
  return {
    fileSystems: fileSystems.map(({ Lifecycle }) => Lifecycle),
    backups: backups.length,
    associations: dataRepositoryAssociations.length,
  };
};
const azureCounts = (cloud: EmulatedCloud): object => {
  const { fileSystems, autoImportJobs, autoExportJobs } = azureState(cloud);
  return {
    fileSystems: fileSystems.map(({ properties }) => properties['provisioningState']),
    jobs: autoImportJobs.length + autoExportJobs.length,
  };
};

const firstFails = (operation: string): readonly Fault[] => [
  { kind: 'fail-creation', operation, message: 'no capacity in this zone' },
];
const none = { associations: 0, backups: 0 };

export const killRows: readonly KillRow[] = [
  {
    tested: aws,
    what: 'CreateVolume',
    prepare: nothing,
    call: create(aws),
    effects: { CreateFileSystem: 1 },
    repeatable: ['TagResource'],
    end: counts,
    ends: { ...none, fileSystems: ['AVAILABLE'] },
  },
  {
    tested: azure,
    what: 'CreateVolume',
    prepare: nothing,
    call: create(azure),
    effects: { 'amlFilesystems.createOrUpdate': 1 },
    end: azureCounts,
    ends: { fileSystems: ['Succeeded'], jobs: 0 },
  },
  {
    tested: aws,
    what: 'CreateVolume whose first attempt fails in the cloud',
    prepare: nothing,
    call: create(aws),
    faults: firstFails('CreateFileSystem'),
    effects: { CreateFileSystem: 2, DeleteFileSystem: 1 },
    repeatable: ['TagResource'],
    end: counts,
    ends: { ...none, fileSystems: ['AVAILABLE'] },
  },
  {
    tested: aws,
    what: 'CreateVolume with data repository associations',
    prepare: nothing,
    call: create(persistent, {
      dataRepositoryAssociations:
        '[{"fileSystemPath": "/a", "dataRepositoryPath": "s3://bucket-a"}, {"fileSystemPath": "/b", "dataRepositoryPath": "s3://bucket-b"}]',
    }),
    effects: { CreateFileSystem: 1, CreateDataRepositoryAssociation: 2 },
    repeatable: ['TagResource'],
    end: counts,
    ends: { ...none, fileSystems: ['AVAILABLE'], associations: 2 },
  },
  {
    tested: aws,
    what: 'CreateVolume from a snapshot',
    prepare: snapshot,
    call: (by, { name, snapshotId }) =>
      by.client.controller.createVolume(
        {
          ...createRequest(aws, `${name}-restored`),
          parameters: { subnetId: 'subnet-0aaaaaaaaaaaaaaa1' },
          volumeContentSource: { type: { $case: 'snapshot', value: { snapshotId } } },
        },
        within(),
      ),
    effects: { CreateFileSystemFromBackup: 1 },
    repeatable: ['TagResource'],
    end: counts,
    ends: { ...none, fileSystems: ['AVAILABLE', 'AVAILABLE'], backups: 1 },
  },
  {
    tested: aws,
    what: 'ControllerExpandVolume',
    prepare: volume(persistent),
    call: expandTo(2400n * GIB),
    effects: { UpdateFileSystem: 1 },
    end: (cloud, given) => fsx(cloud, given)?.StorageCapacity,
    ends: 2400,
  },
  {
    tested: aws,
    what: 'ControllerModifyVolume',
    prepare: volume(persistent),
    call: modify({ dataCompressionType: 'LZ4' }),
    effects: { UpdateFileSystem: 1 },
    repeatable: ['TagResource'],
    end: (cloud, given) => fsx(cloud, given)?.LustreConfiguration.DataCompressionType,
    ends: 'LZ4',
  },
  {
    tested: aws,
    what: 'CreateSnapshot',
    prepare: volume(persistent),
    call: takeSnapshot,
    effects: { CreateBackup: 1 },
    end: counts,
    ends: { ...none, fileSystems: ['AVAILABLE'], backups: 1 },
  },
  {
    tested: aws,
    what: 'DeleteSnapshot',
    prepare: snapshot,
    call: (by, { snapshotId }) => by.client.controller.deleteSnapshot({ snapshotId, secrets: {} }, within()),
    effects: { DeleteBackup: 1 },
    end: counts,
    ends: { ...none, fileSystems: ['AVAILABLE'] },
  },
  {
    tested: aws,
    what: 'DeleteVolume',
    prepare: volume(aws),
    call: remove,
    effects: { DeleteFileSystem: 1 },
    end: counts,
    ends: { ...none, fileSystems: [] },
  },
  {
    tested: aws,
    what: 'DeleteVolume with a final backup',
    prepare: volume(persistent, { finalBackup: 'true' }),
    call: remove,
    effects: { DeleteFileSystem: 1 },
    end: counts,
    ends: { ...none, fileSystems: [], backups: 1 },
  },
  {
    tested: azure,
    what: 'CreateVolume whose first attempt fails in the cloud',
    prepare: nothing,
    call: create(azure),
    faults: firstFails('amlFilesystems.createOrUpdate'),
    effects: { 'amlFilesystems.createOrUpdate': 2, 'amlFilesystems.delete': 1 },
    end: azureCounts,
    ends: { fileSystems: ['Succeeded'], jobs: 0 },
  },
  {
    tested: azure,
    what: 'CreateVolume with import and export jobs',
    prepare: nothing,
    call: create(azure, {
      'hsm-container': `${account}/data`,
      'hsm-logging-container': `${account}/logs`,
      'auto-import-prefixes': '/raw',
      'auto-export-prefix': '/results',
    }),
    effects: {
      'amlFilesystems.createOrUpdate': 1,
      'autoImportJobs.createOrUpdate': 1,
      'autoExportJobs.createOrUpdate': 1,
    },
    end: azureCounts,
    ends: { fileSystems: ['Succeeded'], jobs: 2 },
  },
  {
    tested: azure,
    what: 'ControllerExpandVolume',
    prepare: volume(azure),
    call: expandTo(8192n * GIB),
    effects: { 'expansionJobs.createOrUpdate': 1 },
    end: (cloud) => azureState(cloud).fileSystems[0]?.properties['currentStorageCapacityTiB'],
    ends: 8,
  },
  {
    tested: azure,
    what: 'ControllerModifyVolume',
    prepare: volume(azure),
    call: modify({ 'maintenance-day-of-week': 'Monday' }),
    effects: { 'amlFilesystems.update': 1 },
    end: (cloud) => azureState(cloud).fileSystems[0]?.properties['maintenanceWindow'],
    ends: { dayOfWeek: 'Monday', timeOfDayUTC: '22:00' },
  },
  {
    tested: azure,
    what: 'DeleteVolume',
    prepare: volume(azure),
    call: remove,
    effects: { 'amlFilesystems.delete': 1 },
    end: azureCounts,
    ends: { fileSystems: [], jobs: 0 },
  },
];
