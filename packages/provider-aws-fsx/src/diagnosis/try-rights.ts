import type { EC2Client } from '@aws-sdk/client-ec2';
import type { FSxClient } from '@aws-sdk/client-fsx';
import { isDriverError, messageOf, type CloudRight } from '@lustre-csi/core';
import type { AwsCaller, AwsOperation, SdkClient } from '../api/aws-operation.js';
import { ec2Operations as ec2 } from '../api/ec2-operations.js';
import { fsxOperations as fsx } from '../api/fsx-operations.js';

/** Ids of the right form that no resource has: a call with them changes nothing. */
const absent = {
  fileSystem: 'fs-00000000000000000',
  backup: 'backup-00000000000000000',
  association: 'dra-00000000000000000',
  subnet: 'subnet-00000000000000000',
  interface: 'eni-00000000000000000',
} as const;

/** Clients that the attempts use, and the account in which they try to tag. */
export interface RightsTrial {
  readonly fsx: AwsCaller<FSxClient>;
  readonly ec2: AwsCaller<EC2Client>;
  /** Prefix of ARNs: `arn:aws:fsx:us-west-2:111122223333`. */
  readonly arnPrefix: string;
}

/** Errors of EC2 about these ids, which elsewhere mean that a lookup shows nothing yet. */
const absentInEc2: readonly string[] = ['InvalidSubnetID.NotFound', 'InvalidNetworkInterfaceID.NotFound'];

type Attempt = (signal: AbortSignal) => Promise<unknown>;

/** A right, and the call that shows it. */
type RightAttempt = readonly [name: string, attempt: Attempt];

const by =
  <Client extends SdkClient, Input>(
    caller: Pick<AwsCaller<Client>, 'callUnless'>,
    operation: AwsOperation<Client, Input, unknown>,
    input: Input,
  ): Attempt =>
  (signal) =>
    caller.callUnless(operation, input, { signal, absent: absentInEc2 });

const { fileSystem: FileSystemId, backup: BackupId, association: AssociationId } = absent;
const SubnetIds = [absent.subnet];

const reading = ({ fsx: api, ec2: network }: RightsTrial): readonly RightAttempt[] => [
  ['fsx:DescribeFileSystems', by(api, fsx.DescribeFileSystems, { FileSystemIds: [FileSystemId] })],
  ['fsx:DescribeBackups', by(api, fsx.DescribeBackups, { BackupIds: [BackupId] })],
  [
    'fsx:DescribeDataRepositoryAssociations',
    by(api, fsx.DescribeDataRepositoryAssociations, { AssociationIds: [AssociationId] }),
  ],
  ['ec2:DescribeSubnets', by(network, ec2.DescribeSubnets, { SubnetIds })],
  [
    'ec2:DescribeNetworkInterfaces',
    by(network, ec2.DescribeNetworkInterfaces, { NetworkInterfaceIds: [absent.interface] }),
  ],
];

const changing = ({ fsx: api, arnPrefix }: RightsTrial): readonly RightAttempt[] => [
  [
    'fsx:CreateFileSystem',
    by(api, fsx.CreateFileSystem, {
      FileSystemType: 'LUSTRE',
      StorageCapacity: 1200,
      SubnetIds,
      LustreConfiguration: { DeploymentType: 'SCRATCH_2' },
    }),
  ],
  ['fsx:CreateFileSystemFromBackup', by(api, fsx.CreateFileSystemFromBackup, { BackupId, SubnetIds })],
  [
    'fsx:UpdateFileSystem',
    by(api, fsx.UpdateFileSystem, { FileSystemId, LustreConfiguration: { DataCompressionType: 'LZ4' } }),
  ],
  ['fsx:CreateBackup', by(api, fsx.CreateBackup, { FileSystemId })],
  [
    'fsx:TagResource',
    by(api, fsx.TagResource, {
      ResourceARN: `${arnPrefix}:file-system/${FileSystemId}`,
      Tags: [{ Key: 'lustre.csi/doctor', Value: 'no such file system' }],
    }),
  ],
  [
    'fsx:CreateDataRepositoryAssociation',
    by(api, fsx.CreateDataRepositoryAssociation, {
      FileSystemId,
      FileSystemPath: '/doctor',
      DataRepositoryPath: 's3://lustre-csi-doctor',
    }),
  ],
  ['fsx:DeleteDataRepositoryAssociation', by(api, fsx.DeleteDataRepositoryAssociation, { AssociationId })],
];

/**
 * Calls for each right that name resources which do not exist. AWS refuses a missing right before it looks for them. Deletions are
 * left out: their rights are limited to tagged resources, which absent ones are not.
 */
const attempts = (trial: RightsTrial): readonly RightAttempt[] => [...reading(trial), ...changing(trial)];

/** Tries the rights, one after the other so that no limit of the account is met. */
export async function tryRights(trial: RightsTrial, signal: AbortSignal): Promise<readonly CloudRight[]> {
  const rights: CloudRight[] = [];
  for (const [name, attempt] of attempts(trial)) rights.push(await tried(name, attempt, signal));
  return rights;
}

/** Errors that leave open whether the right exists; each other one comes after the check of the rights. */
const unclear = ['unavailable', 'deadline-exceeded', 'internal', 'aborted'] as const;

async function tried(name: string, attempt: Attempt, signal: AbortSignal): Promise<CloudRight> {
  try {
    await attempt(signal);
    return { name, state: 'granted' };
  } catch (error) {
    signal.throwIfAborted();
    if (isDriverError(error, 'permission-denied')) return { name, state: 'denied', detail: messageOf(error) };
    if (!isDriverError(error) || unclear.some((kind) => isDriverError(error, kind)))
      return { name, state: 'unknown', detail: messageOf(error) };
    return { name, state: 'granted' };
  }
}
