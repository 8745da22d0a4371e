/** A StorageClass and a claim for one cloud, as a user would write them. */
export interface DemoCloud {
  readonly driverName: string;
  readonly title: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly capacityBytes: bigint;
  /** File systems that are left in the emulated cloud, from `GET /_emulator/state`. */
  readonly fileSystems: (state: EmulatorState) => readonly unknown[];
}

/** The part of the emulator's state that the demo looks at. */
export interface EmulatorState {
  readonly aws: { readonly fileSystems: readonly unknown[] };
  readonly azure: { readonly fileSystems: readonly unknown[] };
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
    fileSystems: (state) => state.azure.fileSystems,
  },
];
