import { Capacity, DriverError, type FileSystem, type VolumeReference } from '@lustre-csi/core';
import type { LongRunningOperation, LongRunningOperations } from '../api/long-running.js';
import { parseVolumeHandle } from '../node/volume-handle.js';
import { explainFailedCreation } from './failed-creation.js';

/**
 * Creations that this process has requested, or whose failed operation it has found. Google deletes an instance whose
 * creation fails: only the record of the operation states that there was one, and why it failed. Such a creation counts as
 * a failed file system until that record is deleted; otherwise a stockout would be tried again and again, without a word.
 */
export class CreationWatch {
  /** Names of operations, by the id of the instance. */
  readonly #operations = new Map<string, string>();
  /** Names of failed operations that are counted: Google may keep their records. */
  readonly #counted = new Set<string>();

  constructor(private readonly operations: Pick<LongRunningOperations, 'find' | 'latest' | 'forget'>) {}

  remember(id: string, operation: LongRunningOperation): void {
    this.#operations.set(id, operation.name);
  }

  /** Finds the record of an earlier creation of the instance, which does not exist.
   *  @returns the operation, if it has failed
   *  @throws DriverError aborted where it still runs */
  async earlierFailure(id: string, signal: AbortSignal): Promise<LongRunningOperation | undefined> {
    const handle = parseVolumeHandle(id);
    const latest = handle && (await this.operations.latest(handle, 'create', signal));
    if (!latest) return undefined;
    if (latest.isDone)
      return latest.failure === undefined || this.#counted.has(latest.name) ? undefined : latest;
    throw new DriverError(
      'aborted',
      `instance ${id} is being created by an earlier request (operation ${latest.name}); the call is retried automatically`,
    );
  }

  /** File system of a watched creation that has failed; undefined: it is not watched, or has not failed. */
  async failureOf(
    { id, listingScope }: VolumeReference,
    signal: AbortSignal,
  ): Promise<FileSystem | undefined> {
    const operation = await this.#find(id, signal);
    if (!operation || (operation.isDone && operation.failure === undefined)) return undefined;
    const { failure, startedAt } = operation;
    return {
      id,
      listingScope,
      volumeName: id.split('/').at(-1) ?? id,
      madeByDriver: true,
      state: failure === undefined ? 'creating' : 'failed',
      cloudState: failure === undefined ? 'CREATING' : 'creation failed',
      ...(failure === undefined ? {} : { stateDetail: explainFailedCreation(failure) }),
      capacity: Capacity.zero,
      createdAt: startedAt,
      attempt: 1,
      attributes: {},
    };
  }

  /** Deletes the record of a failed creation. @returns false where this process watches none of the instance */
  async discard(id: string, signal: AbortSignal): Promise<boolean> {
    const name = this.#operations.get(id);
    if (name === undefined) return false;
    await this.operations.forget(name, signal);
    this.#counted.add(name);
    this.#operations.delete(id);
    return true;
  }

  /** Ends the watch of a creation that has succeeded. */
  end(id: string): void {
    this.#operations.delete(id);
  }

  async #find(id: string, signal: AbortSignal): Promise<LongRunningOperation | undefined> {
    const name = this.#operations.get(id);
    if (name === undefined) return undefined;
    const operation = await this.operations.find(name, signal);
    if (!operation) this.#operations.delete(id);
    return operation;
  }
}
