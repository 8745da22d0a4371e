import { isRestError } from '../api/rest-error.js';
import type { ResourceUsage } from '@azure/arm-storagecache';
import { DriverError, type Capacity, type Log } from '@lustre-csi/core';
import { allPages } from '../api/arm-pages.js';
import { armOperations, type SubnetCheck } from '../api/arm-operations.js';
import type { Arm } from '../api/arm.js';
import { toDriverError } from '../api/errors.js';
import type { Demand } from '../plan/create-request.js';
import { checkRoom, parseSubnetId, roomOf, type SubnetRoom } from './subnet-room.js';

/** Name of the usage that counts file systems. */
const FILE_SYSTEMS = 'amlfilesystem';

/**
 * Checks before a change, so that a refusal contains numbers. They never permit anything: Azure checks again. Where the
 * identity may not read the facts, the check is left to Azure; roles of older installations lack some permissions.
 */
export class Preflight {
  constructor(
    private readonly arm: Arm,
    private readonly log: Log,
  ) {}

  /** Checks the quota of file systems, the addresses of the subnet, and whether Azure accepts the subnet.
   *  @throws DriverError resource-exhausted, and Azure's refusal of the subnet */
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

  /** Checks that the subnet has addresses for the servers of a capacity, beyond those of a present capacity.
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
      `expanding ${demand.skuName} from ${from.toString()} to ${demand.capacity.toString()}`,
    );
  }

  async #checkQuota(location: string, signal: AbortSignal): Promise<void> {
    const doing = `cannot read the quota of AML file systems in ${location}`;
    const usages = await this.#tryToRead(doing, signal, () =>
      this.arm.call(armOperations.listUsages, { location }, signal),
    );
    if (usages) checkQuota(usages, location);
  }

  #addressesFor({ skuName }: Demand, capacity: Capacity, signal: AbortSignal): Promise<number | undefined> {
    const demand = { skuName, capacityTiB: capacity.toTebibytes() };
    return this.#tryToRead('cannot read the number of addresses that the file system needs', signal, () =>
      this.arm.call(armOperations.requiredAddresses, demand, signal),
    );
  }

  async #room(subnetId: string, signal: AbortSignal): Promise<SubnetRoom | undefined> {
    const parts = parseSubnetId(subnetId);
    if (!parts) return undefined;
    const usages = await this.#tryToRead(
      `cannot read the number of free addresses of ${subnetId}`,
      signal,
      () => allPages((page) => this.arm.call(armOperations.listSubnetUsages, { ...parts, ...page }, signal)),
    );
    return usages && roomOf(usages, subnetId);
  }

  /** Calls Azure; undefined where it refuses the question, so that it decides at the change itself. */
  async #tryToRead<T>(
    doing: string,
    signal: AbortSignal,
    question: () => Promise<T>,
  ): Promise<T | undefined> {
    try {
      return await question();
    } catch (error) {
      if (!isLeftToAzure(error)) throw toDriverError(error, doing, 'lookup', signal);
      this.log.warn({ error: (error as Error).message }, `${doing}: not checked before the change`);
      return undefined;
    }
  }
}

/** Reports whether the check is left to Azure (forbidden, refused or absent): its refusal of the change is clearer. */
const isLeftToAzure = (error: unknown): boolean =>
  isRestError(error) && [400, 403, 404, 409].includes(error.statusCode ?? 0);

/** Checks that the quota of a location allows another file system (Microsoft.StorageCache, AscUsages_List).
 *  @throws DriverError resource-exhausted */
export function checkQuota(usages: readonly ResourceUsage[], location: string): void {
  const row = usages.find(({ name }) => name?.value?.toLowerCase() === FILE_SYSTEMS);
  const { currentValue, limit } = row ?? {};
  if (currentValue === undefined || limit === undefined || currentValue < limit) return;
  throw new DriverError(
    'resource-exhausted',
    `the quota of AML file systems in ${location} is used up: ${currentValue} of ${limit}. Request a higher ` +
      'quota, or delete file systems that are not needed',
  );
}
