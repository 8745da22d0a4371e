import type { Publications } from './publications.js';
import type { Mounter } from './mounter.js';
import type { MountTable } from './table/mount-table.js';
import type { Clock } from '../concurrency/clock.js';
import { deadlineIn } from '../concurrency/deadline-in.js';
import type { Limits } from '../concurrency/wait-with-limits.js';
import type { Log } from '../model/log.js';
import type { AfterMount } from './mounted-client.js';

/** Services that the mount engine and the node operations share. */
export interface MountServices {
  readonly mounter: Mounter;
  readonly publications: Publications;
  readonly readMountTable: () => Promise<MountTable>;
  /** Table of the last look if that is recent. Default: reads it. */
  readonly recentMountTable?: () => Promise<MountTable>;
  readonly clock: Clock;
  readonly log: Log;
  readonly timing: NodeTiming;
  readonly afterMount: readonly AfterMount[];
  /** Name under which kubelet knows the driver; absent: every target of kubelet may be the driver's. */
  readonly driverName?: string;
}

/** Time limits of the node's work. */
export interface NodeTiming {
  /** Milliseconds for a publish or an unpublish until its child gets SIGTERM. kubelet waits 120 s for the answer. */
  readonly changeMs: number;
  /** Milliseconds for statfs. */
  readonly statfsMs: number;
}

/** Default timing: kubelet has the engine's own answer by 110 s. A child gets 2.5 s to end, and the undo takes 7.5 s at most,
 *  before the call chain answers instead (rpc/limit-time.ts). */
export const defaultTiming: NodeTiming = { changeMs: 97_000, statfsMs: 2_000 };

/** Time to undo a failed mount; it is no longer the caller's. */
export const UNDO_MS = 5_000;

export const undoLimits = (clock: Clock): Limits => deadlineIn(UNDO_MS, clock);
