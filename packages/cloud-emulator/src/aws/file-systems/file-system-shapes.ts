import {
  archivePath,
  backupId,
  clientRequestToken,
  count,
  fileSystemId,
  flag,
  idsOf,
  paging,
  resourceArn,
  tags,
} from '../protocol/fsx-members.js';
import type { StructureShape, ValueOf } from '../protocol/request-shape.js';

/**
 * Members and constraints of the requests about file systems, as the service model of API version 2018-03-01 has them
 * (https://docs.aws.amazon.com/fsx/latest/APIReference/). Rules that tie members to each other are in
 * lustre-rules.ts and lustre-update-rules.ts.
 */
const logConfiguration = {
  type: 'structure',
  members: {
    Level: { type: 'string', values: ['DISABLED', 'WARN_ONLY', 'ERROR_ONLY', 'WARN_ERROR'] },
    Destination: resourceArn,
  },
  required: ['Level'],
} as const satisfies StructureShape;

const rootSquashConfiguration = {
  type: 'structure',
  members: {
    RootSquash: { type: 'string', length: [3, 21], pattern: /^([0-9]{1,10}):([0-9]{1,10})$/ },
    NoSquashNids: {
      type: 'list',
      size: [0, 64],
      of: { type: 'string', length: [11, 43], pattern: /^([0-9[\]-]*\.){3}([0-9[\]-]*)@tcp$/ },
    },
  },
} as const satisfies StructureShape;

const dataReadCacheConfiguration = {
  type: 'structure',
  members: {
    SizingMode: {
      type: 'string',
      values: ['NO_CACHE', 'USER_PROVISIONED', 'PROPORTIONAL_TO_THROUGHPUT_CAPACITY'],
    },
    SizeGiB: count,
  },
} as const satisfies StructureShape;

const metadataConfiguration = <const Required extends readonly string[]>(required: Required) =>
  ({
    type: 'structure',
    members: {
      Iops: { type: 'integer', range: [1500, 192000] },
      Mode: { type: 'string', values: ['AUTOMATIC', 'USER_PROVISIONED'] },
    },
    required,
  }) as const;

/** Members that CreateFileSystem and UpdateFileSystem share. */
const changeableLustre = {
  WeeklyMaintenanceStartTime: {
    type: 'string',
    length: [7, 7],
    pattern: /^[1-7]:([01]\d|2[0-3]):?([0-5]\d)$/,
  },
  DailyAutomaticBackupStartTime: {
    type: 'string',
    length: [5, 5],
    pattern: /^([01]\d|2[0-3]):?([0-5]\d)$/,
  },
  AutomaticBackupRetentionDays: { type: 'integer', range: [0, 90] },
  AutoImportPolicy: { type: 'string', values: ['NONE', 'NEW', 'NEW_CHANGED', 'NEW_CHANGED_DELETED'] },
  DataCompressionType: { type: 'string', values: ['NONE', 'LZ4'] },
  LogConfiguration: logConfiguration,
  RootSquashConfiguration: rootSquashConfiguration,
  PerUnitStorageThroughput: { type: 'integer', range: [12, 1000] },
  ThroughputCapacity: { type: 'integer', range: [8, 2000000] },
  DataReadCacheConfiguration: dataReadCacheConfiguration,
} as const;

const lustreConfiguration = {
  type: 'structure',
  members: {
    ...changeableLustre,
    ImportPath: archivePath,
    ExportPath: archivePath,
    ImportedFileChunkSize: { type: 'integer', range: [1, 512000] },
    DeploymentType: { type: 'string', values: ['SCRATCH_1', 'SCRATCH_2', 'PERSISTENT_1', 'PERSISTENT_2'] },
    CopyTagsToBackups: flag,
    DriveCacheType: { type: 'string', values: ['NONE', 'READ'] },
    EfaEnabled: flag,
    MetadataConfiguration: metadataConfiguration(['Mode']),
  },
} as const satisfies StructureShape;

/** Members of a creation, with or without a backup. */
const creation = {
  ClientRequestToken: clientRequestToken,
  StorageCapacity: count,
  StorageType: { type: 'string', values: ['SSD', 'HDD', 'INTELLIGENT_TIERING'] },
  SubnetIds: {
    type: 'list',
    size: [0, 50],
    of: { type: 'string', length: [15, 24], pattern: /^(subnet-[0-9a-f]{8,})$/ },
  },
  SecurityGroupIds: {
    type: 'list',
    size: [0, 50],
    of: { type: 'string', length: [11, 20], pattern: /^(sg-[0-9a-f]{8,})$/ },
  },
  Tags: tags,
  KmsKeyId: { type: 'string', length: [1, 2048], pattern: /^.{1,2048}$/ },
  LustreConfiguration: lustreConfiguration,
  FileSystemTypeVersion: { type: 'string', length: [1, 20], pattern: /^[0-9](.[0-9]*)*$/ },
  NetworkType: { type: 'string', values: ['IPV4', 'DUAL'] },
} as const;

export const createFileSystemShape = {
  type: 'structure',
  members: {
    ...creation,
    FileSystemType: { type: 'string', values: ['WINDOWS', 'LUSTRE', 'ONTAP', 'OPENZFS'] },
  },
  required: ['FileSystemType', 'SubnetIds'],
} as const satisfies StructureShape;

export const createFileSystemFromBackupShape = {
  type: 'structure',
  members: { ...creation, BackupId: backupId },
  required: ['BackupId', 'SubnetIds'],
} as const satisfies StructureShape;

export const updateFileSystemShape = {
  type: 'structure',
  members: {
    FileSystemId: fileSystemId,
    ClientRequestToken: clientRequestToken,
    StorageCapacity: count,
    LustreConfiguration: {
      type: 'structure',
      members: { ...changeableLustre, MetadataConfiguration: metadataConfiguration([]) },
    },
    FileSystemTypeVersion: creation.FileSystemTypeVersion,
  },
  required: ['FileSystemId'],
} as const satisfies StructureShape;

export const describeFileSystemsShape = {
  type: 'structure',
  members: {
    FileSystemIds: idsOf(fileSystemId),
    ...paging,
  },
} as const satisfies StructureShape;

export const deleteFileSystemShape = {
  type: 'structure',
  members: {
    FileSystemId: fileSystemId,
    ClientRequestToken: clientRequestToken,
    WindowsConfiguration: { type: 'structure', members: {} },
    OpenZFSConfiguration: { type: 'structure', members: {} },
    LustreConfiguration: {
      type: 'structure',
      members: { SkipFinalBackup: flag, FinalBackupTags: tags },
    },
  },
  required: ['FileSystemId'],
} as const satisfies StructureShape;

export type CreateFileSystemRequest = ValueOf<typeof createFileSystemShape>;
export type CreateFileSystemFromBackupRequest = ValueOf<typeof createFileSystemFromBackupShape>;
export type UpdateFileSystemRequest = ValueOf<typeof updateFileSystemShape>;
export type LustreConfigurationRequest = ValueOf<typeof lustreConfiguration>;
export type DeploymentType = NonNullable<LustreConfigurationRequest['DeploymentType']>;
export type StorageType = NonNullable<CreateFileSystemRequest['StorageType']>;
