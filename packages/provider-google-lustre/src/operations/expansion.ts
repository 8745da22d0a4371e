import {
  DriverError,
  type Capacity,
  type CapacityRange,
  type FileSystem,
  type Growth,
  type GrowingFileSystem,
  type VolumeExpansion,
  type VolumeReference,
} from '@lustre-csi/core';
import { toDriverError } from '../api/errors.js';
import { toOperation, type LongRunningOperations } from '../api/long-running.js';
import type { LustreApi } from '../api/lustre-api.js';
import { lustreOperations } from '../api/lustre-operations.js';
import { smallestGrowth, tierOf } from '../plan/capacity-rules.js';
import { attribute } from '../plan/to-file-system.js';
import { handleOf, type InstanceReader } from './instance-reader.js';
import { WatchedChanges } from './watched-changes.js';

/** Expansion of instances while clients keep working. */
export class InstanceExpansion implements VolumeExpansion {
  readonly #growths: WatchedChanges<Capacity>;

  constructor(
    private readonly api: Pick<LustreApi, 'call'>,
    private readonly reader: Pick<InstanceReader, 'read'>,
    private readonly operations: Pick<LongRunningOperations, 'find' | 'latest'>,
  ) {
    this.#growths = new WatchedChanges(operations);
  }

  async capacityFor(fileSystem: FileSystem, range: CapacityRange): Promise<Capacity> {
    const tier = tierOf(fileSystem.attributes[attribute.throughput]);
    if (tier) return smallestGrowth(tier, fileSystem.capacity, range);
    throw new DriverError(
      'unavailable',
      `Google did not report a known throughput of instance ${fileSystem.id}, so it was not expanded; the call is retried automatically`,
    );
  }

  async look(reference: VolumeReference, signal: AbortSignal): Promise<GrowingFileSystem | undefined> {
    const before = await this.reader.read(reference, signal);
    if (!before) return undefined;
    const growth = await this.#growth(before.fileSystem, signal);
    // The size that is read afterwards includes an expansion that has completed.
    const found = growth?.state === 'running' ? before : await this.reader.read(reference, signal);
    return found && { fileSystem: found.fileSystem, ...(growth ? { growth } : {}) };
  }

  /** Starts the expansion. Google refuses a second one while one is in progress. */
  async start(fileSystem: FileSystem, capacity: Capacity, signal: AbortSignal): Promise<void> {
    const { id } = fileSystem;
    const input = { ...handleOf(id), body: { capacityGib: String(capacity.toGibibytes()) } };
    try {
      const answer = await this.api.call(lustreOperations.updateInstance, input, signal);
      this.#growths.remember(fileSystem, toOperation(answer), capacity);
    } catch (error) {
      const doing = `cannot expand instance ${id} to ${capacity.toString()}`;
      throw toDriverError(error, doing, 'effect', signal);
    }
  }

  /** Expansion of this process, or an update of another one that runs: its size is not known. */
  async #growth(fileSystem: FileSystem, signal: AbortSignal): Promise<Growth | undefined> {
    const own = await this.#growths.outcomeOf(fileSystem, signal);
    if (own) {
      const { operation, what: target } = own;
      if (!operation.isDone) return { target, state: 'running' };
      if (operation.failure !== undefined) return { target, state: 'failed', detail: operation.failure };
    }
    const latest = await this.operations.latest(handleOf(fileSystem.id), 'update', signal);
    return latest && !latest.isDone ? { target: fileSystem.capacity, state: 'running' } : undefined;
  }
}
