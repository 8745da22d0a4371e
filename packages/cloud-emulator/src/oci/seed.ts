/** Subnet in which file systems can be created. */
export interface OciSeedSubnet {
  readonly id: string;
  /** IPv4 CIDR of size /16: the last two numbers of its addresses are free. */
  readonly cidr: string;
}

/** Resources of the emulated tenancy before the first call. */
export interface OciSeed {
  readonly tenancyId: string;
  readonly userId: string;
  readonly region: string;
  /** Region in OCIDs. */
  readonly regionKey: string;
  readonly realmDomain: string;
  readonly compartmentIds: readonly string[];
  /** Names with the prefix of the tenancy. */
  readonly availabilityDomains: readonly string[];
  readonly subnets: readonly OciSeedSubnet[];
  readonly securityGroupIds: readonly string[];
  readonly kmsKeyIds: readonly string[];
  /** The instance on which the driver runs, for its metadata and its principal. */
  readonly instance: { readonly id: string; readonly compartmentId: string };
}

const unique = (letter: string): string => `aaaaaaaa${letter.repeat(52)}`;

/** The documented seed world: two compartments, so that a file system can be where the driver does not look at first. */
export const ociSeed = {
  tenancyId: `ocid1.tenancy.oc1..${unique('t')}`,
  userId: `ocid1.user.oc1..${unique('u')}`,
  region: 'us-phoenix-1',
  regionKey: 'phx',
  realmDomain: 'oraclecloud.com',
  compartmentIds: [`ocid1.compartment.oc1..${unique('c')}`, `ocid1.compartment.oc1..${unique('o')}`],
  availabilityDomains: ['Uocm:PHX-AD-1', 'Uocm:PHX-AD-2', 'Uocm:PHX-AD-3'],
  subnets: [
    { id: `ocid1.subnet.oc1.phx.${unique('s')}`, cidr: '127.121.0.0/16' },
    { id: `ocid1.subnet.oc1.phx.${unique('r')}`, cidr: '127.122.0.0/16' },
  ],
  securityGroupIds: [
    `ocid1.networksecuritygroup.oc1.phx.${unique('g')}`,
    `ocid1.networksecuritygroup.oc1.phx.${unique('h')}`,
  ],
  kmsKeyIds: [`ocid1.key.oc1.phx.bbbbbbbbaaaaa.${unique('k')}`],
  instance: {
    id: `ocid1.instance.oc1.phx.${unique('i')}`,
    compartmentId: `ocid1.compartment.oc1..${unique('c')}`,
  },
} as const satisfies OciSeed;
