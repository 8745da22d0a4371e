import {
  DescribeNetworkInterfacesCommand,
  DescribeSubnetsCommand,
  type DescribeNetworkInterfacesCommandInput,
  type DescribeSubnetsCommandInput,
  type EC2Client,
} from '@aws-sdk/client-ec2';
import type { AwsOperation } from './aws-operation.js';

/** Every operation of Amazon EC2 that the driver calls (API reference, 2016-11-15). IAM has no resources for them. */
export const ec2Operations = {
  DescribeSubnets: {
    name: 'DescribeSubnets',
    kind: 'lookup',
    permissions: [{ action: 'ec2:DescribeSubnets', resources: ['*'] }],
    send: (client: EC2Client, input: DescribeSubnetsCommandInput, options) =>
      client.send(new DescribeSubnetsCommand(input), options),
  },
  DescribeNetworkInterfaces: {
    name: 'DescribeNetworkInterfaces',
    kind: 'lookup',
    permissions: [{ action: 'ec2:DescribeNetworkInterfaces', resources: ['*'] }],
    send: (client: EC2Client, input: DescribeNetworkInterfacesCommandInput, options) =>
      client.send(new DescribeNetworkInterfacesCommand(input), options),
  },
} as const satisfies Readonly<Record<string, AwsOperation<EC2Client, never, unknown>>>;
