import { SubnetAddresses } from '../../world/subnet-addresses.js';
import { resourceNotFound } from '../arm/arm-error.js';
import { resourceGroupId, sameName, virtualNetworkId } from '../arm/arm-id.js';
import type { AzureSeed } from '../seed.js';

export interface Subnet {
  readonly id: string;
  readonly location: string;
  readonly addresses: SubnetAddresses;
  readonly name: string;
  readonly prefix: string;
  /** Resource id of its network security group. */
  readonly securityGroup?: string;
}

interface VirtualNetwork {
  readonly name: string;
  readonly resourceGroup: string;
  readonly subnets: readonly Subnet[];
}

/** The virtual networks of the subscription, with the addresses in use. */
export class VirtualNetworks {
  readonly #networks: readonly VirtualNetwork[];

  constructor(seed: AzureSeed) {
    this.#networks = seed.virtualNetworks.map((network) => ({
      name: network.name,
      resourceGroup: network.resourceGroup,
      subnets: network.subnets.map((subnet) => ({
        id: `${virtualNetworkId(seed.subscriptionId, network.resourceGroup, network.name)}/subnets/${subnet.name}`,
        location: network.location,
        addresses: new SubnetAddresses(subnet.addressPrefix, subnet.usedAddresses),
        name: subnet.name,
        prefix: subnet.addressPrefix,
        ...(subnet.securityGroup === undefined
          ? {}
          : { securityGroup: securityGroupId(seed, network.resourceGroup, subnet.securityGroup) }),
      })),
    }));
  }

  findSubnet(id: string): Subnet | undefined {
    return this.#networks.flatMap((network) => network.subnets).find((subnet) => sameName(subnet.id, id));
  }

  /** Subnet as `subnets.get` shows it. @throws ArmError ResourceNotFound */
  subnet(resourceGroup: string, network: string, name: string): unknown {
    const found = this.#networks
      .filter((each) => sameName(each.name, network) && sameName(each.resourceGroup, resourceGroup))
      .flatMap(({ subnets }) => subnets)
      .find((each) => sameName(each.name, name));
    if (!found) throw resourceNotFound('Microsoft.Network/virtualNetworks/subnets', name, resourceGroup);
    const { id, prefix, securityGroup } = found;
    return {
      id,
      name: found.name,
      properties: {
        provisioningState: 'Succeeded',
        addressPrefix: prefix,
        ...(securityGroup === undefined ? {} : { networkSecurityGroup: { id: securityGroup } }),
      },
    };
  }

  /** Network security group as `networkSecurityGroups.get` shows it. @throws ArmError ResourceNotFound */
  securityGroup(resourceGroup: string, name: string): unknown {
    const id = this.#networks
      .flatMap(({ subnets }) => subnets.map(({ securityGroup }) => securityGroup))
      .find((each) =>
        each
          ?.toLowerCase()
          .endsWith(
            `/resourcegroups/${resourceGroup}/providers/microsoft.network/networksecuritygroups/${name}`.toLowerCase(),
          ),
      );
    if (id === undefined)
      throw resourceNotFound('Microsoft.Network/networkSecurityGroups', name, resourceGroup);
    return {
      id,
      name,
      properties: { provisioningState: 'Succeeded', securityRules: [], defaultSecurityRules: defaultRules },
    };
  }

  /**
   * Usage of addresses in each subnet, as `virtualNetworks.listUsage` shows them.
   * @throws ArmError ResourceNotFound
   */
  usages(resourceGroup: string, name: string): readonly unknown[] {
    const network = this.#networks.find(
      (candidate) => sameName(candidate.name, name) && sameName(candidate.resourceGroup, resourceGroup),
    );
    if (!network) throw resourceNotFound('Microsoft.Network/virtualNetworks', name, resourceGroup);
    return network.subnets.map(({ id, addresses }) => ({
      id,
      currentValue: addresses.used,
      limit: addresses.limit,
      name: { value: 'SubnetSpace', localizedValue: 'Subnet size and usage' },
      unit: 'Count',
    }));
  }

  /** Addresses in use of each subnet by its id, for leak checks. */
  state(): Readonly<Record<string, { used: number; limit: number }>> {
    const subnets = this.#networks.flatMap((network) => network.subnets);
    return Object.fromEntries(
      subnets.map(({ id, addresses }) => [id, { used: addresses.used, limit: addresses.limit }]),
    );
  }
}

const securityGroupId = ({ subscriptionId }: AzureSeed, resourceGroup: string, name: string): string =>
  `${resourceGroupId(subscriptionId, resourceGroup)}/providers/Microsoft.Network/networkSecurityGroups/${name}`;

type Direction = 'Inbound' | 'Outbound';

const rule = (
  name: string,
  direction: Direction,
  priority: number,
  access: 'Allow' | 'Deny',
  from: string,
  to: string,
): unknown => ({
  name,
  properties: {
    protocol: '*',
    sourcePortRange: '*',
    destinationPortRange: '*',
    sourceAddressPrefix: from,
    destinationAddressPrefix: to,
    access,
    priority,
    direction,
  },
});

/** Rules that each network security group has (Azure documentation, network security groups: default security rules). */
const defaultRules = [
  rule('AllowVnetInBound', 'Inbound', 65000, 'Allow', 'VirtualNetwork', 'VirtualNetwork'),
  rule('AllowAzureLoadBalancerInBound', 'Inbound', 65001, 'Allow', 'AzureLoadBalancer', '*'),
  rule('DenyAllInBound', 'Inbound', 65500, 'Deny', '*', '*'),
  rule('AllowVnetOutBound', 'Outbound', 65000, 'Allow', 'VirtualNetwork', 'VirtualNetwork'),
  rule('AllowInternetOutBound', 'Outbound', 65001, 'Allow', '*', 'Internet'),
  rule('DenyAllOutBound', 'Outbound', 65500, 'Deny', '*', '*'),
];
