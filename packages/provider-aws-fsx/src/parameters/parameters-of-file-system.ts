import type { FileSystem as SdkFileSystem } from '@aws-sdk/client-fsx';
import type { FsxParameters } from './parameters.js';

/** What FSx tells of a file system, as the parameters that would make another of its kind. */
export type ParametersOfFileSystem = {
  readonly [Name in keyof FsxParameters]: FsxParameters[Name] | undefined;
};

/** Pure. What only describes the one file system (its subnet, its key, its links, its tags) is left out. */
export function parametersOfFileSystem(found: SdkFileSystem): ParametersOfFileSystem {
  const lustre = found.LustreConfiguration ?? {};
  const { MetadataConfiguration: metadata, DataReadCacheConfiguration: cache } = lustre;
  return {
    storageType: found.StorageType,
    fileSystemTypeVersion: found.FileSystemTypeVersion,
    deploymentType: lustre.DeploymentType,
    perUnitStorageThroughput: lustre.PerUnitStorageThroughput,
    driveCacheType: lustre.DriveCacheType,
    efaEnabled: lustre.EfaEnabled,
    throughputCapacity: lustre.ThroughputCapacity,
    dataCompressionType: lustre.DataCompressionType,
    metadataConfigurationMode: metadata?.Mode,
    metadataIops: metadata?.Mode === 'USER_PROVISIONED' ? metadata.Iops : undefined,
    dataReadCacheSizingMode: cache?.SizingMode,
    dataReadCacheSizeGiB: cache?.SizingMode === 'USER_PROVISIONED' ? cache.SizeGiB : undefined,
  } as ParametersOfFileSystem;
}

/** Minor version of a Lustre 2 version: 15 of 2.15; 0 where there is none. */
export const minorVersion = (version: string | undefined): number => Number(version?.split('.')[1] ?? 0);
