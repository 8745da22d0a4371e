import type { Coalescer } from '../concurrency/coalescer.js';
import type { Clock } from '../concurrency/clock.js';
import type { Log } from '../provider/provider-plugin.js';
import type { MountTable } from './mount-table.js';
import type { Mounter } from './mounter.js';
import type { Publications } from './publications.js';
import type { TargetChildren } from './target-children.js';

/** What the node operations work with. */
export interface NodeContext {
  readonly mounter: Mounter;
  readonly publications: Publications;
  readonly readMountTable: () => Promise<MountTable>;
  /** Holds a target while an operation changes it. */
  readonly targets: Coalescer;
  /** Children that only look. They have a table of their own: a hung look keeps no target from being unmounted. */
  readonly lookers: TargetChildren;
  readonly clock: Clock;
  readonly log: Log;
  readonly timing: NodeTiming;
}

/** How long the node's work may take. */
export interface NodeTiming {
  /** Milliseconds for a publish or an unpublish until its child is told to end. kubelet waits 120 s for the answer. */
  readonly changeMs: number;
  /** Milliseconds for statfs. */
  readonly statfsMs: number;
}

/** A child gets 2.5 s to end, so that kubelet has its answer by 110 s. */
export const defaultTiming: NodeTiming = { changeMs: 107_000, statfsMs: 2_000 };
