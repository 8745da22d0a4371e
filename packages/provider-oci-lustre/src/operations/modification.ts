import {
  DriverError,
  type FileSystem,
  type ModificationStep,
  type VolumeModification,
  type VolumeReference,
} from '@lustre-csi/core';
import { toDriverError } from '../api/errors.js';
import type { OciApi } from '../api/oci-api.js';
import { isConflict } from '../api/oci-error.js';
import { ociOperations } from '../api/oci-operations.js';
import {
  mutableParameterSchema,
  readMutableParameters,
  type MutableParameters,
} from '../parameters/mutable-parameters.js';
import { settingsChange } from '../plan/settings-change.js';
import type { FileSystemReader, ReadFileSystem } from './file-system-reader.js';
import type { WorkRequests } from './work-requests.js';

/** Change that OCI has accepted from this process. */
interface Accepted {
  readonly workId: string;
  readonly change: string;
  /** Time at which OCI had completed it and first showed other settings, in milliseconds since the epoch. */
  differsSince?: number;
}

/** Time for which OCI may still show the old settings after a change, in milliseconds. */
const TIME_TO_SHOW = 30_000;

/** Modification of file systems in place: one update for all settings that differ. The state of the file system decides: a
 *  change is done when it shows the requested settings. The memory of this process only adds the reason of a failure. */
export class LustreModification implements VolumeModification {
  readonly parameters = mutableParameterSchema;
  readonly #accepted = new Map<string, Accepted>();

  constructor(
    private readonly api: Pick<OciApi, 'call'>,
    private readonly reader: Pick<FileSystemReader, 'find'>,
    private readonly works: Pick<WorkRequests, 'latest' | 'reasonOf'>,
    private readonly now: () => number = Date.now,
  ) {}

  check(parameters: Readonly<Record<string, string>>): void {
    readMutableParameters(parameters);
  }

  async step(
    reference: VolumeReference,
    parameters: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<ModificationStep> {
    const requested = readMutableParameters(parameters);
    const found = await this.reader.find(reference, signal);
    if (!found) throw new DriverError('not-found', `there is no file system ${reference.id} to modify`);
    const { fileSystem, shown } = found;
    const change = settingsChange(shown, requested);
    if (/^(?:creating|updating|deleting)$/.test(fileSystem.state))
      return { waitingFor: `file system ${fileSystem.id} is ${fileSystem.cloudState}` };
    if (!change) {
      this.#accepted.delete(fileSystem.id);
      return 'done';
    }
    const waiting = await this.#outcome(fileSystem, JSON.stringify(change), signal);
    if (waiting) return waiting;
    await this.#change(found, change, signal).catch(async (error: unknown) => {
      if (isConflict(error) && (await this.#hasBegun(reference, requested, signal))) return;
      throw toDriverError(
        error,
        `cannot change the settings of file system ${fileSystem.id}`,
        'effect',
        signal,
      );
    });
    return { waitingFor: `the settings of file system ${fileSystem.id} are being changed` };
  }

  /** Decides about the same change of before; undefined: it has to be requested.
   *  @throws DriverError unavailable where it has failed, or has had no effect */
  async #outcome(
    fileSystem: FileSystem,
    change: string,
    signal: AbortSignal,
  ): Promise<ModificationStep | undefined> {
    const { id } = fileSystem;
    const accepted = this.#accepted.get(id);
    if (accepted?.change !== change) return undefined;
    const work = await this.works.latest(fileSystem, 'UPDATE_LUSTRE_FILE_SYSTEM', signal);
    if (work?.id === accepted.workId && work.state === 'failed') {
      this.#accepted.delete(id);
      throw changeFailed(id, await this.works.reasonOf(work, signal));
    }
    accepted.differsSince ??= this.now();
    if (this.now() - accepted.differsSince <= TIME_TO_SHOW)
      return { waitingFor: `file system ${id} does not show its new settings yet` };
    this.#accepted.delete(id);
    throw changeFailed(id, `it reported success, but does not show the requested settings, ${change}`);
  }

  async #change(
    { fileSystem: { id }, etag }: ReadFileSystem,
    change: object,
    signal: AbortSignal,
  ): Promise<void> {
    const input = { id, body: change, ...(etag === undefined ? {} : { headers: { 'if-match': etag } }) };
    const answer = await this.api.call(ociOperations.updateFileSystem, input, signal);
    const workId = answer.header('opc-work-request-id') ?? '';
    this.#accepted.set(id, { workId, change: JSON.stringify(change) });
  }

  /** Reports whether an earlier request, whose answer was lost, has made the change, or another update is in progress. */
  async #hasBegun(
    reference: VolumeReference,
    requested: MutableParameters,
    signal: AbortSignal,
  ): Promise<boolean> {
    const found = await this.reader.find(reference, signal);
    if (!found) return false;
    return found.fileSystem.state === 'updating' || !settingsChange(found.shown, requested);
  }
}

const changeFailed = (id: string, reason: string): DriverError =>
  new DriverError(
    'unavailable',
    `OCI failed to change the settings of file system ${id}: ${reason}. Its data is unchanged; remove the cause, and the ` +
      'change is retried automatically',
  );
