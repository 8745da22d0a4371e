import type { EC2Client, NetworkInterface, Subnet } from '@aws-sdk/client-ec2';
import type { CloudRequests } from '@lustre-csi/core';
import { describedBy } from './answer-shape.js';
import { AwsCaller } from './aws-operation.js';
import { ec2Operations as operations } from './ec2-operations.js';

/** Calls of EC2 with errors translated; the only user of the SDK's client. */
export class Ec2Api {
  readonly #caller: AwsCaller<EC2Client>;

  constructor(newClient: () => EC2Client, requests?: CloudRequests) {
    this.#caller = new AwsCaller(newClient, requests);
  }

  /** Looks up the Availability Zone of each subnet id; undefined where one of the subnets does not exist. */
  async zones(
    subnetIds: readonly string[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, string> | undefined> {
    const input = { SubnetIds: [...subnetIds] };
    const absent = ['InvalidSubnetID.NotFound', 'InvalidSubnetId.Malformed'];
    const operation = operations.DescribeSubnets;
    const answer = await this.#caller.callUnless(operation, input, { signal, absent });
    if (!answer) return undefined;
    const subnets = describedBy<Subnet>(operation.name, answer, 'Subnets', 'SubnetId', subnetIds);
    return new Map(
      subnets.flatMap(({ SubnetId, AvailabilityZone }) =>
        SubnetId && AvailabilityZone ? [[SubnetId, AvailabilityZone] as const] : [],
      ),
    );
  }

  /** Looks up the private IPv4 address of a network interface; undefined where it does not exist. */
  async address(networkInterfaceId: string, signal: AbortSignal): Promise<string | undefined> {
    const input = { NetworkInterfaceIds: [networkInterfaceId] };
    const absent = ['InvalidNetworkInterfaceID.NotFound'];
    const operation = operations.DescribeNetworkInterfaces;
    const answer = await this.#caller.callUnless(operation, input, { signal, absent });
    if (!answer) return undefined;
    const [found] = describedBy<NetworkInterface>(
      operation.name,
      answer,
      'NetworkInterfaces',
      'NetworkInterfaceId',
      [networkInterfaceId],
    );
    return found?.PrivateIpAddress;
  }
}
