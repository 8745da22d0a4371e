import { pause, systemClock, type Clock } from '../concurrency/clock.js';
import { untilAborted } from '../concurrency/abort.js';
import { DriverError } from '../errors/driver-error.js';
import { asRetryable } from '../errors/retryable.js';
import type { ParentFileSystems } from '../provider/parent-file-systems.js';
import { belongsToClaim, isUsable, type FileSystem } from '../model/file-system.js';
import { formatTagValue } from './base-path-tag-value.js';
import type { BasePathRecord } from './base-path-records.js';

/** Longest time to write a tag. One write serves many callers and ends with none of them. Milliseconds. */
const WRITE_MS = 30_000;
/** Pause between looks for the tag in the cloud. Milliseconds. */
const LOOK_MS = 1_000;
/** Time for which a written tag counts without a look: longer than a look at the cloud counts. Milliseconds. */
const WRITTEN_MS = 60_000;

interface TagWrite {
  readonly at: number;
  readonly done: Promise<void>;
  isDone: boolean;
}

/** Services that tags are written with. */
export interface BasePathTagsParts {
  readonly parents: Pick<ParentFileSystems, 'noteBase'>;
  /** Shows the parent file system as the cloud reports it now. */
  readonly lookAgain: (parent: string, signal: AbortSignal) => Promise<FileSystem | undefined>;
  readonly clock?: Clock;
}

/** Tags a file system with the base paths of its directory volumes, if a driver has created it and so would delete it: a StorageClass of directories may name any file system, that of another claim or cluster too. */
export class BasePathTags {
  /** Tags that were written a moment ago, or are being written. Entries expire: another writer of tags can remove
   *  one. */
  readonly #written = new Map<string, TagWrite>();
  readonly #clock: Clock;

  constructor(private readonly parts: BasePathTagsParts) {
    this.#clock = parts.clock ?? systemClock;
  }

  /** Returns once the cloud shows the tag. Sends no request if it was shown already.
   *  @throws what the cloud says, as an error after which CreateVolume is repeated: there is a directory already */
  async write(
    { fileSystem }: { readonly fileSystem?: FileSystem },
    basePath: BasePathRecord,
    signal: AbortSignal,
  ): Promise<void> {
    if (!this.parts.parents.noteBase || !fileSystem || !belongsToClaim(fileSystem)) return;
    const text = formatTagValue(basePath.base);
    if (fileSystem.directoryBases?.includes(text)) return;
    const key = JSON.stringify([fileSystem.listingScope, fileSystem.id, text]);
    try {
      await untilAborted(
        this.#once(key, () => this.#write(fileSystem, basePath.parent, text)),
        signal,
      );
    } catch (error) {
      throw asRetryable(
        error,
        'The directory exists already; remove the cause, and the volume is completed automatically',
      );
    }
  }

  #once(key: string, write: () => Promise<void>): Promise<void> {
    const now = this.#clock.now();
    const known = this.#written.get(key);
    if (known && (!known.isDone || now - known.at < WRITTEN_MS)) return known.done;
    const begun: TagWrite = { at: now, done: write(), isDone: false };
    this.#written.set(key, begun);
    begun.done.then(
      () => (begun.isDone = true),
      () => this.#written.delete(key),
    );
    return begun.done;
  }

  /** A cloud may accept a change and drop it, and two that replace all tags at once may lose one: only what it shows
   *  keeps the file system. */
  async #write(fileSystem: FileSystem, parent: string, text: string): Promise<void> {
    const signal = AbortSignal.timeout(WRITE_MS);
    const endsAt = this.#clock.now() + WRITE_MS;
    await this.parts.parents.noteBase?.(fileSystem, text, signal);
    for (;;) {
      const shown = await this.parts.lookAgain(parent, signal);
      if (!shown || !isUsable(shown)) throw notUsable(fileSystem.id, shown?.cloudState ?? 'gone');
      if (shown.directoryBases?.includes(text)) return;
      if (this.#clock.now() + LOOK_MS >= endsAt) throw notShown(fileSystem.id, text);
      await pause(this.#clock, LOOK_MS, signal);
    }
  }
}

const notUsable = (id: string, cloudState: string): DriverError =>
  new DriverError(
    'failed-precondition',
    `file system ${id} is ${cloudState}: no volume can be a directory of it; name another one in the StorageClass`,
  );

const notShown = (id: string, base: string): DriverError =>
  new DriverError(
    'unavailable',
    `the cloud has accepted the tag that keeps file system ${id} from being deleted under its directory volumes (its value ` +
      `is ${base}), and does not show it yet, so the volume is not handed out. If this continues, look in the cloud's ` +
      "activity log for other writers of the file system's tags",
  );
