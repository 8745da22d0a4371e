import type { LustreMountSource } from '../model/mount-source.js';
import type { RootSettings } from '../model/publish-settings.js';
import type { NodeStats } from './node-stats.js';
import type { SubDirectory } from './sub-directory.js';
import type { StuckChild } from '../process/stuck-child.js';
import type { Limits } from '../concurrency/wait-with-limits.js';

/** Request for one client mount. */
export interface MountRequest {
  readonly source: LustreMountSource;
  /** Existing directory, without symlinks in its path. */
  readonly target: string;
  /** Checked options, in the form of mount(8) after `-o`. */
  readonly options: readonly string[];
}

/** Mount that runs. */
export interface PendingMount {
  /** Start, in milliseconds since the epoch. */
  readonly startedAt: number;
  /** Resolves at its end, whether it has mounted or not. */
  readonly ended: Promise<void>;
}

/** Mounted client, or a directory of its file system. */
export interface ClientDirectory {
  /** Mount point of the client. */
  readonly clientMount: string;
  /** Absent: the root of the file system. */
  readonly directory?: SubDirectory;
}

/** Request for one bind mount. */
export interface BindRequest extends ClientDirectory {
  /** Same as in MountRequest. */
  readonly target: string;
  /** Options of a single mount point: `ro`, `nosuid`, ... */
  readonly options: readonly string[];
}

/**
 * Port for changes of the mount table. An error means that the work ended without success, not that nothing is mounted:
 * only the mount table shows that. At most one change of a target is under way at a time, also after errors and
 * across restarts, if every caller calls `settle` first.
 */
export interface Mounter {
  /**
   * Mounts one Lustre client. Joins the mount of the target that an earlier call has left.
   * @throws DriverError with the cause and the next step; unavailable also where the mount continues (`pending`)
   */
  mount(request: MountRequest, limits: Limits): Promise<void>;

  /** Shows a mounted client, or a directory of it, at a second place. Without a directory no server is
   *  contacted, so that it also works with dead servers. @throws DriverError with the cause and the next step */
  bind(request: BindRequest, limits: Limits): Promise<void>;

  /** Creates a directory in a mounted client, on behalf of a target. @throws DriverError */
  makeDirectory(directory: Required<ClientDirectory>, target: string, limits: Limits): Promise<void>;

  /** Gives a fresh root of a mounted client its owner and permissions, on behalf of a target; another root stays as it is.
   *  @throws DriverError */
  settleRoot(clientMount: string, settings: RootSettings, target: string, limits: Limits): Promise<void>;

  /** Unmounts the topmost mount of the target. @throws DriverError with the cause and the next step */
  unmount(target: string, limits: Limits): Promise<void>;

  /** Waits for an earlier change of this target that could not be ended.
   *  @throws DriverError deadline-exceeded naming the process */
  settle(target: string, limits: Limits): Promise<void>;

  /** Ends a mount that continues after its call, before the target is used for something else. Never throws: a process that
   *  the kernel does not end becomes one of `stuck`. */
  abandon(target: string): Promise<void>;

  /** Ends or adopts the processes of an earlier run of the driver on these targets. */
  adopt(targets: readonly string[]): Promise<void>;

  /** Mounts that run, by target: also those that no caller waits for any more. */
  readonly pending: ReadonlyMap<string, PendingMount>;

  /** Changes that cannot be ended, by target. */
  readonly stuck: ReadonlyMap<string, StuckChild>;

  /** Counts of changes, for metrics. */
  readonly counts: MounterCounts;
}

/** Number of mounts that take too long now, and of unmounts by force or lazily so far. */
export type MounterCounts = Pick<NodeStats, 'overdueMounts' | 'forcedUnmounts' | 'lazyUnmounts'>;
