import type { Log } from '../model/log.js';
import type { Clock } from '../concurrency/clock.js';
import { messageOf } from '../errors/driver-error.js';
import { belongsToClaim } from '../model/file-system.js';
import { formatTagValue } from './base-path-tag-value.js';
import type { DirectoryFileSystems } from './directory-file-systems.js';
import type { BasePathTags } from './base-path-tags.js';
import type { BasePathRecord } from './base-path-records.js';

/** Longest time that a lost tag stays lost. Milliseconds. */
export const ROUND_MS = 3_600_000;

/** Services that the reconciler uses. */
export interface BasePathTagReconcilerParts {
  readonly fileSystems: Pick<DirectoryFileSystems, 'find'>;
  readonly tags: Pick<BasePathTags, 'write'>;
  readonly basePaths: () => Promise<readonly BasePathRecord[]>;
  readonly log: Log;
  readonly clock: Clock;
}

/** Rewrites tags that were removed, for volumes that may never be joined by another one. */
export class BasePathTagReconciler {
  constructor(private readonly parts: BasePathTagReconcilerParts) {}

  /** Looks now, and every hour. Costs a look at the cloud for each base path; mounts only where a note is missing. */
  async start(): Promise<void> {
    const { signal } = new AbortController();
    for (const basePath of await this.parts.basePaths()) await this.#reconcile(basePath, signal);
    this.parts.clock.after(ROUND_MS, () => void this.start());
  }

  async #reconcile(basePath: BasePathRecord, signal: AbortSignal): Promise<void> {
    const { fileSystems, tags, log } = this.parts;
    try {
      const found = await fileSystems.find(basePath.parent, signal);
      if (!found?.fileSystem || !belongsToClaim(found.fileSystem)) return;
      if (found.fileSystem.directoryBases?.includes(formatTagValue(basePath.base))) return;
      const { volumes } = await found.mounted.run({ operation: 'occupants', base: basePath.base }, signal);
      if (volumes.length > 0) await tags.write(found, basePath, signal);
    } catch (error) {
      log.warn(
        { parent: basePath.parent, basePath: basePath.base.join('/'), why: messageOf(error) },
        'could not check the tag that keeps the file system of directory volumes from being deleted with its own claim; the ' +
          'check is retried automatically',
      );
    }
  }
}
