import { DriverError, pause, type Clock, type FileSystem } from '@lustre-csi/core';
import { toDriverError } from '../api/errors.js';
import type { OciApi } from '../api/oci-api.js';
import { ociOperations } from '../api/oci-operations.js';
import { directoriesTags, withTags } from '../parameters/tags.js';
import { tagsOf } from '../plan/to-file-system.js';
import type { FileSystemReader } from './file-system-reader.js';

/** Pause between two looks at the tags, in milliseconds. */
const PAUSE = 2_000;

/** Records in tags of a file system that it hosts directory volumes. */
export class BasePathTags {
  constructor(
    private readonly api: Pick<OciApi, 'call'>,
    private readonly reader: Pick<FileSystemReader, 'find'>,
    private readonly clock: Clock,
  ) {}

  /** Adds the tags of a base path; returns when OCI shows them, since an update takes its time.
   *  @throws DriverError not-found, invalid-argument where the file system has too many tags, and OCI's refusal */
  async note(fileSystem: FileSystem, base: string, signal: AbortSignal): Promise<void> {
    while (!(await this.#step(fileSystem, base, signal))) await pause(this.clock, PAUSE, signal);
  }

  /** Returns true when the tags are there; starts the update where none is in progress. */
  async #step(fileSystem: FileSystem, base: string, signal: AbortSignal): Promise<boolean> {
    const { id } = fileSystem;
    const found = await this.reader.find(fileSystem, signal);
    if (!found) throw new DriverError('not-found', `there is no file system ${id}`);
    const freeformTags = withTags(tagsOf(found.shown), directoriesTags(base));
    if (!freeformTags) return true;
    if (found.fileSystem.state === 'updating') return false;
    const headers = found.etag === undefined ? {} : { headers: { 'if-match': found.etag } };
    try {
      await this.api.call(ociOperations.updateFileSystem, { id, body: { freeformTags }, ...headers }, signal);
    } catch (error) {
      const doing = `cannot tag file system ${id} as a host of directory volumes`;
      const failure = toDriverError(error, doing, 'effect', signal);
      // Another replica may have begun an update since the look.
      if (failure.kind !== 'aborted') throw failure;
    }
    return false;
  }
}
