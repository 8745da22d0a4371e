import type { FileSystem as SdkFileSystem, LustreFileSystemConfiguration } from '@aws-sdk/client-fsx';
import { trimTrailingSlashes } from '@lustre-csi/core';
import { repositoriesDigest } from './data-repository-associations.js';
import { mutableParameters } from './mutable-parameters.js';
import type { FsxParameters } from './parameters.js';
import { tagKeys, type Tags } from './tags.js';

/** Parameters that FSx shows again: those by which the core compares a plan with a file system. */
export type ComparedName =
  | 'snapshot'
  | Extract<
      keyof FsxParameters,
      | 'dataRepositoryAssociations'
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
      | 'importedFileChunkSize'
    >;

type Shown = string | number | boolean | undefined;

/**
 * Attributes with which a file system was created. Once ControllerModifyVolume has changed and marked it, mutable
 * parameters are left out: they no longer describe the request that created it, and a repetition of that request must
 * still find it. Until then they are compared like the others.
 */
export function attributesOf(found: SdkFileSystem, tags: Tags): Readonly<Record<string, string>> {
  const shown: Partial<Record<ComparedName, Shown>> = {
    storageType: found.StorageType,
    subnetId: found.SubnetIds?.[0],
    fileSystemTypeVersion: found.FileSystemTypeVersion,
    kmsKeyId: found.KmsKeyId,
    ...lustreAttributes(found.LustreConfiguration ?? {}),
    dataRepositoryAssociations: tags[tagKeys.repositories] ?? 'none',
    snapshot: tags[tagKeys.snapshot] ?? 'none',
  };
  const all = comparable(shown);
  if (tags[tagKeys.modified] === undefined) return all;
  return Object.fromEntries(Object.entries(all).filter(([name]) => !Object.hasOwn(mutableParameters, name)));
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
    importedFileChunkSize: lustre.DataRepositoryConfiguration?.ImportedFileChunkSize,
  };
}

/** Attributes that the settings request. The core compares only attributes that are requested and that FSx shows. */
export function requestedAttributes(
  settings: FsxParameters,
  snapshotId?: string,
): Readonly<Record<string, string>> {
  const { subnetId, kmsKeyId, s3ImportPath, s3ExportPath, ...others } = settings;
  return comparable({
    subnetId,
    // FSx shows a key by its ARN, also where the request names its id or alias.
    kmsKeyId:
      kmsKeyId !== undefined && /^arn:[^:]+:kms:[^:]+:[^:]+:key\//.test(kmsKeyId) ? kmsKeyId : undefined,
    s3ImportPath: withoutTrailingSlash(s3ImportPath),
    s3ExportPath: withoutTrailingSlash(s3ExportPath),
    importedFileChunkSize: others.importedFileChunkSize,
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
    dataRepositoryAssociations: repositoriesDigest(others.dataRepositoryAssociations),
    snapshot: snapshotId ?? 'none',
  });
}

const withoutTrailingSlash = (path: string | undefined): string | undefined =>
  path === undefined ? undefined : trimTrailingSlashes(path);

function comparable(values: Partial<Record<ComparedName, Shown>>): Readonly<Record<string, string>> {
  const known = Object.entries(values).filter(([, value]) => value !== undefined && value !== null);
  return Object.fromEntries(known.map(([name, value]) => [name, String(value)]));
}
