import { renameSync } from 'node:fs';
import { abandon } from './abandon-directory.js';
import { inodeAt } from './create-directory.js';
import { ownerOf, readEntry, trashEntry, unseenRecord } from './directory-entries.js';
import { withDirectory, self, type OpenBase } from './open-base.js';
import { ownerOfPath, releasePath } from './path-claims.js';
import { removeEmptyParents } from './remove-empty-parents.js';
import { codeOf } from './record-files.js';
import { DirectoryError, type DirectoryEntry, type WorkerResults } from './worker-protocol.js';

/** The rename that takes a directory out of its path. */
interface Removal {
  /** Target path, from the base path. */
  readonly to: string;
  readonly result: WorkerResults['delete'];
}

/**
 * Takes a volume away: its directory into the trash (or to its archive name), the claim, and last the entry, which becomes
 * the trash's record. Each step can be found done by the next attempt, and none needs space: a full file system is emptied
 * by deletions. A directory that is not the one that was made for the volume is not touched.
 * @throws DirectoryError replaced
 */
export function deleteDirectory(open: OpenBase, key: string): WorkerResults['delete'] {
  const entry = readEntry(open, key);
  if (!entry) return 'absent';
  // A process that makes the directory at this moment wins or loses: then there is something to delete, or never will be.
  if (entry.inode === undefined) return abandon(open, entry) ? 'absent' : deleteDirectory(open, key);
  const removal = removalOf(open, entry);
  if (removal.result !== 'retained') moveAway(open, entry, removal);
  release(open, entry, `${entry.incarnation}.json`);
  return removal.result;
}

/**
 * Deletes a directory that was made and never came to its path, so that no response can have named it: into the trash,
 * regardless of its class's `onDelete`. If it comes to its path at this moment, it stays.
 */
export function deleteUnseen(open: OpenBase, entry: DirectoryEntry): void {
  const to = `${open.registry}/trash/${entry.incarnation}`;
  try {
    if (inodeAt(to) !== entry.inode) renameSync(`${open.registry}/new/${entry.building}`, to);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    return;
  }
  release(open, entry, unseenRecord(entry));
}

/** The claim first: without the entry, no other attempt would find it. */
function release(open: OpenBase, entry: DirectoryEntry, record: string): void {
  releasePath(open, entry.path, ownerOf(entry));
  removeEmptyParents(open, entry);
  trashEntry(open, entry, `trash/${record}`);
}

function removalOf({ registry, base }: OpenBase, { settings, incarnation, path }: DirectoryEntry): Removal {
  if (settings.onDelete === 'retain') return { to: '', result: 'retained' };
  if (settings.onDelete === 'delete') return { to: `${registry}/trash/${incarnation}`, result: 'trashed' };
  // The incarnation, not the time, makes it unique: the name must be the same in every attempt.
  const readable = Buffer.from(path.join('-'))
    .subarray(0, 200)
    .toString()
    .replace(/\ufffd+$/, '');
  return { to: `${base}/archived-${readable}-${incarnation}`, result: 'archived' };
}

function moveAway(open: OpenBase, entry: DirectoryEntry, { to }: Removal): void {
  if (inodeAt(to) === entry.inode) return;
  // Killed between the inode and the last rename: it was never seen.
  const building = `${open.registry}/new/${entry.building}`;
  if (inodeAt(building) === entry.inode) return renameSync(building, to);
  const { root, base } = open.location;
  try {
    withDirectory(root, [...base, ...entry.path.slice(0, -1)], false, (parent) => {
      const from = `${self(parent)}/${entry.path.at(-1)}`;
      const found = inodeAt(from);
      if (found === undefined) return;
      if (found !== entry.inode) throw replaced(open, entry, `inode ${found} instead of ${entry.inode}`);
      if (ownerOfPath(open, entry.path) !== ownerOf(entry))
        throw replaced(open, entry, 'another volume has its path');
      renameSync(from, to);
      if (inodeAt(to) === entry.inode) return;
      renameSync(to, from);
      throw replaced(open, entry, 'it was exchanged at that moment');
    });
  } catch (error) {
    // Another replica was faster.
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}

function replaced({ location }: OpenBase, { path }: DirectoryEntry, code: string): DirectoryError {
  return new DirectoryError({ reason: 'replaced', path: [...location.base, ...path].join('/'), code });
}
