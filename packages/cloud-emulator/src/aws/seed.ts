/**
 * The AWS world that the emulator starts with. Tests, examples and the demo rely on these names:
 *
 * - region `us-west-2`, account `111122223333`;
 * - VPC `vpc-0aaaaaaaaaaaaaaa1`, 127.100.0.0/16 (loopback, so that probes of a server's address stay on this machine), with one
 *   subnet in each of three zones, 251 free addresses each (a /24 less the five that AWS keeps for itself), and in the first
 *   zone `subnet-0aaaaaaaaaaaaaaa4`, a /18, for thousands of file systems;
 * - security group `sg-0aaaaaaaaaaaaaaa1`, the default group of that VPC, which lets its members talk to each
 *   other on every port, as Lustre needs;
 * - instance `i-0aaaaaaaaaaaaaaa1` in the first of the subnets: the one whose metadata is served;
 * - IAM role `lustre-csi-controller`, which trusts the service accounts of every cluster.
 */
export interface Seed {
  readonly region: string;
  readonly accountId: string;
  readonly vpcId: string;
  readonly vpcCidrBlock: string;
  readonly subnets: readonly SeedSubnet[];
  readonly securityGroups: readonly SeedSecurityGroup[];
  readonly instance: SeedInstance;
  /** The name of the IAM role that service accounts may take on. */
  readonly serviceAccountRole: string;
  /** The group that a network interface joins where the request names none. */
  readonly defaultSecurityGroupId: string;
  /** The key that encrypts a persistent file system where the request names none. */
  readonly defaultKmsKeyId: string;
  /** File systems that the account may have in each of the families SCRATCH, PERSISTENT_1 and PERSISTENT_2. */
  readonly fileSystemQuota: number;
  /** User-initiated backups that the account may have. */
  readonly backupQuota: number;
}

export interface SeedInstance {
  readonly instanceId: string;
  readonly instanceType: string;
  readonly subnetId: string;
  /** Name of the IAM role whose credentials it has. */
  readonly roleName: string;
}

export interface SeedSubnet {
  readonly subnetId: string;
  readonly availabilityZone: string;
  readonly availabilityZoneId: string;
  /** IPv4 network. */
  readonly cidrBlock: string;
}

export interface SeedSecurityGroup {
  readonly groupId: string;
  readonly groupName: string;
  readonly description: string;
}

export const seed: Seed = {
  region: 'us-west-2',
  accountId: '111122223333',
  vpcId: 'vpc-0aaaaaaaaaaaaaaa1',
  vpcCidrBlock: '127.100.0.0/16',
  subnets: [
    {
      subnetId: 'subnet-0aaaaaaaaaaaaaaa1',
      availabilityZone: 'us-west-2a',
      availabilityZoneId: 'usw2-az1',
      cidrBlock: '127.100.0.0/24',
    },
    {
      subnetId: 'subnet-0aaaaaaaaaaaaaaa2',
      availabilityZone: 'us-west-2b',
      availabilityZoneId: 'usw2-az2',
      cidrBlock: '127.100.1.0/24',
    },
    {
      subnetId: 'subnet-0aaaaaaaaaaaaaaa3',
      availabilityZone: 'us-west-2c',
      availabilityZoneId: 'usw2-az3',
      cidrBlock: '127.100.2.0/24',
    },
    {
      subnetId: 'subnet-0aaaaaaaaaaaaaaa4',
      availabilityZone: 'us-west-2a',
      availabilityZoneId: 'usw2-az1',
      cidrBlock: '127.100.64.0/18',
    },
  ],
  securityGroups: [
    {
      groupId: 'sg-0aaaaaaaaaaaaaaa1',
      groupName: 'default',
      description: 'default VPC security group',
    },
  ],
  instance: {
    instanceId: 'i-0aaaaaaaaaaaaaaa1',
    instanceType: 'm6i.large',
    subnetId: 'subnet-0aaaaaaaaaaaaaaa1',
    roleName: 'lustre-csi',
  },
  serviceAccountRole: 'lustre-csi-controller',
  defaultSecurityGroupId: 'sg-0aaaaaaaaaaaaaaa1',
  defaultKmsKeyId: 'arn:aws:kms:us-west-2:111122223333:key/1111abcd-2222-3333-4444-55556666eeff',
  fileSystemQuota: 100,
  backupQuota: 500,
};
