import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, closeSync, lstatSync, renameSync, rmdirSync, type BigIntStats } from 'node:fs';
import { differencesFrom, makeEntry, ownerOf, readEntry, removeEntry, saveEntry } from './directory-entries.js';
import { makeIfMissing, openPath, registryName, self, type OpenBase } from './open-base.js';
import { claimPath, releasePath } from './path-claims.js';
import { claimProject, joinProject, limitProject, releaseProject } from './projects.js';
import { codeOf } from './record-files.js';
import { runLfs } from './run-lfs.js';
import { DirectoryError, type DirectoryEntry, type DirectoryFailure, type WantedDirectory } from './worker-protocol.js';

/** Others may be at work on the same volume: each round goes on from what is there. */
const MAX_ROUNDS = 10;

/**
 * The directory of a volume: found, or made. First the entry, which decides who the volume is; then the claims; then the
 * directory, complete, in the registry's own `new`, where nobody sees it; its inode in the entry; and last the rename to
 * its path. Whatever ends an attempt, the next goes on from there.
 * @throws DirectoryError; then nothing of the volume is left, unless it existed before
 */
export function createDirectory(open: OpenBase, wanted: WantedDirectory): DirectoryEntry {
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const entry = readEntry(open, wanted.key) ?? newEntry(open, wanted);
    if (!entry) continue;
    const differences = differencesFrom(wanted, entry);
    if (differences.length > 0) throw failure('conflict', open, entry.path, differences.join('; '));
    const made = advance(open, wanted, entry);
    if (made) return made;
  }
  throw failure('system', open, wanted.path, 'EAGAIN');
}

function newEntry(open: OpenBase, wanted: WantedDirectory): DirectoryEntry | undefined {
  const { name, key, path, capacityBytes, settings } = wanted;
  const incarnation = randomBytes(8).toString('hex');
  const entry = { version: 1, name, key, incarnation, path, capacityBytes, settings } as const;
  return makeEntry(open, entry) ? entry : undefined;
}

/** @returns undefined if somebody else was at work: then the next round tells */
function advance(open: OpenBase, wanted: WantedDirectory, entry: DirectoryEntry): DirectoryEntry | undefined {
  try {
    claimPath(open, entry.path, ownerOf(entry));
    return withParent(open, entry, (parent) => place(open, wanted, entry, parent));
  } catch (error) {
    if (entry.inode === undefined) abandon(open, readEntry(open, entry.key) ?? entry);
    throw error;
  }
}

function place(
  open: OpenBase,
  wanted: WantedDirectory,
  entry: DirectoryEntry,
  parent: string,
): DirectoryEntry | undefined {
  const target = `${parent}/${entry.path.at(-1)}`;
  const found = inodeAt(target);
  if (found !== undefined) {
    if (found === entry.inode) return entry;
    throw failure(entry.inode === undefined ? 'path-exists' : 'replaced', open, entry.path, 'EEXIST');
  }
  const building = buildingPath(open, entry);
  if (entry.inode === undefined) return build(open, wanted, entry, building);
  if (inodeAt(building) === undefined) return vanished(open, entry, target);
  return rename(open, entry, building, target);
}

/** Makes the directory where nobody sees it; the next round puts it in its place. */
function build(open: OpenBase, wanted: WantedDirectory, entry: DirectoryEntry, building: string): undefined {
  const { uid, gid, mode, stripe, quota } = entry.settings;
  let { projectId } = entry;
  if (quota !== 'none') {
    projectId = claimProject(open, entry, wanted.projectIds);
    saveEntry(open, { ...entry, projectId });
    limitProject(open, { ...entry, projectId }, BigInt(entry.capacityBytes));
  }
  makeIfMissing(building);
  chownSync(building, uid, gid);
  if (projectId !== undefined) joinProject(building, projectId);
  if (stripe.length > 0) runLfs(['setstripe', ...stripe, '.'], building);
  // Last, since chown(2) clears set-id bits.
  chmodSync(building, mode);
  const inode = inodeAt(building);
  if (inode === undefined) return undefined;
  saveEntry(open, { ...entry, ...(projectId === undefined ? {} : { projectId }), inode });
  return undefined;
}

function rename(open: OpenBase, entry: DirectoryEntry, building: string, target: string): DirectoryEntry | undefined {
  try {
    renameSync(building, target);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT') return undefined;
    if (['ENOTEMPTY', 'EEXIST', 'ENOTDIR'].includes(code)) throw failure('path-exists', open, entry.path, code);
    throw error;
  }
  return inodeAt(target) === entry.inode ? entry : undefined;
}

/** Neither where it was made nor in its place: another replica has just renamed it, or it was removed. */
function vanished(open: OpenBase, entry: DirectoryEntry, target: string): undefined {
  if (inodeAt(target) !== undefined || readEntry(open, entry.key)?.inode !== entry.inode) return undefined;
  throw failure('vanished', open, entry.path, 'ENOENT');
}

/** Opens the directory that holds the volume's, and makes it if it is missing.
 *  @throws DirectoryError nested-base if the way leads into another base path */
export function withParent<T>(
  { place: { root, base } }: OpenBase,
  { path }: Pick<DirectoryEntry, 'path'>,
  work: (parent: string) => T,
): T | undefined {
  for (let length = 1; length < path.length; length += 1) {
    const way = [...base, ...path.slice(0, length)];
    const directory = openPath(root, way, true);
    if (directory === undefined) return undefined;
    const isBase = inodeAt(`${self(directory)}/${registryName}`) !== undefined;
    closeSync(directory);
    if (isBase) throw new DirectoryError({ reason: 'nested-base', path: base.join('/'), code: `/${way.join('/')}` });
  }
  const parent = openPath(root, [...base, ...path.slice(0, -1)], true);
  if (parent === undefined) return undefined;
  try {
    return work(self(parent));
  } finally {
    closeSync(parent);
  }
}

/** Leaves nothing of a volume that was never there: its caller may give up for good. */
export function abandon(open: OpenBase, entry: DirectoryEntry): void {
  const building = buildingPath(open, entry);
  if (inodeAt(building) !== undefined) rmdirSync(building);
  releaseProject(open, entry);
  releasePath(open, entry.path, ownerOf(entry));
  removeEntry(open, entry);
}

export const buildingPath = ({ registry }: OpenBase, { incarnation }: DirectoryEntry): string =>
  `${registry}/new/${incarnation}`;

/** The inode of whatever has this name; a symbolic link is not followed. */
export function inodeAt(path: string): string | undefined {
  const found: BigIntStats | undefined = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  return found?.ino.toString();
}

function failure(
  reason: DirectoryFailure['reason'],
  { place }: OpenBase,
  path: readonly string[],
  code: string,
): DirectoryError {
  return new DirectoryError({ reason, path: [...place.base, ...path].join('/'), code });
}
