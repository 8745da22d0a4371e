import {
  CreateBackupCommand,
  CreateDataRepositoryAssociationCommand,
  CreateFileSystemCommand,
  CreateFileSystemFromBackupCommand,
  DeleteBackupCommand,
  DeleteDataRepositoryAssociationCommand,
  DeleteFileSystemCommand,
  DescribeBackupsCommand,
  DescribeDataRepositoryAssociationsCommand,
  DescribeFileSystemsCommand,
  TagResourceCommand,
  UpdateFileSystemCommand,
  type CreateBackupCommandInput,
  type CreateDataRepositoryAssociationCommandInput,
  type CreateFileSystemCommandInput,
  type CreateFileSystemFromBackupCommandInput,
  type DeleteBackupCommandInput,
  type DeleteDataRepositoryAssociationCommandInput,
  type DeleteFileSystemCommandInput,
  type DescribeBackupsCommandInput,
  type DescribeDataRepositoryAssociationsCommandInput,
  type DescribeFileSystemsCommandInput,
  type FSxClient,
  type TagResourceCommandInput,
  type UpdateFileSystemCommandInput,
} from '@aws-sdk/client-fsx';
import type { AwsOperation, Permission } from './aws-operation.js';
import { tagKeys } from '../parameters/tags.js';

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
    send: (client: FSxClient, input: CreateFileSystemCommandInput, options) =>
      client.send(new CreateFileSystemCommand(input), options),
  },
  CreateFileSystemFromBackup: {
    name: 'CreateFileSystemFromBackup',
    kind: 'effect',
    permissions: [
      { action: 'fsx:CreateFileSystemFromBackup', resources: [...backups, ...fileSystems] },
      tagResource(fileSystems),
    ],
    send: (client: FSxClient, input: CreateFileSystemFromBackupCommandInput, options) =>
      client.send(new CreateFileSystemFromBackupCommand(input), options),
  },
  DescribeFileSystems: {
    name: 'DescribeFileSystems',
    kind: 'lookup',
    permissions: [{ action: 'fsx:DescribeFileSystems', resources: anything }],
    send: (client: FSxClient, input: DescribeFileSystemsCommandInput, options) =>
      client.send(new DescribeFileSystemsCommand(input), options),
  },
  UpdateFileSystem: {
    name: 'UpdateFileSystem',
    kind: 'effect',
    permissions: [{ action: 'fsx:UpdateFileSystem', resources: fileSystems }],
    send: (client: FSxClient, input: UpdateFileSystemCommandInput, options) =>
      client.send(new UpdateFileSystemCommand(input), options),
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
    send: (client: FSxClient, input: DeleteFileSystemCommandInput, options) =>
      client.send(new DeleteFileSystemCommand(input), options),
  },
  CreateBackup: {
    name: 'CreateBackup',
    kind: 'effect',
    permissions: [
      { action: 'fsx:CreateBackup', resources: [...backups, ...fileSystems] },
      tagResource(backups),
    ],
    send: (client: FSxClient, input: CreateBackupCommandInput, options) =>
      client.send(new CreateBackupCommand(input), options),
  },
  DescribeBackups: {
    name: 'DescribeBackups',
    kind: 'lookup',
    permissions: [{ action: 'fsx:DescribeBackups', resources: anything }],
    send: (client: FSxClient, input: DescribeBackupsCommandInput, options) =>
      client.send(new DescribeBackupsCommand(input), options),
  },
  DeleteBackup: {
    name: 'DeleteBackup',
    kind: 'effect',
    permissions: [
      { action: 'fsx:DeleteBackup', resources: backups, condition: tagged(tagKeys.snapshotName) },
    ],
    send: (client: FSxClient, input: DeleteBackupCommandInput, options) =>
      client.send(new DeleteBackupCommand(input), options),
  },
  TagResource: {
    name: 'TagResource',
    kind: 'effect',
    permissions: [tagResource(fileSystems)],
    send: (client: FSxClient, input: TagResourceCommandInput, options) =>
      client.send(new TagResourceCommand(input), options),
  },
  CreateDataRepositoryAssociation: {
    name: 'CreateDataRepositoryAssociation',
    kind: 'effect',
    permissions: [
      { action: 'fsx:CreateDataRepositoryAssociation', resources: [...associations, ...fileSystems] },
      tagResource(associations),
      ...s3Link,
    ],
    send: (client: FSxClient, input: CreateDataRepositoryAssociationCommandInput, options) =>
      client.send(new CreateDataRepositoryAssociationCommand(input), options),
  },
  DeleteDataRepositoryAssociation: {
    name: 'DeleteDataRepositoryAssociation',
    kind: 'effect',
    permissions: [
      { action: 'fsx:DeleteDataRepositoryAssociation', resources: [...associations, ...fileSystems] },
    ],
    send: (client: FSxClient, input: DeleteDataRepositoryAssociationCommandInput, options) =>
      client.send(new DeleteDataRepositoryAssociationCommand(input), options),
  },
  DescribeDataRepositoryAssociations: {
    name: 'DescribeDataRepositoryAssociations',
    kind: 'lookup',
    permissions: [{ action: 'fsx:DescribeDataRepositoryAssociations', resources: anything }],
    send: (client: FSxClient, input: DescribeDataRepositoryAssociationsCommandInput, options) =>
      client.send(new DescribeDataRepositoryAssociationsCommand(input), options),
  },
} as const satisfies Readonly<Record<string, AwsOperation<FSxClient, never, unknown>>>;
