import type {
  CreateBackupCommandInput,
  CreateDataRepositoryAssociationCommandInput,
  CreateFileSystemCommandInput,
  CreateFileSystemFromBackupCommandInput,
  DeleteBackupCommandInput,
  DeleteDataRepositoryAssociationCommandInput,
  DeleteFileSystemCommandInput,
  DescribeBackupsCommandInput,
  DescribeDataRepositoryAssociationsCommandInput,
  DescribeFileSystemsCommandInput,
  FSxClient,
  TagResourceCommandInput,
  UpdateFileSystemCommandInput,
} from '@aws-sdk/client-fsx';
import type * as Sdk from '@aws-sdk/client-fsx';
import type { AwsOperation, Permission } from './aws-operation.js';
import { tagKeys } from '../parameters/tags.js';

/** The SDK, which the first call loads: it is large, and a controller that waits for work needs none of it. */
const sdk = (): Promise<typeof Sdk> => import('@aws-sdk/client-fsx');

const fileSystems = ['arn:*:fsx:*:*:file-system/*'];
const backups = ['arn:*:fsx:*:*:backup/*'];
const associations = ['arn:*:fsx:*:*:association/*'];
const anything = ['*'];

/** Condition that allows to delete only tagged resources, so that no defect and no handle can delete others. */
const tagged = (key: string): object => ({ Null: { [`aws:ResourceTag/${key}`]: 'false' } });

/** Permission to create the role with which FSx acts, which the first file system of an account needs. */
const serviceRole: Permission = {
  action: 'iam:CreateServiceLinkedRole',
  resources: anything,
  condition: { StringEquals: { 'iam:AWSServiceName': 'fsx.amazonaws.com' } },
};

/** Lustre User Guide, adding permissions to use data repositories in Amazon S3. */
const s3Role = ['arn:*:iam::*:role/aws-service-role/s3.data-source.lustre.fsx.amazonaws.com/*'];
const s3Link: readonly Permission[] = [
  { action: 'iam:CreateServiceLinkedRole', resources: s3Role },
  { action: 'iam:AttachRolePolicy', resources: s3Role },
  { action: 'iam:PutRolePolicy', resources: s3Role },
  { action: 's3:ListBucket', resources: anything },
];

const tagResource = (resources: readonly string[]): Permission => ({ action: 'fsx:TagResource', resources });

/** Every operation of Amazon FSx that the driver calls (API reference, 2018-03-01), with its IAM permissions (Service
 *  Authorization Reference, Amazon FSx). */
export const fsxOperations = {
  CreateFileSystem: {
    name: 'CreateFileSystem',
    kind: 'effect',
    permissions: [
      { action: 'fsx:CreateFileSystem', resources: fileSystems },
      tagResource(fileSystems),
      serviceRole,
      ...s3Link,
    ],
    send: async (client: FSxClient, input: CreateFileSystemCommandInput, options) =>
      client.send(new (await sdk()).CreateFileSystemCommand(input), options),
  },
  CreateFileSystemFromBackup: {
    name: 'CreateFileSystemFromBackup',
    kind: 'effect',
    permissions: [
      { action: 'fsx:CreateFileSystemFromBackup', resources: [...backups, ...fileSystems] },
      tagResource(fileSystems),
    ],
    send: async (client: FSxClient, input: CreateFileSystemFromBackupCommandInput, options) =>
      client.send(new (await sdk()).CreateFileSystemFromBackupCommand(input), options),
  },
  DescribeFileSystems: {
    name: 'DescribeFileSystems',
    kind: 'lookup',
    permissions: [{ action: 'fsx:DescribeFileSystems', resources: anything }],
    send: async (client: FSxClient, input: DescribeFileSystemsCommandInput, options) =>
      client.send(new (await sdk()).DescribeFileSystemsCommand(input), options),
  },
  UpdateFileSystem: {
    name: 'UpdateFileSystem',
    kind: 'effect',
    permissions: [{ action: 'fsx:UpdateFileSystem', resources: fileSystems }],
    send: async (client: FSxClient, input: UpdateFileSystemCommandInput, options) =>
      client.send(new (await sdk()).UpdateFileSystemCommand(input), options),
  },
  DeleteFileSystem: {
    name: 'DeleteFileSystem',
    kind: 'effect',
    permissions: [
      { action: 'fsx:DeleteFileSystem', resources: fileSystems, condition: tagged(tagKeys.volumeName) },
      // For the final backup.
      { action: 'fsx:CreateBackup', resources: [...backups, ...fileSystems] },
      tagResource(backups),
    ],
    send: async (client: FSxClient, input: DeleteFileSystemCommandInput, options) =>
      client.send(new (await sdk()).DeleteFileSystemCommand(input), options),
  },
  CreateBackup: {
    name: 'CreateBackup',
    kind: 'effect',
    permissions: [
      { action: 'fsx:CreateBackup', resources: [...backups, ...fileSystems] },
      tagResource(backups),
    ],
    send: async (client: FSxClient, input: CreateBackupCommandInput, options) =>
      client.send(new (await sdk()).CreateBackupCommand(input), options),
  },
  DescribeBackups: {
    name: 'DescribeBackups',
    kind: 'lookup',
    permissions: [{ action: 'fsx:DescribeBackups', resources: anything }],
    send: async (client: FSxClient, input: DescribeBackupsCommandInput, options) =>
      client.send(new (await sdk()).DescribeBackupsCommand(input), options),
  },
  DeleteBackup: {
    name: 'DeleteBackup',
    kind: 'effect',
    permissions: [
      { action: 'fsx:DeleteBackup', resources: backups, condition: tagged(tagKeys.snapshotName) },
    ],
    send: async (client: FSxClient, input: DeleteBackupCommandInput, options) =>
      client.send(new (await sdk()).DeleteBackupCommand(input), options),
  },
  TagResource: {
    name: 'TagResource',
    kind: 'effect',
    permissions: [tagResource(fileSystems)],
    send: async (client: FSxClient, input: TagResourceCommandInput, options) =>
      client.send(new (await sdk()).TagResourceCommand(input), options),
  },
  CreateDataRepositoryAssociation: {
    name: 'CreateDataRepositoryAssociation',
    kind: 'effect',
    permissions: [
      { action: 'fsx:CreateDataRepositoryAssociation', resources: [...associations, ...fileSystems] },
      tagResource(associations),
      ...s3Link,
    ],
    send: async (client: FSxClient, input: CreateDataRepositoryAssociationCommandInput, options) =>
      client.send(new (await sdk()).CreateDataRepositoryAssociationCommand(input), options),
  },
  DeleteDataRepositoryAssociation: {
    name: 'DeleteDataRepositoryAssociation',
    kind: 'effect',
    permissions: [
      { action: 'fsx:DeleteDataRepositoryAssociation', resources: [...associations, ...fileSystems] },
    ],
    send: async (client: FSxClient, input: DeleteDataRepositoryAssociationCommandInput, options) =>
      client.send(new (await sdk()).DeleteDataRepositoryAssociationCommand(input), options),
  },
  DescribeDataRepositoryAssociations: {
    name: 'DescribeDataRepositoryAssociations',
    kind: 'lookup',
    permissions: [{ action: 'fsx:DescribeDataRepositoryAssociations', resources: anything }],
    send: async (client: FSxClient, input: DescribeDataRepositoryAssociationsCommandInput, options) =>
      client.send(new (await sdk()).DescribeDataRepositoryAssociationsCommand(input), options),
  },
} as const satisfies Readonly<Record<string, AwsOperation<FSxClient, never, unknown>>>;
