/** Base path of a StorageClass, on a mounted file system. */
export interface BasePathLocation {
  /** Mount point of a client. */
  readonly root: string;
  /** The base path: names from the root. */
  readonly base: readonly string[];
}

/** A directory that is to exist. */
export interface DesiredDirectory {
  /** The CSI name of the volume. */
  readonly name: string;
  /** `directoryKey(name)`. */
  readonly key: string;
  /** Names below the base path; at least one. */
  readonly path: readonly string[];
  /** A decimal number; what the volume has if it is made now. */
  readonly capacityBytes: string;
  /** Bounds that an existing volume must meet: decimal numbers; absent bounds are none. */
  readonly range: { readonly required?: string; readonly limit?: string };
  readonly settings: DirectorySettings;
  readonly projectIds: ProjectIdRange;
}

/** Settings that a directory is made with, and compared by when it is requested again. */
export interface DirectorySettings {
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
  readonly stripe: readonly string[];
  readonly quota: Quota;
  readonly onDelete: OnDelete;
  /** True: the deletion also removes the directories of its path that are then empty. Entries of earlier volumes lack it. */
  readonly removeEmptyParents?: boolean;
  /** Keys of the volume context that say how nodes mount it. */
  readonly node: Readonly<Record<string, string>>;
}

/**
 * The registry's entry of a volume, in `BASE/.lustre-csi/volumes/KEY`, which only the driver's user can enter. Together
 * with the inode that it names it is the mark by which the driver knows a directory as its own: unlike a file in the
 * directory, no pod can see, copy, forge or lose it.
 */
export interface DirectoryEntry extends CommitRecord {
  readonly version: 1;
  readonly name: string;
  readonly key: string;
  /** Distinguishes this volume from an earlier one of the same name; random. */
  readonly incarnation: string;
  readonly path: readonly string[];
  readonly capacityBytes: string;
  readonly settings: DirectorySettings;
}

/** Outcome of a creation; kept beside the entry, since it is decided once. */
export interface CommitRecord {
  /** Of the directory; a decimal number. Absent until the directory is made. */
  readonly inode?: string;
  /** Its name in the registry's `new`, until it is moved to its path. */
  readonly building?: string;
  readonly projectId?: number;
  /** It was given up before there was a directory. */
  readonly isAbandoned?: boolean;
}

/** A task of the worker. Each may be repeated, by any process, after any end of an earlier attempt. */
export type WorkerTask =
  | { readonly operation: 'create'; readonly location: BasePathLocation; readonly desired: DesiredDirectory }
  | { readonly operation: 'delete' | 'get'; readonly location: BasePathLocation; readonly key: string }
  | {
      readonly operation: 'expand';
      readonly location: BasePathLocation;
      readonly key: string;
      readonly capacityBytes: string;
    }
  | {
      readonly operation: 'list';
      readonly location: BasePathLocation;
      readonly after: string;
      readonly limit: number;
    }
  | { readonly operation: 'occupants'; readonly location: BasePathLocation }
  /** `orphans`: also look for what killed workers have left unfinished. */
  | {
      readonly operation: 'sweep';
      readonly location: BasePathLocation;
      readonly budget: number;
      readonly orphans: boolean;
      /** Absent: every deleted volume, in the order of their records. */
      readonly order?: SweepOrder;
    };

/** Choice of the deleted volumes that one look at the trash works on. */
export interface SweepOrder {
  /** Incarnations of volumes that cannot be removed now, and are not tried. */
  readonly skip: readonly string[];
  /** Counts the looks: each begins with another volume. */
  readonly turn: number;
}

/** A volume as the worker finds it. */
export interface FoundDirectory {
  readonly entry: DirectoryEntry;
  /** Fault of its directory; absent: none. */
  readonly fault?: string;
}

/** Volumes below one base path of a file system, which prevent its deletion: of each kind some, since one is enough. */
export interface Occupants {
  /** False: no directory was ever made there, or the base path or its registry was removed or moved since. */
  readonly hasRegistry: boolean;
  /** Paths of volumes, from the base path. */
  readonly volumes: readonly string[];
  /** Number of further entries. */
  readonly more: number;
  /** Paths of creations that are neither finished nor given up, from the base path. */
  readonly unfinished: readonly string[];
  /** Files of the registry that are not as the driver has written them, or whose entry is missing; from the root of the
   *  file system. */
  readonly damaged: readonly string[];
}

/** Results of the tasks. */
export interface WorkerResults {
  readonly create: DirectoryEntry;
  /** Outcome for the directory. */
  readonly delete: 'absent' | 'trashed' | 'retained' | 'archived';
  readonly get: FoundDirectory | null;
  readonly expand: DirectoryEntry | null;
  /** `next`: the key after which the next page begins; null: this was the last. */
  readonly list: { readonly found: readonly FoundDirectory[]; readonly next: string | null };
  readonly occupants: Occupants;
  readonly sweep: {
    readonly removed: number;
    /** True if everything that can be removed now is removed. */
    readonly isDone: boolean;
    /** True if there are unfinished creations that may still continue, and are given up if they do not. */
    readonly hasUnfinished: boolean;
    /** Incarnations of volumes of which nothing could be removed. */
    readonly stuck: readonly string[];
    /** Number of files and directories of such volumes that were tried. */
    readonly failed: number;
    /** Some of these failures, in words. */
    readonly failures: readonly string[];
    /** Deleted volumes of which something is left. */
    readonly left: TrashLeft;
  };
}

/** Trash of a base path. */
export interface TrashLeft {
  /** Number of deleted volumes. */
  readonly volumes: number;
  /** Deletion of the oldest, in milliseconds since the epoch; absent where there is none. */
  readonly since?: number;
}

/** Cause of a failed task. */
export interface DirectoryFailure {
  readonly reason:
    | 'symlink'
    | 'not-a-directory'
    | 'missing'
    | 'not-mounted'
    | 'system'
    /** The volume exists with other properties. */
    | 'conflict'
    /** Another volume has the path, or one above or below it. */
    | 'path-taken'
    /** Something that no volume of this driver is has the path. */
    | 'path-exists'
    /** A base path lies inside another. */
    | 'nested-base'
    /** Others than the driver could have written the registry. */
    | 'untrusted-registry'
    /** Entries of the registry that do not fit together. */
    | 'damaged-registry'
    /** There is no registry, although a volume was created by it. */
    | 'registry-lost'
    /** Something else is mounted there. */
    | 'other-file-system'
    /** The directory at the volume's path is not the one that was made for it. */
    | 'replaced'
    | 'vanished'
    | 'no-project-id'
    | 'foreign-project'
    | 'below-use'
    | 'lfs-missing'
    /** Servers that do not answer leave the report of lfs incomplete. */
    | 'lfs-partial'
    | 'lfs';
  /** From the root of the file system. */
  readonly path: string;
  /** Of the system call, or what the reason is about, in words. */
  readonly code: string;
}

export type WorkerReply =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly failure: DirectoryFailure };

export class DirectoryError extends Error {
  override readonly name = 'DirectoryError';

  constructor(readonly failure: DirectoryFailure) {
    super(`${failure.path}: ${failure.reason} (${failure.code})`);
  }
}

/** A range of project ids. */
export interface ProjectIdRange {
  readonly first: number;
  readonly last: number;
}

export type Quota = 'hard' | 'soft' | 'none';

export type OnDelete = 'delete' | 'retain' | 'archive';
