import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  statSync,
  type Stats,
} from 'node:fs';
import { dirname } from 'node:path';
import type { SubDirectoryFailure, SubDirectoryTask } from './sub-directory.js';

/** Flag that names a file without opening it: no permission to read it is needed, and Lustre sends no open (open(2)). */
const O_PATH = 0o10000000;
const DIRECTORY_ITSELF = O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/** Mode of a directory from mkdir(2) until its owner and permissions are set: the next publish completes the directory of a
 *  killed process. No user gives a directory a mode with which its owner cannot enter it. */
const HALF_MADE = 0o1000;
const PERMISSIONS = 0o7777;
/** Bit that a new directory inherits from its parent. */
const SET_GROUP = 0o2000;

export class SubDirectoryError extends Error {
  override readonly name = 'SubDirectoryError';

  constructor(readonly failure: SubDirectoryFailure) {
    super(`${failure.path}: ${failure.reason} (${failure.code})`);
  }
}

type Way = Pick<SubDirectoryTask, 'root' | 'parts' | 'create' | 'mode' | 'uid' | 'gid'>;

/**
 * Opens a directory below a mounted file system's root, one name at a time, each in the directory that is open, none
 * through a symbolic link: the result is below the root even if directories are moved or replaced meanwhile. Creates
 * missing directories if allowed. Blocks as long as the file system does: only for a process of its own.
 * @returns a descriptor of the directory itself (O_PATH)
 * @throws SubDirectoryError
 */
export function openSubDirectory(way: Way): number {
  let directory = openRoot(way.root);
  way.parts.forEach((name, depth) => {
    const path = way.parts.slice(0, depth + 1).join('/');
    const parent = directory;
    try {
      directory = enter(parent, name, path, way);
    } finally {
      closeSync(parent);
    }
  });
  return directory;
}

/** Opens the mounted root (O_PATH), never the directory of the node's own disk under it. */
export function openRoot(root: string): number {
  const descriptor = attempt('', () => openSync(root, DIRECTORY_ITSELF));
  return keptIf(descriptor, () => {
    const isOfNode = attempt('', () => fstatSync(descriptor).dev === statSync(dirname(root)).dev);
    if (isOfNode) throw new SubDirectoryError({ reason: 'not-mounted', path: '', code: 'ENOTCONN' });
  });
}

/** Closes the descriptor if the work fails: one that is left open makes the mount busy for as long as its process lives.
 *  @returns the descriptor */
function keptIf(descriptor: number, work: () => void): number {
  try {
    work();
    return descriptor;
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

function enter(parent: number, name: string, path: string, way: Way): number {
  const place = `/proc/self/fd/${parent}/${name}`;
  const found = openIfThere(place, path);
  if (found !== undefined) return finished(found, path, way, false);
  if (!way.create) throw new SubDirectoryError({ reason: 'missing', path, code: 'ENOENT' });
  const isNew = makeIfMissing(place, path);
  const made = openIfThere(place, path);
  // Another process removed it at once; the next attempt starts again.
  if (made === undefined) throw new SubDirectoryError({ reason: 'system', path, code: 'ENOENT' });
  return finished(made, path, way, isNew);
}

function openIfThere(place: string, path: string): number | undefined {
  try {
    return openSync(place, DIRECTORY_ITSELF);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT') return undefined;
    if (code !== 'ENOTDIR' && code !== 'ELOOP') throw new SubDirectoryError({ reason: 'system', path, code });
    const isLink = lstatSync(place, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
    throw new SubDirectoryError({ reason: isLink ? 'symlink' : 'not-a-directory', path, code });
  }
}

/** @returns false if another publish, or a user, created it first */
function makeIfMissing(place: string, path: string): boolean {
  return attempt(path, () => {
    try {
      mkdirSync(place, { mode: HALF_MADE });
      return true;
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
      return false;
    }
  });
}

/** Sets owner and permissions of a directory that is new, or that a killed process has left half made. It uses the
 *  descriptor, since the name may lead to another directory by now. */
function finished(descriptor: number, path: string, { create, mode, uid, gid }: Way, isNew: boolean): number {
  const self = `/proc/self/fd/${descriptor}`;
  const complete = (): void => {
    const found = fstatSync(descriptor);
    if (!create || !(isNew || isHalfMade(self, found))) return;
    if (uid !== undefined || gid !== undefined) chownSync(self, uid ?? found.uid, gid ?? found.gid);
    // Last, since it completes the directory, and chown(2) clears set-id bits.
    chmodSync(self, mode | (found.mode & SET_GROUP));
  };
  return keptIf(descriptor, () => attempt(path, complete));
}

/** Returns true if a directory is one that this driver has left incomplete. A directory of a user never is, regardless of its
 *  mode. */
const isHalfMade = (self: string, { mode, uid }: Stats): boolean =>
  (mode & PERMISSIONS & ~SET_GROUP) === HALF_MADE &&
  uid === process.geteuid?.() &&
  readdirSync(self).length === 0;

/** Reports an error of the file system at a path. @throws SubDirectoryError */
export function attempt<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new SubDirectoryError({ reason: 'system', path, code: codeOf(error) });
  }
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? String(error);
