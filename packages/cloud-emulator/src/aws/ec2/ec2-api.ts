import { AwsError } from '../protocol/aws-error.js';
import type { XmlValue } from '../protocol/ec2-protocol.js';
import { select, type Ec2Listing, type Ec2Query } from '../protocol/ec2-query.js';
import type { Seed, SeedSecurityGroup, SeedSubnet } from '../seed.js';
import type { NetworkInterface, VpcNetwork } from './vpc-network.js';

type Operation = (query: Ec2Query) => Record<string, XmlValue>;

/** The operations of EC2 that show the network of the file systems. Each throws an AwsError where EC2 refuses. */
export class Ec2Api {
  readonly operations: ReadonlyMap<string, Operation> = new Map<string, Operation>([
    ['DescribeSubnets', (query) => this.#describeSubnets(query)],
    ['DescribeSecurityGroups', (query) => this.#describeSecurityGroups(query)],
    ['DescribeNetworkInterfaces', (query) => this.#describeNetworkInterfaces(query)],
  ]);

  constructor(
    private readonly seed: Seed,
    private readonly network: VpcNetwork,
  ) {}

  #describeSubnets(query: Ec2Query): Record<string, XmlValue> {
    const listing: Ec2Listing<SeedSubnet> = {
      idParameter: 'SubnetId',
      idOf: (subnet) => subnet.subnetId,
      notFound: (id) => new AwsError('InvalidSubnetID.NotFound', `The subnet ID '${id}' does not exist`),
      filters: {
        'subnet-id': (subnet) => [subnet.subnetId],
        'vpc-id': () => [this.seed.vpcId],
        'availability-zone': (subnet) => [subnet.availabilityZone],
        'availability-zone-id': (subnet) => [subnet.availabilityZoneId],
        state: () => ['available'],
      },
    };
    const page = select(this.seed.subnets, listing, query);
    return { subnetSet: page.items.map((subnet) => this.#subnet(subnet)), nextToken: page.nextToken };
  }

  #subnet(subnet: SeedSubnet): XmlValue {
    const { region, accountId, vpcId } = this.seed;
    return {
      subnetId: subnet.subnetId,
      subnetArn: `arn:aws:ec2:${region}:${accountId}:subnet/${subnet.subnetId}`,
      state: 'available',
      ownerId: accountId,
      vpcId,
      cidrBlock: `${subnet.prefix}.0/24`,
      availableIpAddressCount: this.network.freeAddresses(subnet),
      availabilityZone: subnet.availabilityZone,
      availabilityZoneId: subnet.availabilityZoneId,
      defaultForAz: false,
      mapPublicIpOnLaunch: false,
    };
  }

  #describeSecurityGroups(query: Ec2Query): Record<string, XmlValue> {
    const listing: Ec2Listing<SeedSecurityGroup> = {
      idParameter: 'GroupId',
      idOf: (group) => group.groupId,
      notFound: (id) => new AwsError('InvalidGroup.NotFound', `The security group '${id}' does not exist`),
      filters: {
        'group-id': (group) => [group.groupId],
        'group-name': (group) => [group.groupName],
        'vpc-id': () => [this.seed.vpcId],
      },
    };
    const page = select(this.seed.securityGroups, listing, query);
    return { securityGroupInfo: page.items.map((group) => this.#group(group)), nextToken: page.nextToken };
  }

  #group(group: SeedSecurityGroup): XmlValue {
    const amongMembers = { groups: [{ userId: this.seed.accountId, groupId: group.groupId }], ipRanges: [] };
    const toAnywhere = { groups: [], ipRanges: [{ cidrIp: '0.0.0.0/0' }] };
    return {
      ownerId: this.seed.accountId,
      groupId: group.groupId,
      groupName: group.groupName,
      groupDescription: group.description,
      vpcId: this.seed.vpcId,
      ipPermissions: [{ ipProtocol: -1, ...amongMembers }],
      ipPermissionsEgress: [
        { ipProtocol: -1, ...toAnywhere },
        { ipProtocol: -1, ...amongMembers },
      ],
    };
  }

  #describeNetworkInterfaces(query: Ec2Query): Record<string, XmlValue> {
    const listing: Ec2Listing<NetworkInterface> = {
      idParameter: 'NetworkInterfaceId',
      idOf: (each) => each.networkInterfaceId,
      notFound: (id) =>
        new AwsError('InvalidNetworkInterfaceID.NotFound', `The networkInterface ID '${id}' does not exist`),
      filters: {
        'network-interface-id': (each) => [each.networkInterfaceId],
        'subnet-id': (each) => [each.subnet.subnetId],
        'vpc-id': () => [this.seed.vpcId],
        'availability-zone': (each) => [each.subnet.availabilityZone],
        'group-id': (each) => each.groupIds,
        description: (each) => [each.description],
        'addresses.private-ip-address': (each) => [each.privateIpAddress],
        'private-ip-address': (each) => [each.privateIpAddress],
      },
    };
    const page = select(this.network.interfaces(), listing, query);
    return {
      networkInterfaceSet: page.items.map((each) => this.#interface(each)),
      nextToken: page.nextToken,
    };
  }

  #interface(each: NetworkInterface): XmlValue {
    const groups = each.groupIds.map((groupId) => ({
      groupId,
      groupName: this.seed.securityGroups.find((group) => group.groupId === groupId)?.groupName,
    }));
    return {
      networkInterfaceId: each.networkInterfaceId,
      subnetId: each.subnet.subnetId,
      vpcId: this.seed.vpcId,
      availabilityZone: each.subnet.availabilityZone,
      description: each.description,
      ownerId: this.seed.accountId,
      requesterManaged: true,
      status: 'in-use',
      interfaceType: 'interface',
      privateIpAddress: each.privateIpAddress,
      sourceDestCheck: true,
      groupSet: groups,
      privateIpAddressesSet: [{ privateIpAddress: each.privateIpAddress, primary: true }],
    };
  }
}
