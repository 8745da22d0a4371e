import type { Capacity } from './capacity.js';
import type { LustreMountSource } from './mount-source.js';

/**
 * State of a file system, independent of its cloud's names.
 *
 * - `creating`: not usable yet; becomes `available` or `failed` without further calls.
 * - `available`, `updating`, `impaired`: clients can use it. `impaired` needs the operator's attention.
 * - `failed`: never became usable and never will.
 * - `deleting`: going away.
 */
export type FileSystemState = 'creating' | 'available' | 'updating' | 'impaired' | 'failed' | 'deleting';

/** A Lustre file system in a cloud, in the driver's own words. No SDK type reaches beyond its provider. */
export interface FileSystem {
  /** The cloud's own identifier: an FSx file system id, the name of an ARM resource. */
  readonly id: string;
  /** Scope whose listing shows it: see `ControllerProvider.list`. */
  readonly listingScope: string;
  /** The CSI volume name that this driver wrote in its ownership tag; absent: this driver did not create it. */
  readonly volumeName?: string;
  /** True if a CSI driver of this cloud created it, in any cluster: one may then delete it with its claim. A
   *  `volumeName` says the same. Absent: its creator deletes it by hand. */
  readonly madeByDriver?: boolean;
  /** Id of the cluster that its tag names; absent: none. */
  readonly cluster?: string;
  /** True if that cluster is not the one of this driver, which then changes and deletes nothing of it. A driver without
   *  an id belongs to no cluster. */
  readonly isOtherClusters?: true;
  readonly state: FileSystemState;
  /** The cloud's own name of the state, such as `CREATING`. */
  readonly cloudState: string;
  /** The cloud's own words about the state: why it failed, what is impaired. */
  readonly stateDetail?: string;
  readonly capacity: Capacity;
  /** Absent if the cloud does not report it. */
  readonly createdAt?: Date;
  /** Number of the attempt to create the volume, from its tag. 1 unless an earlier one failed. */
  readonly attempt: number;
  /** True if the tags prove that CreateVolume has never returned it: it holds no data, and the driver may delete it
   *  where another one is the volume. Absent: it may be in use, or the cloud keeps no record. */
  readonly neverHandedOut?: true;
  /** Properties that it was created with, for the comparison with a plan: parameter name to the value as a plan spells
   *  it. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Base paths below which volumes are directories of this one, as `ParentFileSystems.noteBase` has noted them. Empty: they
   *  were noted, and the cloud does not show them any more. */
  readonly directoryBases?: readonly string[];
  /** Source that clients mount; absent as long as the cloud does not report it. */
  readonly mountSource?: LustreMountSource;
}

/** Reports if a driver may delete it with its claim: this one, or that of another cluster. */
export function belongsToClaim({ madeByDriver, volumeName }: FileSystem): boolean {
  return madeByDriver === true || volumeName !== undefined;
}

/** Reports if clients can use it. */
export function isUsable(fileSystem: FileSystem): boolean {
  return ['available', 'updating', 'impaired'].includes(fileSystem.state);
}
