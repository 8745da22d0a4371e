import { DriverError, type ErrorKind } from '../errors/driver-error.js';
import type { CommandResult } from '../process/command.js';
import { describeFailure } from '../process/describe-failure.js';

/** What stands behind a mount(2) or umount(2) that is not permitted. */
const needsPrivileges = "the node plugin's container must be privileged (CAP_SYS_ADMIN)";

/** A failed `mount -t lustre`: what mount(8) and mount.lustre gave back, and what was asked for. */
export interface FailedMount {
  readonly exitCode: number | null;
  readonly stderr: string;
  readonly source: string;
  readonly target: string;
  /** `uname -r` of the node. */
  readonly kernel: string;
  /** What a look at the client or at the server has found, in place of the general advice. */
  readonly finding?: string;
}

/** What is worth a closer look before a failed mount is reported. */
export type MountSymptom = 'no-client' | 'unreachable' | 'exists';

interface Explanation {
  /** The errno that mount.lustre exits with. */
  readonly exitCode?: number;
  /** What it then prints; stronger evidence than the status, which mount(8) has uses of its own for. */
  readonly text: RegExp;
  readonly kind: ErrorKind;
  readonly symptom?: MountSymptom;
  readonly advice: (failed: FailedMount) => string;
}

const noClient = ({ kernel }: FailedMount): string =>
  `the node has no working Lustre client for its kernel ${kernel}: install the lustre-client packages for exactly ` +
  `this kernel and load the module (modprobe lustre); the mount is tried again without a restart of the driver`;

/** mount.lustre(8) and mount_lustre.c; the specific before the general. */
const explanations: readonly Explanation[] = [
  {
    text: /unknown filesystem type '?lustre/,
    kind: 'failed-precondition',
    symptom: 'no-client',
    advice: noClient,
  },
  {
    text: /Can't (?:parse|resolve) NID/i,
    kind: 'unavailable',
    advice: ({ source }) =>
      `a host name in ${source} could not be resolved on the node: check the name, and that the node's DNS resolves ` +
      `names of the file system's network`,
  },
  {
    exitCode: 19,
    text: /: No such device/,
    kind: 'failed-precondition',
    symptom: 'no-client',
    advice: noClient,
  },
  {
    // Without its helper the kernel's own mount(2) lacks what only the helper adds.
    text: /wrong fs type, bad option, bad superblock/,
    kind: 'failed-precondition',
    symptom: 'no-client',
    advice: noClient,
  },
  {
    text: /mount point (?:\S+ )?does not exist/,
    kind: 'unavailable',
    advice: () =>
      'the target directory was removed while the mount began; it is made anew at the next attempt',
  },
  {
    exitCode: 2,
    text: /: No such file or directory/,
    kind: 'not-found',
    advice: ({ source }) =>
      `the servers answered, but do not know ${source}: check the file system's mount name and, if there is one, ` +
      `that its sub-directory exists`,
  },
  {
    exitCode: 5,
    text: /: Input\/output error/,
    kind: 'unavailable',
    symptom: 'unreachable',
    advice: () =>
      'the management server did not answer: check that the file system is available, that security rules allow ' +
      'TCP 988 and 1018-1023 between node and file system in both directions, and that the source port is not ' +
      'translated (SNAT)',
  },
  {
    exitCode: 110,
    text: /: Connection timed out/,
    kind: 'unavailable',
    symptom: 'unreachable',
    advice: () =>
      'no packet came back: check routing and the security rules for TCP 988 and 1018-1023 between the node and ' +
      'the file system',
  },
  {
    exitCode: 7,
    text: /: Argument list too long|mount options too long/,
    kind: 'invalid-argument',
    advice: () => 'the mount options are too long: shorten mountOptions',
  },
  {
    exitCode: 22,
    text: /: Invalid argument|usage: mount\.lustre/,
    kind: 'invalid-argument',
    advice: () =>
      "the client does not take a mount option or the file system's name: check mountOptions and the mount name; " +
      "the node's kernel log says which",
  },
  {
    exitCode: 123,
    text: /: No medium found/,
    kind: 'unavailable',
    advice: () => 'the file system has no storage targets yet: it is still being built; try again later',
  },
  {
    exitCode: 17,
    text: /: File exists|is already mounted on/,
    kind: 'unavailable',
    symptom: 'exists',
    advice: () => 'several mounts began at once and met in the client; the next attempt goes on from here',
  },
  {
    exitCode: 16,
    text: /: Device or resource busy/,
    kind: 'aborted',
    advice: () => 'the target is in use by another mount operation; try again later',
  },
  {
    exitCode: 1,
    text: /: Operation not permitted|must be superuser/,
    kind: 'permission-denied',
    advice: () =>
      'the node plugin may not mount: its container must be privileged (CAP_SYS_ADMIN); if it is, the file ' +
      "system's nodemap refuses this client",
  },
  {
    exitCode: 13,
    text: /: Permission denied/,
    kind: 'permission-denied',
    advice: () =>
      "the file system's nodemap or root squash refuses this client, or SELinux refuses the mount: check both",
  },
];

const serverStatuses = [6, 15, 98, 114];

/** What a failed mount looks like at first sight; undefined: there is nothing more to find out. */
export const symptomOf = (failed: FailedMount): MountSymptom | undefined => explanationOf(failed)?.symptom;

const explanationOf = (failed: FailedMount): Explanation | undefined =>
  explanations.find(({ text }) => text.test(failed.stderr)) ??
  explanations.find(({ exitCode }) => exitCode !== undefined && exitCode === failed.exitCode);

/** Says why a mount failed, in the words of mount.lustre, and what to do about it. */
export function explainMountFailure(failed: FailedMount): DriverError {
  const known = explanationOf(failed);
  const what = describeFailure(`mount -t lustre ${failed.source} ${failed.target}`, failed);
  if (known) return new DriverError(known.kind, `${what}; ${failed.finding ?? known.advice(failed)}`);
  if (failed.exitCode !== null && serverStatuses.includes(failed.exitCode)) {
    return new DriverError('internal', `${what}; only mounts of server targets end like this`);
  }
  return new DriverError('unavailable', `${what}; look at the node's kernel log (dmesg | grep Lustre)`);
}

/** Explains a bind mount or an unmount that failed, with the next step. */
export function explainCommandFailure(title: string, result: CommandResult): DriverError {
  const what = describeFailure(title, result);
  if (/target is busy/i.test(result.stderr)) {
    return new DriverError(
      'failed-precondition',
      `${what}; a process of the node still works in the volume: find it with "fuser -vm" or "lsof" and end it`,
    );
  }
  if (/permitted|permission|superuser/i.test(result.stderr)) {
    return new DriverError('permission-denied', `${what}; ${needsPrivileges}`);
  }
  return new DriverError('unavailable', `${what}; it is tried again; the node's kernel log may show more`);
}

/** Contradiction between mount(8), which reported success, and the mount table, which shows `found`. */
export const mountNotShown = (source: string, mountPoint: string, found: string): DriverError =>
  new DriverError(
    'unavailable',
    `mounting ${source} on ${mountPoint} succeeded, but ${found}: the node plugin must run in the mount namespace in ` +
      `which it mounts, and mount.lustre must be the one of the Lustre client`,
  );
