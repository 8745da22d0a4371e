import { AwsError } from '../protocol/aws-error.js';
import type { XmlValue } from '../protocol/xml.js';
import type { Seed, SeedSecurityGroup } from '../seed.js';
import type { Ec2Listing } from './ec2-listing.js';

/** Security groups of the seed, as DescribeSecurityGroups lists them. */
export const securityGroups = (seed: Seed): Ec2Listing<SeedSecurityGroup> => ({
  set: 'securityGroupInfo',
  items: () => seed.securityGroups,
  ids: { GroupId: (group) => group.groupId },
  notFound: (id) => new AwsError('InvalidGroup.NotFound', `The security group '${id}' does not exist`),
  filters: {
    'group-id': (group) => [group.groupId],
    'group-name': (group) => [group.groupName],
    'vpc-id': () => [seed.vpcId],
  },
  render: (group) => ({
    ownerId: seed.accountId,
    groupId: group.groupId,
    groupName: group.groupName,
    groupDescription: group.description,
    vpcId: seed.vpcId,
    ...permissions(seed, group),
  }),
});

/** Rules of a group whose members reach each other on every port, and every address. */
function permissions({ accountId }: Seed, { groupId }: SeedSecurityGroup): Record<string, XmlValue> {
  const amongMembers = { groups: [{ userId: accountId, groupId }], ipRanges: [] };
  const toAnywhere = { groups: [], ipRanges: [{ cidrIp: '0.0.0.0/0' }] };
  return {
    ipPermissions: [{ ipProtocol: -1, ...amongMembers }],
    ipPermissionsEgress: [
      { ipProtocol: -1, ...toAnywhere },
      { ipProtocol: -1, ...amongMembers },
    ],
  };
}
