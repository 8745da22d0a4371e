import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, lstatSync, mkdirSync, renameSync, rmdirSync } from 'node:fs';
import { SubDirectoryError } from '../../mount/open-sub-directory.js';
import { abandon, finishAbandoning } from './abandon-directory.js';
import {
  makeCommit,
  differencesFrom,
  isCurrent,
  makeEntry,
  ownerOf,
  readEntry,
} from './directory-entries.js';
import { isBasePath, nestedBase, withDirectory, self, type OpenBase } from './open-base.js';
import { claimPath } from './path-claims.js';
import { claimProject, joinProject, limitProject } from './projects.js';
import { codeOf } from './record-files.js';
import { runLfs } from './run-lfs.js';
import {
  DirectoryError,
  type DirectoryEntry,
  type DirectoryFailure,
  type DesiredDirectory,
} from './worker-protocol.js';

/** Others may be at work on the same volume: each round continues from what is there. */
const MAX_ROUNDS = 20;

/**
 * Finds or creates the directory of a volume. First the entry, which decides the identity of the volume; then the
 * claims; then the directory, complete, in the registry's own `new`, where no pod sees it; then the commit record, by
 * which one of all makers of a directory wins; and last the rename to its path. After any end of an attempt, the next
 * continues from there.
 * @throws DirectoryError; then nothing of the volume is left, unless it existed before
 */
export function createDirectory(open: OpenBase, desired: DesiredDirectory): DirectoryEntry {
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const entry = readEntry(open, desired.key) ?? newEntry(open, desired);
    if (!entry) continue;
    if (entry.isAbandoned) {
      finishAbandoning(open, entry);
      continue;
    }
    const differences = differencesFrom(desired, entry);
    if (differences.length > 0) throw failure('conflict', open, entry.path, differences.join('; '));
    const made = advance(open, desired, entry);
    if (made) return made;
  }
  throw failure('system', open, desired.path, 'EAGAIN');
}

function newEntry(open: OpenBase, desired: DesiredDirectory): DirectoryEntry | undefined {
  const { name, key, path, capacityBytes, settings } = desired;
  const incarnation = randomBytes(8).toString('hex');
  const entry = { version: 1, name, key, incarnation, path, capacityBytes, settings } as const;
  return makeEntry(open, entry) ? entry : undefined;
}

/** @returns undefined if the next round is to look again */
function advance(
  open: OpenBase,
  desired: DesiredDirectory,
  entry: DirectoryEntry,
): DirectoryEntry | undefined {
  try {
    claimPath(open, entry.path, ownerOf(entry));
    if (!isUndecided(open, entry) && entry.inode === undefined) return overtaken(open, entry);
    return withParent(open, entry, (parent) => placeDirectory(open, desired, entry, parent));
  } catch (error) {
    if (isParentGone(error)) return undefined;
    // A failure because another process was faster is no failure.
    if (entry.inode === undefined && (!isUndecided(open, entry) || !abandon(open, entry))) {
      return overtaken(open, entry);
    }
    throw error;
  }
}

/** Reports if a deletion has removed a directory of the path, which was empty, while it was being opened. */
const isParentGone = (error: unknown): boolean =>
  error instanceof SubDirectoryError && error.failure.reason === 'system' && error.failure.code === 'ENOENT';

/** Another process may have committed meanwhile; claims for an entry that is gone are given up again. */
function overtaken(open: OpenBase, entry: DirectoryEntry): undefined {
  if (!isCurrent(open, entry)) finishAbandoning(open, entry);
  return undefined;
}

function isUndecided(open: OpenBase, entry: DirectoryEntry): boolean {
  const now = readEntry(open, entry.key);
  return now?.incarnation === entry.incarnation && now.inode === undefined && !now.isAbandoned;
}

