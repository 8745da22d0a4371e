import type { Clock } from '../../concurrency/clock.js';
import type { MountTable } from './mount-table.js';

/** Age up to which a look at the mount table is recent. Milliseconds. */
const RECENT_MS = 1_000;

/** Two ways to look at the mounts of this node. */
export interface MountLooks {
  /** Reads the mount table. */
  readonly readMountTable: () => Promise<MountTable>;
  /** Returns the table of the last look if that is recent, else reads it: for what a look at the end of the call confirms. */
  readonly recentMountTable: () => Promise<MountTable>;
}

/** Remembers the last look. */
export function mountLooks(read: () => Promise<MountTable>, clock: Clock): MountLooks {
  let last: { readonly at: number; readonly table: MountTable } | undefined;
  const readMountTable = async (): Promise<MountTable> => {
    const at = clock.now();
    const table = await read();
    last = { at, table };
    return table;
  };
  const recentMountTable = async (): Promise<MountTable> =>
    last && clock.now() - last.at < RECENT_MS ? last.table : readMountTable();
  return { readMountTable, recentMountTable };
}
