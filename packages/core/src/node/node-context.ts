import type { MountServices } from '../mount/mount-services.js';
import type { MeasureQuota } from '../model/usage.js';
import type { Coalescer } from '../concurrency/coalescer.js';
import type { BeforePublish } from './publish-hooks.js';
import type { MountSharing } from '../model/publish-settings.js';
import type { SharedMounts } from '../mount/client/shared-mounts.js';
import type { StatfsHelper } from './statfs-helper.js';

/** What the node operations work with. */
export interface NodeContext extends MountServices {
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
