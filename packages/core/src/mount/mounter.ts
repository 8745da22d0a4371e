import type { LustreMountSource } from '../model/mount-source.js';
import type { NodeStats } from './node-stats.js';
import type { SubDirectory } from './sub-directory.js';
import type { StuckChild } from '../process/stuck-child.js';
import type { Limits } from '../concurrency/wait-with-limits.js';

/** One client mount. */
export interface MountRequest {
  readonly source: LustreMountSource;
  /** An existing directory, without symlinks in its path. */
  readonly target: string;
  /** As mount(8) takes them after `-o`, checked. */
  readonly options: readonly string[];
}

/** A mounted client, or a directory of its file system. */
export interface ClientDirectory {
  /** Where the client is mounted. */
  readonly clientMount: string;
  /** Absent: the root of the file system. */
  readonly directory?: SubDirectory;
}

/** One bind mount. */
export interface BindRequest extends ClientDirectory {
  /** As in MountRequest. */
  readonly target: string;
  /** Options of a single mount point: `ro`, `nosuid`, ... */
  readonly options: readonly string[];
}

/**
 * What changes the mount table. An error says that the work ended without success, not that nothing is mounted:
 * that only the mount table tells. At most one change of a target is under way at a time, also after errors and
 * across restarts, if everybody calls `settle` first.
 */
export interface Mounter {
  /** Mounts one Lustre client. @throws DriverError with the cause and the next step */
  mount(request: MountRequest, limits: Limits): Promise<void>;

  /** Shows a mounted client, or a directory of it, at a second place. Without a directory the file system is not asked
   *  for anything, so that it works with dead servers, too. @throws DriverError with the cause and the next step */
  bind(request: BindRequest, limits: Limits): Promise<void>;

  /** Makes a directory of a mounted client, on behalf of a target. @throws DriverError */
  makeDirectory(directory: Required<ClientDirectory>, target: string, limits: Limits): Promise<void>;

  /** Takes the topmost mount off the target. @throws DriverError with the cause and the next step */
  unmount(target: string, limits: Limits): Promise<void>;

  /** Waits for an earlier change of this target that could be neither awaited nor ended.
   *  @throws DriverError deadline-exceeded naming the process */
  settle(target: string, limits: Limits): Promise<void>;

  /** Takes responsibility for what an earlier run of the driver has left under way on these targets. */
  adopt(targets: readonly string[]): Promise<void>;

  /** Changes that nothing can end, by target. */
  readonly stuck: ReadonlyMap<string, StuckChild>;

  /** How the changes have gone, for metrics. */
  readonly counts: MounterCounts;
}

/** Mounts that take too long at present, and how often volumes were unmounted by force or lazily. */
export type MounterCounts = Pick<NodeStats, 'overdueMounts' | 'forcedUnmounts' | 'lazyUnmounts'>;
