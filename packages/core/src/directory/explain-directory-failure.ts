import { DriverError, isDriverError, type ErrorKind } from '../errors/driver-error.js';
import type { DirectoryFailure } from './registry/worker-protocol.js';

interface Explanation {
  readonly kind: ErrorKind;
  /** Problem in words, after the path. */
  readonly problem: string;
  readonly nextStep: string;
}

const byReason: Readonly<Record<Exclude<DirectoryFailure['reason'], 'system'>, Explanation>> = {
  symlink: {
    kind: 'invalid-argument',
    problem: 'is a symbolic link',
    nextStep: 'the driver does not follow links: name the real directory in basePath or subPath',
  },
  'not-a-directory': {
    kind: 'failed-precondition',
    problem: 'is a file',
    nextStep: 'move it away, or choose another basePath or subPath',
  },
  missing: {
    kind: 'not-found',
    problem: 'does not exist',
    nextStep: 'it was removed in the meantime; the call is retried automatically',
  },
  'not-mounted': {
    kind: 'unavailable',
    problem: 'is not mounted in the controller any more',
    nextStep: 'the next attempt mounts it again',
  },
  conflict: {
    kind: 'already-exists',
    problem: 'is the directory of a volume of this name with other properties',
    nextStep: 'a volume keeps what it was created with: use another name, or delete the volume first',
  },
  'path-taken': {
    kind: 'already-exists',
    problem: 'belongs to another volume',
    nextStep: 'give each volume a subPath of its own in the StorageClass, with ${pv.name} for example',
  },
  'path-exists': {
    kind: 'already-exists',
    problem: 'exists and was not created by the driver',
    nextStep:
      'the driver never gives existing data to a claim: move it away, choose another subPath, or write a static ' +
      'PersistentVolume for it',
  },
  'nested-base': {
    kind: 'failed-precondition',
    problem: 'lies inside another base path, or holds one',
    nextStep:
      'give the StorageClasses of a file system base paths that lie beside each other, or the same one; if no class uses ' +
      'the other one any more and no volume is left there, remove its .lustre-csi',
  },
  'untrusted-registry': {
    kind: 'failed-precondition',
    problem: 'can be written by others than the driver',
    nextStep:
      'it decides what the driver deletes: find out its origin, and remove it or give it to the driver (mode 0700)',
  },
  'damaged-registry': {
    kind: 'failed-precondition',
    problem: 'is damaged',
    nextStep:
      'nothing is deleted by it: restore it from a backup; or move the directory of the volume away by hand, and remove ' +
      'this file and the one of the same name in the "fates" beside it',
  },
  'registry-lost': {
    kind: 'failed-precondition',
    problem: 'does not exist, although the volume was created by it',
    nextStep:
      'it was moved or removed, or the file system is another one than before: put it back. If the directory of the volume ' +
      'is not needed, remove it by hand, set the reclaim policy of the PersistentVolume to Retain and delete that',
  },
  'other-file-system': {
    kind: 'failed-precondition',
    problem: 'lies on another file system',
    nextStep: "something is mounted there in the controller's mount namespace: unmount it",
  },
  replaced: {
    kind: 'failed-precondition',
    problem: 'is no longer the directory that was created for the volume',
    nextStep:
      'it was exchanged, restored or migrated, and the driver deletes only what it has created: move it away, then ' +
      'the volume counts as deleted',
  },
  vanished: {
    kind: 'failed-precondition',
    problem: 'was created for the volume and has been removed',
    nextStep: 'delete the claim and create a new one',
  },
  'no-project-id': {
    kind: 'resource-exhausted',
    problem: 'cannot have a quota: all ids of projectIdRange are taken',
    nextStep: 'widen the range, or delete volumes',
  },
  'foreign-project': {
    kind: 'failed-precondition',
    problem: 'cannot have a quota: ids of projectIdRange are in use by others than the driver',
    nextStep: 'choose a projectIdRange that is not in use on this file system ("lfs quota -p ID" shows use)',
  },
  'below-use': {
    kind: 'out-of-range',
    problem: 'holds more than the quota would allow',
    nextStep: 'request more than is used, or delete files',
  },
  'lfs-missing': {
    kind: 'failed-precondition',
    problem: 'cannot have a quota or a layout: lfs is not installed',
    nextStep:
      "install lustre-client in the controller's image, or leave quota and stripe out of the StorageClass",
  },
  'lfs-partial': {
    kind: 'unavailable',
    problem: 'cannot have a quota now: servers do not report the use of projects',
    nextStep:
      'the call is retried automatically; look for the MDT that does not answer ("lctl get_param mdc.*.import")',
  },
  lfs: {
    kind: 'failed-precondition',
    problem: 'could not be given its quota or layout',
    nextStep:
      'check that quota enforcement for projects is on (the servers need Lustre 2.10 and ldiskfs or ZFS with project ' +
      'quota; FSx needs 2.15), and that the controller is not squashed',
  },
};

