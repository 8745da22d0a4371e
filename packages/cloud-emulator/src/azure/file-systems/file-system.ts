import type { OperationFailure, RunningOperation } from '../arm/asc-operations.js';
import type { LustreSku } from '../subscriptions/skus.js';
import { rootSquashSince, type RequestedFileSystem } from './requested-file-system.js';

export type ProvisioningState = 'Creating' | 'Updating' | 'Deleting' | 'Succeeded' | 'Failed' | 'Canceled';

/** A file system of the emulated subscription. */
export interface FileSystem {
  /** Order of creation. */
  readonly sequence: number;
  readonly id: string;
  readonly name: string;
  readonly resourceGroup: string;
  readonly sku: LustreSku;
  readonly clusterUuid: string;
  readonly fsname: string;
  readonly createdAt: string;
  readonly createdBy: string;
  spec: RequestedFileSystem;
  /** Grows with expansion jobs, while `spec.capacityTiB` stays what it was at creation. */
  currentCapacityTiB: number;
  /** Addresses of its subnet; the first one is the MGS. */
  addresses: readonly string[];
  provisioningState: ProvisioningState;
  /** True once creation has succeeded: clients can mount it, and clientInfo is shown. */
  created: boolean;
  expanding: boolean;
  failure?: OperationFailure;
  /** Long-running operation that has not ended. */
  running?: RunningOperation;
  /** The latest archive to the blob container. */
  archive?: ArchiveStatus;
}

export interface ArchiveStatus {
  readonly path: string;
  state: 'InProgress' | 'Completed' | 'Canceled';
  /** Unix time in milliseconds. */
  readonly startedAt: number;
  completedAt?: number;
}

export const lustreVersion = '2.15.0';

/** Properties that only newer api-versions show. */
const expansionSince = '2026-01-01';

export const mgsAddress = (fileSystem: FileSystem): string => fileSystem.addresses[0] ?? '';

/** A file system as the API of that version shows it. */
export function renderFileSystem(fileSystem: FileSystem, apiVersion: string): unknown {
  const { spec } = fileSystem;
  return {
    name: fileSystem.name,
    type: 'Microsoft.StorageCache/amlFilesystems',
    id: fileSystem.id,
    location: spec.location,
    sku: { name: fileSystem.sku.name },
    tags: spec.tags,
    ...(spec.zones.length > 0 ? { zones: spec.zones } : {}),
    ...(spec.identity ? { identity: spec.identity } : {}),
    systemData: {
      createdBy: fileSystem.createdBy,
      createdByType: 'Application',
      createdAt: fileSystem.createdAt,
    },
    properties: {
      provisioningState: fileSystem.provisioningState,
      storageCapacityTiB: spec.capacityTiB,
      filesystemSubnet: spec.subnetId,
      maintenanceWindow: spec.maintenanceWindow,
      health: health(fileSystem, apiVersion),
      ...clientInfo(fileSystem),
      ...(spec.encryptionSettings ? { encryptionSettings: spec.encryptionSettings } : {}),
      ...(spec.hsmSettings
        ? { hsm: { settings: spec.hsmSettings, archiveStatus: archiveStatus(fileSystem) } }
        : {}),
      ...newerProperties(fileSystem, apiVersion),
    },
  };
}

function archiveStatus({ archive }: FileSystem): readonly object[] {
  if (!archive) return [];
  const { path, state, startedAt, completedAt } = archive;
  const status = {
    state,
    lastStartedTime: new Date(startedAt).toISOString(),
    ...(completedAt === undefined ? {} : { lastCompletionTime: new Date(completedAt).toISOString() }),
    ...(state === 'Completed' ? { percentComplete: 100 } : {}),
  };
  return [{ filesystemPath: path, status }];
}

/** Properties that are known only once the servers run. */
function clientInfo(fileSystem: FileSystem): object {
  if (!fileSystem.created) return {};
  const address = mgsAddress(fileSystem);
  const { fsname } = fileSystem;
  return {
    throughputProvisionedMBps: fileSystem.currentCapacityTiB * fileSystem.sku.throughputMBpsPerTiB,
    clientInfo: {
      mgsAddress: address,
      mountCommand: `mount -t lustre ${address}@tcp:/${fsname} /lustre/${fsname}`,
      lustreVersion,
      containerStorageInterface: {},
    },
  };
}

function newerProperties(fileSystem: FileSystem, apiVersion: string): object {
  const { rootSquashSettings } = fileSystem.spec;
  const squash =
    apiVersion >= rootSquashSince && rootSquashSettings
      ? {
          rootSquashSettings: {
            ...rootSquashSettings,
            status: rootSquashSettings['mode'] === 'None' ? 'nodemap.active=0' : 'nodemap.active=1',
          },
        }
      : {};
  if (apiVersion < expansionSince) return squash;
  const uuid = fileSystem.created ? { clusterUuid: fileSystem.clusterUuid } : {};
  return { ...squash, ...uuid, currentStorageCapacityTiB: fileSystem.currentCapacityTiB };
}

const healthStates: Readonly<Record<ProvisioningState, string>> = {
  Succeeded: 'Available',
  Failed: 'Unavailable',
  Canceled: 'Unavailable',
  Creating: 'Transitioning',
  Updating: 'Transitioning',
  Deleting: 'Transitioning',
};

function health(fileSystem: FileSystem, apiVersion: string): object {
  const { provisioningState, failure, expanding } = fileSystem;
  if (failure) {
    return { state: 'Unavailable', statusCode: failure.code, statusDescription: failure.message };
  }
  if (expanding && apiVersion >= expansionSince && provisioningState === 'Succeeded') {
    return { state: 'Expanding', statusDescription: 'amlFilesystem is expanding.' };
  }
  // A change that failed leaves the servers as they are.
  const ok = provisioningState === 'Succeeded' || (provisioningState === 'Failed' && fileSystem.created);
  const description = ok ? 'amlFilesystem is ok.' : `amlFilesystem is ${provisioningState.toLowerCase()}.`;
  return { state: ok ? 'Available' : healthStates[provisioningState], statusDescription: description };
}
