import type {
  Capacity,
  CapacityRange,
  FileSystem,
  Growth,
  GrowingFileSystem,
  VolumeExpansion,
  VolumeReference,
} from '@lustre-csi/core';
import { toDriverError } from '../api/errors.js';
import type { OciApi } from '../api/oci-api.js';
import { isConflict } from '../api/oci-error.js';
import { ociOperations } from '../api/oci-operations.js';
import { smallestCapacity, toGigabytes } from '../plan/capacity-rules.js';
import type { FileSystemReader } from './file-system-reader.js';
import type { Work, WorkRequests } from './work-requests.js';

/** Expansion of file systems while clients keep working: an update with a larger capacity. */
export class LustreExpansion implements VolumeExpansion {
  /** Targets of the expansions that this process has started, by work request: OCI does not report them. */
  readonly #targets = new Map<string, Capacity>();

  constructor(
    private readonly api: Pick<OciApi, 'call'>,
    private readonly reader: Pick<FileSystemReader, 'find'>,
    private readonly works: Pick<WorkRequests, 'latest' | 'reasonOf'>,
  ) {}

  async capacityFor({ capacity }: FileSystem, range: CapacityRange): Promise<Capacity> {
    const required = range.required && capacity.isLessThan(range.required) ? range.required : capacity;
    return smallestCapacity({ ...range, required });
  }

  async look(reference: VolumeReference, signal: AbortSignal): Promise<GrowingFileSystem | undefined> {
    const before = await this.reader.find(reference, signal);
    if (!before) return undefined;
    const work = await this.works.latest(before.fileSystem, 'UPDATE_LUSTRE_FILE_SYSTEM', signal);
    // The capacity that is read afterwards includes the work that has completed.
    const after = work?.state === 'succeeded' ? await this.reader.find(reference, signal) : before;
    if (!after) return undefined;
    const growth = work && (await this.#growthOf(after.fileSystem, work, signal));
    return { fileSystem: after.fileSystem, ...(growth ? { growth } : {}) };
  }

  /** Reports the update in progress. One of another process, or of other settings, has the present capacity as its target:
   *  the expansion begins when it is over. */
  async #growthOf({ capacity }: FileSystem, work: Work, signal: AbortSignal): Promise<Growth | undefined> {
    const target = this.#targets.get(work.id);
    if (work.state === 'running') {
      const { percent, status } = work;
      const detail = target ? {} : { detail: `another update is ${status}` };
      return {
        target: target ?? capacity,
        state: 'running',
        ...(percent === undefined ? {} : { percent }),
        ...detail,
      };
    }
    if (work.state === 'succeeded' || !target || !capacity.isLessThan(target)) return undefined;
    return { target, state: 'failed', detail: await this.works.reasonOf(work, signal) };
  }

  async start({ id, listingScope }: FileSystem, capacity: Capacity, signal: AbortSignal): Promise<void> {
    const doing = `cannot expand file system ${id} to ${capacity.toString()}`;
    const current = await this.reader.find({ id, listingScope }, signal);
    const input = {
      id,
      body: { capacityInGBs: toGigabytes(capacity) },
      ...(current?.etag === undefined ? {} : { headers: { 'if-match': current.etag } }),
    };
    try {
      const answer = await this.api.call(ociOperations.updateFileSystem, input, signal);
      const work = answer.header('opc-work-request-id');
      if (work !== undefined) this.#targets.set(work, capacity);
    } catch (error) {
      if (isConflict(error) && (await this.#hasBegun({ id, listingScope }, capacity, signal))) return;
      throw toDriverError(error, doing, 'effect', signal);
    }
  }

  /** Reports whether an earlier request, whose answer was lost, has begun the expansion, or another update is in progress. */
  async #hasBegun(reference: VolumeReference, capacity: Capacity, signal: AbortSignal): Promise<boolean> {
    const found = (await this.reader.find(reference, signal))?.fileSystem;
    return found?.state === 'updating' || found?.capacity.isLessThan(capacity) === false;
  }
}
