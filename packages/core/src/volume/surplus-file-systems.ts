import type { Work } from '../concurrency/poll-until.js';
import { isDriverError, messageOf } from '../errors/driver-error.js';
import { asRetryable, isFinal } from '../errors/retryable.js';
import type { FileSystem } from '../model/file-system.js';
import type { Log } from '../model/log.js';
import type { ControllerProvider } from '../provider/controller-provider.js';
import { liveOf } from './next-step.js';

/**
 * File systems of a volume's name that are not the volume, and hold no data: failed creations, and duplicates that were
 * never handed out. Duplicates come about where a cloud executes a request after it has forgotten its idempotency key.
 */
export class SurplusFileSystems {
  constructor(
    private readonly provider: Pick<ControllerProvider, 'find' | 'delete'>,
    private readonly log: Log,
  ) {}

  /** Starts the deletion of the failed creations that the kept one has succeeded.
   *  @throws DriverError unavailable where one cannot be deleted: it would be billed or counted for ever */
  async removeFailed(kept: FileSystem, mine: readonly FileSystem[], signal: AbortSignal): Promise<void> {
    for (const fileSystem of mine) {
      if (fileSystem.state === 'failed' && fileSystem.id !== kept.id) await this.discard(fileSystem, signal);
    }
  }

  /**
   * Starts the deletion of a file system whose creation failed before it was ever usable. It is looked up again just before:
   * where names are unique, another replica may have replaced it.
   * @throws DriverError not final: no later call would delete it
   */
  async discard(failed: FileSystem, signal: AbortSignal): Promise<void> {
    const reason = failed.stateDetail ?? `its state is ${failed.cloudState}`;
    try {
      const current = await this.provider.find(failed, signal);
      if (current?.state !== 'failed' || !isSame(current, failed)) return;
      const { id, volumeName, attempt } = failed;
      this.log.warn(
        { fileSystem: id, volumeName, attempt, reason },
        'creation failed in the cloud, deleting',
      );
      await this.provider.delete(current, signal);
    } catch (error) {
      throw asRetryable(
        error,
        `File system ${failed.id}, whose creation has failed (${reason}), must be deleted`,
      );
    }
  }

  /**
   * Starts the deletion of live duplicates. The kept one must have been handed out: then every process prefers it, and
   * none hands out the others any more.
   * @throws DriverError where the cloud may accept the deletion later
   */
  async removeDuplicates(kept: FileSystem, mine: readonly FileSystem[], work: Work): Promise<void> {
    const left: string[] = [];
    for (const duplicate of liveOf(mine)) {
      if (duplicate.id === kept.id) continue;
      if (!(await this.#removeDuplicate(kept, duplicate, work))) left.push(duplicate.id);
    }
    if (left.length === 0) return;
    this.log.error(
      { volumeName: kept.volumeName, kept: kept.id, duplicates: left },
      'several file systems exist for one volume: only the kept one is used, the others are billed; delete them if they hold no data',
    );
  }

  /** Reports if the deletion has begun. */
  async #removeDuplicate(
    kept: FileSystem,
    duplicate: FileSystem,
    { signal, report }: Work,
  ): Promise<boolean> {
    try {
      const current = await this.provider.find(duplicate, signal);
      if (!current || current.state === 'deleting') return true;
      if (!current.neverHandedOut) return false;
      const { id, volumeName } = duplicate;
      report(`deleting file system ${id}, a duplicate of ${kept.id} that was never handed out`);
      this.log.warn(
        { fileSystem: id, volumeName, kept: kept.id },
        'several file systems exist for one volume, deleting one that was never handed out',
      );
      await this.provider.delete(current, signal);
      return true;
    } catch (error) {
      if (signal.aborted || !isDriverError(error) || !isFinal(error)) throw error;
      this.log.error(
        { fileSystem: duplicate.id, error: messageOf(error) },
        'cannot delete a duplicate file system that was never handed out',
      );
      return false;
    }
  }
}

/** Reports if both are the same file system, and not two that had one name after another. */
const isSame = (a: FileSystem, b: FileSystem): boolean =>
  a.id === b.id && a.createdAt?.getTime() === b.createdAt?.getTime();
