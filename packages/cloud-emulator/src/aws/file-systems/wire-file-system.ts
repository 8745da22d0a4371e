import type { Tag } from '../protocol/fsx-members.js';
import type { LustreConfigurationRequest, StorageType } from './file-system-shapes.js';

/** A file system as DescribeFileSystems shows it. Times are epoch seconds with a fraction. */
export interface WireFileSystem {
  readonly OwnerId: string;
  readonly CreationTime: number;
  readonly FileSystemId: string;
  readonly FileSystemType: 'LUSTRE';
  Lifecycle: FileSystemLifecycle;
  FailureDetails?: { readonly Message: string };
  /** GiB. Absent with INTELLIGENT_TIERING. */
  StorageCapacity?: number;
  readonly StorageType: StorageType;
  readonly VpcId: string;
  readonly SubnetIds: readonly string[];
  NetworkInterfaceIds: readonly string[];
  readonly DNSName: string;
  readonly KmsKeyId?: string;
  readonly ResourceARN: string;
  Tags: readonly Tag[];
  LustreConfiguration: WireLustreConfiguration;
  /** Newest first; absent until there is one. */
  AdministrativeActions?: readonly WireAction[];
  FileSystemTypeVersion: string;
}

export type FileSystemLifecycle = 'CREATING' | 'AVAILABLE' | 'FAILED' | 'UPDATING' | 'DELETING';

/** Configuration of the request, with the defaults filled in and the S3 link in a structure of its own. */
export type WireLustreConfiguration = Omit<
  LustreConfigurationRequest,
  'ImportPath' | 'ExportPath' | 'ImportedFileChunkSize' | 'AutoImportPolicy' | 'MetadataConfiguration'
> & {
  readonly MountName: string;
  readonly MetadataConfiguration?: WireMetadata | undefined;
  readonly DataRepositoryConfiguration?: {
    readonly Lifecycle: 'AVAILABLE';
    readonly ImportPath: string;
    readonly ExportPath: string;
    readonly ImportedFileChunkSize: number;
    readonly AutoImportPolicy: NonNullable<LustreConfigurationRequest['AutoImportPolicy']>;
  };
};

export interface WireMetadata {
  readonly Mode: 'AUTOMATIC' | 'USER_PROVISIONED';
  readonly Iops: number;
}

/** An administrative action: an update, or the optimization of storage that follows some updates. */
export interface WireAction {
  readonly AdministrativeActionType: 'FILE_SYSTEM_UPDATE' | 'STORAGE_OPTIMIZATION';
  readonly RequestTime: number;
  Status: 'PENDING' | 'IN_PROGRESS' | 'UPDATED_OPTIMIZING' | 'COMPLETED' | 'FAILED';
  ProgressPercent?: number;
  FailureDetails?: { readonly Message: string };
  readonly TargetFileSystemValues?: UpdateTarget;
}

/** Values that an update changes. */
export interface UpdateTarget {
  readonly StorageCapacity?: number;
  readonly FileSystemTypeVersion?: string;
  readonly LustreConfiguration?: Partial<WireLustreConfiguration>;
}
