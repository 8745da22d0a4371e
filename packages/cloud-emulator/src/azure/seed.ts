/** A subnet that exists when the emulator starts. */
export interface SeedSubnet {
  readonly name: string;
  /** IPv4 CIDR. Azure keeps five addresses of every subnet for itself. */
  readonly addressPrefix: string;
  /** Number of addresses that are in use from the start. */
  readonly usedAddresses: number;
  /** Name of the network security group of the subnet, in the resource group of the network; absent: it has none. */
  readonly securityGroup?: string;
}

export interface SeedVirtualNetwork {
  readonly name: string;
  readonly resourceGroup: string;
  readonly location: string;
  readonly subnets: readonly SeedSubnet[];
}

/** App registration that may request tokens. */
export interface SeedClient {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** A managed identity of the virtual machine on which the driver runs. */
export interface SeedIdentity {
  readonly clientId: string;
  /** Resource id of a user-assigned identity; absent: it is the system-assigned one. */
  readonly resourceId?: string;
}

/** Resources of the emulated Azure before the first call. */
export interface AzureSeed {
  readonly tenantId: string;
  readonly subscriptionId: string;
  /** Region of the main resource group. */
  readonly location: string;
  readonly resourceGroups: readonly string[];
  readonly virtualNetworks: readonly SeedVirtualNetwork[];
  readonly clients: readonly SeedClient[];
  readonly identities?: readonly SeedIdentity[];
}

/** The documented seed world.
 *
 * - `lustre-subnet` is a /16 so that a hundred file systems fit side by side.
 * - `lustre-small-subnet` (27 usable addresses) and `lustre-tiny-subnet` (3 usable) are for running out of addresses.
 * - `lustre-nsg`, the network security group of the first subnet, has Azure's default rules alone.
 * - `lustre-vnet-west` is in a region whose only SKU has no availability zones. */
export const azureSeed = {
  tenantId: '00000000-0000-4000-8000-0000000000aa',
  subscriptionId: '00000000-0000-4000-8000-000000000001',
  location: 'eastus',
  resourceGroups: ['lustre-rg', 'lustre-other-rg'],
  virtualNetworks: [
    {
      name: 'lustre-vnet',
      resourceGroup: 'lustre-rg',
      location: 'eastus',
      subnets: [
        {
          name: 'lustre-subnet',
          addressPrefix: '127.101.0.0/16',
          usedAddresses: 3,
          securityGroup: 'lustre-nsg',
        },
        { name: 'lustre-small-subnet', addressPrefix: '127.102.0.0/27', usedAddresses: 3 },
        { name: 'lustre-tiny-subnet', addressPrefix: '127.102.1.0/29', usedAddresses: 0 },
      ],
    },
    {
      name: 'lustre-vnet-west',
      resourceGroup: 'lustre-rg',
      location: 'westcentralus',
      subnets: [{ name: 'lustre-subnet', addressPrefix: '127.103.0.0/24', usedAddresses: 0 }],
    },
  ],
  clients: [
    {
      clientId: '00000000-0000-4000-8000-0000000000c1',
      clientSecret: 'emulated-client-secret',
    },
  ],
  identities: [
    { clientId: '00000000-0000-4000-8000-0000000000d1' },
    {
      clientId: '00000000-0000-4000-8000-0000000000d2',
      resourceId:
        '/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/lustre-rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/lustre-controller',
    },
    {
      clientId: '00000000-0000-4000-8000-0000000000d3',
      resourceId:
        '/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/lustre-rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/lustre-other',
    },
    {
      clientId: '00000000-0000-4000-8000-0000000000d4',
      resourceId:
        '/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/lustre-rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/lustre-third',
    },
  ],
} as const satisfies AzureSeed;
