import type { Capacity, CapacityRange } from '../model/capacity.js';
import type { FileSystem } from '../model/file-system.js';
import type { ListedVolume } from '../model/listed-volume.js';
import type { OperationContext } from '../model/operation-context.js';
import type { Volume, VolumeRequest } from '../model/volume-request.js';
import type { VolumeModification } from '../provider/volume-modification.js';
import type { Snapshot } from '../provider/volume-snapshots.js';

/** Caller of an operation that waits for the cloud. */
export type WaitingCaller = Pick<OperationContext, 'signal' | 'endsAt'>;

/** Controller operations on one kind of volume: whole file systems, or directories of file systems. */
export interface VolumeKind {
  /** CreateVolume.
   *  @param source snapshot to restore; absent: the volume starts empty
   *  @throws DriverError */
  create(request: VolumeRequest, caller: WaitingCaller, source?: Snapshot): Promise<Volume>;

  /** Error of a CreateVolume whose snapshot does not exist: retryable if the volume was restored from it earlier.
   *  @param error not-found */
  withoutSource(error: unknown, request: VolumeRequest, signal: AbortSignal): Promise<unknown>;

  /** DeleteVolume. Handles that name nothing count as deleted.
   *  @throws DriverError */
  delete(volumeId: string, caller: WaitingCaller): Promise<void>;

  /** ControllerExpandVolume: returns once the capacity can be used.
   *  @throws DriverError not-found, out-of-range, invalid-argument, unimplemented */
  expand(volumeId: string, range: CapacityRange, signal: AbortSignal): Promise<Capacity>;

  /** ControllerModifyVolume: returns once the volume is as requested.
   *  @throws DriverError not-found, invalid-argument */
  modify(
    volumeId: string,
    parameters: Readonly<Record<string, string>>,
    modification: VolumeModification,
    signal: AbortSignal,
  ): Promise<void>;

  /** ControllerGetVolume.
   *  @throws DriverError not-found */
  get(volumeId: string, signal: AbortSignal): Promise<ListedVolume>;

  /** Every usable volume of this kind that the driver knows of.
   *  @throws DriverError */
  list(signal: AbortSignal): Promise<readonly ListedVolume[]>;

  /** Reports if the volume exists, for requests to clone it.
   *  @throws DriverError unavailable */
  exists(volumeId: string, signal: AbortSignal): Promise<boolean>;

  /** File system to take a snapshot of. Absent: volumes of this kind have no snapshots.
   *  @throws DriverError not-found */
  snapshotSource?(volumeId: string, signal: AbortSignal): Promise<FileSystem>;
}