function placeDirectory(
  open: OpenBase,
  desired: DesiredDirectory,
  entry: DirectoryEntry,
  parent: string,
): DirectoryEntry | undefined {
  const target = `${parent}/${entry.path.at(-1)}`;
  const found = inodeAt(target);
  if (entry.inode === undefined) {
    if (found !== undefined) throw failure('path-exists', open, entry.path, 'EEXIST');
    build(open, desired, entry);
    return overtaken(open, entry);
  }
  if (found === entry.inode) return entry;
  if (found !== undefined) throw failure('replaced', open, entry.path, 'EEXIST');
  return moveIn(open, entry, target);
}

/** Makes a directory out of sight, and tries to make it the volume's. */
function build(open: OpenBase, desired: DesiredDirectory, entry: DirectoryEntry): void {
  const building = `${ownerOf(entry)}.${randomBytes(4).toString('hex')}`;
  const directory = `${open.registry}/new/${building}`;
  mkdirSync(directory, { mode: 0o700 });
  let hasWon = false;
  try {
    const projectId = applySettings(open, desired, entry, directory);
    const inode = inodeAt(directory);
    const commit = {
      building,
      ...(inode === undefined ? {} : { inode }),
      ...(projectId === undefined ? {} : { projectId }),
    };
    hasWon = inode !== undefined && makeCommit(open, entry, commit) && isCurrent(open, entry);
  } finally {
    if (!hasWon) removeEmpty(directory);
  }
}

function applySettings(
  open: OpenBase,
  desired: DesiredDirectory,
  entry: DirectoryEntry,
  directory: string,
): number | undefined {
  const { uid, gid, mode, stripe, quota } = entry.settings;
  const projectId = quota === 'none' ? undefined : claimProject(open, entry, desired.projectIds);
  chownSync(directory, uid, gid);
  if (projectId !== undefined) {
    limitProject(open, { ...entry, projectId }, BigInt(entry.capacityBytes));
    joinProject(directory, projectId);
  }
  if (stripe.length > 0) runLfs(['setstripe', ...stripe, '.'], directory);
  // Last, since chown(2) clears set-id bits.
  chmodSync(directory, mode);
  return projectId;
}

function moveIn(open: OpenBase, entry: DirectoryEntry, target: string): DirectoryEntry | undefined {
  try {
    renameSync(`${open.registry}/new/${entry.building}`, target);
  } catch (error) {
    const code = codeOf(error);
    if (['ENOTEMPTY', 'EEXIST', 'ENOTDIR'].includes(code))
      throw failure('path-exists', open, entry.path, code);
    if (code !== 'ENOENT') throw error;
    // A deletion has removed the directory above, which was empty: the next round makes it again.
    if (inodeAt(`${open.registry}/new/${entry.building}`) === entry.inode) return undefined;
    // Another replica has just moved it, or it was removed since.
    const isGone = inodeAt(target) === undefined && isCurrent(open, entry);
    if (isGone) throw failure('vanished', open, entry.path, code);
  }
  return undefined;
}

/** Opens the directory that holds the volume's, and makes it if it is missing.
 *  @throws DirectoryError nested-base if the way leads into another base path */
function withParent<T>(
  { location: { root, base } }: OpenBase,
  { path }: DirectoryEntry,
  work: (parent: string) => T,
): T | undefined {
  for (let length = 1; length < path.length; length += 1) {
    const way = [...base, ...path.slice(0, length)];
    const isBase = withDirectory(root, way, true, isBasePath);
    if (isBase === undefined) return undefined;
    if (isBase) throw nestedBase(base, way);
  }
  return withDirectory(root, [...base, ...path.slice(0, -1)], true, (parent) => work(self(parent)));
}

/** The inode of this name; a symbolic link is not followed. */
export function inodeAt(path: string): string | undefined {
  return lstatSync(path, { bigint: true, throwIfNoEntry: false })?.ino.toString();
}

/** Removes a directory that was never in sight, and so is empty. */
export function removeEmpty(directory: string): void {
  try {
    rmdirSync(directory);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}

function failure(
  reason: DirectoryFailure['reason'],
  { location }: OpenBase,
  path: readonly string[],
  code: string,
): DirectoryError {
  return new DirectoryError({ reason, path: [...location.base, ...path].join('/'), code });
}
