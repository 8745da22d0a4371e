import { DriverError } from '@lustre-csi/core';

/** The parts of a subnet's resource id. */
export interface SubnetId {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly network: string;
  readonly subnet: string;
}

/** Reads a subnet's resource id, in any case; undefined if it is none. */
export function parseSubnetId(id: string): SubnetId | undefined {
  const [, subscriptionId, resourceGroup, network, subnet] =
    /^\/subscriptions\/([^/]+)\/resourceGroups\/([^/]+)\/providers\/Microsoft\.Network\/virtualNetworks\/([^/]+)\/subnets\/([^/]+)$/i.exec(
      id,
    ) ?? [];
  if (!subscriptionId || !resourceGroup || !network || !subnet) return undefined;
  return { subscriptionId, resourceGroup, network, subnet };
}

/** How many addresses of a subnet are free, and how many it has. */
export interface SubnetRoom {
  readonly free: number;
  readonly limit: number;
}

/** Reads the room of one subnet from the usages of its virtual network (Microsoft.Network, VirtualNetworks_ListUsage);
 *  undefined if they do not tell. */
export function roomOf(usages: readonly unknown[], subnetId: string): SubnetRoom | undefined {
  for (const usage of usages) {
    const { id, currentValue, limit } = (usage ?? {}) as Record<string, unknown>;
    // ARM compares resource ids without case.
    if (typeof id !== 'string' || id.toLowerCase() !== subnetId.toLowerCase()) continue;
    if (typeof currentValue !== 'number' || typeof limit !== 'number') return undefined;
    return { free: Math.max(0, limit - currentValue), limit };
  }
  return undefined;
}

/** @throws DriverError resource-exhausted where the subnet has not that many free addresses */
export function checkRoom(subnetId: string, needed: number, { free, limit }: SubnetRoom, what: string): void {
  if (needed <= free) return;
  throw new DriverError(
    'resource-exhausted',
    `${what} needs ${needed} free addresses, and subnet ${subnetId} has ${free} (of ${limit}): choose a larger ` +
      'subnet (subnet-name) or free addresses in it',
  );
}
