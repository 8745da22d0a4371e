import type { CreateFileSystemLustreConfiguration, CreateFileSystemRequest } from '@aws-sdk/client-fsx';
import type { Capacity } from '@lustre-csi/core';
import type { FsxSettings } from './settings.js';
import { digestOf, tagKeys, type Tags } from './tags.js';

/** One attempt to create the file system of a volume. */
export interface CreationAttempt {
  readonly settings: FsxSettings;
  /** The value of the ownership tag. */
  readonly volumeName: string;
  readonly clusterId: string;
  readonly tags: Tags;
  readonly capacity: Capacity;
  readonly attempt: number;
}

/**
 * The request that creates it. Equal attempts make equal requests with equal tokens, whichever process makes them;
 * what was not asked for is not sent.
 */
export function createRequest(attempt: CreationAttempt): CreateFileSystemRequest {
  const { settings, capacity } = attempt;
  const tiered = settings.storageType === 'INTELLIGENT_TIERING';
  return {
    ClientRequestToken: clientRequestToken('create', [
      attempt.volumeName,
      attempt.clusterId,
      String(attempt.attempt),
    ]),
    FileSystemType: 'LUSTRE',
    FileSystemTypeVersion: settings.fileSystemTypeVersion,
    StorageType: settings.storageType,
    StorageCapacity: tiered ? undefined : capacity.toGibibytes(),
    SubnetIds: settings.subnetId === undefined ? [] : [settings.subnetId],
    SecurityGroupIds: settings.securityGroupIds && [...settings.securityGroupIds],
    KmsKeyId: settings.kmsKeyId,
    Tags: Object.entries({
      ...attempt.tags,
      [tagKeys.attempt]: String(attempt.attempt),
      ...(tiered ? { [tagKeys.requestedBytes]: String(capacity.bytes) } : {}),
    }).map(([Key, Value]) => ({ Key, Value })),
    LustreConfiguration: lustreConfiguration(settings),
  };
}

/** Tags that only a creation adds to those of its plan: the attempt, and the bytes of INTELLIGENT_TIERING. */
export const tagsOfCreation = 2;

function lustreConfiguration(settings: FsxSettings): CreateFileSystemLustreConfiguration {
  return {
    DeploymentType: settings.deploymentType,
    PerUnitStorageThroughput: settings.perUnitStorageThroughput,
    DriveCacheType: settings.driveCacheType,
    DataCompressionType: settings.dataCompressionType,
    EfaEnabled: settings.efaEnabled || undefined,
    MetadataConfiguration: settings.metadataConfigurationMode && {
      Mode: settings.metadataConfigurationMode,
      Iops: settings.metadataIops,
    },
    ThroughputCapacity: settings.throughputCapacity,
    DataReadCacheConfiguration: settings.dataReadCacheSizingMode && {
      SizingMode: settings.dataReadCacheSizingMode,
      SizeGiB: settings.dataReadCacheSizeGiB,
    },
    ImportPath: settings.s3ImportPath,
    ExportPath: settings.s3ExportPath,
    AutoImportPolicy: settings.autoImportPolicy,
    AutomaticBackupRetentionDays: settings.automaticBackupRetentionDays || undefined,
    DailyAutomaticBackupStartTime: settings.dailyAutomaticBackupStartTime,
    CopyTagsToBackups: settings.copyTagsToBackups || undefined,
    WeeklyMaintenanceStartTime: settings.weeklyMaintenanceStartTime,
  };
}

/** A ClientRequestToken (at most 63 of `[A-Za-z0-9_.-]`) that is the same for equal parts and for no others. */
export function clientRequestToken(verb: 'create' | 'delete', parts: readonly string[]): string {
  return `csi-${verb}-${digestOf(parts).slice(0, 48)}`;
}
