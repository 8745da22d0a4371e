import { settingsRefusals, snapshotRefusals, type Refusal } from './refusals.js';

/** A driver under the conformance suite: a StorageClass whose sizes and classes are legal in its cloud. */
export interface Subject {
  readonly name: string;
  readonly driverName: string;
  /** StorageClass parameters. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Makes volumes directories of a file system that exists before the suite begins; the parameters that name it are added. */
  readonly makesDirectories?: boolean;
  readonly sizeBytes: bigint;
  readonly expandedBytes: bigint;
  /** VolumeAttributesClass parameters; absent: the driver does not advertise MODIFY_VOLUME. */
  readonly mutableParameters?: Readonly<Record<string, string>>;
  /** VolumeSnapshotClass parameters; absent: the driver does not advertise snapshots. */
  readonly snapshotParameters?: Readonly<Record<string, string>>;
  /** Specs that request features that such volumes do not have; absent: none. */
  readonly refusals?: readonly Refusal[];
}

const GIB = 1024n ** 3n;

/** Class that creates directories, with the suite's default sizes. */
const directories = {
  parameters: { provisioningMode: 'directory', quota: 'hard' },
  makesDirectories: true,
  sizeBytes: 10n * GIB,
  expandedBytes: 20n * GIB,
} as const;

export const subjects: readonly Subject[] = [
  {
    name: 'aws-fsx',
    driverName: 'fsx.csi.aws.com',
    parameters: {
      subnetId: 'subnet-0aaaaaaaaaaaaaaa1',
      deploymentType: 'PERSISTENT_2',
      perUnitStorageThroughput: '125',
      fileSystemTypeVersion: '2.15',
    },
    sizeBytes: 1200n * GIB,
    expandedBytes: 2400n * GIB,
    mutableParameters: { dataCompressionType: 'LZ4' },
    snapshotParameters: {},
  },
  {
    name: 'azure-amlfs',
    driverName: 'azurelustre.csi.azure.com',
    parameters: {
      'sku-name': 'AMLFS-Durable-Premium-500',
      zone: '1',
      'maintenance-day-of-week': 'Sunday',
      'maintenance-time-of-day-utc': '22:00',
    },
    sizeBytes: 4096n * GIB,
    expandedBytes: 8192n * GIB,
    mutableParameters: { 'maintenance-day-of-week': 'Monday' },
  },
  {
    name: 'google-lustre',
    driverName: 'lustre.csi.storage.gke.io',
    parameters: { perUnitStorageThroughput: '1000' },
    sizeBytes: 9000n * GIB,
    expandedBytes: 18_000n * GIB,
    mutableParameters: { labels: 'team=research' },
  },
  {
    name: 'oci-lustre',
    driverName: 'lustre.csi.oraclecloud.com',
    parameters: {
      subnetId: `ocid1.subnet.oc1.phx.aaaaaaaa${'s'.repeat(52)}`,
      performanceTier: 'MBPS_PER_TB_125',
      availabilityDomain: 'PHX-AD-1',
    },
    sizeBytes: 31_200n * 10n ** 9n,
    expandedBytes: 41_600n * 10n ** 9n,
    mutableParameters: { maintenanceDayOfWeek: 'MONDAY', maintenanceTimeStart: '22:00' },
  },
  {
    name: 'aws-fsx-directories',
    driverName: 'fsx.csi.aws.com',
    ...directories,
    mutableParameters: { dataCompressionType: 'LZ4' },
    snapshotParameters: {},
    refusals: [...settingsRefusals, ...snapshotRefusals],
  },
  {
    name: 'azure-amlfs-directories',
    driverName: 'azurelustre.csi.azure.com',
    ...directories,
    mutableParameters: { 'maintenance-day-of-week': 'Monday' },
    refusals: settingsRefusals,
  },
  {
    name: 'google-lustre-directories',
    driverName: 'lustre.csi.storage.gke.io',
    ...directories,
    mutableParameters: { labels: 'team=research' },
    refusals: settingsRefusals,
  },
  {
    name: 'oci-lustre-directories',
    driverName: 'lustre.csi.oraclecloud.com',
    ...directories,
    mutableParameters: { maintenanceDayOfWeek: 'MONDAY', maintenanceTimeStart: '22:00' },
    refusals: settingsRefusals,
  },
  { name: 'generic-directories', driverName: 'generic.lustre-csi', ...directories },
];
