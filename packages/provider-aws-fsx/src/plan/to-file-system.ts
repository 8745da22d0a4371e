import type { FileSystem as SdkFileSystem } from '@aws-sdk/client-fsx';
import {
  Capacity,
  createMountSource,
  type FileSystem,
  type FileSystemState,
  type LustreMountSource,
} from '@lustre-csi/core';
import { attributesOf } from '../parameters/attributes.js';
import type { CapacitySettings } from './capacity-rules.js';
import { finalBackupOf } from '../parameters/final-backup.js';
import { isOtherClusters, tagKeys, tagsOf, type Tags } from '../parameters/tags.js';

/** Viewpoint of one driver on the file systems of an account. */
export interface Viewpoint {
  readonly region: string;
  /** Id of the cluster. Empty: the driver has none, and owns only file systems that no cluster's tag claims. */
  readonly clusterId: string;
}

/** File system with the facts that only this provider needs. */
export interface FsxFileSystem extends FileSystem {
  /** ARN, by which the driver tags it. */
  readonly arn?: string;
  /** Marks a file system with all tags of a creation by this driver. aws-fsx-csi-driver writes the volume name alone. */
  readonly hasAttempt: boolean;
  /** Keys of all its tags. */
  readonly tagKeys: readonly string[];
  /** Reports whether CreateVolume has returned it: then it may hold data. */
  readonly handedOut: boolean;
  /** Tags of the backup that its deletion makes; absent: it makes none. */
  readonly finalBackup?: Tags;
  /** Settings on which its size depends; absent where FSx does not report them. */
  readonly kind?: CapacitySettings;
  /** Network interfaces for clients, that of the management server first. */
  readonly networkInterfaceIds: readonly string[];
}

/** Reports whether the file system is a result of `toFileSystem`. */
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
 * Translates FSx's description of a file system; undefined for other than Lustre. Never throws: unreadable members of a
 * Lustre file system are absent from the result, since without the file system a listing would say that it does not
 * exist.
 */
export function toFileSystem(found: SdkFileSystem, view: Viewpoint): FsxFileSystem | undefined {
  if (found.FileSystemType !== 'LUSTRE' || !found.FileSystemId) return undefined;
  const tags = tagsOf(found.Tags);
  const source = mountSourceOf(found);
  return {
    id: found.FileSystemId,
    listingScope: view.region,
    ...present('volumeName', ownedAs(tags, view)),
    ...present('cluster', tags[tagKeys.cluster] || undefined),
    ...(isOtherClusters(tags, view.clusterId) ? { isOtherClusters: true as const } : {}),
    ...present('madeByDriver', tags[tagKeys.volumeName] ? true : undefined),
    state: stateOf(found.Lifecycle, tags),
    cloudState: found.Lifecycle ?? 'unknown',
    ...present('stateDetail', found.FailureDetails?.Message),
    capacity: capacityOf(found, tags),
    ...present('createdAt', dateOf(found.CreationTime)),
    attempt: attemptOf(tags),
    ...present('neverHandedOut', neverUsed(tags) || undefined),
    attributes: attributesOf(found, tags),
    ...present('directoryBases', directoryBasesOf(tags)),
    ...present('mountSource', source),
    ...present('arn', found.ResourceARN),
    tagKeys: Object.keys(tags),
    hasAttempt: tags[tagKeys.attempt] !== undefined,
    handedOut: tags[tagKeys.handedOut] !== undefined,
    ...present('finalBackup', finalBackupOf(tags)),
    ...present('kind', kindOf(found)),
    networkInterfaceIds: found.NetworkInterfaceIds ?? [],
  };
}

/**
 * Removes the volume name from file systems whose tag of it is a copy: another file system of that name has all tags of
 * a creation by this driver, and these have only the name.
 */
export function withoutCopies(all: readonly FsxFileSystem[]): readonly FsxFileSystem[] {
  const created = new Set(all.flatMap(({ hasAttempt, volumeName }) => (hasAttempt ? [volumeName] : [])));
  return all.map((each) => {
    if (each.hasAttempt || each.volumeName === undefined || !created.has(each.volumeName)) return each;
    const { volumeName: _copied, ...unowned } = each;
    return unowned;
  });
}

const present = <Name extends string, T>(name: Name, value: T | undefined): Partial<Record<Name, T>> =>
  (value === undefined ? {} : { [name]: value }) as Partial<Record<Name, T>>;

/** Tag value that represents the volume name; absent where the file system belongs to another cluster. */
function ownedAs(tags: Tags, { clusterId }: Viewpoint): string | undefined {
  return isOtherClusters(tags, clusterId) ? undefined : tags[tagKeys.volumeName] || undefined;
}

function directoryBasesOf(tags: Tags): readonly string[] | undefined {
  const noted = Object.entries(tags).filter(([key]) => key.startsWith(`${tagKeys.directories}/`));
  const isParent = noted.length > 0 || tags[tagKeys.parent] !== undefined;
  return isParent ? noted.map(([, base]) => base) : undefined;
}

/** Translates a Lifecycle. An unknown, newer one is neither handed out nor deleted: the driver waits and shows it. */
function stateOf(lifecycle: string | undefined, tags: Tags): FileSystemState {
  const known = lifecycle !== undefined && Object.hasOwn(states, lifecycle) ? states[lifecycle] : undefined;
  return known === 'failed' && !neverUsed(tags) ? 'impaired' : (known ?? 'creating');
}

/**
 * Reports whether a file system was never used. FAILED is not only a failed creation: "an existing file system
 * experienced an unrecoverable failure" (API reference, FileSystem: Lifecycle) has the same name. Only a file system
 * that this driver created, and has marked at each step, certainly holds no data and may be deleted and recreated.
 */
const neverUsed = (tags: Tags): boolean =>
  tags[tagKeys.attempt] !== undefined &&
  tags[tagKeys.handedOut] === undefined &&
  directoryBasesOf(tags) === undefined;

/** Reads the capacity. INTELLIGENT_TIERING has no size: the tag keeps the requested one. */
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
    return createMountSource([[`${DNSName}@tcp`]], LustreConfiguration.MountName);
  } catch {
    return undefined; // Not a name that mount.lustre could use: the same as none.
  }
}
