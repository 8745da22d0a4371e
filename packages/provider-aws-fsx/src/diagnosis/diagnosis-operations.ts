import {
  DescribeSecurityGroupsCommand,
  type DescribeSecurityGroupsCommandInput,
  type EC2Client,
} from '@aws-sdk/client-ec2';
import {
  ListServiceQuotasCommand,
  type ListServiceQuotasCommandInput,
  type ServiceQuotasClient,
} from '@aws-sdk/client-service-quotas';
import {
  GetCallerIdentityCommand,
  type GetCallerIdentityCommandInput,
  type STSClient,
} from '@aws-sdk/client-sts';
import type { AwsOperation } from '../api/aws-operation.js';

/** Operations that `lustre-csi doctor` and `preflight` call besides those of the driver. They only read. */
export const diagnosisOperations = {
  /** Any identity may call it (STS API reference). */
  GetCallerIdentity: {
    name: 'GetCallerIdentity',
    kind: 'lookup',
    permissions: [],
    send: (client: STSClient, input: GetCallerIdentityCommandInput, options) =>
      client.send(new GetCallerIdentityCommand(input), options),
  },
  DescribeSecurityGroups: {
    name: 'DescribeSecurityGroups',
    kind: 'lookup',
    permissions: [{ action: 'ec2:DescribeSecurityGroups', resources: ['*'] }],
    send: (client: EC2Client, input: DescribeSecurityGroupsCommandInput, options) =>
      client.send(new DescribeSecurityGroupsCommand(input), options),
  },
  ListServiceQuotas: {
    name: 'ListServiceQuotas',
    kind: 'lookup',
    permissions: [{ action: 'servicequotas:ListServiceQuotas', resources: ['*'] }],
    send: (client: ServiceQuotasClient, input: ListServiceQuotasCommandInput, options) =>
      client.send(new ListServiceQuotasCommand(input), options),
  },
} as const satisfies Readonly<Record<string, AwsOperation<never, never, unknown>>>;
