import type { AdministrativeAction, FileSystem as SdkFileSystem } from '@aws-sdk/client-fsx';
import { DriverError, isDriverError } from '@lustre-csi/core';
import { failureReason, PAUSE_AFTER_FAILURE_MS } from './failed-work.js';

/** FSx wants as much time between two increases of size, of metadata IOPS, or between two changes of throughput
 *  (Lustre User Guide, managing storage and throughput capacity): from the request of the last one. */
const COOL_DOWN_MS = 6 * 60 * 60 * 1000;

/** What FSx wants that pause for: the names of their members in UpdateFileSystem. */
const COOLING: readonly string[] = [
  'StorageCapacity',
  'MetadataConfiguration',
  'PerUnitStorageThroughput',
  'ThroughputCapacity',
];

/** How long values that are said to be in force may be out of sight before somebody is told. */
const LATE_VALUES_MS = 60 * 1000;

/** Lifecycles in which FSx takes updates. */
const UPDATABLE: readonly (string | undefined)[] = ['AVAILABLE', 'UPDATING'];

/** API reference, AdministrativeAction: Status. */
const RUNNING: readonly (string | undefined)[] = ['PENDING', 'IN_PROGRESS'];

/** The updates of a file system, the newest first, as FSx lists them. */
export function updatesOf({ AdministrativeActions }: SdkFileSystem): readonly AdministrativeAction[] {
  return (AdministrativeActions ?? []).filter(
    ({ AdministrativeActionType }) => AdministrativeActionType === 'FILE_SYSTEM_UPDATE',
  );
}

/** Whether the values that it aims at are not in force yet. */
export const isRunning = ({ Status }: AdministrativeAction): boolean => RUNNING.includes(Status);

/** How far the update is, in percent; undefined where FSx does not tell. */
export function percentOf(fileSystem: SdkFileSystem, update: AdministrativeAction): number | undefined {
  const optimization = fileSystem.AdministrativeActions?.find(
    ({ AdministrativeActionType, Status }) =>
      AdministrativeActionType === 'STORAGE_OPTIMIZATION' && Status === 'IN_PROGRESS',
  );
  return update.ProgressPercent ?? optimization?.ProgressPercent;
}

/** For people: `FILE_SYSTEM_UPDATE of StorageCapacity is IN_PROGRESS, 30 % done`. */
export function describeUpdate(fileSystem: SdkFileSystem, update: AdministrativeAction): string {
  const percent = percentOf(fileSystem, update);
  const done = percent === undefined ? '' : `, ${percent} % done`;
  const aims = aimsOf(update).join(', ');
  return `FILE_SYSTEM_UPDATE${aims === '' ? '' : ` of ${aims}`} is ${update.Status}${done}`;
}

/** What an update changes: the names of its members in UpdateFileSystem. */
export function aimsOf({ TargetFileSystemValues: target }: AdministrativeAction): readonly string[] {
  const { LustreConfiguration, ...others } = target ?? {};
  return [...given(others), ...given(LustreConfiguration ?? {})];
}

const given = (members: object): readonly string[] =>
  Object.entries(members)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([name]) => name);

