import { isAtLeast, type ClientVersion } from '../client-version.js';

/** The errno values that a Lustre client mount can end with, as mount.lustre(8) exits and words them (glibc's strerror). */
const errors = {
  EPERM: [1, 'Operation not permitted'],
  ENOENT: [2, 'No such file or directory'],
  EIO: [5, 'Input/output error'],
  E2BIG: [7, 'Argument list too long'],
  EACCES: [13, 'Permission denied'],
  EEXIST: [17, 'File exists'],
  ENODEV: [19, 'No such device'],
  ENOTDIR: [20, 'Not a directory'],
  EINVAL: [22, 'Invalid argument'],
  ENAMETOOLONG: [36, 'File name too long'],
  ESHUTDOWN: [108, 'Cannot send after transport endpoint shutdown'],
  ETIMEDOUT: [110, 'Connection timed out'],
} as const;

export type MountErrno = keyof typeof errors;

/** A mount that failed: what mount.lustre prints on stderr, and the status that it exits with (the errno). */
export class MountFailure extends Error {
  override readonly name = 'MountFailure';
  readonly exitStatus: number;

  constructor(
    readonly errno: MountErrno,
    message: string,
    /** Origin of the failure: mount.lustre repeats only what the kernel refused (`retry=`). */
    readonly origin: 'helper' | 'kernel' = 'helper',
  ) {
    super(message);
    this.exitStatus = errors[errno][0];
  }
}

export const errorText = (errno: MountErrno): string => errors[errno][1];

/**
 * A failure that the kernel client would report: `mount.lustre: mount SRC at TGT failed: ...` and the hints that
 * mount.lustre adds to some of the errors.
 */
export function kernelFailure(errno: MountErrno, source: string, target: string): MountFailure {
  const first = `mount.lustre: mount ${source} at ${target} failed: ${errorText(errno)}`;
  return new MountFailure(errno, [first, ...hints(errno, source)].join('\n'), 'kernel');
}

function hints(errno: MountErrno, source: string): readonly string[] {
  switch (errno) {
    case 'ENOENT':
      return [
        'Is the MGS specification correct?',
        'Is the filesystem name correct?',
        'If upgrading, is the copied client log valid? (see upgrade docs)',
      ];
    case 'EIO':
      return ['Is the MGS running?'];
    case 'EINVAL':
      return [
        'This may have multiple causes.',
        `Is '${source.slice(source.lastIndexOf(':') + 2)}' the correct filesystem name?`,
        'Are the mount options correct?',
        'Check the syslog for more info.',
      ];
    default:
      return [];
  }
}

/** Failure for a source that mount.lustre cannot parse, before any request to the kernel. */
export const usageFailure = (cause: string): MountFailure =>
  new MountFailure(
    'EINVAL',
    `${cause}\n\n` +
      'This mount helper should only be invoked via the mount (8) command,\n' +
      'e.g. mount -t lustre dev dir\n\n' +
      'usage: mount.lustre [-fhnvV] [-o options] <device> <mountpt>',
  );

/** Failure for a NID that mount.lustre cannot parse, or whose name does not resolve. */
export const nidFailure = (nid: string, source: string, version: ClientVersion): MountFailure =>
  isAtLeast(version, '2.17')
    ? usageFailure(
        `Unsupported NID '${nid}': rc = Unknown error -22.\nmount.lustre: Can't parse NID '${nid}'`,
      )
    : usageFailure(`mount.lustre: Can't parse NID '${source}'`);
