import {
  DriverError,
  type Capacity,
  type CapacityRange,
  type FileSystem,
  type GrowingFileSystem,
  type Growth,
  type VolumeExpansion,
  type VolumeReference,
} from '@lustre-csi/core';
import { operationUrl } from '../api/arm-operation.js';
import { allPages } from '../api/arm-pages.js';
import { armOperations } from '../api/arm-operations.js';
import type { Arm } from '../api/arm.js';
import { smallestCapacity } from '../plan/capacity-rules.js';
import { isAbsent, isAbsentParent, toDriverError } from '../api/errors.js';
import type { FailedOperations } from '../api/failed-operations.js';
import { operationKey, type FileSystemReader } from './file-system-reader.js';
import { inWords } from '../api/tolerant-json.js';
import type { Demand } from '../plan/create-request.js';
import type { Preflight } from './preflight.js';
import type { SkuCatalogue } from '../api/skus.js';
import { attribute } from '../plan/to-file-system.js';
import {
  expansionJobName,
  growthOf,
  refuseAfterFailures,
  toExpansionJob,
  type ExpansionJob,
} from '../plan/to-growth.js';

/** Expansions at once up to which each look reads the jobs. */
const FEW_EXPANSIONS = 3;
/** Looks at one of many running expansions from one lookup of its jobs to the next. The jobs of each file system need a
 *  request of their own; its capacity, which shows the end of the expansion, comes from requests that all lookups share. */
const LOOKS_PER_JOBS = 4;

/** Expansion that was running at the last lookup of the jobs. */
interface RunningExpansion {
  readonly growth: Growth;
  looks: number;
}

/** Expansion of file systems by expansion jobs, while clients keep working. */
export class AmlExpansion implements VolumeExpansion {
  readonly #running = new Map<string, RunningExpansion>();

  constructor(
    private readonly arm: Pick<Arm, 'call'>,
    private readonly reader: Pick<FileSystemReader, 'find'>,
    private readonly skus: Pick<SkuCatalogue, 'find'>,
    private readonly preflight: Pick<Preflight, 'checkGrowth'>,
    private readonly failed: FailedOperations,
    private readonly now: () => number = Date.now,
  ) {}

  async capacityFor(fileSystem: FileSystem, range: CapacityRange): Promise<Capacity> {
    const { capacity } = fileSystem;
    const required = range.required && capacity.isLessThan(range.required) ? range.required : capacity;
    const { skuName, location } = this.#demand(fileSystem, required);
    try {
      return smallestCapacity(await this.skus.find(skuName, location), { ...range, required });
    } catch (error) {
      throw toDriverError(error, 'cannot list the SKUs of Azure Managed Lustre', 'lookup');
    }
  }

  async look(reference: VolumeReference, signal: AbortSignal): Promise<GrowingFileSystem | undefined> {
    const known = this.#knownGrowth(reference);
    // Jobs first: the capacity that is read afterwards includes every job that has completed.
    const growth = known ?? (await this.#jobGrowth(reference, signal));
    const fileSystem = (await this.reader.find(reference, signal))?.fileSystem;
    const isOver = known && fileSystem?.capacity.isLessThan(known.target) !== true;
    if (isOver) this.#running.delete(operationKey(reference));
    return fileSystem && { fileSystem, ...(growth && !isOver ? { growth } : {}) };
  }

  /** Expansion that an earlier look saw running, where many run at once and its jobs need not be read again yet. */
  #knownGrowth(reference: VolumeReference): Growth | undefined {
    const running = this.#running.get(operationKey(reference));
    if (!running || this.#running.size <= FEW_EXPANSIONS) return undefined;
    running.looks += 1;
    return running.looks < LOOKS_PER_JOBS ? running.growth : undefined;
  }

  async #jobGrowth(reference: VolumeReference, signal: AbortSignal): Promise<Growth | undefined> {
    const growth = growthOf(await this.#jobs(reference, signal));
    if (growth?.state === 'running') this.#running.set(operationKey(reference), { growth, looks: 0 });
    else this.#running.delete(operationKey(reference));
    return growth;
  }

  /** Starts an expansion job. Its name follows from the size and the earlier attempts, so that the PUTs of two replicas
   *  are one expansion; Azure refuses a second job of another name while one is in progress. */
  async start(fileSystem: FileSystem, capacity: Capacity, signal: AbortSignal): Promise<void> {
    const { id: name, listingScope } = fileSystem;
    const doing = `cannot expand file system ${name} of resource group ${listingScope} to ${capacity.toString()}`;
    const demand = this.#demand(fileSystem, capacity);
    const jobs = await this.#jobs(fileSystem, signal);
    const newStorageCapacityTiB = capacity.toTebibytes();
    refuseAfterFailures(newStorageCapacityTiB, jobs, this.now());
    await this.preflight.checkGrowth(demand, fileSystem.capacity, signal);
    const input = {
      resourceGroup: listingScope,
      name,
      job: expansionJobName(newStorageCapacityTiB, jobs),
      body: { location: demand.location, properties: { newStorageCapacityTiB } },
    };
    try {
      const answer = await this.arm.call(armOperations.putExpansion, input, signal);
      this.failed.remember(jobKey(fileSystem, input.job), operationUrl(answer));
    } catch (error) {
      throw toDriverError(error, doing, 'effect', signal);
    }
  }

  async #jobs(reference: VolumeReference, signal: AbortSignal): Promise<readonly ExpansionJob[]> {
    const { id, listingScope } = reference;
    const address = { resourceGroup: listingScope, name: id };
    try {
      const jobs = await allPages(
        (page) => this.arm.call(armOperations.listExpansions, { ...address, ...page }, signal),
        (job) => toExpansionJob(job) !== undefined,
      );
      const read = jobs.flatMap((job) => toExpansionJob(job) ?? []);
      return await Promise.all(read.map((job) => this.#explained(reference, job, signal)));
    } catch (error) {
      if (isAbsent(error) || isAbsentParent(error)) return [];
      const doing = `cannot list the expansion jobs of file system ${id} of resource group ${listingScope}`;
      throw toDriverError(error, doing, 'lookup', signal);
    }
  }

  /** Adds the reason of the operation where the job itself has none. */
  async #explained(
    reference: VolumeReference,
    job: ExpansionJob,
    signal: AbortSignal,
  ): Promise<ExpansionJob> {
    if (!job.unexplained) return job;
    // The failure itself is known without the reason.
    const reason = await this.failed
      .reasonOf(jobKey(reference, job.name), signal)
      .catch((): undefined => undefined);
    return reason === undefined ? job : { ...job, detail: inWords(', ', job.detail, reason) };
  }

  #demand({ id, attributes }: FileSystem, capacity: Capacity): Demand {
    const [skuName, location] = [attributes[attribute.sku], attributes[attribute.location]];
    if (skuName !== undefined && location !== undefined) {
      return { skuName, location, subnetId: attributes[attribute.subnet] ?? '', capacity };
    }
    throw new DriverError(
      'unavailable',
      `Azure did not report the SKU and location of file system ${id}, so it was not expanded; the call is retried automatically`,
    );
  }
}

/** Key of the operation of a job in `FailedOperations`. */
const jobKey = (reference: VolumeReference, job: string): string =>
  `${operationKey(reference)}#expansion ${job.toLowerCase()}`;
