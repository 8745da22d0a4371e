import {
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join, sep } from 'node:path';
import type { MountEntry } from '../mount-table.js';
import type { ProjectLimits } from './lfs-arguments.js';
import { UsageError } from './lfs-usage-error.js';

/** A path on a simulated file system, and where the server keeps what Lustre would keep of it. */
export interface LfsPath {
  /** Path without symbolic links. */
  readonly path: string;
  /** Mount point of the path's file system. */
  readonly mountPoint: string;
  /** The root of the server's storage. */
  readonly root: string;
  /** Directory beside it, for attributes and limits, which a tmpfs cannot hold. */
  readonly store: string;
  /** Source of the storage's mount. */
  readonly device: string;
  /** Peer group of the client's mount; absent: a mount that is no client. */
  readonly group?: string;
}

/** Finds the file system of a path. @throws UsageError as lfs does outside of Lustre */
export function lfsPath(given: string, storage: string, mounts: readonly MountEntry[]): LfsPath {
  const path = real(given);
  const mounted = mounts
    .filter(({ target }) => path === target || path.startsWith(target === sep ? sep : target + sep))
    .sort((a, b) => b.target.length - a.target.length)[0];
  const server = mounts.find(
    ({ target, source, root }) =>
      root === '/' && source === mounted?.source && target.startsWith(storage + sep),
  );
  if (!mounted || !server)
    throw new UsageError(`lfs: '${given}' is not on a Lustre file system: Inappropriate ioctl`);
  const store = `${server.target}.lfs`;
  mkdirSync(join(store, 'inodes'), { recursive: true });
  mkdirSync(join(store, 'limits'), { recursive: true });
  return {
    ...{ path, store, mountPoint: mounted.target, root: server.target, device: server.source },
    ...(mounted.group === undefined ? {} : { group: mounted.group }),
  };
}

function real(given: string): string {
  try {
    return realpathSync(given);
  } catch (error) {
    throw new UsageError(
      `lfs: cannot access '${given}': ${(error as NodeJS.ErrnoException).code ?? String(error)}`,
    );
  }
}

/** Attributes that Lustre keeps with an inode. */
export interface InodeAttributes {
  readonly project?: number;
  readonly inherit?: boolean;
  readonly layout?: readonly string[];
}

export function attributesOf({ store }: Pick<LfsPath, 'store'>, path: string): InodeAttributes {
  const { ino } = statSync(path);
  return readJson(join(store, 'inodes', String(ino))) ?? {};
}

export function setAttributes({ store, path }: LfsPath, change: InodeAttributes): void {
  const attributes = { ...attributesOf({ store }, path), ...change };
  writeJson(join(store, 'inodes', String(statSync(path).ino)), attributes);
}

/** Reports that limits of the project were set before, or lifted. */
export const hasRecord = ({ store }: Pick<LfsPath, 'store'>, project: number): boolean =>
  existsSync(join(store, 'limits', String(project)));

const none: ProjectLimits = { softKib: 0n, hardKib: 0n, softInodes: 0n, hardInodes: 0n };

export function limitsOf({ store }: Pick<LfsPath, 'store'>, project: number): ProjectLimits {
  const found = readJson<Record<keyof ProjectLimits, string>>(join(store, 'limits', String(project)));
  if (!found) return none;
  return {
    softKib: BigInt(found.softKib),
    hardKib: BigInt(found.hardKib),
    softInodes: BigInt(found.softInodes),
    hardInodes: BigInt(found.hardInodes),
  };
}

export function setLimits(place: LfsPath, project: number, change: Partial<ProjectLimits>): void {
  const limits = { ...limitsOf(place, project), ...change };
  if (limits.hardKib > 0n && limits.softKib > limits.hardKib) {
    throw new UsageError(
      'lfs setquota: the soft limit must not be larger than the hard limit: Invalid argument',
    );
  }
  const text = Object.fromEntries(Object.entries(limits).map(([name, value]) => [name, value.toString()]));
  writeJson(join(place.store, 'limits', String(project)), text);
}

function readJson<T>(path: string): T | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Writes a file atomically: several clients may use it at the same time. */
function writeJson(path: string, value: object): void {
  const temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, JSON.stringify(value));
  renameSync(temporary, path);
}
