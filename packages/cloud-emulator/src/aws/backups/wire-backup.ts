import type { WireFileSystem } from '../file-systems/wire-file-system.js';
import type { Tag } from '../protocol/fsx-members.js';

/** A backup as DescribeBackups shows it. */
export interface WireBackup {
  readonly BackupId: string;
  Lifecycle: 'PENDING' | 'CREATING' | 'TRANSFERRING' | 'AVAILABLE' | 'FAILED';
  FailureDetails?: { readonly Message: string };
  readonly Type: 'USER_INITIATED';
  ProgressPercent: number;
  readonly CreationTime: number;
  readonly KmsKeyId?: string;
  readonly ResourceARN: string;
  Tags: readonly Tag[];
  readonly OwnerId: string;
  readonly ResourceType: 'FILE_SYSTEM';
  /** File system as it was when the backup began; stays when the file system is deleted. */
  readonly FileSystem: WireFileSystem;
}
