import type { VolumeReference } from '../model/volume-reference.js';
import type { Capacity, CapacityRange } from '../model/capacity.js';
import type { FileSystem } from '../model/file-system.js';

/** Expansion under way, or the end of the last one. */
export interface Growth {
  readonly target: Capacity;
  /** `undoing`: the cloud reverts the expansion, and the capacity will not come; `failed`: it ended without the
   *  capacity. A successful expansion is not reported: the capacity shows it. */
  readonly state: 'running' | 'undoing' | 'failed';
  /** 0 to 100, if the cloud reports it. */
  readonly percent?: number;
  /** The cloud's own words. */
  readonly detail?: string;
}

export interface GrowingFileSystem {
  readonly fileSystem: FileSystem;
  readonly growth?: Growth;
}

/** The part of a provider that can grow file systems while they are in use. Idempotency and waiting are the core's. */
export interface VolumeExpansion {
  /** The smallest legal capacity within the range that is not smaller than what the file system has.
   *  @throws DriverError out-of-range naming the legal sizes */
  capacityFor(fileSystem: FileSystem, range: CapacityRange): Promise<Capacity>;

  /** The file system with its usable capacity of now, and what is under way; undefined if it does not exist. */
  look(reference: VolumeReference, signal: AbortSignal): Promise<GrowingFileSystem | undefined>;

  /** Starts growing and answers as soon as the cloud has accepted it.
   *  @throws DriverError aborted where another update is in the way, unavailable with the time from which it is
   *    allowed where the cloud wants a pause between two, out-of-range where it has failed so often that it is not tried
   *    again for long */
  start(fileSystem: FileSystem, capacity: Capacity, signal: AbortSignal): Promise<void>;
}
