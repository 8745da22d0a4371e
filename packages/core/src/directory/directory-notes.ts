import { untilAborted } from '../concurrency/abort.js';
import { DriverError, isDriverError, messageOf } from '../errors/driver-error.js';
import { unfinished } from '../errors/unfinished.js';
import type { DirectoryHosts } from '../provider/directory-hosts.js';
import type { FileSystem } from '../volume/file-system.js';
import { formatBase, parseBase } from './base-text.js';
import { listDirectories } from './list-directories.js';
import type { MountedHost } from './mounted-host.js';

/** Volumes that a refusal names. */
const NAMED = 3;
/** One note serves many callers: it ends with none of them. Milliseconds. */
const NOTE_MS = 30_000;

/** Notes in the cloud below which base paths volumes are directories of file systems that this driver has made, and so
 *  would delete: a StorageClass of directories may name any file system, that of another claim too. */
export class DirectoryNotes {
  /** What is noted, or about to be. A file system keeps its tags; a failed attempt is repeated. */
  readonly #noted = new Map<string, Promise<void>>();

  constructor(private readonly hosts: Pick<DirectoryHosts, 'noteBase'>) {}

  /** Returns when it is noted. Once for each base path in the life of a process.
   *  @throws what the cloud says, as an error after which CreateVolume is repeated: there is a directory already */
  async note(
    { fileSystem }: { readonly fileSystem?: FileSystem },
    base: readonly string[],
    signal: AbortSignal,
  ): Promise<void> {
    if (!this.hosts.noteBase || fileSystem?.volumeName === undefined) return;
    const text = formatBase(base);
    if (fileSystem.directoryBases?.includes(text)) return;
    const key = JSON.stringify([fileSystem.scope, fileSystem.id, text]);
    const known = this.#noted.get(key);
    const noting = known ?? this.hosts.noteBase(fileSystem, text, AbortSignal.timeout(NOTE_MS));
    if (!known) {
      this.#noted.set(key, noting);
      noting.catch(() => this.#noted.delete(key));
    }
    try {
      await untilAborted(noting, signal);
    } catch (error) {
      throw unfinished(
        error,
        'The directory is made already; the volume is complete when the cause is removed',
      );
    }
  }
}

/**
 * Looks, before a file system is deleted, whether volumes are directories of it.
 * @param mount gives the mounted file system
 * @throws DriverError failed-precondition if there are, or if it cannot be found out
 */
export async function refuseWhileUsed(
  fileSystem: FileSystem,
  mount: () => MountedHost,
  signal: AbortSignal,
): Promise<void> {
  const { id, directoryBases = [] } = fileSystem;
  for (const text of directoryBases) {
    const base = parseBase(text);
    if (!base) continue; // Whoever wrote it, it was not this driver.
    const paths = await pathsBelow(base).catch((error: unknown) => {
      throw signal.aborted ? error : unknown(id, text, error);
    });
    if (paths.length > 0) throw used(id, text, paths);
  }

  async function pathsBelow(base: readonly string[]): Promise<readonly string[]> {
    const found = await listDirectories(mount(), base, signal);
    return found.map(({ entry }) => entry.path.join('/'));
  }
}

function used(id: string, base: string, paths: readonly string[]): DriverError {
  const named = paths.slice(0, NAMED).join(', ');
  const more = paths.length > NAMED ? ` and ${paths.length - NAMED} more` : '';
  return new DriverError(
    'failed-precondition',
    `file system ${id} is not deleted: volumes are directories of it, below ${base}: ${named}${more}. Delete their ` +
      'claims first; the deletion is then done by itself',
  );
}

function unknown(id: string, base: string, error: unknown): DriverError {
  const kind = isDriverError(error, 'unavailable', 'aborted', 'deadline-exceeded')
    ? error.kind
    : 'failed-precondition';
  return new DriverError(
    kind,
    `file system ${id} is not deleted: its tag says that volumes are directories of it, below ${base}, and whether they ` +
      `still are cannot be found out: ${messageOf(error)}. If none is needed any more, remove the tag whose value is ${base}`,
    { cause: error },
  );
}
