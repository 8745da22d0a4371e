import {
  clientRequestToken,
  fileSystemId,
  filters,
  flag,
  idsOf,
  nextToken,
  paging,
  tags,
} from '../protocol/fsx-members.js';
import type { ListShape, StringShape, StructureShape, ValueOf } from '../protocol/request-shape.js';

/**
 * Members and constraints of the requests about data repositories, as the service model of API version 2018-03-01 has
 * them (https://docs.aws.amazon.com/fsx/latest/APIReference/). Rules that tie members to each other are in
 * association-rules.ts and task-rules.ts.
 */
const oneLine = /^[^\0\x85\u2028\u2029\r\n]+$/;
const associationId = {
  type: 'string',
  length: [13, 23],
  pattern: /^(dra-[0-9a-f]{8,})$/,
} as const satisfies StringShape;
const taskId = {
  type: 'string',
  length: [12, 128],
  pattern: /^(task-[0-9a-f]{17,})$/,
} as const satisfies StringShape;
const fileSystemPath = { type: 'string', length: [1, 4096], pattern: oneLine } as const satisfies StringShape;
const dataRepositoryPath = {
  type: 'string',
  length: [3, 4357],
  pattern: oneLine,
} as const satisfies StringShape;
const chunkSize = { type: 'integer', range: [1, 512000] } as const;

const policy = {
  type: 'structure',
  members: {
    Events: { type: 'list', size: [0, 3], of: { type: 'string', values: ['NEW', 'CHANGED', 'DELETED'] } },
  },
} as const satisfies StructureShape;
const s3 = {
  type: 'structure',
  members: { AutoImportPolicy: policy, AutoExportPolicy: policy },
} as const satisfies StructureShape;

export const createAssociationShape = {
  type: 'structure',
  members: {
    FileSystemId: fileSystemId,
    FileSystemPath: fileSystemPath,
    DataRepositoryPath: dataRepositoryPath,
    BatchImportMetaDataOnCreate: flag,
    ImportedFileChunkSize: chunkSize,
    S3: s3,
    ClientRequestToken: clientRequestToken,
    Tags: tags,
  },
  required: ['FileSystemId', 'DataRepositoryPath'],
} as const satisfies StructureShape;

export const updateAssociationShape = {
  type: 'structure',
  members: {
    AssociationId: associationId,
    ClientRequestToken: clientRequestToken,
    ImportedFileChunkSize: chunkSize,
    S3: s3,
  },
  required: ['AssociationId'],
} as const satisfies StructureShape;

export const deleteAssociationShape = {
  type: 'structure',
  members: {
    AssociationId: associationId,
    ClientRequestToken: clientRequestToken,
    DeleteDataInFileSystem: flag,
  },
  required: ['AssociationId'],
} as const satisfies StructureShape;

export const describeAssociationsShape = {
  type: 'structure',
  members: {
    AssociationIds: idsOf(associationId),
    Filters: filters,
    // Less than the other Describe operations allow.
    MaxResults: { type: 'integer', range: [1, 25] },
    NextToken: nextToken,
  },
} as const satisfies StructureShape;

const taskTypes = [
  'EXPORT_TO_REPOSITORY',
  'IMPORT_METADATA_FROM_REPOSITORY',
  'RELEASE_DATA_FROM_FILESYSTEM',
  'AUTO_RELEASE_DATA',
] as const;

export const createTaskShape = {
  type: 'structure',
  members: {
    Type: { type: 'string', values: taskTypes },
    FileSystemId: fileSystemId,
    Paths: { type: 'list', size: [0, 100], of: { type: 'string', length: [0, 4096] } },
    Report: {
      type: 'structure',
      members: {
        Enabled: flag,
        Path: dataRepositoryPath,
        Format: { type: 'string', values: ['REPORT_CSV_20191124'] },
        Scope: { type: 'string', values: ['FAILED_FILES_ONLY'] },
      },
      required: ['Enabled'],
    },
    ClientRequestToken: clientRequestToken,
    Tags: tags,
    CapacityToRelease: { type: 'integer', range: [1, 2147483647] },
    ReleaseConfiguration: {
      type: 'structure',
      members: {
        DurationSinceLastAccess: {
          type: 'structure',
          members: {
            Unit: { type: 'string', values: ['DAYS'] },
            Value: { type: 'integer', range: [0, 9007199254740991] },
          },
        },
      },
    },
  },
  required: ['Type', 'FileSystemId', 'Report'],
} as const satisfies StructureShape;

const taskFilters = {
  type: 'list',
  size: [0, 3],
  of: {
    type: 'structure',
    members: {
      Name: {
        type: 'string',
        values: ['file-system-id', 'task-lifecycle', 'data-repository-association-id', 'file-cache-id'],
      },
      Values: { type: 'list', size: [0, 20], of: { type: 'string', length: [1, 128] } },
    },
  },
} as const satisfies ListShape;

export const describeTasksShape = {
  type: 'structure',
  members: {
    TaskIds: idsOf(taskId),
    Filters: taskFilters,
    ...paging,
  },
} as const satisfies StructureShape;

export const cancelTaskShape = {
  type: 'structure',
  members: { TaskId: taskId },
  required: ['TaskId'],
} as const satisfies StructureShape;

export type CreateAssociationRequest = ValueOf<typeof createAssociationShape>;
export type UpdateAssociationRequest = ValueOf<typeof updateAssociationShape>;
export type DescribeAssociationsRequest = ValueOf<typeof describeAssociationsShape>;
export type CreateTaskRequest = ValueOf<typeof createTaskShape>;
export type DescribeTasksRequest = ValueOf<typeof describeTasksShape>;
