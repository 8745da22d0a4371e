import { DriverError, isDriverError, type ErrorKind } from '../errors/driver-error.js';
import type { DirectoryFailure } from './registry/worker-protocol.js';

interface Explanation {
  readonly kind: ErrorKind;
  /** What is wrong, after the path. */
  readonly what: string;
  readonly advice: string;
}

const byReason: Readonly<Record<Exclude<DirectoryFailure['reason'], 'system'>, Explanation>> = {
  symlink: {
    kind: 'invalid-argument',
    what: 'is a symbolic link',
    advice: 'the driver follows none: name the directory that is meant itself in basePath or subPath',
  },
  'not-a-directory': {
    kind: 'failed-precondition',
    what: 'is a file',
    advice: 'move it away, or choose another basePath or subPath',
  },
  missing: { kind: 'not-found', what: 'does not exist', advice: 'somebody removed it; the call is repeated' },
  'not-mounted': {
    kind: 'unavailable',
    what: 'is not mounted in the controller any more',
    advice: 'the next attempt mounts it again',
  },
  conflict: {
    kind: 'already-exists',
    what: 'is the directory of a volume of this name with other properties',
    advice: 'a volume keeps what it was created with: use another name, or delete the volume first',
  },
  'path-taken': {
    kind: 'already-exists',
    what: 'belongs to another volume',
    advice: 'make the subPath of the StorageClass tell volumes apart, with ${pv.name} for example',
  },
  'path-exists': {
    kind: 'already-exists',
    what: 'exists, and the driver has not made it',
    advice:
      'the driver gives no data of others to a claim: move it away, choose another subPath, or write a static ' +
      'PersistentVolume for it',
  },
  'nested-base': {
    kind: 'failed-precondition',
    what: 'lies inside another base path, or holds one',
    advice: 'give the StorageClasses of a file system base paths that lie beside each other, or the same one',
  },
  'untrusted-registry': {
    kind: 'failed-precondition',
    what: 'can be written by others than the driver',
    advice:
      'it decides what the driver deletes: find out who made it, and remove it or give it to the driver (mode 0700)',
  },
  'damaged-registry': {
    kind: 'failed-precondition',
    what: 'does not fit together',
    advice:
      'nothing is deleted by it: restore it from a backup; or move the directory of the volume away by hand, and remove ' +
      'this file and the one of the same name in the "fates" beside it',
  },
  'other-file-system': {
    kind: 'failed-precondition',
    what: 'lies on another file system',
    advice: "something is mounted there in the controller's mount namespace: unmount it",
  },
  replaced: {
    kind: 'failed-precondition',
    what: 'is no longer the directory that was made for the volume',
    advice:
      'it was exchanged, restored or migrated, and the driver does not delete what it has not made: move it away, then ' +
      'the volume counts as deleted',
  },
  vanished: {
    kind: 'failed-precondition',
    what: 'was made for the volume, and somebody has removed it',
    advice: 'delete the claim and make a new one',
  },
  'no-project-id': {
    kind: 'resource-exhausted',
    what: 'cannot have a quota: all ids of projectIdRange are taken',
    advice: 'widen the range, or delete volumes',
  },
  'foreign-project': {
    kind: 'failed-precondition',
    what: 'cannot have a quota: ids of projectIdRange are in use by others than the driver',
    advice: 'choose a projectIdRange that nobody uses on this file system ("lfs quota -p ID" shows use)',
  },
  'below-use': {
    kind: 'out-of-range',
    what: 'holds more than the quota would allow',
    advice: 'ask for more than is used, or delete files',
  },
  'lfs-missing': {
    kind: 'failed-precondition',
    what: 'cannot have a quota or a layout: lfs is not installed',
    advice:
      "install lustre-client in the controller's image, or leave quota and stripe out of the StorageClass",
  },
  lfs: {
    kind: 'failed-precondition',
    what: 'could not be given its quota or layout',
    advice:
      'check that quota enforcement for projects is on (the servers need Lustre 2.10 and ldiskfs or ZFS with project ' +
      'quota; FSx needs 2.15), and that the controller is not squashed',
  },
};

const squashed =
  'root squash or a nodemap refuses the controller: add the NID of its node to the no-squash NIDs of the file system, or ' +
  'give basePath to the user that it is squashed to';

const byCode: Readonly<Record<string, Explanation>> = {
  EPERM: { kind: 'failed-precondition', what: 'cannot be changed by the controller', advice: squashed },
  EACCES: { kind: 'failed-precondition', what: 'cannot be entered by the controller', advice: squashed },
  EROFS: { kind: 'failed-precondition', what: 'is read-only', advice: 'make the file system writable' },
  ENOSPC: {
    kind: 'resource-exhausted',
    what: 'is full',
    advice: 'free space or inodes, or grow the file system',
  },
  EDQUOT: {
    kind: 'resource-exhausted',
    what: 'is beyond a quota',
    advice: 'raise the quota that applies to basePath',
  },
  ENAMETOOLONG: {
    kind: 'invalid-argument',
    what: 'has a name that is too long',
    advice: 'shorten basePath or subPath',
  },
  EBUSY: {
    kind: 'failed-precondition',
    what: 'is a mount point',
    advice: "something is mounted there in the controller's mount namespace: unmount it",
  },
  EXDEV: {
    kind: 'failed-precondition',
    what: 'belongs to a project of its own, which its directories cannot leave',
    advice:
      'clear the inherit flag of basePath ("lfs project -C BASEPATH"), or set no quota in the StorageClass',
  },
};

const unknown: Explanation = {
  kind: 'unavailable',
  what: 'could not be worked on',
  advice: "the call is repeated; look at the file system and the kernel log of the controller's node",
};

/** Says why the work on a directory failed, and what to do about it. */
export function explainDirectoryFailure(fileSystem: string, failure: DirectoryFailure): DriverError {
  const { reason, path, code } = failure;
  const { kind, what, advice } = reason === 'system' ? (byCode[code] ?? unknown) : byReason[reason];
  const message = `/${path} of the file system ${fileSystem} ${what} (${code}): ${advice}`;
  return new DriverError(kind, message, { cause: failure });
}

/** Whether an error says that a mount cannot be used any more: the client was unmounted, evicted, or its servers are
 *  others by now. */
export function isMountLost(error: unknown): boolean {
  const failure = isDriverError(error) ? (error.cause as Partial<DirectoryFailure> | undefined) : undefined;
  if (failure?.reason === 'not-mounted') return true;
  return failure?.reason === 'system' && lostCodes.includes(failure.code ?? '');
}

const lostCodes = ['ESTALE', 'ENOTCONN', 'ESHUTDOWN', 'ENODEV'];
