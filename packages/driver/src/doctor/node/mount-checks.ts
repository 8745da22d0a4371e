import { access, constants, stat } from 'node:fs/promises';
import { messageOf } from '@lustre-csi/core';
import {
  UnresponsiveError,
  describeState,
  isCsiTarget,
  kubeletDirectories,
  type MountEntry,
  type MountTable,
} from '@lustre-csi/core/diagnosis';
import { failed, outcomeOf, passed, skipped, type Check, type Finding, type Outcome } from '../check.js';
import { recordedPublications } from './known-sources.js';
import type { NodeContext, NodeProcess } from './node-context.js';

/** The mount that contains a path. */
function mountOf(path: string, { entries }: MountTable): MountEntry | undefined {
  const around = entries.filter(
    ({ mountPoint }) => path === mountPoint || path.startsWith(`${mountPoint.replace(/\/$/, '')}/`),
  );
  return around.reduce<MountEntry | undefined>(
    (best, entry) => (best && best.mountPoint.length > entry.mountPoint.length ? best : entry),
    undefined,
  );
}

/** Directories of kubelet that are mounted into this container, or that the flags name. */
function targetDirectories({ targetDirs }: NodeContext, { entries }: MountTable): readonly string[] {
  const mounted = kubeletDirectories.filter((directory) =>
    entries.some(({ mountPoint }) => mountPoint === directory || mountPoint.startsWith(`${directory}/`)),
  );
  return [...new Set([...targetDirs, ...mounted])];
}

async function kubeletKnown(context: NodeContext): Promise<Outcome> {
  if (!context.mustPropagate) return skipped('this is no container of a cluster');
  const found = targetDirectories(context, await context.readMounts());
  if (found.length > 0) return passed(found.join(', '));
  return failed(
    `no directory of kubelet is mounted into this container (${kubeletDirectories.join(', ')})`,
    "mount kubelet's directory under its own path, with mountPropagation: Bidirectional; name another --root-dir of kubelet in " +
      '--target-dirs',
  );
}

async function propagates(context: NodeContext): Promise<Outcome> {
  if (!context.mustPropagate) return skipped('this is no container of a cluster');
  const table = await context.readMounts();
  const directories = [...targetDirectories(context, table), context.mountsDir];
  const closed = directories.filter((directory) => mountOf(directory, table)?.isShared !== true);
  return outcomeOf(
    closed.map((directory) => ({
      subject: directory,
      cause: 'mounts in this directory do not reach the node: pods would write to the disk of the node',
      nextStep: `set mountPropagation: Bidirectional for the volume of the node plugin at ${mountOf(directory, table)?.mountPoint ?? directory}`,
    })),
    directories.join(', '),
  );
}

async function stateKept({ stateDir, mustPropagate, readMounts }: NodeContext): Promise<Outcome> {
  const found = await stat(stateDir).catch(() => undefined);
  if (!found?.isDirectory())
    return failed(
      `${stateDir} does not exist: the driver has not started in this container`,
      'read the log of the driver',
    );
  try {
    await access(stateDir, constants.W_OK);
  } catch (error) {
    return failed(
      `${stateDir} cannot be written: ${messageOf(error)}`,
      'mount a writable directory of the node there (--state-dir); "df" shows a full disk',
    );
  }
  const around = mountOf(stateDir, await readMounts());
  if (!mustPropagate || (around !== undefined && around.mountPoint !== '/')) return passed(stateDir);
  return failed(
    `${stateDir} lies in the file system of the container: the records of its mounts are lost when it restarts`,
    'mount a directory of the node there (hostPath), as the chart does',
  );
}

const isLustre = ({ fsType }: MountEntry): boolean => fsType === 'lustre';

async function mountsAnswer(context: NodeContext): Promise<Outcome> {
  const { entries } = await context.readMounts();
  const mounts = [...new Map(entries.filter(isLustre).map((entry) => [entry.source, entry])).values()];
  if (mounts.length === 0) return skipped('no Lustre file system is mounted');
  const findings = await Promise.all(mounts.map((entry) => findingAbout(entry, context)));
  return outcomeOf(
    findings.filter((finding) => finding !== undefined),
    `${mounts.length} mounted: ${mounts.map(({ source }) => source).join(', ')}`,
  );
}

