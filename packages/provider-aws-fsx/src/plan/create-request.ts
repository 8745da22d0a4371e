import type {
  CreateFileSystemFromBackupRequest,
  CreateFileSystemLustreConfiguration,
  CreateFileSystemRequest,
  LustreLogCreateConfiguration,
  LustreRootSquashConfiguration,
} from '@aws-sdk/client-fsx';
import type { Capacity } from '@lustre-csi/core';
import { clientRequestToken } from '../api/client-request-token.js';
import type { FsxSettings } from '../parameters/settings.js';
import { sdkTags, tagKeys, type Tags } from '../parameters/tags.js';

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
 * Builds the request that creates the file system. Equal attempts make equal requests with equal tokens, in any
 * process; settings that were not requested are not sent.
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
    Tags: sdkTags({
      ...attempt.tags,
      [tagKeys.attempt]: String(attempt.attempt),
      ...(tiered ? { [tagKeys.requestedBytes]: String(capacity.bytes) } : {}),
    }),
    LustreConfiguration: lustreConfiguration(settings),
  };
}

/** Builds the request that creates the file system with the data of a backup. */
export function restoreRequest(
  attempt: CreationAttempt,
  backupId: string,
): CreateFileSystemFromBackupRequest {
  const { FileSystemType: _type, ...request } = createRequest(attempt);
  return { ...request, BackupId: backupId };
}

/** Number of tags that a file system gets besides those of its plan: the attempt, the bytes of INTELLIGENT_TIERING, and
 *  later the marks that it was handed out and that it was modified. */
export const tagsOfLife = 4;

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
    ImportedFileChunkSize: settings.importedFileChunkSize,
    AutoImportPolicy: settings.autoImportPolicy,
    AutomaticBackupRetentionDays: settings.automaticBackupRetentionDays || undefined,
    DailyAutomaticBackupStartTime: settings.dailyAutomaticBackupStartTime,
    CopyTagsToBackups: settings.copyTagsToBackups || undefined,
    WeeklyMaintenanceStartTime: settings.weeklyMaintenanceStartTime,
    RootSquashConfiguration: rootSquashConfiguration(settings),
    LogConfiguration: logConfiguration(settings),
  };
}

/** Root squash in the form that CreateFileSystem and UpdateFileSystem take. */
export function rootSquashConfiguration({
  rootSquash,
  noSquashNids,
}: Pick<FsxSettings, 'rootSquash' | 'noSquashNids'>): LustreRootSquashConfiguration | undefined {
  if (rootSquash === undefined) return undefined;
  return { RootSquash: rootSquash, ...(noSquashNids ? { NoSquashNids: [...noSquashNids] } : {}) };
}

/** Logging in the form that CreateFileSystem and UpdateFileSystem take. */
export function logConfiguration({
  logLevel,
  logDestination,
}: Pick<FsxSettings, 'logLevel' | 'logDestination'>): LustreLogCreateConfiguration | undefined {
  return logLevel && { Level: logLevel, ...(logDestination ? { Destination: logDestination } : {}) };
}
