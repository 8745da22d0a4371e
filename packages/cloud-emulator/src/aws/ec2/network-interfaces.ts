import { AwsError } from '../protocol/aws-error.js';
import type { XmlValue } from '../protocol/xml.js';
import type { Seed } from '../seed.js';
import type { Ec2Listing } from './ec2-listing.js';
import type { NetworkInterface, VpcNetwork } from './vpc-network.js';

/** Network interfaces of the file systems, as DescribeNetworkInterfaces lists them. */
export const networkInterfaces = (seed: Seed, network: VpcNetwork): Ec2Listing<NetworkInterface> => ({
  set: 'networkInterfaceSet',
  items: () => network.interfaces(),
  ids: { NetworkInterfaceId: (each) => each.networkInterfaceId },
  notFound: (id) =>
    new AwsError('InvalidNetworkInterfaceID.NotFound', `The networkInterface ID '${id}' does not exist`),
  filters: {
    'network-interface-id': (each) => [each.networkInterfaceId],
    'subnet-id': (each) => [each.subnet.subnetId],
    'vpc-id': () => [seed.vpcId],
    'availability-zone': (each) => [each.subnet.availabilityZone],
    'group-id': (each) => each.groupIds,
    description: (each) => [each.description],
    'addresses.private-ip-address': (each) => [each.privateIpAddress],
    'private-ip-address': (each) => [each.privateIpAddress],
  },
  render: (each) => renderInterface(seed, each),
});

function renderInterface(seed: Seed, each: NetworkInterface): XmlValue {
  const groups = each.groupIds.map((groupId) => ({
    groupId,
    groupName: seed.securityGroups.find((group) => group.groupId === groupId)?.groupName,
  }));
  return {
    networkInterfaceId: each.networkInterfaceId,
    subnetId: each.subnet.subnetId,
    vpcId: seed.vpcId,
    availabilityZone: each.subnet.availabilityZone,
    description: each.description,
    ownerId: seed.accountId,
    requesterManaged: true,
    status: 'in-use',
    interfaceType: 'interface',
    privateIpAddress: each.privateIpAddress,
    sourceDestCheck: true,
    groupSet: groups,
    privateIpAddressesSet: [{ privateIpAddress: each.privateIpAddress, primary: true }],
  };
}
