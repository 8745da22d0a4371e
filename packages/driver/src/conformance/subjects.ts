/** A driver under the conformance suite: a StorageClass whose sizes and classes are legal in its cloud. */
export interface Subject {
  readonly name: string;
  readonly driverName: string;
  /** StorageClass parameters. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Volumes are directories of a file system that no cloud knows: one is there before the suite begins, and its
   *  parameters are added. */
  readonly isOnPremises?: boolean;
  readonly sizeBytes: bigint;
  readonly expandedBytes: bigint;
  /** VolumeAttributesClass parameters; absent: the driver does not advertise MODIFY_VOLUME. */
  readonly mutableParameters?: Readonly<Record<string, string>>;
  /** VolumeSnapshotClass parameters; absent: the driver does not advertise snapshots. */
  readonly snapshotParameters?: Readonly<Record<string, string>>;
}

const GIB = 1024n ** 3n;

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
    name: 'generic-directories',
    driverName: 'lustre.csi.k8s.io',
    parameters: { provisioningMode: 'directory', quota: 'hard' },
    isOnPremises: true,
    // The suite's own default.
    sizeBytes: 10n * GIB,
    expandedBytes: 20n * GIB,
  },
];
