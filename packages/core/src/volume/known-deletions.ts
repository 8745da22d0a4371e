import type { Clock } from '../concurrency/clock.js';
import type { FileSystem } from '../model/file-system.js';

/** Deletion that is under way. */
export interface KnownDeletion {
  /** File system as it was last seen, in state `deleting`. */
  readonly fileSystem: FileSystem;
  /** Time at which the cloud accepted the deletion, or at which a listing that shows it began, as the clock counts. */
  readonly since: number;
}

/** Longest time for which the end of a deletion is remembered. Milliseconds. */
const KEPT_MS = 600_000;

/**
 * Deletions of one scope that this process has begun or seen in a listing. They spare lookups and set the pace of the looks.
 * They never show that a file system exists or is gone: a look that begins later does.
 */
export class KnownDeletions {
  readonly #underWay = new Map<string, KnownDeletion>();
  /** Times at which a listing first lacked a file system that was being deleted, in their order. */
  readonly #over = new Map<string, number>();

  constructor(private readonly clock: Clock) {}

  /** Notes that the cloud has accepted a deletion. */
  begun(fileSystem: FileSystem): void {
    this.#underWay.set(fileSystem.id, {
      fileSystem: { ...fileSystem, state: 'deleting' },
      since: this.clock.now(),
    });
  }

  /** Takes over the result of a listing.
   *  @param began time at which the listing began: it may miss deletions that were begun later */
  listed(all: readonly FileSystem[], began: number): void {
    const shown = new Map(all.map((fileSystem) => [fileSystem.id, fileSystem]));
    for (const [id, { since }] of this.#underWay) {
      if (since >= began || shown.get(id)?.state === 'deleting') continue;
      this.#underWay.delete(id);
      if (!shown.has(id)) this.#over.set(id, this.clock.now());
    }
    for (const fileSystem of all) {
      if (fileSystem.state !== 'deleting') continue;
      const since = this.underWay(fileSystem.id)?.since ?? began;
      this.#underWay.set(fileSystem.id, { fileSystem, since });
      this.#over.delete(fileSystem.id);
    }
    this.#forgetOld();
  }

  underWay(id: string): KnownDeletion | undefined {
    return this.#underWay.get(id);
  }

  /** Reports if the last listing lacked a file system whose deletion was under way. */
  isOver(id: string): boolean {
    return this.#over.has(id);
  }

  #forgetOld(): void {
    for (const [id, time] of this.#over) {
      if (this.clock.now() - time < KEPT_MS) return;
      this.#over.delete(id);
    }
  }
}
