import type { Clock } from '../concurrency/clock.js';
import { withTimeLimit } from '../concurrency/time-limit.js';
import { DriverError, messageOf } from '../errors/driver-error.js';
import type { ListedVolume } from '../model/listed-volume.js';
import type { ParentFileSystems } from '../provider/parent-file-systems.js';
import type { BasePathRecord } from './base-path-records.js';
import type { DirectoryFileSystems } from './directory-file-systems.js';
import type { MountedParent } from './mounted-parent.js';
import type { FoundDirectory } from './registry/worker-protocol.js';
import { listedDirectory } from './volume-of-directory.js';

/** Longest wait for one file system. Milliseconds. */
const LIST_MS = 20_000;

/** Volumes in one reply of the worker. */
const WORKER_PAGE = 200;

/** Services that a listing uses. */
export interface DirectoryListingParts {
  readonly fileSystems: Pick<DirectoryFileSystems, 'find'>;
  readonly parents: Pick<ParentFileSystems, 'contextFor'>;
  readonly clock: Clock;
}

/** Lists the directory volumes of several base paths. */
export class DirectoryListing {
  constructor(private readonly parts: DirectoryListingParts) {}

  /** A listing without the volumes of one file system would pass for their loss.
   *  @throws DriverError unavailable if a file system does not answer; the signal's reason */
  async list(basePaths: readonly BasePathRecord[], signal: AbortSignal): Promise<readonly ListedVolume[]> {
    const pages = await Promise.all(basePaths.map((basePath) => this.#listBasePath(basePath, signal)));
    return pages.flat();
  }

  async #listBasePath(basePath: BasePathRecord, caller: AbortSignal): Promise<readonly ListedVolume[]> {
    const limit = { clock: this.parts.clock, milliseconds: LIST_MS, late, caller };
    try {
      return await withTimeLimit(limit, (signal) => this.#volumesOf(basePath, signal));
    } catch (error) {
      caller.throwIfAborted();
      throw notListed(basePath, error);
    }
  }

  async #volumesOf(basePath: BasePathRecord, signal: AbortSignal): Promise<readonly ListedVolume[]> {
    const { fileSystems, parents } = this.parts;
    const found = await fileSystems.find(basePath.parent, signal);
    if (!found) return [];
    const directories = await directoriesBelow(found.mounted, basePath.base, signal);
    return directories.map((each) => listedDirectory(parents, { basePath, source: found.source }, each));
  }
}

/** Every volume of a base path. @throws DriverError, the signal's reason */
async function directoriesBelow(
  mounted: MountedParent,
  base: readonly string[],
  signal: AbortSignal,
): Promise<readonly FoundDirectory[]> {
  const all: FoundDirectory[] = [];
  for (let after: string | null = ''; after !== null;) {
    const task = { operation: 'list', base, after, limit: WORKER_PAGE } as const;
    const page: { readonly found: readonly FoundDirectory[]; readonly next: string | null } =
      await mounted.run(task, signal);
    all.push(...page.found);
    after = page.next;
  }
  return all;
}

const late = new DriverError('deadline-exceeded', `no answer within ${LIST_MS / 1000} s`);

const notListed = ({ parent, base }: BasePathRecord, error: unknown): DriverError =>
  new DriverError(
    'unavailable',
    `the directory volumes below /${base.join('/')} of the file system ${parent} could not be listed, and a list without ` +
      `them would pass for their loss: ${messageOf(error)}`,
    { cause: error },
  );
