import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  statSync,
  type Stats,
} from 'node:fs';
import { openSubDirectory } from '../../mount/open-sub-directory.js';
import { tryLfs } from './run-lfs.js';
import { DirectoryError, type BasePathLocation } from './worker-protocol.js';

/** The driver's own directory below a base path. */
export const registryName = '.lustre-csi';

/** Sub-directories of the registry. */
const parts = ['volumes', 'fates', 'paths', 'projects', 'trash', 'new', 'tmp'] as const;

/** O_PATH: names a directory without opening it (open(2)). */
const DIRECTORY_ITSELF = 0o10000000 | constants.O_DIRECTORY | constants.O_NOFOLLOW;
const PRIVATE = 0o700;
const OTHERS_MAY_WRITE = 0o022;

/** A base path and its registry, open: everything is reached through the descriptors, never by a path that another
 *  process could redirect meanwhile. */
export interface OpenBase {
  readonly location: BasePathLocation;
  /** `/proc/self/fd/N` of the base path. */
  readonly base: string;
  /** `/proc/self/fd/N` of the registry. */
  readonly registry: string;
}

/** Works on a base path. @param createFor path of the volume for which the base path and the registry are made if they
 *    are missing; absent: they are not
 *  @returns what the work gives; undefined if there is no base path or registry
 *  @throws DirectoryError, SubDirectoryError */
export function withBase<T>(
  location: BasePathLocation,
  createFor: readonly string[] | undefined,
  work: (open: OpenBase) => T,
): T | undefined {
  const create = createFor !== undefined;
  if (create && !hasRegistry(location)) refuseNested(location, createFor);
  return withDirectory(location.root, location.base, create, (base) =>
    withRegistry(base, location, create, (registry) =>
      work({ location, base: self(base), registry: self(registry) }),
    ),
  );
}

/** Works on a directory below the root. It is opened name by name, each in the directory that is open, none through a
 *  symbolic link, and none on a file system that is mounted over it. It is closed after the work, also if that fails: one
 *  that is left open makes the mount busy for as long as the worker lives.
 *  @param create makes the directories that are missing
 *  @returns what the work gives; undefined if the directory does not exist and is not to be made
 *  @throws DirectoryError other-file-system, SubDirectoryError */
export function withDirectory<T>(
  root: string,
  names: readonly string[],
  create: boolean,
  work: (directory: number) => T,
): T | undefined {
  const directory = openDirectory(root, names, create);
  if (directory === undefined) return undefined;
  try {
    if (fstatSync(directory).dev === statSync(root).dev) return work(directory);
    throw new DirectoryError({ reason: 'other-file-system', path: names.join('/'), code: 'EXDEV' });
  } finally {
    closeSync(directory);
  }
}

function openDirectory(root: string, names: readonly string[], create: boolean): number | undefined {
  try {
    return openSubDirectory({ root, parts: names, create, mode: 0o755 });
  } catch (error) {
    if ((error as Partial<DirectoryError>).failure?.reason === 'missing') return undefined;
    throw error;
  }
}

export const self = (descriptor: number): string => `/proc/self/fd/${descriptor}`;

/** Of any kind: what it is decides `openTrusted`. */
function hasRegistry({ root, base }: BasePathLocation): boolean {
  const found = withDirectory(root, base, false, (directory) =>
    lstatSync(`${self(directory)}/${registryName}`, { throwIfNoEntry: false }),
  );
  return found !== undefined;
}

/**
 * Volumes of one base path know nothing of another's: so none is made inside another, or for a volume that would lie in
 * another. It is checked before anything is written. A base path that exists stays usable, also when another one is made above it.
 * @throws DirectoryError nested-base
 */
function refuseNested({ root, base }: BasePathLocation, path: readonly string[]): void {
  const way = [...base, ...path];
  for (let depth = 0; depth < way.length; depth += 1) {
    if (depth === base.length) continue;
    const names = way.slice(0, depth);
    const isBase = withDirectory(root, names, false, isBasePath);
    if (isBase === undefined) return;
    if (isBase) throw nestedBase(base, names);
  }
}

export const nestedBase = (base: readonly string[], other: readonly string[]): DirectoryError =>
  new DirectoryError({ reason: 'nested-base', path: base.join('/'), code: `/${other.join('/')}` });

/** Reports if a directory holds a registry that the driver has made. Others, a link for example, mean nothing: any user
 *  may make them in a directory that all may write. */
export function isBasePath(directory: number): boolean {
  const path = `${self(directory)}/${registryName}`;
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (!found?.isDirectory() || !isTrusted(found, fstatSync(directory).uid)) return false;
  return lstatSync(`${path}/${parts[0]}`, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

const isTrusted = ({ uid, mode }: Pick<Stats, 'uid' | 'mode'>, ownerOfBase: number): boolean =>
  (uid === process.geteuid?.() || uid === ownerOfBase) && (mode & OTHERS_MAY_WRITE) === 0;

/** Nothing is made in the registry before it is known whose it is. */
function withRegistry<T>(
  base: number,
  { base: names }: BasePathLocation,
  create: boolean,
  work: (registry: number) => T,
): T | undefined {
  const path = `${self(base)}/${registryName}`;
  const isNew = !lstatSync(path, { throwIfNoEntry: false });
  if (isNew && !create) return undefined;
  if (isNew) makeIfMissing(path);
  const registry = openTrusted(path, fstatSync(base).uid, [...names, registryName].join('/'));
  try {
    if (isNew) keepOnMetadataServer(registry);
    if (create) parts.forEach((part) => makeIfMissing(`${self(registry)}/${part}`));
    return work(registry);
  } finally {
    closeSync(registry);
  }
}

/** Keeps the data of small files with their inodes, lfs-setstripe(1), so that the registry needs no OST: one that does not
 *  answer would hold up every volume. Its parts inherit the layout. Servers before 2.11 and those that forbid it keep
 *  their own. */
function keepOnMetadataServer(registry: number): void {
  try {
    tryLfs(['setstripe', '-E', '64K', '-L', 'mdt', '-E', '-1', '-c', '1', '.'], self(registry));
  } catch (error) {
    if (!(error instanceof DirectoryError)) throw error;
  }
}

function openTrusted(path: string, ownerOfBase: number, shown: string): number {
  let registry: number;
  try {
    registry = openSync(path, DIRECTORY_ITSELF);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOTDIR' && code !== 'ELOOP') throw error;
    throw new DirectoryError({ reason: 'untrusted-registry', path: shown, code: 'it is no directory' });
  }
  const found = fstatSync(registry);
  if (isTrusted(found, ownerOfBase)) return registry;
  closeSync(registry);
  throw new DirectoryError({ reason: 'untrusted-registry', path: shown, code: `owner ${found.uid}` });
}

export function makeIfMissing(path: string, mode = PRIVATE): void {
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
