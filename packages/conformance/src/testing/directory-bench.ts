import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatMountSource } from '@lustre-csi/core';
import type { CreateVolumeRequest, NodePublishVolumeRequest } from '@lustre-csi/core/client';
import { providers } from '@lustre-csi/lustre-csi';
import { startLustreCsi, type DriverProcess } from './lustre-csi.js';
import {
  createRequest,
  furtherDrivers,
  readWriteMany,
  testedDrivers,
  type TestedDriver,
} from './emulated-cloud.js';

export const GIB = 1024n ** 3n;

/** Driver with a file system for directories. */
export interface DirectoryDriver {
  readonly driverName: string;
  /** Creates a file system in which directories can be created.
   *  @param by a driver that serves until the host is removed; absent: one of its own */
  readonly prepare: (by?: DriverProcess) => Promise<PreparedHost>;
  /** Creates one whose servers have no project quotas, if the cloud still offers that. */
  readonly prepareOld?: (by?: DriverProcess) => Promise<PreparedHost>;
}

export interface PreparedHost {
  readonly parameters: Readonly<Record<string, string>>;
  readonly source: string;
  /** Id of the volume that is the whole file system; absent: no cloud knows the file system. */
  readonly volumeId?: string;
  readonly remove: () => Promise<void>;
}

export interface CreatedVolume {
  readonly volumeId: string;
  readonly capacityBytes: bigint;
  readonly volumeContext: Record<string, string>;
}

const inCloud = (tested: TestedDriver): DirectoryDriver => ({
  driverName: tested.driverName,
  prepare: (by?: DriverProcess) =>
    prepareInCloud(tested, tested.cloud === 'aws' ? { fileSystemTypeVersion: '2.15' } : {}, by),
  ...(tested.cloud === 'aws'
    ? {
        prepareOld: (by?: DriverProcess) => prepareInCloud(tested, { fileSystemTypeVersion: '2.12' }, by),
      }
    : {}),
});

export const directoryDrivers: readonly DirectoryDriver[] = [
  ...testedDrivers.map(inCloud),
  { driverName: 'generic.lustre-csi', prepare: async () => prepareGeneric() },
];

/** Directory drivers of all clouds. */
export const allDirectoryDrivers: readonly DirectoryDriver[] = [
  ...furtherDrivers.map(inCloud),
  ...directoryDrivers,
];

let made = 0;

/** Creates a whole file system in the driver's cloud. It stays while directories are created and deleted in it. */
async function prepareInCloud(
  tested: TestedDriver,
  parameters: Readonly<Record<string, string>>,
  by: DriverProcess | undefined,
): Promise<PreparedHost> {
  const { driverName } = tested;
  const driver = by ?? (await startLustreCsi({ driverName, mode: 'controller' }));
  const name = `host-of-directories-${(made += 1)}-${process.pid}`;
  const whole = createRequest(tested, name);
  const request = { ...whole, parameters: { ...whole.parameters, ...parameters } };
  const { volume } = await driver.client.controller.createVolume(request, {
    deadline: Date.now() + 25_000,
  });
  if (!volume) throw new Error('CreateVolume answered without a volume');
  const { volumeId, volumeContext } = volume;
  const node = providers
    .find((plugin) => plugin.driverName === driverName)
    ?.node({
      flag: () => undefined,
      environment: () => undefined,
    });
  if (!node) throw new Error(driverName);
  const source = formatMountSource(node.mountSource({ volumeId, context: volumeContext }));
  return {
    parameters: tested.parentParameters(volumeId),
    source,
    volumeId,
    remove: async () => {
      try {
        await driver.client.controller.deleteVolume({ volumeId, secrets: {} });
      } finally {
        if (!by) await driver.stop();
      }
    },
  };
}

/** Creates a file system that no cloud knows: an MGS that answers in the simulation.
 *  @param mountSeconds duration of a client's mount */
export function prepareGeneric({ fsname = 'scratch', mountSeconds = 0 } = {}): PreparedHost {
  const id = `onprem-${process.pid}-${(made += 1)}`;
  const address = `10.99.${process.pid % 250}.${made}`;
  const server = { id, mgsAddresses: [address], dnsNames: [], fsname, mountSeconds, version: '2.15.5' };
  writeFileSync(
    join(process.env['LUSTRE_EMULATOR_LUSTRE_REGISTRY'] ?? '', `${id}.json`),
    JSON.stringify({ ...server, capacityBytes: (100n * 1024n * GIB).toString() }),
  );
  return {
    parameters: { mgsNids: `${address}@tcp`, fsName: fsname },
    source: `${address}@tcp:/${fsname}`,
    remove: async () => {},
  };
}

/** A separate mount of a file system, like an administrator's. */
export class LookingGlass {
  readonly root = mkdtempSync(join(tmpdir(), 'lustre-csi-look-'));

  constructor(source: string) {
    run('mount', ['-t', 'lustre', source, this.root]);
  }

  /** Path below the default base path. */
  path(...names: readonly string[]): string {
    return join(this.root, 'csi-volumes', ...names);
  }

  registry(...names: readonly string[]): string {
    return this.path('.lustre-csi', ...names);
  }

  close(): void {
    run('umount', ['-l', this.root]);
    rmdirSync(this.root);
  }
}

export function run(program: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}`);
  return stdout;
}

/** CreateVolume request for a directory. */
export const directoryRequest = (
  name: string,
  host: PreparedHost,
  parameters: Readonly<Record<string, string>> = {},
  capacityRange: CreateVolumeRequest['capacityRange'] = { requiredBytes: 10n * GIB, limitBytes: 0n },
): CreateVolumeRequest => ({
  name,
  capacityRange,
  volumeCapabilities: [readWriteMany()],
  parameters: { provisioningMode: 'directory', ...host.parameters, ...parameters },
  mutableParameters: {},
  secrets: {},
  volumeContentSource: undefined,
  accessibilityRequirements: undefined,
});

export async function createDirectory(
  driver: DriverProcess,
  request: CreateVolumeRequest,
): Promise<CreatedVolume> {
  const { volume } = await driver.client.controller.createVolume(request, { deadline: Date.now() + 25_000 });
  if (!volume) throw new Error('CreateVolume answered without a volume');
  return volume;
}

export const publication = (
  { volumeId, volumeContext }: CreatedVolume,
  targetPath: string,
): NodePublishVolumeRequest => ({
  volumeId,
  volumeContext,
  targetPath,
  volumeCapability: readWriteMany(),
  readonly: false,
  stagingTargetPath: '',
  publishContext: {},
  secrets: {},
});

/** Creates a directory for the state of a driver. It outlives the driver's process, and is removed with the emulator. */
export function stateDirectory(): string {
  const parent = process.env['LUSTRE_CSI_STATE_DIR'] ?? tmpdir();
  const directory = join(parent, `driver-${process.pid}-${(made += 1)}`);
  mkdirSync(directory);
  return directory;
}

/** Waits until the condition holds. */
export async function eventually(
  holds: () => boolean | Promise<boolean>,
  what: string,
  patienceMs = 20_000,
): Promise<void> {
  const giveUp = Date.now() + patienceMs;
  while (!(await holds())) {
    if (Date.now() > giveUp) throw new Error(`not within ${patienceMs / 1000} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
