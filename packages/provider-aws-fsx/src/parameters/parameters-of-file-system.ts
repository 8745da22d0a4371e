import type { FileSystem as SdkFileSystem } from '@aws-sdk/client-fsx';
import type { FsxParameters } from './parameters.js';

/** Parameters that would create another file system of the same kind. */
export type ParametersOfFileSystem = {
  readonly [Name in keyof FsxParameters]: FsxParameters[Name] | undefined;
};

/** Derives the parameters from a file system, without those of that one alone (subnet, key, links, tags). Pure. */
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
