import { DriverError, type ErrorKind } from '../errors/driver-error.js';
import type { DirectorySettings, RootSettings } from '../model/publish-settings.js';

/** Directory of a file system, as a path from its root that cannot leave it. */
export interface SubDirectory extends DirectorySettings {
  /** Names, none of them `.`, `..` or empty. */
  readonly parts: readonly string[];
}

/** Task of `sub-directory.child`: every path in it but `parts` is the driver's own. */
export interface SubDirectoryTask extends SubDirectory {
  /** Mount point of a file system. */
  readonly root: string;
  /** Path to bind the directory to; absent: it is only created. */
  readonly target?: string;
  /** Options of that mount point. */
  readonly options: readonly string[];
}

/** Task of `sub-directory.child` for the root of a whole file system. */
export interface RootTask {
  /** Mount point of the file system. */
  readonly root: string;
  readonly rootSettings: RootSettings;
}

/** Reason why a directory could not be opened, reported by `sub-directory.child`. */
export interface SubDirectoryFailure {
  readonly reason: 'symlink' | 'not-a-directory' | 'missing' | 'not-mounted' | 'system';
  /** Path from the root of the file system, up to the part that failed. */
  readonly path: string;
  /** Errno of the system call. */
  readonly code: string;
}

/** Exit status of `sub-directory.child` with a failure as JSON on stdout; mount(8) never uses it. */
export const SUB_DIRECTORY_FAILED = 100;

/** NAME_MAX of Linux and of Lustre, in bytes. */
const MAX_NAME = 255;
/** PATH_MAX without the final NUL. */
const MAX_PATH = 4095;

/** Splits the path of a sub-directory. It is user input: strictly relative, without control characters.
 *  @throws DriverError invalid-argument */
export function subDirectoryParts(subdir: string): readonly string[] {
  const parts = subdir.split('/');
  const bytes = (text: string): number => Buffer.byteLength(text);
  if (parts.some((part) => part === '' || part === '.' || part === '..')) {
    throw invalid(subdir, 'it must be a relative path without ".", ".." or empty parts');
  }
  if (/[\u0000-\u001f\u007f]/.test(subdir)) throw invalid(subdir, 'it holds a control character');
  if (/\ufffd|\p{Surrogate}/u.test(subdir)) throw invalid(subdir, 'it is not valid UTF-8');
  if (parts.some((part) => bytes(part) > MAX_NAME)) {
    throw invalid(subdir, `a name in it is longer than ${MAX_NAME} bytes`);
  }
  if (bytes(subdir) > MAX_PATH) throw invalid(subdir, `it is longer than ${MAX_PATH} bytes`);
  return parts;
}

const invalid = (subdir: string, why: string): DriverError =>
  new DriverError('invalid-argument', `the sub-directory ${shown(subdir)} cannot be published: ${why}`);

/** Shortens a path for a message. */
const shown = (text: string): string => JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}…` : text);

interface Explanation {
  readonly kind: ErrorKind;
  readonly advice: string;
}

const byReason: Readonly<Record<Exclude<SubDirectoryFailure['reason'], 'system'>, Explanation>> = {
  symlink: {
    kind: 'failed-precondition',
    advice: 'it is a symbolic link, and the driver follows none: name the directory itself',
  },
  'not-a-directory': {
    kind: 'failed-precondition',
    advice: 'it is a file: name a directory, or move the file away',
  },
  missing: {
    kind: 'not-found',
    advice:
      'it does not exist, and a read-only volume (or one with createSubDir "false") never creates it: create it, or ' +
      'publish the volume once for writing',
  },
  'not-mounted': {
    kind: 'unavailable',
    advice: 'the client of the file system was unmounted meanwhile; the next attempt mounts it again',
  },
};

const byCode: ReadonlyMap<string, Explanation> = new Map(
  Object.entries<Explanation>({
    ENAMETOOLONG: { kind: 'invalid-argument', advice: 'shorten it' },
    EACCES: {
      kind: 'permission-denied',
      advice:
        "root squash or the file system's nodemap refuses this node: exempt its NID, or create the directory yourself",
    },
    EPERM: {
      kind: 'permission-denied',
      advice:
        "root squash or the file system's nodemap refuses this node to set owner or permissions: exempt its NID, or create " +
        'the directory yourself',
    },
    EROFS: {
      kind: 'failed-precondition',
      advice: 'the file system is read-only: create the directory on another one',
    },
    ENOSPC: {
      kind: 'resource-exhausted',
      advice: 'the file system is full: free space or inodes, or expand it',
    },
    EDQUOT: { kind: 'resource-exhausted', advice: 'a quota is used up: raise it' },
  }),
);

const unknown: Explanation = {
  kind: 'unavailable',
  advice: "it is tried again; check the file system and the node's kernel log",
};

/** Explains why a sub-directory cannot be published, with the next step. */
export function explainSubDirectoryFailure(source: string, failure: SubDirectoryFailure): DriverError {
  const { kind, advice } =
    failure.reason === 'system' ? (byCode.get(failure.code) ?? unknown) : byReason[failure.reason];
  const place = failure.path === '' ? 'the root' : `the sub-directory ${shown(failure.path)}`;
  const what = `${place} of the file system at ${source} cannot be opened (${failure.code})`;
  return new DriverError(kind, `${what}: ${advice}`);
}
