import { AwsError } from '../protocol/aws-error.js';
import type { Seed, SeedSubnet } from '../seed.js';
import type { Ec2Listing } from './ec2-listing.js';

interface Zone {
  readonly name: string;
  readonly id: string;
}

/** Zones of the seed's region that have a subnet, as DescribeAvailabilityZones lists them: all are available
 *  (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeAvailabilityZones.html). */
export const availabilityZones = (seed: Seed): Ec2Listing<Zone> => ({
  set: 'availabilityZoneInfo',
  items: () => [...new Map(seed.subnets.map((each) => [each.availabilityZoneId, zoneOf(each)])).values()],
  ids: { ZoneName: ({ name }) => name, ZoneId: ({ id }) => id },
  notFound: (id) => new AwsError('InvalidParameterValue', `Invalid availability zone: [${id}]`),
  filters: {
    'zone-name': ({ name }) => [name],
    'zone-id': ({ id }) => [id],
    'zone-type': () => ['availability-zone'],
    'region-name': () => [seed.region],
    'opt-in-status': () => ['opt-in-not-required'],
    'group-name': () => [groupName(seed)],
    state: () => ['available'],
  },
  render: ({ name, id }) => ({
    optInStatus: 'opt-in-not-required',
    regionName: seed.region,
    zoneName: name,
    zoneId: id,
    zoneState: 'available',
    zoneType: 'availability-zone',
    groupName: groupName(seed),
    networkBorderGroup: seed.region,
    messageSet: [],
  }),
});

const zoneOf = ({ availabilityZone, availabilityZoneId }: SeedSubnet): Zone => ({
  name: availabilityZone,
  id: availabilityZoneId,
});

/** Name of the group to which all zones of a region belong. */
const groupName = ({ region }: Seed): string => `${region}-zg-1`;
