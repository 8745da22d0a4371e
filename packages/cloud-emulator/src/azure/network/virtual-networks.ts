import { resourceNotFound } from '../arm/arm-error.js';
import { sameName, virtualNetworkId } from '../arm/arm-id.js';
import type { AzureSeed } from '../seed.js';
import { SubnetAddresses } from './subnet-addresses.js';

export interface Subnet {
  readonly id: string;
  readonly location: string;
  readonly addresses: SubnetAddresses;
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
      })),
    }));
  }

  findSubnet(id: string): Subnet | undefined {
    return this.#networks.flatMap((network) => network.subnets).find((subnet) => sameName(subnet.id, id));
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
