import { isRestError } from '@azure/core-rest-pipeline';
import type { ResourceUsage } from '@azure/arm-storagecache';
import { DriverError, type Capacity, type Log } from '@lustre-csi/core';
import { allPages } from '../api/arm-pages.js';
import { armOperations, type SubnetCheck } from '../api/arm-operations.js';
import type { Arm } from '../api/arm.js';
import { toDriverError } from '../api/errors.js';
import type { Demand } from '../plan/create-request.js';
import { checkRoom, parseSubnetId, roomOf, type SubnetRoom } from './subnet-room.js';

/** The row of the usages that counts file systems. */
const FILE_SYSTEMS = 'amlfilesystem';

/**
 * What Azure can be asked before a change, so that the refusal names numbers. It never allows anything: Azure checks
 * again. What the identity may not read is left to Azure; the roles of older installations do not have all of it.
 */
export class Preflight {
  constructor(
    private readonly arm: Arm,
    private readonly log: Log,
  ) {}

  /** Checks the quota of file systems, the addresses of the subnet, and whether Azure wants the subnet at all.
   *  @throws DriverError resource-exhausted, and what Azure refuses the subnet with */
  async checkCreation(demand: Demand, signal: AbortSignal): Promise<void> {
    await Promise.all([
      this.#checkQuota(demand.location, signal),
      this.checkGrowth(demand, undefined, signal),
    ]);
    const check: SubnetCheck = {
      subnetId: demand.subnetId,
      capacityTiB: demand.capacity.toTebibytes(),
      skuName: demand.skuName,
      location: demand.location,
    };
    await this.arm.call(armOperations.checkSubnet, check, signal);
  }

  /** Checks that the subnet has addresses for the servers that a capacity takes beyond those of another one.
   *  @throws DriverError resource-exhausted naming the needed and the free addresses */
  async checkGrowth(demand: Demand, from: Capacity | undefined, signal: AbortSignal): Promise<void> {
    const [needed, present, room] = await Promise.all([
      this.#addressesFor(demand, demand.capacity, signal),
      from && this.#addressesFor(demand, from, signal),
      this.#room(demand.subnetId, signal),
    ]);
    if (needed === undefined || !room) return;
    const what = `${demand.skuName} of ${demand.capacity.toString()}`;
    if (!from) return checkRoom(demand.subnetId, needed, room, what);
    if (present === undefined) return;
    checkRoom(
      demand.subnetId,
      needed - present,
      room,
      `growing ${demand.skuName} from ${from.toString()} to ${demand.capacity.toString()}`,
    );
  }

  async #checkQuota(location: string, signal: AbortSignal): Promise<void> {
    const doing = `cannot read the quota of AML file systems in ${location}`;
    const usages = await this.#ask(doing, signal, () =>
      this.arm.call(armOperations.listUsages, { location }, signal),
    );
    if (usages) checkQuota(usages, location);
  }

  #addressesFor({ skuName }: Demand, capacity: Capacity, signal: AbortSignal): Promise<number | undefined> {
    const demand = { skuName, capacityTiB: capacity.toTebibytes() };
    return this.#ask('cannot find out how many addresses the file system needs', signal, () =>
      this.arm.call(armOperations.requiredAddresses, demand, signal),
    );
  }

  async #room(subnetId: string, signal: AbortSignal): Promise<SubnetRoom | undefined> {
    const parts = parseSubnetId(subnetId);
    if (!parts) return undefined;
    const usages = await this.#ask(`cannot read how many addresses of ${subnetId} are free`, signal, () =>
      allPages((page) => this.arm.call(armOperations.listSubnetUsages, { ...parts, ...page }, signal)),
    );
    return usages && roomOf(usages, subnetId);
  }

  /** Undefined where Azure does not let the question be asked: it then answers the change itself. */
  async #ask<T>(doing: string, signal: AbortSignal, question: () => Promise<T>): Promise<T | undefined> {
    try {
      return await question();
    } catch (error) {
      if (!isLeftToAzure(error)) throw toDriverError(error, doing, 'lookup', signal);
      this.log.warn({ error: (error as Error).message }, `${doing}: not checked beforehand`);
      return undefined;
    }
  }
}

/** Forbidden, refused or not there: the change that follows is checked by Azure itself, which words it better. */
const isLeftToAzure = (error: unknown): boolean =>
  isRestError(error) && [400, 403, 404, 409].includes(error.statusCode ?? 0);

/** Holds the usages of a location against another file system (Microsoft.StorageCache, AscUsages_List).
 *  @throws DriverError resource-exhausted */
export function checkQuota(usages: readonly ResourceUsage[], location: string): void {
  const row = usages.find(({ name }) => name?.value?.toLowerCase() === FILE_SYSTEMS);
  const { currentValue, limit } = row ?? {};
  if (currentValue === undefined || limit === undefined || currentValue < limit) return;
  throw new DriverError(
    'resource-exhausted',
    `the quota of AML file systems in ${location} is used up: ${currentValue} of ${limit}. Ask Azure for a higher ` +
      'quota, or delete file systems that are not needed',
  );
}
