import type { FileSystem as SdkFileSystem, LustreFileSystemConfiguration } from '@aws-sdk/client-fsx';
import {
  Capacity,
  mountSource,
  type FileSystem,
  type FileSystemState,
  type LustreMountSource,
} from '@lustre-csi/core';
import type { FsxParameters } from './parameters.js';
import { tagKeys, tagsOf, type Tags } from './tags.js';

/** Whose eyes a file system is seen with. */
export interface Viewpoint {
  readonly region: string;
  /** Empty: the driver was not told of a cluster, and takes every cluster's file systems for its own. */
  readonly clusterId: string;
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
export function toFileSystem(found: SdkFileSystem, view: Viewpoint): FileSystem | undefined {
  if (found.FileSystemType !== 'LUSTRE' || !found.FileSystemId) return undefined;
  const tags = tagsOf(found.Tags);
  const source = mountSourceOf(found);
  return {
    id: found.FileSystemId,
    scope: view.region,
    ...present('volumeName', ownedAs(tags, view)),
    state: stateOf(found.Lifecycle),
    cloudState: found.Lifecycle ?? 'unknown',
    ...present('stateDetail', found.FailureDetails?.Message),
    capacity: capacityOf(found, tags),
    ...present('createdAt', dateOf(found.CreationTime)),
    attempt: attemptOf(tags),
    attributes: attributesOf(found),
    ...present('mountSource', source),
  };
}

const present = <Name extends string, T>(name: Name, value: T | undefined): Partial<Record<Name, T>> =>
  (value === undefined ? {} : { [name]: value }) as Partial<Record<Name, T>>;

/** The tag value that stands for the volume name; absent where the file system is another cluster's. */
function ownedAs(tags: Tags, { clusterId }: Viewpoint): string | undefined {
  const cluster = tags[tagKeys.cluster];
  const foreign = clusterId !== '' && cluster !== undefined && cluster !== clusterId;
  return foreign ? undefined : tags[tagKeys.volumeName] || undefined;
}

/** A Lifecycle that came after this table is neither handed out nor deleted: the driver waits and shows its name. */
const stateOf = (lifecycle: string | undefined): FileSystemState =>
  lifecycle !== undefined && Object.hasOwn(states, lifecycle)
    ? (states[lifecycle] ?? 'creating')
    : 'creating';

/** INTELLIGENT_TIERING has no size: the tag keeps the one that was asked for. */
function capacityOf({ StorageCapacity, StorageType }: SdkFileSystem, tags: Tags): Capacity {
  const requested = tags[tagKeys.requestedBytes];
  if (StorageType === 'INTELLIGENT_TIERING' && requested !== undefined && /^\d{1,19}$/.test(requested)) {
    return Capacity.bytes(BigInt(requested));
  }
  const known = typeof StorageCapacity === 'number' && Number.isSafeInteger(StorageCapacity);
  return known && StorageCapacity > 0 ? Capacity.gibibytes(StorageCapacity) : Capacity.zero;
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

/** What of the parameters FSx shows again, and how: what a plan and a file system are compared by. */
export type ComparedName = Extract<
  keyof FsxParameters,
  | 'deploymentType'
  | 'storageType'
  | 'subnetId'
  | 'perUnitStorageThroughput'
  | 'driveCacheType'
  | 'efaEnabled'
  | 'metadataConfigurationMode'
  | 'metadataIops'
  | 'throughputCapacity'
  | 'dataReadCacheSizingMode'
  | 'dataReadCacheSizeGiB'
  | 'dataCompressionType'
  | 'fileSystemTypeVersion'
  | 'kmsKeyId'
  | 's3ImportPath'
  | 's3ExportPath'
>;

type Shown = string | number | boolean | undefined;

function attributesOf(found: SdkFileSystem): Readonly<Record<string, string>> {
  const shown: Partial<Record<ComparedName, Shown>> = {
    storageType: found.StorageType,
    subnetId: found.SubnetIds?.[0],
    fileSystemTypeVersion: found.FileSystemTypeVersion,
    kmsKeyId: found.KmsKeyId,
    ...lustreAttributes(found.LustreConfiguration ?? {}),
  };
  return comparable(shown);
}

function lustreAttributes(lustre: LustreFileSystemConfiguration): Partial<Record<ComparedName, Shown>> {
  return {
    deploymentType: lustre.DeploymentType,
    perUnitStorageThroughput: lustre.PerUnitStorageThroughput,
    driveCacheType: lustre.DriveCacheType,
    efaEnabled: lustre.EfaEnabled,
    metadataConfigurationMode: lustre.MetadataConfiguration?.Mode,
    metadataIops: lustre.MetadataConfiguration?.Iops,
    throughputCapacity: lustre.ThroughputCapacity,
    dataReadCacheSizingMode: lustre.DataReadCacheConfiguration?.SizingMode,
    dataReadCacheSizeGiB: lustre.DataReadCacheConfiguration?.SizeGiB,
    dataCompressionType: lustre.DataCompressionType,
    s3ImportPath: withoutTrailingSlash(lustre.DataRepositoryConfiguration?.ImportPath),
    s3ExportPath: withoutTrailingSlash(lustre.DataRepositoryConfiguration?.ExportPath),
  };
}

/** The attributes that settings ask for: those alone are compared that were asked for and that FSx shows. */
export function askedAttributes(settings: FsxParameters): Readonly<Record<string, string>> {
  const { subnetId, kmsKeyId, s3ImportPath, s3ExportPath, ...others } = settings;
  return comparable({
    subnetId,
    // FSx shows a key by its ARN, whatever name it was given by.
    kmsKeyId:
      kmsKeyId !== undefined && /^arn:[^:]+:kms:[^:]+:[^:]+:key\//.test(kmsKeyId) ? kmsKeyId : undefined,
    s3ImportPath: withoutTrailingSlash(s3ImportPath),
    s3ExportPath: withoutTrailingSlash(s3ExportPath),
    deploymentType: others.deploymentType,
    storageType: others.storageType,
    perUnitStorageThroughput: others.perUnitStorageThroughput,
    driveCacheType: others.driveCacheType,
    efaEnabled: others.efaEnabled,
    metadataConfigurationMode: others.metadataConfigurationMode,
    metadataIops: others.metadataIops,
    throughputCapacity: others.throughputCapacity,
    dataReadCacheSizingMode: others.dataReadCacheSizingMode,
    dataReadCacheSizeGiB: others.dataReadCacheSizeGiB,
    dataCompressionType: others.dataCompressionType,
    fileSystemTypeVersion: others.fileSystemTypeVersion,
  });
}

const withoutTrailingSlash = (path: string | undefined): string | undefined => path?.replace(/\/+$/, '');

function comparable(values: Partial<Record<ComparedName, Shown>>): Readonly<Record<string, string>> {
  const told = Object.entries(values).filter(([, value]) => value !== undefined && value !== null);
  return Object.fromEntries(told.map(([name, value]) => [name, String(value)]));
}
