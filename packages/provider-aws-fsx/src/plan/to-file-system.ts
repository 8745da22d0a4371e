import type { FileSystem as SdkFileSystem } from '@aws-sdk/client-fsx';
import {
  Capacity,
  mountSource,
  type FileSystem,
  type FileSystemState,
  type LustreMountSource,
} from '@lustre-csi/core';
import { attributesOf } from '../parameters/attributes.js';
import type { CapacitySettings } from './capacity-rules.js';
import { finalBackupOf } from '../parameters/final-backup.js';
import { isOtherClusters, tagKeys, tagsOf, type Tags } from '../parameters/tags.js';

/** Whose eyes a file system is seen with. */
export interface Viewpoint {
  readonly region: string;
  /** Empty: the driver was not told of a cluster, and takes every cluster's file systems for its own. */
  readonly clusterId: string;
}

/** A file system, with what only this provider asks about. */
export interface FsxFileSystem extends FileSystem {
  /** By which it is tagged. */
  readonly arn?: string;
  /** Whether it was ever the answer to a CreateVolume: then there may be data on it. */
  readonly handedOut: boolean;
  /** The tags of the backup that is to be made when it is deleted; absent: none is. */
  readonly finalBackup?: Tags;
  /** What its size depends on; absent where FSx does not tell. */
  readonly kind?: CapacitySettings;
  /** The network interfaces that clients reach, that of the management server first. */
  readonly networkInterfaceIds: readonly string[];
}

/** Whether the file system is one that `toFileSystem` made. */
export function isFsxFileSystem(fileSystem: FileSystem): fileSystem is FsxFileSystem {
  return 'handedOut' in fileSystem;
}

/** FSx's Lifecycle, API reference, FileSystem. */
const states: Readonly<Record<string, FileSystemState>> = {
  CREATING: 'creating',
  AVAILABLE: 'available',
  UPDATING: 'updating',
  MISCONFIGURED: 'impaired',
  MISCONFIGURED_UNAVAILABLE: 'impaired',
  FAILED: 'failed',
  DELETING: 'deleting',
};

/**
 * What FSx tells of a file system, in the driver's words. Undefined for what is no Lustre file system. Never throws:
 * what it cannot read of a Lustre file system is absent from the result, since leaving the file system out would make
 * a listing say that it does not exist.
 */
export function toFileSystem(found: SdkFileSystem, view: Viewpoint): FsxFileSystem | undefined {
  if (found.FileSystemType !== 'LUSTRE' || !found.FileSystemId) return undefined;
  const tags = tagsOf(found.Tags);
  const source = mountSourceOf(found);
  return {
    id: found.FileSystemId,
    scope: view.region,
    ...present('volumeName', ownedAs(tags, view)),
    ...present('madeByDriver', tags[tagKeys.volumeName] ? true : undefined),
    state: stateOf(found.Lifecycle, tags),
    cloudState: found.Lifecycle ?? 'unknown',
    ...present('stateDetail', found.FailureDetails?.Message),
    capacity: capacityOf(found, tags),
    ...present('createdAt', dateOf(found.CreationTime)),
    attempt: attemptOf(tags),
    attributes: attributesOf(found, tags),
    ...present('directoryBases', directoryBasesOf(tags)),
    ...present('mountSource', source),
    ...present('arn', found.ResourceARN),
    handedOut: tags[tagKeys.handedOut] !== undefined,
    ...present('finalBackup', finalBackupOf(tags)),
    ...present('kind', kindOf(found)),
    networkInterfaceIds: found.NetworkInterfaceIds ?? [],
  };
}

const present = <Name extends string, T>(name: Name, value: T | undefined): Partial<Record<Name, T>> =>
  (value === undefined ? {} : { [name]: value }) as Partial<Record<Name, T>>;

/** The tag value that stands for the volume name; absent where the file system is another cluster's. */
function ownedAs(tags: Tags, { clusterId }: Viewpoint): string | undefined {
  return isOtherClusters(tags, clusterId) ? undefined : tags[tagKeys.volumeName] || undefined;
}

function directoryBasesOf(tags: Tags): readonly string[] | undefined {
  const noted = Object.entries(tags).filter(([key]) => key.startsWith(`${tagKeys.directories}/`));
  return noted.length > 0 ? noted.map(([, base]) => base) : undefined;
}

/** A Lifecycle that came after this table is neither handed out nor deleted: the driver waits and shows its name. */
function stateOf(lifecycle: string | undefined, tags: Tags): FileSystemState {
  const known = lifecycle !== undefined && Object.hasOwn(states, lifecycle) ? states[lifecycle] : undefined;
  return known === 'failed' && !neverUsed(tags) ? 'impaired' : (known ?? 'creating');
}

/**
 * FAILED is not only a creation that came to nothing: "an existing file system experienced an unrecoverable failure"
 * (API reference, FileSystem: Lifecycle) is called the same. Only what this driver created, and has marked at each
 * step, is known to hold no data, and so may be taken away to be created anew.
 */
const neverUsed = (tags: Tags): boolean =>
  tags[tagKeys.attempt] !== undefined &&
  tags[tagKeys.handedOut] === undefined &&
  directoryBasesOf(tags) === undefined;

/** INTELLIGENT_TIERING has no size: the tag keeps the one that was asked for. */
export function capacityOf({ StorageCapacity, StorageType }: SdkFileSystem, tags: Tags): Capacity {
  const requested = tags[tagKeys.requestedBytes];
  if (StorageType === 'INTELLIGENT_TIERING' && requested !== undefined && /^\d{1,19}$/.test(requested)) {
    return Capacity.bytes(BigInt(requested));
  }
  const known = typeof StorageCapacity === 'number' && Number.isSafeInteger(StorageCapacity);
  return known && StorageCapacity > 0 ? Capacity.gibibytes(StorageCapacity) : Capacity.zero;
}

function kindOf({ StorageType, LustreConfiguration }: SdkFileSystem): CapacitySettings | undefined {
  const { DeploymentType, PerUnitStorageThroughput, EfaEnabled = false } = LustreConfiguration ?? {};
  if (!StorageType || !DeploymentType) return undefined;
  return {
    deploymentType: DeploymentType,
    storageType: StorageType,
    efaEnabled: EfaEnabled,
    ...(PerUnitStorageThroughput === undefined ? {} : { perUnitStorageThroughput: PerUnitStorageThroughput }),
  };
}

const dateOf = (time: Date | undefined): Date | undefined =>
  time instanceof Date && !Number.isNaN(time.getTime()) ? time : undefined;

function attemptOf(tags: Tags): number {
  const attempt = tags[tagKeys.attempt] ?? '';
  return /^[1-9]\d{0,8}$/.test(attempt) ? Number(attempt) : 1;
}

function mountSourceOf({ DNSName, LustreConfiguration }: SdkFileSystem): LustreMountSource | undefined {
  if (!DNSName || !LustreConfiguration?.MountName) return undefined;
  try {
    return mountSource([[`${DNSName}@tcp`]], LustreConfiguration.MountName);
  } catch {
    return undefined; // Not a name that mount.lustre could use: as good as not told.
  }
}
