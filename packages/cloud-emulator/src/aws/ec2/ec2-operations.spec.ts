import {
  DescribeAvailabilityZonesCommand,
  DescribeNetworkInterfacesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcsCommand,
} from '@aws-sdk/client-ec2';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { renderXml } from '../protocol/xml.js';
import { startAwsCloud, type AwsCloudFixture } from '../testing/aws-cloud-fixture.js';

describe('AwsCloud, as the EC2 SDK sees it', () => {
  let aws: AwsCloudFixture;
  beforeEach(async () => {
    aws = await startAwsCloud();
  });
  afterEach(() => aws.close());

  it('shows the subnets of the seed, of which one is large', async () => {
    const { Subnets = [], $metadata } = await aws.ec2.send(new DescribeSubnetsCommand());
    expect(Subnets.map((each) => [each.SubnetId, each.AvailabilityZone, each.AvailabilityZoneId])).toEqual([
      ['subnet-0aaaaaaaaaaaaaaa1', 'us-west-2a', 'usw2-az1'],
      ['subnet-0aaaaaaaaaaaaaaa2', 'us-west-2b', 'usw2-az2'],
      ['subnet-0aaaaaaaaaaaaaaa3', 'us-west-2c', 'usw2-az3'],
      ['subnet-0aaaaaaaaaaaaaaa4', 'us-west-2a', 'usw2-az1'],
    ]);
    expect(Subnets.map((each) => each.AvailableIpAddressCount)).toEqual([251, 251, 251, 16_379]);
    expect(Subnets[0]?.VpcId).toBe('vpc-0aaaaaaaaaaaaaaa1');
    expect($metadata.requestId).toBe(aws.world.journal.entries()[0]?.requestId);
  });

  it('selects by id and filter', async () => {
    const byId = await aws.ec2.send(new DescribeSubnetsCommand({ SubnetIds: ['subnet-0aaaaaaaaaaaaaaa2'] }));
    expect(byId.Subnets?.map((each) => each.SubnetId)).toEqual(['subnet-0aaaaaaaaaaaaaaa2']);
    const filters = (Name: string, ...Values: string[]) => ({ Filters: [{ Name, Values }] });
    const zones = await aws.ec2.send(
      new DescribeSubnetsCommand(filters('availability-zone', 'us-west-2?', 'unknown')),
    );
    expect(zones.Subnets).toHaveLength(4);
    const none = await aws.ec2.send(new DescribeSubnetsCommand(filters('vpc-id', 'vpc-1')));
    expect(none.Subnets).toEqual([]);
    await expect(aws.ec2.send(new DescribeSubnetsCommand(filters('colour', 'red')))).rejects.toMatchObject({
      name: 'InvalidParameterValue',
    });
  });

  it('shows the interfaces of a file system, and the addresses that it takes', async () => {
    const created = await aws.create({ StorageCapacity: 4800 });
    const { NetworkInterfaceIds = [] } = created;
    const command = new DescribeNetworkInterfacesCommand({ NetworkInterfaceIds });
    const { NetworkInterfaces = [] } = await aws.ec2.send(command);
    expect(NetworkInterfaces.map((each) => each.PrivateIpAddress)).toEqual([
      '127.100.0.4',
      '127.100.0.5',
      '127.100.0.6',
    ]);
    expect(NetworkInterfaces[0]).toMatchObject({
      SubnetId: 'subnet-0aaaaaaaaaaaaaaa1',
      Groups: [{ GroupId: 'sg-0aaaaaaaaaaaaaaa1', GroupName: 'default' }],
      Status: 'in-use',
      RequesterManaged: true,
    });
    const { Subnets = [] } = await aws.ec2.send(new DescribeSubnetsCommand());
    expect(Subnets.map((each) => each.AvailableIpAddressCount)).toEqual([248, 251, 251, 16_379]);
  });

  it('cuts pages where the caller requests them', async () => {
    await aws.create({ StorageCapacity: 2400 * 6 });
    const first = await aws.ec2.send(new DescribeNetworkInterfacesCommand({ MaxResults: 5 }));
    expect(first.NetworkInterfaces).toHaveLength(5);
    const { NextToken } = first;
    const second = await aws.ec2.send(new DescribeNetworkInterfacesCommand({ MaxResults: 5, NextToken }));
    expect(second.NetworkInterfaces).toHaveLength(2);
    expect(second.NextToken).toBeUndefined();
    await expect(aws.ec2.send(new DescribeNetworkInterfacesCommand({ MaxResults: 4 }))).rejects.toMatchObject(
      { name: 'InvalidParameterValue' },
    );
  });

  it('shows the security group, which lets its members reach each other', async () => {
    const { SecurityGroups = [] } = await aws.ec2.send(
      new DescribeSecurityGroupsCommand({ GroupIds: ['sg-0aaaaaaaaaaaaaaa1'] }),
    );
    expect(SecurityGroups[0]).toMatchObject({
      GroupId: 'sg-0aaaaaaaaaaaaaaa1',
      GroupName: 'default',
      VpcId: 'vpc-0aaaaaaaaaaaaaaa1',
      IpPermissions: [{ IpProtocol: '-1', UserIdGroupPairs: [{ GroupId: 'sg-0aaaaaaaaaaaaaaa1' }] }],
    });
  });

  it('shows the VPC, and selects it by id and filter', async () => {
    const { Vpcs = [] } = await aws.ec2.send(new DescribeVpcsCommand({ VpcIds: ['vpc-0aaaaaaaaaaaaaaa1'] }));
    expect(Vpcs).toHaveLength(1);
    expect(Vpcs[0]).toMatchObject({
      VpcId: 'vpc-0aaaaaaaaaaaaaaa1',
      OwnerId: '111122223333',
      CidrBlock: '127.100.0.0/16',
      CidrBlockAssociationSet: [{ CidrBlock: '127.100.0.0/16', CidrBlockState: { State: 'associated' } }],
      State: 'available',
      InstanceTenancy: 'default',
      IsDefault: false,
    });
    const counts = ['false', 'true'].map(async (value) => {
      const Filters = [{ Name: 'is-default', Values: [value] }];
      return (await aws.ec2.send(new DescribeVpcsCommand({ Filters }))).Vpcs?.length;
    });
    expect(await Promise.all(counts)).toEqual([1, 0]);
  });

  it('shows the zones of the region, and selects them by name, id and filter', async () => {
    const zones = async (input: object): Promise<unknown> => {
      const { AvailabilityZones = [] } = await aws.ec2.send(new DescribeAvailabilityZonesCommand(input));
      return AvailabilityZones.map(({ ZoneName, ZoneId }) => [ZoneName, ZoneId]);
    };
    const [a, b, c] = [
      ['us-west-2a', 'usw2-az1'],
      ['us-west-2b', 'usw2-az2'],
      ['us-west-2c', 'usw2-az3'],
    ];
    expect(await zones({})).toEqual([a, b, c]);
    expect(await zones({ ZoneNames: ['us-west-2b'] })).toEqual([b]);
    expect(await zones({ ZoneIds: ['usw2-az3'] })).toEqual([c]);
    expect(await zones({ ZoneNames: ['us-west-2b'], ZoneIds: ['usw2-az3'] })).toEqual([]);
    expect(await zones({ Filters: [{ Name: 'zone-id', Values: ['usw2-az1'] }] })).toEqual([a]);
    expect(await zones({ Filters: [{ Name: 'state', Values: ['impaired'] }] })).toEqual([]);
    const { AvailabilityZones = [] } = await aws.ec2.send(new DescribeAvailabilityZonesCommand());
    expect(AvailabilityZones[0]).toMatchObject({
      RegionName: 'us-west-2',
      State: 'available',
      ZoneType: 'availability-zone',
      OptInStatus: 'opt-in-not-required',
      NetworkBorderGroup: 'us-west-2',
    });
  });

  it('names the resource that does not exist', async () => {
    await expect(aws.ec2.send(new DescribeVpcsCommand({ VpcIds: ['vpc-bad'] }))).rejects.toMatchObject({
      name: 'InvalidVpcID.NotFound',
      message: "The vpc ID 'vpc-bad' does not exist",
    });
    await expect(
      aws.ec2.send(new DescribeAvailabilityZonesCommand({ ZoneNames: ['us-west-2z'] })),
    ).rejects.toMatchObject({
      name: 'InvalidParameterValue',
      message: 'Invalid availability zone: [us-west-2z]',
    });
    await expect(
      aws.ec2.send(new DescribeSubnetsCommand({ SubnetIds: ['subnet-bad'] })),
    ).rejects.toMatchObject({
      name: 'InvalidSubnetID.NotFound',
      message: "The subnet ID 'subnet-bad' does not exist",
    });
    await expect(
      aws.ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: ['sg-bad'] })),
    ).rejects.toMatchObject({ name: 'InvalidGroup.NotFound' });
    await expect(
      aws.ec2.send(new DescribeNetworkInterfacesCommand({ NetworkInterfaceIds: ['eni-bad'] })),
    ).rejects.toMatchObject({ name: 'InvalidNetworkInterfaceID.NotFound' });
  });

  it('throttles with RequestLimitExceeded, which the SDK tries again', async () => {
    aws.world.faults.add({ kind: 'throttle', operation: 'DescribeSubnets' });
    await aws.ec2.send(new DescribeSubnetsCommand());
    const statuses = aws.world.journal.entries().map(({ service, status }) => [service, status]);
    expect(statuses).toEqual([
      ['ec2', 503],
      ['ec2', 200],
    ]);
  });
});

describe('renderXml', () => {
  it('escapes text, makes items of lists, and leaves out what is undefined', () => {
    expect(renderXml('a', { b: ['<&>"'], c: undefined, d: true })).toBe(
      '<a><b><item>&lt;&amp;&gt;&quot;</item></b><d>true</d></a>',
    );
  });
});