const squashed =
  'root squash or a nodemap refuses the controller: add the NID of its node to the no-squash NIDs of the file system, or ' +
  'give basePath to the user that it is squashed to';

const byCode: ReadonlyMap<string, Explanation> = new Map(
  Object.entries<Explanation>({
    EPERM: {
      kind: 'failed-precondition',
      problem: 'cannot be changed by the controller',
      nextStep: squashed,
    },
    EACCES: {
      kind: 'failed-precondition',
      problem: 'cannot be entered by the controller',
      nextStep: squashed,
    },
    EROFS: {
      kind: 'failed-precondition',
      problem: 'is read-only',
      nextStep: 'make the file system writable',
    },
    ENOSPC: {
      kind: 'resource-exhausted',
      problem: 'is full',
      nextStep: 'free space or inodes, or grow the file system',
    },
    EDQUOT: {
      kind: 'resource-exhausted',
      problem: 'is beyond a quota',
      nextStep: 'raise the quota that applies to basePath',
    },
    ENAMETOOLONG: {
      kind: 'invalid-argument',
      problem: 'has a name that is too long',
      nextStep: 'shorten basePath or subPath',
    },
    EBUSY: {
      kind: 'failed-precondition',
      problem: 'is a mount point',
      nextStep: "something is mounted there in the controller's mount namespace: unmount it",
    },
    EXDEV: {
      kind: 'failed-precondition',
      problem: 'belongs to a project of its own, which its directories cannot leave',
      nextStep:
        'clear the inherit flag of basePath ("lfs project -C BASEPATH"), or set no quota in the StorageClass',
    },
  }),
);

const unknown: Explanation = {
  kind: 'unavailable',
  problem: 'could not be worked on',
  nextStep:
    "the call is retried automatically; check the file system and the kernel log of the controller's node",
};

/** Explains why the work on a directory failed, with the next step. */
export function explainDirectoryFailure(fileSystem: string, failure: DirectoryFailure): DriverError {
  const { reason, path, code } = failure;
  const { kind, problem, nextStep } = reason === 'system' ? (byCode.get(code) ?? unknown) : byReason[reason];
  const message = `/${path} of the file system ${fileSystem} ${problem} (${code}): ${nextStep}`;
  return new DriverError(kind, message, { cause: failure });
}

/** Reports if an error means that a mount cannot be used any more: the client was unmounted, evicted, or its servers
 *  have changed. */
export function isMountLost(error: unknown): boolean {
  const failure = isDriverError(error) ? (error.cause as Partial<DirectoryFailure> | undefined) : undefined;
  if (failure?.reason === 'not-mounted') return true;
  return failure?.reason === 'system' && lostCodes.includes(failure.code ?? '');
}

const lostCodes = ['ESTALE', 'ENOTCONN', 'ESHUTDOWN', 'ENODEV'];
