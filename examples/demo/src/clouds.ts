/** StorageClass and claim of the demo in a cloud, as a user would write them. */
export interface DemoCloud {
  readonly driverName: string;
  readonly title: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly capacityBytes: bigint;
  /** Size after the expansion. */
  readonly largerBytes: bigint;
  /** Parameters of the VolumeAttributesClass that the claim gets later. */
  readonly mutableParameters: Readonly<Record<string, string>>;
  /** File systems that are left in the emulated cloud, from `GET /_emulator/state`. */
  readonly fileSystems: (state: EmulatorState) => readonly unknown[];
}

/** Part of the emulator's state that the demo reads. */
export interface EmulatorState {
  readonly aws: { readonly fileSystems: readonly unknown[] };
  readonly azure: { readonly fileSystems: readonly unknown[] };
  readonly google: { readonly fileSystems: readonly unknown[] };
  readonly oci: { readonly fileSystems: readonly unknown[] };
}

const GIB = 1024n ** 3n;

export const clouds: readonly DemoCloud[] = [
  {
    driverName: 'fsx.csi.aws.com',
    title: 'Amazon FSx for Lustre',
    parameters: {
      subnetId: 'subnet-0aaaaaaaaaaaaaaa1',
      securityGroupIds: 'sg-0aaaaaaaaaaaaaaa1',
      deploymentType: 'SCRATCH_2',
    },
    capacityBytes: 1200n * GIB,
    largerBytes: 2400n * GIB,
    mutableParameters: { dataCompressionType: 'LZ4' },
    fileSystems: (state) => state.aws.fileSystems,
  },
  {
    driverName: 'azurelustre.csi.azure.com',
    title: 'Azure Managed Lustre',
    parameters: {
      'sku-name': 'AMLFS-Durable-Premium-125',
      zone: '1',
      'maintenance-day-of-week': 'Sunday',
      'maintenance-time-of-day-utc': '22:00',
    },
    capacityBytes: 48n * 1024n * GIB,
    largerBytes: 64n * 1024n * GIB,
    mutableParameters: { 'maintenance-day-of-week': 'Monday' },
    fileSystems: (state) => state.azure.fileSystems,
  },
  {
    driverName: 'lustre.csi.storage.gke.io',
    title: 'Google Cloud Managed Lustre',
    parameters: { perUnitStorageThroughput: '1000' },
    capacityBytes: 9000n * GIB,
    largerBytes: 18_000n * GIB,
    mutableParameters: { description: 'scratch space of the training' },
    fileSystems: (state) => state.google.fileSystems,
  },
  {
    driverName: 'lustre.csi.oraclecloud.com',
    title: 'OCI File Storage with Lustre',
    parameters: {
      subnetId: `ocid1.subnet.oc1.phx.aaaaaaaa${'s'.repeat(52)}`,
      performanceTier: 'MBPS_PER_TB_125',
      availabilityDomain: 'PHX-AD-1',
    },
    capacityBytes: 31_200n * 10n ** 9n,
    largerBytes: 41_600n * 10n ** 9n,
    mutableParameters: { rootSquashEnabled: 'true' },
    fileSystems: (state) => state.oci.fileSystems,
  },
];
