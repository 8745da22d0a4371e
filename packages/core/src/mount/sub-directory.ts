import { DriverError, type ErrorKind } from '../errors/driver-error.js';
import type { DirectorySettings } from '../model/publish-settings.js';

/** A directory of a file system, as a way from its root that leads nowhere else. */
export interface SubDirectory extends DirectorySettings {
  /** Names, none of them `.`, `..` or empty. */
  readonly parts: readonly string[];
}

/** What `sub-directory.child` gives to do: every path in it is the driver's own but for `parts`. */
export interface SubDirectoryTask extends SubDirectory {
  /** A mounted file system. */
  readonly root: string;
  /** Where the directory is to be seen; absent: it is only made. */
  readonly target?: string;
  /** Options of that mount point. */
  readonly options: readonly string[];
}

/** Why a directory could not be opened, as `sub-directory.child` reports it. */
export interface SubDirectoryFailure {
  readonly reason: 'symlink' | 'not-a-directory' | 'missing' | 'not-mounted' | 'system';
  /** Up to the part that is wrong, from the root of the file system. */
  readonly path: string;
  /** Of the system call. */
  readonly code: string;
}

/** Exit status of `sub-directory.child` with a failure as JSON on stdout; none of mount(8)'s. */
export const SUB_DIRECTORY_FAILED = 100;

/** NAME_MAX of Linux and of Lustre, in bytes. */
const MAX_NAME = 255;
/** PATH_MAX without the final NUL. */
const MAX_PATH = 4095;

/** Takes the way to a sub-directory apart. It is user input: strictly relative, and not a byte that means something.
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

/** Nobody reads four thousand bytes of a message. */
const shown = (text: string): string => JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}…` : text);

interface Explanation {
  readonly kind: ErrorKind;
  readonly advice: string;
}

const byReason: Readonly<Record<Exclude<SubDirectoryFailure['reason'], 'system'>, Explanation>> = {
  symlink: {
    kind: 'failed-precondition',
    advice: 'it is a symbolic link, and the driver follows none: name the directory that is meant itself',
  },
  'not-a-directory': {
    kind: 'failed-precondition',
    advice: 'it is a file: name a directory, or move the file away',
  },
  missing: {
    kind: 'not-found',
    advice:
      'it does not exist, and a read-only volume (or one with createSubDir "false") never makes it: create it, or ' +
      'publish the volume once for writing',
  },
  'not-mounted': {
    kind: 'unavailable',
    advice: 'the client of the file system was unmounted meanwhile; the next attempt mounts it again',
  },
};

const byCode: Readonly<Record<string, Explanation>> = {
  ENAMETOOLONG: { kind: 'invalid-argument', advice: 'shorten it' },
  EACCES: {
    kind: 'permission-denied',
    advice:
      "root squash or the file system's nodemap refuses this node: exempt its NID, or make the directory yourself",
  },
  EPERM: {
    kind: 'permission-denied',
    advice:
      "root squash or the file system's nodemap refuses this node to set owner or permissions: exempt its NID, or make " +
      'the directory yourself',
  },
  EROFS: {
    kind: 'failed-precondition',
    advice: 'the file system is read-only: make the directory elsewhere',
  },
  ENOSPC: { kind: 'resource-exhausted', advice: 'the file system is full: free space or inodes, or grow it' },
  EDQUOT: { kind: 'resource-exhausted', advice: 'a quota is used up: raise it' },
};

const unknown: Explanation = {
  kind: 'unavailable',
  advice: "it is tried again; look at the file system and the node's kernel log",
};

/** Says why a sub-directory cannot be published, and what to do about it. */
export function explainSubDirectoryFailure(source: string, failure: SubDirectoryFailure): DriverError {
  const { kind, advice } =
    failure.reason === 'system' ? (byCode[failure.code] ?? unknown) : byReason[failure.reason];
  const what = `the sub-directory ${shown(failure.path)} of the file system at ${source} cannot be opened (${failure.code})`;
  return new DriverError(kind, `${what}: ${advice}`);
}