async function findingAbout(
  { source, mountPoint }: MountEntry,
  { measure }: NodeContext,
): Promise<Finding | undefined> {
  try {
    await measure(mountPoint);
    return undefined;
  } catch (error) {
    const nextStep =
      'check that the file system is available, and that security rules allow TCP 988 and 1018-1023; see the check of its ' +
      'management servers (LCSI-N007)';
    const cause =
      error instanceof UnresponsiveError
        ? `it does not answer at ${mountPoint}: processes that use it hang`
        : `it answers with an error at ${mountPoint}: ${messageOf(error)}`;
    return { subject: source, cause, nextStep };
  }
}

/** Programs that the driver starts for its mounts, by the names that the kernel shows. */
const MOUNTING = /^(?:mount|umount|mount\.lustre|mount\.lustre_ta|lctl|lfs)/;
const LUSTRE_WAIT = /^(?:ll_|ptlrpc|osc_|mdc_|lov_|lmv_|cl_|ldlm|obd_|mgc_|lnet)/;

const isStuck = ({ state, name, waitsIn }: NodeProcess): boolean =>
  state === 'D' && (MOUNTING.test(name) || LUSTRE_WAIT.test(waitsIn ?? ''));

async function processesMove({ processes }: NodeContext): Promise<Outcome> {
  const all = await processes();
  return outcomeOf(
    all.filter(isStuck).map((process) => ({
      subject: `process ${process.pid} (${process.command || process.name})`,
      cause: `it waits in ${describeState(process)}`,
      nextStep:
        'bring the servers back: no signal ends this wait. If the file system is gone for good, --unmount-force-after on the ' +
        'node plugin force-unmounts it, which loses data that is not written yet',
    })),
    `none of ${all.length} processes waits for Lustre`,
  );
}

async function recordsMatch(context: NodeContext): Promise<Outcome> {
  const [records, table] = await Promise.all([recordedPublications(context), context.readMounts()]);
  const recorded = new Set(records.map(({ mountPoint }) => mountPoint));
  const lost = records.filter(({ mountPoint }) => table.at(mountPoint) === undefined);
  const foreign = table.entries.filter(
    (entry) => isLustre(entry) && isCsiTarget(entry.mountPoint) && !recorded.has(entry.mountPoint),
  );
  return outcomeOf(
    [
      ...lost.map(({ volumeId, mountPoint }) => ({
        subject: volumeId,
        cause: `it is recorded as published at ${mountPoint}, and nothing is mounted there`,
        nextStep: 'delete the pod that uses it, so that kubelet publishes it again',
      })),
      ...foreign.map(({ source, mountPoint }) => ({
        subject: source,
        cause: `it is mounted at ${mountPoint} without a record: another driver, or a process of the node, mounted it`,
        nextStep: 'nothing, after a migration from another driver; otherwise find out what mounted it',
      })),
    ],
    `${records.length} published`,
  );
}

/** Checks of mounts and of the processes that wait for them. */
export const mountChecks: readonly Check<NodeContext>[] = [
  {
    id: 'LCSI-N008',
    title: 'The directory of kubelet is known',
    severity: 'error',
    about:
      'Looks for the directories in which kubelet has the volumes of pods, in the mounts of this container.',
    run: kubeletKnown,
  },
  {
    id: 'LCSI-N009',
    title: 'Mounts propagate to the node',
    severity: 'error',
    about:
      "Reads the propagation of kubelet's directory and of the directory of shared clients. Without `Bidirectional`, a mount stays " +
      'in the container, and the pod writes to the disk of the node.',
    run: propagates,
  },
  {
    id: 'LCSI-N010',
    title: 'The state directory outlives the container',
    severity: 'error',
    about: 'Checks that `--state-dir` exists, can be written, and is a directory of the node.',
    run: stateKept,
  },
  {
    id: 'LCSI-N011',
    title: 'The mounted file systems answer',
    severity: 'error',
    about: 'Calls statfs(2) on each mounted Lustre file system, in a child process with a deadline.',
    limitMs: 30_000,
    run: mountsAnswer,
  },
  {
    id: 'LCSI-N012',
    title: 'No process waits for Lustre',
    severity: 'warning',
    about: 'Looks for processes in state D that mount or unmount, or that wait in a function of Lustre.',
    run: processesMove,
  },
  {
    id: 'LCSI-N013',
    title: 'Records and mounts agree',
    severity: 'warning',
    about: 'Compares the records of `--state-dir` with the mount table.',
    run: recordsMatch,
  },
];
