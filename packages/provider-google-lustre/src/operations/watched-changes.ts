import type { FileSystem } from '@lustre-csi/core';
import type { LongRunningOperation, LongRunningOperations } from '../api/long-running.js';

/** Accepted change of an instance. */
interface Watched<T> {
  readonly operation: string;
  readonly what: T;
}

/** Outcome of an accepted change. */
export interface ChangeOutcome<T> {
  readonly what: T;
  readonly operation: LongRunningOperation;
}

/** The last change of each instance that this process has requested, with its long-running operation: Google shows an
 *  instance as ACTIVE while it changes it, and after a change that has failed. */
export class WatchedChanges<T> {
  readonly #changes = new Map<string, Watched<T>>();

  constructor(private readonly operations: Pick<LongRunningOperations, 'find'>) {}

  remember(fileSystem: FileSystem, operation: LongRunningOperation, what: T): void {
    this.#changes.set(keyOf(fileSystem), { operation: operation.name, what });
  }

  /** Looks up the outcome; undefined: this process has requested none, or Google keeps no record. */
  async outcomeOf(fileSystem: FileSystem, signal: AbortSignal): Promise<ChangeOutcome<T> | undefined> {
    const watched = this.#changes.get(keyOf(fileSystem));
    if (!watched) return undefined;
    const operation = await this.operations.find(watched.operation, signal);
    if (operation) return { what: watched.what, operation };
    this.forget(fileSystem);
    return undefined;
  }

  forget(fileSystem: FileSystem): void {
    this.#changes.delete(keyOf(fileSystem));
  }
}

/** Key of the changes of an instance. One of the same name that was created later has another key. */
const keyOf = ({ id, createdAt }: FileSystem): string => `${id} of ${createdAt?.toISOString() ?? ''}`;
