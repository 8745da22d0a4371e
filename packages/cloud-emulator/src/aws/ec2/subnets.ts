import { AwsError } from '../protocol/aws-error.js';
import type { Seed, SeedSubnet } from '../seed.js';
import type { Ec2Listing } from './ec2-listing.js';
import type { VpcNetwork } from './vpc-network.js';

/** Subnets of the seed, as DescribeSubnets lists them. */
export const subnets = (seed: Seed, network: VpcNetwork): Ec2Listing<SeedSubnet> => ({
  set: 'subnetSet',
  items: () => seed.subnets,
  ids: { SubnetId: (subnet) => subnet.subnetId },
  notFound: (id) => new AwsError('InvalidSubnetID.NotFound', `The subnet ID '${id}' does not exist`),
  filters: {
    'subnet-id': (subnet) => [subnet.subnetId],
    'vpc-id': () => [seed.vpcId],
    'availability-zone': (subnet) => [subnet.availabilityZone],
    'availability-zone-id': (subnet) => [subnet.availabilityZoneId],
    state: () => ['available'],
  },
  render: (subnet) => ({
    subnetId: subnet.subnetId,
    subnetArn: `arn:aws:ec2:${seed.region}:${seed.accountId}:subnet/${subnet.subnetId}`,
    state: 'available',
    ownerId: seed.accountId,
    vpcId: seed.vpcId,
    cidrBlock: subnet.cidrBlock,
    availableIpAddressCount: network.freeAddresses(subnet),
    availabilityZone: subnet.availabilityZone,
    availabilityZoneId: subnet.availabilityZoneId,
    defaultForAz: false,
    mapPublicIpOnLaunch: false,
  }),
});