/** An update that is wanted, by the names of its members in UpdateFileSystem, and when. */
export interface WantedUpdate {
  readonly aims: readonly string[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** The newest update that aimed at one of these members. */
export const lastUpdate = (
  fileSystem: SdkFileSystem,
  aims: readonly string[],
): AdministrativeAction | undefined =>
  updatesOf(fileSystem).find((update) => aimsOf(update).some((aim) => aims.includes(aim)));

/**
 * Lets some time pass after an update that FSx accepted and then failed, so that callers who come again and again do
 * not start one after the other. Pure.
 *
 * @throws DriverError unavailable with FSx's own words and the time of the next attempt
 */
export function refuseRecentFailure(fileSystem: SdkFileSystem, { aims, now }: WantedUpdate): void {
  const last = lastUpdate(fileSystem, aims);
  if (last?.Status !== 'FAILED') return;
  const again = (last.RequestTime?.getTime() ?? -Infinity) + PAUSE_AFTER_FAILURE_MS;
  if (now >= again) return;
  throw new DriverError(
    'unavailable',
    `the update of ${aimsOf(last).join(', ')} of file system ${fileSystem.FileSystemId} has failed: ` +
      `${failureReason(last)}. The file system works on as it was; the update is tried again from ` +
      new Date(again).toISOString(),
  );
}

/**
 * What to do of an update that FSx calls done while the file system still shows other values: they may come late, and
 * where they never come (FSx spells the value otherwise), the same update is not asked for without end. Undefined: it
 * is time to ask again. Pure.
 *
 * @throws DriverError unavailable with the time of the next attempt
 */
export function waitForValues(
  { FileSystemId }: SdkFileSystem,
  done: AdministrativeAction,
  now: number,
): { readonly waitingFor: string } | undefined {
  const asked = done.RequestTime?.getTime() ?? -Infinity;
  const what = `the update of ${aimsOf(done).join(', ')} is ${done.Status}`;
  if (now < asked + LATE_VALUES_MS)
    return { waitingFor: `${what}, and FSx does not show the new values yet` };
  const again = asked + PAUSE_AFTER_FAILURE_MS;
  if (now >= again) return undefined;
  throw new DriverError(
    'unavailable',
    `${what}, but file system ${FileSystemId} shows other values than were asked for: look at it in FSx and at the ` +
      'values of the VolumeAttributesClass, which FSx may spell otherwise. The update is tried again from ' +
      new Date(again).toISOString(),
  );
}

/**
 * Says what stands behind FSx's refusal of an update, as far as the file system shows it: its own state, another
 * update that is under way, or the pause that FSx wants. None of these is a wrong parameter. Pure.
 */
export function explainRefusal(error: unknown, fileSystem: SdkFileSystem, wanted: WantedUpdate): unknown {
  if (!isDriverError(error, 'invalid-argument')) return error;
  if (!UPDATABLE.includes(fileSystem.Lifecycle)) return notNow(fileSystem, error);
  const running = updatesOf(fileSystem).find(isRunning);
  return running ? underWay(fileSystem, running, error) : explainPause(error, fileSystem, wanted);
}

function explainPause(
  error: DriverError,
  fileSystem: SdkFileSystem,
  { aims, now }: WantedUpdate,
): DriverError {
  const cooling = aims.filter((aim) => COOLING.includes(aim));
  const last = lastUpdate(fileSystem, cooling);
  const allowed = (last?.RequestTime?.getTime() ?? -Infinity) + COOL_DOWN_MS;
  if (last && allowed > now) return coolingDown(fileSystem, { last, allowed }, error);
  return cooling.length > 0 && isOptimizing(fileSystem) ? optimizing(fileSystem, error) : error;
}

const underWay = (
  fileSystem: SdkFileSystem,
  running: AdministrativeAction,
  cause: DriverError,
): DriverError =>
  new DriverError(
    'aborted',
    `another update of file system ${fileSystem.FileSystemId} is under way, ${describeUpdate(fileSystem, running)}; ` +
      `this one is tried again by itself (${cause.message})`,
    { cause },
  );

const notNow = (
  { FileSystemId, Lifecycle, FailureDetails }: SdkFileSystem,
  cause: DriverError,
): DriverError =>
  new DriverError(
    'unavailable',
    `file system ${FileSystemId} is ${Lifecycle}${FailureDetails?.Message ? ` (${FailureDetails.Message})` : ''}, and FSx ` +
      `updates only what is AVAILABLE. Look at it in FSx; the update is tried again by itself (${cause.message})`,
    { cause },
  );

/** Storage is being moved between servers, after a growth or a change of throughput: hours to days. */
const isOptimizing = ({ AdministrativeActions }: SdkFileSystem): boolean =>
  (AdministrativeActions ?? []).some(
    ({ AdministrativeActionType, Status }) =>
      AdministrativeActionType === 'STORAGE_OPTIMIZATION' && Status !== 'COMPLETED' && Status !== 'FAILED',
  );

const coolingDown = (
  { FileSystemId }: SdkFileSystem,
  { last, allowed }: { readonly last: AdministrativeAction; readonly allowed: number },
  cause: DriverError,
): DriverError =>
  new DriverError(
    'unavailable',
    `FSx wants 6 hours between two such updates of file system ${FileSystemId}: the next is allowed from ` +
      `${new Date(allowed).toISOString()}, and is tried again by itself (${cause.message})` +
      (last.Status === 'FAILED' ? `. The last one has failed: ${failureReason(last)}` : ''),
    { cause },
  );

const optimizing = ({ FileSystemId }: SdkFileSystem, cause: DriverError): DriverError =>
  new DriverError(
    'aborted',
    `FSx still optimizes the storage of file system ${FileSystemId} after its last update, which can take hours; this ` +
      `one is tried again by itself (${cause.message})`,
    { cause },
  );
