import type { QueryRequest } from '../protocol/query-request.js';
import type { XmlValue } from '../protocol/xml.js';
import type { Seed } from '../seed.js';
import { availabilityZones } from './availability-zones.js';
import { describeListing, type Ec2Listing } from './ec2-listing.js';
import { networkInterfaces } from './network-interfaces.js';
import { securityGroups } from './security-groups.js';
import { subnets } from './subnets.js';
import type { VpcNetwork } from './vpc-network.js';
import { vpcs } from './vpcs.js';

/** One operation: takes the request, returns the members of the reply. Throws the AwsError with which EC2 refuses. */
export type Ec2Operation = (query: QueryRequest) => Record<string, XmlValue>;

/** Operations of EC2 that show the network of the file systems, by name. */
export const ec2Operations = (seed: Seed, network: VpcNetwork): ReadonlyMap<string, Ec2Operation> =>
  new Map([
    ['DescribeAvailabilityZones', describes(availabilityZones(seed))],
    ['DescribeNetworkInterfaces', describes(networkInterfaces(seed, network))],
    ['DescribeSecurityGroups', describes(securityGroups(seed))],
    ['DescribeSubnets', describes(subnets(seed, network))],
    ['DescribeVpcs', describes(vpcs(seed))],
  ]);

const describes =
  <Item>(listing: Ec2Listing<Item>): Ec2Operation =>
  (query) =>
    describeListing(listing, query);
