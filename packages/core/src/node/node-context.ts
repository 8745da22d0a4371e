import type { Coalescer } from '../concurrency/coalescer.js';
import type { Clock } from '../concurrency/clock.js';
import type { Log } from '../provider/provider-plugin.js';
import type { MountTable } from '../mount/mount-table.js';
import type { MeasureQuota } from '../model/measure-quota.js';
import type { Mounter } from '../mount/mounter.js';
import type { Publications } from '../mount/publications.js';
import type { AfterMount, BeforePublish } from './publish-hooks.js';
import type { MountSharing } from '../model/publish-settings.js';
import type { SharedMounts } from '../mount/client/shared-mounts.js';
import type { StatfsHelper } from './statfs-helper.js';

/** What everything on the node works with. */
export interface NodeBasis {
  readonly mounter: Mounter;
  readonly publications: Publications;
  readonly readMountTable: () => Promise<MountTable>;
  readonly clock: Clock;
  readonly log: Log;
  readonly timing: NodeTiming;
  readonly afterMount: readonly AfterMount[];
}

/** What the node operations work with. */
export interface NodeContext extends NodeBasis {
  readonly shared: SharedMounts;
  /** Who shares a client where the volume does not say it. */
  readonly mountSharing: MountSharing;
  /** Whether a volume counts as published only where other mount namespaces can see it. */
  readonly mustPropagate: boolean;
  readonly beforePublish: readonly BeforePublish[];
  readonly measureQuota?: MeasureQuota;
  /** Holds a target while an operation changes it. */
  readonly targets: Coalescer;
  /** Who looks at file systems: not a target's child, so that a look that hangs keeps no target from being unmounted. */
  readonly statfs: Pick<StatfsHelper, 'measure' | 'finished' | 'stuck'>;
}

/** How long the node's work may take. */
export interface NodeTiming {
  /** Milliseconds for a publish or an unpublish until its child is told to end. kubelet waits 120 s for the answer. */
  readonly changeMs: number;
  /** Milliseconds for statfs. */
  readonly statfsMs: number;
}

/** kubelet has its answer by 110 s, in the words of the engine: a child gets 2.5 s to end, and what it has left is undone
 *  in 7.5 s at most, before the call chain answers in its stead (rpc/limit-time.ts). */
export const defaultTiming: NodeTiming = { changeMs: 97_000, statfsMs: 2_000 };
