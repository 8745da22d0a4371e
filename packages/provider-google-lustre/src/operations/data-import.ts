import { randomUUID } from 'node:crypto';
import { DriverError, type FileSystem } from '@lustre-csi/core';
import { toDriverError } from '../api/errors.js';
import type { LongRunningOperation, LongRunningOperations } from '../api/long-running.js';
import type { LustreApi } from '../api/lustre-api.js';
import { lustreOperations } from '../api/lustre-operations.js';
import { handleOf } from './instance-reader.js';

const startedSince = ({ startedAt }: LongRunningOperation, since: Date | undefined): boolean =>
  since === undefined || startedAt >= since;

/** Imports from Cloud Storage that belong to new volumes. Google's record of the transfer is the only memory. */
export class DataImport {
  /** Names of failed transfers that callers know of: Google may keep their records. */
  readonly #reported = new Set<string>();

  constructor(
    private readonly api: Pick<LustreApi, 'call'>,
    private readonly operations: Pick<LongRunningOperations, 'latest' | 'forget'>,
  ) {}

  /** Starts the import, and reports when it is done.
   *  @throws DriverError unavailable with Google's reason where it has failed: the next call starts another */
  async complete(
    fileSystem: FileSystem,
    uri: string,
    signal: AbortSignal,
  ): Promise<'done' | { readonly waitingFor: string }> {
    const handle = handleOf(fileSystem.id);
    const latest = await this.operations.latest(handle, 'import', signal);
    // An earlier instance may have had the same id.
    const isCurrent =
      latest && startedSince(latest, fileSystem.createdAt) && !this.#reported.has(latest.name);
    const transfer = isCurrent ? latest : undefined;
    const doing = `cannot import ${uri} into instance ${fileSystem.id}`;
    if (transfer?.failure !== undefined) {
      await this.operations.forget(transfer.name, signal);
      this.#reported.add(transfer.name);
      throw new DriverError(
        'unavailable',
        `${doing}: ${transfer.failure}; check that the service agent of Managed Lustre has the role Storage Object Viewer on ` +
          'the bucket. The import is retried automatically',
      );
    }
    if (transfer?.isDone) return 'done';
    if (!transfer) await this.#start(fileSystem, uri, doing, signal);
    return { waitingFor: `the import of ${uri} into instance ${fileSystem.id}` };
  }

  async #start({ id }: FileSystem, uri: string, doing: string, signal: AbortSignal): Promise<void> {
    try {
      const input = { ...handleOf(id), uri, requestId: randomUUID() };
      await this.api.call(lustreOperations.importData, input, signal);
    } catch (error) {
      throw toDriverError(error, doing, 'effect', signal);
    }
  }
}
