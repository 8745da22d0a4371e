import {
  backupId,
  clientRequestToken,
  fileSystemId,
  filters,
  idsOf,
  paging,
  tags,
} from '../protocol/fsx-members.js';
import type { StructureShape, ValueOf } from '../protocol/request-shape.js';

/** Members and constraints of the requests about backups. */
export const createBackupShape = {
  type: 'structure',
  members: { FileSystemId: fileSystemId, ClientRequestToken: clientRequestToken, Tags: tags },
  required: ['FileSystemId'],
} as const satisfies StructureShape;

export const describeBackupsShape = {
  type: 'structure',
  members: {
    BackupIds: idsOf(backupId),
    Filters: filters,
    ...paging,
  },
} as const satisfies StructureShape;

export const deleteBackupShape = {
  type: 'structure',
  members: { BackupId: backupId, ClientRequestToken: clientRequestToken },
  required: ['BackupId'],
} as const satisfies StructureShape;

export type DescribeBackupsRequest = ValueOf<typeof describeBackupsShape>;
