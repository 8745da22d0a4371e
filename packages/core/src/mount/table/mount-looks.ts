import type { Clock } from '../../concurrency/clock.js';
import type { Limits } from '../../concurrency/wait-with-limits.js';
import type { LookAtMounts } from './look-at-mounts.js';
import type { MountTable } from './mount-table.js';

/** Age up to which a look at the mount table is recent. Milliseconds. */
const RECENT_MS = 1_000;
/** Mounts of a node from which on a look at one path is cheaper than the whole table: it is a message to another process, and the
 *  kernel writes some 400 lines of the table in the same time. */
const MANY_MOUNTS = 400;

/** Ways to look at the mounts of this node. */
export interface MountLooks {
  /** Reads the mount table. */
  readonly readMountTable: () => Promise<MountTable>;
  /** Returns the table of the last look if that is recent, else reads it: for what a look at the end of the call confirms. */
  readonly recentMountTable: () => Promise<MountTable>;
  /** Reads the mounts on a path and the mount around it, beside many other mounts. undefined: the whole table costs no more, or
   *  nothing else is possible. Never throws. */
  readonly mountsAt: (path: string, limits: Pick<Limits, 'signal'>) => Promise<MountTable | undefined>;
}

/** Remembers the last look at the whole table. Without `lookAtMounts`, every look reads it. */
export function mountLooks(
  read: () => Promise<MountTable>,
  clock: Clock,
  { lookAtMounts }: { readonly lookAtMounts?: LookAtMounts } = {},
): MountLooks {
  let last: { readonly at: number; readonly table: MountTable } | undefined;
  const readMountTable = async (): Promise<MountTable> => {
    const at = clock.now();
    const table = await read();
    last = { at, table };
    return table;
  };
  const recentMountTable = async (): Promise<MountTable> =>
    last && clock.now() - last.at < RECENT_MS ? last.table : readMountTable();
  const mountsAt: MountLooks['mountsAt'] = async (path, limits) =>
    last && last.table.entries.length >= MANY_MOUNTS ? lookAtMounts?.(path, limits) : undefined;
  return { readMountTable, recentMountTable, mountsAt };
}
