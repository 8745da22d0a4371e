import { DriverError } from '../../errors/driver-error.js';
import type { CommandResult } from '../../process/command.js';
import { describeFailure } from '../../process/describe-failure.js';
import { ChangeFailure } from './change-failure.js';
import {
  explanations,
  type Explanation,
  type FailedMount,
  type MountSymptom,
} from './mount-failure-table.js';

export type { FailedMount, MountSymptom };

/** Next step for a mount(2) or umount(2) that is not permitted. */
const needsPrivileges = "the node plugin's container must be privileged (CAP_SYS_ADMIN)";

const serverStatuses = [6, 15, 98, 114];

/** Symptom of a failed mount; undefined: no further diagnosis is possible. */
export const symptomOf = (failed: FailedMount): MountSymptom | undefined => explanationOf(failed)?.symptom;

const explanationOf = (failed: FailedMount): Explanation | undefined =>
  explanations.find(({ text, when }) => text.test(failed.stderr) && (when?.(failed) ?? true)) ??
  explanations.find(
    ({ exitCode, when }) =>
      exitCode !== undefined && exitCode === failed.exitCode && (when?.(failed) ?? true),
  );

/** Text that mount.lustre prints beside the cause: how to use it, and questions for an administrator. */
const GENERAL_TEXT =
  /\n\s*(?:This mount helper should|usage: mount\.lustre|This may have multiple causes|Is the |Is '|Are the |If upgrading)[^]*$/;
/** Longest quotation of mount.lustre, in characters: an event of Kubernetes holds 1024. */
const MAX_QUOTED = 300;

const quoted = (failed: FailedMount): FailedMount => ({
  ...failed,
  stderr: failed.stderr.replace(GENERAL_TEXT, '').trim().slice(0, MAX_QUOTED),
});

/** Explains a failed mount: the output of mount.lustre and the next step. */
export function explainMountFailure(failed: FailedMount): DriverError {
  const known = explanationOf(failed);
  const title = `mount -t lustre ${failed.source} ${failed.target}`;
  const log = failed.kernelLog === undefined ? '' : ` (kernel log: ${failed.kernelLog})`;
  const what = `${describeFailure(title, quoted(failed))}${log}`;
  const options = { cause: ChangeFailure.ofStatus(failed.exitCode) };
  if (known)
    return new DriverError(known.kind, `${what}; ${failed.finding ?? known.advice(failed)}`, options);
  if (failed.exitCode !== null && serverStatuses.includes(failed.exitCode)) {
    return new DriverError('internal', `${what}; only mounts of server targets end like this`, options);
  }
  return new DriverError(
    'unavailable',
    `${what}; check the node's kernel log (dmesg | grep Lustre)`,
    options,
  );
}

/** Explains a bind mount or an unmount that failed, with the next step. */
export function explainCommandFailure(title: string, result: CommandResult): DriverError {
  const what = describeFailure(title, result);
  if (/target is busy/i.test(result.stderr)) {
    return new DriverError(
      'failed-precondition',
      `${what}; a process of the node still works in the volume: find it with "fuser -vm" or "lsof" and end it`,
      { cause: new ChangeFailure('busy') },
    );
  }
  if (/permitted|permission|superuser/i.test(result.stderr)) {
    const cause = new ChangeFailure('EPERM');
    return new DriverError('permission-denied', `${what}; ${needsPrivileges}`, { cause });
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
