import type { Log } from '../model/log.js';
import type { Clock } from '../concurrency/clock.js';
import { messageOf } from '../errors/driver-error.js';
import { belongsToClaim } from '../model/file-system.js';
import { formatBase } from './base-text.js';
import type { DirectoryFileSystems } from './directory-file-systems.js';
import type { BasePathTags } from './base-path-tags.js';
import type { BasePathRecord } from './base-path-records.js';

/** How long a lost note may stay lost. Milliseconds. */
export const ROUND_MS = 3_600_000;

/** What the keeper works with. */
export interface BasePathTagReconcilerParts {
  readonly fileSystems: Pick<DirectoryFileSystems, 'find'>;
  readonly notes: Pick<BasePathTags, 'note'>;
  readonly places: () => Promise<readonly BasePathRecord[]>;
  readonly log: Log;
  readonly clock: Clock;
}

/** Renews notes that somebody has removed, for volumes that nobody may ever join by another one. */
export class BasePathTagReconciler {
  constructor(private readonly parts: BasePathTagReconcilerParts) {}

  /** Looks now, and every hour. Costs a look at the cloud for each base path; mounts only where a note is missing. */
  async start(): Promise<void> {
    const { signal } = new AbortController();
    for (const place of await this.parts.places()) await this.#keep(place, signal);
    this.parts.clock.after(ROUND_MS, () => void this.start());
  }

  async #keep(place: BasePathRecord, signal: AbortSignal): Promise<void> {
    const { fileSystems, notes, log } = this.parts;
    try {
      const found = await fileSystems.find(place.host, signal);
      if (!found?.fileSystem || !belongsToClaim(found.fileSystem)) return;
      if (found.fileSystem.directoryBases?.includes(formatBase(place.base))) return;
      const { volumes } = await found.mounted.run({ operation: 'occupants', base: place.base }, signal);
      if (volumes.length > 0) await notes.note(found, place, signal);
    } catch (error) {
      log.warn(
        { host: place.host, basePath: place.base.join('/'), why: messageOf(error) },
        'it could not be looked whether the file system is noted as one that holds directory volumes; its own claim could ' +
          'delete it, and it is tried again',
      );
    }
  }
}
