import { readdirSync } from 'node:fs';
import { abandon, finishAbandoning } from './abandon-directory.js';
import { inodeAt, removeEmpty } from './create-directory.js';
import { deleteUnseen } from './delete-directory.js';
import { nameOf, readEntry, readCommit, trashRecords, unlessDamaged } from './directory-entries.js';
import type { OpenBase } from './open-base.js';
import { isStaleRecord, removeRecord, removeStaleTemporaries } from './record-files.js';
import type { DirectoryEntry } from './worker-protocol.js';

/**
 * Removes what killed workers have left: creations that do not continue, directories that lost or whose volume is
 * gone, and the commit records of such volumes. None of them was ever in sight.
 * @returns true if there are creations that are too young to be given up
 */
export function removeOrphans(open: OpenBase): boolean {
  removeStaleTemporaries(open);
  const hasUnfinished = unfinishedKeys(open).filter((key) => !giveUp(open, key)).length > 0;
  for (const name of namesIn(open, 'new')) {
    if (isOrphan(open, name, mayBecome)) removeEmpty(`${open.registry}/new/${name}`);
  }
  for (const name of namesIn(open, 'fates')) {
    const isAlone = isOrphan(open, name, (entry) => entry !== undefined);
    if (isAlone && !isTrashed(open, name)) removeRecord(open, `fates/${name}`);
  }
  return hasUnfinished;
}

/** Reports if a deleted volume needs its fate until the trash is emptied. Asked after the entry was looked for: a deletion
 *  moves the entry into the trash, so that one of the two looks finds it. */
const isTrashed = ({ registry }: OpenBase, name: string): boolean =>
  trashRecords(ownerIn(name)).some((record) => inodeAt(`${registry}/trash/${record}`) !== undefined);

type Owner = Pick<DirectoryEntry, 'key' | 'incarnation'>;

const namesIn = ({ registry }: OpenBase, part: string): readonly string[] =>
  readdirSync(`${registry}/${part}`);

/** Volumes that no CreateVolume can have answered with: without a fate, given up, or not yet at their path. */
function unfinishedKeys(open: OpenBase): readonly string[] {
  const commits = namesIn(open, 'fates').map(ownerIn);
  const trashed = new Set(namesIn(open, 'trash'));
  const isRecorded = (owner: Owner): boolean => trashRecords(owner).some((record) => trashed.has(record));
  // The fate of a deleted volume says nothing of a new one of its name.
  const decided = new Set(commits.filter((owner) => !isRecorded(owner)).map(({ key }) => key));
  const keys = [
    ...namesIn(open, 'volumes').filter((key) => !decided.has(key)),
    ...commits
      .filter((owner) => unlessDamaged(() => readCommit(open, owner))?.isAbandoned)
      .map(({ key }) => key),
    ...namesIn(open, 'new').map((name) => ownerIn(name).key),
    // A worker that moves a directory into the trash writes its record next.
    ...commits.filter((owner) => trashed.has(owner.incarnation) && !isRecorded(owner)).map(({ key }) => key),
  ];
  return [...new Set(keys)];
}

/** @returns false: it is too young, and a worker may be at work on it */
function giveUp(open: OpenBase, key: string): boolean {
  const entry = unlessDamaged(() => readEntry(open, key));
  if (!entry) return true;
  if (entry.isAbandoned) finishAbandoning(open, entry);
  else if (!isStaleRecord(open, nameOf(key))) return false;
  else if (entry.inode === undefined) abandon(open, entry);
  else if (isUnseen(open, entry)) deleteUnseen(open, entry);
  return true;
}

const isUnseen = ({ registry }: OpenBase, { inode, building, incarnation }: DirectoryEntry): boolean =>
  inodeAt(`${registry}/new/${building}`) === inode || inodeAt(`${registry}/trash/${incarnation}`) === inode;

/** Orphans only with an intact entry: a damaged one may be restored. */
const isOrphan = (
  open: OpenBase,
  name: string,
  isWanted: (entry: DirectoryEntry | undefined, name: string) => boolean,
): boolean => unlessDamaged(() => !isWanted(entryOf(open, name), name)) ?? false;

/** The entry that a name begins with, `KEY.INCARNATION`. */
function entryOf(open: OpenBase, name: string): DirectoryEntry | undefined {
  const { key, incarnation } = ownerIn(name);
  const entry = readEntry(open, key);
  return entry?.incarnation === incarnation ? entry : undefined;
}

function ownerIn(name: string): Owner {
  const [key = '', incarnation = ''] = name.split('.');
  return { key, incarnation };
}

/** Reports if a directory in `new` is the volume's, or still can be. */
function mayBecome(entry: DirectoryEntry | undefined, name: string): boolean {
  if (!entry || entry.isAbandoned) return false;
  return entry.building === undefined || entry.building === name;
}
