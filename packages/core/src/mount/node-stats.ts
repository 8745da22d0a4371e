import type { LostTarget } from './client/target-connections.js';
import type { StuckChild } from '../process/stuck-child.js';

/** Counts of the node engine at one moment, for metrics. Reading them touches no mount and never waits. */
export interface NodeStats {
  /** Number of volumes that are, or are about to be, published at a target of this node. */
  readonly publications: number;
  /** Number of Lustre clients that the driver has mounted, or is about to mount, for pods to share. */
  readonly clientMounts: number;
  /** Number of mounts that have given up their slot because they take too long. */
  readonly overdueMounts: number;
  /** Number of unmounts by force (`umount -f`) since the driver started. */
  readonly forcedUnmounts: number;
  /** Number of lazy unmounts (`umount -l`) since the driver started. */
  readonly lazyUnmounts: number;
  /** Targets of file systems to which a client has no connection, as of the last measurement of a volume on them. */
  readonly lostTargets: readonly LostTarget[];
  /** Children that SIGKILL does not end: they wait in the kernel for a server that does not answer. */
  readonly stuckChildren: readonly StuckChild[];
}
