import type {
  CreateFileSystemFromBackupRequest,
  CreateFileSystemRequest,
  LustreConfigurationRequest,
} from '../file-systems/file-system-shapes.js';
import type { WireFileSystem } from '../file-systems/wire-file-system.js';
import { AwsError, badRequest, incompatibleParameter } from '../protocol/aws-error.js';
import type { WireBackup } from './wire-backup.js';

/** Throws the error of FSx where a file system, which may have data repository associations, cannot be backed up. */
export function checkBackupPossible(fileSystem: WireFileSystem, associated: boolean): void {
  const { FileSystemId, Lifecycle, LustreConfiguration } = fileSystem;
  if (!LustreConfiguration.DeploymentType?.startsWith('PERSISTENT'))
    throw new AwsError(
      'UnsupportedOperation',
      `Backups are not supported for DeploymentType ${LustreConfiguration.DeploymentType}.`,
    );
  if (LustreConfiguration.DataRepositoryConfiguration || associated)
    throw new AwsError(
      'UnsupportedOperation',
      'Backups are not supported on file systems linked to an Amazon S3 data repository.',
    );
  if (Lifecycle === 'FAILED')
    throw badRequest(
      `Cannot take backup while ${FileSystemId} is in FAILED and the file system storage is unhealthy`,
    );
  if (Lifecycle !== 'AVAILABLE' && Lifecycle !== 'UPDATING')
    throw badRequest(`Cannot take backup while ${FileSystemId} is in ${Lifecycle}`);
}

/**
 * Request for a creation that restores a backup: the backup's settings where the request has none of its own.
 * Throws where the backup is not ready, or where the request names another capacity or deployment.
 */
export function restoreRequest(
  backup: WireBackup,
  request: CreateFileSystemFromBackupRequest,
): CreateFileSystemRequest {
  const { FileSystem: original, BackupId } = backup;
  if (backup.Lifecycle !== 'AVAILABLE')
    throw badRequest(`Cannot restore from backup ${BackupId} while in ${backup.Lifecycle} state.`);
  const { StorageCapacity = original.StorageCapacity, LustreConfiguration: asked = {} } = request;
  if (StorageCapacity !== original.StorageCapacity)
    throw badRequest(
      `StorageCapacity must be equal to the backup's storage capacity of ${original.StorageCapacity} GiB.`,
    );
  const { DeploymentType: deployment } = original.LustreConfiguration;
  if (asked.DeploymentType !== undefined && asked.DeploymentType !== deployment)
    throw incompatibleParameter(
      'DeploymentType',
      `The DeploymentType must be that of the backup: ${deployment}.`,
    );
  const version = request.FileSystemTypeVersion ?? original.FileSystemTypeVersion;
  if (Number(version) < Number(original.FileSystemTypeVersion))
    throw badRequest(
      `FileSystemTypeVersion must not be older than the backup's: ${original.FileSystemTypeVersion}.`,
    );
  const { BackupId: _backup, ...creation } = request;
  return {
    StorageType: original.StorageType,
    ...creation,
    FileSystemType: 'LUSTRE',
    StorageCapacity,
    FileSystemTypeVersion: version,
    LustreConfiguration: { ...settingsOf(original), ...asked },
  };
}

function settingsOf({ LustreConfiguration: original }: WireFileSystem): LustreConfigurationRequest {
  const { MountName: _name, MetadataConfiguration: metadata, ...settings } = original;
  if (!settings.AutomaticBackupRetentionDays) delete settings.DailyAutomaticBackupStartTime;
  if (!metadata) return settings;
  return {
    ...settings,
    MetadataConfiguration: metadata.Mode === 'AUTOMATIC' ? { Mode: 'AUTOMATIC' } : metadata,
  };
}
