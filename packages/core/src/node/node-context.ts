import type { MountLooks } from '../mount/table/mount-looks.js';
import type { MountTable } from '../mount/table/mount-table.js';
import type { MountServices } from '../mount/mount-services.js';
import type { MeasureQuota } from '../model/usage.js';
import type { Coalescer } from '../concurrency/coalescer.js';
import type { BeforePublish } from './publish-hooks.js';
import type { MountSharing } from '../model/publish-settings.js';
import type { SharedMounts } from '../mount/client/shared-mounts.js';
import type { TargetConnections } from '../mount/client/target-connections.js';
import type { TargetBounds } from '../mount/target-bounds.js';
import type { StatfsHelper } from './statfs-helper.js';

/** Dependencies of the node operations. */
export interface NodeContext extends MountServices {
  readonly shared: SharedMounts;
  /** See MountLooks. */
  readonly recentMountTable: () => Promise<MountTable>;
  /** See MountLooks. */
  readonly mountsAt: MountLooks['mountsAt'];
  /** Limits of target paths. */
  readonly targetBounds: TargetBounds;
  /** Sharing of clients where the volume context does not set it. */
  readonly mountSharing: MountSharing;
  /** Requires that other mount namespaces see a volume before it counts as published. */
  readonly mustPropagate: boolean;
  readonly beforePublish: readonly BeforePublish[];
  readonly measureQuota?: MeasureQuota;
  /** Connections of clients to their servers. */
  readonly connections: Pick<TargetConnections, 'lostTargets' | 'lost'>;
  /** Locks: one operation changes a target at a time. */
  readonly targets: Coalescer;
  /** Measures file systems. Its process is no child of a target, so that one that hangs blocks no unmount. */
  readonly statfs: Pick<StatfsHelper, 'measure' | 'finished' | 'stuck'>;
}
