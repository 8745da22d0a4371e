import type { AdministrativeAction, FileSystem as SdkFileSystem } from '@aws-sdk/client-fsx';
import {
  Capacity,
  DriverError,
  isDriverError,
  type CapacityRange,
  type FileSystem,
  type GrowingFileSystem,
  type Growth,
  type VolumeExpansion,
  type VolumeReference,
} from '@lustre-csi/core';
import {
  describeUpdate,
  explainRefusal,
  isRunning,
  percentOf,
  refuseRecentFailure,
  updatesOf,
} from './administrative-actions.js';
import { clientRequestToken } from '../api/client-request-token.js';
import type { FsxApi } from '../api/fsx-api.js';
import { grownCapacity } from '../plan/growth-rules.js';
import { tagKeys } from '../parameters/tags.js';
import { isFsxFileSystem, toFileSystem, type FsxFileSystem, type Viewpoint } from '../plan/to-file-system.js';
import { parseVolumeHandle } from '../node/volume-handle.js';

/** Expansion of file systems in use. INTELLIGENT_TIERING has no size: a tag keeps the claimed one, and grows. */
export class FsxExpansion implements VolumeExpansion {
  constructor(
    private readonly api: FsxApi,
    private readonly view: Viewpoint,
    private readonly now: () => number = Date.now,
  ) {}

  async capacityFor(fileSystem: FileSystem, range: CapacityRange): Promise<Capacity> {
    const kind = isFsxFileSystem(fileSystem) ? fileSystem.kind : undefined;
    if (kind) return grownCapacity(kind, fileSystem.capacity, range);
    throw new DriverError(
      'unavailable',
      `FSx did not report the kind of file system ${fileSystem.id}, so it was not expanded; the call is retried automatically`,
    );
  }

  async look(reference: VolumeReference, signal: AbortSignal): Promise<GrowingFileSystem | undefined> {
    const found = await this.#describe(reference.id, signal);
    const fileSystem = found && toFileSystem(found, this.view);
    if (!fileSystem) return undefined;
    const growth = growthOf(found);
    return { fileSystem: { ...fileSystem, id: reference.id }, ...(growth ? { growth } : {}) };
  }

  async start(fileSystem: FileSystem, capacity: Capacity, signal: AbortSignal): Promise<void> {
    const found = await this.#describe(fileSystem.id, signal);
    const current = found && toFileSystem(found, this.view);
    if (!found?.FileSystemId || !current) {
      throw new DriverError('not-found', `there is no file system ${fileSystem.id} to expand`);
    }
    if (found.StorageType === 'INTELLIGENT_TIERING') return this.#note(current, capacity, signal);
    const gib = capacity.toGibibytes();
    const aims = ['StorageCapacity'];
    refuseRecentFailure(found, { aims, now: this.now() });
    try {
      await this.api.update(
        {
          FileSystemId: found.FileSystemId,
          ClientRequestToken: clientRequestToken('update', [
            found.FileSystemId,
            `StorageCapacity ${gib}`,
            lastRequest(found),
          ]),
          StorageCapacity: gib,
        },
        signal,
      );
    } catch (error) {
      if (!isDriverError(error, 'invalid-argument')) throw error;
      // Another update may have begun after the lookup.
      const now = (await this.#describe(fileSystem.id, signal)) ?? found;
      throw explainRefusal(error, now, { aims, now: this.now() });
    }
  }

  async #describe(handle: string, signal: AbortSignal): Promise<SdkFileSystem | undefined> {
    const fileSystemId = parseVolumeHandle(handle)?.fileSystemId;
    return fileSystemId === undefined ? undefined : this.api.describe(fileSystemId, signal);
  }

  async #note({ id, arn }: FsxFileSystem, capacity: Capacity, signal: AbortSignal): Promise<void> {
    if (arn === undefined)
      throw new DriverError(
        'unavailable',
        `FSx did not report the ARN of file system ${id}; the call is retried automatically`,
      );
    await this.api.tag(arn, { [tagKeys.requestedBytes]: String(capacity.bytes) }, signal);
  }
}

/** Time of the last update request. It distinguishes a new attempt from a repetition, whose token must be the same. */
export const lastRequest = (found: SdkFileSystem): string =>
  String(updatesOf(found)[0]?.RequestTime?.getTime() ?? 'none');

/** Reports the newest expansion unless it has completed: then StorageCapacity shows it. Pure. */
export function growthOf(found: SdkFileSystem): Growth | undefined {
  const newest = updatesOf(found).find((update) => targetOf(update) !== undefined);
  const target = newest && targetOf(newest);
  if (!newest || target === undefined || (found.StorageCapacity ?? 0) >= target) return undefined;
  return growthTo(Capacity.gibibytes(target), newest, found);
}

function growthTo(target: Capacity, update: AdministrativeAction, found: SdkFileSystem): Growth | undefined {
  if (isRunning(update)) {
    const percent = percentOf(found, update);
    const detail = describeUpdate(found, update);
    return { target, state: 'running', detail, ...(percent === undefined ? {} : { percent }) };
  }
  if (update.Status !== 'FAILED' && update.Status !== 'CANCELLED') return undefined;
  return {
    target,
    state: 'failed',
    detail: update.FailureDetails?.Message ?? `FSx reports ${update.Status}`,
  };
}

const targetOf = ({ TargetFileSystemValues }: AdministrativeAction): number | undefined =>
  TargetFileSystemValues?.StorageCapacity ?? undefined;
