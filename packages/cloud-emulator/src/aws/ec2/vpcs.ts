import { AwsError } from '../protocol/aws-error.js';
import type { Seed } from '../seed.js';
import type { Ec2Listing } from './ec2-listing.js';

/** The VPC of the seed, as DescribeVpcs lists it
 *  (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVpcs.html). */
export const vpcs = (seed: Seed): Ec2Listing<string> => ({
  set: 'vpcSet',
  items: () => [seed.vpcId],
  ids: { VpcId: (id) => id },
  notFound: (id) => new AwsError('InvalidVpcID.NotFound', `The vpc ID '${id}' does not exist`),
  filters: {
    'vpc-id': (id) => [id],
    cidr: () => [seed.vpcCidrBlock],
    'cidr-block-association.cidr-block': () => [seed.vpcCidrBlock],
    'is-default': () => ['false'],
    'owner-id': () => [seed.accountId],
    state: () => ['available'],
  },
  render: (id) => ({
    vpcId: id,
    ownerId: seed.accountId,
    state: 'available',
    cidrBlock: seed.vpcCidrBlock,
    cidrBlockAssociationSet: [
      {
        associationId: id.replace(/^vpc/, 'vpc-cidr-assoc'),
        cidrBlock: seed.vpcCidrBlock,
        cidrBlockState: { state: 'associated' },
      },
    ],
    instanceTenancy: 'default',
    isDefault: false,
  }),
});
