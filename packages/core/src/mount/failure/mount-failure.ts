import { DriverError } from '../../errors/driver-error.js';
import type { CommandResult } from '../../process/command.js';
import type { SystemCallError } from '../../process/system-calls.js';
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
    return explainBusy(what);
  }
  if (/permitted|permission|superuser/i.test(result.stderr)) {
    const cause = new ChangeFailure('EPERM');
    return new DriverError('permission-denied', `${what}; ${needsPrivileges}`, { cause });
  }
  return new DriverError('unavailable', `${what}; ${retried}`);
}

const retried = "it is tried again; the node's kernel log may show more";

const explainBusy = (what: string): DriverError =>
  new DriverError(
    'failed-precondition',
    `${what}; a process of the node still works in the volume: find it with "fuser -vm" or "lsof" and end it`,
    { cause: new ChangeFailure('busy') },
  );

/** Codes of umount2(2) where nothing is mounted, or the directory is gone (umount(2), ERRORS). */
export const isNotMounted = ({ code }: SystemCallError): boolean => code === 'EINVAL' || code === 'ENOENT';

/** Explains a mount(2) or umount2(2) that failed, with the next step. */
export function explainCallFailure(title: string, { code, words }: SystemCallError): DriverError {
  if (code === 'EBUSY') return explainBusy(`${title} failed (${code}): target is busy`);
  const what = `${title} failed (${code}): ${words}`;
  const cause = new ChangeFailure(code);
  if (code === 'EPERM' || code === 'EACCES') {
    return new DriverError('permission-denied', `${what}; ${needsPrivileges}`, { cause });
  }
  return new DriverError('unavailable', `${what}; ${adviceByCode.get(code) ?? retried}`, { cause });
}

const adviceByCode: ReadonlyMap<string, string> = new Map([
  [
    'ENOSPC',
    'the node has as many mounts as it may have: raise sysctl fs.mount-max, or find what leaves mounts behind',
  ],
  ['ENOENT', 'the target directory was removed meanwhile; the next attempt recreates it'],
]);

/** Error for a call whose process was killed by another one: the call may have had its effect. */
export const killedFromOutside = (title: string): DriverError =>
  new DriverError(
    'unavailable',
    `${title} did not end: its process was killed from outside, such as by the node's OOM killer; ${retried}`,
    { cause: ChangeFailure.ofStatus(null) },
  );

/** Contradiction between mount(8), which reported success, and the mount table, which shows `found`. */
export const mountNotShown = (source: string, mountPoint: string, found: string): DriverError =>
  new DriverError(
    'unavailable',
    `mounting ${source} on ${mountPoint} succeeded, but ${found}: the node plugin must run in the mount namespace in ` +
      `which it mounts, and mount.lustre must be the one of the Lustre client`,
  );
