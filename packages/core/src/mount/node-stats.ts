import type { StuckChild } from '../process/stuck-child.js';

/** What the node engine counts, at one moment; for metrics. Reading it touches nothing and never waits. */
export interface NodeStats {
  /** Volumes that are, or are about to be, published at a target of this node. */
  readonly publications: number;
  /** Lustre clients that the driver has mounted, or is about to, for pods to share. */
  readonly clientMounts: number;
  /** Mounts that have given up their turn because they take too long. */
  readonly overdueMounts: number;
  /** How often a volume was unmounted by force (`umount -f`) since the driver started. */
  readonly forcedUnmounts: number;
  /** How often a volume was unmounted lazily (`umount -l`) since the driver started. */
  readonly lazyUnmounts: number;
  /** Children that not even SIGKILL ends: the kernel holds them for a server that does not answer. */
  readonly stuckChildren: readonly StuckChild[];
}
