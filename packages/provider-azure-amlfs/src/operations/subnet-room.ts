import { DriverError } from '@lustre-csi/core';

/** Parts of the resource id of a subnet. */
export interface SubnetId {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly network: string;
  readonly subnet: string;
}

/** Reads the resource id of a subnet, in any case; undefined where it is none. */
export function parseSubnetId(id: string): SubnetId | undefined {
  const [, subscriptionId, resourceGroup, network, subnet] =
    /^\/subscriptions\/([^/]+)\/resourceGroups\/([^/]+)\/providers\/Microsoft\.Network\/virtualNetworks\/([^/]+)\/subnets\/([^/]+)$/i.exec(
      id,
    ) ?? [];
  if (!subscriptionId || !resourceGroup || !network || !subnet) return undefined;
  return { subscriptionId, resourceGroup, network, subnet };
}

/** Numbers of free and of all addresses of a subnet. */
export interface SubnetRoom {
  readonly free: number;
  readonly limit: number;
}

/** Reads the room of one subnet from the usages of its virtual network (Microsoft.Network, VirtualNetworks_ListUsage);
 *  undefined where they do not contain it. */
export function roomOf(usages: readonly unknown[], subnetId: string): SubnetRoom | undefined {
  for (const usage of usages) {
    const { id, currentValue, limit } = (usage ?? {}) as Record<string, unknown>;
    // ARM ignores case in resource ids.
    if (typeof id !== 'string' || id.toLowerCase() !== subnetId.toLowerCase()) continue;
    if (typeof currentValue !== 'number' || typeof limit !== 'number') return undefined;
    return { free: Math.max(0, limit - currentValue), limit };
  }
  return undefined;
}

/** Checks the number of free addresses.
 *  @throws DriverError resource-exhausted where the subnet has too few */
export function checkRoom(subnetId: string, needed: number, { free, limit }: SubnetRoom, what: string): void {
  if (needed <= free) return;
  throw new DriverError(
    'resource-exhausted',
    `${what} needs ${needed} free addresses, and subnet ${subnetId} has ${free} (of ${limit}): choose a larger ` +
      'subnet (subnet-name) or free addresses in it',
  );
}
