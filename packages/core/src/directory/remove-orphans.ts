import { readdirSync } from 'node:fs';
import { removeEmpty } from './create-directory.js';
import { readEntry } from './directory-entries.js';
import type { OpenBase } from './open-base.js';
import type { DirectoryEntry } from './worker-protocol.js';
import { removeRecord, removeStaleTemporaries } from './record-files.js';

/** Removes what workers have left that were killed: directories that lost or whose volume is gone, and the fates of such
 *  volumes. Nobody has ever seen them. */
export function removeOrphans(open: OpenBase): void {
  removeStaleTemporaries(open);
  for (const name of readdirSync(`${open.registry}/new`)) {
    if (!mayBecome(name, entryOf(open, name))) removeEmpty(`${open.registry}/new/${name}`);
  }
  for (const name of readdirSync(`${open.registry}/fates`)) {
    if (!entryOf(open, name)) removeRecord(open, `fates/${name}`);
  }
}

/** The entry that a name begins with, `KEY.INCARNATION`. */
function entryOf(open: OpenBase, name: string): DirectoryEntry | undefined {
  const [key = '', incarnation] = name.split('.');
  const entry = readEntry(open, key);
  return entry?.incarnation === incarnation ? entry : undefined;
}

/** Whether a directory in `new` is the volume's, or still can be. */
function mayBecome(name: string, entry: DirectoryEntry | undefined): boolean {
  if (!entry || entry.isAbandoned) return false;
  return entry.building === undefined || entry.building === name;
}
