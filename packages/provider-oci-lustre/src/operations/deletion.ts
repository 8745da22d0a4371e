import { DriverError, type FileSystem, type VolumeReference } from '@lustre-csi/core';
import { toDriverError } from '../api/errors.js';
import type { OciApi } from '../api/oci-api.js';
import { isConflict, isHidden } from '../api/oci-error.js';
import { ociOperations } from '../api/oci-operations.js';
import type { FileSystemReader } from './file-system-reader.js';
import type { WorkRequests } from './work-requests.js';

/** Deletion of file systems. OCI may accept one and fail it: the file system is then as it was before. */
export class LustreDeletion {
  /** Work requests of the deletions that this process has requested, by file system. */
  readonly #requested = new Map<string, string>();

  constructor(
    private readonly api: Pick<OciApi, 'call'>,
    private readonly reader: Pick<FileSystemReader, 'find'>,
    private readonly works: Pick<WorkRequests, 'latest' | 'reasonOf'>,
  ) {}

  /** Requests the deletion.
   *  @throws DriverError unavailable with OCI's reason where the last one has failed: the next call requests another */
  async start(fileSystem: FileSystem, signal: AbortSignal): Promise<void> {
    const { id } = fileSystem;
    await this.#throwIfFailed(fileSystem, signal);
    try {
      const answer = await this.api.call(ociOperations.deleteFileSystem, { id }, signal);
      this.#requested.set(id, answer.header('opc-work-request-id') ?? '');
    } catch (error) {
      // Another deletion may have come first; and a 404 may stand for a missing right.
      const isOpen = isConflict(error) || isHidden(error);
      if (isOpen && (await this.#isGoing(fileSystem, signal))) return;
      throw toDriverError(error, `cannot delete file system ${id}`, 'effect', signal);
    }
  }

  async #throwIfFailed(fileSystem: FileSystem, signal: AbortSignal): Promise<void> {
    const { id } = fileSystem;
    const requested = this.#requested.get(id);
    if (requested === undefined) return;
    const work = await this.works.latest(fileSystem, 'DELETE_LUSTRE_FILE_SYSTEM', signal);
    if (work?.id !== requested || work.state !== 'failed') return;
    const reason = await this.works.reasonOf(work, signal);
    this.#requested.delete(id);
    throw new DriverError(
      'unavailable',
      `OCI failed to delete file system ${id}: ${reason}. It still exists and is billed; remove the cause, and the deletion ` +
        'is retried automatically',
    );
  }

  async #isGoing(reference: VolumeReference, signal: AbortSignal): Promise<boolean> {
    const found = (await this.reader.find(reference, signal))?.fileSystem;
    return found === undefined || found.state === 'deleting';
  }
}
