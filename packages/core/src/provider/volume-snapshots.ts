import type { Capacity } from '../model/capacity.js';
import type { FileSystem } from '../model/file-system.js';
import type { ParameterSchema } from './parameters.js';

/** A snapshot, in the driver's own words. */
export interface Snapshot {
  /** The handle: the cloud's own identifier. */
  readonly id: string;
  /** The CSI snapshot name that this driver wrote in its tag; absent: this driver did not create it. */
  readonly name?: string;
  /** The handle of the volume that it was taken of. */
  readonly sourceVolumeId: string;
  readonly state: 'pending' | 'ready' | 'failed' | 'deleting';
  /** The cloud's own name of the state. */
  readonly cloudState: string;
  readonly stateDetail?: string;
  readonly createdAt: Date;
  /** The smallest volume that it can be restored to. */
  readonly restoreSize: Capacity;
}

/** Arguments of CreateSnapshot. */
export interface SnapshotRequest {
  readonly name: string;
  /** VolumeSnapshotClass parameters without those that the orchestrator adds. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** The part of a provider that can take snapshots and create file systems from them (through `plan` and `create`,
 *  which get the snapshot). Idempotency and waiting are the core's. */
export interface VolumeSnapshots {
  /** VolumeSnapshotClass parameters. */
  readonly parameters: ParameterSchema;

  /** As the ownership tag spells a snapshot name: what `Snapshot.name` is compared with. */
  nameTag(name: string): string;

  /** Refusal reason for a snapshot of this file system, or undefined. */
  refusalReason(fileSystem: FileSystem): string | undefined;

  /** Every snapshot that this driver may have created, and others of Lustre file systems. Complete, or it throws. */
  list(signal: AbortSignal): Promise<readonly Snapshot[]>;

  /** Undefined: no such snapshot, or no handle that this driver could have given out. */
  find(snapshotId: string, signal: AbortSignal): Promise<Snapshot | undefined>;

  /** Starts taking it, with the cloud's idempotency key derived from the name; answers as soon as it is accepted. */
  create(request: SnapshotRequest, fileSystem: FileSystem, signal: AbortSignal): Promise<Snapshot>;

  /** It is not an error if it is already gone.
   *  @throws DriverError failed-precondition while a restore is using it */
  delete(snapshot: Snapshot, signal: AbortSignal): Promise<void>;
}
