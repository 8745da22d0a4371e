import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmulator, type Cloud, type Emulator, type EmulatorOptions } from '@lustre-csi/cloud-emulator';
import type { CreateVolumeRequest } from '@lustre-csi/core/client';

/** All emulated clouds in this process, and the variables by which a driver process finds them. */
export interface EmulatedCloud {
  readonly emulator: Emulator;
  readonly environment: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

export async function startEmulatedCloud(options: EmulatorOptions = {}): Promise<EmulatedCloud> {
  const emulator = await startEmulator(options);
  const directory = mkdtempSync(join(tmpdir(), 'lustre-csi-cloud-'));
  return {
    emulator,
    environment: {
      ...emulator.environment(directory),
      LUSTRE_CSI_STATE_DIR: join(directory, 'state'),
    },
    stop: async () => {
      await emulator.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

const GIB = 1024n ** 3n;

/** Driver under test, and the smallest volume of its cloud. */
export interface TestedDriver {
  readonly driverName: string;
  readonly cloud: Cloud;
  readonly parameters: Readonly<Record<string, string>>;
  readonly capacityBytes: bigint;
  /** Operation that lists file systems, as the journal names it, and its page size. */
  readonly listing: { readonly operation: string; readonly pageSize: number };
  /** Operation that creates a file system. */
  readonly creation: string;
  /** StorageClass parameters that name the file system of a volume as the parent of directories. */
  readonly parentParameters: (volumeId: string) => Readonly<Record<string, string>>;
}

export const testedDrivers: readonly TestedDriver[] = [
  {
    driverName: 'fsx.csi.aws.com',
    cloud: 'aws',
    parameters: { subnetId: 'subnet-0aaaaaaaaaaaaaaa1', deploymentType: 'SCRATCH_2' },
    capacityBytes: 1200n * GIB,
    listing: { operation: 'DescribeFileSystems', pageSize: 5 },
    creation: 'CreateFileSystem',
    parentParameters: (volumeId) => ({ fileSystemId: volumeId }),
  },
  {
    driverName: 'azurelustre.csi.azure.com',
    cloud: 'azure',
    parameters: {
      'sku-name': 'AMLFS-Durable-Premium-500',
      zone: '1',
      'maintenance-day-of-week': 'Sunday',
      'maintenance-time-of-day-utc': '22:00',
    },
    capacityBytes: 4096n * GIB,
    listing: { operation: 'amlFilesystems.listByResourceGroup', pageSize: 5 },
    creation: 'amlFilesystems.createOrUpdate',
    parentParameters: (volumeId) => ({
      'file-system-name': volumeId.split('#')[0] ?? '',
      'resource-group-name': 'lustre-rg',
    }),
  },
];

/** Drivers of further clouds, for the suites that are about the cloud and not about the process. */
export const furtherDrivers: readonly TestedDriver[] = [
  {
    driverName: 'lustre.csi.storage.gke.io',
    cloud: 'google',
    parameters: { perUnitStorageThroughput: '1000' },
    capacityBytes: 9000n * GIB,
    listing: { operation: 'ListInstances', pageSize: 5 },
    creation: 'CreateInstance',
    parentParameters: (volumeId) => ({ instance: volumeId }),
  },
  {
    driverName: 'lustre.csi.oraclecloud.com',
    cloud: 'oci',
    parameters: {
      subnetId: `ocid1.subnet.oc1.phx.aaaaaaaa${'s'.repeat(52)}`,
      performanceTier: 'MBPS_PER_TB_125',
      availabilityDomain: 'PHX-AD-1',
    },
    capacityBytes: 31_200n * 10n ** 9n,
    listing: { operation: 'ListLustreFileSystems', pageSize: 5 },
    creation: 'CreateLustreFileSystem',
    parentParameters: (volumeId) => ({ fileSystemId: volumeId.split(':')[0] ?? '' }),
  },
];

/** Drivers of all clouds. */
export const allDrivers: readonly TestedDriver[] = [...testedDrivers, ...furtherDrivers];

/** CSI MULTI_NODE_MULTI_WRITER: Kubernetes' ReadWriteMany. */
export const MULTI_NODE_MULTI_WRITER = 5;

export const readWriteMany = (
  mountFlags: readonly string[] = [],
): CreateVolumeRequest['volumeCapabilities'][number] => ({
  accessType: { $case: 'mount', value: { fsType: '', mountFlags: [...mountFlags], volumeMountGroup: '' } },
  accessMode: { mode: MULTI_NODE_MULTI_WRITER },
});

/** Complete CreateVolume request. */
export function createRequest(driver: TestedDriver, name: string): CreateVolumeRequest {
  return {
    name,
    capacityRange: { requiredBytes: driver.capacityBytes, limitBytes: 0n },
    volumeCapabilities: [readWriteMany()],
    parameters: { ...driver.parameters },
    mutableParameters: {},
    secrets: {},
    volumeContentSource: undefined,
    accessibilityRequirements: undefined,
  };
}

/** File systems that exist in the driver's cloud. */
export function fileSystemsIn(emulator: Emulator, { cloud }: TestedDriver): readonly object[] {
  return (emulator.state()[cloud] as { readonly fileSystems: readonly object[] }).fileSystems;
}
