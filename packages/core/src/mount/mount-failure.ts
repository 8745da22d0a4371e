import { DriverError, type ErrorKind } from '../errors/driver-error.js';
import type { CommandResult } from '../process/command.js';
import { describeFailure } from '../process/describe-failure.js';

/** Next step for a mount(2) or umount(2) that is not permitted. */
const needsPrivileges = "the node plugin's container must be privileged (CAP_SYS_ADMIN)";

/** Failed `mount -t lustre`: the request, and the result of mount(8) and mount.lustre. */
export interface FailedMount {
  readonly exitCode: number | null;
  readonly stderr: string;
  readonly source: string;
  readonly target: string;
  /** `uname -r` of the node. */
  readonly kernel: string;
  /** Finding about the client or the server, which replaces the general advice. */
  readonly finding?: string;
}

/** Kind of failure that is diagnosed further before it is reported. */
export type MountSymptom = 'no-client' | 'unreachable' | 'exists';

interface Explanation {
  /** Errno that mount.lustre exits with. */
  readonly exitCode?: number;
  /** Output of mount.lustre; it decides before the status, which mount(8) also uses for its own errors. */
  readonly text: RegExp;
  readonly kind: ErrorKind;
  readonly symptom?: MountSymptom;
  readonly advice: (failed: FailedMount) => string;
}

const noClient = ({ kernel }: FailedMount): string =>
  `the node has no working Lustre client for its kernel ${kernel}: install the lustre-client packages for exactly ` +
  `this kernel and load the module (modprobe lustre); the mount is tried again without a restart of the driver`;

/** Table from mount.lustre(8) and mount_lustre.c; specific entries come first. */
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
    // Without mount.lustre the kernel's mount(2) lacks the options that only the helper adds.
    text: /wrong fs type, bad option, bad superblock/,
    kind: 'failed-precondition',
    symptom: 'no-client',
    advice: noClient,
  },
  {
    text: /mount point (?:\S+ )?does not exist/,
    kind: 'unavailable',
    advice: () => 'the target directory was removed while the mount began; the next attempt recreates it',
  },
  {
    exitCode: 2,
    text: /: No such file or directory/,
    kind: 'not-found',
    advice: ({ source }) =>
      `the servers answered, but do not know ${source}: check the file system's mount name and, if the volume has a ` +
      `sub-directory, that it exists`,
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
      "the client rejected a mount option or the file system's name: check mountOptions and the mount name; " +
      "the node's kernel log names it",
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
    advice: () => 'several mounts began at once and collided in the client; it is tried again',
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

/** Symptom of a failed mount; undefined: no further diagnosis is possible. */
export const symptomOf = (failed: FailedMount): MountSymptom | undefined => explanationOf(failed)?.symptom;

const explanationOf = (failed: FailedMount): Explanation | undefined =>
  explanations.find(({ text }) => text.test(failed.stderr)) ??
  explanations.find(({ exitCode }) => exitCode !== undefined && exitCode === failed.exitCode);

/** Explains a failed mount: the output of mount.lustre and the next step. */
export function explainMountFailure(failed: FailedMount): DriverError {
  const known = explanationOf(failed);
  const what = describeFailure(`mount -t lustre ${failed.source} ${failed.target}`, failed);
  if (known) return new DriverError(known.kind, `${what}; ${failed.finding ?? known.advice(failed)}`);
  if (failed.exitCode !== null && serverStatuses.includes(failed.exitCode)) {
    return new DriverError('internal', `${what}; only mounts of server targets end like this`);
  }
  return new DriverError('unavailable', `${what}; check the node's kernel log (dmesg | grep Lustre)`);
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
